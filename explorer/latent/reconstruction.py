"""Real images through encoders: the code of an image, what the model draws from that code, and how far it is from the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from training import corruption

from .. import Refused, images
from ..runs.record import Entry, trimmed
from ..runs.run import Run

USUAL = 500                                     # held-out images whose errors say what is usual
TRIED = 16                                      # classes that a conditional model is tried with, at most


@dataclass(frozen=True)
class Taken:
    """An image as one run takes it: its code ``w`` (d,) and the encoder's doubt ``sigma`` (d,) where it has any, the reconstruction
    ``again`` (H, W, C) uint8, the squared error over all pixels as [0, 1], and the class that it was drawn as (None without classes)."""

    w: np.ndarray
    sigma: np.ndarray | None
    again: np.ndarray
    error: float
    label: int | None


def codes_of(run: Run, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Pixels (n, C, H, W) uint8 to codes (n, d), and their stds (n, d) where there are any. Raises Refused without an encoder, or
    where it gives no numbers."""
    w, sigma = run.encode(pixels)
    if not (np.isfinite(w).all() and (sigma is None or np.isfinite(sigma).all())):
        raise Refused("This run's encoder does not give numbers; its training diverged.")
    return w, sigma


def noisy(pixels: np.ndarray, kind: str, amount: float, seed: int) -> np.ndarray:
    """Pixels (C, H, W) uint8 with noise (training.corruption), the same for the same seed, image size, kind and amount."""
    x = images.to_tensor(pixels[None])
    out = corruption.corrupt(x, kind, amount, torch.Generator().manual_seed(seed))
    return images.to_uint8(out)[0].transpose(2, 0, 1)


def take_in(run: Run, pixels: np.ndarray, label: int | None = None, target: np.ndarray | None = None) -> Taken:
    """Encode and draw again pixels (C, H, W) uint8 of the run's own shape. ``target``: pixels that the error is taken against, the image
    itself without them.

    A conditional model draws as ``label``; where that is not known, as the class that comes nearest. Raises Refused as ``codes_of`` does.
    """
    w, sigma = codes_of(run, pixels[None])
    if label is None and run.spec.num_classes > 1:
        tried = np.arange(min(run.spec.num_classes, TRIED))
        drawn = run.images(np.repeat(w, len(tried), 0), tried)
    else:
        tried, drawn = np.array([run.label(label) or 0]), run.images(w, label)
    errors = images.squared_error(drawn, pixels if target is None else target)
    best = int(errors.argmin())
    return Taken(w[0], None if sigma is None else sigma[0], images.to_uint8(drawn[best:best + 1])[0], float(errors[best]),
                 int(tried[best]) if run.spec.num_classes else None)


def usual_errors(run: Run) -> np.ndarray | None:
    """Reconstruction errors of up to USUAL held-out images, sorted; None without held-out images."""
    if run.held is None:
        return None
    held = run.held

    def make() -> Entry:
        rows = np.linspace(0, held.n - 1, min(held.n, USUAL)).astype(int)
        labels = held.labels[rows] if run.spec.num_classes and held.labels is not None else None
        return {"errors": trimmed(np.sort(run.errors(run.real(rows), labels)))}
    return run.recorded("errors", make, lambda e: e["errors"].reshape(-1))


def nearer_than(run: Run, error: float, wait: bool = False) -> float | None:
    """The share of held-out images that are reconstructed worse than with ``error``; None where there are none, or, unless it should
    ``wait``, while their errors are still being worked out."""
    try:
        usual = usual_errors(run) if wait else run.later.get("usual errors", lambda progress: usual_errors(run), patience=0)[0]
    except Refused:
        return None
    return None if usual is None else round(float((usual > error).mean()), 4)


__all__ = ["Taken", "codes_of", "nearer_than", "noisy", "take_in", "usual_errors"]
