import itertools
import signal
import socket
import threading

import pytest

from etl.patience import giving_up_on_silence


def test_a_read_without_an_end_ends_where_nothing_comes() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError, match="nothing came for 0.05 seconds"):
        with giving_up_on_silence(lambda: 0, 0.05):
            ours.recv(1)


def test_a_read_goes_on_as_long_as_something_comes() -> None:
    counter, enough = itertools.count(), threading.Event()

    def progress() -> int:
        came = next(counter)
        if came == 5:
            enough.set()
        return came

    with giving_up_on_silence(progress, 0.02):
        assert enough.wait(20)


def test_nothing_is_left_of_it_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with giving_up_on_silence(lambda: 0, 60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_thread_of_its_own_is_let_be() -> None:
    done = []

    def work() -> None:
        with giving_up_on_silence(lambda: 0, 60):
            done.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [(0, 0)]
