"""A progress bar for whatever takes long, quiet where nobody watches."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

PATIENCE_S = 2.0
"""Work that ends sooner shows no bar."""

Advance = Callable[[int], None]


@contextmanager
def track(total: int, what: str) -> Iterator[Advance]:
    """Show `what` on stderr, with rate and time left, while the caller advances to `total`.

    Usage: `with track(len(rows), "reading films") as advance: ...; advance(1)`. The bar appears
    after two seconds, and only on a terminal: a log or a pipe gets nothing.
    """
    console = Console(stderr=True)
    if not (sys.stderr.isatty() and console.is_interactive):
        yield _unseen
        return
    progress = _bar(console)
    task = progress.add_task(what, total=total)
    appearance = threading.Timer(PATIENCE_S, progress.start)
    appearance.daemon = True
    appearance.start()
    try:
        yield lambda n: progress.advance(task, n)
    finally:
        appearance.cancel()
        appearance.join()  # a bar that is just appearing would outlive its stop
        progress.stop()


class _Rate(ProgressColumn):
    """Steps a second; nothing until there is a rate to tell."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def _bar(console: Console) -> Progress:
    text = TextColumn("{task.description}")
    columns = (text, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def _unseen(n: int) -> None:
    """Advance a bar that nobody sees."""
