"""The assignment's questions, answered from a catalogue; no request scans a table."""

from functools import lru_cache, partial
from typing import Any
from weakref import proxy

import numpy as np

from contracts.api import (
    Actor,
    ActorConPeliculas,
    Director,
    FilmacionesDia,
    FilmacionesMes,
    Franquicia,
    PeliculaDirigida,
    PeliculaDuracion,
    PeliculasIdioma,
    PeliculasPais,
    Productora,
    ScoreTitulo,
    VotosTitulo,
)
from contracts.errors import PersonNotFound, ProductError, Sentence, ValueNotFound
from index.names.titles import Meaning, shown
from query_service.calendar import DAY_NAMES, MONTH_NAMES
from query_service.catalogue import Catalogue, Groups, Rows
from query_service.places import country_names, language_names
from query_service.streaming import Streaming

MINIMUM_VOTES = 2000
"""Below this the assignment gives no votes."""

DECIMALS = 4
ANSWERS_KEPT = 2048


class Statistics:
    """Answers for one data version; money in US dollars, texts in Spanish."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._films = catalogue
        self._titles = catalogue.titles
        months = catalogue.dates.astype("datetime64[M]").astype(np.int64) % 12
        # 1970-01-01 was a Thursday, so day 0 is place 3 of a week that starts on Monday
        weekdays = (catalogue.dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
        self._by_month = np.bincount(months, minlength=12).tolist()
        self._by_weekday = np.bincount(weekdays, minlength=7).tolist()
        self._languages = language_names(catalogue.languages)
        # a prolific person's answer is hundreds of numbers, and the same for every request;
        # by a proxy, for a cycle would keep a version in memory that is served no more
        this = proxy(self)
        self._directors = lru_cache(maxsize=ANSWERS_KEPT)(partial(Statistics._director, this))
        self._actors = lru_cache(maxsize=ANSWERS_KEPT)(partial(Statistics._actor, this))
        self._countries = country_names({c: name for c, (name, _) in catalogue.countries.items()})
        self.streaming = Streaming(catalogue.platforms)

    @property
    def version(self) -> str:
        """The data version that is answered from."""
        return self._films.version

    def most_voted(self) -> tuple[str, int, int]:
        """Title, year and votes of the film with the most votes, of a version that has films."""
        row = int(self._films.votes.argmax())
        return (*self._named(row), int(self._films.votes[row]))

    def in_month(self, month: str) -> FilmacionesMes:
        """Films of a month, over all years."""
        place = MONTH_NAMES.place(month)
        count, name = self._by_month[place], MONTH_NAMES.names[place]
        said = f"{count} películas fueron estrenadas en el mes de {name}"
        return FilmacionesMes(mes=name, cantidad=count, mensaje=said)

    def on_weekday(self, day: str) -> FilmacionesDia:
        """Films of a weekday, over all years."""
        place = DAY_NAMES.place(day)
        count, name = self._by_weekday[place], DAY_NAMES.names[place]
        plural = name if name.endswith("s") else f"{name}s"
        said = f"{count} películas fueron estrenadas en los días {plural}"
        return FilmacionesDia(dia=name, cantidad=count, mensaje=said)

    def score(self, title: str, year: int | None) -> ScoreTitulo:
        """Popularity of the most popular film of that title."""
        meant = self._titles.meant(title, year, self._films.popularity)
        name, released = self._named(meant.row)
        score = round(float(self._films.popularity[meant.row]), 6)
        return ScoreTitulo(
            titulo=name,
            anio=released,
            popularidad=score,
            mensaje=f"La película {name} fue estrenada en el año {released}"
            f" con un score/popularidad de {score}",
            otras_versiones=self._other_years(meant),
        )

    def votes(self, title: str, year: int | None) -> VotosTitulo:
        """Votes of the most voted film of that title, if it has enough of them."""
        meant = self._titles.meant(title, year, self._films.votes)
        name, released = self._named(meant.row)
        total = int(self._films.votes[meant.row])
        mean = round(float(self._films.vote_average[meant.row]), 2)
        enough = total >= MINIMUM_VOTES
        said = f"La película {name} fue estrenada en el año {released}. " + (
            f"La misma cuenta con un total de {total} valoraciones, con un promedio de {mean}"
            if enough
            else f"No cumple la condición de tener al menos {MINIMUM_VOTES} valoraciones"
            f" (tiene {total}), por lo que no se devuelve ningún valor"
        )
        return VotosTitulo(
            titulo=name,
            anio=released,
            año=released,
            voto_total=total if enough else None,
            voto_promedio=mean if enough else None,
            mensaje=said,
            otras_versiones=self._other_years(meant),
        )

    def actor(self, name: str, leave_out_directed: bool) -> Actor:
        """Returns of the films an actor played in (not those only directed)."""
        return self._actors(self._actor_called(name), leave_out_directed)

    def actor_with_films(self, name: str, leave_out_directed: bool) -> ActorConPeliculas:
        """As `actor`, with each film, by date."""
        key = self._actor_called(name)
        told = self._actors(key, leave_out_directed)
        films = self._by_date(self._played(key, leave_out_directed))
        return ActorConPeliculas(**told.model_dump(), peliculas=films)

    def _actor_called(self, name: str) -> int:
        return _person(self._films.actors, name, Sentence("actor o actriz", "actor"))

    def _played(self, key: int, leave_out_directed: bool) -> Rows:
        rows = self._films.actors.rows(key)
        person = self._films.actors.names[key]
        if leave_out_directed and (same := self._films.directors.index.find(person)):
            rows = np.setdiff1d(rows, self._films.directors.rows(same[0]))
        return rows

    def _actor(self, key: int, leave_out_directed: bool) -> Actor:
        person, rows = self._films.actors.names[key], self._played(key, leave_out_directed)
        returns = self._films.returns[rows]
        funded = returns[self._films.budget[rows] > 0]
        total, mean = _total_and_mean(returns)
        left_out = ", sin contar las que dirigió" if leave_out_directed else ""
        return Actor(
            actor=person,
            cantidad_filmaciones=len(rows),
            retorno_total=total,
            retorno_promedio=mean,
            filmaciones_con_presupuesto=len(funded),
            retorno_promedio_con_presupuesto=_total_and_mean(funded)[1] if len(funded) else None,
            mensaje=f"El actor {person} ha participado de {len(rows)} filmaciones{left_out},"
            f" el mismo ha conseguido un retorno de {total}"
            f" con un promedio de {mean} por filmación",
        )

    def director(self, name: str) -> Director:
        """Returns of a director, and each film, by date."""
        key = _person(self._films.directors, name, Sentence("director o directora", "director"))
        return self._directors(key)

    def _director(self, key: int) -> Director:
        person, rows = self._films.directors.names[key], self._films.directors.rows(key)
        total, mean = _total_and_mean(self._films.returns[rows])
        return Director(
            director=person,
            retorno_total_director=total,
            retorno_promedio=mean,
            peliculas=self._by_date(rows),
            mensaje=f"El director {person} ha conseguido un retorno de {total} en"
            f" {len(rows)} películas, con un promedio de {mean} por película",
        )

    def in_language(self, language: str) -> PeliculasIdioma:
        """Films by original language."""
        code = self._languages.code(language)
        count, name = self._films.languages[code], self._languages.spanish(code)
        said = f"{count} películas fueron estrenadas en idioma {name}"
        return PeliculasIdioma(idioma=name, codigo=code, cantidad=count, mensaje=said)

    def duration(self, title: str, year: int | None) -> PeliculaDuracion:
        """Running time of the most voted film of that title."""
        meant = self._titles.meant(title, year, self._films.votes)
        name, released = self._named(meant.row)
        minutes = float(self._films.runtime[meant.row])
        known = minutes > 0  # an unknown one is 0 or not a number
        said = f"{minutes:g} minutos" if known else "desconocida"
        return PeliculaDuracion(
            pelicula=name,
            duracion=minutes if known else None,
            anio=released,
            mensaje=f"{name}. Duración: {said}. Año: {released}",
            otras_versiones=self._other_years(meant),
        )

    def franchise(self, name: str) -> Franquicia:
        """Gain (revenue - budget) of a collection's films."""
        key = _franchise(self._films.collections, name)
        collection, rows = self._films.collections.names[key], self._films.collections.rows(key)
        total, mean = _total_and_mean(self._films.revenue[rows] - self._films.budget[rows])
        return Franquicia(
            franquicia=collection,
            cantidad=len(rows),
            ganancia_total=total,
            ganancia_promedio=mean,
            mensaje=f"La franquicia {collection} posee {len(rows)} películas, una ganancia total"
            f" de {total} y una ganancia promedio de {mean}",
        )

    def in_country(self, country: str) -> PeliculasPais:
        """Films by producing country."""
        code = self._countries.code(country)
        count, name = self._films.countries[code][1], self._countries.spanish(code)
        said = f"Se produjeron {count} películas en el país {name}"
        return PeliculasPais(pais=name, codigo=code, cantidad=count, mensaje=said)

    def company(self, name: str) -> Productora:
        """Revenue of a company's films."""
        key = _value(self._films.companies, name, Sentence("productora", "company"))
        company, rows = self._films.companies.names[key], self._films.companies.rows(key)
        total, _ = _total_and_mean(self._films.revenue[rows])
        return Productora(
            productora=company,
            revenue_total=total,
            cantidad=len(rows),
            mensaje=f"La productora {company} ha tenido un revenue de {total}"
            f" en {len(rows)} películas",
        )

    def _named(self, row: int) -> tuple[str, int]:
        return self._titles.titles[row], int(self._titles.years[row])

    def _other_years(self, meant: Meaning) -> list[int]:
        return sorted({int(self._titles.years[row]) for row in meant.others})

    def _by_date(self, rows: Rows) -> list[PeliculaDirigida]:
        ordered = rows[np.argsort(self._films.dates[rows], kind="stable")]
        return [self._directed(int(row)) for row in ordered]

    def _directed(self, row: int) -> PeliculaDirigida:
        name, released = self._named(row)
        return PeliculaDirigida(
            titulo=name,
            anio=released,
            fecha_estreno=str(self._films.dates[row]),
            retorno_pelicula=round(float(self._films.returns[row]), DECIMALS),
            budget_pelicula=float(self._films.budget[row]),
            revenue_pelicula=float(self._films.revenue[row]),
        )


