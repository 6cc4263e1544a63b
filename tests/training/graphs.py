"""Tiny graphs of ONNX, made node by node: what the tests of imports share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, D = 8, 3
PIXELS = SIDE * SIDE
WEIGHT = np.random.default_rng(0).normal(size=(D, PIXELS)).astype(np.float32)
BACK = np.linalg.pinv(WEIGHT).astype(np.float32)


def weight(name: str, value: np.ndarray) -> TensorProto:
    return numpy_helper.from_array(value, name)


def model(nodes, inputs, outputs, weights=(), domains=(), functions=()) -> bytes:
    """A graph's bytes. ``inputs``, ``outputs``: (name, sizes) of floats, sizes that are words being free."""
    ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes) for name, sizes in side] for side in (inputs, outputs)]
    graph = helper.make_graph(nodes, "tiny", *ports, initializer=list(weights))
    opsets = [helper.make_opsetid("", 18), *(helper.make_opsetid(d, 1) for d in domains)]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=10).SerializeToString()


def decoder(batch="n", layout="nchw", values="-1..1", names=("z", "image"), more=()) -> bytes:
    """tanh(z W) as images; ``more``: nodes before, of z."""
    shape = {"nchw": [-1, 1, SIDE, SIDE], "nhwc": [-1, SIDE, SIDE, 1], "flat": [-1, PIXELS]}[layout]
    nodes = [*more, helper.make_node("MatMul", [names[0], "w"], ["a"]), helper.make_node("Tanh", ["a"], ["b"]),
             helper.make_node("Mul", ["b", "scale"], ["c"]), helper.make_node("Add", ["c", "shift"], ["d"]),
             helper.make_node("Reshape", ["d", "shape"], [names[1]])]
    scale, shift = {"-1..1": (1, 0), "0..1": (0.5, 0.5), "0..255": (127.5, 127.5)}[values]
    return model(nodes, [(names[0], [batch, D])], [(names[1], [batch, *shape[1:]])], [
        weight("w", WEIGHT), weight("scale", np.float32(scale)), weight("shift", np.float32(shift)), weight("shape", np.array(shape))])


def encoder(values="-1..1", batch="n") -> bytes:
    """Images (n, 1, 8, 8) to codes."""
    scale, shift = {"-1..1": (1, 0), "0..1": (2, -1), "0..255": (2 / 255, -1)}[values]
    nodes = [helper.make_node("Flatten", ["x"], ["a"]), helper.make_node("Mul", ["a", "scale"], ["b"]),
             helper.make_node("Add", ["b", "shift"], ["c"]), helper.make_node("MatMul", ["c", "w"], ["code"])]
    return model(nodes, [("x", [batch, 1, SIDE, SIDE])], [("code", [batch, D])], [
        weight("w", BACK), weight("scale", np.float32(scale)), weight("shift", np.float32(shift))])


def drawn(z: np.ndarray) -> np.ndarray:
    """What ``decoder`` draws of codes (n, D), (n, 1, 8, 8) in [-1, 1]."""
    return np.tanh(z @ WEIGHT).reshape(-1, 1, SIDE, SIDE)


def with_weights_beside(path: Path, data: bytes, location: str) -> Path:
    """The graph in a file whose weights lie in another one, of that name."""
    found = onnx.load_model_from_string(data)
    if Path(location).name == location:
        onnx.save_model(found, path, save_as_external_data=True, location=location, size_threshold=0)
        return path
    tensor = found.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    path.write_bytes(found.SerializeToString())
    return path
