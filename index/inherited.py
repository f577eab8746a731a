"""What an index takes over from the one before: all that is learnt from a whole catalogue.

Learning anew makes a slightly other index of films that did not change. A refresh therefore keeps
what was learnt, so that only what changed is compared, until the catalogue has outgrown it. A full
build that is told to keep it as well comes to the same bytes.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import DataError
from contracts.versions import Manifest, open_current
from index.basis import Basis
from index.blocks import INDEX_FORMAT, INDEX_KIND, Layout
from index.free_text_basis import TextBasis
from index.users.known import SETTINGS

OUTGROWN = 0.1
"""Share of films, or of ratings, more or fewer than it was learnt from, at which it is dropped."""

LEARNT_ON = "learnt_on"
"""Where a manifest tells what it was learnt from."""

RULES_KEY, QUALITY_KEY, WEIGHTS_KEY = "rules", "quality", "weights"
HELD_OUT = ("ndcg", "ndcg_rated")
"""Measures of the quality that were taken while weights were learnt."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inherited:
    """What was learnt, by which index version, and from what: `learnt_on` as manifests tell it."""

    version: str
    basis: Basis
    text_basis: TextBasis
    layout: Layout
    weights: str
    held_out: dict[str, float]
    users: dict[str, Any] | None
    learnt_on: dict[str, Any]

    @classmethod
    def of_current(cls, root: Path, data: Manifest, expected: dict[str, Any]) -> "Inherited | None":
        """From the index published in `root`, for an index of `data`.

        None, told in the log, where there is none that can be read, where it was made in another
        way than `expected` (settings and inputs by name), or where the catalogue has outgrown it.
        """
        try:
            folder, manifest = open_current(root, INDEX_KIND, INDEX_FORMAT)
            made = {name: manifest.inputs.get(name) for name in expected if name != RULES_KEY}
            made[RULES_KEY] = manifest.settings[RULES_KEY]
            found = cls._from(folder, manifest)
        except (DataError, KeyError, TypeError) as exc:
            logger.info("learnt_anew reason=%s", exc)
            return None
        for reason, fits in (("made_otherwise", made == expected), ("outgrown", found._fits(data))):
            if not fits:
                logger.info("learnt_anew reason=%s", reason)
                return None
        return found

    @classmethod
    def _from(cls, folder: Path, manifest: Manifest) -> "Inherited":
        settings = manifest.settings
        quality = settings[QUALITY_KEY]
        return cls(
            manifest.version,
            Basis.load(folder),
            TextBasis.load(folder),
            Layout.from_settings(settings["blocks"]),
            settings[WEIGHTS_KEY],
            {name: quality[name] for name in HELD_OUT if name in quality},
            settings[SETTINGS],
            settings[LEARNT_ON],
        )

    def _fits(self, data: Manifest) -> bool:
        """Whether `data` hold about as many films and ratings as this was learnt from."""
        for name in ("movies", "ratings"):
            then, now = self.learnt_on[name], data.counts.get(name, 0)
            if abs(now - then) > OUTGROWN * then:
                return False
        return bool((self.learnt_on["users"] > 1) == (data.counts.get("users", 0) > 1))


def learnt_on(data: Manifest) -> dict[str, Any]:
    """What a manifest says of an index that learns from `data`."""
    counts = {name: data.counts.get(name, 0) for name in ("movies", "ratings", "users")}
    return {"data": data.version, **counts}
