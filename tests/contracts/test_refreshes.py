"""What services tell of refreshes, off files that somebody else writes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contracts.metrics import Metrics
from contracts.refreshes import (
    FAILED,
    HISTORY,
    INTERRUPTED,
    PUBLISHED,
    RUNNING,
    UNCHANGED,
    Outcome,
    Process,
    Refreshes,
    Run,
    Running,
)
from contracts.swap import Serving, Snapshot
from contracts.versions import point_to

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RESULT = "cartelera_refresco_ultimo_resultado"


def run(outcome: Outcome, hours: float = 0, name: str = "x") -> Run:
    at = NOON + timedelta(hours=hours)
    return Run(id=name, started_at=at, seconds=90, outcome=outcome, stage="limpieza")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "refresh").mkdir()
    return tmp_path / "refresh"


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    root = tmp_path / "data"
    root.mkdir()
    point_to(root, "v1")
    metrics = Metrics()
    first: Snapshot[None] = Snapshot("v1", "v1.tag", None)
    metrics.serving = Serving(root, first, lambda: first)
    return metrics


def told(metrics: Metrics) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("resultado", "")): sample.value
        for family in text_string_to_metric_families(metrics.as_text().decode())
        for sample in family.samples
        if "refresc" in sample.name
    }


def write(folder: Path, *runs: Run) -> None:
    lines = [run.model_dump_json() + "\n" for run in runs]
    (folder / HISTORY).write_text("".join(lines))


def test_where_nothing_was_refreshed_nothing_is_told(metrics: Metrics) -> None:
    assert told(metrics) == {}


def test_the_last_run_and_all_of_them_are_told(metrics: Metrics, folder: Path) -> None:
    write(folder, run(PUBLISHED), run(UNCHANGED, 6), run(FAILED, 12))
    found = told(metrics)
    assert [key[1] for key, value in found.items() if key[0] == RESULT and value] == [FAILED]
    ended = (NOON + timedelta(hours=12, seconds=90)).timestamp()
    assert found["cartelera_refresco_ultimo_timestamp_seconds", ""] == ended
    good = (NOON + timedelta(hours=6, seconds=90)).timestamp()
    assert found["cartelera_refresco_ultimo_correcto_timestamp_seconds", ""] == good
    assert found["cartelera_refresco_duracion_seconds", ""] == 90
    assert found["cartelera_refresco_en_curso", ""] == 0
    counted = {key[1]: value for key, value in found.items() if key[0] == "cartelera_refrescos"}
    assert counted == {
        "publicado": 1,
        "sin_cambios": 1,
        "rechazado": 0,
        "fallido": 1,
        "interrumpido": 0,
    }


def test_without_a_good_run_the_last_good_one_was_never(metrics: Metrics, folder: Path) -> None:
    write(folder, run(FAILED))
    assert told(metrics)["cartelera_refresco_ultimo_correcto_timestamp_seconds", ""] == 0


def test_what_is_written_later_is_told_later(metrics: Metrics, folder: Path) -> None:
    write(folder, run(FAILED))
    assert told(metrics)[RESULT, FAILED] == 1
    write(folder, run(FAILED), run(PUBLISHED, 1))
    assert told(metrics)[RESULT, PUBLISHED] == 1 and told(metrics)[RESULT, FAILED] == 0


def test_a_file_that_did_not_change_is_not_read_again(folder: Path) -> None:
    write(folder, run(PUBLISHED))
    refreshes = Refreshes(folder)
    first = refreshes.told()
    again = refreshes.told()
    assert first and again and first.runs is again.runs


def test_a_run_under_way_is_told_and_one_that_died_is_interrupted(
    metrics: Metrics, folder: Path
) -> None:
    write(folder, run(PUBLISHED))
    process = Process.this()
    begun = Running(run=run(INTERRUPTED, 6, "y"), process=process)
    (folder / RUNNING).write_text(begun.model_dump_json())
    found = told(metrics)
    assert found["cartelera_refresco_en_curso", ""] == found[RESULT, PUBLISHED] == 1
    dead = begun.model_copy(update={"process": process.model_copy(update={"ticks": "1"})})
    (folder / RUNNING).write_text(dead.model_dump_json())
    found = told(metrics)
    assert found["cartelera_refresco_en_curso", ""] == 0 and found[RESULT, INTERRUPTED] == 1


def test_the_first_run_under_way_is_all_that_is_told_of_it(metrics: Metrics, folder: Path) -> None:
    begun = Running(run=run(INTERRUPTED), process=Process.this())
    (folder / RUNNING).write_text(begun.model_dump_json())
    assert told(metrics) == {("cartelera_refresco_en_curso", ""): 1}


def test_a_run_that_is_written_down_is_not_told_twice(folder: Path) -> None:
    write(folder, run(PUBLISHED))
    dead = Process.this().model_copy(update={"ticks": "1"})
    (folder / RUNNING).write_text(Running(run=run(INTERRUPTED), process=dead).model_dump_json())
    found = Refreshes(folder).told()
    assert found and [run.outcome for run in found.runs] == [PUBLISHED]


@pytest.mark.parametrize("name", [HISTORY, RUNNING])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[1]", b"null\n", b'{"id": 3}\n'])
def test_files_that_say_nothing_fail_no_scrape(
    metrics: Metrics, folder: Path, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    assert told(metrics) == {}


def test_a_folder_in_the_place_of_a_file_fails_no_scrape(metrics: Metrics, folder: Path) -> None:
    (folder / HISTORY).mkdir()
    (folder / RUNNING).mkdir()
    assert told(metrics) == {} and metrics.as_text()


def test_the_earliest_and_the_latest_days_there_are_fail_no_scrape(
    metrics: Metrics, folder: Path
) -> None:
    ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    runs = [run(PUBLISHED).model_copy(update={"started_at": end, "seconds": 1e9}) for end in ends]
    write(folder, *runs)
    assert told(metrics)["cartelera_refrescos", PUBLISHED] == 2
