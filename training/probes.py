"""How much of the class simple classifiers find in an encoder's codes: the nearest neighbour and a linear support vector machine.

The protocol of Donahue et al. 2017 (table 1) and Pidhorskyi et al. 2020 (table 1): all training images are the reference, all test images
are asked; the *short* code is E(x), the *long* one the encoder's last layer but one, where the model tells it. Codes are taken as they are,
without scaling.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .data import Dataset, Split
from .figures import Figures, score
from .model import Batch, LatentModel

CHUNK = 500
PENALTY = 0.1                                     # C of the support vector machine (ALAE's protocol)


def nearest(codes: np.ndarray, labels: np.ndarray, asked: np.ndarray, chunk: int = CHUNK) -> np.ndarray:
    """The label (m,) of each asked code's (m, d) nearest among ``codes`` (n, d) with ``labels`` (n,), in Euclidean distance.

    The first of equally near ones. Raises ValueError where the shapes do not fit or there is no code.
    """
    if codes.ndim != 2 or asked.ndim != 2 or codes.shape[1] != asked.shape[1] or labels.shape != codes.shape[:1] or not len(codes):
        raise ValueError(f"codes must be (n, d) with labels (n,), asked (m, d); they are {codes.shape}, {labels.shape}, {asked.shape}.")
    mean = codes.mean(0, keepdims=True)                                        # |a - b|² = |b|² - 2 ab + …: small numbers lose less
    reference, queries = torch.from_numpy(codes - mean).float(), torch.from_numpy(asked - mean).float()
    half = 0.5 * reference.double().square().sum(1).float()
    found = [(half - q @ reference.T).argmin(1) for q in queries.split(chunk)]
    return labels[torch.cat(found).numpy()]


def linear_svm(codes: np.ndarray, labels: np.ndarray, asked: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """What a linear support vector machine (squared hinge, one class against the rest) trained on ``codes`` (n, d) with ``labels`` (n,)
    says of ``asked`` (m, d): (m,).

    The problem, and so the answer, of scikit-learn's LinearSVC; solved in the primal, minutes faster for tens of thousands of long codes.
    """
    x, classes = _with_constant(codes), np.unique(labels)
    gram = (x.T @ x).double()                                                   # every class begins with all codes in its active set
    planes = [squared_hinge(x, torch.from_numpy(np.where(labels == c, 1.0, -1.0)).float(), penalty, gram) for c in classes]
    return classes[(_with_constant(asked) @ torch.stack(planes, 1).float()).argmax(1).numpy()]


def _with_constant(codes: np.ndarray) -> Tensor:
    return F.pad(torch.from_numpy(np.ascontiguousarray(codes)).float(), (0, 1), value=1.0)


def squared_hinge(x: Tensor, y: Tensor, penalty: float, gram: Tensor | None = None, tolerance: float = 1e-4, most: int = 50) -> Tensor:
    """The w (d,) float64 that minimises ½|w|² + C Σ max(0, 1 - y w·x)² for x (n, d) and y (n,) of ±1.

    Newton's method on the codes inside the margin (Keerthi & DeCoste 2005), ending where the gradient is ``tolerance`` of its first length.
    """
    w, margin = torch.zeros(x.shape[1], dtype=torch.float64), torch.ones(len(x), dtype=torch.float64)
    curvature, before, first = (x.T @ x).double() if gram is None else gram, margin > 0, None
    for _ in range(most):
        inside = margin > 0
        gradient = w - 2 * penalty * (x.T @ (y * margin.clamp_min(0).float())).double()
        first = first or gradient.norm()
        if gradient.norm() <= tolerance * first:
            break
        come, gone = x[inside & ~before], x[before & ~inside]
        if len(come) + len(gone) < int(inside.sum()):                            # few come and go in a step: most products are known
            curvature = curvature + (come.T @ come).double() - (gone.T @ gone).double()
        else:
            curvature = (x[inside].T @ x[inside]).double()
        before = inside
        step = -torch.linalg.solve(torch.eye(len(w), dtype=torch.float64) + 2 * penalty * curvature, gradient)
        moved, t = (y * (x @ step.float())).double(), 1.0

        def value(t: float, w: Tensor = w, step: Tensor = step, margin: Tensor = margin, moved: Tensor = moved) -> float:
            return float(0.5 * (w + t * step).square().sum() + penalty * (margin - t * moved).clamp_min(0).square().sum())
        while t > 1e-6 and value(t) > value(0.0) + 1e-4 * t * float(gradient @ step):
            t /= 2
        w, margin = w + t * step, margin - t * moved
    return w


@torch.no_grad()
def codes_of(model: LatentModel, split: Split, chunk: int = CHUNK) -> dict[str, np.ndarray]:
    """All images of a split to their ``short`` codes (n, num_layers · w_dim), float32, and their ``long`` ones (n, k) if the model tells
    them."""
    device, found = model.device, dict[str, list[Tensor]]()
    for start in range(0, len(split), chunk):
        x = Batch.of(torch.from_numpy(np.ascontiguousarray(split.images[start:start + chunk])).to(device)).images
        found.setdefault("short", []).append(model.encode(x).flatten(1).cpu())
        if (features := model.features(x)) is not None:
            found.setdefault("long", []).append(features.cpu())
    return {size: torch.cat(parts).numpy() for size, parts in found.items()}


def measure(model: LatentModel, dataset: Dataset, say: Callable[[str], None] = lambda s: None) -> Figures:
    """Accuracy of both classifiers on the codes; nothing where images have no class, or the model does not encode them, or is told it, or
    where a code is not finite."""
    train, test, spec = dataset.train, dataset.test, model.spec
    if train.labels is None or test.labels is None or len(spec.shape) != 3 or not spec.encodes or spec.num_classes:
        return {}
    say("encoding the training images")
    known, other = codes_of(model, train), codes_of(model, test)
    out: Figures = {}
    for size, codes in known.items():
        asked = other[size]
        if not (np.isfinite(codes).all() and np.isfinite(asked).all()):
            say(f"the {size} codes are not finite, so nothing is asked of them")
            continue
        what = "code E(x)" if size == "short" else "encoder's last layer but one"
        how = f"on the {codes.shape[1]}-D {what}; reference {len(codes):,} training images, asked all {len(asked):,} test images"
        say(f"nearest neighbours of the {size} codes")
        out[f"nn_{size}"] = score((nearest(codes, train.labels, asked) == test.labels).mean(), "",
                                  f"1 nearest neighbour, Euclidean, {how}")
        say(f"a linear classifier of the {size} codes")
        out[f"svm_{size}"] = score((linear_svm(codes, train.labels, asked) == test.labels).mean(), "",
                                   f"linear support vector machine, C = {PENALTY}, {how}")
    return out
