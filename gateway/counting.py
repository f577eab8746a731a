"""Where requests are counted: in Redis with the other gateways, or in this process alone."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from math import floor
from typing import TYPE_CHECKING, TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.storage.base import SlidingWindowCounterSupport
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from contracts.errors import DataError

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

logger = logging.getLogger(__name__)

MOST_COUNTERS = 50_000
"""Counters kept in memory, some 20 MB; each address and rate has at most two."""

PATIENCE_S = 0.1
"""The most that a request waits for Redis: half of it for its turn to ask, half for the answer."""

STEP_SHARE = 0.4
"""Of that, for each step of an answer: less than half, so that the library itself gives up first;
it closes what is late better than what is cancelled."""

AT_ONCE = 4
"""Questions to Redis, and connections. One for each of many requests takes longer than a queue."""

PAUSE_S = 3.0
"""How long Redis is left alone after a fault, before one request tries it again."""

T = TypeVar("T")
Limiter = SlidingWindowCounterRateLimiter


class BoundedMemory(MemoryStorage):
    """The library's memory for sliding window counters, with a bound: the stalest go first.

    The library's own looks through all counters at every hit, and has as many as there are
    addresses to ask from: whoever owns many could make each request slow, and the process large.
    """

    STORAGE_SCHEME = ["async+bounded-memory"]

    def __init__(self, most: int = MOST_COUNTERS) -> None:
        super().__init__()
        self._most = most
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counters)

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a counter; a new one is forgotten after `expiry` seconds."""
        count = await self.get(key)
        expires = self._counters[key][1] if count else time.monotonic() + expiry
        self._counters[key] = (count + amount, expires)
        self._counters.move_to_end(key)
        for _ in range(2):  # more than come, so that those that are over do not pile up
            oldest, (_count, until) = next(iter(self._counters.items()))
            if until <= time.monotonic() or len(self._counters) > self._most:
                del self._counters[oldest]
        return count + amount

    async def decr(self, key: str, amount: int = 1) -> int:
        """Take from a counter, down to 0."""
        count, expires = self._counters.get(key, (0, 0.0))
        if count:
            self._counters[key] = (max(count - amount, 0), expires)
        return max(count - amount, 0)

    async def get(self, key: str) -> int:
        """What a counter stands at; 0 if it is over or was never begun."""
        if key not in self._counters:
            return 0
        self._counters.move_to_end(key)  # who is refused adds nothing, and must not be forgotten
        count, expires = self._counters[key]
        return count if expires > time.monotonic() else 0

    async def clear(self, key: str) -> None:
        """Forget a counter."""
        self._counters.pop(key, None)


async def left_of(limiter: Limiter, rate: RateLimitItem, *whose: str) -> tuple[int, float]:
    """How many more requests a rate allows, and in how many seconds there is one more."""
    assert isinstance(limiter.storage, SlidingWindowCounterSupport)
    window = rate.get_expiry()
    before, before_ttl, now, now_ttl = await limiter.storage.get_sliding_window(
        rate.key_for(*whose), window
    )
    weight = before * before_ttl / window + now
    if now >= rate.amount:  # nothing until this window is the one before, and fades
        return 0, now_ttl - window
    wait = (weight - rate.amount) * window / before if before else 0.0
    return max(0, rate.amount - floor(weight)), max(0.0, wait)


class Counters:
    """Counters shared through Redis if there is an address of one, else of this process.

    Redis failing or late fails no request: it is counted here, and goes on being so for a while.
    """

    def __init__(self, redis_url: str = "", patience_s: float = PATIENCE_S) -> None:
        self._own = Limiter(BoundedMemory())
        self._patience_s = patience_s
        self._pool = _connections(redis_url, patience_s * STEP_SHARE) if redis_url else None
        self._shared = Limiter(_storage(self._pool)) if self._pool else None
        self._faults = (_redis_error(), OSError) if self._pool else ()  # OSError: also TimeoutError
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._alone = False
        self._try_at = 0.0

    async def ask(self, question: Callable[[Limiter], Awaitable[T]]) -> T:
        """The answer of whichever counts now."""
        if self._shared is None or (self._alone and time.monotonic() < self._try_at):
            return await question(self._own)
        trying = self._alone
        if trying:  # those that come meanwhile do not
            self._try_at = time.monotonic() + PAUSE_S
        try:
            async with asyncio.timeout(self._patience_s / 2):
                await self._turns.acquire()
        except TimeoutError:  # too many are before this one; Redis may be well
            return await question(self._own)
        try:
            if self._alone and not trying:  # since this one began to wait
                return await question(self._own)
            return await self._ask_shared(self._shared, question, trying)
        except self._faults as fault:
            self._go_on_alone(fault)
            return await question(self._own)
        finally:
            self._turns.release()

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _ask_shared(
        self, shared: Limiter, question: Callable[[Limiter], Awaitable[T]], trying: bool
    ) -> T:
        async with asyncio.timeout(self._patience_s / 2):
            if trying and self._pool is not None:
                # each that a cut cable left half open would cost this much patience again
                await self._pool.disconnect(inuse_connections=False)
            answer = await question(shared)
        if trying:
            self._alone = False
            logger.warning("rates_shared_again")
        return answer

    def _go_on_alone(self, fault: Exception) -> None:
        if not self._alone:
            # its type alone: what Redis says may cite the address, and a password in it
            logger.warning("rates_alone fault=%s", type(fault).__name__)
        self._alone, self._try_at = True, time.monotonic() + PAUSE_S


def _connections(url: str, step_s: float) -> "ConnectionPool":
    # here and not above: 10 MB that only a gateway with a Redis needs
    from redis.asyncio import ConnectionPool
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    try:
        return ConnectionPool.from_url(
            url,
            socket_timeout=step_s,
            socket_connect_timeout=step_s,
            protocol=2,  # this and the next: fewer words before the first command
            driver_info=None,
            retry=Retry(NoBackoff(), 0),  # the pool's own would outlast our patience
        )
    except ValueError:  # not told from: it may cite the password
        raise DataError(
            "the address of Redis (GATEWAY_REDIS_URL) is not like redis://host:6379/0,"
            " rediss://host:6379/0 or unix:///path"
        ) from None


def _redis_error() -> type[Exception]:
    from redis import RedisError

    return RedisError


def _storage(pool: "ConnectionPool") -> RedisStorage:
    return RedisStorage(
        "async+redis://",
        implementation="redispy",
        key_prefix="cartelera",
        connection_pool=pool,  # type: ignore[arg-type]  # as its docstring says it may be
    )
