"""How an endpoint is served: its arguments in the path or in the query, and what is meant by both.

What follows `/get_actor/` is a name, which may hold a slash, or a platform and a year.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import StringConstraints
from starlette.routing import Match
from starlette.types import Scope

from contracts.http import problems
from contracts.platforms import platform_called

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A path or query argument, whichever the route has."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def both_ways(router: APIRouter, path: str, *statuses: int) -> Callable[[Endpoint], Endpoint]:
    """Serve an endpoint at `path` and at its first segment, its arguments in the query.

    An argument written `{name:path}` may hold slashes, percent-encoded or not (`Face/Off`).
    """
    first = path.split("/")[1]

    def register(endpoint: Endpoint) -> Endpoint:
        # a path with a line end in it, escaped, is none of any route's: always a 404
        router.add_api_route(path, endpoint, responses=problems(404, *statuses))
        by_query = f"{first}_por_consulta"
        router.add_api_route(f"/{first}", endpoint, responses=problems(*statuses), name=by_query)
        return endpoint

    return register


class ByName(APIRoute):
    """A route of `{nombre:path}` that leaves `{platform}/{year}` to a route further on."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See starlette.routing.BaseRoute."""
        match, child_scope = super().matches(scope)
        if match is not Match.NONE and _means_platform_and_year(
            child_scope["path_params"]["nombre"]
        ):
            return Match.NONE, {}
        return match, child_scope


def _means_platform_and_year(text: str) -> bool:
    """Whether these are two segments, and a platform first or digits last; all else is a name."""
    first, _, second = text.partition("/")
    if not first or not second or "/" in second:
        return False
    return platform_called(first) is not None or second.strip().isdecimal()
