"""The health of the services, asked for all the time and told to whoever asks."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus

from pydantic import ValidationError

from contracts.api_health import SaludConBloques, SaludServicio
from contracts.errors import ProductError
from gateway.clients import Upstream

logger = logging.getLogger(__name__)

READY, ABSENT = "lista", "no disponible"

PROBE_DEADLINE_S = 1.0
"""Whoever asks for readiness asks often and waits little, so a slow service counts as absent."""

RECENT_S = 0.25
"""A probe as old as this is told again: asking for health is free, and open to everybody."""


class Probes:
    """What each service said of itself when it was last asked."""

    def __init__(self, upstreams: Mapping[str, Upstream], every_s: float) -> None:
        self._upstreams = upstreams
        self._every_s = every_s
        self._told: dict[str, tuple[float, SaludConBloques]] = {}
        self._under_way: dict[str, asyncio.Task[SaludConBloques]] = {}

    async def health(self) -> list[SaludServicio]:
        """Of every service, a fraction of a second old at most."""
        told = await asyncio.gather(*(self._recent(name) for name in self._upstreams))
        return [
            _with_breaker(health, upstream)
            for health, upstream in zip(told, self._upstreams.values(), strict=True)
        ]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask every service again and again until the block ends."""
        tasks = [asyncio.create_task(self._keep_asking(name)) for name in self._upstreams]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *self._under_way.values(), return_exceptions=True)

    async def _keep_asking(self, name: str) -> None:
        while True:
            await self._shared(name)
            await asyncio.sleep(self._every_s)

    async def _recent(self, name: str) -> SaludConBloques:
        at, health = self._told.get(name, (float("-inf"), None))
        if health is not None and time.monotonic() - at < RECENT_S:
            return health
        return await self._shared(name)

    async def _shared(self, name: str) -> SaludConBloques:
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._ask(name))
            self._under_way[name] = task
            task.add_done_callback(lambda _: self._under_way.pop(name))
        return await asyncio.shield(task)

    async def _ask(self, name: str) -> SaludConBloques:
        upstream = self._upstreams[name]
        health = SaludConBloques(estado=ABSENT, servicio=upstream.public)
        try:
            reply = await upstream.probe(min(PROBE_DEADLINE_S, upstream.deadline_s))
            if reply.status == HTTPStatus.OK:
                said = SaludConBloques.model_validate_json(reply.body)
                health = said.model_copy(update={"estado": READY, "servicio": upstream.public})
        except (ProductError, ValidationError):
            pass
        except Exception:  # a fault of ours is no reason to ask no more
            logger.exception("probe_failed service=%s", name)
        self._told[name] = time.monotonic(), health
        return health


def _with_breaker(health: SaludConBloques, upstream: Upstream) -> SaludServicio:
    since = upstream.breaker.since
    return SaludServicio(
        **health.model_dump(),
        circuito=upstream.breaker.state,
        desde=f"{since:%Y-%m-%dT%H:%M:%SZ}" if since else None,
    )
