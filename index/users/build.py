"""The model of users as the index job makes it: searched, fitted, written, and told."""

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contracts.progress import track
from index.facts import FilmFacts
from index.features import Features
from index.users.biases import facts_table
from index.users.model import Parameters, fit
from index.users.rated import Rated
from index.users.taste import ContentLikeness
from index.users.tune import PARAMETERS, search

logger = logging.getLogger(__name__)

LIBRARY = "scikit-surprise"


def build_users(
    folder: Path, facts: FilmFacts, features: Features, searched: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Write the model of the users in `facts` into `folder`; what the manifest says of it.

    Fitted with the parameters that were `searched` for another catalogue, as its manifest tells
    of them, or with the best for this one. None, and no file, where fewer than two people rated:
    there is nobody to learn from.
    """
    rated = Rated.of(facts.ratings)
    if len(rated.user_ids) < 2:
        return None
    table, likeness = facts_table(facts), ContentLikeness.of(features)
    searched = searched or search(rated, table, likeness).as_settings()
    parameters = Parameters.from_settings(searched[PARAMETERS])
    with track(len(rated.user_ids), "Fitting users") as advance:
        model = fit(rated, table, likeness, parameters, advance)
    model.save(folder)
    logger.info("users_fitted users=%d ratings=%d", len(rated.user_ids), len(rated))
    return {
        **searched,
        "mean": model.biases.mean,
        "users": len(rated.user_ids),
        "ratings": len(rated),
        "library": f"{LIBRARY} {version(LIBRARY)}",
    }
