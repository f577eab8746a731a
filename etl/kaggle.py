"""Kaggle's sets, fetched by kagglehub; what goes wrong is told with what to do by hand."""

import contextlib
import functools
import io
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import DataError
from contracts.platforms import PLATFORMS
from contracts.versions import saying_what_failed
from etl.arrivals import SetRefused, check
from etl.patience import giving_up_on_silence
from etl.sources import ROLES, Source, titles_role

SITE = "https://www.kaggle.com"
TOKEN = f"make a token at {SITE}/settings and save it as ~/.kaggle/access_token"
GOES_ON = "the same command goes on from what has come"

SILENCE_S = 60.0
"""After so long without a byte the connection counts as lost."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class KaggleFile:
    """One file of one of Kaggle's sets, and its role among the raw files."""

    role: str
    handle: str
    name: str

    @property
    def page(self) -> str:
        """Where people see the set, accept its terms and download it by hand."""
        return f"{SITE}/datasets/{self.handle}"


def _files(handle: str, **roles: str) -> tuple[KaggleFile, ...]:
    return tuple(KaggleFile(role, handle, name) for role, name in roles.items())


FILMS = _files(
    "rounakbanik/the-movies-dataset",
    movies="movies_metadata.csv",
    credits="credits.csv",
    keywords="keywords.csv",
    links="links.csv",
    ratings="ratings.csv",
)

CATALOGUES = {
    "netflix": "shivamb/netflix-shows",
    "amazon": "shivamb/amazon-prime-movies-and-tv-shows",
    "disney": "shivamb/disney-movies-and-tv-shows",
    "hulu": "shivamb/hulu-movies-and-tv-shows",
}

SETS = {"peliculas": FILMS} | {
    platform.name: _files(CATALOGUES[platform.name], **{titles_role(platform): platform.file})
    for platform in PLATFORMS
}
"""The files of each set, by the name that people ask for it with."""


@dataclass(frozen=True)
class Plan:
    """What is to be fetched, and the folder it goes to."""

    raw: Path
    sets: tuple[tuple[KaggleFile, ...], ...]

    def by_hand(self, handle: str | None = None) -> str:
        """The end of a sentence: how to do without us, for one set or for all.

        What is in the folder need not be downloaded again; where all is there, all is named.
        """
        sets = [files for files in self.sets if handle in (None, files[0].handle)]
        lacking = [[file for file in files if not self._holds(file)] for files in sets]
        steps = [
            f"{' and '.join(file.name for file in files)} from {files[0].page}"
            for files in (lacking if any(lacking) else sets)
            if files
        ]
        return f"by hand, download {'; '.join(steps)}; and put them into {self.raw}"

    def _holds(self, file: KaggleFile) -> bool:
        return (self.raw / file.name).exists()


def plan(raw: Path, names: Sequence[str], whole: bool) -> Plan:
    """The files of the sets `names`, or of all; of ratings the whole file or its small part."""
    for name in names:
        if name not in SETS:
            raise DataError(f"there is no set {name!r}: {', '.join(SETS)}")
    chosen = [files for name, files in SETS.items() if name in names or not names]
    return Plan(raw, tuple(files if whole else _in_part(files) for files in chosen))


def _in_part(files: tuple[KaggleFile, ...]) -> tuple[KaggleFile, ...]:
    small = ROLES["ratings"][1]
    return tuple(
        KaggleFile(file.role, file.handle, small) if file.role == "ratings" else file
        for file in files
    )


def check_token(wanted: Plan) -> None:
    """Raise DataError where kagglehub finds no token, or one that cannot be sent."""
    from kagglehub.config import get_kaggle_credentials

    otherwise = f"{TOKEN}, then run this again; or {wanted.by_hand()}"
    try:
        found = get_kaggle_credentials()
    except (OSError, ValueError):  # its text may hold the token
        raise DataError(f"the Kaggle token cannot be read: {otherwise}") from None
    if found is None:
        raise DataError(f"there is no Kaggle token: {otherwise}")
    secret = found.api_key or found.key or ""
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise DataError(f"the Kaggle token holds characters that no token has: {otherwise}")


def fetch(file: KaggleFile, wanted: Plan, tell: Tell) -> Path:
    """The file in kagglehub's cache, whole and checked; a download that broke off goes on.

    Raises SetRefused for what ails this set alone, DataError for what would ail any.
    """
    with telling_faults(file, wanted):
        try:
            return _fetch_sound(file, tell)
        except SetRefused:
            # a rest that did not fit, or that another program left: worth one fresh start
            tell(f"{file.name}: what there was of it is damaged, fetching it anew")
            _forget(file)
        try:
            return _fetch_sound(file, tell)
        except SetRefused as exc:
            _forget(file)
            raise SetRefused(
                f"what Kaggle sends as {file.name} is not what it should be ({exc}):"
                f" try again later, or {wanted.by_hand(file.handle)}"
            ) from exc


