"""The answer to a GET: kept, asked for once however many ask, or an older one if need be."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.errors import ProductError, Sentence, UpstreamUnavailable
from gateway.cache import Cache, CacheState, Kept, Key
from gateway.clients import Reply, Upstream

Ask = Callable[[], Awaitable[Reply]]
Found = tuple[Reply, Kept | None]
"""A service's reply, and what was kept of it."""


@dataclass(frozen=True)
class Answer:
    """What a GET is answered with: something kept, or a reply that cannot be kept."""

    state: CacheState
    kept: Kept | None
    reply: Reply | None


class Answers:
    """The cache in front of the services, and the requests under way to fill it."""

    def __init__(self, cache: Cache, stale_after_s: float, most_refreshed: int) -> None:
        """`most_refreshed` questions at once go on after their clients were given older answers."""
        self.cache = cache
        self._most_refreshed = most_refreshed
        self._stale_after_s = stale_after_s
        self._under_way: dict[Key, asyncio.Future[Found]] = {}
        self._refreshing: dict[Key, asyncio.Task[Found]] = {}

    async def get(self, key: Key, upstream: Upstream, ask: Ask) -> Answer:
        """The answer to the address of `key`; `ask` puts the question to the service.

        Raises the service's problem where there is nothing older to give.
        """
        kept = self.cache.find(key)
        if kept is None:
            return _fresh(*await self._shared(key, upstream, ask))
        if kept.fresh:
            return Answer(CacheState.HIT, kept, None)
        if not upstream.up:  # it said nothing to the last probe: why keep the client waiting
            return Answer(CacheState.STALE, kept, None)
        task = self._refreshing.get(key)
        if task is None:
            if len(self._refreshing) >= self._most_refreshed:
                return Answer(CacheState.STALE, kept, None)
            task = asyncio.ensure_future(self._shared(key, upstream, ask))
            self._refreshing[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        return await self._fresh_or(kept, task)

    async def _fresh_or(self, older: Kept, task: asyncio.Task[Found]) -> Answer:
        """The new answer if it comes soon, else the older one.

        The question goes on without its client: the next one will want the answer.
        """
        try:
            async with asyncio.timeout(self._stale_after_s):
                reply, kept = await asyncio.shield(task)
        except (ProductError, TimeoutError):
            return Answer(CacheState.STALE, older, None)
        if reply.status >= 500:
            return Answer(CacheState.STALE, older, None)
        return _fresh(reply, kept)

    def _over(self, key: Key, task: asyncio.Task[Found]) -> None:
        del self._refreshing[key]
        if not task.cancelled():
            task.exception()  # looked at: see below

    async def _shared(self, key: Key, upstream: Upstream, ask: Ask) -> Found:
        """What comes of the one request under way for `key`, made here if there is none."""
        under_way = self._under_way.get(key)
        if under_way is not None:
            return await asyncio.shield(under_way)
        under_way = asyncio.get_running_loop().create_future()
        self._under_way[key] = under_way
        try:
            reply = await ask()
            found = reply, self.cache.keep(key, reply, upstream)
            under_way.set_result(found)
            return found
        except BaseException as exc:
            under_way.set_exception(exc if isinstance(exc, ProductError) else _given_up())
            under_way.exception()  # looked at, so that asyncio does not warn where nobody waits
            raise
        finally:
            del self._under_way[key]


def _given_up() -> UpstreamUnavailable:
    """For those who wait for a request that was ended from outside."""
    return UpstreamUnavailable(
        Sentence("La consulta se interrumpió.", "The question was interrupted.")
    )


def _fresh(reply: Reply, kept: Kept | None) -> Answer:
    return Answer(CacheState.MISS, kept, reply)
