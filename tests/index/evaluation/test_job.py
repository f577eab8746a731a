import json
from pathlib import Path

import numpy as np
import pytest

from cli.evaluation import as_table
from contracts.columns import DATA_FORMAT
from contracts.errors import DataError
from contracts.versions import open_current
from etl.run import run_etl
from index.evaluation import job
from index.evaluation.ours import CONTENT, HYBRID
from index.evaluation.page import as_html
from index.evaluation.report import Report
from tests.fakes import hash_encoders
from tests.raw import Row, credit, film, link, rating, raw_folder

FILMS, USERS = 60, 80


def rating_rows(users: int = USERS, films: int = 25) -> list[Row]:
    """Users who love the films of one kind and rate others by lot."""
    random = np.random.default_rng(0)
    return [
        rating(user, row + 1, 5 if row % 6 == user % 6 else int(random.integers(1, 6)))
        for user in range(1, users + 1)
        for row in random.permutation(FILMS)[:films].tolist()
    ]


def data_root(folder: Path, ratings: list[Row], sagas: bool = True) -> Path:
    """A published data version of sixty films, ten of each kind, with these ratings."""
    saga = "{{'id': {n}, 'name': 'The same name'}}"
    movies = [
        film(
            n + 1,
            f"Film {n}",
            vote_count=f"{n}.0",
            overview=f"A tale of subject{n % 12} and place{n % 7}.",
            belongs_to_collection=saga.format(n=n % 12) if sagas and n % 12 < 6 else "",
        )
        for n in range(FILMS)
    ]
    credits = [credit(n + 1, [f"Actor {n % 9}"], [f"Director {n % 12}"]) for n in range(FILMS)]
    links = [link(n + 1, n + 1) for n in range(FILMS)]
    raw = raw_folder(folder / "raw", movies, credits, None, links, ratings)
    run_etl(raw, folder / "data")
    return folder / "data"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_root(tmp_path_factory.mktemp("rated"), rating_rows())


