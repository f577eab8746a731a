"""What the next build needs to bring nearest films up to date, kept beside the versions.

It only saves time: where it is missing, damaged or of another version, all films are compared.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index.facts import FilmFacts
from index.features import CAST_COMPARED, Features
from index.neighbour_update import Kept
from index.ratings import Ints

STATES_KEPT = 2
DIGEST_BYTES = 16

Digests = NDArray[np.void]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """The films of an index version, what each was made of, and their nearest."""

    movie_ids: Ints
    digests: Digests
    kept: Kept

    def rows_of(self, movie_ids: Ints, digests: Digests) -> Ints:
        """The row that each film had here, ascending; -1 for films that are new or differ."""
        found = np.full(len(movie_ids), -1)
        _, now, here = np.intersect1d(movie_ids, self.movie_ids, return_indices=True)
        same = digests[now] == self.digests[here]
        found[now[same]] = here[same]
        return found

    def save(self, folder: Path, version: str, beside: str | None = None) -> None:
        """Write it as that of index `version`; a full disk costs the next build time, no more.

        The newest few are kept, and that of the version `beside`, which stays the one to begin
        from if this one is refused.
        """
        path = folder / f"{version}.npz"
        draft = folder / f".{version}.npz"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                np.savez(
                    file,
                    movie_ids=self.movie_ids,
                    digests=self.digests,
                    ranks=self.kept.ranks,
                    floor=self.kept.floor,
                )
            draft.replace(path)
            _forget(folder, beside)
        except OSError as exc:
            draft.unlink(missing_ok=True)
            logger.warning("neighbour_state_not_kept path=%s reason=%s", path, exc.strerror)

    @classmethod
    def load(cls, folder: Path, version: str) -> "State | None":
        """That of index `version`; None where there is none that can be read."""
        try:
            with (folder / f"{version}.npz").open("rb") as file, np.load(file) as arrays:
                kept = Kept(arrays["ranks"], arrays["floor"])
                state = cls(arrays["movie_ids"], arrays["digests"], kept)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as exc:
            logger.warning("neighbour_state_dropped version=%s reason=%s", version, exc)
            return None
        return state if state._whole() else None

    def _whole(self) -> bool:
        lengths = {len(self.movie_ids), len(self.digests), len(self.kept.ranks)}
        return lengths == {len(self.kept.floor)}


def film_digests(facts: FilmFacts, features: Features) -> Digests:
    """For each film a hash of all that its features are made of, shape (films,).

    What ratings say of it is taken from `features`, the rest from `facts`.
    """
    likes = [
        features.evidence,
        *(features.dense[name] for name in ("asociacion",) if name in features.dense),
    ]
    rated = np.ascontiguousarray(np.column_stack(likes), np.float32)
    told = zip(
        facts.texts(),
        facts.topic_texts(),
        facts.overview_texts(),
        facts.titles,
        facts.years.tolist(),
        facts.votes.tolist(),
        facts.mean_votes.tolist(),
        facts.languages,
        map("\x1f".join, facts.companies),
        map("\x1f".join, facts.keywords),
        map("\x1f".join, facts.genres),
        map("\x1f".join, facts.directors),
        ("\x1f".join(cast[:CAST_COMPARED]) for cast in facts.cast),
        strict=True,
    )
    hashed = bytearray()
    for own, film in zip(rated, told, strict=True):
        text = "\x1e".join(map(str, film)).encode("utf-8", "surrogatepass")
        hashed += hashlib.blake2b(text + own.tobytes(), digest_size=DIGEST_BYTES).digest()
    return np.frombuffer(bytes(hashed), np.dtype((np.void, DIGEST_BYTES)))


def _forget(folder: Path, beside: str | None) -> None:
    """Keep the newest few, and that of `beside`."""
    states = sorted(folder.glob("[!.]*.npz"), key=lambda path: path.stat().st_mtime_ns)
    for path in states[:-STATES_KEPT]:
        if path.stem != beside:
            os.unlink(path)
