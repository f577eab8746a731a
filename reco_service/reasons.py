"""Why a film is recommended, in words: one reason for each block that has a share."""

from collections.abc import Callable, Sequence

from contracts.api import Motivo
from contracts.errors import Sentence
from reco_service.catalogue import Facts

CLOSE_YEARS = 12
"""Years further apart than this are told without saying that they are close."""

NAMED_AT_MOST = 4
"""How many shared names a reason lists."""


UNLIKE = Sentence("Descripción distinta", "Different description")
"""What a share below 0 says: descriptions can oppose each other."""

LIKED_APART = Sentence("Gusta a otras personas", "Liked by other people")


def reasons(seed: Facts, other: Facts, shares: dict[str, float], language: str) -> list[Motivo]:
    """A reason for every share that is not 0, largest first; they add up to the score."""
    order = sorted(shares.items(), key=lambda share: -share[1])
    return [
        Motivo(
            bloque=block,
            texto=_told(block, seed, other, share).spoken_in(language),
            aporte=round(share, 4),
        )
        for block, share in order
        if share
    ]


def _told(block: str, seed: Facts, other: Facts, share: float) -> Sentence:
    if share < 0:
        return LIKED_APART if block == "asociacion" else UNLIKE
    return TELL[block](seed, other)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return ", ".join(names[:NAMED_AT_MOST]) + (f" (+{more})" if more > 0 else "")


def _shared(of: Callable[[Facts], Sequence[str]], es: str, en: str) -> Callable[..., Sentence]:
    def tell(seed: Facts, other: Facts) -> Sentence:
        theirs = set(of(other))
        names = _listed([name for name in of(seed) if name in theirs])
        return Sentence(f"{es}: {names}", f"{en}: {names}")

    return tell


def _plot(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Descripción parecida", "Similar description")


def _years(seed: Facts, other: Facts) -> Sentence:
    if seed.year == other.year:
        return Sentence(f"Del mismo año: {seed.year}", f"Of the same year: {seed.year}")
    years = f"{seed.year}, {other.year}"
    if abs(seed.year - other.year) > CLOSE_YEARS:
        return Sentence(f"Años de estreno: {years}", f"Years of release: {years}")
    return Sentence(f"De época cercana: {years}", f"Of about the same time: {years}")


def _title(seed: Facts, other: Facts) -> Sentence:
    return Sentence(f"Título parecido: {other.title}", f"Similar title: {other.title}")


def _renown(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Conocida por el público", "Known to the public")


def _liked(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Gusta a las mismas personas", "Liked by the same people")


TELL: dict[str, Callable[[Facts, Facts], Sentence]] = {
    "texto": _plot,
    "palabras_clave": _shared(lambda film: film.keywords, "Temas en común", "Shared themes"),
    "generos": _shared(lambda film: film.genres, "Mismos géneros", "Same genres"),
    "reparto": _shared(lambda film: film.cast, "Mismo reparto", "Same cast"),
    "direccion": _shared(lambda film: film.directors, "Misma dirección", "Same director"),
    "titulo": _title,
    "anio": _years,
    "renombre": _renown,
    "asociacion": _liked,
}
"""What each block has to say of two films."""
