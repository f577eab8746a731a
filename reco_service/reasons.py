"""Why a film is recommended, in words: one reason for each share of the score."""

from collections.abc import Callable, Mapping, Sequence

from contracts.api import Motivo
from contracts.errors import Sentence
from index.profile import FAME
from index.search import LIKED, TEXT, USER, Share
from reco_service import genres, wording
from reco_service.catalogue import Facts
from reco_service.user_reasons import of_share

NAMED_AT_MOST = 4
"""How many shared names a reason lists."""

SEEDS_NAMED = 2
"""How many of the films given a reason names, where there are several."""

SAGA = "saga"
"""Told, but not a block: it counts nothing, so that sagas can mark the ranking (decision 0011)."""

UNLIKE = Sentence("Descripción distinta", "Different description")
"""What a share below 0 says: descriptions can oppose each other."""

OPPOSED = {
    "texto_multilingue": Sentence("Sinopsis distinta", "Different overview"),
    "asociacion": Sentence("Gusta a otras personas", "Liked by other people"),
    "temas_multilingue": Sentence("Otros temas", "Other themes"),
    "titulo_multilingue": Sentence("Título de otro sentido", "Title of another meaning"),
}

OF_TEXT = {
    "texto_multilingue": Sentence("La sinopsis responde al texto", "The overview fits the text"),
    "temas_multilingue": Sentence("Los temas responden al texto", "The themes fit the text"),
    "palabras": Sentence("Dice palabras del texto", "It says words of the text"),
}
"""What a block says of a film and a text."""

OPPOSED_TO_TEXT = {
    "texto_multilingue": Sentence("La sinopsis trata de otra cosa", "The overview is of another"),
    "temas_multilingue": Sentence("Los temas son otros", "The themes are others"),
}

FITS = Sentence("Responde al texto", "Fits the text")
FITS_NOT = Sentence("No responde al texto", "Does not fit the text")


def reasons(seed: Facts, other: Facts, shares: Mapping[str, float], language: str) -> list[Motivo]:
    """A reason for every share that is not 0, largest first; they add up to the score."""
    told = [
        Motivo(
            bloque=block,
            texto=_told(block, seed, other, share).spoken_in(language),
            aporte=round(share, 4),
        )
        for block, share in sorted(shares.items(), key=lambda share: -share[1])
        if share
    ]
    return _with_saga(told, [seed], other, language)


def mixed_reasons(
    seeds: Mapping[int, Facts], liked: Sequence[int], other: Facts, shares: Sequence[Share],
    language: str,
) -> list[Motivo]:  # fmt: skip
    """As `reasons`, for several films given by row, and for a text.

    Shares of liked and of disliked films are told apart, and name the films they come from.
    """
    told = [
        Motivo(
            bloque=share.block,
            texto=_told_of(share, seeds, other).spoken_in(language),
            aporte=share.value,
        )
        for share in sorted(shares, key=lambda share: -share.value)
    ]
    return _with_saga(told, [seeds[row] for row in liked], other, language)


def _with_saga(
    told: list[Motivo], seeds: Sequence[Facts], other: Facts, language: str
) -> list[Motivo]:
    """With the saga second, for a film of the same one as a liked film."""
    if other.saga is not None and other.saga in {seed.saga for seed in seeds}:
        saga = Sentence(f"Misma saga: {other.saga}", f"Same saga: {other.saga}")
        told.insert(1, Motivo(bloque=SAGA, texto=saga.spoken_in(language), aporte=0.0))
    return told


def _told_of(share: Share, seeds: Mapping[int, Facts], other: Facts) -> Sentence:
    if share.block in FAME:
        return TELL[share.block](other, other)
    if share.source == TEXT:
        if share.value < 0:
            return OPPOSED_TO_TEXT.get(share.block, FITS_NOT)
        return OF_TEXT.get(share.block, FITS)
    if share.source == USER:
        return of_share(share.block, share.value, [seeds[row].title for row in share.seeds])
    given = [seeds[row] for row in share.seeds]
    alike = share.value > 0 if share.source == LIKED else share.value < 0
    if len(seeds) == 1 and share.source == LIKED:
        return _told(share.block, given[0], other, share.value)
    if alike and share.block in NAMED:
        said = _shared_with(share.block, given, other)
    else:
        first = _told(share.block, given[0], other, 1.0 if alike else -1.0)
        # years are told of one film: with each of the others they are other years
        titles = _titles(given[:1] if share.block == "anio" else given)
        said = Sentence(f"{first.es} ({titles})", f"{first.en} ({titles})")
    return said if share.source == LIKED else _of_disliked(said, share.value)


