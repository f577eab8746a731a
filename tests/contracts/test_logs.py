"""Log lines as a collector and a person read them, written by real processes and by one call."""

import json
import logging
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.logs import JsonLines, TextLines
from tests.conftest import ROOT

CONTROLS = "".join(map(chr, [*range(32), 127, 0x85, 0x2028, 0x2029]))


def logged(template: str, *arguments: object, level: int = logging.WARNING) -> dict[str, Any]:
    """The line of one call, read back."""
    record = logging.LogRecord("gateway.app", level, "app.py", 1, template, arguments, None)
    line = JsonLines().format(record)
    assert line.isascii() and line.splitlines() == [line]
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def event(template: str, *arguments: object) -> dict[str, Any]:
    """What a call says for itself: its line without when, how bad and where."""
    told = logged(template, *arguments)
    return {key: told[key] for key in told if key not in ("time", "level", "logger")}


def test_a_line_says_when_how_bad_and_where() -> None:
    told = logged("ended", level=logging.ERROR)
    assert (told["level"], told["logger"], told["event"]) == ("ERROR", "gateway.app", "ended")
    assert told["time"].endswith("Z") and len(told["time"]) == len("2026-01-31T10:20:30.123Z")
    assert datetime.fromisoformat(told["time"]).utcoffset() is not None


def test_fields_are_keys_with_their_own_types() -> None:
    template = "slow_request path=%r ms=%.1f tries=%d ok=%s none=%s request_id=%s"
    assert event(template, "/x", 12.345, 2, True, None, "a-1") == {
        "event": "slow_request",
        "path": "/x",
        "ms": 12.3,
        "tries": 2,
        "ok": True,
        "none": None,
        "request_id": "a-1",
    }


def test_fields_written_into_the_template_are_fields_too() -> None:
    said = event("request method=GET status=200 ms=%.1f", 3.21)
    assert said == {"event": "request", "method": "GET", "status": 200, "ms": 3.2}


def test_an_argument_without_a_name_is_the_detail() -> None:
    assert event("weights step=%s %s", 1, [0.5])["detail"] == "[0.5]"


def test_a_field_named_as_a_key_of_every_line_is_kept_beside_it() -> None:
    said = logged("clock time=%s level=%s event=%s", 1, 2, 3)
    assert (said["time_"], said["level_"], said["event_"]) == (1, 2, 3)
    assert said["level"] == "WARNING" and said["event"] == "clock"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": 1.5}, {"a": 1.5}),
        ([1, "b"], [1, "b"]),
        (Path("/x"), "/x"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ({"a": float("nan")}, "{'a': nan}"),
        ({(1, 2): 3}, "{(1, 2): 3}"),
        ({1}, "{1}"),
        (b"\xff", "b'\\xff'"),
        (ValueError("no"), "no"),
        (2**70, 2**70),
        ("\udcff", "\udcff"),
    ],
)
def test_what_json_lacks_becomes_text(value: object, told: object) -> None:
    assert event("said value=%s", value) == {"event": "said", "value": told}


def test_a_lone_dict_is_a_field_and_not_arguments_by_name() -> None:
    assert event("examined quality=%s", {"recall": 0.9})["quality"] == {"recall": 0.9}


def test_a_value_that_holds_itself_is_told_as_text() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert event("said value=%s", endless)["value"] == "[[...]]"


@pytest.mark.parametrize(
    ("template", "arguments", "text"),
    [
        ("Started server process [%d]", (7,), "Started server process [7]"),
        ('%s - "%s %s HTTP/%s" %d', ("a", "b", "c", "d", 1), 'a - "b c HTTP/d" 1'),
        ("Uvicorn running on %s", ("x",), "Uvicorn running on x"),
        ("hello %(name)s", ({"name": "you"},), "hello you"),
        ("50% done", (), "50% done"),
    ],
)
def test_what_other_libraries_say_is_a_message(
    template: str, arguments: tuple[object, ...], text: str
) -> None:
    assert event(template, *arguments) == {"event": "message", "message": text}


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("template", "arguments"),
    [("few a=%s b=%s", (1,)), ("many a=%s", (1, 2)), ("said value=%s", (Unspeakable(),))],
)
def test_a_faulty_call_still_leaves_a_line(template: str, arguments: tuple[object, ...]) -> None:
    assert event(template, *arguments) == {"event": "message", "message": template}


def test_a_word_where_a_number_was_meant_is_not_lost() -> None:
    assert event("said count=%d", "three") == {"event": "said", "count": "three"}


def test_an_exception_is_one_field() -> None:
    try:
        raise ValueError(f"first\nsecond{CONTROLS}")
    except ValueError:
        record = logging.LogRecord("x", 40, "x.py", 1, "failed", (), sys.exc_info())
    line = JsonLines().format(record)
    assert line.splitlines() == [line]
    assert "first\nsecond" in json.loads(line)["exception"]


def test_no_character_breaks_a_line_in_either_format() -> None:
    hostile = f"a{CONTROLS}b\nWARNING forged"
    assert logged("said value=%s", hostile)["value"] == hostile
    record = logging.LogRecord("x", 30, "x.py", 1, "said value=%s", (hostile,), None)
    line = TextLines("%(levelname)s %(message)s").format(record)
    assert line.splitlines() == [line]
    assert line.isprintable()


PROGRAM = """
import logging
from contracts import logs
logs.configure()
logging.getLogger("x").warning("ended ms=%.0f", 3)
logging.getLogger("x").info("unheard")
"""


def written(log_format: str | None, stderr: int = subprocess.PIPE) -> str:
    """What a process of that setting writes to stderr."""
    environment = {key: os.environ[key] for key in os.environ if "CARTELERA_LOG" not in key}
    if log_format is not None:
        environment["CARTELERA_LOG_FORMAT"] = log_format
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=stderr, text=True, check=True)
    return done.stderr


@pytest.mark.parametrize("log_format", ["json", "JSON", None, "", "yaml"])
def test_lines_are_json_where_nobody_watches(log_format: str | None) -> None:
    (line,) = written(log_format).splitlines()
    told = json.loads(line)
    assert (told["event"], told["ms"], told["level"]) == ("ended", 3.0, "WARNING")


def test_lines_are_text_where_that_is_asked_for() -> None:
    (line,) = written("text").splitlines()
    assert line.endswith("WARNING x ended ms=3")


@pytest.mark.parametrize(("log_format", "start"), [(None, "2"), ("json", "{")])
def test_a_terminal_gets_text_unless_json_is_asked_for(log_format: str | None, start: str) -> None:
    ours, theirs = pty.openpty()
    try:
        written(log_format, theirs)
        line = os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert line.startswith(start) and "ended" in line
