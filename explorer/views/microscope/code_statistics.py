"""How active a code is: how many of its units light up for an image and over all images, and the image as a sum of its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ... import images
from ...runs.record import Entry, trimmed
from ...runs.run import Run
from . import units

BINS = 24
PARTS = 10


@dataclass(frozen=True)
class Usual:
    """Codes of held-out images: mean and std of each number (d,), and, for codes that are activities, how many units are lit in each
    image: the histogram's counts and its edges (bins + 1), the mean share that is lit and the mean activity."""

    mean: np.ndarray
    sigma: np.ndarray
    threshold: float | None
    counts: np.ndarray
    edges: np.ndarray
    lit: float
    activity: float


def usual(run: Run) -> Usual:
    """Of the codes that the run keeps, or of samples where it keeps none."""
    threshold = run.model.threshold()

    def make() -> Entry:
        codes, counts, edges, lit = run.points_of_all(), np.zeros(0, int), np.zeros(0), 0.0
        if threshold is not None:
            each = (codes > threshold).sum(1)
            top = max(int(each.max()), 1)
            edges = np.linspace(0, top + 1, min(BINS, top + 1) + 1).round()
            counts, lit = np.histogram(each, edges)[0], float(each.mean() / run.d)
        return {"mean": trimmed(codes.mean(0)), "sigma": trimmed(codes.std(0)), "counts": counts.tolist(), "edges": edges.tolist(),
                "lit": lit, "activity": float(codes.mean())}

    def read(e: Entry) -> Usual:
        return Usual(e["mean"].reshape(run.d), e["sigma"].reshape(run.d), threshold, np.array(e["counts"], int), np.array(e["edges"]),
                     float(e["lit"]), float(e["activity"]))
    return run.recorded("activity", make, read)


def rest(run: Run) -> np.ndarray:
    """What a number of the code is where it says nothing, (d,): 0 for activities, else the mean of all codes."""
    told = usual(run)
    return np.zeros(run.d, np.float32) if told.threshold is not None else told.mean.astype(np.float32)


def strongest(run: Run, w: np.ndarray) -> np.ndarray:
    """The numbers of a code (d,) by how much they say, most first: activities by themselves, others by how many stds they are off.
    Where all layers have the same numbers, those of the first: (w_dim,)."""
    told = usual(run)
    if units.same(run, w):
        n = run.spec.w_dim
        return np.argsort(-(np.abs(w - told.mean) / np.maximum(told.sigma, 1e-9))[:n], kind="stable")
    return np.argsort(-(w if told.threshold is not None else np.abs(w - told.mean) / np.maximum(told.sigma, 1e-9)), kind="stable")


def counts(d: int) -> list[int]:
    """Up to PARTS numbers from 1 to d, by even ratios: how many of a code's numbers are shown together."""
    return sorted({round(v) for v in np.geomspace(1, d, PARTS)})


def parts(run: Run, w: np.ndarray, label: int | None = None) -> tuple[np.ndarray, list[int], np.ndarray, list[int]]:
    """The image of a code (d,) as a sum. What each of its PARTS strongest numbers adds to it (n, H, W, 3), red and blue on one scale for
    all; which they are; and the images (m, H, W, C) of the strongest ``counts`` alone, all others at rest; and how many these are."""
    order, base = strongest(run, w), rest(run)
    several, shown, step = counts(len(order)), order[:PARTS], len(order)       # a number that all layers have goes in all of them at once
    without, growing = np.repeat(w[None], len(shown), 0), np.repeat(base[None], len(several), 0)
    for k, unit in enumerate(shown):
        without[k, unit::step] = base[unit::step]
    for k, n in enumerate(several):
        kept = np.isin(np.arange(run.d) % step, order[:n])
        growing[k, kept] = w[kept]
    drawn = run.images(np.concatenate([w[None], without, growing]), label).clamp(-1, 1).float().cpu()
    change = (drawn[:1] - drawn[1:len(shown) + 1]).mean(1).numpy()
    added = np.stack([images.diverging(255 * c) for c in change / max(float(np.abs(change).max()), 1e-9)])
    return added, shown.tolist(), images.to_uint8(drawn[len(shown) + 1:]), several


__all__ = ["PARTS", "Usual", "counts", "parts", "rest", "strongest", "usual"]
