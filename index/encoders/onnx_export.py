"""Quantise a sentence-transformers model once, check it against the original, keep the file."""

import os
from pathlib import Path
from typing import Any

from contracts.errors import DataError
from index.encoders.bert_graph import bert_graph
from index.encoders.onnx_encoder import TOKENIZER, OnnxEncoder
from index.encoders.sentence_encoder import SentenceEncoder

RECIPE = "int8"
"""Part of the encoder's name; change it whenever this module makes other vectors."""

FAITHFUL = 0.98
"""Least cosine to the original for a quantised model to be used."""

PROBES = (
    "Heist.",
    "Un hombre vuelve a su pueblo tras veinte años y nadie le reconoce.",
    "A retired detective is drawn back into the one case she never solved.",
    "Two brothers inherit a circus, a debt and a tiger. Genres: Comedy, Drama. "
    "Cast: Ana Pérez, John Smith, Li Wei. Directed by Marta Núñez.",
    "In a drowned city of the 23rd century, a smuggler of fresh water finds a map to dry land; "
    "the captain of the harbour guard, her own sister, must choose between the law she wrote "
    "and the family she left behind, while the tide rises one last time. " * 3,
)


class UnsupportedModel(Exception):
    """The model cannot be quantised, or its vectors would stray; told in a few words."""


def export(original: SentenceEncoder, path: Path) -> None:
    """Write the quantised `original` to `path`, whole or not at all.

    UnsupportedModel if it is no BERT with mean pooling or comes out unfaithful; DataError if
    the file cannot be written.
    """
    require_plain_bert(original.model)
    graph = _graph(original.model)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(draft, graph)
            require_faithful(original, draft)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as exc:
        raise DataError(f"cannot keep the prepared model in {path}: {exc.strerror}") from exc


def require_plain_bert(model: Any) -> None:
    """Raise UnsupportedModel unless it is BERT, mean of the tokens and nothing else."""
    kinds = [type(module).__name__ for module in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnsupportedModel(f"its parts are {', '.join(kinds)}")
    if (pooling := getattr(model[1], "pooling_mode", "unknown")) != "mean":
        raise UnsupportedModel(f"its pooling is {pooling}")
    if model.default_prompt_name:
        raise UnsupportedModel("it puts a prompt before each text")
    config = model[0].auto_model.config
    if config.model_type != "bert" or config.is_decoder or config.hidden_act != "gelu":
        raise UnsupportedModel(f"its architecture is {config.model_type}, {config.hidden_act}")


def require_faithful(original: SentenceEncoder, path: Path) -> None:
    """Raise UnsupportedModel if a vector of the file at `path` strays from the original's."""
    try:
        vectors = OnnxEncoder(path, "draft").encode(PROBES)
    except DataError as exc:
        raise UnsupportedModel(f"ONNX Runtime refuses it: {exc.__cause__}") from exc
    least = float((vectors * original.encode(PROBES)).sum(axis=1).min())
    if not least >= FAITHFUL:
        raise UnsupportedModel(f"quantised, its cosine to the original falls to {least:.3f}")


def _graph(model: Any) -> bytes:
    """The model file: graph, quantised weights, and the tokenizer as metadata."""
    bert = model[0].auto_model
    weights = {name: tensor.float().numpy() for name, tensor in bert.state_dict().items()}
    try:
        graph = bert_graph(weights, bert.config)
        graph.metadata_props.add(key=TOKENIZER, value=_tokenizer(model))
        return bytes(graph.SerializeToString())
    except Exception as exc:  # a variant of BERT that the graph does not foresee
        raise UnsupportedModel(f"no graph could be made of it: {exc!r}") from exc


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _tokenizer(model: Any) -> str:
    """The tokenizer as JSON, set to cut texts where the model does and to pad none."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_seq_length)
    return str(tokenizer.to_str())
