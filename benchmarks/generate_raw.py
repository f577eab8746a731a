"""Invented raw files as Kaggle ships them, of any size, to time what real files are too small for.

    python benchmarks/generate_raw.py --out DIR --films 45000

Columns, quoting, nested cells, nulls, torn rows and duplicate ids follow the original; people,
titles and words come from small vocabularies, combined so that few recur often and most seldom.
The same seed gives the same bytes. Films are written one by one: memory does not grow with them.
`--like DIR` takes title words and keywords from the movies_dataset.csv and keywords.csv there.
"""

import argparse
import ast
import csv
import time
from base64 import b64encode
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from vocabulary import FIRST, GENRES, JOBS, LAST, NON_LATIN, ODD_NAMES, PLACES, ROLES, WORDS

# One row in so many, and the first of them: 3 torn, 30 twice, 87 without date in 45,000.
TORN_EVERY, TORN_FIRST = 15_000, 130
DUPLICATE_EVERY, DUPLICATE_FIRST = 1_500, 60
UNDATED_EVERY, UNDATED_FIRST = 517, 30
CROWDED_EVERY, CROWDED_FIRST = 10_000, 90  # films whose cast or crew passes 100 KB
FAME = 1.5  # skew that gives the busiest actor some 200 films in 45,000, the busiest director 70

MOVIES = (
    "adult belongs_to_collection budget genres homepage id imdb_id original_language "
    "original_title overview popularity poster_path production_companies production_countries "
    "release_date revenue runtime spoken_languages status tagline title video vote_average "
    "vote_count"
).split()
FILES = {
    "movies_dataset.csv": MOVIES,
    "credits.csv": ["cast", "crew", "id"],
    "keywords.csv": ["id", "keywords"],
}
Film = tuple[list[Any], list[Any], list[Any]]  # its row in each file


class Words:
    """Words and keywords, the first of them the most used."""

    def __init__(self, words: list[str], keywords: list[str]) -> None:
        """Weigh each word by the inverse of its rank, as Zipf found them, the first ones less."""
        self.words, self.keywords = words, keywords
        self.weights = list(accumulate(1 / (rank + 15) for rank in range(len(words))))

    def some(self, rng: Random, count: int) -> list[str]:
        """`count` words, the frequent more often."""
        return rng.choices(self.words, cum_weights=self.weights, k=count)

    def title(self, rng: Random) -> str:
        """A title of one word to nine."""
        words = [
            word.capitalize() for word in dict.fromkeys(self.some(rng, 1 + few(rng, 1.9, 0.5, 5)))
        ]
        if rng.random() < 0.4:
            words += ["of", rng.choice(LAST)]
        return " ".join(["The", *words] if rng.random() < 0.3 else words)

    def sentence(self, rng: Random, count: int) -> str:
        """`count` words and a full stop, a comma or quotation here and there."""
        text = " ".join(self.some(rng, count)).capitalize()
        odd = rng.random()
        return f'{text}, "{self.some(rng, 1)[0]}".' if odd < 0.3 else f"{text}."


def invented_words() -> Words:
    """The vocabularies invented here."""
    keywords = [f"{one} {two}" for one in WORDS for two in WORDS]
    return Words(WORDS, ["based on novel", "woman director", "\xa0nosferatu", *WORDS, *keywords])


