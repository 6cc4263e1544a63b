"""What a generator's layers draw: the feature maps of one code, and how much each channel varies over many.

A layer begins with a module that has a weight matrix or kernels, in the order in which ``synthesize`` calls them, and ends before the next:
norms and nonlinearities that are modules belong to it. Of a layer that makes maps (n, c, h, w) each channel can be seen; a dense one has no
places. Watching is done on a copy of the network's structure over the same weights, so that nobody else's images are taken for it.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from training.model import LatentModel

from ...runs.run import Run

CODES, AT_ONCE = 64, 16                         # codes that channels' variation is measured on; of them at once
CHANNELS = 64                                   # of a layer shown at once, at most
LAYERS = 40                                     # told of a network, at most


@dataclass
class Layer:
    """A layer of a generator: the names of its modules, which own its parameters, and what the last call made of a code."""

    modules: list[str]
    shape: tuple[int, ...] = ()
    out: Tensor | None = field(default=None, repr=False)

    @property
    def dense(self) -> bool:
        return len(self.shape) != 3

    @property
    def channels(self) -> int:
        return self.shape[0] if self.shape else 0


def twin(model: LatentModel) -> LatentModel:
    """The same network over the same weights, with hooks of its own."""
    tensors = [*model.parameters(), *model.buffers()]
    return copy.deepcopy(model, {id(t): t for t in tensors})


def watched(model: LatentModel, w: Tensor, label: Tensor | None) -> list[Layer]:
    """The layers of ``model`` (a twin), with what they make of codes (n, L, w_dim)."""
    layers: list[Layer] = []
    seen: set[str] = set()

    def hook(name: str, begins: bool) -> Callable[[nn.Module, object, object], None]:
        def called(module: nn.Module, given: object, out: object) -> None:
            if not isinstance(out, Tensor) or name in seen:
                return
            if begins:
                layers.append(Layer([], tuple(out.shape[1:]), out))
            elif not layers:                    # the code, put in shape
                return
            layer = layers[-1]
            if begins or [*module.parameters(recurse=False), *module.buffers(recurse=False)]:
                layer.modules.append(name)
                seen.add(name)
            if tuple(out.shape[1:]) == layer.shape:
                layer.out = out
        return called
    handles = []
    for name, module in model.named_modules():
        own = list(module.parameters(recurse=False))
        if own or not list(module.children()):
            begins = any(p.dim() >= 2 and p.shape[0] > 1 for p in own) and not isinstance(module, nn.Embedding)
            handles.append(module.register_forward_hook(hook(name, begins)))
    try:
        with torch.inference_mode():
            model.synthesize(w, label)
    finally:
        for handle in handles:
            handle.remove()
    return layers[:LAYERS]


def of_code(run: Run, w: np.ndarray, label: int | None) -> list[Layer]:
    """The layers of a run's generator with what they make of codes (n, d)."""
    run.require_images()
    codes = torch.from_numpy(np.ascontiguousarray(w, np.float32)).to(run.device).view(-1, run.spec.num_layers, run.spec.w_dim)
    twins: deque[LatentModel] = run.once("twins", deque)
    try:
        model = twins.pop()
    except IndexError:                          # each is of one thread at a time
        model = twin(run.model)
    try:
        return watched(model, codes, run.labels(len(codes), label))
    finally:
        twins.append(model)


def shown(layers: list[Layer]) -> list[Layer]:
    """Those that are told: what makes maps, and the dense ones before the first of these (later ones make styles or scales)."""
    first = next((k for k, layer in enumerate(layers) if not layer.dense), len(layers))
    return [layer for k, layer in enumerate(layers) if not layer.dense or k < first]


def variation(run: Run, label: int | None) -> list[np.ndarray]:
    """Of each layer that is shown the deviation of each channel over CODES codes, as the mean over its places: (channels,) each."""
    def make() -> list[np.ndarray]:
        points = run.points_of_all()
        w = points[np.linspace(0, len(points) - 1, min(len(points), CODES)).astype(int)]
        sums: list[tuple[np.ndarray, np.ndarray]] = []
        for i in range(0, len(w), AT_ONCE):
            for k, layer in enumerate(shown(of_code(run, w[i:i + AT_ONCE], label))):
                x = _array(layer)
                if k == len(sums):
                    sums.append((np.zeros(x.shape[1:]), np.zeros(x.shape[1:])))
                sums[k][0][:], sums[k][1][:] = sums[k][0] + x.sum(0), sums[k][1] + (x.astype(np.float64) ** 2).sum(0)
        deviations = [np.sqrt(np.maximum(squares / len(w) - (total / len(w)) ** 2, 0)) for total, squares in sums]
        return [d.reshape(len(d), -1).mean(1) for d in deviations]
    return run.once(("channels vary", label), make)


def maps(run: Run, layers: list[Layer], label: int | None, at: int, by: str) -> tuple[np.ndarray, list[int], np.ndarray, np.ndarray]:
    """Of layer ``at`` of those ``shown`` of one code the channels' maps as grey pictures (k, h, w, 1) uint8, each from its own lowest
    value to its highest; the channels' numbers, strongest (mean absolute value) or most varying first; both figures of all channels."""
    x = _array(layers[at])[0]
    strength, varies = np.abs(x).reshape(len(x), -1).mean(1), variation(run, label)[at]
    order = np.argsort(-(strength if by == "strong" else varies), kind="stable")[:CHANNELS]
    chosen = x[order].astype(np.float64)
    low, high = chosen.min((1, 2), keepdims=True), chosen.max((1, 2), keepdims=True)
    grey = (chosen - low) / np.where(high > low, high - low, 1) * 255
    return grey.round().astype(np.uint8)[..., None], [int(k) for k in order], strength, varies


def _array(layer: Layer) -> np.ndarray:
    assert layer.out is not None
    return layer.out.float().cpu().numpy()


__all__ = ["CHANNELS", "CODES", "Layer", "maps", "of_code", "shown", "twin", "variation", "watched"]
