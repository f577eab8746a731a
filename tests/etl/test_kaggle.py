import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import DataError
from etl.arrivals import SetRefused
from etl.kaggle import SETS, Plan, Tell, fetch, plan
from tests.kaggle import MIB, STORAGE, TOKEN, Kaggle, all_sets, serving

KEYWORDS = SETS["peliculas"][2]
LARGE = KEYWORDS.name
CREDITS = SETS["peliculas"][1]

# kagglehub leaves answers open behind it
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="session")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bytes]:
    return all_sets(tmp_path_factory.mktemp("kaggle"))


@pytest.fixture
def kaggle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: dict[tuple[str, str], bytes]
) -> Iterator[Kaggle]:
    with serving(Kaggle()) as kaggle:
        kaggle.files = dict(contents)
        for name, value in kaggle.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        yield kaggle


@pytest.fixture
def wanted(tmp_path: Path) -> Plan:
    return plan(tmp_path / "raw", (), whole=False)


def heard() -> tuple[list[str], Tell]:
    told: list[str] = []
    return told, told.append


def refused(kaggle: Kaggle, wanted: Plan) -> DataError:
    """What is said of the credits, which cannot be had."""
    with pytest.raises(DataError) as caught:
        fetch(CREDITS, wanted, heard()[1])
    sentence = str(caught.value)
    assert TOKEN not in sentence and "\n" not in sentence
    assert "credits.csv and keywords.csv" in sentence and CREDITS.page in sentence
    assert sentence.endswith(f"and put them into {wanted.raw}")
    return caught.value


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_arrives_whole_and_storage_never_sees_the_token(
    kaggle: Kaggle, wanted: Plan, packed: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    kaggle.packed, kaggle.headers = packed, {"X-Kaggle-HubVersion": "99.0"}
    told, tell = heard()
    found = fetch(CREDITS, wanted, tell)
    assert found.read_bytes() == kaggle.files[CREDITS.handle, "credits.csv"]
    assert {asked.authorization for asked in kaggle.asked if asked.host != STORAGE} == {
        f"Bearer {TOKEN}"
    }
    assert [asked.authorization for asked in kaggle.asked if asked.host == STORAGE] == [None]
    assert told == [] and capfd.readouterr().out == ""


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("hashes", [False, True])
def test_a_download_that_was_cut_goes_on_from_what_had_come(
    kaggle: Kaggle, wanted: Plan, packed: bool, hashes: bool
) -> None:
    kaggle.packed, kaggle.hashes, kaggle.cuts = packed, hashes, {LARGE: 2 * MIB + 5}
    with pytest.raises(DataError, match="broke off at keywords.csv: the same command goes on"):
        fetch(KEYWORDS, wanted, heard()[1])
    told, tell = heard()
    found = fetch(KEYWORDS, wanted, tell)
    assert found.read_bytes() == kaggle.files[KEYWORDS.handle, LARGE]
    assert kaggle.of_storage() == [None, None, f"bytes={2 * MIB}-"]
    assert told == [f"keywords.csv: goes on after the {2 * MIB:,} bytes that had come"]


def test_where_kaggle_does_not_go_on_it_starts_over_and_says_so(
    kaggle: Kaggle, wanted: Plan
) -> None:
    kaggle.resumable, kaggle.cuts = False, {LARGE: 2 * MIB}
    with pytest.raises(DataError, match="broke off"):
        fetch(KEYWORDS, wanted, heard()[1])
    told, tell = heard()
    assert fetch(KEYWORDS, wanted, tell).read_bytes() == kaggle.files[KEYWORDS.handle, LARGE]
    assert told == ["keywords.csv: starts over, since Kaggle does not let it go on"]


def test_a_rest_that_does_not_fit_is_noticed_and_fetched_anew(kaggle: Kaggle, wanted: Plan) -> None:
    kaggle.ignores_ranges, kaggle.cuts = True, {LARGE: 2 * MIB}
    with pytest.raises(DataError, match="broke off"):
        fetch(KEYWORDS, wanted, heard()[1])
    told, tell = heard()
    assert fetch(KEYWORDS, wanted, tell).read_bytes() == kaggle.files[KEYWORDS.handle, LARGE]
    assert told[-1] == "keywords.csv: what there was of it is damaged, fetching it anew"


@pytest.mark.parametrize("hashes", [False, True])
def test_a_run_killed_while_unpacking_leaves_nothing_that_is_believed(
    kaggle: Kaggle, wanted: Plan, tmp_path: Path, hashes: bool
) -> None:
    kaggle.packed, kaggle.hashes = True, hashes
    content = kaggle.files[KEYWORDS.handle, LARGE]
    left = tmp_path / "cache" / "datasets" / KEYWORDS.handle / "versions" / "7" / LARGE
    left.parent.mkdir(parents=True)
    left.write_bytes(content[: 2 * MIB])  # of the CSV, where kagglehub takes it for the zip's
    left.with_name(f"{LARGE}.zip").write_bytes(b"PK")
    assert fetch(KEYWORDS, wanted, heard()[1]).read_bytes() == content


def test_a_file_that_went_bad_in_the_cache_is_fetched_anew(kaggle: Kaggle, wanted: Plan) -> None:
    found = fetch(CREDITS, wanted, heard()[1])
    content = found.read_bytes()
    found.write_bytes(content[:-5])
    told, tell = heard()
    assert fetch(CREDITS, wanted, tell).read_bytes() == content
    assert told == ["credits.csv: what there was of it is damaged, fetching it anew"]


def test_what_is_in_the_cache_is_not_fetched_again(kaggle: Kaggle, wanted: Plan) -> None:
    for _ in range(2):
        fetch(CREDITS, wanted, heard()[1])
    assert kaggle.of_storage() == [None]


def test_a_later_version_is_fetched_and_not_taken_for_a_new_start(
    kaggle: Kaggle, wanted: Plan
) -> None:
    fetch(CREDITS, wanted, heard()[1])
    kaggle.version += 1
    kaggle.files[CREDITS.handle, "credits.csv"] += b"[],[],2\n"
    told, tell = heard()
    assert fetch(CREDITS, wanted, tell).read_bytes().endswith(b"[],[],2\n") and told == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "credits.csv is a web page, not a CSV"),
        (b"id,cast\n1,[]\n", "credits.csv has no column crew"),
        (b"cast,crew,id\n[],[],1\n[],", "breaks off in the middle of the row at line 3"),
        (b'cast,crew,id\n[],[],1\n[],"[', "breaks off inside a quoted cell"),
        (b"cast,crew,id\n", "credits.csv holds not one row"),
        (b"\x89PNG\r\n", "is not UTF-8 text"),
    ],
)
def test_what_is_not_the_file_is_told_and_not_kept(
    kaggle: Kaggle, wanted: Plan, content: bytes, fault: str
) -> None:
    sound = kaggle.files[CREDITS.handle, "credits.csv"]
    kaggle.files[CREDITS.handle, "credits.csv"] = content
    sentence = str(refused(kaggle, wanted))
    assert fault in sentence and "what Kaggle sends as credits.csv" in sentence
    kaggle.files[CREDITS.handle, "credits.csv"] = sound
    assert fetch(CREDITS, wanted, heard()[1]).read_bytes() == sound


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "sign in at https://www.kaggle.com/datasets/rounakbanik/the-movies-dataset and acc"),
        (404, "Kaggle has no credits.csv in rounakbanik/the-movies-dataset (404)"),
        (500, "Kaggle failed at credits.csv (500): run this again later"),
        (503, "Kaggle failed at credits.csv (503): run this again later"),
    ],
)
def test_what_ails_one_set_names_that_set_alone(
    kaggle: Kaggle, wanted: Plan, status: int, words: str
) -> None:
    kaggle.refusals["credits.csv"] = status
    fault = refused(kaggle, wanted)
    assert isinstance(fault, SetRefused) and words in str(fault)
    assert "netflix" not in str(fault)


