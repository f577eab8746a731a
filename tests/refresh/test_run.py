"""What one refresh does, and what is published when it does not get to its end."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.errors import DataError
from contracts.refreshes import FAILED, INTERRUPTED, PUBLISHED, REFUSED, UNCHANGED
from contracts.swap import published_in
from contracts.versions import building, point_to, read_manifest
from index.embeddings import Encoders
from refresh.history import Clock, History
from refresh.publication import Folders
from refresh.run import Tell
from tests.refresh.hashed import HashModels, Place


def refuse(before: Folders | None, after: Folders, tell: Tell) -> None:
    raise DataError("half of the films are gone")


def test_the_first_refresh_publishes_data_and_their_index(place: Place) -> None:
    run = place.refresh()
    served = place.served()
    assert (run.outcome, run.stage, run.reason) == (PUBLISHED, "limpieza", None)
    assert (run.data_after, run.index_after) == (served.data, served.index)
    assert (run.data_before, run.index_before) == (None, None)
    index = read_manifest(place.var / "index" / (served.index or ""))
    assert index.inputs["data"] == served.data
    assert run.counts["films_after"] == run.counts["embedded"] == 5
    assert place.last() == run


def test_what_has_not_changed_is_told_without_a_model_and_nothing_is_written(fresh: Place) -> None:
    roots = [fresh.var / "data", fresh.var / "index"]
    before = [published_in(root) for root in roots]
    run = fresh.refresh()
    assert (run.outcome, fresh.models.loaded) == (UNCHANGED, 1)
    assert [published_in(root) for root in roots] == before
    assert run.index_built == run.index_before == run.index_after
    assert fresh.refresh().outcome == UNCHANGED and fresh.models.loaded == 1


def test_only_what_changed_is_embedded_and_counted(fresh: Place) -> None:
    first = fresh.served()
    run = fresh.have(6).refresh()
    second = fresh.served()
    assert run.outcome == PUBLISHED and first.data != second.data and first.index != second.index
    assert (run.counts["films_before"], run.counts["films_after"]) == (5, 6)
    assert (run.counts["embedded"], run.counts["changed"]) == (1, 1)


def test_models_that_may_have_changed_are_loaded_to_see(fresh: Place) -> None:
    fresh.models.known = False
    assert (fresh.refresh().outcome, fresh.models.loaded) == (UNCHANGED, 2)


def test_another_model_makes_another_index_of_the_same_data(fresh: Place) -> None:
    before = fresh.served()
    fresh.models = HashModels("hash/2")
    run = fresh.refresh()
    after = fresh.served()
    assert run.outcome == PUBLISHED
    assert after.data == before.data and after.index != before.index


def test_an_index_that_was_damaged_is_made_again(fresh: Place) -> None:
    served = fresh.served()
    part = fresh.var / "index" / (served.index or "") / "neighbours.npy"
    part.write_bytes(part.read_bytes()[:-1])
    fresh.refresh()
    assert fresh.served().data == served.data  # which reads every checksum


@pytest.mark.parametrize("root", ["data", "index"])
def test_a_version_that_is_gone_is_made_again(fresh: Place, root: str) -> None:
    first = fresh.served()
    shutil.rmtree(fresh.var / root / str(getattr(first, root)))
    fresh.refresh()
    assert fresh.served().data == first.data and fresh.refresh().outcome == UNCHANGED


def test_raw_files_as_they_were_lead_back_to_the_version_there_was(fresh: Place) -> None:
    first = fresh.served()
    fresh.have(9).refresh()
    fresh.models.loaded = 0
    assert fresh.have(5).refresh().outcome == PUBLISHED
    assert fresh.served().data == first.data
    assert fresh.last().counts["films_before"] == 9


def test_what_was_learnt_is_inherited_until_a_refit(place: Place) -> None:
    first = place.have(11).refresh()
    second = place.have(12).refresh()
    assert learnt_on(place) == first.data_after
    assert second.counts["changed"] == second.counts["embedded"] == 1
    assert place.refresh().outcome == UNCHANGED
    assert place.refresh(refit=True).outcome == PUBLISHED
    assert learnt_on(place) == second.data_after


def learnt_on(place: Place) -> str:
    return read_manifest(place.var / "index" / str(place.served().index)).inputs["learnt_on"]


def test_what_is_refused_stays_unpublished_and_the_judge_saw_both(fresh: Place) -> None:
    before, seen = fresh.served(), []

    def judge(then: Folders | None, now: Folders, tell: Tell) -> None:
        seen.append((then, now))
        tell({"films_removed": 0.5})
        refuse(then, now, tell)

    fresh.have(2)
    with pytest.raises(DataError, match="half of the films"):
        fresh.refresh(judge)
    run = fresh.last()
    assert fresh.served() == before
    assert (run.outcome, run.stage, run.reason) == (
        REFUSED,
        "revision",
        "half of the films are gone",
    )
    assert run.changes == {"films_removed": 0.5}
    assert (run.data_after, run.index_after) == (before.data, before.index)
    (then, now) = seen[0]
    assert then == Folders(
        fresh.var / "data" / str(before.data), fresh.var / "index" / str(before.index)
    )
    assert (now.data.name, now.index.name) == (run.data_built, run.index_built)
    assert now.data.is_dir() and now.index.is_dir()


def test_the_first_time_the_judge_is_told_that_there_was_nothing(place: Place) -> None:
    seen = []
    place.refresh(lambda before, after, tell: seen.append(before))
    assert seen == [None]


def test_what_was_refused_goes_with_the_next_good_run(fresh: Place) -> None:
    before = fresh.served()
    with pytest.raises(DataError):
        fresh.have(2).refresh(refuse)
    refused = fresh.last()
    assert refused.data_built in fresh.versions("data")
    fresh.have(5)
    assert fresh.refresh().outcome == UNCHANGED
    assert fresh.versions("data") == {before.data} and fresh.versions("index") == {before.index}


def test_what_was_refused_is_published_once_it_is_let_pass(fresh: Place) -> None:
    with pytest.raises(DataError):
        fresh.have(2).refresh(refuse)
    refused = fresh.last()
    assert fresh.refresh().outcome == PUBLISHED
    assert (fresh.served().data, fresh.served().index) == (refused.data_built, refused.index_built)


def test_raw_files_that_are_bad_change_nothing_and_the_reason_is_told(fresh: Place) -> None:
    before = fresh.served()
    (fresh.raw / "credits.csv").write_text("nothing of the kind\n")
    with pytest.raises(DataError, match="has no column"):
        fresh.refresh()
    run = fresh.last()
    assert (run.outcome, run.stage, fresh.served()) == (FAILED, "datos", before)
    assert run.reason and "has no column" in run.reason
    assert fresh.have(5).refresh().outcome == UNCHANGED


def test_a_fault_of_the_program_is_told_too(fresh: Place) -> None:
    class Broken(HashModels):
        def load(self) -> Encoders:
            raise RuntimeError("no such\nop")

    fresh.models, before = Broken("hash/3"), fresh.served()
    with pytest.raises(RuntimeError):
        fresh.refresh()
    run = fresh.last()
    assert (run.outcome, run.stage, run.reason) == (FAILED, "modelos", "RuntimeError: no such op")
    assert fresh.served() == before and not (fresh.var / "refresh" / "running.json").exists()


@pytest.mark.parametrize("stages", range(5))
def test_a_run_that_is_stopped_ends_after_its_stage_and_publishes_nothing(
    fresh: Place, stages: int
) -> None:
    before, asked = fresh.served(), []

    def stopping() -> bool:
        asked.append(True)
        return len(asked) > stages

    with pytest.raises(DataError, match="stopped as asked"):
        fresh.have(6).refresh(stopping=stopping)
    stage = ["inicio", "datos", "modelos", "indice", "revision"][stages]
    assert (fresh.last().outcome, fresh.last().stage) == (INTERRUPTED, stage)
    assert fresh.served() == before
    assert fresh.refresh().outcome == PUBLISHED


def test_a_clock_that_is_set_back_makes_no_run_shorter_than_nothing(fresh: Place) -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    times = iter([early, early - timedelta(days=9)])
    run = fresh.have(6).refresh(clock=Clock(now=lambda: next(times)))
    assert run.outcome == PUBLISHED and run.started_at == early and run.seconds > 0
    assert fresh.refresh(clock=Clock(now=lambda: next(times))).outcome == UNCHANGED
    told = History(fresh.var).runs()
    assert [run.outcome for run in told] == [PUBLISHED, PUBLISHED, UNCHANGED]
    assert told[1].started_at > told[2].started_at


def test_a_version_published_by_somebody_else_meanwhile_is_left_alone(fresh: Place) -> None:
    before = fresh.served()

    def judge(then: Folders | None, now: Folders, tell: Tell) -> None:
        point_to(fresh.var / "data", now.data.name)

    with pytest.raises(DataError, match="another version was published"):
        fresh.have(6).refresh(judge)
    assert fresh.last().outcome == FAILED and fresh.served().index == before.index
    assert fresh.refresh().outcome == PUBLISHED


@pytest.mark.parametrize("root", ["data", "index"])
def test_beside_another_build_a_run_fails_in_one_sentence(fresh: Place, root: str) -> None:
    before = fresh.served()
    fresh.have(6)
    with building(fresh.var / root), pytest.raises(DataError, match="another build is running"):
        fresh.refresh()
    assert fresh.served() == before and fresh.last().outcome == FAILED
    assert fresh.refresh().outcome == PUBLISHED


@pytest.mark.parametrize("free_kb", [0, 4, 8, 16, 48, 96, 160, 240])
def test_a_disk_that_fills_up_leaves_what_is_published_and_the_next_run_repairs(
    small_disk: Path, free_kb: int
) -> None:
    place = Place(small_disk).have(5)
    place.refresh()
    before = place.served()
    place.have(6)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - free_kb * 1024)))
    with pytest.raises(DataError, match="the disk is full|No space left"):
        place.refresh()
    assert place.served() == before
    ballast.unlink()
    assert place.refresh().outcome == PUBLISHED
    assert {run.outcome for run in History(place.var).runs()} <= {PUBLISHED, FAILED, INTERRUPTED}
    assert place.refresh().outcome == UNCHANGED
