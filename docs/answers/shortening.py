"""Answers made short and steady: long lists and texts are cut, what changes by itself is masked."""

import json
from typing import Any

CUT = "…"
LONGEST_TEXT = 160
MOST_OBJECTS, MOST_VALUES = 2, 5
WIDTH = 96
VOLATILE = frozenset({"version", "request_id", "desde"})
"""Hashes of what was built, ids of requests and moments: another run has others."""


TALLIES = frozenset({"por_estado", "rechazos"})
"""Of a live answer, objects that have a name for whatever has happened so far."""


def shorten(value: Any, live: bool = False) -> Any:
    """`value` with lists and texts cut, and what another run would answer otherwise masked.

    Of a `live` answer all figures are masked, and texts with a digit in them.
    """
    if isinstance(value, dict):
        return {
            key: CUT if _is_masked(key, one, live) else shorten(one, live)
            for key, one in value.items()
        }
    if isinstance(value, list):
        most = MOST_OBJECTS if value and isinstance(value[0], dict) else MOST_VALUES
        kept = [shorten(one, live) for one in value[:most]]
        return kept if len(value) <= most else [*kept, CUT]
    if live and not isinstance(value, bool):
        steady = isinstance(value, str) and not any(one.isdigit() for one in value)
        return value if steady else CUT
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT].rstrip() + CUT
    return value


def _is_masked(key: str, value: Any, live: bool) -> bool:
    return (key in VOLATILE and value is not None) or (live and key in TALLIES)


def pretty(value: Any, indent: int = 0) -> str:
    """JSON with a line for whatever fits on one, and a deeper step for the rest."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + indent <= WIDTH:
        return line
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        inner = [
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {pretty(one, indent + 2)}"
            for key, one in value.items()
        ]
    else:
        inner = [pad + pretty(one, indent + 2) for one in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n" + ",\n".join(inner) + f"\n{' ' * indent}{closing}"
