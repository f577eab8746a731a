import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.keys import KeyRing, read_keys
from tests.conftest import ROOT


def llaves(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it: another process, no terminal."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "llaves", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"} | environment,
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], words: str) -> None:
    assert result.returncode == 1
    assert result.stderr.startswith("cartelera: ") and words in result.stderr
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["", "crear", "listar", "revocar"])
def test_every_command_explains_itself(command: str) -> None:
    result = llaves(*command.split(), "--help")
    assert result.returncode == 0 and "Usage" in result.stdout


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    file = tmp_path / "var" / "llaves.json"
    made = llaves("crear", "La tele de Ana", "--file", file)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"ctl_[0-9a-f]{8}_[0-9a-f]{64}\n", made.stdout)
    id_, text = made.stdout[4:12], made.stdout.strip()
    assert KeyRing(file).check([(b"x-api-key", text.encode())]) == id_
    assert id_ in made.stderr and made.stderr.count("\n") == 1 and text not in made.stderr

    listed = llaves("listar", GATEWAY_KEYS_FILE=str(file))
    assert re.search(rf"^{id_}  \d{{4}}-\d\d-\d\dT[\d:]+Z  - +La tele de Ana$", listed.stdout, re.M)
    assert text[13:] not in listed.stdout and read_keys(file)[0].hash not in listed.stdout

    first, again = (llaves("revocar", id_, "--file", file) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout == f"key {id_} (La tele de Ana) is revoked\n"
    assert "was revoked already, 20" in again.stdout
    listed = llaves("listar", "--file", file)
    assert re.search(rf"^{id_}  \S+Z  \S+Z  La tele", listed.stdout, re.M)


def test_keys_made_at_once_are_all_there(tmp_path: Path) -> None:
    file = tmp_path / "llaves.json"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda name: llaves("crear", name, "--file", file), "abcdefgh"))
    assert [result.returncode for result in made] == [0] * 8
    ring = KeyRing(file)
    ids = [ring.check([(b"x-api-key", result.stdout.strip().encode())]) for result in made]
    assert sorted(key.id for key in read_keys(file)) == sorted(ids)


def test_an_unknown_id_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "llaves.json"
    assert_one_sentence(llaves("revocar", "0badcafe", "--file", file), "cartelera llaves crear")
    assert_one_sentence(llaves("listar", "--file", file), "there is no file of keys")
    assert not list(tmp_path.iterdir())
    llaves("crear", "Ana", "--file", file)
    assert_one_sentence(llaves("revocar", "0badcafe", "--file", file), "has no key '0badcafe'")


@pytest.mark.parametrize("name", ["", "a" * 101, "Ana\nBerta", "\x1b[31mAna"])
def test_a_name_that_would_spoil_the_list_is_one_sentence(tmp_path: Path, name: str) -> None:
    result = llaves("crear", name, "--file", tmp_path / "llaves.json")
    assert_one_sentence(result, "the name of a key")
    assert result.stdout == ""


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    result = llaves("crear", "Ana", "--file", tmp_path / "var" / "llaves.json")
    assert_one_sentence(result, "the keys")


def test_a_full_disk_is_one_sentence_and_no_key_is_shown(small_disk: Path) -> None:
    file = small_disk / "llaves.json"
    llaves("crear", "Ana", "--file", file)
    content = file.read_bytes()
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"\0" * 4096)
    result = llaves("crear", "Berta", "--file", file)
    assert_one_sentence(result, "the disk is full")
    assert result.stdout == "" and file.read_bytes() == content


def test_a_key_that_cannot_be_printed_is_revoked(tmp_path: Path) -> None:
    file = tmp_path / "llaves.json"
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "cli.main", "llaves", "crear", "Ana", "--file", file],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            timeout=60,
        )
    assert_one_sentence(result, "was revoked; make another")
    assert [key.revocada is not None for key in read_keys(file)] == [True]
