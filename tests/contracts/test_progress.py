import os
import pty
import subprocess
import sys

WORK = """
import sys, time
from contracts.progress import track
with track(40, "counting films") as advance:
    for _ in range(40):
        time.sleep({pause})
        advance(1)
"""
ENVIRONMENT = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}


def on_a_terminal(pause: float, **environment: str) -> str:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WORK.format(pause=pause)],
        stderr=follower,
        env=ENVIRONMENT | environment,
    )
    os.close(follower)
    shown = b""
    while chunk := read(leader):
        shown += chunk
    os.close(leader)
    assert process.wait() == 0
    return shown.decode()


def read(leader: int) -> bytes:
    try:
        return os.read(leader, 4096)
    except OSError:  # Linux's end of file for a pseudo-terminal
        return b""


def test_a_terminal_sees_what_is_done_its_rate_and_the_time_left():
    shown = on_a_terminal(pause=0.07)
    assert "counting films" in shown
    assert "40/40" in shown
    assert "/s" in shown
    assert "0:00:0" in shown


def test_work_of_less_than_two_seconds_shows_nothing():
    assert on_a_terminal(pause=0.005) == ""


def test_a_terminal_that_cannot_move_its_cursor_sees_nothing():
    assert on_a_terminal(pause=0.06, TERM="dumb") == ""


def test_a_pipe_gets_nothing_even_from_long_work_and_with_colour_forced():
    environment = ENVIRONMENT | {"FORCE_COLOR": "1"}
    command = [sys.executable, "-c", WORK.format(pause=0.06)]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_fault_inside_goes_through_and_leaves_no_thread_behind():
    code = """
import threading
from contracts.progress import track
try:
    with track(3, "failing"):
        raise KeyError("x")
except KeyError:
    print(threading.active_count())
"""
    command = [sys.executable, "-c", code]
    leader, follower = pty.openpty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=follower, env=ENVIRONMENT)
    os.close(leader), os.close(follower)
    assert done.stdout == b"1\n"
