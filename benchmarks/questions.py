"""What to ask the services, taken from the published data: usual arguments and the hardest.

    python benchmarks/questions.py --var var        as JSON

Usual: up to 5,000 different arguments, drawn with a fixed seed; more than the answers that a
service keeps. Hardest: the one with most films behind it (the most prolific actor and director,
the title that most films share); of platforms' catalogues, the one with the longest answer.
Hard: the 3,000 after that measure, again more than are kept.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT
from contracts.platforms import PLATFORMS
from contracts.versions import open_current

MOST, HARD = 5_000, 3_000
PREFIXES_OF = 200
SCORES = ("1", "2", "2.5", "3", "3.5", "3.75", "4", "4.5", "5")
OF_TITLES = ["platform", "release_year", "display_cast", "duration_int", "duration_type"]
MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
DAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]


@dataclass(frozen=True)
class Question:
    """An endpoint, paths with its usual arguments, its hard ones, the hardest and what that is."""

    endpoint: str
    usual: list[str]
    hard: list[str]
    worst: str
    argument: str


class Tables:
    """The columns of a data version that questions are made of."""

    def __init__(self, var: Path) -> None:
        folder, _ = open_current(var / "data", "data", DATA_FORMAT)
        self.movies = pq.ParquetFile(folder / "movies.parquet").read()
        self.credits = pq.ParquetFile(folder / "credits.parquet").read()
        self.titles = pq.ParquetFile(folder / "titles.parquet").read(OF_TITLES).to_pylist()

    def films(self, column: str) -> "Counter[str]":
        """How many films each value of a column has, be it one value a film or a list."""
        table = self.credits if column in self.credits.column_names else self.movies
        values = table[column].combine_chunks()
        if pa.types.is_list(values.type):
            values = values.flatten()
        return Counter({v: n for v, n in count(values) if usable(v)})

    def best_known(self) -> int:
        """The id of the film with most votes."""
        films = zip(
            self.movies["vote_count"].to_pylist(),
            self.movies["movie_id"].to_pylist(),
            strict=True,
        )
        return max(films)[1]


def count(values: pa.Array) -> Iterable[tuple[str | None, int]]:
    """Each value and how often it is there."""
    counted = values.value_counts()
    return zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)


def usable(value: str | None) -> bool:
    """Whether there is a letter or digit in it to look it up by."""
    return bool(value) and any(letter.isalnum() for letter in value)


def question(endpoint: str, arguments: "Counter[str]", after: str = "") -> Question:
    """The usual and the hardest paths of an endpoint whose arguments have so many films."""
    ranked = sorted(arguments, key=lambda one: (arguments[one], len(one), one), reverse=True)
    usual = Random(endpoint).sample(ranked, min(MOST, len(ranked)))
    worst = ranked[0]
    films = f" ({arguments[worst]} films)" if arguments[worst] > 1 else ""

    def paths(values: Iterable[str]) -> list[str]:
        return [f"/{endpoint}/{quote(one, safe='')}{after}" for one in values]

    return Question(
        f"{endpoint}{after}", paths(usual), paths(ranked[:HARD]), *paths([worst]), worst + films
    )


def statistics(tables: Tables) -> list[Question]:
    """The eleven endpoints of the query service."""
    columns = {
        "score_titulo": "title",
        "votos_titulo": "title",
        "get_actor": "cast",
        "get_director": "directors",
        "peliculas_idioma": "original_language",
        "peliculas_duracion": "title",
        "franquicia": "belongs_to_collection",
        "peliculas_pais": "production_countries",
        "productoras_exitosas": "production_companies",
    }
    return [
        question("cantidad_filmaciones_mes", Counter(MONTHS)),
        question("cantidad_filmaciones_dia", Counter(DAYS)),
        *(question(endpoint, tables.films(column)) for endpoint, column in columns.items()),
    ]


def streaming(tables: Tables) -> list[Question]:
    """The four about platforms' catalogues, by name and by letter; none where there are none."""
    if not tables.titles:
        return []
    letters = {platform.name: platform.letter for platform in PLATFORMS}
    sizes, scored, casts = Counter(), Counter(), {}
    for title in tables.titles:
        for called in (title["platform"], letters[title["platform"]]):
            sizes[f"/get_count_platform/{called}"] += 1
            if (year := title["release_year"]) is not None:
                scored.update(f"/get_score_count/{called}/{least}/{year}" for least in SCORES)
                path = f"/get_actor/{called}/{year}"
                casts.setdefault(path, Counter()).update(set(title["display_cast"]))
    actors = Counter({path: ties(list(cast.values())) for path, cast in casts.items() if cast})
    return [
        mixed("get_max_duration", longest(tables)),
        mixed("get_score_count", scored),
        mixed("get_count_platform", sizes),
        mixed("get_actor/platform/year", actors),
    ]


