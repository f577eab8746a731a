"""Films by year, month and day of the week."""

import pandas as pd

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Section
from eda.charts import ACCENT, MAIN, Color, axis, columns
from eda.tables import Data
from eda.wording import part, say

MONTHS = (
    ("enero", "January"),
    ("febrero", "February"),
    ("marzo", "March"),
    ("abril", "April"),
    ("mayo", "May"),
    ("junio", "June"),
    ("julio", "July"),
    ("agosto", "August"),
    ("septiembre", "September"),
    ("octubre", "October"),
    ("noviembre", "November"),
    ("diciembre", "December"),
)
DAYS = (
    ("lunes", "Monday"),
    ("martes", "Tuesday"),
    ("miércoles", "Wednesday"),
    ("jueves", "Thursday"),
    ("viernes", "Friday"),
    ("sábado", "Saturday"),
    ("domingo", "Sunday"),
)
FILMS = Sentence("películas", "films")
TITLE = Sentence("Estrenos por año, mes y día de la semana", "Releases by year, month and weekday")


def by_year(movies: pd.DataFrame) -> pd.Series:
    """How many films each year has, from the first to the last, years without films too."""
    counts = movies["release_year"].astype(int).value_counts()
    if counts.empty:
        return counts
    return counts.reindex(range(counts.index.min(), counts.index.max() + 1), fill_value=0)


def by_month(movies: pd.DataFrame) -> list[int]:
    """How many films each month has, from January."""
    counts = pd.to_datetime(movies["release_date"]).dt.month.value_counts()
    return [int(counts.get(month, 0)) for month in range(1, 13)]


def by_weekday(movies: pd.DataFrame) -> list[int]:
    """How many films each day of the week has, from Monday."""
    counts = pd.to_datetime(movies["release_date"]).dt.day_of_week.value_counts()
    return [int(counts.get(day, 0)) for day in range(7)]


def dates_section(data: Data) -> Section:
    """The section on when films came out."""
    movies = data.movies
    if movies.empty:
        return Section("fechas", TITLE, [])
    months, days = by_month(movies), by_weekday(movies)
    blocks: list[Block] = [
        Bullets(_findings(movies, months, days)),
        _years(by_year(movies)),
        _cycle("estrenos-por-mes", Sentence("Por mes", "By month"), MONTHS, months),
        _cycle("estrenos-por-dia", Sentence("Por día de la semana", "By weekday"), DAYS, days),
    ]
    return Section("fechas", TITLE, blocks)


def _findings(movies: pd.DataFrame, months: list[int], days: list[int]) -> list[Sentence]:
    dates, total = pd.to_datetime(movies["release_date"]), len(movies)
    years = by_year(movies)
    first = int(((dates.dt.month == 1) & (dates.dt.day == 1)).sum())
    month, day = (Sentence(*names[counts.index(max(counts))])
                  for names, counts in ((MONTHS, months), (DAYS, days)))  # fmt: skip
    told = say(
        "El año con más películas es {y} ({n}); el mes, {m} ({pm}); el día, {d} ({pd}).",
        "The year with most films is {y} ({n}); the month, {m} ({pm}); the day, {d} ({pd}).",
        y=str(years.idxmax()),
        n=int(years.max()),
        m=month,
        pm=part(max(months), total),
        d=day,
        pd=part(max(days), total),
    )
    recent = int((movies["release_year"] >= 2000).sum())
    age = say(
        "El {p} de las películas es del año 2000 o posterior.",
        "{p} of the films are of the year 2000 or later.",
        p=part(recent, total),
    )
    return [told, age, _first_of_january(first, total)]


def _first_of_january(count: int, total: int) -> Sentence:
    """What the share of films dated on the first of January says; 1 in 365 would be chance."""
    suspicious = count / total > 3 / 365 and count >= 10
    told = say(
        "{n} películas ({p}) llevan fecha de 1 de enero; por azar sería 1 de cada 365 (0,3 %).",
        "{n} films ({p}) are dated January 1; by chance it would be 1 in 365 (0.3%).",
        n=count,
        p=part(count, total),
    )
    if not suspicious:
        return told
    return Sentence(
        told.es + " De muchas, pues, solo se sabe el año, y enero parece más lleno de lo que está.",
        told.en + " Of many, then, only the year is known, and January looks fuller than it is.",
    )


def _years(counts: pd.Series) -> Figure:
    years = [int(year) for year in counts.index]
    spec = columns(
        years,
        counts.tolist(),
        axis(Sentence("año de estreno", "year of release"), tickformat="d"),
        FILMS,
        "%{x:d}: %{y:,d}<extra></extra>",
    )
    last = say("De {a} a {b}.", "{a} to {b}.", a=str(years[0]), b=str(years[-1]))
    if counts.iloc[-1] < counts.max() / 4:
        last = Sentence(
            last.es + " Que los últimos años caigan dice cuándo se reunieron los datos, no que se "
            "estrenara menos.",
            last.en + " That the last years fall tells when the data were gathered, not that fewer "
            "films came out.",
        )
    return Figure("estrenos-por-ano", Sentence("Por año", "By year"), last, spec)


def _cycle(
    name: str, title: Sentence, names: tuple[tuple[str, str], ...], counts: list[int]
) -> Figure:
    """Bars of the names of a calendar, the highest in red."""
    places = list(range(len(counts)))
    ticks = [Sentence(es[:3], en[:3]) for es, en in names]
    colors: list[Color] = [ACCENT if n == max(counts) else MAIN for n in counts]
    spec = columns(
        places,
        counts,
        axis(tickvals=places, ticktext=ticks, showgrid=False),
        FILMS,
        "%{y:,d}<extra></extra>",
        colors,
    )
    low = Sentence(*names[counts.index(min(counts))])
    high = Sentence(*names[counts.index(max(counts))])
    caption = say(
        "Máximo: {h} ({a}); mínimo: {low} ({b}).",
        "Most: {h} ({a}); fewest: {low} ({b}).",
        h=high,
        a=max(counts),
        low=low,
        b=min(counts),
    )
    return Figure(name, title, caption, spec, 320, half=True)
