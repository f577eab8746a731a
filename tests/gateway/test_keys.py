import hashlib
import json
import logging
import os
import traceback
from pathlib import Path

import pytest

from contracts.errors import DataError, KeyRefused, KeyRequired
from gateway.keys import KeyRing, create_key, read_keys, revoke_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "llaves.json"


@pytest.fixture
def made(file: Path) -> tuple[str, bytes]:
    """Id and text of a key in the file."""
    key, text = create_key(file, "Ana")
    return key.id, text.get_secret_value().encode()


def test_a_key_opens_in_either_header(file: Path, made: tuple[str, bytes]):
    id_, text = made
    ring = KeyRing(file)
    assert ring.check([(b"host", b"x"), (b"x-api-key", text)]) == id_
    assert ring.check([(b"authorization", b"Bearer " + text)]) == id_
    assert ring.check([(b"authorization", b"bearer  " + text + b" ")]) == id_
    assert ring.check([(b"x-api-key", text), (b"authorization", b"Bearer " + text)]) == id_


def test_without_a_key_one_is_required_and_other_schemes_are_none(file: Path, made):
    ring = KeyRing(file)
    for headers in ([], [(b"authorization", b"Basic YTpi")], [(b"cookie", made[1])]):
        with pytest.raises(KeyRequired) as caught:
            ring.check(headers)
        assert "X-API-Key" in caught.value.detail.es and "www-authenticate" in caught.value.headers


def test_with_another_scheme_beside_it_the_key_still_opens(file: Path, made: tuple[str, bytes]):
    headers = [(b"authorization", b"Basic YTpi"), (b"x-api-key", made[1])]
    assert KeyRing(file).check(headers) == made[0]


def test_a_key_that_is_off_by_anything_is_refused(file: Path, made: tuple[str, bytes]):
    id_, text = made
    ring = KeyRing(file)
    last = b"0" if text[-1:] != b"0" else b"1"
    wrong = [
        *(text[:-1] + last, text[:-1], text + b"0", text.upper(), b"", b"ctl_", id_.encode()),
        *(b"ctl_00000000_" + text[13:], hashlib.sha256(text).hexdigest().encode()),
        *(text + b" " * 200, text.decode().encode("utf-16"), "ñandú".encode(), b"\xff" * 77),
        *(b"x" * 100_000, text + b"\n" + text),
    ]
    for value in wrong:
        with pytest.raises(KeyRefused):
            ring.check([(b"x-api-key", value)])


def test_two_keys_at_once_are_refused_even_if_both_are_valid(file: Path, made):
    other = create_key(file, "Berta")[1].get_secret_value().encode()
    ring, text = KeyRing(file), made[1]
    for headers in (
        [(b"x-api-key", text), (b"x-api-key", text)],
        [(b"authorization", b"Bearer " + text)] * 2,
        [(b"x-api-key", text), (b"authorization", b"Bearer " + other)],
        [(b"x-api-key", b""), (b"authorization", b"Bearer " + text)],
    ):
        with pytest.raises(KeyRefused):
            ring.check(headers)


def test_a_revoked_key_is_refused_once_the_file_was_looked_at(file: Path, made):
    ring = KeyRing(file)
    revoke_key(file, made[0])
    ring.refresh()
    with pytest.raises(KeyRefused):
        ring.check([(b"x-api-key", made[1])])
    with pytest.raises(KeyRefused):
        KeyRing(file).check([(b"x-api-key", made[1])])


def test_a_key_made_later_opens_once_the_file_was_looked_at(file: Path, made):
    ring = KeyRing(file)
    key, text = create_key(file, "Berta")
    headers = [(b"x-api-key", text.get_secret_value().encode())]
    with pytest.raises(KeyRefused):
        ring.check(headers)
    ring.refresh()
    assert ring.check(headers) == key.id and ring.check([(b"x-api-key", made[1])]) == made[0]


def test_neither_the_file_nor_any_object_holds_a_key(file: Path):
    key, text = create_key(file, "Ana")
    secret = text.get_secret_value()
    assert len(secret) == 77 and len(bytes.fromhex(secret[13:])) == 32
    assert secret[13:] not in file.read_text() and secret not in f"{text!r}{text}{key!r}"
    assert key.hash in file.read_text() and key.hash not in f"{key!r}{KeyRing(file)!r}"