def longest(tables: Tables) -> "Counter[str]":
    """Every combination of the filters that some title passes, and how many are the longest."""
    lengths: dict[str, list[int]] = {}
    for title in tables.titles:
        if title["duration_int"] is None:
            continue
        platforms, years = {title["platform"], None}, {title["release_year"], None}
        for platform, year in product(platforms, years):
            asked = {"platform": platform, "year": year, "duration_type": title["duration_type"]}
            given = urlencode({name: value for name, value in asked.items() if value is not None})
            lengths.setdefault(f"/get_max_duration?{given}", []).append(title["duration_int"])
    return Counter({path: ties(found) for path, found in lengths.items()})


def ties(values: list[int]) -> int:
    """How many share the first place."""
    return values.count(max(values))


def mixed(endpoint: str, paths: "Counter[str]") -> Question:
    """Paths of an endpoint in any order; the one that weighs most is the hardest."""
    usual = Random(endpoint).sample(sorted(paths), min(MOST, len(paths)))
    worst = max(sorted(paths), key=lambda path: paths[path])
    return Question(endpoint, usual, [], worst, worst.removeprefix(f"/{endpoint}"))


def unknown(tables: Tables) -> list[Question]:
    """Names with a typo in them, to be answered by 404 with suggestions."""
    return [
        question(endpoint, Counter(misspelt(tables.films(column))))
        for endpoint, column in (("score_titulo", "title"), ("get_actor", "cast"))
    ]


def misspelt(names: "Counter[str]") -> list[str]:
    """The longer names, their middle letters replaced by a q."""
    long = [name for name in sorted(names) if len(name) >= 8]
    return [f"{name[: len(name) // 2]}q{name[len(name) // 2 + 1 :]}" for name in long]


def recommendations(tables: Tables) -> list[Question]:
    """The recommendation service; the best known film stands for the hardest."""
    ids = Counter(map(str, tables.movies["movie_id"].to_pylist()))
    ids[str(tables.best_known())] += 1
    titles = tables.films("title")
    return [
        question("recomendacion", titles),
        *(
            replace(question("v1/peliculas", ids, after), argument="the film with most votes")
            for after in ("", "/similares", "/similares?k=100")
        ),
        typed(titles),
    ]


def typed(titles: "Counter[str]") -> Question:
    """Search as you type: each beginning of some titles; a single letter is the hardest."""
    some = Random("typed").sample(sorted(titles), min(PREFIXES_OF, len(titles)))
    beginnings = {title[:size].strip() for title in some for size in range(1, len(title) + 1)}
    paths = [
        f"/v1/peliculas?q={quote(text, safe='')}" for text in sorted(filter(usable, beginnings))
    ]
    Random("typed").shuffle(paths)
    return Question("v1/peliculas?q=", paths[:MOST], [], "/v1/peliculas?q=t", "t")


def main() -> None:
    """Print all of them as JSON, by service."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of what was built")
    tables = Tables(parser.parse_args().var)
    query = [*statistics(tables), *streaming(tables)]
    asked = {"query": query, "reco": recommendations(tables)}
    print(json.dumps({name: [asdict(one) for one in them] for name, them in asked.items()}))


if __name__ == "__main__":
    main()
