"""What is held up while a version loads is as before afterwards."""

import gc
import sys
import weakref

import pytest

from contracts.memory import TURN_S, give_back, loading


@pytest.mark.parametrize("fault", [None, RuntimeError("half way")])
def test_loading_leaves_the_collector_and_the_turns_as_they_were(fault: Exception | None) -> None:
    turn = sys.getswitchinterval()
    try:
        with loading():
            assert not gc.isenabled()
            assert sys.getswitchinterval() == pytest.approx(TURN_S)
            if fault is not None:
                raise fault
    except RuntimeError as exc:
        assert exc is fault
    assert gc.isenabled() and sys.getswitchinterval() == pytest.approx(turn)


class Ring:
    """What refers to itself, and is freed by the collector alone."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_collected_before_the_rest_is_kept_from_the_collector() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    frozen = gc.get_freeze_count()
    del ring
    give_back()
    try:
        assert gone() is None and gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
