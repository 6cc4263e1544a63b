"""Directions found after training, in any model's codes, and what each was measured to change.

- *closed form* (Shen & Zhou 2021, "Closed-form factorization of latent semantics in GANs"): the directions n that move the first layer's
  output most, argmax |A n|², are the eigenvectors of AᵀA, A the layer's weight; no image is needed.
- *attribute* (Shen et al. 2020, InterFaceGAN): the normal of a linear classifier that tells codes with an attribute from those without.
- *principal* (Härkönen et al. 2020, GANSpace): latent/statistics.py's.

Codes are flat, (n, d). Vectors are of unit length, and moved in the codes' standard deviation along them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from training.principal import strongest

from .. import images
from ..runs.background import Progress
from ..runs.record import Entry
from . import statistics
from .attributes import Field, Reader
from .moves import set_coordinate

CLEAR = 0.15                                    # mean change of a reading, from -2 to 2 sigma, from which it is named
SIDE = 0.10                                     # … from which it is told as a side effect
FEWEST = 24                                     # codes on either side that a linear classifier is fitted to
MOST = 72                                       # attribute directions of a run
VALUES = np.array([-2.0, 0.0, 2.0], np.float32)
FOLDS = 4
USUAL = 48                                      # codes whose images say how much a statistic varies


@dataclass(frozen=True)
class Change:
    """What happens to a field from -2 to 2 sigma: category ``high`` is read more often by ``change`` (a share in [0, 1]; its mean over the
    codes tried), ``low`` less often."""

    field: str
    low: str
    high: str
    change: float


@dataclass(frozen=True)
class Direction:
    """``vector`` (d,) of unit length; ``sigma``: the codes' standard deviation along it. Of an attribute direction: ``name`` (field,
    category), and the ``accuracy`` of its linear classifier on codes that it was not fitted to, the mean over both sides."""

    kind: str
    vector: np.ndarray
    sigma: float
    name: tuple[str, str] | None = None
    accuracy: float | None = None
    changes: tuple[Change, ...] = field(default=())       # the strongest first; of an attribute direction its own field first
    statistic: statistics.Effect = statistics.Effect(None, 0.0)


def closed_form(weight: Tensor, layers: int = 1, count: int = 8) -> np.ndarray:
    """Eigenvectors of AᵀA for the weight A (out, w_dim), strongest first: (≤ count, layers * w_dim), unit length, the same in every layer.
    Each one's largest component is positive."""
    a = weight.detach().double().cpu().numpy()
    vectors = strongest(a.T @ a)[1][:count]
    return (np.tile(vectors, (1, layers)) / np.sqrt(layers)).astype(np.float32)


def discriminants(codes: np.ndarray, has: np.ndarray, ridge: float = 0.05) -> list[tuple[np.ndarray, float] | None]:
    """Linear classifiers on the same codes (n, d), one for each target ``has`` (n, T) bool: Fisher's discriminant (1936), which is least
    squares to ±1, with a ridge so that coordinates which hardly vary (a VAE's unused ones) cannot carry the normal. All targets share one
    Cholesky factor of the codes' covariance (scikit-learn's Ridge; its LinearDiscriminantAnalysis takes several classes of one target, not
    several targets). Every fourth code is held back for the accuracy.

    Of each target (unit normal (d,), accuracy in [0, 1]); None where one side has too few. Half the accuracy counts for each side, so that
    guessing is worth 0.5 however rare the attribute is."""
    from sklearn.linear_model import Ridge  # takes a second to import
    back = np.arange(len(codes)) % FOLDS == FOLDS - 1
    centred = codes.astype(np.float64) - codes.mean(0, dtype=np.float64)
    x, inside, held = centred[~back], has[~back], has[back]
    sides = np.stack([inside.sum(0), (~inside).sum(0)])
    enough = (sides.min(0) >= FEWEST) & held.any(0) & ~held.all(0)
    if not enough.any():
        return [None] * has.shape[1]
    towards = np.where(inside, 1 / np.maximum(sides[0], 1), -1 / np.maximum(sides[1], 1))[:, enough]
    strength = ridge * max(float((x**2).mean(0).max()), 1e-12) * len(x)
    normals = Ridge(strength, fit_intercept=False, solver="cholesky").fit(x, towards).coef_.reshape(-1, codes.shape[1])
    found: list[tuple[np.ndarray, float] | None] = [None] * has.shape[1]
    for k, normal in zip(np.flatnonzero(enough), normals, strict=True):
        if (length := np.linalg.norm(normal)) > 0:
            middle = sum(np.median(x[side] @ normal) for side in (inside[:, k], ~inside[:, k])) / 2
            told = centred[back] @ normal > middle
            accuracy = (told[held[:, k]].mean() + (~told[~held[:, k]]).mean()) / 2
            found[k] = (normal / length).astype(np.float32), float(accuracy)
    return found


def attributes(codes: np.ndarray, fields: tuple[Field, ...], readings: np.ndarray) -> Iterator[Direction]:
    """A direction for each category that can be told apart; one for a field of two categories. ``readings``: (n, K) of the codes (n, d)."""
    told = [(f.name, category, f.columns.start + k) for f in fields for k, category in enumerate(f.categories)
            if k or len(f.categories) != 2]
    if not told:
        return
    for (name, category, _), found in zip(told, discriminants(codes, readings[:, [c for *_, c in told]] >= 0.5), strict=True):
        if found is not None:
            yield Direction("attribute", found[0], along(codes, found[0]), (name, category), found[1])


def along(codes: np.ndarray, vector: np.ndarray) -> float:
    """Standard deviation of codes (n, d) along a unit vector (d,); 1 where they do not vary."""
    return float((codes @ vector).std()) or 1.0


