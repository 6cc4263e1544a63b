"""A network as it was written against the model itself, where ONNX Runtime is there (requirements-import.txt): the largest difference."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .. import Refused, images
from .networks import Net

BATCHES = (1, 2, 5)
WRONG = 1                                       # of 255, that a pixel may differ by from the model's own
TOLERANCE = 1e-3                                # of the largest number, that what is not drawn may
PICTURES = ("draw", "noisy", "levels", "pyramid", "apart")


@dataclass(frozen=True)
class Difference:
    """``pixels``: of 255, None of a network that draws none; ``numbers``: in parts of the largest number of an output."""

    pixels: int | None
    numbers: float

    @property
    def told(self) -> str:
        """In words."""
        return f"{self.numbers:.1g} of the largest number" if self.pixels is None else f"{self.pixels} of 255"


def can_check() -> bool:
    """Whether ONNX Runtime is there."""
    return importlib.util.find_spec("onnxruntime") is not None


def checked(net: Net, written: bytes) -> Difference | None:
    """The difference; None where nothing can compare. Raises Refused where a network that was written gives other numbers."""
    if not can_check():
        return None
    found = difference(net, written)
    if (found.pixels or 0) > WRONG or found.numbers > TOLERANCE:
        raise Refused(f"the network {net.key!r} gives other numbers as ONNX than here: by {found.numbers:.2g} of the largest.")
    return found


def difference(net: Net, written: bytes, batches: tuple[int, ...] = BATCHES) -> Difference:
    """The largest over batches of several sizes. Raises ValueError for an output of another shape."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(written, options, providers=["CPUExecutionProvider"])
    pixels: int | None = None
    numbers = 0.0
    for n in batches:
        example = net.example(n, seed=n)
        with torch.inference_mode():
            own = net(*example)
        told = session.run(list(net.outputs), {g.name: x.numpy() for g, x in zip(net.given, example, strict=True)})
        for name, a, b in zip(net.outputs, own, told, strict=True):
            if tuple(a.shape) != b.shape:
                raise ValueError(f"{net.key}: {name} is {b.shape}, not {tuple(a.shape)}")
            numbers = max(numbers, float(np.abs(a.numpy() - b).max() / max(1.0, float(a.abs().max()))))
            if net.key in PICTURES and a.ndim == 4:
                pixels = max(pixels or 0, int(np.abs(_bytes(a) - _bytes(torch.from_numpy(b))).max()))
    return Difference(pixels, numbers)


def _bytes(x: Tensor) -> np.ndarray:
    return images.to_uint8(x).astype(int)
