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

LINKS_COLUMNS = ("movieId", "imdbId", "tmdbId")
RATINGS_COLUMNS = ("userId", "movieId", "rating", "timestamp")

TITLES_COLUMNS = (
    "show_id,type,title,director,cast,country,date_added,release_year,rating,duration,listed_in,"
    "description"
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


def link(movielens_id: int | str, tmdb_id: int | str) -> Row:
    """A links row."""
    return {"movieId": str(movielens_id), "imdbId": "0114709", "tmdbId": str(tmdb_id)}


def rating(
    user: int | str, movielens_id: int | str, stars: float | str, at: int | str = 964982703
) -> Row:
    """A ratings row."""
    cells = (user, movielens_id, stars, at)
    return dict(zip(RATINGS_COLUMNS, map(str, cells), strict=True))


def title(show_id: int | str, name: str = "Heat", **cells: str) -> Row:
    """A row of a platform's catalogue; `cells` replace single cells."""
    return {
        "show_id": f"s{show_id}" if isinstance(show_id, int) else show_id,
        "type": "Movie",
        "title": name,
        "director": "",
        "cast": "",
        "country": "",
        "date_added": "September 25, 2021",
        "release_year": "1995",
        "rating": "PG-13",
        "duration": "170 min",
        "listed_in": "Dramas, Thrillers",
        "description": f"What happens in {name}.",
    } | cells


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
    link_rows: Iterable[Row] | None = None,
    rating_rows: Iterable[Row] | None = None,
) -> Path:
    """A raw folder with these rows; of the optional files only those there are rows for."""
    write_csv(folder / "movies_dataset.csv", movies, COLUMNS)
    write_csv(folder / "credits.csv", credits, ["cast", "crew", "id"])
    if keyword_rows is not None:
        write_csv(folder / "keywords.csv", keyword_rows, ["id", "keywords"])
    if link_rows is not None:
        write_csv(folder / "links.csv", link_rows, LINKS_COLUMNS)
    if rating_rows is not None:
        write_csv(folder / "ratings.csv", rating_rows, RATINGS_COLUMNS)
    return folder


RATED_FILMS = (film(862, "Toy Story"), film(949, "Heat"))
LINKS = (link(1, 862), link(6, 949), link(7, ""), link(8, 555), link(9, 862))
"""MovieLens ids: 7 has no TMDB id, 8 is a film we lack, 1 and 9 are the same film."""


def rated_folder(
    folder: Path, rating_rows: Iterable[Row], link_rows: Iterable[Row] | None = LINKS
) -> Path:
    """A raw folder of RATED_FILMS with these ratings."""
    return raw_folder(folder, RATED_FILMS, link_rows=link_rows, rating_rows=rating_rows)


def add_titles(folder: Path, rows: Iterable[Row], file: str = "netflix_titles.csv") -> Path:
    """The raw folder with these rows as a platform's catalogue beside the others."""
    write_csv(folder / file, rows, TITLES_COLUMNS)
    return folder


def add_ratings(folder: Path, rows: Iterable[Row], file: str = "1.csv") -> Path:
    """The raw folder with these rows as one more ratings file, as platforms' ratings come."""
    write_csv(folder / file, rows, ["userId", "rating", "timestamp", "movieId"])
    return folder
