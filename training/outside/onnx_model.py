"""A decoder, and where there is one an encoder, as graphs of ONNX: the kind ``onnx`` of a run. ONNX Runtime runs them, on the CPU.

The graphs are kept as bytes among the run's weights. When a run is loaded, from wherever it came, they are read and tried (graph.py) before
they run in this process. They are then called with batches of the sizes in TRIED alone, so that a row's answer does not depend on how many
others are asked for. A gradient is taken by differences.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..model import Config, DataSpec, Family, LatentSpec, Objective, SettingError, setting
from . import ImportFailed, graph
from .adapter import PRIORS, Shared
from .differences import differentiable
from .graph import MISSING, MOST_BYTES, Graph, Port
from .image_layout import LAYOUTS, VALUES, Form, shape_of
from .prior import SaidPrior

KIND = "onnx"
TRIED = (1, 16)                                   # rows of a batch


@dataclass(frozen=True)
class OnnxConfig(Config):
    """What the graphs take and give."""

    decoder: int = setting(0, "bytes of the decoder's graph", low=0, high=MOST_BYTES)
    encoder: int = setting(0, "bytes of the encoder's graph; 0: there is none", low=0, high=MOST_BYTES)
    code: tuple = setting((16,), "the shape in which the decoder takes one code", low=1, high=2**16)
    input: str = setting("", "the decoder's input")
    output: str = setting("", "the decoder's output")
    encoder_input: str = setting("", "the encoder's input")
    encoder_output: str = setting("", "the encoder's output")
    layout: str = setting("nchw", "how the decoder lays images out", choices=LAYOUTS)
    encoder_layout: str = setting("nchw", "how the encoder takes images", choices=LAYOUTS)
    values: str = setting("-1..1", "the range of pixels", choices=tuple(VALUES))
    latent_prior: str = setting("normal", "what seeds draw from", choices=PRIORS)


class OnnxModel(SaidPrior):
    """``w`` is what the decoder takes, flat: (n, 1, z_dim)."""

    ours = False
    decoder_graph: Tensor
    encoder_graph: Tensor

    def __init__(self, config: OnnxConfig, data: DataSpec) -> None:
        super().__init__()
        d = math.prod(config.code)
        if d > 2**16:
            raise SettingError("its codes have more than 65,536 numbers.")
        self.config = config
        self.spec = LatentSpec(shape=data.shape, z_dim=d, w_dim=d, encodes=config.encoder > 0, prior=config.latent_prior)
        shape = shape_of(data.shape)
        self.form, self.read_as = (Form(shape, layout, config.values) for layout in (config.layout, config.encoder_layout))
        self.register_buffer("decoder_graph", torch.zeros(config.decoder, dtype=torch.uint8))
        if config.encoder:
            self.register_buffer("encoder_graph", torch.zeros(config.encoder, dtype=torch.uint8))
        self.keep_prior(d)
        self._decode: Session | None = None
        self._encode: Session | None = None

    def loaded(self) -> None:
        c, row = self.config, self.read_as.theirs(torch.zeros(1, *self.form.shape)).shape[1:]
        decoder = graph.checked(bytes_of(self.decoder_graph), "its decoder")
        self._decode = Session(decoder, c.input, c.output, tuple(c.code), math.prod(self.form.shape), "its decoder")
        if c.encoder:
            encoder = graph.checked(bytes_of(self.encoder_graph), "its encoder")
            self._encode = Session(encoder, c.encoder_input, c.encoder_output, tuple(row), self.spec.w_dim, "its encoder")

    def drawn(self, codes: Tensor) -> Tensor:
        """What the decoder's graph gives of codes (n, …) of z_dim numbers each."""
        assert self._decode is not None, "loaded() comes first"
        return self._decode(codes.reshape(-1, *self.config.code))

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        def drawn(codes: Tensor) -> Tensor:
            return self.form.ours(self.drawn(codes))
        flat = w.flatten(1)
        return differentiable(drawn, flat) if torch.is_grad_enabled() and w.requires_grad else drawn(flat)

    def encode(self, x: Tensor) -> Tensor:
        if self._encode is None:
            return super().encode(x)
        return self._encode(self.read_as.theirs(x)).reshape(len(x), 1, -1).float()


class Session:
    """A graph that may run: rows in, rows out. Called from several threads."""

    def __init__(self, read: Graph, given: str, made: str, row: tuple[int, ...], numbers: int, name: str) -> None:
        """``row``: the shape of one input; ``numbers``: of one output. Raises ImportFailed."""
        try:
            import onnxruntime
        except ImportError as e:
            raise ImportFailed(MISSING) from e
        self.port = graph.one_of(read.inputs, given, "input", "its name", name)
        self.output, self.row = graph.one_of(read.outputs, made, "output", "its name", name).name, row
        self.batches = batches_of(self.port)
        k = [o.name for o in read.outputs].index(self.output)
        for n, shapes in zip(self.batches, graph.tried(read, self.port, row, self.batches, name), strict=True):
            if not shapes[k] or shapes[k][0] != n or math.prod(shapes[k]) != n * numbers:
                raise ImportFailed(f"{name} gives {' × '.join(map(str, shapes[k]))} for a batch of {n}, not {numbers:,} numbers for each.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self.held = Shared(onnxruntime.InferenceSession(read.data, options, providers=["CPUExecutionProvider"]))

    def __call__(self, x: Tensor) -> Tensor:
        rows = np.ascontiguousarray(x.detach().cpu().numpy(), self.port.kind)
        size = self.batches[0] if len(rows) <= self.batches[0] else self.batches[-1]
        found = []
        for i in range(0, len(rows), size):
            part = rows[i:i + size]
            short = size - len(part)
            part = np.concatenate([part, np.repeat(part[-1:], short, 0)]) if short else part
            found.append(self.held.held.run([self.output], {self.port.name: part})[0][:size - short])
        return torch.from_numpy(np.concatenate(found).astype(np.float32)).to(x.device)


def batches_of(port: Port) -> Sequence[int]:
    """The sizes of batches that a graph is called with: its own where it has a fixed one."""
    fixed = port.sizes[0] if port.sizes else None
    return TRIED if fixed is None else (fixed,)


def bytes_of(buffer: Tensor) -> bytes:
    """What a buffer of uint8 holds."""
    return buffer.cpu().numpy().tobytes()


def as_buffer(data: bytes) -> Tensor:
    """The other way."""
    return torch.from_numpy(np.frombuffer(data, np.uint8).copy())


def described(config: OnnxConfig) -> dict[str, Any]:
    """What a card keeps of the config: what belongs to this kind, not what belongs to a training."""
    general = set(Config.__dataclass_fields__)
    return json.loads(json.dumps({k: v for k, v in config.to_dict().items() if k not in general}))


FAMILY = Family(
    name=KIND, title="Own model (ONNX)", paper="", equation="",
    summary="A model that was trained elsewhere, as graphs of ONNX: a decoder that draws images of codes, and where there is one an "
            "encoder. Nothing  is known of how it was trained.",
    Config=OnnxConfig, Model=OnnxModel, Objective=Objective)

__all__ = ["FAMILY", "KIND", "OnnxConfig", "OnnxModel", "as_buffer", "batches_of", "described"]
