"""What the browser shows, frame by frame, each with the moment it was shown.

Chromium sends a frame when something has changed, so they come at uneven moments; each carries its
own, and the video is made of those. Playwright's own recording needs an ffmpeg that it downloads.
"""

import base64
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

QUALITY = 90
FRAME_HEADERS = (0xC0, 0xC1, 0xC2)
"""Marks of what tells the size: baseline, extended, progressive."""


@dataclass(frozen=True)
class Frame:
    """One picture: its file, when it was first shown, and its width and height."""

    path: Path
    at: float
    size: tuple[int, int]


class Recorder:
    """Keeps the frames of one page in a folder."""

    def __init__(self, page: Page, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.frames: list[Frame] = []
        self._folder = folder
        self._clock = clock
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._keep)

    def start(self) -> None:
        """Begin; the first frame is what stands there."""
        self._session.send("Page.startScreencast", {"format": "jpeg", "quality": QUALITY})

    def stop(self) -> float:
        """End; the moment it ended."""
        self._session.send("Page.stopScreencast")
        return self._clock()

    def _keep(self, event: dict[str, Any]) -> None:
        self._session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
        told = event["metadata"]
        path = self._folder / f"{len(self.frames):06d}.jpg"
        picture = base64.b64decode(event["data"])
        path.write_bytes(picture)
        at = float(told.get("timestamp") or self._clock())
        if self.frames:
            at = max(at, self.frames[-1].at)
        self.frames.append(Frame(path, at, size_of(picture)))


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG picture, from its frame header."""
    place = 2  # after the mark of the beginning
    while jpeg[place + 1] not in FRAME_HEADERS:
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4])
    height, width = struct.unpack(">HH", jpeg[place + 5 : place + 9])
    return width, height
