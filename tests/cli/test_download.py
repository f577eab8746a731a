import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.run import run_etl
from tests.conftest import ROOT
from tests.kaggle import MIB, STORAGE, TOKEN, Kaggle, all_sets, serving
from tests.waiting import until

SMALL = ["--conjunto", "netflix", "--conjunto", "hulu"]


class Download:
    """The command as a user runs it: another process, no terminal."""

    def __init__(self, kaggle: Kaggle, folder: Path) -> None:
        self.raw, self.cache = folder / "raw", folder / "cache"
        self._environment = kaggle.environment(folder) | {"COLUMNS": "100", "NO_COLOR": "1"}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Begin it."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", "descargar", "--raw", str(self.raw), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | self._environment | environment,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Its end, what it said and what it complained of; never a token nor a traceback."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=60)
        assert TOKEN not in out + err and "Traceback" not in err
        return process.returncode, out, err


def assert_one_sentence(result: tuple[int, str, str], words: str) -> None:
    code, out, err = result
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert err.startswith("cartelera: ") and words in err


@pytest.fixture(scope="session")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bytes]:
    return all_sets(tmp_path_factory.mktemp("kaggle"))


@pytest.fixture
def kaggle(contents: dict[tuple[str, str], bytes]) -> Iterator[Kaggle]:
    with serving(Kaggle()) as kaggle:
        kaggle.files = dict(contents)
        yield kaggle


@pytest.fixture
def download(kaggle: Kaggle, tmp_path: Path) -> Download:
    return Download(kaggle, tmp_path)


def test_all_sets_come_once_and_the_etl_reads_them(
    kaggle: Kaggle, download: Download, tmp_path: Path
) -> None:
    kaggle.packed = True
    code, out, err = download.run()
    assert (code, err) == (0, "")
    names = sorted(path.name for path in download.raw.glob("*.csv"))
    assert len(names) == 9 and "ratings_small.csv" in names and "ratings.csv" not in names
    assert all(f"{name}: new, " in out for name in names)
    assert out.endswith(f"all of it is in {download.raw}: cartelera up --raw {download.raw}\n")
    built = run_etl(download.raw, tmp_path / "data").counts
    assert (built["movies"], built["ratings"], built["titles"]) == (2, 1, 8)

    fetched = len(kaggle.of_storage())
    code, out, err = download.run()
    assert (code, err, out.count(": there already, ")) == (0, "", 9)
    assert len(kaggle.of_storage()) == fetched == 9


def test_a_run_that_was_killed_goes_on(kaggle: Kaggle, download: Download) -> None:
    kaggle.holds["keywords.csv"] = 2 * MIB
    with download.start("--conjunto", "peliculas") as process:
        partial = "datasets/rounakbanik/the-movies-dataset/versions/7/keywords.csv"
        came = until(lambda: any(p.stat().st_size >= MIB for p in download.cache.glob(partial)))
        process.kill()
    assert came and sorted(path.name for path in download.raw.glob("*.csv")) == [
        "credits.csv",
        "movies_metadata.csv",
    ]
    begun = (download.cache / partial).stat().st_size
    code, out, err = download.run("--conjunto", "peliculas")
    assert code == 0 and "movies_metadata.csv: there already" in out and "keywords.csv: new" in out
    assert err == f"keywords.csv: goes on after the {begun:,} bytes that had come\n"
    assert f"bytes={begun}-" in kaggle.of_storage()
    asked = [asked.what for asked in kaggle.asked if asked.host == STORAGE]
    assert [what.rpartition("/")[2] for what in asked].count("movies_metadata.csv") == 1


def test_one_set_refused_does_not_keep_the_others_away(kaggle: Kaggle, download: Download) -> None:
    kaggle.refusals["hulu_titles.csv"] = 403
    code, out, err = download.run(*SMALL)
    assert code == 1 and out.startswith("netflix_titles.csv: new") and out.count("\n") == 1
    assert err.startswith("cartelera: Kaggle does not give hulu_titles.csv to this account (403)")
    assert err.count("\n") == 1
    kaggle.refusals["netflix_titles.csv"] = 404
    download.cache.rename(download.cache.with_name("forgotten"))
    code, out, err = download.run(*SMALL)
    assert (code, out, err.count("\n"), err.count("cartelera: ")) == (1, "", 2, 2)


def test_a_file_of_mine_is_replaced_only_if_asked(kaggle: Kaggle, download: Download) -> None:
    file = download.raw / "netflix_titles.csv"
    download.raw.mkdir()
    file.write_text("mine")
    assert_one_sentence(download.run("--conjunto", "netflix"), "--reemplazar puts Kaggle's")
    assert file.read_text() == "mine"
    code, out, _ = download.run("--conjunto", "netflix", "--reemplazar")
    assert code == 0 and out.startswith("netflix_titles.csv: replaced, ")


def test_without_a_token_nothing_is_asked_and_one_sentence_says_what_to_do(
    kaggle: Kaggle, download: Download
) -> None:
    assert_one_sentence(download.run(KAGGLE_API_TOKEN=""), "there is no Kaggle token: make a token")
    assert not kaggle.asked and not download.raw.exists()


def test_without_a_network_one_sentence_says_what_to_do(download: Download) -> None:
    result = download.run(http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")
    assert_one_sentence(result, "Kaggle cannot be reached for movies_metadata.csv: see to the net")


def test_without_kagglehub_one_sentence_says_what_to_install(
    download: Download, tmp_path: Path
) -> None:
    (tmp_path / "kagglehub.py").write_text("raise ModuleNotFoundError(name='kagglehub')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    assert_one_sentence(download.run(PYTHONPATH=path), "the package kagglehub is missing: install")


def test_a_set_that_there_is_not_is_one_sentence(download: Download) -> None:
    assert_one_sentence(download.run("--conjunto", "hbo"), "there is no set 'hbo'")


def test_the_command_explains_itself(download: Download) -> None:
    code, out, _ = download.run("--help")
    assert code == 0 and "--pequeno" in out and "--reemplazar" in out and "peliculas" in out
