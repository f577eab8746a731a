"""What the data mean for the recommender, in plain words computed from them."""

import pandas as pd

from contracts.columns import FILM
from contracts.errors import Sentence
from eda.blocks import Bullets, Paragraph, Section
from eda.groups import group_films
from eda.missing import empty_cells, films_without
from eda.money import paid_films
from eda.places import language_name
from eda.ratings import share_of_top_tenth
from eda.tables import Data
from eda.wording import number, part, percent, say
from eda.words import share_in_english

FEW_USERS, FEW_BY_FILM = 1000, 10
"""Fewer users than this, or fewer ratings of a film, teach what few people like."""

FEW_VOTES = 10
"""Votes below which a mean vote says little."""

LONG_TAIL = 0.1
"""Share of all votes from which the most voted hundredth of the films makes a long tail."""

MOST_OVERVIEWS = 0.5
"""Share of overviews in English from which a question in Spanish needs more than its words."""

TITLE = Sentence(
    "Qué significa todo esto para el recomendador", "What all this means for the recommender"
)
NO_FILMS = Sentence("No hay películas que recomendar.", "There are no films to recommend.")


def meaning_section(data: Data) -> Section:
    """The closing section."""
    if data.movies.empty:
        return Section("significado", TITLE, [Paragraph(NO_FILMS)])
    told = [
        _content(data),
        _nothing_at_all(data),
        _languages(data),
        _tail(data.movies),
        _people_like(data),
        _money(data.movies),
    ]
    if len(data.titles):
        told.append(_platforms(data))
    return Section("significado", TITLE, [Bullets(told)])


def _content(data: Data) -> Sentence:
    """Which blocks of a film's content are missing, and of how many films."""
    total = len(data.movies)
    overview = int(empty_cells(data.movies["overview"]).sum())
    keywords = films_without(data, "keywords", "keywords")
    cast = films_without(data, "credits", "cast")
    directors = films_without(data, "credits", "directors")
    genres = int(empty_cells(data.movies["genres"]).sum())
    return say(
        "El parecido por contenido se apoya en bloques, y un bloque vacío no puede opinar: no "
        "tiene sinopsis el {o} de las películas; palabras clave, el {k}; reparto, el {c}; "
        "dirección, el {d}; género, el {g}. Para ellas deciden los demás bloques.",
        "Similarity by content rests on blocks, and an empty block has no say: {o} of the films "
        "have no overview, {k} no keywords, {c} no cast, {d} no director and {g} no genre. The "
        "other blocks decide for them.",
        o=part(overview, total),
        k=part(keywords, total),
        c=part(cast, total),
        d=part(directors, total),
        g=part(genres, total),
    )


def films_with_nothing(data: Data) -> int:
    """How many films have no overview, genre, keyword, cast or director at all."""
    movies = data.movies
    bare = empty_cells(movies["overview"]) & empty_cells(movies["genres"])
    for table, column in (("credits", "cast"), ("credits", "directors"), ("keywords", "keywords")):
        frame: pd.DataFrame = getattr(data, table)
        known = set(frame["movie_id"][~empty_cells(frame[column])])
        bare &= ~movies["movie_id"].isin(known)
    return int(bare.sum())


def _nothing_at_all(data: Data) -> Sentence:
    bare = films_with_nothing(data)
    if not bare:
        return say(
            "De toda película se sabe al menos uno de los cinco.",
            "Of every film at least one of the five is known.",
        )
    return say(
        "{n} películas ({p}) no tienen ninguno de los cinco: de ellas solo se sabe título, fecha y "
        "poco más, y sus recomendaciones serán las más flojas.",
        "{n} films ({p}) have none of the five: little more than title and date is known of them, "
        "and their recommendations will be the weakest.",
        n=bare,
        p=part(bare, len(data.movies)),
    )


def _languages(data: Data) -> Sentence:
    found = group_films(data.movies, "original_language")["films"]
    if found.empty:
        return say(
            "De ninguna película se sabe el idioma original.",
            "The original language of no film is known.",
        )
    english = share_in_english(data.movies["overview"])
    told = say(
        "Idiomas: de las películas cuyo idioma se conoce, el {p} está en {l} (del {u} no se sabe). "
        "De las sinopsis, el {s} parece escrito en inglés, por sus palabras más corrientes.",
        "Languages: of the films whose language is known, {p} are in {l} (of {u} it is not). Of "
        "the overviews, {s} look written in English, by their most usual words.",
        p=percent(float(found.iloc[0] / found.sum())),
        l=language_name(str(found.index[0])),
        u=part(len(data.movies) - int(found.sum()), len(data.movies)),
        s=percent(english),
    )
    if english < MOST_OVERVIEWS:
        return told
    return Sentence(
        told.es + " Quien pregunte en español necesita un modelo multilingüe para el texto libre.",
        told.en + " Who asks in Spanish needs a multilingual model for free text.",
    )


