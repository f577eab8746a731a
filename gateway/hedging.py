"""A second request to a service that takes long, for the first answer of the two.

After Dean and Barroso, "The Tail at Scale" (2013). Off unless a setting says after how long.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Answer = TypeVar("Answer")


async def first_answer(
    ask: Callable[[], Awaitable[Answer]], patience_s: float, granted: Callable[[], bool]
) -> Answer:
    """What `ask` gives; asked a second time if it takes longer than `patience_s`.

    The other request is given up once one was answered. If both fail, the first one's fault is
    raised. `granted` is asked before the second request is made.
    """
    first = asyncio.ensure_future(ask())
    asked = {first}
    try:
        await asyncio.wait(asked, timeout=patience_s)
        if not first.done() and granted():
            asked.add(asyncio.ensure_future(ask()))
        waiting = set(asked)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                if one.exception() is None:
                    return one.result()
        return first.result()
    finally:
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
