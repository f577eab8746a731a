"""The opening: which data these are, and what stands out."""

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Cards, Paragraph, Section, Table
from eda.missing import empty_cells
from eda.money import paid_films, plausible_films
from eda.ratings import SIMULATED
from eda.tables import Data
from eda.wording import number, part, same, say, times

TITLE = Sentence("Resumen", "Summary")
DIGEST_SHOWN = 12
TABLES = {
    "movies": Sentence("películas", "films"),
    "credits": Sentence("repartos", "credits"),
    "keywords": Sentence("con palabras clave", "with keywords"),
    "titles": Sentence("títulos de plataformas", "titles of platforms"),
    "ratings": Sentence("valoraciones", "ratings"),
    "users": Sentence("usuarios", "users"),
    "ledger": Sentence("anotaciones del ETL", "entries of the ETL"),
}
"""What the counts of the manifest are told as."""


def summary_section(data: Data) -> Section:
    """The opening section."""
    counts = data.manifest.counts
    cards = [(number(counts.get(name, 0)), told) for name, told in TABLES.items()]
    blocks: list[Block] = [Paragraph(_about(data)), Cards(cards)]
    if data.simulated:
        blocks.insert(0, Paragraph(SIMULATED, warning=True))
    blocks.append(Bullets(key_findings(data)))
    if data.manifest.inputs:
        blocks.append(_inputs(data))
    return Section("resumen", TITLE, blocks)


def _about(data: Data) -> Sentence:
    version, movies = data.manifest.version, data.movies
    if movies.empty:
        return say(
            "Versión de datos {v}, sin películas.", "Data version {v}, without films.", v=version
        )
    dates = pd.to_datetime(movies["release_date"])
    return say(
        "Versión de datos {v}: {n} películas estrenadas entre {a} y {b}, de {k} archivos.",
        "Data version {v}: {n} films released between {a} and {b}, from {k} raw files.",
        v=version,
        n=len(movies),
        a=dates.min().date().isoformat(),
        b=dates.max().date().isoformat(),
        k=len(data.manifest.inputs),
    )


def key_findings(data: Data) -> list[Sentence]:
    """The few things to know, from the data alone."""
    movies = data.movies
    if movies.empty:
        return []
    paid = paid_films(movies)
    plausible = plausible_films(movies)
    told = [
        say(
            "Se conoce el dinero de pocas: {n} películas ({p}) tienen presupuesto y recaudación; "
            "{o} son inverosímiles.",
            "Money is known of few: {n} films ({p}) have budget and revenue; {o} are implausible.",
            n=len(paid),
            p=part(len(paid), len(movies)),
            o=len(paid) - len(plausible),
        )
    ]
    if len(plausible):
        told.append(
            say(
                "Una película corriente de las que tienen importes creíbles recauda {m} lo que "
                "costó (mediana).",
                "A usual film, of those with credible amounts, earns {m} what it cost (median).",
                m=times(float(plausible["return"].median())),
            )
        )
    told += [_unknown(movies), _votes(movies)]
    if len(data.ratings):
        told.append(_ratings(data))
    return told


def _unknown(movies: pd.DataFrame) -> Sentence:
    overview = int(empty_cells(movies["overview"]).sum())
    language = int(empty_cells(movies["original_language"]).sum())
    return say(
        "Faltan la sinopsis de {o} películas ({po}) y el idioma original de {l} ({pl}).",
        "The overview of {o} films ({po}) and the original language of {l} ({pl}) are missing.",
        o=overview,
        po=part(overview, len(movies)),
        l=language,
        pl=part(language, len(movies)),
    )


def _votes(movies: pd.DataFrame) -> Sentence:
    most = movies.sort_values(["vote_count", "movie_id"], ascending=[False, True]).iloc[0]
    return say(
        "La película mediana tiene {m} votos; la más votada, «{t}», {x}.",
        "The median film has {m} votes; the most voted, “{t}”, {x}.",
        m=number(float(movies["vote_count"].median())),
        t=str(most["title"]),
        x=int(most["vote_count"]),
    )


def _ratings(data: Data) -> Sentence:
    rated = data.ratings["movie_id"].nunique()
    return say(
        "{u} usuarios valoraron {f} películas, el {p} del catálogo.",
        "{u} users rated {f} films, {p} of the catalogue.",
        u=int(data.ratings["user_id"].nunique()),
        f=int(rated),
        p=part(int(rated), len(data.movies)),
    )


def _inputs(data: Data) -> Table:
    head = [Sentence("Archivo", "File"), Sentence("SHA-256 (comienzo)", "SHA-256 (start)")]
    rows = [
        [same(role), same(digest[:DIGEST_SHOWN])]
        for role, digest in sorted(data.manifest.inputs.items())
    ]
    caption = Sentence("Archivos de origen", "Raw files")
    return Table(caption, head, rows, texts=frozenset({1}), folded=True)
