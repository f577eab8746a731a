"""Pictures and their moments made into a video, by ffmpeg."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.captions import LANGUAGES
from demo.faults import DemoError
from demo.recorder import Frame
from demo.sizes import PAGE_HEIGHT, PHONE_WIDTH, RATE, WIDTH

GROUND = "0x2b2725"
CODES = {"es": "spa", "en": "eng"}

Moments = Sequence[tuple[float, Path]]
"""Pictures, each with the moment it is shown from."""


@dataclass(frozen=True)
class Layers:
    """The three parts of the video, from top to bottom."""

    addresses: Moments
    frames: Moments
    captions: Moments


def runs(moments: Moments, start: float, end: float, rate: int = RATE) -> list[tuple[Path, int]]:
    """Each picture and for how many ticks of the video it stands; the first one from the start.

    A picture that another one follows within a tick is not seen.
    """
    ticks = max(1, round((end - start) * rate))
    first = [min(ticks, max(0, round((at - start) * rate))) for at, _ in moments]
    first[0] = 0
    ends = [*first[1:], ticks]
    return [
        (path, until - since)
        for (_, path), since, until in zip(moments, first, ends, strict=True)
        if until > since
    ]


def widened(frames: Sequence[Frame], folder: Path) -> list[tuple[float, Path]]:
    """The frames, those of a phone set in the middle of a wide window, all of one size.

    While a window changes its size a frame of neither may come. It is left out: at a picture of
    another size ffmpeg begins anew, and what it had in hand of all three parts is lost.
    """
    narrow = [frame for frame in frames if frame.size == (PHONE_WIDTH, PAGE_HEIGHT)]
    wide: dict[Path, Path] = {}
    if narrow:
        folder.mkdir()
        for number, frame in enumerate(narrow):
            source = folder / f"narrow-{number:06d}.jpg"
            shutil.copy(frame.path, source)
            wide[frame.path] = folder / f"wide-{number:06d}.jpg"
        size = f"pad={WIDTH}:{PAGE_HEIGHT}:(ow-iw)/2:0:{GROUND},format=yuvj420p"  # as Chromium's
        given, made = folder / "narrow-%06d.jpg", folder / "wide-%06d.jpg"
        run_ffmpeg(["-i", str(given), "-vf", size, "-q:v", "2", "-start_number", "0", str(made)])
    return [
        (frame.at, wide.get(frame.path, frame.path))
        for frame in frames
        if frame.path in wide or frame.size == (WIDTH, PAGE_HEIGHT)
    ]


def write_video(
    layers: Layers, span: tuple[float, float], subtitles: dict[str, Path], out: Path
) -> None:
    """Stack the parts, encode them, and carry the subtitles along."""
    folder = out.parent
    inputs: list[str] = []
    lists = [folder / f"{out.stem}.{number}.txt" for number in range(3)]
    for path, moments in zip(
        lists, (layers.addresses, layers.frames, layers.captions), strict=True
    ):
        path.write_text(_concatenated(runs(moments, *span)), encoding="utf-8")
        inputs += ["-f", "concat", "-safe", "0", "-i", str(path)]
    for path in subtitles.values():
        inputs += ["-i", str(path)]
    try:
        run_ffmpeg([*inputs, *_encoding(subtitles, span[1] - span[0]), str(out)])
    finally:
        for path in lists:
            path.unlink()


def _concatenated(parts: Sequence[tuple[Path, int]]) -> str:
    """A list for ffmpeg's concat reader; it wants the last picture twice."""
    lines = [f"file '{path.resolve()}'\nduration {ticks / RATE:.3f}" for path, ticks in parts]
    return "\n".join([*lines, f"file '{parts[-1][0].resolve()}'\n"])


def _encoding(subtitles: dict[str, Path], seconds: float) -> list[str]:
    even = f"fps={RATE},scale={WIDTH}:-2:out_range=tv,setsar=1,format=yuv420p"
    parts = ";".join(f"[{n}:v]{even}[p{n}]" for n in range(3))
    stacked = f"{parts};[p0][p1][p2]vstack=inputs=3:shortest=0[v]"
    told: list[str] = []
    for number, language in enumerate(subtitles):
        told += [
            "-map",
            f"{number + 3}:s",
            f"-metadata:s:s:{number}",
            f"language={CODES[language]}",
        ]
        told += [f"-metadata:s:s:{number}", f"title={LANGUAGES[language]}"]
    return [
        *("-filter_complex", stacked, "-map", "[v]", *told, "-t", f"{seconds:.3f}"),
        *("-c:v", "libx264", "-preset", "fast", "-crf", "23", "-tune", "animation"),
        *("-pix_fmt", "yuv420p", "-c:s", "mov_text", "-disposition:s", "0"),
        *("-movflags", "+faststart"),
    ]


def run_ffmpeg(arguments: Sequence[str]) -> None:
    """Run ffmpeg; raises DemoError with the last it said."""
    command = ["ffmpeg", "-y", "-nostdin", "-loglevel", "error", *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise DemoError(f"ffmpeg: {result.stderr.strip().splitlines()[-1:]}")
