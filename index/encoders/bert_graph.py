"""BERT as an ONNX graph of ONNX Runtime's fused operators, weights quantised.

Activations are quantised as they come, one scale for each text, to 8 bits. Weights have 7 bits
and one scale a column: 8 would overflow the 16-bit sums of CPUs without VNNI. The second half of
each feed-forward block, whose inputs hold rare large values, gets a scale for every 32 of them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WEIGHT_LIMIT = 63
FINE_LIMIT = 127
FINE_BLOCK = 32
FUSED = "com.microsoft"


def bert_graph(weights: Mapping[str, Array], config: Any) -> Any:
    """The model: token ids, shape (1, tokens), to the mean of the last layer, shape (1, dim)."""
    graph = _Graph(weights, config.num_attention_heads, config.layer_norm_eps)
    states = graph.embeddings()
    for layer in range(config.num_hidden_layers):
        states = graph.layer(f"encoder.layer.{layer}", states)
    tokens = graph.constant("token_axis", np.array([1], np.int64))
    graph.node("ReduceMean", [states, tokens], "vector", domain="", keepdims=0)
    return graph.model(config.hidden_size)


class _Graph:
    """Nodes and constants as they are added; each method returns the name of its output."""

    def __init__(self, weights: Mapping[str, Array], heads: int, epsilon: float) -> None:
        self._weights, self._heads, self._epsilon = weights, heads, epsilon
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(self, operator: str, inputs: list[str], output: str, **options: Any) -> str:
        from onnx import helper

        options = {"domain": FUSED, **options}
        self._nodes.append(helper.make_node(operator, inputs, output.split(), **options))
        return output

    def constant(self, name: str, value: Array) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self._weights[name])

    def embeddings(self) -> str:
        """Words and positions, normalised; every token is of type 0, so that is added here."""
        place = self._weights["embeddings.position_embeddings.weight"]
        place = place + self._weights["embeddings.token_type_embeddings.weight"][0]
        inputs = ["ids", "", self.weight("embeddings.word_embeddings.weight")]
        inputs += [self.constant("places", place), "", *self._norm("embeddings.LayerNorm")]
        options = {"epsilon": self._epsilon}
        self.node("EmbedLayerNormalization", inputs, "embedded unmasked", **options)
        return "embedded"

    def layer(self, name: str, states: str) -> str:
        """One transformer block."""
        mixed = self._attention(f"{name}.attention.self", states)
        mixed = self._linear(f"{name}.attention.output.dense", mixed)
        states = self._add_norm(f"{name}.attention.output.LayerNorm", mixed, states)
        wide = self._linear(f"{name}.intermediate.dense", states)
        wide = self.node("Gelu", [wide], f"{name}.gelu")
        narrow = self._fine_linear(f"{name}.output.dense", wide)
        return self._add_norm(f"{name}.output.LayerNorm", narrow, states)

    def model(self, dim: int) -> Any:
        from onnx import TensorProto, helper

        ids = helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])
        vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, dim])
        graph = helper.make_graph(self._nodes, "bert", [ids], [vector], self._constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)

    def _attention(self, name: str, states: str) -> str:
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        self.node("DynamicQuantizeLinear", [states], f"{name}.q {name}.s {name}.z", domain="")
        weight, scale = self._quantised(name, matrix)
        inputs = [f"{name}.q", weight, self.constant(f"{name}.bias", bias)]
        inputs += [f"{name}.s", scale, "", f"{name}.z"]
        return self.node("QAttention", inputs, f"{name}.out", num_heads=self._heads)

    def _linear(self, name: str, states: str) -> str:
        weight, scale = self._quantised(name, self._weights[f"{name}.weight"].T)
        inputs = [states, weight, scale, "", self.weight(f"{name}.bias")]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out")

    def _fine_linear(self, name: str, states: str) -> str:
        """A linear map with a scale for every 32 inputs, on both sides."""
        matrix = self._weights[f"{name}.weight"]
        outputs, width = matrix.shape
        blocks = matrix.reshape(outputs, width // FINE_BLOCK, FINE_BLOCK)
        scale = _scale(blocks, FINE_LIMIT, axis=2)
        quantised = (np.rint(blocks / scale) + (FINE_LIMIT + 1)).astype(np.uint8)
        inputs = [states, self.constant(f"{name}.q", quantised)]
        inputs += [self.constant(f"{name}.s", scale.reshape(outputs, -1)), "", ""]
        inputs += [self.weight(f"{name}.bias")]
        options = {"K": width, "N": outputs, "bits": 8, "block_size": FINE_BLOCK}
        # accuracy level 4: inputs quantised to 8 bits, in the same blocks
        return self.node("MatMulNBits", inputs, f"{name}.out", accuracy_level=4, **options)

    def _quantised(self, name: str, matrix: Array) -> tuple[str, str]:
        """Names of the matrix, one signed byte a weight, and of its scales, one a column."""
        scale = _scale(matrix, WEIGHT_LIMIT, axis=0)
        quantised = self.constant(f"{name}.weight.q", np.rint(matrix / scale).astype(np.int8))
        return quantised, self.constant(f"{name}.weight.s", scale[0])

    def _add_norm(self, name: str, states: str, shortcut: str) -> str:
        inputs = [states, shortcut, *self._norm(name)]
        options = {"epsilon": self._epsilon}
        return self.node("SkipLayerNormalization", inputs, f"{name}.out", **options)

    def _norm(self, name: str) -> list[str]:
        return [self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]


def _scale(values: Array, limit: int, axis: int) -> Array:
    """The step that maps the largest value along `axis` to `limit`; 1 where all are zero."""
    largest = np.abs(values).max(axis=axis, keepdims=True).astype(np.float32)
    return np.where(largest > 0, largest / np.float32(limit), np.float32(1))
