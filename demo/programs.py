"""The programs that a recording needs, from Debian."""

import shutil

from demo.faults import DemoError

NEEDED = ("chromium", "ffmpeg")


def chromium() -> str:
    """Where Chromium is; raises DemoError, in a sentence, if a program is missing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        names = " ".join(missing)
        raise DemoError(f"{' and '.join(missing)} missing (Debian: sudo apt-get install {names})")
    return str(shutil.which("chromium"))
