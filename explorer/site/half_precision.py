"""ONNX files at half the size: weights that are exactly half-precision numbers are kept as such, and cast where they are used.

All weights that ship are (training/checkpoint.py writes them so): not a bit of any result differs. What a browser runs casts them once,
when the network is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto

LEAST = 32                                      # numbers below which a cast costs more bytes than it saves


def packed(model: ModelProto) -> bytes:
    """The file of a model."""
    from onnx import TensorProto, helper, numpy_helper

    kept, casts = [], []
    for tensor in model.graph.initializer:
        half = halved(numpy_helper.to_array(tensor)) if tensor.data_type == TensorProto.FLOAT else None
        if half is None:
            kept.append(tensor)
            continue
        name = tensor.name
        kept.append(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    for part, new in ((model.graph.initializer, kept), (model.graph.node, casts + nodes)):
        del part[:]
        part.extend(new)
    del model.graph.value_info[:]
    strip(model)
    return model.SerializeToString(deterministic=True)


def strip(model: ModelProto) -> None:
    """Leave out what only tells where in the source a node comes from: paths of this machine among it."""
    model.doc_string = model.producer_version = ""
    for of in (model, model.graph):
        del of.metadata_props[:]
    for function in model.functions:
        del function.metadata_props[:]
    for node in [*model.graph.node, *(n for f in model.functions for n in f.node)]:
        node.doc_string = ""
        del node.metadata_props[:]


def halved(values: np.ndarray) -> np.ndarray | None:
    """As float16 where each of them is exactly one, and there are enough of them; else None."""
    if values.size < LEAST:
        return None
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), values) else None
