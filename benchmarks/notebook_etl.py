"""The peer of the ETL job: what a notebook does with the same files, cell by cell.

    python benchmarks/notebook_etl.py --raw DIR --out FILE

Read everything, parse each nested cell with ast.literal_eval, take the names out, merge on id,
write one file. Nothing is checked, no ledger is kept, and torn rows are dropped unseen.
"""

import argparse
import ast
from pathlib import Path

import pandas as pd

MOVIES = ("movies_dataset.csv", "movies_metadata.csv")
NESTED = ["genres", "production_companies", "production_countries", "spoken_languages"]
UNUSED = ["video", "imdb_id", "adult", "original_title", "poster_path", "homepage"]


def read(raw: Path, *names: str) -> pd.DataFrame:
    """The file of one of these names, in the folder or below it, plain or compressed."""
    files = (path for path in sorted(raw.rglob("*.csv*")) if path.name.startswith(names))
    return pd.read_csv(next(files), low_memory=False)


def parse(cell):
    """The cell's value, nothing if it has none or is broken."""
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError):
        return None


def name(entry):
    """The name in a dict."""
    return entry["name"] if isinstance(entry, dict) else None


def names(entries):
    """The names in a list of dicts."""
    return [entry["name"] for entry in entries] if isinstance(entries, list) else []


def directors(crew):
    """The names of those whose job is Director."""
    return names([one for one in crew if one["job"] == "Director"]) if crew else []


def main():
    """Every cell of the notebook, from top to bottom."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()

    movies = read(given.raw, *MOVIES)
    movies = movies.drop(columns=UNUSED)
    for column in NESTED:
        movies[column] = movies[column].apply(parse).apply(names)
    collections = movies["belongs_to_collection"].apply(parse)
    movies["belongs_to_collection"] = collections.apply(name)
    for column in ("id", "budget", "revenue", "popularity"):
        movies[column] = pd.to_numeric(movies[column], errors="coerce")
    movies = movies.dropna(subset=["id", "release_date"])
    movies["release_date"] = pd.to_datetime(movies["release_date"], errors="coerce")
    movies["release_year"] = movies["release_date"].dt.year
    movies[["budget", "revenue"]] = movies[["budget", "revenue"]].fillna(0)
    movies["return"] = (movies["revenue"] / movies["budget"]).where(movies["budget"] > 0, 0)

    credits = read(given.raw, "credits.csv")
    credits["cast"] = credits["cast"].apply(parse).apply(names)
    credits["directors"] = credits["crew"].apply(parse).apply(directors)
    credits = credits.drop(columns="crew")

    films = movies.merge(credits, on="id", how="left").drop_duplicates("id")
    films.to_parquet(given.out)
    print(f"{len(films)} films")


if __name__ == "__main__":
    main()
