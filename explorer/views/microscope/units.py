"""What the units of an encoder look for: their filters, the images that excite them, the input that excites them most, their columns.

Layers are counted from 0, the code is the last one. A unit of a convolution is a channel at the middle of its map. Erhan, Bengio, Courville
& Vincent 2009, Visualizing Higher-Layer Features of a Deep Network (the maximising input, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.heldout import HeldOut

from ... import Refused, images
from ...runs.background import Progress
from ...runs.record import Entry, trimmed
from ...runs.run import Run
from .answers import LayerNamed

SEEN = 1000                                     # held-out images that units are watched on
EXCITING = 12                                   # of them kept for each unit
DEAD = 1e-3                                     # a unit that deviates by less than this share of its layer's median is dead
STEPS = 60                                      # of gradient ascent
CHUNK = 100
PAGE = 64                                       # units shown at once
KEPT = 256                                      # ascents of a run that are remembered, of 8 units or so


@dataclass(frozen=True)
class Layer:
    """Units of one layer, as seen on the held-out images: mean and standard deviation (units,), which of them are ``dead`` (units,) bool,
    the images that excite each most (units, EXCITING), and ``order``: the units that vary most first."""

    name: str                                    # "layer 1" …, "features" where only the last layer but one is told, or "code"
    channels: bool                               # of a convolution
    mean: np.ndarray
    std: np.ndarray
    low: np.ndarray
    high: np.ndarray
    exciting: np.ndarray

    @property
    def dead(self) -> np.ndarray:
        return self.std <= max(DEAD * float(np.median(self.std)), 1e-12)

    @property
    def order(self) -> np.ndarray:
        return np.argsort(-self.std, kind="stable")

    def shown(self, alive: bool) -> np.ndarray:
        """All units in order; ``alive``: without the dead ones."""
        return self.order[~self.dead[self.order]] if alive else self.order

    def page_of(self, unit: int, alive: bool) -> int:
        """The page that a unit is on; the first one where it is on none."""
        at = np.flatnonzero(self.shown(alive) == unit)
        return int(at[0]) // PAGE if len(at) else 0

    def page(self, page: int, alive: bool) -> tuple[np.ndarray, int]:
        """The units of a page, from 0, and how many pages there are. Raises Refused beyond the last."""
        shown = self.shown(alive)
        pages = max(-(-len(shown) // PAGE), 1)
        if page >= pages:
            raise Refused(f"This layer has pages 0 to {pages - 1}; {page} is none of them.")
        return shown[page * PAGE:(page + 1) * PAGE], pages


def require(run: Run) -> None:
    """Raise Refused unless the run encodes images."""
    run.require_images()
    if not run.spec.encodes:
        raise Refused("This run has no encoder, so there are no units that look at images.")


def raw(run: Run, x: Tensor) -> list[Tensor]:
    """What each layer makes of images (n, C, H, W) in [-1, 1]: (n, units) or (n, channels, h, w), the code last; with gradients. Where a
    model does not tell its layers: its features, where it has any, and its code. Its numbers stand once where all layers have the same."""
    told = run.model.activations(x)
    if told:
        return told
    code, seen = run.model.encode(x).flatten(1)[:, :dimensions(run)], run.model.features(x)
    return [code] if seen is None else [seen, code]


def dimensions(run: Run) -> int:
    """How many numbers of an image's code are its own: all d, or w_dim where every layer has the same."""
    return run.spec.w_dim if run.model.repeats() else run.d


def same(run: Run, w: np.ndarray) -> bool:
    """Whether all layers of a code (d,) have the same numbers; False where there is one layer."""
    layers = w.reshape(run.spec.num_layers, -1)
    return len(layers) > 1 and bool((layers == layers[0]).all())