def words_like(folder: Path) -> Words:
    """Title words and keywords of real files, the most frequent first."""
    words: Counter[str] = Counter()
    keywords: Counter[str] = Counter()
    with (folder / "movies_dataset.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            words.update((row["title"] or "").lower().split())
    with (folder / "keywords.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            keywords.update(keyword["name"] for keyword in ast.literal_eval(row["keywords"]))
    return Words([word for word, _ in words.most_common()], [k for k, _ in keywords.most_common()])


def few(rng: Random, typical: float, spread: float, most: int) -> int:
    """A count with a long tail (log-normal), at most `most`."""
    return min(most, round(typical * rng.lognormvariate(0, spread)))


def pick(rng: Random, many: int, skew: float = 2.5) -> int:
    """A rank below `many`; the low ones more often, the more so the higher the skew."""
    return int(many * rng.random() ** skew)


def image(rng: Random) -> str:
    """Path of a picture: 27 letters and digits."""
    return f"/{b64encode(rng.randbytes(20), b'xY')[:27].decode()}.jpg"


def credit_id(rng: Random) -> str:
    """24 hexadecimal digits, as the original spells them."""
    return f"52fe{rng.getrandbits(16):04x}c3a368{rng.getrandbits(40):010x}"


def person(rank: int) -> dict[str, Any]:
    """Gender, id and name of the person with this rank, always the same."""
    gender = (2, 2, 1, 0, 2, 1)[rank % 6]
    mixed = rank * 7_919
    middle, mixed = mixed % 27, mixed // 27
    first, last = FIRST[mixed % len(FIRST)], LAST[mixed // len(FIRST) % len(LAST)]
    name = f"{first} {chr(64 + middle)}. {last}" if middle else f"{first} {last}"
    if rank % 150 == 40:
        name = NON_LATIN[rank // 150 % len(NON_LATIN)]
    if rank % 2_000 == 70:
        name = ODD_NAMES[rank // 2_000 % len(ODD_NAMES)]
    return {"gender": gender, "id": rank * 9 + 2, "name": name}


def character(rng: Random) -> str:
    """Name of a role; some empty, some voices, some with quotation marks of either kind."""
    kind = rng.random()
    if kind < 0.25:
        return rng.choice(ROLES)
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    if kind < 0.30:
        return ""
    if kind < 0.36:
        return f"{name} (voice)"
    if kind < 0.37:
        return name.replace(" ", ' "Kid" ')
    return name if kind < 0.8 else name.split()[0]


def cast(rng: Random, size: int, people: int) -> list[dict[str, Any]]:
    """Cast of a film in billing order."""
    ranks = list(dict.fromkeys(pick(rng, people, FAME) for _ in range(size)))
    return [
        {"cast_id": order + 1, "character": character(rng), "credit_id": credit_id(rng)}
        | person(rank)
        | {"order": order, "profile_path": image(rng) if rng.random() < 0.6 else None}
        for order, rank in enumerate(ranks)
    ]


def crew(rng: Random, size: int, people: int) -> list[dict[str, Any]]:
    """Crew of a film: a director nearly always, then others."""
    jobs = ["Directing/Director"] * (1 + (rng.random() < 0.08)) if size else []
    jobs += [rng.choice(JOBS) for _ in range(size - 1)]
    entries = []
    for department, job in (job.split("/") for job in jobs):
        # Directors are one in twelve of all, so that they come back, and may act elsewhere.
        rank = pick(rng, people // 12, FAME) * 12 if job == "Director" else pick(rng, people, FAME)
        who = person(rank)
        entries.append(
            {"credit_id": credit_id(rng), "department": department, "gender": who["gender"]}
            | {"id": who["id"], "job": job, "name": who["name"]}
            | {"profile_path": image(rng) if rng.random() < 0.25 else None}
        )
    return entries


def origin(rng: Random, films: int) -> dict[str, Any]:
    """Columns that say where a film comes from."""
    places = dict.fromkeys(PLACES[pick(rng, len(PLACES))] for _ in range(few(rng, 1.1, 0.5, 4)))
    countries = dict.fromkeys(place.split("/")[0] for place in places)
    languages = dict.fromkeys(place.partition("/")[2] for place in places) or {"en/English": None}
    companies = {
        rank + 1: f"{LAST[rank % len(LAST)]} {WORDS[rank // 7 % len(WORDS)].title()} Films"
        for rank in (pick(rng, films // 2 + 1) for _ in range(few(rng, 1.3, 0.7, 20)))
    }
    return {
        "original_language": next(iter(languages))[:2],
        "production_companies": [{"name": name, "id": key} for key, name in companies.items()],
        "production_countries": [{"iso_3166_1": one[:2], "name": one[3:]} for one in countries],
        "spoken_languages": [{"iso_639_1": one[:2], "name": one[3:]} for one in languages],
    }


def naming(rng: Random, words: Words, films: int, language: str) -> dict[str, Any]:
    """Titles, and the collection that one film in ten belongs to."""
    title, collection = words.title(rng), None
    if rng.random() < 0.1:
        key = 10_000 + pick(rng, films // 27 + 1, FAME)
        same = Random(key)  # a collection has the same words and poster in all its films
        base, poster = words.title(same), image(same)
        title = f"{base} {rng.randint(2, 9)}" if rng.random() < 0.7 else base
        collection = {"id": key, "name": f"{base} Collection"}
        collection |= {"poster_path": poster, "backdrop_path": None}
    native = rng.choice(NON_LATIN) if language in ("ja", "ru") else title
    return {"title": title, "original_title": native, "belongs_to_collection": collection}


def figures(rng: Random) -> dict[str, Any]:
    """Money, votes and running time: much of it unknown, told as 0."""
    budget = few(rng, 1e7, 1.4, 380_000_000) if rng.random() < 0.2 else 0
    votes = few(rng, 10, 2, 14_000)
    return {
        "budget": budget,
        "popularity": round(rng.lognormvariate(0, 1.4), 6),
        "revenue": float(round(budget * rng.lognormvariate(0.5, 1))),
        "runtime": float(few(rng, 95, 0.25, 1_200)) if rng.random() > 0.006 else None,
        "vote_average": min(10.0, max(0.0, round(rng.gauss(6, 1.3), 1))) if votes else 0.0,
        "vote_count": float(votes),
    }


def movie(rng: Random, words: Words, number: int, films: int) -> list[Any]:
    """Row of movies_dataset.csv."""
    genres = dict.fromkeys(GENRES[pick(rng, len(GENRES))] for _ in range(few(rng, 1.9, 0.5, 7)))
    day = date(2017, 12, 31) - timedelta(days=pick(rng, 40_000))
    row = origin(rng, films) | figures(rng)
    row |= naming(rng, words, films, row["original_language"])
    row |= {
        "adult": rng.random() < 0.0002,
        "genres": [{"id": int(g.split()[0]), "name": g.partition(" ")[2]} for g in genres],
        "homepage": f"http://www.{number}.example.com/" if rng.random() < 0.17 else None,
        "id": 2 + number * 10 + rng.randrange(10),
        "imdb_id": f"tt{number:07d}" if rng.random() > 0.0004 else None,
        "overview": words.sentence(rng, few(rng, 50, 0.6, 170)) if rng.random() > 0.02 else None,
        "poster_path": image(rng) if rng.random() > 0.008 else None,
        "release_date": None if number % UNDATED_EVERY == UNDATED_FIRST else day.isoformat(),
        "status": "Released" if rng.random() > 0.01 else rng.choice(["Rumored", None]),
        "tagline": words.sentence(rng, few(rng, 7, 0.5, 40)) if rng.random() < 0.45 else None,
        "video": rng.random() < 0.002,
    }
    return [row[name] for name in MOVIES]


def torn(row: list[Any]) -> list[list[Any]]:
    """A row broken in its overview, as three are in the original: the date falls under id."""
    cut = MOVIES.index("overview")
    return [
        row[:cut] + [None] * (24 - cut),
        [" - Written by Ørnås", *row[cut + 1 :]] + [None] * cut,
    ]


def films_of(count: int, seed: int, words: Words) -> Iterator[Film]:
    """Rows about one film at a time; now and then one from shortly before again."""
    rng, people = Random(seed), count * 9 // 2 + 12
    recent: deque[Film] = deque(maxlen=50)
    for number in range(count):
        about = movie(rng, words, number, count)
        key = about[MOVIES.index("id")]
        crowd = 600 if number % CROWDED_EVERY == CROWDED_FIRST else 0
        actors = cast(rng, crowd or few(rng, 9.3, 0.8, 300) * (rng.random() > 0.05), people)
        others = crew(rng, crowd and 750 or few(rng, 6.2, 1, 430), people)
        tags = dict.fromkeys(pick(rng, len(words.keywords)) for _ in range(few(rng, 2, 1.3, 150)))
        keywords = [{"id": 200 + tag, "name": words.keywords[tag]} for tag in tags]
        recent.append((about, [actors, others, key], [key, keywords]))
        yield recent[-1]
        if number % DUPLICATE_EVERY == DUPLICATE_FIRST:
            yield recent[0]


def write(out: Path, films: Iterator[Film]) -> None:
    """Write the three files, film by film."""
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = [(out / name).open("w", encoding="utf-8", newline="") for name in FILES]
        writers = [csv.writer(stack.enter_context(file), lineterminator="\n") for file in files]
        for writer, columns in zip(writers, FILES.values(), strict=True):
            writer.writerow(columns)
        for number, (about, *rest) in enumerate(films):
            writers[0].writerows(torn(about) if number % TORN_EVERY == TORN_FIRST else [about])
            for writer, row in zip(writers[1:], rest, strict=True):
                writer.writerow(row)


def main() -> None:
    """Read the command line, write, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--films", type=int, default=45_000, help="films; the original has 45,433")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes")
    parser.add_argument("--like", type=Path, help="folder whose words and keywords to use")
    given = parser.parse_args()
    words = words_like(given.like) if given.like else invented_words()
    start = time.perf_counter()
    write(given.out, films_of(given.films, given.seed, words))
    took = time.perf_counter() - start
    sizes = {name: (given.out / name).stat().st_size / 1e6 for name in FILES}
    for name, size in sizes.items():
        print(f"{given.out / name}: {size:.1f} MB")
    print(f"{given.films:,} films in {took:.1f} s, {sum(sizes.values()) / took:.1f} MB/s")


if __name__ == "__main__":
    main()
