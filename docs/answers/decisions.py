"""The list of decisions and their entries in the navigation, from the decisions themselves."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "decisions"
HEADING = re.compile(r"# (\d{4})\W+(.+)")
LISTED = re.compile(r"(\| --- \| --- \|\n).*", re.DOTALL)
NAVIGATED = re.compile(r"(          - Todas: decisions/index\.md\n)(?:          - .*\n)*")


def decision_pages() -> dict[Path, str]:
    """What the list and the configuration of the site should say; nothing is written."""
    decisions = list(_decisions())
    rows = "".join(f"| [{number}]({name}) | {title} |\n" for number, title, name in decisions)
    entries = "".join(
        f'          - "{number} {title}": decisions/{name}\n' for number, title, name in decisions
    )
    index, site = FOLDER / "index.md", ROOT / "mkdocs.yml"
    return {
        index: LISTED.sub(lambda found: found[1] + rows, index.read_text()),
        site: NAVIGATED.sub(lambda found: found[1] + entries, site.read_text()),
    }


def _decisions() -> Iterator[tuple[str, str, str]]:
    for path in sorted(FOLDER.glob("0*.md")):
        if not (heading := HEADING.match(path.read_text())):
            raise SystemExit(f"{path.name} does not begin with its number and title")
        number, title = heading.groups()
        yield number, title.replace('"', "'"), path.name
