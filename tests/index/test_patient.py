"""An engine that may be gone: opened when it can be, tried again, and closed by its last holder."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from index import engines
from index.engine import Among, EngineFault
from index.engines import EngineState, Patient, state_of
from index.faiss_store import FaissIndex
from index.store import ExactIndex, Floats, Rows
from tests.waiting import until

QUERY = np.ones(4, np.float32)
VECTORS = np.eye(4, dtype=np.float32)


class Outside:
    """A server that an engine stands for: it may be down, and remembers who opened it."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.opened: list[RemoteEngine] = []
        self.hold = threading.Event()
        self.hold.set()

    def open(self) -> "RemoteEngine":
        self.hold.wait(20)
        if self.fault:
            raise EngineFault(self.fault)
        self.opened.append(RemoteEngine(self))
        return self.opened[-1]


class RemoteEngine:
    def __init__(self, outside: Outside) -> None:
        self._outside, self.closed = outside, False

    def nearest(self, query: Floats, k: int, among: Among | None = None) -> Rows:
        if self._outside.fault:
            raise EngineFault(self._outside.fault)
        return np.arange(k)

    def told(self) -> dict[str, Any]:
        return {"engine": "milvus", "links": 32}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    monkeypatch.setattr(engines, "AGAIN_S", 0.01)
    return Outside()


def patient(outside: Outside) -> Patient:
    return Patient(outside.open, "milvus")


def faulty(engine: Patient) -> str:
    with pytest.raises(EngineFault) as fault:
        engine.nearest(QUERY, 2)
    return str(fault.value)


def answers(engine: Patient) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            return engine.nearest(QUERY, 2).tolist() == [0, 1]
        except EngineFault:
            return False

    return asked


def test_what_cannot_be_opened_is_told_and_opened_later(outside: Outside, caplog) -> None:
    outside.fault = "nobody there"
    engine = patient(outside)
    assert (engine.fault, engine.faults, engine.told()) == ("nobody there", 0, {"engine": "milvus"})
    assert faulty(engine) == "nobody there"
    outside.fault = None
    assert until(answers(engine))
    assert engine.fault is None and engine.faults >= 1
    assert engine.told() == {"engine": "milvus", "links": 32}
    assert len(outside.opened) == 1
    told = [record.getMessage() for record in caplog.records if "engine_" in record.getMessage()]
    assert told.count("engine_absent engine=milvus reason=nobody there") == 1


def test_nobody_waits_for_it_to_be_opened_but_the_first(outside: Outside) -> None:
    outside.fault = "nobody there"
    engine = patient(outside)
    outside.hold.clear()
    assert until(lambda: bool(faulty(engine)) and engine._trying.locked())
    for _ in range(3):
        assert faulty(engine) == "nobody there"
    outside.fault = None
    outside.hold.set()
    assert until(answers(engine))


def test_what_fails_is_tried_again_though_nobody_asks_for_films(outside: Outside) -> None:
    engine = patient(outside)
    index = FaissIndex.build(np.arange(4), VECTORS)
    index.engine = engine
    assert state_of(index) == EngineState("milvus")
    outside.fault = "it fell"
    index.top(QUERY, 2)
    assert state_of(index) == EngineState("milvus", "it fell", 1)
    outside.fault = None
    assert until(lambda: state_of(index) == EngineState("milvus", None, 1))
    assert len(outside.opened) == 1


def test_one_that_could_not_be_opened_is_found_back_though_nobody_asks(outside: Outside) -> None:
    outside.fault = "nobody there"
    index = FaissIndex.build(np.arange(4), VECTORS)
    index.engine = patient(outside)
    assert state_of(index).fault == "nobody there"
    outside.fault = None
    assert until(lambda: state_of(index).fault is None)


def test_it_is_closed_once_nobody_holds_it(outside: Outside) -> None:
    index = FaissIndex.build(np.arange(4), VECTORS)
    index.engine = patient(outside)
    assert not outside.opened[0].closed
    del index
    assert outside.opened[0].closed


def test_what_is_opened_while_it_is_closed_is_closed_too(outside: Outside) -> None:
    outside.fault = "nobody there"
    engine = patient(outside)
    outside.hold.clear()
    outside.fault = None

    def being_opened() -> bool:
        engine.look()
        return engine._trying.locked()

    assert until(being_opened)
    engine.close()
    outside.hold.set()
    assert until(lambda: bool(outside.opened) and outside.opened[0].closed)
    assert "nobody there" in faulty(engine) or "was closed" in faulty(engine)
    assert not answers(engine)()


def test_after_it_was_closed_nothing_is_opened(outside: Outside) -> None:
    engine = patient(outside)
    engine.close()
    engine.close()
    assert faulty(engine) == "the engine milvus was closed"
    assert until(lambda: not engine._trying.locked())
    assert len(outside.opened) == 1


def test_engines_in_this_process_are_always_there() -> None:
    index = FaissIndex.build(np.arange(4), VECTORS)
    assert state_of(index) == EngineState("flat") == state_of(ExactIndex(np.arange(4), VECTORS))