def test_only_the_owner_reads_the_file_and_only_it_and_its_lock_are_left(file: Path, made):
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in file.parent.iterdir()} == {file.name, f".{file.name}.lock"}


def test_a_file_opened_to_a_group_stays_so_and_is_never_for_all(file: Path, made):
    file.chmod(0o644)
    revoke_key(file, made[0])
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_what_root_writes_still_belongs_to_the_gateway(file: Path, made):
    os.chown(file, 10001, 10001)
    revoke_key(file, made[0])
    assert (file.stat().st_uid, file.stat().st_gid) == (10001, 10001)


def test_a_link_to_the_file_stays_a_link(tmp_path: Path, file: Path, made):
    link = tmp_path / "link.json"
    link.symlink_to(file)
    create_key(link, "Berta")
    assert link.is_symlink() and len(read_keys(file)) == 2


def test_a_gateway_without_its_file_does_not_start_and_says_how_to_make_one(file: Path):
    with pytest.raises(DataError, match="cartelera llaves crear") as caught:
        KeyRing(file)
    assert str(file) in str(caught.value)


def entry(**changes: object) -> dict[str, object]:
    key = {"id": "01234567", "nombre": "Ana", "hash": "0" * 64, "creada": "2026-01-01T00:00:00Z"}
    return key | changes


@pytest.mark.parametrize(
    "content",
    [
        *("", "[", "{}", "null", "[1]", "\udcff"),
        *(json.dumps([entry(id="0123456")]), json.dumps([entry(hash="0" * 65)])),
        *(json.dumps([entry(id="01234567\n")]), json.dumps([entry(secreto="ctl_")])),
        *(json.dumps([entry(), entry()]), json.dumps([entry(creada="2026-01-01T00:00:00")])),
    ],
)
def test_a_damaged_file_is_one_sentence_that_cites_nothing_of_it(file: Path, content: str):
    file.write_bytes(content.encode(errors="surrogateescape"))
    for use in (KeyRing, lambda path: create_key(path, "Berta")):
        with pytest.raises(DataError, match="is damaged") as caught:
            use(file)
        assert "0" * 64 not in "".join(traceback.format_exception(caught.value))
    assert file.read_bytes() == content.encode(errors="surrogateescape")


def test_a_running_gateway_keeps_its_keys_when_the_file_is_damaged_or_gone_and_says_so_once(
    file: Path, made: tuple[str, bytes], caplog: pytest.LogCaptureFixture
):
    ring, whole = KeyRing(file), file.read_bytes()
    file.write_bytes(whole[:-20])
    for _ in range(3):
        ring.refresh()
    file.unlink()
    for _ in range(3):
        ring.refresh()
    assert ring.check([(b"x-api-key", made[1])]) == made[0]
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2 and all(line.startswith("keys_refused") for line in told)
    assert "damaged" in told[0] and "No such file" in told[1]
    file.write_bytes(b"[]")
    ring.refresh()
    with pytest.raises(KeyRefused):
        ring.check([(b"x-api-key", made[1])])


def test_logs_tell_ids_at_most(file: Path, made, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    ring = KeyRing(file)
    create_key(file, "Berta")
    ring.refresh()
    ring.check([(b"x-api-key", made[1])])
    file.write_text("{")
    ring.refresh()
    assert caplog.records and made[1].decode()[13:] not in caplog.text
    assert read_hash(made[1]) not in caplog.text


def read_hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def test_revoking_an_unknown_key_changes_nothing(file: Path, made):
    before = file.stat()
    with pytest.raises(DataError, match="has no key 'ffffffffff'"):
        revoke_key(file, "ffffffffff")
    assert file.stat().st_ino == before.st_ino


def test_a_full_disk_is_one_sentence_and_the_keys_stay(small_disk: Path):
    file = small_disk / "llaves.json"
    key, text = create_key(file, "Ana")
    content = file.read_bytes()
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"\0" * 4096)
    with pytest.raises(DataError, match="the disk is full"):
        revoke_key(file, key.id)
    assert file.read_bytes() == content and not (small_disk / ".llaves.json.draft").exists()
    assert KeyRing(file).check([(b"x-api-key", text.get_secret_value().encode())]) == key.id
