"""The report job: the current data version in, one page and its figures out."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.progress import track
from contracts.versions import building, flush, saying_what_failed, staging
from eda.blocks import Figure, Picture, Section
from eda.correlations import correlations_section
from eda.dates import dates_section
from eda.distributions import distributions_section
from eda.groups import groups_section
from eda.ledger import ledger_section
from eda.meaning import meaning_section
from eda.missing import missing_section
from eda.money import money_section
from eda.page import as_html
from eda.people import people_section
from eda.platforms import platforms_section
from eda.png import LANGUAGES, NoBrowser, write_figures, write_pictures
from eda.ratings import ratings_section
from eda.summary import summary_section
from eda.tables import Data, read_data
from eda.words import words_section

logger = logging.getLogger(__name__)

PAGE = "informe.html"
FIGURES = "figuras"
POINTER = "current"
DRAFT = ".staging-"

SECTIONS: tuple[Callable[[Data], Section], ...] = (
    summary_section,
    missing_section,
    distributions_section,
    correlations_section,
    dates_section,
    money_section,
    groups_section,
    words_section,
    people_section,
    ratings_section,
    platforms_section,
    ledger_section,
    meaning_section,
)
"""The parts of the report, in order."""


@dataclass(frozen=True)
class Written:
    """What the job wrote; `lacking` says which figures were left out, and why."""

    folder: Path
    figures: int
    images: int
    lacking: str = ""


def run_eda(var: Path, out: Path | None = None, png: bool = True) -> Written:
    """Write the report on the data published in `var`, into `out` or beside its earlier ones.

    Raises DataError for bad input or a fault of the disk; then the last report is as it was.
    """
    data = read_data(var / "data")
    version = data.manifest.version
    with track(len(SECTIONS), "Looking at the data") as advance:
        sections = []
        for make in SECTIONS:
            sections.append(make(data))
            advance(1)
    if out is not None:
        with _beside(out) as folder:
            written = _write(folder, version, sections, png)
            _replace(folder, out)
    else:
        root = var / "eda"
        with building(root), staging(root, version) as folder:
            written = _write(folder, version, sections, png)
            _publish(folder, root, version)
    logger.info("report_written version=%s images=%d", version, written.images)
    return Written(out or var / "eda" / version, written.figures, written.images, written.lacking)


def _write(folder: Path, version: str, sections: list[Section], png: bool) -> Written:
    blocks = [block for section in sections for block in section.blocks]
    figures = [block for block in blocks if isinstance(block, Figure)]
    pictures = [block for block in blocks if isinstance(block, Picture)]
    (folder / PAGE).write_text(as_html(version, sections), encoding="utf-8")
    lacking = ""
    if png:
        lacking = _write_images(figures, pictures, folder / FIGURES)
    images = len(list(folder.glob(f"{FIGURES}/*/*.png")))
    for path in sorted(folder.rglob("*")):
        flush(path)
    return Written(folder, len(figures) + len(pictures), images, lacking)


def _write_images(figures: list[Figure], pictures: list[Picture], folder: Path) -> str:
    """Write the PNG files, or none at all; what is lacking as a sentence."""
    with track(len(figures) * len(LANGUAGES), "Drawing figures") as advance:
        try:
            write_figures(figures, folder, advance)
        except NoBrowser as exc:
            shutil.rmtree(folder, ignore_errors=True)
            return str(exc)
    write_pictures(pictures, folder)
    return ""


def _publish(folder: Path, root: Path, version: str) -> None:
    """Make the staged folder the report of `version`, and point to it."""
    target, old = root / version, root / f"{DRAFT}old-{version}"
    if target.exists():
        target.rename(old)
    folder.rename(target)
    draft = root / f".{POINTER}"
    draft.write_text(version + "\n")
    flush(draft)
    draft.replace(root / POINTER)
    flush(root)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """An empty folder within `out` to write in, on the same disk; removed whatever happens."""
    with saying_what_failed(f"cannot write to {out}"):
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=DRAFT, dir=out))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _replace(folder: Path, out: Path) -> None:
    """Move the figures, then the page, to where the last ones were."""
    if (out / FIGURES).exists():
        (out / FIGURES).rename(folder / f"old-{FIGURES}")
    if (folder / FIGURES).exists():
        (folder / FIGURES).rename(out / FIGURES)
    (folder / PAGE).replace(out / PAGE)
    flush(out)
