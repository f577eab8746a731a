"""How often a request may be sent a second time."""

BURST = 10.0
"""Second tries that may be saved up, so that a service that restarts is bridged at once."""


class RetryBudget:
    """A share of the requests sent; what is not used is saved up, to a limit.

    After Finagle's and Envoy's retry budgets: where much fails, second tries would double the load
    of a service that is already failing.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._saved = BURST if share else 0.0

    def earn(self) -> None:
        """A request is sent for the first time."""
        if self._saved < BURST:
            self._saved += self._share

    def spend(self) -> bool:
        """Whether there is enough for a second try, which is then taken off."""
        if not self._share or self._saved < 1.0:
            return False
        self._saved -= 1.0
        return True