def _person(people: Groups, name: str, kind: Sentence) -> int:
    detail = Sentence(
        f"No hay ningún {kind.es} de nombre «{shown(name)}».",
        f"No {kind.en} is named '{shown(name)}'.",
    )
    return _key(people, name, PersonNotFound, detail)


def _value(groups: Groups, name: str, kind: Sentence) -> int:
    detail = Sentence(
        f"No hay ninguna {kind.es} llamada «{shown(name)}».",
        f"No {kind.en} is called '{shown(name)}'.",
    )
    return _key(groups, name, ValueNotFound, detail)


def _key(groups: Groups, name: str, problem: type[ProductError], detail: Sentence) -> int:
    if found := groups.index.find(name):
        return found[0]
    raise problem(detail, groups.index.suggest(name))


def _franchise(collections: Groups, name: str) -> int:
    """TMDB names them 'Toy Story Collection'; people say 'Toy Story'."""
    found = collections.index.find(f"{name} collection")
    return found[0] if found else _value(collections, name, Sentence("franquicia", "franchise"))


def _total_and_mean(values: "np.ndarray[Any, np.dtype[np.float64]]") -> tuple[float, float]:
    if not len(values):
        return 0.0, 0.0
    return round(float(values.sum()), DECIMALS), round(float(values.mean()), DECIMALS)
