"""Files on their way into the raw folder: looked at as the ETL would, then put there whole."""

import filecmp
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from contracts.errors import DataError
from contracts.platforms import PLATFORMS
from contracts.versions import flush, saying_what_failed
from etl.ledger import Ledger
from etl.lines import BYTE_ORDER_MARK, read_blocks
from etl.links import LINKS_COLUMNS
from etl.movies import RAW_COLUMNS
from etl.people import CREDITS_COLUMNS, KEYWORDS_COLUMNS
from etl.ratings import RATINGS_COLUMNS
from etl.read import read_rows
from etl.sources import ROLES, WITH_A_PART, Source, refusing_damage, titles_role
from etl.titles import TITLES_COLUMNS

COLUMNS = {
    "movies": RAW_COLUMNS,
    "credits": CREDITS_COLUMNS,
    "keywords": KEYWORDS_COLUMNS,
    "links": LINKS_COLUMNS,
    "ratings": RATINGS_COLUMNS,
} | {titles_role(platform): TITLES_COLUMNS for platform in PLATFORMS}
"""What the ETL reads of the file of each role."""

NEW, EQUAL, REPLACED = "new", "there already", "replaced"


class SetRefused(DataError):
    """One set cannot be fetched or put in place; others may."""


def check(source: Source) -> None:
    """Raise DataError unless this is a whole CSV with rows and the columns that the ETL reads."""
    with source.open() as file:
        start = file.read(512)
    if start.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"<"):
        raise DataError(f"{source} is a web page, not a CSV")
    columns, ledger = COLUMNS[source.role], Ledger()
    if source.role == "ratings":
        rows = sum(len(block) for block in read_blocks(source, columns, ledger))
    else:
        rows = sum(1 for _ in read_rows(source, columns, ledger))
    if not rows:
        raise DataError(f"{source} holds not one row")


def refuse_rivals(raw: Path, role: str, name: str) -> None:
    """Raise SetRefused where `raw` holds a file that the ETL would take as well as, or before it.

    Of a file that Kaggle ships whole and in part, the part beside the whole does no harm.
    """
    part = ROLES[role][1] if role in WITH_A_PART else None
    for place, called in _held(raw):
        if place == raw / name or called not in ROLES[role]:
            continue
        if called == part and name != part:
            continue
        if name == part and called != part:
            raise SetRefused(
                f"{place} holds all {role}, and the ETL takes it before {name}: ask for it"
                " with --completo, move it away, or choose another folder with --raw"
            )
        raise SetRefused(
            f"{place} is the {role} already, and the ETL refuses two: move it away, or choose"
            " another folder with --raw"
        )


def _held(raw: Path) -> Iterator[tuple[Path, str]]:
    """The files that the ETL would find, and the name it knows each by."""
    for path in sorted(raw.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        names = [path.name]
        if path.suffix == ".zip":
            with refusing_damage(str(path)), zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
        for name in names:
            yield path, PurePosixPath(name).name.removesuffix(".gz").lower()


def put(found: Path, raw: Path, name: str, replace: bool) -> str:
    """Copy `found` to `raw`, at once or not at all; tells whether it is new, equal or replaced.

    Raises SetRefused where another file of this name is there, unless it may be replaced.
    """
    target, beside = raw / name, raw / f".{name}.part"  # the ETL passes over hidden names
    with saying_what_failed(f"cannot write {target}"):
        there = target.exists()
        if there and filecmp.cmp(found, target, shallow=False):
            return EQUAL
        if there and not replace:
            raise SetRefused(
                f"{target} is there and is not what Kaggle has: it was left as it is;"
                " --reemplazar puts Kaggle's in its place"
            )
        try:
            shutil.copyfile(found, beside)
            flush(beside)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        flush(raw)
    return REPLACED if there else NEW
