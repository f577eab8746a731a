"""The gate before an index is published: it loads, its counts hold, it answers, and well enough."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import DataError
from contracts.versions import Manifest
from index.encoders.text_encoder import TextEncoder
from index.evaluation.metrics import saga_codes, saga_recall
from index.facts import FilmFacts
from index.free_text import FreeText
from index.neighbours import Neighbours
from index.ratings import Ints
from index.search import FilmSearch, Query
from index.search_space import DECIMALS
from index.similar import SimilarFilms
from index.users.known import SETTINGS, KnownUsers

CANARIES = 20
"""Well-known films that are asked about before anybody else does."""

SAGAS_NEEDED = 50
"""Films in sagas below which saga recall says nothing."""

RECALL_FILMS, RECALL_AT, SAME = 200, 10, 1e-5
"""Films whose answers are compared with exact ones; a film that scores as the tenth does, to
SAME, counts as one of the ten."""

AT_ONCE = 4096

USERS_ASKED = 5
"""Users of whom the canaries' ratings are expected before anybody asks."""

logger = logging.getLogger(__name__)


class Floors(BaseSettings):
    """What an index must reach to be published; each an environment variable INDEX_FLOOR_..."""

    model_config = SettingsConfigDict(env_prefix="INDEX_FLOOR_", frozen=True)

    search_recall: float = Field(
        default=0.99, ge=0, le=1, description="share of the exact ten nearest that the search finds"
    )
    saga_recall: float = Field(
        default=0.5, ge=0, le=1, description="saga recall@5 of the neighbours, where sagas are"
    )
    ndcg: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="nDCG@10 for users held out, where there are enough",
    )
    canaries: float = Field(
        default=0.8, ge=0, le=1, description="share of canary films that free text finds again"
    )

    def check(self, quality: dict[str, float]) -> None:
        """DataError naming the first measure that is below its floor."""
        for name, floor in self.model_dump().items():
            if quality.get(name, 1.0) < floor:
                raise DataError(
                    f"the index is not published: its {name} is {quality[name]:.3f}, "
                    f"below the floor of {floor} (INDEX_FLOOR_{name.upper()})"
                )


@dataclass(frozen=True)
class Gate:
    """What an index must stand up to: `facts` it was made of, and the encoder of its free text."""

    facts: FilmFacts
    encoder: Callable[[Path], TextEncoder]
    floors: Floors

    def check(self, folder: Path, manifest: Manifest) -> None:
        """Load the version in `folder` as a service does, and ask it; DataError if it fails."""
        similar = SimilarFilms.load(folder, manifest)
        text = FreeText.load(folder, self.encoder(folder))
        _counted(similar, manifest)
        best_known = np.argsort(-self.facts.votes, kind="stable")[:CANARIES]
        _answers(similar, best_known)
        users = KnownUsers.load(folder, manifest, similar.space)
        if users is not None:
            _known(users, manifest.settings[SETTINGS], best_known)
        search = FilmSearch(similar.space, int(best_known[0]), text)
        quality = manifest.settings["quality"] | {"canaries": self._found_again(search, best_known)}
        logger.info("index_examined version=%s quality=%s", manifest.version, quality)
        self.floors.check(quality)

    def _found_again(self, search: FilmSearch, rows: Ints) -> float:
        """Share of the films at `rows` that their own overview finds among the first ten."""
        told = [(row, overview) for row in rows.tolist() if (overview := self.facts.overviews[row])]
        answers = [(row, search.best(Query(text=said), RECALL_AT)) for row, said in told]
        hits = [row in {film.row for film in films} for row, films in answers]
        return float(np.mean(hits)) if hits else 1.0


def measure(similar: SimilarFilms, neighbours: Neighbours, facts: FilmFacts) -> dict[str, float]:
    """Search recall against the exact `neighbours`, and their saga recall where there are sagas."""
    quality = {"search_recall": _search_recall(similar, neighbours)}
    codes = saga_codes(facts.sagas)
    seeds = np.flatnonzero(codes >= 0)
    if len(seeds) >= SAGAS_NEEDED:
        recall = saga_recall(neighbours.rows[seeds].astype(np.int64), seeds, codes)
        quality["saga_recall"] = round(float(recall.mean()), 4)
    return quality


def _search_recall(similar: SimilarFilms, neighbours: Neighbours) -> float:
    """Share of the ten nearest films that the search for one film liked finds."""
    films = len(neighbours.rows)
    search = FilmSearch(similar.space, 0)
    found = []
    for row in np.unique(np.linspace(0, films - 1, min(RECALL_FILMS, films)).astype(int)).tolist():
        exact = dict(
            zip(neighbours.rows[row].tolist(), neighbours.scores[row].tolist(), strict=True)
        )
        tenth = min(list(exact.values())[:RECALL_AT], default=0.0)
        hits = search.best(Query(liked=(row,)), min(RECALL_AT, len(exact)))
        found += [exact.get(hit.row, -1.0) >= tenth - SAME for hit in hits]
    return round(float(np.mean(found)), 4) if found else 1.0


def _counted(similar: SimilarFilms, manifest: Manifest) -> None:
    """Refuse an index whose parts hold other numbers of films than its manifest says."""
    space = similar.space
    counts = {"movies": len(space.vectors), "neighbours": similar.films()}
    expected = {name: manifest.counts["movies"] for name in counts}
    having = np.zeros(len(space.layout.blocks), dtype=np.int64)
    for start in range(0, len(space), AT_ONCE):
        having += space.having(np.arange(start, min(start + AT_ONCE, len(space)))).sum(axis=0)
    for block, films in zip(space.layout.blocks, having.tolist(), strict=True):
        counts[f"block.{block.name}"] = films
        expected[f"block.{block.name}"] = manifest.counts[f"block.{block.name}"]
    for name, count in counts.items():
        if count != expected[name]:
            raise DataError(
                f"the index is not published: it holds {count} films for {name}, "
                f"where its manifest says {expected[name]}"
            )


def _known(users: KnownUsers, told: dict[str, Any], rows: Ints) -> None:
    """Refuse users who are not those that were `told`, or whose ratings for `rows` are none."""
    if (len(users), users.ratings()) != (told["users"], told["ratings"]):
        raise DataError(
            f"the index is not published: it holds {users.ratings()} ratings of {len(users)} users,"
            f" where its manifest says {told['ratings']} of {told['users']}"
        )
    for user_id in users.some(USERS_ASKED):
        user = users.find(user_id)
        found = users.estimates(user, rows) if user is not None else []
        whole = [each.mean + each.user + each.film + each.factors + each.taste for each in found]
        if not whole or not np.isfinite(whole).all():
            raise DataError(f"the index is not published: user {user_id} gets no estimate")


def _answers(similar: SimilarFilms, rows: Ints) -> None:
    """Ask for films like the canaries; DataError where an answer cannot be right."""
    others = min(len(similar.space) - 1, RECALL_AT)
    for row in rows.tolist():
        found = similar.to_film(row, RECALL_AT)
        scores = [film.score for film in found]
        whole = [round(sum(film.shares.values()), DECIMALS) for film in found]
        right = len({film.row for film in found} - {row}) == len(found) == others
        if not right or scores != sorted(scores, reverse=True) or not np.allclose(whole, scores):
            movie_id = similar.space.movie_ids[row]
            raise DataError(f"the index is not published: film {movie_id} gets a wrong answer")