@pytest.fixture(scope="module")
def report(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    cache = tmp_path_factory.mktemp("cache")
    return job.examine(job.read_material(data), hash_encoders(), cache)


def test_all_baselines_and_both_rankings_of_ours_are_marked(report: Report) -> None:
    names = [result.name for result in report.results]
    assert len(names) == 10 and names[-2:] == [CONTENT, HYBRID]
    assert list(report.provenance.under_test) == [CONTENT, HYBRID]


def test_the_report_tells_what_it_rests_on(report: Report, data: Path) -> None:
    about = json.loads(report.as_json())["provenance"]
    assert about["data_version"] == (data / "current").read_text().strip()
    assert (about["counts"]["movies"], about["counts"]["users"]) == (FILMS, USERS)
    assert about["train_users"] + about["test_users"] == USERS
    encoders = hash_encoders()
    assert about["encoders"] == [encoders.plot.name, encoders.multilingual.name]
    assert {"python", "cartelera", "numpy", "scikit-learn", "bm25s"} <= set(about["packages"])
    assert set(about["under_test"][CONTENT]) == {"unrated"}
    assert about["under_test"][HYBRID]["rated"]["asociacion"] > 0
    assert about["caveat"] in report.as_markdown() and "scikit-learn" in report.as_markdown()


def test_the_same_data_and_seed_give_the_same_report_another_seed_another(
    report: Report, data: Path, tmp_path: Path
) -> None:
    again = job.examine(job.read_material(data), hash_encoders(), tmp_path)
    assert again.as_json() == report.as_json()
    other = job.examine(job.read_material(data, seed=1), hash_encoders(), tmp_path)
    assert other.results != report.results and other.bootstrap_seed == 1


def test_collections_of_the_same_name_are_told_apart(data: Path) -> None:
    sagas = job.read_sagas(open_current(data, "data", DATA_FORMAT)[0])
    assert len(set(sagas)) == 7 and sagas.count(None) == FILMS // 2


def test_sagas_that_are_tested_are_not_learnt_from(data: Path) -> None:
    material = job.read_material(data)
    learnt, tested = set(material.facts.sagas) - {None}, set(material.sagas) - {None}
    assert learnt and tested and not learnt & tested


def test_films_without_collections_have_no_saga_recall(tmp_path: Path) -> None:
    root = data_root(tmp_path, rating_rows(), sagas=False)
    report = job.examine(job.read_material(root), hash_encoders(), tmp_path / "cache")
    assert report.sizes.saga_seeds == 0
    assert all(result.metrics["saga"] is None for result in report.results)
    paths = job.write_report(report, tmp_path)
    table = [line for line in paths[0].read_text().splitlines() if line.startswith("| Random")]
    assert table[0].count("–") == 1
    assert paths[2].read_text().count("<svg") == 3 + 2  # the users' two


def test_no_ranking_can_look_at_ratings(data: Path) -> None:
    assert not len(job.read_material(data).facts.ratings)


def test_without_ratings_the_sentence_tells_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no ratings.*ratings\.csv and links\.csv"):
        job.read_material(data_root(tmp_path, []))


def test_the_report_has_the_parts_on_users_and_on_catalogues(report: Report) -> None:
    told = json.loads(report.as_json())
    assert told["users"]["users"] == USERS
    assert [result["name"] for result in told["users"]["results"]][-1] == HYBRID
    assert len(told["users"]["tuned"]["rmse_by_fold"]) == 5
    assert told["catalogues"] == {"platforms": [], "scores": None, "simulated_ratings": False}
    for text in (report.as_markdown(), as_html(report)):
        assert "Users: what one person should watch" in text and "Streaming catalogues" in text
        assert "no streaming catalogue" in text and "imulated" not in text


def test_of_the_sample_every_form_says_first_that_ratings_are_simulated(
    sample_data: Path, tmp_path: Path
) -> None:
    report = job.examine(job.read_material(sample_data), hash_encoders(), tmp_path)
    for text in (report.as_markdown(), as_html(report), as_table(report)):
        before, _, after = text.partition("ratings of this data version are simulated")
        assert "nDCG" not in before and "Netflix" in after
    assert "simuladas" in report.resumen()
    assert json.loads(report.as_json())["catalogues"]["simulated_ratings"] is True


TOO_LITTLE = {
    "one user": (rating_rows(users=1), 0.5, "one user only"),
    "few users": (rating_rows(users=4), 0.5, "too few ratings to evaluate with"),
    "few ratings": (rating_rows(films=2), 0.5, "too few ratings to evaluate with"),
    "none to learn from": (rating_rows(), 0.999, "too few users to learn from"),
}


@pytest.mark.parametrize("case", TOO_LITTLE)
def test_too_little_for_a_truth_is_told(tmp_path: Path, case: str) -> None:
    ratings, share, words = TOO_LITTLE[case]
    with pytest.raises(DataError, match=words):
        job.read_material(data_root(tmp_path, ratings), test_share=share)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_a_share_that_leaves_no_one_on_one_side_is_refused(data: Path, share: float) -> None:
    with pytest.raises(DataError, match="between 0 and 1"):
        job.read_material(data, test_share=share)


def test_a_report_is_written_whole_or_the_one_before_stays(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in job.FILE_NAMES:
        (tmp_path / name).write_text("before")

    def fill_up(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(job, "flush", fill_up)
    with pytest.raises(DataError, match="the disk is full"):
        job.write_report(report, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(job.FILE_NAMES)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"before"}
    monkeypatch.undo()
    paths = job.write_report(report, tmp_path)
    assert [path.name for path in paths] == list(job.FILE_NAMES)
    assert "before" not in {path.read_text() for path in tmp_path.iterdir()}


def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataError, match="cannot write to"):
            job.make_folder(folder)