def _of_disliked(said: Sentence, share: float) -> Sentence:
    """What is told of a film that is not liked: likeness to it counts against."""
    if share < 0:
        return Sentence(f"En contra, por no gustar: {said.es}", f"Against, as disliked: {said.en}")
    return Sentence(f"A favor, por no gustar: {said.es}", f"In favour, as disliked: {said.en}")


def _told(block: str, seed: Facts, other: Facts, share: float) -> Sentence:
    if share < 0:
        return OPPOSED.get(block, UNLIKE)
    return TELL.get(block, _alike)(seed, other)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return ", ".join(names[:NAMED_AT_MOST]) + (f" (+{more})" if more > 0 else "")


def _titles(seeds: Sequence[Facts]) -> str:
    more = len(seeds) - SEEDS_NAMED
    named = ", ".join(seed.title for seed in seeds[:SEEDS_NAMED])
    return named + (f" +{more}" if more > 0 else "")


def _shared(block: str) -> Callable[[Facts, Facts], Sentence]:
    of, es, en = NAMED[block]

    def tell(seed: Facts, other: Facts) -> Sentence:
        theirs = set(of(other))
        names = [name for name in of(seed) if name in theirs]
        return Sentence(f"{es}: {_listed(_spanish(block, names))}", f"{en}: {_listed(names)}")

    return tell


def _shared_with(block: str, seeds: Sequence[Facts], other: Facts) -> Sentence:
    """Each shared name with the films that share it: 'Misma dirección: Michael Mann (Heat)'."""
    of, es, en = NAMED[block]
    theirs = set(of(other))
    sharing: dict[str, list[Facts]] = {}
    for seed in seeds:
        for name in of(seed):
            if name in theirs:
                sharing.setdefault(name, []).append(seed)
    together: dict[str, list[str]] = {}
    for name, films in list(sharing.items())[:NAMED_AT_MOST]:
        together.setdefault(_titles(films), []).append(name)
    more = len(sharing) - NAMED_AT_MOST

    def listed(named: Callable[[list[str]], list[str]]) -> str:
        told = "; ".join(
            f"{', '.join(named(names))} ({films})" for films, names in together.items()
        )
        return told + (f"; +{more}" if more > 0 else "")

    return Sentence(
        f"{es}: {listed(lambda names: _spanish(block, names))}", f"{en}: {listed(list)}"
    )


def _spanish(block: str, names: list[str]) -> list[str]:
    """Of all names only those of genres have one of their own."""
    return [genres.spanish(name) for name in names] if block == "generos" else names


def _plot(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Descripción parecida", "Similar description")


def _overview(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Sinopsis parecida", "Similar overview")


def _topics(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Temas afines", "Related themes")


def _meant_title(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Título de sentido parecido", "Title of similar meaning")


def _years(seed: Facts, other: Facts) -> Sentence:
    return wording.years(seed.year, other.year)


def _title(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Título parecido", "Similar title")


def _renown(seed: Facts, other: Facts) -> Sentence:
    return wording.renown(other.votes)


def _esteem(seed: Facts, other: Facts) -> Sentence:
    return wording.rating(other.mean, other.votes)


def _language(seed: Facts, other: Facts) -> Sentence:
    return wording.original_language(other.language)


def _alike(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Parecidas", "Alike")


def _liked(seed: Facts, other: Facts) -> Sentence:
    return Sentence("Gusta a las mismas personas", "Liked by the same people")


Of = Callable[[Facts], Sequence[str]]

NAMED: dict[str, tuple[Of, str, str]] = {
    "palabras_clave": (lambda film: film.keywords, "Temas en común", "Shared themes"),
    "generos": (lambda film: film.genres, "Mismos géneros", "Same genres"),
    "reparto": (lambda film: film.cast, "Mismo reparto", "Same cast"),
    "direccion": (lambda film: film.directors, "Misma dirección", "Same director"),
    "productoras": (lambda film: film.companies, "Mismas productoras", "Same companies"),
}
"""The blocks of names that can be listed: where they stand, and how they are told."""

TELL: dict[str, Callable[[Facts, Facts], Sentence]] = {
    "texto": _plot,
    "texto_multilingue": _overview,
    "temas_multilingue": _topics,
    "titulo_multilingue": _meant_title,
    "titulo": _title,
    "anio": _years,
    "idioma": _language,
    "renombre": _renown,
    "valoracion": _esteem,
    "asociacion": _liked,
} | {block: _shared(block) for block in NAMED}
"""What each block has to say of two films."""