def measured(found: Direction, draw: Callable[[np.ndarray], Tensor], reader: Reader, mean: np.ndarray, starts: np.ndarray,
             std: np.ndarray) -> Direction:
    """The direction with what it changes: from each of ``starts`` (m, d) its coordinate is set to -2, 0 and 2 sigma from ``mean`` (d,); the
    images are read, and measured by latent.statistics, whose usual ``std`` is given. ``draw``: codes → (n, C, H, W) in [-1, 1]."""

    drawn = draw(set_coordinate(starts, mean, found.vector, VALUES * found.sigma).reshape(-1, starts.shape[1]).astype(np.float32))
    changes: list[Change] = []
    if reader.fields:
        read = reader.read(drawn).reshape(len(starts), len(VALUES), -1)
        moved = (read[:, -1] - read[:, 0]).mean(0)
        changes = sorted((_change(f, moved[f.columns]) for f in reader.fields), key=lambda c: -c.change)
    if found.name is not None:
        own = next((f for f in reader.fields if f.name == found.name[0] and found.name[1] in f.categories), None)
        if own is not None:
            at, k = moved[own.columns], own.categories.index(found.name[1])
            others = [c for c in np.argsort(at) if c != k]
            first = Change(own.name, own.categories[others[0]], own.categories[k], float(at[k]))
            changes = [first, *(c for c in changes if c.field != own.name)]
    names = statistics.STATISTICS if drawn.shape[1] == 1 else statistics.COLOUR_STATISTICS
    stats = statistics.statistics(images.to_uint8(drawn)).reshape(len(starts), len(VALUES), -1) / std
    return Direction(found.kind, found.vector, found.sigma, found.name, found.accuracy, tuple(changes), statistics.clear(stats, names))


def _change(f: Field, moved: np.ndarray) -> Change:
    return Change(f.name, f.categories[int(moved.argmin())], f.categories[int(moved.argmax())], float(np.abs(moved).max()))


def main(found: Direction) -> Change | None:
    """What the direction is about: its own attribute, else the field that changes most; None where nothing clear moves."""
    first = found.changes[0] if found.changes else None
    return first if first is not None and (found.name is not None or first.change >= CLEAR) else None


def side(found: Direction, most: int = 5) -> list[Change]:
    """What moves beside that, strongest first."""
    rest = found.changes[1:] if main(found) is not None else found.changes
    return [c for c in rest if c.change >= SIDE][:most]


def usual_std(draw: Callable[[np.ndarray], Tensor], points: np.ndarray) -> np.ndarray:
    """Standard deviation of each statistic over the images of USUAL of the codes ``points`` (n, d)."""

    pick = points[np.linspace(0, len(points) - 1, min(len(points), USUAL)).astype(int)]
    return statistics.statistics(images.to_uint8(draw(pick))).std(0) + 1e-4


def measure_all(found: list[Direction], draw: Callable[[np.ndarray], Tensor], reader: Reader, points: np.ndarray, bases: int,
                progress: Progress = lambda share: None, std: np.ndarray | None = None) -> list[Direction]:
    """``measured`` for each, from ``bases`` of the codes ``points`` (n, d). ``std``: the usual one, where it is known."""
    usual = usual_std(draw, points) if std is None else std
    mean, out = points.mean(0), []
    starts = points[np.linspace(0, len(points) - 1, min(bases, len(points))).astype(int)]
    for k, d in enumerate(found):
        out.append(measured(d, draw, reader, mean, starts, usual))
        progress((k + 1) / len(found))
    return out


def to_entry(found: list[Direction], fields: tuple[Field, ...]) -> Entry:
    """Measured directions as an entry of a record (runs/record.py), changes as numbers of ``fields`` and of their categories."""
    number = {f.name: k for k, f in enumerate(fields)}
    most = max((len(d.changes) for d in found), default=0)
    rows = np.zeros((len(found), most, 4), np.int16)
    for k, d in enumerate(found):
        for j, c in enumerate(d.changes):
            f = fields[number[c.field]]
            rows[k, j] = number[c.field], f.categories.index(c.low), f.categories.index(c.high), round(1000 * c.change)
    return {"vectors": np.array([d.vector for d in found], np.float16), "changes": rows, "told": [
        [d.kind, float(f"{d.sigma:.6g}"), None if d.name is None else list(d.name), None if d.accuracy is None else round(d.accuracy, 4),
         d.statistic.label, round(d.statistic.change, 3)] for d in found]}


def of_entry(entry: Entry, fields: tuple[Field, ...], d: int) -> list[Direction]:
    """The directions of an entry, of codes with ``d`` numbers. Raises ValueError or IndexError where it does not fit."""
    rows, told = entry["changes"], entry["told"]
    vectors = statistics.unit(entry["vectors"].reshape(len(told), d)) if told else np.zeros((0, d), np.float32)
    out = []
    for v, changes, (kind, sigma, name, accuracy, label, change) in zip(vectors, rows, told, strict=True):
        moved = tuple(Change(fields[f].name, fields[f].categories[low], fields[f].categories[high], thousandths / 1000)
                      for f, low, high, thousandths in changes.tolist())
        known = None if name is None else (name[0], name[1])
        out.append(Direction(kind, v, sigma, known, accuracy, moved, statistics.Effect(label, change)))
    return out


__all__ = ["CLEAR", "MOST", "SIDE", "Change", "Direction", "along", "attributes", "closed_form", "discriminants", "main",
           "measure_all", "measured", "of_entry", "side", "to_entry", "usual_std"]
