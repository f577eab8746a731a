"""Small raw folders in the original format, for tests."""

import csv
from collections.abc import Iterable
from pathlib import Path

COLUMNS = (
    "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,"
    "original_title,overview,popularity,poster_path,production_companies,production_countries,"
    "release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,"
    "vote_count"
).split(",")

Row = dict[str, str]


def film(id: int | str, title: str = "Heat", **cells: str) -> Row:
    """A movies row as the original file has it; `cells` replace single cells."""
    row = dict.fromkeys(COLUMNS, "") | {
        "adult": "False",
        "budget": "100",
        "genres": "[{'id': 18, 'name': 'Drama'}]",
        "id": str(id),
        "original_language": "en",
        "original_title": title,
        "overview": f"What happens in {title}.",
        "popularity": "1.5",
        "production_companies": "[{'name': 'Pixar', 'id': 3}]",
        "production_countries": "[{'iso_3166_1': 'ES', 'name': 'Spain'}]",
        "release_date": "1995-12-15",
        "revenue": "250.0",
        "runtime": "170.0",
        "spoken_languages": "[{'iso_639_1': 'en', 'name': 'English'}]",
        "status": "Released",
        "title": title,
        "video": "False",
        "vote_average": "7.7",
        "vote_count": "10.0",
    }
    return row | cells


def credit(id: int | str, cast: Iterable[str] = (), directors: Iterable[str] = ()) -> Row:
    """A credits row: names in billing order, and the directors."""
    actors = [{"id": 1, "name": name, "order": order} for order, name in enumerate(cast)]
    crew = [{"id": 2, "job": "Director", "name": name} for name in directors]
    return {"cast": repr(actors), "crew": repr(crew), "id": str(id)}


def keywords(id: int | str, *names: str) -> Row:
    """A keywords row."""
    return {"id": str(id), "keywords": repr([{"id": 1, "name": name} for name in names])}


def write_csv(path: Path, rows: Iterable[Row], columns: Iterable[str]) -> Path:
    """Write rows as the original files are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def raw_folder(
    folder: Path,
    movies: Iterable[Row],
    credits: Iterable[Row] = (),
    keyword_rows: Iterable[Row] | None = None,
) -> Path:
    """A raw folder with these rows; no keywords file unless there are rows for it."""
    write_csv(folder / "movies_dataset.csv", movies, COLUMNS)
    write_csv(folder / "credits.csv", credits, ["cast", "crew", "id"])
    if keyword_rows is not None:
        write_csv(folder / "keywords.csv", keyword_rows, ["id", "keywords"])
    return folder