def _fetch_sound(file: KaggleFile, tell: Tell) -> Path:
    """The file, fetched and checked; raises SetRefused where it is damaged."""
    import kagglehub
    from kagglehub.exceptions import DataCorruptionError

    # KeyError: a zip that does not hold the file
    damages = (DataCorruptionError, zipfile.BadZipFile, zlib.error, KeyError)
    came = functools.partial(_bytes_come, file)
    # kagglehub writes notices to stdout, and in Kaggle's test environment the token too
    with contextlib.redirect_stdout(io.StringIO()), _listening(file, tell):
        try:
            with giving_up_on_silence(came, SILENCE_S):
                found = Path(kagglehub.dataset_download(file.handle, file.name))
        except damages as exc:
            raise SetRefused("its checksum or its packing is wrong") from exc
    try:
        check(Source(file.role, found))
    except DataError as exc:
        raise SetRefused(str(exc).replace(str(found), file.name)) from exc
    return found


@contextlib.contextmanager
def telling_faults(file: KaggleFile, wanted: Plan) -> Iterator[None]:
    """Tell the network's, Kaggle's and the disk's faults in one sentence each."""
    from requests import exceptions as faults

    everything = wanted.by_hand()
    room = f"KAGGLEHUB_CACHE chooses another folder; {GOES_ON}"
    with saying_what_failed(f"cannot keep {file.name} in {_cache()} ({room})"):
        try:
            yield
        # requests' faults are OSErrors, and their texts hold addresses and headers: not told
        except faults.HTTPError as exc:
            raise _refusal(exc, file, wanted) from None
        except (faults.ChunkedEncodingError, faults.ContentDecodingError):
            raise DataError(
                f"the connection broke off at {file.name}: {GOES_ON}; or {everything}"
            ) from None
        except (faults.ConnectionError, faults.Timeout):
            raise DataError(
                f"Kaggle cannot be reached for {file.name}: see to the network, then {GOES_ON};"
                f" or {everything}"
            ) from None
        except faults.RequestException as exc:
            raise DataError(
                f"Kaggle cannot be asked for {file.name} ({type(exc).__name__}): {everything}"
            ) from None


def _refusal(exc: OSError, file: KaggleFile, wanted: Plan) -> DataError:
    """What an answer of Kaggle's other than the file means, and what to do."""
    response = exc.response  # type: ignore[attr-defined]
    status, hand = response.status_code, wanted.by_hand(file.handle)
    if status == 401:
        return DataError(f"Kaggle refuses the token (401): {TOKEN}; or {wanted.by_hand()}")
    if status == 429:
        seconds = response.headers.get("Retry-After", "")
        wait = f"{seconds} seconds" if seconds.isdecimal() else "some minutes"
        return DataError(
            f"Kaggle takes no more requests for now (429): wait {wait}, then {GOES_ON};"
            f" or {wanted.by_hand()}"
        )
    if status == 403:
        return SetRefused(
            f"Kaggle does not give {file.name} to this account (403): sign in at {file.page} and"
            f" accept the terms, then run this again; or {hand}"
        )
    if status == 404:
        return SetRefused(
            f"Kaggle has no {file.name} in {file.handle} (404): the set may have moved, look at"
            f" {file.page}; or {hand}"
        )
    return SetRefused(
        f"Kaggle failed at {file.name} ({status}): run this again later, {GOES_ON}; or {hand}"
    )


class _Notes(logging.Handler):
    """Hears from kagglehub's log whether a download that broke off goes on."""

    def __init__(self, file: KaggleFile, begun: int, tell: Tell) -> None:
        super().__init__()
        self._name, self._begun, self._tell = file.name, begun, tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it once kagglehub has decided."""
        said = record.getMessage()
        if said.startswith("Resuming download from"):
            self._tell(f"{self._name}: goes on after the {self._begun:,} bytes that had come")
        elif self._begun and said.startswith("Downloading to"):
            self._tell(f"{self._name}: starts over, since Kaggle does not let it go on")


@contextlib.contextmanager
def _listening(file: KaggleFile, tell: Tell) -> Iterator[None]:
    """Hear kagglehub's log in place of its own handler, which writes it all to stdout."""
    log = logging.getLogger("kagglehub")
    handlers, level = log.handlers[:], log.level
    log.handlers[:] = [_Notes(file, _begun_bytes(file), tell)]
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.handlers[:] = handlers
        log.setLevel(level)


def _cache() -> Path:
    from kagglehub.config import get_cache_folder

    return Path(get_cache_folder())


def _begun_bytes(file: KaggleFile) -> int:
    """How much of the file an earlier run left in the cache; 0 where it is whole."""
    folder = _cache() / "datasets" / file.handle
    begun = [
        path.stat().st_size
        for path in folder.glob(f"versions/*/{file.name}")
        if not (folder / ".complete" / path.parent.name / f"{file.name}.complete").exists()
    ]
    return max(begun, default=0)


def _bytes_come(file: KaggleFile) -> int:
    """All that there is of the file in the cache, packed and unpacked."""
    kept = (_cache() / "datasets" / file.handle).glob(f"versions/*/{file.name}*")
    return sum(path.stat().st_size for path in kept)


def _forget(file: KaggleFile) -> None:
    """Remove all of the file from the cache: a mark without its file would vouch for the next."""
    folder = _cache() / "datasets" / file.handle
    for pattern in (f".complete/*/{file.name}.complete", f"versions/*/{file.name}*"):
        for path in folder.glob(pattern):
            path.unlink()