def test_a_set_that_is_gone_is_told(kaggle: Kaggle, wanted: Plan) -> None:
    kaggle.refusals[CREDITS.handle] = 404
    assert "(404): the set may have moved" in str(refused(kaggle, wanted))


def test_a_refused_token_ails_every_set(
    kaggle: Kaggle, wanted: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_revoked")
    fault = refused(kaggle, wanted)
    assert not isinstance(fault, SetRefused) and "KGAT_revoked" not in str(fault)
    assert str(fault).startswith("Kaggle refuses the token (401): make a token at https://www.")
    assert "netflix_titles.csv from https://www.kaggle.com/datasets/shivamb/netfl" in str(fault)


@pytest.mark.parametrize(
    ("headers", "wait"), [({}, "some minutes"), ({"Retry-After": "90"}, "90 seconds")]
)
def test_too_many_requests_tell_how_long_to_wait(
    kaggle: Kaggle, wanted: Plan, headers: dict[str, str], wait: str
) -> None:
    kaggle.refusals["credits.csv"], kaggle.headers = 429, headers
    fault = refused(kaggle, wanted)
    assert not isinstance(fault, SetRefused) and f"(429): wait {wait}, then" in str(fault)


def test_no_network_is_told(kaggle: Kaggle, wanted: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    fault = refused(kaggle, wanted)
    assert str(fault).startswith("Kaggle cannot be reached for credits.csv: see to the network")


@pytest.mark.parametrize("silent", [True, False])
def test_a_connection_that_goes_silent_is_given_up_and_taken_up_later(
    kaggle: Kaggle, wanted: Plan, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    kaggle.silent, kaggle.holds = silent, {LARGE: 2 * MIB}
    with monkeypatch.context() as patched:
        patched.setattr("etl.kaggle.SILENCE_S", 0.3)
        with pytest.raises(DataError, match="Kaggle cannot be reached for keywords.csv: see to"):
            fetch(KEYWORDS, wanted, heard()[1])
    kaggle.silent, kaggle.holds = False, {}
    assert fetch(KEYWORDS, wanted, heard()[1]).read_bytes() == kaggle.files[KEYWORDS.handle, LARGE]


def test_a_cache_that_cannot_be_written_is_told(
    kaggle: Kaggle, wanted: Plan, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(DataError, match=r"cannot keep credits.csv in .*/cache \(KAGGLEHUB_CACHE"):
        fetch(CREDITS, wanted, heard()[1])


def test_a_disk_that_is_full_is_told_and_the_download_goes_on_once_there_is_room(
    kaggle: Kaggle, wanted: Plan, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(small_disk))
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2 * MIB))
    with pytest.raises(DataError, match=r"goes on from what has come\): the disk is full"):
        fetch(KEYWORDS, wanted, heard()[1])
    ballast.unlink()
    told, tell = heard()
    assert fetch(KEYWORDS, wanted, tell).read_bytes() == kaggle.files[KEYWORDS.handle, LARGE]
    assert "keywords.csv: goes on after" in told[0]