def centred(a: Tensor) -> Tensor:
    """(n, units) as they are, (n, channels, h, w) at their middle: (n, units)."""
    return a if a.dim() == 2 else a[:, :, a.shape[2] // 2, a.shape[3] // 2]


def at(run: Run, pixels: np.ndarray) -> list[np.ndarray]:
    """Each layer's activations (n, units) on pixels (n, C, H, W) uint8."""
    require(run)
    with torch.inference_mode():
        x = images.to_tensor(pixels, run.device)
        return [centred(a).float().cpu().numpy() for a in raw(run, x)]


def names(run: Run) -> list[LayerNamed]:
    """Of each layer its name, how many units it has, and whether they are channels; from one grey image."""
    require(run)

    def make() -> list[LayerNamed]:
        grey = torch.zeros(1, *run.spec.shape, device=run.device)
        with torch.inference_mode():
            told, whole = raw(run, grey), bool(run.model.activations(grey))
        called = [*(f"layer {k + 1}" if whole else "features" for k in range(len(told) - 1)), "code"]
        return [{"name": n, "units": a.shape[1], "channels": a.dim() == 4} for n, a in zip(called, told, strict=True)]
    return run.once("layers", make)


def watch(run: Run) -> tuple[list[Layer] | None, float]:
    """Every layer as seen on the held-out images: (layers or None, share done). Raises Refused where there are none of either."""
    require(run)
    if run.held is None:
        raise Refused("There are no test images for this run here, so its units cannot be watched.")
    return run.soon("units", lambda progress: watched_layers(run, progress))


def watched_layers(run: Run, progress: Progress = lambda share: None) -> list[Layer]:
    """As ``watch``, however long it takes."""
    held, about, rows = run.held, names(run), watched(run)
    assert held is not None

    def read(e: Entry) -> list[Layer]:
        out, at = [], 0
        for layer in about:
            n = int(str(layer["units"]))
            told, top = e["told"][:, at:at + n], e["exciting"][at:at + n]
            mean, std, low, high = told
            if len(high) != n or len(top) != n:
                raise ValueError("it tells of other layers")
            out.append(Layer(str(layer["name"]), bool(layer["channels"]), mean, std, low, high, rows[top]))
            at += n
        return out

    return run.recorded("units", lambda: _watch(run, held, progress), read)


def _watch(run: Run, held: HeldOut, progress: Progress) -> Entry:
    rows = watched(run)
    parts: list[list[np.ndarray]] = []
    for i in range(0, len(rows), CHUNK):
        parts.append(at(run, held.images(rows[i:i + CHUNK])))
        progress(i / len(rows))
    told, exciting = [], []
    for layer in zip(*parts, strict=True):
        values = np.concatenate(layer)
        exciting.append(np.argsort(-values, 0, kind="stable")[:EXCITING].T)
        told.append(np.stack([values.mean(0), values.std(0), values.min(0), values.max(0)]))
    return {"told": trimmed(np.concatenate(told, 1)), "exciting": np.concatenate(exciting).astype(np.uint16)}     # places in rows


def watched(run: Run) -> np.ndarray:
    """Which held-out images (n,) units are watched on: an even choice."""
    assert run.held is not None
    return np.linspace(0, run.held.n - 1, min(run.held.n, SEEN)).astype(int)


def excited(run: Run, layer: int, unit: int, exciting: np.ndarray) -> np.ndarray:
    """What a unit makes of the held-out images ``exciting`` (n,): (n,)."""
    return at(run, run.real(exciting))[layer][:, unit]


def layer_of(run: Run, layers: Sequence[object], layer: int) -> int:
    """``layer``, which may be counted from the end (-1: the code). Raises Refused when there is no such layer."""
    if not -len(layers) <= layer < len(layers):
        raise Refused(f"This run's encoder has layers 0 to {len(layers) - 1}; {layer} is none of them.")
    return layer % len(layers)


def units_of(run: Run, layer: int, units: Sequence[int]) -> np.ndarray:
    """Units of a layer, (n,) int64. Raises Refused when the layer has no such unit."""
    about = names(run)
    of = int(str(about[layer_of(run, about, layer)]["units"]))
    if max(units) >= of:
        raise Refused(f"This layer has units 0 to {of - 1}; {max(units)} is none of them.")
    return np.array(units, np.int64)


# ---- filters ----

def signed(weights: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Weights (n, pixels) as pictures (n, H, W, 3) uint8, each on a scale of its own: red above 0, blue below, black at 0; of colour images
    their own colours about grey."""
    c, h, w = shape
    unit = weights / np.maximum(np.abs(weights).max(1, keepdims=True), 1e-12)
    if c == 1:
        return images.diverging((unit * 255).reshape(-1, w)).reshape(-1, h, w, 3)
    return (127.5 + 127.5 * unit).round().astype(np.uint8).reshape(-1, c, h, w).transpose(0, 2, 3, 1)


def filters(run: Run) -> tuple[np.ndarray, np.ndarray] | None:
    """Of the first layer what each unit sees, and what the decoder's last layer draws for the unit of the same number: two of (units,
    pixels); None where the layers are not such."""
    require(run)
    told = run.model.filters()
    return None if told is None else (told[0].float().cpu().numpy(), told[1].float().cpu().numpy())


def likeness(encoder: np.ndarray, decoder: np.ndarray) -> np.ndarray:
    """Cosine (n,) of each unit's filter and its mirror: 1 where weights are tied. 0 where either is zero."""
    length = np.linalg.norm(encoder, axis=1) * np.linalg.norm(decoder, axis=1)
    return np.divide((encoder * decoder).sum(1), length, out=np.zeros(len(encoder), np.float64), where=length > 0)


# ---- the input that excites a unit most ----

@dataclass(frozen=True)
class Ascent:
    """What gradient ascent found for units: inputs (n, C, s, s) in [-1, 1], cut to the square that a unit can see, the units' activations
    there (n,), and on plain grey (n,), from where it set out."""

    inputs: np.ndarray
    values: np.ndarray
    grey: np.ndarray


def ascent(run: Run, layer: int, units: Sequence[int]) -> tuple[Ascent | None, float]:
    """The inputs that maximise units of a layer: (Ascent or None, share done)."""
    wanted, layer = units_of(run, layer, units), layer_of(run, names(run), layer)

    def make(progress: Progress) -> Ascent:
        return climb(run, layer, wanted, progress)
    found = run.later.get(("ascent", layer, tuple(wanted.tolist())), make)
    run.later.trim("ascent", KEPT)
    return found


def reach(run: Run) -> float:
    """How far an input may go from grey: as far as held-out images lie from their mean on the average, a distance over all pixels in
    [-1, 1]."""
    def make() -> float:
        if run.held is None:
            return 0.5 * float(np.prod(run.spec.shape)) ** 0.5
        x = images.to_tensor(run.held.images(watched(run)[:500])).flatten(1).double()
        return float((x - x.mean(0)).norm(dim=1).mean())
    return run.recorded("reach", lambda: {"far": make()}, lambda e: float(e["far"]))


def climb(run: Run, layer: int, units: np.ndarray, progress: Progress) -> Ascent:
    """Gradient ascent on each unit's activation from grey, by steps of even length that shrink; after each the input is brought back into
    [-1, 1] and to the distance ``reach`` from grey (of units that see a part of the image: to as much in each of its pixels)."""
    bound, n = reach(run), len(units)
    x = torch.zeros(n, *run.spec.shape, device=run.device)
    index, seen = torch.from_numpy(units).to(run.device), torch.zeros(run.spec.shape, dtype=torch.bool)
    grey = values = np.zeros(n)
    for step in range(STEPS + 1):
        with torch.enable_grad():
            x.requires_grad_()
            here = centred(raw(run, x)[layer]).gather(1, index[:, None])[:, 0]
            if not here.requires_grad:
                raise Refused("This run's encoder tells no gradient, so no input can be climbed to; real images show what excites a unit.")
            slope = torch.autograd.grad(here.sum(), x)[0]
        if step == 0:
            grey = here.detach().float().cpu().numpy()
            bound *= _square((slope != 0).any(0).any(0).cpu().numpy())[2] / min(run.spec.shape[1:])
        if step < STEPS:
            seen |= (slope != 0).any(0).cpu()
            way = slope / slope.flatten(1).norm(dim=1).clamp_min(1e-30).view(-1, 1, 1, 1)
            x = (x.detach() + 0.2 * bound * (1 - step / STEPS) * way).clamp(-1, 1)
            far = x.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
            x = x * (bound / far).clamp_max(1)
        values = here.detach().float().cpu().numpy()
        progress(step / STEPS)
    top, left, side = _square(seen.any(0).numpy())
    return Ascent(x.detach().float().cpu().numpy()[:, :, top:top + side, left:left + side], values, grey)


def _square(seen: np.ndarray) -> tuple[int, int, int]:
    """The smallest square (top, left, side) that holds all pixels (H, W) that are seen, whole where it would be nearly that."""
    if not seen.any():
        return 0, 0, min(seen.shape)
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    side = int(max(rows[-1] - rows[0], columns[-1] - columns[0])) + 1
    if side > 0.8 * min(seen.shape):
        return 0, 0, min(seen.shape)
    return min(int(rows[0]), seen.shape[0] - side), min(int(columns[0]), seen.shape[1] - side), side


# ---- what a unit of the code draws ----

def column(run: Run, w: np.ndarray, unit: int, step: float, label: int | None) -> np.ndarray:
    """Three pictures (3, H, W, 3) uint8: the image of a code (d,), of the code with ``step`` more in one number (of every layer, where an
    image's code has the same in all), and what that adds (red) or takes away (blue)."""
    more = w.copy()
    more[unit::dimensions(run)] += step
    drawn = images.to_uint8(run.images(np.stack([w, more]), label))
    change = images.diverging((drawn[1].astype(np.float32) - drawn[0]).mean(-1))
    return np.stack([*(np.broadcast_to(d, change.shape) for d in drawn), change])


__all__ = ["PAGE", "Ascent", "Layer", "ascent", "at", "climb", "column", "dimensions", "excited", "filters", "layer_of", "likeness",
           "names", "raw", "reach", "require", "same", "signed", "units_of", "watch", "watched", "watched_layers"]
