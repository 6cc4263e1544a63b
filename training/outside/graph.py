"""A graph of ONNX from a stranger: read, never run here. What may be called later is decided by what it says of itself.

Refused are operators that are not the standard's, those that hold graphs of their own (loops, branches), draw at random, or make text and
sequences; files beside it, but for weights in its own folder; and a size that depends on numbers which the graph computes of its input,
so that a trial with one input stands for all. onnx_trial.py is that trial, in a process of its own.
"""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..card import readable
from ..files import Outside, inside
from . import ImportFailed, onnx_trial

MISSING = "ONNX needs packages that the page does not: python -m pip install -r requirements-import.txt"
MOST_BYTES = 2**28                                # of a graph with its weights
MOST_NODES, MOST_NUMBERS = 20_000, 2**24          # nodes; numbers that an answer to a batch has
SECONDS = 60                                      # that a trial may take
RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
REFUSED = {"NonZero", "Unique", "Compress", "StringNormalizer", "TfIdfVectorizer", "ImageDecoder", "NonMaxSuppression", "Optional",
           "OptionalGetElement", "OptionalHasElement", "StringConcat", "StringSplit", "RegexFullMatch", "SequenceAt", "SequenceConstruct",
           "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SplitToSequence", "ConcatFromSequence"}
SIZES = {"Reshape": (1,), "Expand": (1,), "Tile": (1,), "ConstantOfShape": (0,), "Range": (0, 1, 2), "Resize": (1, 2, 3), "Upsample": (1,),
         "Pad": (1,), "Slice": (1, 2, 3, 4), "TopK": (1,), "OneHot": (1,), "Split": (1,), "MaxUnpool": (2,), "CenterCropPad": (1,),
         "AffineGrid": (1,), "Unsqueeze": (1,), "Squeeze": (1,), "EyeLike": (), "Col2Im": (1, 2), "MelWeightMatrix": (0, 1, 2, 3, 4),
         "DFT": (1,), "STFT": (1, 3), "BlackmanWindow": (0,), "HannWindow": (0,), "HammingWindow": (0,)}   # inputs that say how large
KINDS = {1: "float32", 10: "float16", 11: "float64"}      # element types of inputs, by ONNX's numbers


@dataclass(frozen=True)
class Port:
    """An input or output: its name, element type as NumPy calls it, and its sizes, None where any will do."""

    name: str
    kind: str
    sizes: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.name} ({' × '.join('any' if n is None else str(n) for n in self.sizes)})"


@dataclass(frozen=True)
class Graph:
    """A graph that was looked at: its bytes, weights included, what it takes and gives, and how many weights it has."""

    data: bytes
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: int


def needed() -> None:
    """Raise ImportFailed unless what reads and runs ONNX is installed."""
    if any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxruntime")):
        raise ImportFailed(MISSING)


def read(path: Path) -> Graph:
    """The graph of a file, with weights that lie beside it in its own folder. Raises ImportFailed in one sentence."""
    needed()
    from onnx import external_data_helper as external

    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ImportFailed(f"{path.name} has {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} are taken.")
        model = _parsed(path.read_bytes(), path.name)
        _check_nodes(model, path.name)            # before anything beside it is opened
        beside = {e.value for t in _tensors(model) if external.uses_external_data(t) for e in t.external_data if e.key == "location"}
        for name in sorted(beside):
            if Path(name).name != name:
                raise ImportFailed(f"{path.name} takes weights from {readable(name)!r}, which does not lie beside it.")
            weights = inside(path.parent, name)
            if not weights.is_file():
                raise ImportFailed(f"{path.name} takes weights from {name}, which is not beside it.")
            size += weights.stat().st_size
        if size > MOST_BYTES:
            raise ImportFailed(f"{path.name} and its weights have {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} are taken.")
        if beside:
            external.load_external_data_for_model(model, str(path.parent))
    except Outside as e:
        raise ImportFailed(str(e)) from e
    except OSError as e:
        raise ImportFailed(f"{path.name} cannot be read ({e.strerror or e}).") from e
    except ValueError as e:
        raise e if isinstance(e, ImportFailed) else ImportFailed(f"{path.name} is damaged: its weights do not fit it.") from e
    return checked(model.SerializeToString() if beside else path.read_bytes(), path.name)


def checked(data: bytes, name: str = "the graph") -> Graph:
    """The graph of bytes that stand alone. Raises ImportFailed in one sentence."""
    needed()
    if len(data) > MOST_BYTES:
        raise ImportFailed(f"{name} has {len(data) / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} are taken.")
    model = _parsed(data, name)
    if any(t.data_location == t.EXTERNAL or t.external_data for t in _tensors(model)):
        raise ImportFailed(f"{name} takes weights from another file.")
    _check_nodes(model, name)
    graph = model.graph
    weights = {t.name for t in graph.initializer} | {t.values.name for t in graph.sparse_initializer}
    inputs = tuple(_port(v, name) for v in graph.input if v.name not in weights)
    if not inputs or not graph.output:
        raise ImportFailed(f"{name} has no input or no output.")
    return Graph(data, inputs, tuple(_port(v, name, strict=False) for v in graph.output), sum(math.prod(t.dims) for t in graph.initializer))


