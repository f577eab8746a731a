import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from contracts.errors import DataError
from contracts.versions import building, current_version
from eda.png import NO_BROWSER
from eda.run import PAGE, run_eda
from tests.cli.test_main import assert_one_sentence, cartelera
from tests.conftest import ROOT
from tests.eda.catalogues import var_of
from tests.raw import film
from tests.waiting import until


@pytest.fixture
def var(sample_data: Path, tmp_path: Path) -> Path:
    """A folder of one's own with the sample's data."""
    shutil.copytree(sample_data, tmp_path / "var" / "data")
    return tmp_path / "var"


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".staging")]


def test_the_report_stands_in_its_version_and_the_pointer_names_it(var: Path) -> None:
    written = run_eda(var, png=False)
    version = current_version(var / "data")
    assert (var / "eda" / "current").read_text() == f"{version}\n"
    assert written.folder == var / "eda" / str(version) and written.images == 0
    assert (written.folder / PAGE).read_text().startswith("<!DOCTYPE html>")
    assert not left_over(var / "eda")


def test_the_same_data_give_the_same_bytes(var: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_eda(var, tmp_path / name, png=False)
    assert (tmp_path / "one" / PAGE).read_bytes() == (tmp_path / "two" / PAGE).read_bytes()


def test_a_new_version_leaves_the_report_of_the_old_one(var: Path, tmp_path: Path) -> None:
    old = run_eda(var, png=False).folder
    var_of(tmp_path / "other", [film(1)])
    shutil.rmtree(var / "data")
    shutil.copytree(tmp_path / "other" / "data", var / "data")
    new = run_eda(var, png=False).folder
    assert old != new and (old / PAGE).exists() and (new / PAGE).exists()
    assert current_version(var / "eda") == new.name


def test_with_out_the_same_goes_there_and_no_pointer_moves(var: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine" / "report"
    run_eda(var, png=False)
    (out / "figuras").mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    shutil.rmtree(var / "eda")
    assert run_eda(var, out, png=False).folder == out
    assert (out / PAGE).exists() and (out / "notes.txt").read_text() == "mine"
    assert not (var / "eda").exists() and not left_over(out)
    assert not (out / "figuras").exists()  # they were of another report


def test_tables_without_rows_make_a_report(tmp_path: Path) -> None:
    var = var_of(tmp_path, [film(1), film(2, "Alien")])  # no keywords, ratings or titles
    written = run_eda(var, png=False)
    page = (written.folder / PAGE).read_text()
    assert written.figures > 10 and "no tiene valoraciones" in page
    assert "La tabla «Palabras clave» está vacía." in page


def test_nothing_published_is_one_sentence(tmp_path: Path) -> None:
    result = cartelera("eda", "--var", tmp_path)
    assert_one_sentence(result, "nothing has been published")
    assert not (tmp_path / "eda").exists()


def test_a_damaged_version_is_one_sentence_and_the_last_report_stays(var: Path) -> None:
    run_eda(var, png=False)
    before = (var / "eda" / "current").read_text()
    movies = var / "data" / before.strip() / "movies.parquet"
    movies.write_bytes(movies.read_bytes()[:-1] + b"?")
    assert_one_sentence(cartelera("eda", "--var", var, "--without-png"), "checksum differs")
    assert (var / "eda" / "current").read_text() == before


def test_a_folder_that_cannot_be_written_is_one_sentence(var: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "report"
    assert_one_sentence(cartelera("eda", "--var", var, "--out", out), "cannot write to")
    (var / "eda").write_text("")
    assert_one_sentence(cartelera("eda", "--var", var), "cannot write to")


def test_a_full_disk_is_one_sentence_and_the_last_report_stays(var: Path, small_disk: Path) -> None:
    (small_disk / "eda" / "v0").mkdir(parents=True)
    (small_disk / "eda" / "v0" / PAGE).write_text("the last one")
    (small_disk / "eda" / "current").write_text("v0\n")
    shutil.copytree(var / "data", small_disk / "data")
    result = cartelera("eda", "--var", small_disk, "--without-png")
    assert_one_sentence(result, "the disk is full")
    assert current_version(small_disk / "eda") == "v0" and not left_over(small_disk / "eda")
    assert (small_disk / "eda" / "v0" / PAGE).read_text() == "the last one"


def test_a_second_job_at_the_same_time_is_refused(var: Path) -> None:
    with building(var / "eda"), pytest.raises(DataError, match="another build is running"):
        run_eda(var, png=False)


def test_a_killed_job_leaves_the_last_report_and_the_next_clears_up(
    var: Path, chromium: Path
) -> None:
    folder = run_eda(var, png=False).folder
    before = (folder / PAGE).read_bytes()
    job = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "eda", "--var", str(var)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert until(lambda: any((var / "eda").glob(".staging-*/figuras/*/*.png")), 60)
    finally:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert (folder / PAGE).read_bytes() == before and left_over(var / "eda")
    assert current_version(var / "eda") == folder.name
    run_eda(var, png=False)
    assert not left_over(var / "eda") and (folder / PAGE).read_bytes() == before


def test_without_a_browser_the_page_is_written_and_one_sentence_says_what_lacks(var: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "eda", "--var", str(var)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": str(var)},
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == NO_BROWSER + "\n" and "--without-png" in NO_BROWSER
    folder = var / "eda" / str(current_version(var / "eda"))
    assert (folder / PAGE).exists() and not (folder / "figuras").exists()


def test_a_browser_that_fails_is_one_sentence_too(var: Path, tmp_path: Path) -> None:
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "eda", "--var", str(var)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": f"{broken.parent}:{os.environ['PATH']}"},
    )
    assert result.returncode == 0, result.stderr
    assert "could not draw them" in result.stderr and "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr


@pytest.mark.slow
def test_figures_are_images_of_a_size_to_be_read_in_both_languages(
    var: Path, chromium: Path
) -> None:
    result = cartelera("eda", "--var", var)
    assert result.returncode == 0 and not result.stderr, result.stderr
    folder = var / "eda" / str(current_version(var / "eda")) / "figuras"
    names = {lang: sorted(p.name for p in (folder / lang).iterdir()) for lang in ("es", "en")}
    assert names["es"] == names["en"] and len(names["es"]) > 30
    for path in folder.glob("*/*.png"):
        with Image.open(path) as image:
            image.load()
            assert image.format == "PNG" and len(image.convert("RGB").getcolors(10**7) or []) > 5
            assert 1000 <= image.width <= 2000 and 400 <= image.height <= 2000, path
    one, other = (folder / lang / "estrenos-por-mes.png" for lang in ("es", "en"))
    assert one.read_bytes() != other.read_bytes()


@pytest.mark.slow
def test_the_real_report_is_of_a_size_to_be_sent(real_var: Path) -> None:
    written = run_eda(real_var, png=False)
    assert (written.folder / PAGE).stat().st_size < 8_000_000
    assert written.figures > 30


@pytest.mark.parametrize("package", ["wordcloud", "kaleido"])
def test_a_missing_package_is_told_with_the_extra_that_brings_it(
    var: Path, chromium: Path, tmp_path: Path, package: str
) -> None:
    (tmp_path / "absent").mkdir()
    broken = f"raise ModuleNotFoundError('gone', name={package!r})\n"
    (tmp_path / "absent" / f"{package}.py").write_text(broken)
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "eda", "--var", str(var)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "absent")},
    )
    assert_one_sentence(result, f"the package {package} is missing")
    assert "'eda'" in result.stderr and not (var / "eda" / "current").exists()
