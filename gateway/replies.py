"""What goes back to a client: status, headers and body of each kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from contracts.context import PROBLEM_JSON
from gateway.answers import Answer
from gateway.cache import CacheState, Kept
from gateway.clients import Reply
from gateway.transport import Header

PROBLEM = PROBLEM_JSON.encode()
NOT_KEPT = (b"cache-control", b"no-store")
ASK_FIRST = (b"cache-control", b"no-cache")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")


@dataclass(frozen=True)
class Outgoing:
    """An answer as it is sent, but for what belongs to the one request."""

    status: int
    headers: list[Header]
    body: bytes
    route: str
    state: CacheState


def outgoing(answer: Answer, if_none_match: bytes) -> Outgoing:
    """The answer to a GET, 304 where the client says that it has it."""
    if answer.kept is not None:
        return _of_kept(answer.kept, answer.state, if_none_match)
    assert answer.reply is not None
    return of_reply(answer.reply, CacheState.MISS)


def of_reply(reply: Reply, state: CacheState = CacheState.NONE) -> Outgoing:
    """A reply that is not kept."""
    headers = [*reply.headers, NOT_KEPT, NO_SNIFFING]
    if state is not CacheState.NONE:
        headers.append((b"x-cache", state.encode()))
    return Outgoing(reply.status, headers, reply.body, reply.route, state)


def personal(answer: Answer, request_id: str, path: str) -> Answer:
    """The answer, and a problem under the client's own request id and path."""
    reply = answer.reply
    if reply is None or (b"content-type", PROBLEM) not in reply.headers:
        return answer
    try:
        document = orjson.loads(reply.body)
        document |= {"request_id": request_id, "instance": path}
        own = replace(reply, body=orjson.dumps(document))
    except (orjson.JSONDecodeError, TypeError):  # the service's affair: as it is
        return answer
    return replace(answer, reply=own)


def _of_kept(kept: Kept, state: CacheState, if_none_match: bytes) -> Outgoing:
    shared: Sequence[Header] = kept.shared
    if state is CacheState.STALE:  # nobody is to keep it on
        shared = [h for h in shared if h[0] != b"cache-control"] + [ASK_FIRST]
    headers = [*shared, (b"age", b"%d" % kept.age_s()), (b"x-cache", state.encode())]
    if if_none_match and kept.matches(if_none_match):
        unchanged = [h for h in headers if not h[0].startswith(b"content-")]
        return Outgoing(304, unchanged, b"", kept.route, state)
    return Outgoing(200, headers, kept.body, kept.route, state)