def _parsed(data: bytes, name: str) -> Any:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError) as e:
        raise ImportFailed(f"{name} is damaged or no ONNX file.") from e
    if not model.graph.node or not model.ir_version:
        raise ImportFailed(f"{name} is damaged or no ONNX file: it has no graph.")
    return model


def _tensors(model: Any) -> Iterator[Any]:
    """All tensors of a model: its weights, and constants of its nodes."""
    yield from model.graph.initializer
    for sparse in model.graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in (*model.graph.node, *(n for f in model.functions for n in f.node)):
        for a in node.attribute:
            yield from (a.t, *a.tensors) if a.HasField("t") or a.tensors else ()


def _check_nodes(model: Any, name: str) -> None:
    import onnx

    for opset in model.opset_import:
        if opset.domain not in ("", "ai.onnx"):
            raise ImportFailed(f"{name} needs operators of {readable(opset.domain)!r}, which are not the standard's; export it without "
                               "optimisations of a runtime and without operators of its own.")
    if model.functions:
        raise ImportFailed(f"{name} defines operators of its own; inline them before (onnx.inliner.inline_local_functions).")
    if len(model.graph.node) > MOST_NODES:
        raise ImportFailed(f"{name} has {len(model.graph.node):,} nodes; at most {MOST_NODES:,} are taken.")
    computed = {v.name for v in model.graph.input} - {t.name for t in model.graph.initializer}
    for node in model.graph.node:
        op = readable(node.op_type, 60)
        if node.domain not in ("", "ai.onnx") or not onnx.defs.has(node.op_type):
            raise ImportFailed(f"{name} has the operator {op}, which is not the standard's.")
        if any(a.HasField("g") or a.graphs for a in node.attribute):
            raise ImportFailed(f"{name} has the operator {op}, which branches or loops; such graphs are not taken.")
        if node.op_type in RANDOM:
            raise ImportFailed(f"{name} draws at random ({op}): the same code would never show the same image. Export the decoder "
                               "alone, and of an encoder its mean.")
        if node.op_type in REFUSED:
            raise ImportFailed(f"{name} has the operator {op}, which is not taken.")
        if any(k < len(node.input) and node.input[k] in computed for k in SIZES.get(node.op_type, ())):
            raise ImportFailed(f"{name}: the size of what {op} makes depends on computed numbers; such graphs are not taken.")
        if node.op_type not in ("Shape", "Size") and computed & set(node.input):
            computed |= set(node.output)


def _port(value: Any, name: str, strict: bool = True) -> Port:
    kind = value.type.tensor_type.elem_type
    if kind not in KINDS:
        if strict:
            raise ImportFailed(f"{name}: its input {readable(value.name)} is not of floating-point numbers; a model here takes codes or "
                               "images alone.")
        return Port(value.name, "", ())
    dims = value.type.tensor_type.shape.dim
    return Port(value.name, KINDS[kind], tuple(d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else None for d in dims))


def one_of(ports: Sequence[Port], asked: str, what: str, option: str, name: str) -> Port:
    """The port of that name; where none is asked for the only one. Raises ImportFailed, with those that there are."""
    there = ", ".join(map(str, ports))
    if len(ports) > 1 and what == "input":
        raise ImportFailed(f"{name} has {len(ports)} inputs, {there}; a graph of one input is needed: leave the others out, or make them "
                           "constants.")
    if asked:
        found = next((p for p in ports if p.name == asked), None)
        if found is None:
            raise ImportFailed(f"{name} has no {what} {asked!r}; it has {there}.")
        return found
    if len(ports) > 1:
        raise ImportFailed(f"{name} has {len(ports)} {what}s, {there}: say which by {option}.")
    return ports[0]


def all_of(*asks: Callable[[], Port]) -> list[Port]:
    """What each finds. Raises ImportFailed with the sentences of all that find nothing."""
    found, amiss = list[Port](), list[str]()
    for ask in asks:
        try:
            found.append(ask())
        except ImportFailed as e:
            amiss.append(str(e))
    if amiss:
        raise ImportFailed(" Also, ".join(amiss))
    return found


def tried(graph: Graph, port: Port, row: tuple[int, ...], batches: Sequence[int], name: str = "the graph") -> list[list[tuple[int, ...]]]:
    """The shapes of all outputs for each size of a batch of inputs of shape ``row``, as a process of its own found them within limits.
    Raises ImportFailed."""
    feeds = [[(port.name, port.kind, [n, *row])] for n in batches]
    asked = json.dumps({"feeds": feeds, "most": MOST_NUMBERS}).encode() + b"\n"
    try:
        done = subprocess.run([sys.executable, "-P", onnx_trial.__file__], input=asked + graph.data, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as e:
        raise ImportFailed(f"{name} takes more than {SECONDS} seconds for {max(batches)} rows; it is not run here.") from e
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    if "wrong" in answer:
        raise ImportFailed(f"{name} does not run: {readable(' '.join(answer['wrong'].split()), 300)}")
    if "shapes" not in answer:
        raise ImportFailed(f"{name} cannot be run: ONNX Runtime ended while it was tried (too much memory, or a damaged graph).")
    return [[tuple(shape) for shape in shapes] for shapes in answer["shapes"]]


__all__ = ["MISSING", "Graph", "Port", "all_of", "checked", "needed", "one_of", "read", "tried"]
