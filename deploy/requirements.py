"""Print what pip has to install for one service: its extra in pyproject.toml, unfolded.

`python requirements.py query` reads the pyproject.toml beside it or one folder up. The image
needs this because pip installs an extra only together with the whole product.
"""

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

OWN_EXTRAS = re.compile(r"cartelera\[(?P<names>[\w\s,-]+)\]")


def requirements_of(service: str, project: Mapping) -> list[str]:
    """The base dependencies and everything the extra leads to, each once, sorted."""
    extras = project["optional-dependencies"]
    if service not in extras:
        raise SystemExit(f"there is no service {service!r}: pyproject.toml has no such extra")
    return sorted({*project["dependencies"], *_unfold(extras[service], extras)})


def _unfold(requirements: Sequence[str], extras: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    for requirement in requirements:
        if own := OWN_EXTRAS.fullmatch(requirement):
            for name in own["names"].split(","):
                found |= _unfold(extras[name.strip()], extras)
        else:
            found.add(requirement)
    return found


def _pyproject() -> dict:
    here = Path(__file__).resolve().parent
    path = next(
        folder / "pyproject.toml"
        for folder in (here, here.parent)
        if (folder / "pyproject.toml").exists()
    )
    return tomllib.loads(path.read_text())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: requirements.py SERVICE")
    sys.stdout.write("\n".join(requirements_of(sys.argv[1], _pyproject()["project"])) + "\n")
