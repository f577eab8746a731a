"""API keys: the file that `cartelera llaves` writes and the gateway reads, and what it lets in."""

import fcntl
import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)

from contracts.errors import DataError, KeyRefused, KeyRequired, Sentence
from contracts.versions import flush, saying_what_failed

logger = logging.getLogger(__name__)

SECRET_BYTES = 32
SHAPE = re.compile(rb"ctl_([0-9a-f]{8})_[0-9a-f]{64}")
LONGEST = 128
"""Bytes of a header that are looked at; a key has 77, and `Bearer` goes before it."""

LONGEST_NAME = 100
NOBODY = hashlib.sha256(b"").digest()
"""What is compared where no key has the id, so that this takes as long as a wrong secret."""

T = TypeVar("T")


class Key(BaseModel):
    """One API key as the file has it. It names no key that opens anything: only its hash.

    SHA-256 without salt or stretching is right here: those slow down guessing what people choose,
    and this is 256 random bits, which nobody guesses at any speed. Each request pays for the hash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{8}$")
    nombre: str
    hash: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    creada: AwareDatetime
    revocada: AwareDatetime | None = None


KEYS = TypeAdapter(list[Key])


def read_keys(path: Path) -> list[Key]:
    """The keys of the file, oldest first; raises DataError, also where there is no file."""
    return _read(path)[0]


def create_key(path: Path, name: str) -> tuple[Key, SecretStr]:
    """A new key in the file, which is made if need be, and its text: it is nowhere else."""
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise DataError(f"the name of a key has 1 to {LONGEST_NAME} characters, all printable")

    def add(keys: list[Key]) -> tuple[Key, SecretStr]:
        taken = {key.id for key in keys}
        id_ = next(id_ for id_ in iter(lambda: secrets.token_hex(4), None) if id_ not in taken)
        text = f"ctl_{id_}_{secrets.token_hex(SECRET_BYTES)}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        keys.append(Key(id=id_, nombre=name, hash=digest, creada=_now()))
        return keys[-1], SecretStr(text)

    return _changed(path, add)


def revoke_key(path: Path, id_: str) -> tuple[Key, bool]:
    """Revoke a key; it, and whether it was valid until now. DataError where none has that id."""

    def revoke(keys: list[Key]) -> tuple[Key, bool]:
        for place, key in enumerate(keys):
            if key.id == id_:
                if key.revocada is None:
                    keys[place] = key.model_copy(update={"revocada": _now()})
                return keys[place], key.revocada is None
        raise DataError(f"{path} has no key {id_!r}; `cartelera llaves listar` has their ids")

    if not _is_there(path):
        raise _none_there(path)
    return _changed(path, revoke)


class KeyRing:
    """The keys that open the gateway now; it holds hashes alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        keys, self._seen = _read(path)
        self._hashes = _valid(keys)
        self._refused = ""

    def check(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Id of the key that came in `headers` (names in lower case, as in an ASGI scope).

        It is in `X-API-Key`, or in `Authorization` as `Bearer …`. Raises KeyRequired or KeyRefused.
        """
        given = _given(headers)
        shape = SHAPE.fullmatch(given)
        if shape is None:
            raise _refusal()
        id_ = shape[1].decode()
        expected = self._hashes.get(id_, NOBODY)
        if not hmac.compare_digest(hashlib.sha256(given).digest(), expected):
            raise _refusal()
        return id_

    def refresh(self) -> None:
        """Read the file again if it is another one than before; keep the keys if it is damaged."""
        try:
            if _signature(os.stat(self._path)) == self._seen:
                self._refused = ""
                return
            keys, self._seen = _read(self._path)
        except OSError as exc:
            self._keep(f"{exc.strerror}")
        except DataError as exc:
            self._keep(str(exc))
        else:
            self._hashes, self._refused = _valid(keys), ""
            logger.info("keys_read valid=%d", len(self._hashes))

    def _keep(self, reason: str) -> None:
        if reason != self._refused:  # else it is told every second
            logger.error("keys_refused file=%s reason=%r", self._path, reason)
        self._refused = reason


def _given(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    own, bearer = [], []
    for name, value in headers:
        if name == b"x-api-key":
            own.append(_short(value))
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            bearer.append(_short(value[7:]))
    given = set(own + bearer)
    if not given:
        raise KeyRequired(
            Sentence(
                "Esta instalación pide una llave, en la cabecera «X-API-Key» o como"
                " «Authorization: Bearer».",
                "This installation asks for an API key, in the header 'X-API-Key' or as"
                " 'Authorization: Bearer'.",
            )
        )
    if len(own) > 1 or len(bearer) > 1 or len(given) > 1:
        raise KeyRefused(
            Sentence("La petición trae más de una llave.", "The request has more than one key.")
        )
    return given.pop()


def _short(value: bytes) -> bytes:
    return value.strip() if len(value) <= LONGEST else b""  # which is no key's shape


def _refusal() -> KeyRefused:
    return KeyRefused(
        Sentence("La llave no existe o fue revocada.", "The key does not exist, or was revoked.")
    )


def _valid(keys: list[Key]) -> dict[str, bytes]:
    return {key.id: bytes.fromhex(key.hash) for key in keys if key.revocada is None}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


Signature = tuple[int, int, int]


def _signature(found: os.stat_result) -> Signature:
    return found.st_mtime_ns, found.st_ino, found.st_size


def _is_there(path: Path) -> bool:
    with saying_what_failed(f"cannot read the keys in {path}"):
        return path.exists()


def _none_there(path: Path) -> DataError:
    return DataError(f"there is no file of keys {path}; `cartelera llaves crear NAME` makes it")


def _read(path: Path) -> tuple[list[Key], Signature]:
    with saying_what_failed(f"cannot read the keys in {path}"):
        try:
            with path.open("rb") as file:
                signature, content = _signature(os.fstat(file.fileno())), file.read()
        except FileNotFoundError:
            raise _none_there(path) from None
    try:
        keys = KEYS.validate_json(content)
    except ValidationError:  # not told from: it cites what it found, hashes among it
        raise DataError(f"{path} is damaged: it is not a list of keys") from None
    if len({key.id for key in keys}) < len(keys):
        raise DataError(f"{path} is damaged: two keys have the same id")
    return keys, signature


def _changed(path: Path, change: Callable[[list[Key]], T]) -> T:
    path = path.resolve()  # else the new file would take the place of a link to it
    with _alone(path):
        keys = read_keys(path) if _is_there(path) else []
        done = change(keys)
        with saying_what_failed(f"cannot write the keys to {path}"):
            _write(path, KEYS.dump_json(keys, indent=2) + b"\n")
        return done


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold what keeps two changes apart: a file beside, since the file itself is replaced."""
    with saying_what_failed(f"cannot write the keys to {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(path.with_name(f".{path.name}.lock"), "a", opener=_for_owner_alone)
    with lock:
        with saying_what_failed(f"cannot lock the keys in {path}"):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _for_owner_alone(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _write(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at once; whatever fails, the old one stays whole."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)  # of one that died on the way
    try:
        with open(draft, "xb", opener=_for_owner_alone) as file:
            file.write(content)
            file.flush()
            _belong_like(path, file.fileno())
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    flush(path.parent)


def _belong_like(path: Path, descriptor: int) -> None:
    """Give the new file the old one's owner and mode, without which the gateway cannot read it.

    It would go on with the keys it has, and what root revokes would stay valid.
    """
    with suppress(FileNotFoundError):
        old = path.stat()
        os.fchmod(descriptor, old.st_mode & 0o660)
        if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, old.st_uid, old.st_gid)
