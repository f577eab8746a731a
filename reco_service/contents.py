"""What there is to recommend from: counts of one data version, as a page's choices need them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contracts.api_catalogue import Cantidad, Catalogo
from reco_service.catalogue import Cards
from reco_service.users import Users

BEST_KNOWN = 12
"""Films with most votes that are named, for whoever does not know where to begin."""


def contents(version: str, cards: Cards, users: Users, by_text: bool) -> Catalogo:
    """The catalogue of one version; it does not change while the version is served."""
    years, known = cards.titles.years, users.known
    best = np.lexsort((cards.movie_ids, -cards.votes))[:BEST_KNOWN]
    return Catalogo(
        peliculas=len(cards.movie_ids),
        anio_desde=int(years.min()) if len(years) else None,
        anio_hasta=int(years.max()) if len(years) else None,
        generos=_most_first(*cards.genre_counts()),
        idiomas=_most_first(cards.languages, _counted(cards.language, len(cards.languages))),
        plataformas=cards.platforms.loaded(),
        conocidas=[cards.found(row) for row in best.tolist()],
        usuarios=len(known) if known is not None else 0,
        usuario_de_ejemplo=next(iter(known.some(1)), None) if known is not None else None,
        por_texto=by_text,
        version=version,
    )


def _counted(places: NDArray[np.int32], names: int) -> NDArray[np.int64]:
    return np.bincount(places[places >= 0], minlength=names)


def _most_first(names: Sequence[str], counts: NDArray[np.int64]) -> list[Cantidad]:
    """By count; equals by name, so that the same version always tells them in the same order."""
    order = sorted(range(len(names)), key=lambda place: (-int(counts[place]), names[place]))
    return [Cantidad(nombre=names[place], cantidad=int(counts[place])) for place in order]