def _tail(movies: pd.DataFrame) -> Sentence:
    votes = movies["vote_count"]
    few = int((votes < FEW_VOTES).sum())
    total = int(votes.sum())
    top = float(votes.sort_values(ascending=False)[: max(1, len(movies) // 100)].sum())
    told = say(
        "Votos: el {p} de las películas tiene menos de {n} votos, y el 1 % más "
        "votado reúne el {s} de todos.",
        "Votes: {p} of the films have fewer than {n} votes, and the most voted 1% "
        "gather {s} of them all.",
        p=part(few, len(movies)),
        n=FEW_VOTES,
        s=percent(top / total) if total else part(0, 0),
    )
    if top <= LONG_TAIL * total:
        return told
    return Sentence(
        told.es + " Es una cola larga: una nota media sin su número de votos engaña, y lo popular "
        "no debe tapar al resto.",
        told.en + " It is a long tail: a mean vote misleads without its count, and the popular "
        "must not hide the rest.",
    )


def _people_like(data: Data) -> Sentence:
    """What collaborative parts can learn."""
    ratings = data.ratings
    if ratings.empty:
        return say(
            "No hay valoraciones de películas: nada se aprende de los gustos de la gente, y todo "
            "descansa en el contenido.",
            "There are no ratings of films: nothing is learnt from people's taste, and all rests "
            "on content.",
        )
    users, films = ratings["user_id"].nunique(), ratings["movie_id"].value_counts()
    solid = int((films >= FEW_BY_FILM).sum())
    told = say(
        "Gustos: {r} valoraciones de {u} usuarios. Con {k} o más valoraciones hay {f} películas "
        "({p} del catálogo): solo de ellas se aprende con alguna firmeza qué gusta junto, y una "
        "décima parte de las valoradas reúne el {t} de las valoraciones.",
        "Taste: {r} ratings by {u} users. {f} films have {k} or more ratings ({p} of the "
        "catalogue): only of those is what people like together learnt with some firmness, and a "
        "tenth of the rated ones has {t} of the ratings.",
        r=len(ratings),
        u=int(users),
        k=FEW_BY_FILM,
        f=solid,
        p=part(solid, len(data.movies)),
        t=percent(share_of_top_tenth(films)),
    )
    if data.simulated:
        return Sentence(
            told.es + " Hay simuladas entre ellas: lo que de esas se aprende no es gusto de nadie.",
            told.en + " Some are simulated: what is learnt from those is nobody's taste.",
        )
    if users >= FEW_USERS:
        return told
    return Sentence(
        told.es + " Son pocos usuarios: el contenido tiene que llevar el peso.",
        told.en + " These are few users: content has to carry the weight.",
    )


def _money(movies: pd.DataFrame) -> Sentence:
    paid = paid_films(movies)
    voted = movies.sort_values(["vote_count", "movie_id"], ascending=[False, True])
    first, last = voted[: max(1, len(voted) // 10)], voted[len(voted) // 2 :]
    return say(
        "El retorno descansa en {n} películas ({p}), y entre ellas hay {o} de importes "
        "inverosímiles. De la décima parte más votada lo tiene el {f}; de la mitad menos votada, "
        "el {l}: lo que se dice de actores y directores se apoya en unas u otras según eso, y "
        "donde vale 0 quiere decir «no se sabe».",
        "Return rests on {n} films ({p}), {o} of them with implausible amounts. {f} of the most "
        "voted tenth have one, and {l} of the less voted half: what is told of actors and "
        "directors leans on films accordingly, and where it is 0 that means “unknown”.",
        n=len(paid),
        p=part(len(paid), len(movies)),
        o=int(paid["implausible"].sum()),
        f=part(int(first.index.isin(paid.index).sum()), len(first)),
        l=part(int(last.index.isin(paid.index).sum()), len(last)),
    )


def _platforms(data: Data) -> Sentence:
    titles = data.titles[data.titles["kind"] == FILM]
    described = int((~empty_cells(titles["description"])).sum())
    matched = int(titles["movie_id"].notna().sum())
    return say(
        "Plataformas: {m} de sus {n} títulos de películas ({p}) son de las nuestras y se pueden "
        "recomendar; trae descripción propia el {d}. Una película sin título en ningún "
        "catálogo no está por ello fuera de las plataformas: los catálogos son una foto de su día.",
        "Platforms: {m} of their {n} titles of films ({p}) are ours and can be recommended; {d} "
        "come with a description of their own. A film in no catalogue need not be off the "
        "platforms: the catalogues are a snapshot of their day.",
        m=number(matched),
        n=len(titles),
        p=part(matched, len(titles)),
        d=part(described, len(titles)),
    )
