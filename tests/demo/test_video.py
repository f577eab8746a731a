"""What is recorded can be played, and lasts as long as what was shown."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from demo.captions import Caption
from demo.faults import DemoError
from demo.programs import chromium
from demo.recorder import Frame, size_of
from demo.recording import open_page, record
from demo.sizes import HEIGHT, PAGE_HEIGHT, PHONE_WIDTH, RATE, WIDTH
from demo.video import runs, widened

A, B, C = Path("a"), Path("b"), Path("c")
MOVING = """<body style="margin:0"><div style="height:80px;width:80px;background:#c33"></div>
<script>
const box = document.querySelector("div");
const move = (at) => { box.style.marginLeft = `${(at / 4) % 900}px`; requestAnimationFrame(move); };
requestAnimationFrame(move);
</script>"""
SECONDS = 3.0


def test_a_picture_stands_until_the_next_one():
    assert runs([(10.0, A), (11.0, B), (12.6, C)], 10.0, 14.0, rate=10) == [
        (A, 10),
        (B, 16),
        (C, 14),
    ]


def test_the_first_picture_stands_from_the_start_and_the_last_to_the_end():
    assert runs([(10.5, A), (11.0, B)], 10.0, 12.0, rate=10) == [(A, 10), (B, 10)]


def test_pictures_within_one_tick_leave_the_last_of_them():
    shown = runs([(0.0, A), (1.0, B), (1.01, C)], 0.0, 2.0, rate=10)
    assert shown == [(A, 10), (C, 10)]


def test_ticks_add_up_to_the_whole_whatever_the_moments():
    moments = [(number**1.7 / 100, Path(str(number))) for number in range(400)]
    assert sum(ticks for _, ticks in runs(moments, 0.0, 300.0)) == 300 * RATE


def test_a_missing_program_is_told_with_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DemoError, match="apt-get install chromium ffmpeg"):
        chromium()


@pytest.mark.slow
def test_a_recording_is_a_playable_video_of_its_length_with_subtitles(opened, folder):
    page = open_page(opened)
    page.set_content(MOVING)

    def play():
        began = time.time()
        page.wait_for_timeout(SECONDS * 1000)
        said = [(began, Caption("Uno", "One")), (began + 1, Caption("Dos", "Two"))]
        return said, [(began, "127.0.0.1/x")]

    out = folder / "short.mp4"
    seconds = record(opened, page, play, out)
    told = probed(out)
    video, *subtitles = told["streams"]
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", WIDTH, HEIGHT)
    assert video["r_frame_rate"] == f"{RATE}/1"
    assert int(video["nb_read_frames"]) == pytest.approx(seconds * RATE, abs=2)
    assert float(told["format"]["duration"]) == pytest.approx(seconds, abs=0.2)
    assert [stream["tags"]["language"] for stream in subtitles] == ["spa", "eng"]
    assert "Uno" in (folder / "short.es.vtt").read_text()
    assert "One" in (folder / "short.en.vtt").read_text()
    assert {path.suffix for path in folder.iterdir()} == {".mp4", ".vtt"}


@pytest.mark.slow
def test_what_follows_a_narrow_window_is_in_the_video(opened, folder):
    page = open_page(opened)

    def play():
        began = time.time()
        page.set_content("<body style='background:#c00'>")
        page.wait_for_timeout(700)
        page.set_viewport_size({"width": PHONE_WIDTH, "height": PAGE_HEIGHT})
        page.wait_for_timeout(700)
        page.set_viewport_size({"width": WIDTH, "height": PAGE_HEIGHT})
        page.set_content("<body style='background:#0c0'>")
        page.wait_for_timeout(1000)
        return [(began, Caption("Uno", "One"))], [(began, "127.0.0.1/x")]

    out = folder / "narrow.mp4"
    seconds = record(opened, page, play, out)
    red, green, blue = colour_at(out, seconds - 0.4)
    assert green > 150 and red < 80 and blue < 80


@pytest.mark.slow
def test_frames_are_of_one_size_and_those_of_neither_window_are_left_out(opened, folder):
    page = open_page(opened)
    frames = []
    sizes = [(WIDTH, PAGE_HEIGHT), (PHONE_WIDTH, PAGE_HEIGHT), (WIDTH, 513), (WIDTH, PAGE_HEIGHT)]
    for number, (width, height) in enumerate(sizes):
        page.set_viewport_size({"width": width, "height": height})
        path = folder / f"{number}.jpg"
        path.write_bytes(page.screenshot(type="jpeg"))
        frames.append(Frame(path, float(number), size_of(path.read_bytes())))
    assert [frame.size for frame in frames] == sizes
    wide = widened(frames, folder / "phone")
    assert [at for at, _ in wide] == [0.0, 1.0, 3.0]
    assert {size_of(path.read_bytes()) for _, path in wide} == {(WIDTH, PAGE_HEIGHT)}


def colour_at(path: Path, second: float) -> tuple[int, int, int]:
    """Of the middle of the picture at a moment."""
    command = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-ss",
        str(second),
        "-i",
        str(path),
        "-frames:v",
        "1",
    ]
    one = [
        "-vf",
        f"crop=2:2:{WIDTH // 4}:{HEIGHT // 2}",
        "-pix_fmt",
        "rgb24",
        "-f",
        "rawvideo",
        "-",
    ]
    red, green, blue = subprocess.run([*command, *one], capture_output=True, check=True).stdout[:3]
    return red, green, blue


def probed(path: Path) -> dict:
    """What ffprobe says of a file, whose frames it decodes."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format"]
    result = subprocess.run(
        [*command, "-of", "json", str(path)], capture_output=True, text=True, check=True
    )
    assert not result.stderr
    return json.loads(result.stdout)
