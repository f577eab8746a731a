"""The evaluation job: the current data version in, a report on every ranking out."""

from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT
from contracts.errors import DataError
from contracts.versions import Manifest, flush, open_current, saying_what_failed
from index.embeddings import Encoders, embed_films
from index.evaluation.baselines import all_baselines
from index.evaluation.catalogues import Catalogues
from index.evaluation.ours import CAVEAT, our_rankers
from index.evaluation.page import as_html
from index.evaluation.report import Provenance, Report
from index.evaluation.run import evaluate
from index.evaluation.split import Split, split_sagas, split_users
from index.evaluation.truth import LIKES_NEEDED, PARTNERS, Truth, find_truth
from index.evaluation.users import examine_users
from index.facts import FilmFacts, read_facts
from index.ratings import NO_RATINGS, Ratings

FILE_NAMES = ("evaluacion.md", "evaluacion.json", "evaluacion.html")

PACKAGES = (
    "cartelera",
    "numpy",
    "scipy",
    "scikit-learn",
    "scikit-surprise",
    "faiss-cpu",
    "bm25s",
    "onnxruntime",
    "pyarrow",
)
"""The packages that a figure may depend on."""


@dataclass(frozen=True)
class Material:
    """What there is to evaluate with.

    `facts` hold no rating, and no saga of those that are tested, so that no ranking can look.
    `everything` holds both, for the part on users, which splits every user's ratings.
    """

    data: Manifest
    everything: FilmFacts
    facts: FilmFacts
    sagas: list[str | None]
    split: Split
    test_share: float
    truth: Truth


def read_material(data_root: Path, seed: int = 0, test_share: float = 0.5) -> Material:
    """The films of the current data version, its users split, and the truth of those tested on.

    Raises DataError where there is no data, or too little of it for a truth.
    """
    if seed < 0:
        raise DataError(f"the seed is 0 or more, not {seed}")
    if not 0 < test_share < 1:
        raise DataError(f"the share of users to test on lies between 0 and 1, not {test_share:g}")
    folder, data = open_current(data_root, "data", DATA_FORMAT)
    facts = read_facts(folder)
    _check_ratings(facts.ratings, folder)
    split = split_users(facts.ratings, test_share, seed)
    truth = find_truth(split.test.likes(len(facts.titles)))
    _check_split(split, truth)
    seen, tested = split_sagas(read_sagas(folder), test_share, seed)
    unrated = replace(facts, ratings=NO_RATINGS, sagas=seen)
    return Material(data, facts, unrated, tested, split, test_share, truth)


def read_sagas(folder: Path) -> list[str | None]:
    """The collection of every film in the data version at `folder`, None for a film without."""
    columns = ["collection_id", "belongs_to_collection"]
    films = pq.ParquetFile(folder / "movies.parquet").read(columns)
    ids, names = (films[column].to_pylist() for column in columns)
    # by id where there is one: two collections may have the same name
    return [name if id is None else str(id) for id, name in zip(ids, names, strict=True)]


def examine(material: Material, encoders: Encoders, cache_dir: Path) -> Report:
    """Mark the baselines, and what Cartelera learns: for a film, then for a person."""
    facts, split = material.facts, material.split
    vectors = embed_films(facts, encoders, cache_dir)
    baselines = all_baselines(facts, vectors.descriptions, split.seed)
    ours = our_rankers(facts, vectors, split.train)
    about = Provenance(
        data_version=material.data.version,
        counts={n: c for n, c in material.data.counts.items() if not n.startswith("ledger")},
        train_users=split.train.count_users(),
        test_users=split.test.count_users(),
        test_share=material.test_share,
        split_seed=split.seed,
        encoders=[encoders.plot.name, encoders.multilingual.name],
        packages=_packages(),
        under_test={ranker.name: ranker.weights for ranker in ours},
        caveat=CAVEAT,
    )
    rankers = [*baselines, *ours]
    report = evaluate(rankers, material.truth, facts, material.sagas, about, split.seed)
    users = examine_users(material.everything, vectors, split.seed)
    return replace(report, users=users, catalogues=Catalogues.of(material.data.settings))


def make_folder(folder: Path) -> None:
    """Make sure that reports can be written into `folder`, before there is one."""
    with saying_what_failed(f"cannot write to {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / f".{FILE_NAMES[0]}"
        trial.write_bytes(b"")
        trial.unlink()


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write the report in its three forms, each file whole or as it was before."""
    forms = (report.as_markdown(), report.as_json(), as_html(report))
    paths = [folder / name for name in FILE_NAMES]
    drafts = [folder / f".{name}" for name in FILE_NAMES]
    with saying_what_failed(f"cannot write to {folder}"):
        try:
            for draft, text in zip(drafts, forms, strict=True):
                draft.write_text(text, encoding="utf-8")
                flush(draft)
            for draft, path in zip(drafts, paths, strict=True):
                draft.replace(path)
            flush(folder)
        finally:
            for draft in drafts:
                draft.unlink(missing_ok=True)
    return paths


def _check_ratings(ratings: Ratings, folder: Path) -> None:
    users = ratings.count_users()
    if not users:
        raise DataError(
            f"{folder} holds no ratings of its films, and they are what rankings are marked by: "
            "put ratings.csv and links.csv beside the other raw files and run cartelera etl"
        )
    if users == 1:
        raise DataError(
            f"{folder} holds the ratings of one user only: some are learnt from and others tested "
            "on, so there have to be several"
        )


def _check_split(split: Split, truth: Truth) -> None:
    learnt, tested = split.train.count_users(), split.test.count_users()
    if not len(truth.seeds):
        raise DataError(
            f"too few ratings to evaluate with (users tested on: {tested}): no film liked by "
            f"{LIKES_NEEDED} of them has {PARTNERS} others that the same people like"
        )
    if learnt < 2:
        raise DataError(
            f"too few users to learn from: {learnt}, and {tested} to test on; "
            "give a lower share to test on"
        )


def _packages() -> dict[str, str]:
    found = {"python": python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # another way of installing the same code: nothing to tell
    return found
