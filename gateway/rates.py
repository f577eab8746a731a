"""How many requests an address or a key may make, and what is said of that in headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from limits import RateLimitItem, RateLimitItemPerMinute, parse_many

from contracts.errors import DataError, Sentence, TooManyRequests
from gateway.client_address import counted_as
from gateway.counting import Counters, Limiter, left_of

MOST_REQUESTS = 10**9
LONGEST_WINDOW_S = 366 * 24 * 60 * 60

WRONG_KEYS = RateLimitItemPerMinute(20)

ADDRESS, KEY, WRONG_KEY = "direccion", "llave", "llave-no-valida"
SPOKEN = {
    ADDRESS: Sentence("Esta dirección", "This address"),
    KEY: Sentence("Esta llave", "This key"),
}


@dataclass(frozen=True)
class Standing:
    """What the client of a request has left of its rates, as headers of the answer."""

    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """What is left of one rate: requests, and the seconds that they have to last."""

    requests: int
    seconds: int


def parse_rates(text: str) -> list[RateLimitItem]:
    """Rates out of text as '10/second; 300/minute', shortest window first; raises DataError."""
    if not text.strip():
        return []
    try:
        rates = sorted(parse_many(text), key=RateLimitItem.get_expiry)
    except ValueError:
        raise DataError(f"{text!r} is no rate; rates are like '10/second; 300/minute'") from None
    windows = [rate.get_expiry() for rate in rates]
    if len(set(windows)) < len(windows):
        raise DataError(f"{text!r} has two rates for the same time; the lower one alone counts")
    if windows[-1] > LONGEST_WINDOW_S or not all(1 <= r.amount <= MOST_REQUESTS for r in rates):
        raise DataError(f"{text!r}: a rate has 1 to {MOST_REQUESTS} requests, in a year at most")
    return rates


class Policy:
    """The rates of addresses, or of keys, and their headers.

    The headers are those of draft-ietf-httpapi-ratelimit-headers-11 (May 2026; 10 has the same
    ones), sections 3 and 4. With one rate its name is `name` itself, with several that and the
    seconds: `"direccion-1"`, `"direccion-60"`.
    """

    def __init__(self, name: str, text: str) -> None:
        self.rates = parse_rates(text)
        self._whose = name
        self._names = [f"{name}-{r.get_expiry()}" for r in self.rates]
        if len(self.rates) == 1:
            self._names = [name]
        self._policy = ", ".join(
            f'"{called}";q={rate.amount};w={rate.get_expiry()}'
            for called, rate in zip(self._names, self.rates, strict=True)
        )

    async def hit(self, limiter: Limiter, who: str) -> tuple[bool, list[Left]]:
        """Count one request of `who` if every rate has room; whether so, and what is left of each.

        Shortest first, so that what a second has no room for is not counted against the hour.
        """
        fits = True
        for rate in self.rates:
            fits = fits and await limiter.hit(rate, self._whose, who)
        return fits, [await _left(limiter, rate, self._whose, who) for rate in self.rates]

    def headers(self, left: Sequence[Left]) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, in lower case."""
        limits = ", ".join(
            f'"{name}";r={one.requests};t={one.seconds}'
            for name, one in zip(self._names, left, strict=True)
        )
        return {"ratelimit-policy": self._policy, "ratelimit": limits}

    def refusal(self, left: Sequence[Left]) -> TooManyRequests:
        """The problem for a client with nothing left of one of its rates."""
        # none is at 0 where room came up just after this one was refused
        wait = max((one.seconds for one in left if not one.requests), default=1)
        whose = SPOKEN[self._whose]
        error = TooManyRequests(
            Sentence(
                f"{whose.es} ya no tiene peticiones; habrá más en {wait} s.",
                f"{whose.en} has no requests left; there will be more in {wait} s.",
            )
        )
        error.headers = {**self.headers(left), "retry-after": str(wait)}
        return error


class Rates:
    """The rates of the gateway: a key's where a key came with the request, else its address's."""

    def __init__(self, address_rate: str, key_rate: str, counters: Counters) -> None:
        self._of_address = Policy(ADDRESS, address_rate)
        self._of_key = Policy(KEY, key_rate)
        self._counters = counters

    @property
    def enabled(self) -> bool:
        """Whether anything is counted."""
        return bool(self._of_address.rates or self._of_key.rates)

    async def hit(self, address: str, key_id: str | None = None) -> Standing:
        """Count one request of an address (see `client_address`), with a valid key or none.

        Raises TooManyRequests, which has the same headers and `Retry-After`.
        """
        policy = self._of_address if key_id is None else self._of_key
        if not policy.rates:
            return Standing()
        who = counted_as(address) if key_id is None else key_id
        fits, left = await self._counters.ask(lambda limiter: policy.hit(limiter, who))
        if not fits:
            raise policy.refusal(left)
        return Standing(policy.headers(left))


class WrongKeys:
    """Stops an address that tries keys: 20 wrong ones in a minute, and no key is looked at."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def check(self, address: str) -> None:
        """Raise TooManyRequests for an address that tried too many; before its key is looked at."""
        who = counted_as(address)

        async def ask(limiter: Limiter) -> Left:
            return await _left(limiter, WRONG_KEYS, WRONG_KEY, who)

        left = await self._counters.ask(ask)
        if left.requests:
            return
        error = TooManyRequests(
            Sentence(
                "Desde esta dirección llegaron demasiadas llaves no válidas; se volverá a mirar"
                f" una en {left.seconds} s.",
                "Too many keys from this address were not valid; one will be looked at again in"
                f" {left.seconds} s.",
            )
        )
        error.headers = {"retry-after": str(left.seconds)}
        raise error

    async def note(self, address: str) -> None:
        """Count a refused key of `address`."""
        who = counted_as(address)
        await self._counters.ask(lambda limiter: limiter.hit(WRONG_KEYS, WRONG_KEY, who))


async def _left(limiter: Limiter, rate: RateLimitItem, *whose: str) -> Left:
    """What is left of a rate, and for how long.

    With none left, until there is one more, for sure: whole seconds, rounded up and past it. Else
    as long as the rest would last at the rate's mean, since a client may spread it evenly: just
    before a window ends, the time until there is more says next to nothing (section 8.5).
    """
    requests, wait = await left_of(limiter, rate, *whose)
    if not requests:
        return Left(0, floor(wait) + 1)
    return Left(requests, ceil(requests * rate.get_expiry() / rate.amount))
