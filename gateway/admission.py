"""Who may ask, and how often: keys, rates, and the address that a request is counted under."""

from starlette.types import Scope

from contracts.errors import Forbidden, KeyRefused, Sentence
from gateway.client_address import client_address, is_in
from gateway.counting import Counters
from gateway.keys import KeyRing
from gateway.rates import Rates, WrongKeys
from gateway.settings import Settings
from gateway.transport import Header

METRICS_KEPT_IN = Sentence(
    "Las métricas solo se sirven a las direcciones que dice la configuración.",
    "Metrics are served to the configured addresses only.",
)
OPERATION_KEPT_IN = Sentence(
    "Sin llaves configuradas, el estado solo se sirve a las direcciones que dice la configuración"
    " (GATEWAY_METRICS_FROM).",
    "With no keys configured, the state is served to the configured addresses only"
    " (GATEWAY_METRICS_FROM).",
)


class Admission:
    """The door of the endpoints that services answer, and of what operators read."""

    def __init__(self, settings: Settings) -> None:
        """Raises DataError for keys that cannot be read, or a rate that is none."""
        self._trusted = settings.trusted_proxies
        self._metrics_from = settings.metrics_from
        self.keys = KeyRing(settings.keys_file) if settings.keys_file else None
        self._counters = Counters(settings.redis_url)
        self._rates = Rates(settings.address_rate, settings.key_rate, self._counters)
        self._wrong_keys = WrongKeys(self._counters)

    @property
    def asks(self) -> bool:
        """Whether anything is asked of a client at all."""
        return self.keys is not None or self._rates.enabled

    async def admit(self, scope: Scope) -> list[Header]:
        """Let a request in, and the headers that tell its client where it stands.

        Raises KeyRequired, KeyRefused or TooManyRequests.
        """
        if not self.asks:
            return []
        address = self._address(scope)
        key_id = None
        if self.keys is not None:
            await self._wrong_keys.check(address)
            try:
                key_id = self.keys.check(scope["headers"])
            except KeyRefused:
                await self._wrong_keys.note(address)
                raise
        if not self._rates.enabled:
            return []
        standing = await self._rates.hit(address, key_id)
        return [(name.encode(), value.encode()) for name, value in standing.headers.items()]

    def check_metrics(self, scope: Scope) -> None:
        """Raise Forbidden where the client's address may not read the metrics."""
        self._check_network(scope, METRICS_KEPT_IN)

    async def admit_operator(self, scope: Scope) -> list[Header]:
        """As `admit`; where there are no keys, the client's network must be one of the metrics'."""
        if self.keys is None:
            self._check_network(scope, OPERATION_KEPT_IN)
        return await self.admit(scope)

    async def admit_reader(self, scope: Scope) -> list[Header]:
        """For the report on the data, which a browser opens by a link and so without a key.

        Where there are keys, one is needed but in the networks of the metrics.
        """
        if self.keys is None or is_in(self._address(scope), self._metrics_from):
            return []
        return await self.admit(scope)

    async def aclose(self) -> None:
        """Close the connections to where requests are counted."""
        await self._counters.aclose()

    def _check_network(self, scope: Scope, refusal: Sentence) -> None:
        if not is_in(self._address(scope), self._metrics_from):
            raise Forbidden(refusal)

    def _address(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope.get("client") else None
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return client_address(peer, forwarded, self._trusted)
