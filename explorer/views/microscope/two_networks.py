"""Two networks of one shape, mixed layer by layer: weights (1 - t_k) a + t_k b in layer k, drawn for one code.

Networks that were trained from different starts have their units in different orders, so that the mean of two good ones draws badly
(Ainsworth et al. 2023, Git Re-Basin); one that went on from the other, or a neighbour on one path, stays near (Frankle et al. 2020,
Linear Mode Connectivity). The codes are those of the open run.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training import checkpoint
from training.card import Card
from training.model import LatentModel

from ... import NotThere, Refused, images
from ...runs.run import Run
from . import generator_layers

MOST = 24                                       # partners that are offered
STRIP = 9                                       # images from one network to the other, all layers together
_lock = threading.Lock()


def layers(run: Run) -> list[list[str]]:
    """The names of the modules of each layer of the generator, in the order in which they draw."""
    def make() -> list[list[str]]:
        w = run.points_of_all()[:1]
        return [layer.modules for layer in generator_layers.of_code(run, w, None) if layer.modules]
    return run.once("layers of the generator", make)


def partners(run: Run) -> list[Card]:
    """Other runs of the same family whose weights have the same names and shapes, and whose images the layers account for."""
    return list(_partners(run).values())


def _partners(run: Run) -> dict[Path, Card]:
    """The same by their folders."""
    run.require_images()
    if len(run.card.data.shape) != 3:
        return {}
    found: dict[Path, Card] = {}
    for folder, card in run.beside().items():
        alike = card.name != run.card.name and card.family == run.card.family and card.data.shape == run.card.data.shape
        if alike and card.spec.num_classes == run.spec.num_classes and _fits(run, card, folder):
            found[folder] = card
        if len(found) == MOST:
            break
    return found


def _fits(run: Run, card: Card, folder: Path) -> bool:
    """Whether all layers moved to the other's weights draw what the other draws: not so where a layer shares another's weights."""
    def make() -> bool:
        try:
            other = checkpoint.load(folder, run.device)[0]
        except checkpoint.CheckpointError:      # the picker says what is wrong with it
            return False
        theirs, mine = other.state_dict(), run.model.state_dict()
        if {k: v.shape for k, v in theirs.items()} != {k: v.shape for k, v in mine.items()}:
            return False
        codes, label = _codes(run, run.points_of_all()[:1]), run.labels(1, None)
        with torch.inference_mode():
            whole = _mixed(run, theirs, [1.0] * len(layers(run))).synthesize(codes, label)
            return bool(torch.allclose(whole, other.synthesize(codes, label), atol=1e-3))
    return run.once(("fits", card.name, card.weights_sha256), make)


def _codes(run: Run, w: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(w, np.float32)).to(run.device).view(-1, run.spec.num_layers, run.spec.w_dim)


def _partner(run: Run, other: str) -> tuple[Path, Card]:
    """The folder and card of a run that fits. All cards are read for it once, and again when that run's own has changed: a dial asks for
    each image. Raises NotThere."""
    kept = run.once("partners by name", dict[str, tuple[float, Path, Card]])
    if other in kept and kept[other][0] == _written(kept[other][1]):
        return kept[other][1:]
    found = next(((folder, card) for folder, card in _partners(run).items() if card.name == other), None)
    if found is None:
        kept.pop(other, None)
        raise NotThere("There is no other run of the same family with weights of the same shapes by that name.")
    kept[other] = (_written(found[0]), *found)
    return found


def _written(folder: Path) -> float:
    """When a listed run's card was written; 0 where it is gone."""
    try:
        return (folder / checkpoint.CARD).stat().st_mtime_ns
    except OSError:
        return 0.0


def state_of(run: Run, other: str) -> dict[str, Tensor]:
    """The weights of another run that fits. Raises NotThere, or Refused where it cannot be read."""
    folder, card = _partner(run, other)

    def make() -> dict[str, Tensor]:
        try:
            return dict(checkpoint.load(folder, run.device)[0].state_dict())
        except checkpoint.CheckpointError as e:
            raise Refused(str(e)) from e
    with _lock:                                 # the last two partners alone are kept
        kept = run.once("partners at hand", dict[tuple[str, str], dict[str, Tensor]])
        key = (other, card.weights_sha256)
        if key not in kept:
            kept[key] = make()
            while len(kept) > 2:
                kept.pop(next(iter(kept)))
        return kept[key]


def _mixed(run: Run, theirs: dict[str, Tensor], dials: list[float]) -> LatentModel:
    """A network with the weights of layer k moved from this run's (0) to theirs (1) by ``dials[k]``; what no layer owns, as the mapping
    before the codes, stays this run's. Raises Refused where there are not as many layers."""
    if len(dials) != len(layers(run)):
        raise Refused(f"This generator has {len(layers(run))} layers; these are {len(dials)} dials.")
    model = generator_layers.twin(run.model)
    for names, t in zip(layers(run), dials, strict=True):
        for name in names if t else ():
            module = model.get_submodule(name)
            for key, value in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
                if not value.is_floating_point():
                    continue
                blend = torch.lerp(value.detach(), theirs[f"{name}.{key}"].to(value), t)
                setattr(module, key, nn.Parameter(blend, False) if isinstance(value, nn.Parameter) else blend)
    return model


def draw(run: Run, other: str, w: np.ndarray, label: int | None, rows: list[list[float]]) -> np.ndarray:
    """The images of one code (1, d) by the mixture of each row of dials: (n, H, W, C) uint8."""
    found, theirs = [], state_of(run, other)
    for dials in rows:
        with torch.inference_mode():
            drawn = _mixed(run, theirs, dials).synthesize(_codes(run, w), run.labels(1, label))
        found.append(images.to_uint8(drawn.nan_to_num().clamp(-1, 1)))
    return np.concatenate(found)


__all__ = ["MOST", "STRIP", "draw", "layers", "partners", "state_of"]
