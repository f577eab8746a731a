"""What an address may ask: a parameter nobody reads is a fault, not something to pass over."""

import inspect
from collections.abc import Awaitable, Callable
from difflib import get_close_matches

from fastapi import Request

from contracts.errors import InvalidRequest, Sentence
from index.names.titles import shown
from reco_service.bodies import wanted_of_query

OF_FILTERS = tuple(inspect.signature(wanted_of_query).parameters)
"""The filters by name, as `wanted_of_query` reads them."""

SUGGESTED = 5
LONGEST_NAME = 100
"""Characters of an unknown name that are compared with those known."""


def only(*names: str, filters: bool = True) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses all parameters but these and, where they count, the filters."""
    known = [*names, *(OF_FILTERS if filters else ())]

    async def check(request: Request) -> None:
        for name in request.query_params:
            if name not in known:
                raise _unknown(name, known)

    return check


def _unknown(name: str, known: list[str]) -> InvalidRequest:
    near = get_close_matches(name[:LONGEST_NAME].lower(), known, SUGGESTED)
    named = shown(name)
    return InvalidRequest(
        Sentence(f"El parámetro «{named}» no existe.", f"There is no parameter '{named}'."),
        near or known,
    )
