"""The codes a model was trained with, and its classes: setting them, grids over two of them, and what each was measured to change.

A code here is a slice of w, for models whose w is z itself (Chen et al. 2016, InfoGAN: Interpretable Representation Learning by
Information Maximizing Generative Adversarial Nets).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

import numpy as np
import torch
from typing_extensions import TypedDict

from training.model import Code, LatentSpec

from .. import Refused, images
from ..runs.record import Entry
from ..runs.run import Run
from . import run_directions, seed_to_image
from .statistics import BESIDE, COLOUR_STATISTICS, STATISTICS, statistics

CLASS = "class"
ASKED = 32                                      # codes that each code of a model, and its class, is tried from
STEPS = 5                                       # values of a continuous code that are tried, over its trained range
MOVED, STEADY = 0.8, 0.75                       # stds, and share of steps in the same direction, of a change that counts as clear
SHAPED = 0.1                                    # share of the pixels' variance from which a category is said to change the shape
NAMED = 0.6                                     # share of images that a classifier must read alike for a category to bear that name


@dataclass(frozen=True)
class Axis:
    """What runs along one side of a grid: a class, a code by name, a direction by number (in sigmas), or the noise (by seed)."""

    of: str                                     # class, code, direction, noise
    values: tuple[float, ...]
    name: str = ""
    index: int = 0

    def whole(self, below: float) -> np.ndarray:
        """The values as whole numbers in [0, below). Raises Refused."""
        if any(v != int(v) or not 0 <= v < below for v in self.values):
            raise Refused(f"{self.name or self.of} takes whole numbers from 0 to {int(below) - 1}.")
        return np.array(self.values).astype(np.int64)


def code_of(spec: LatentSpec, name: str) -> Code:
    """The code of that name. Raises Refused where there is none, or where w is not the noise itself."""
    found = next((c for c in spec.codes if c.name == name), None)
    if found is None:
        raise Refused(f"This run has no code of that name; it has {', '.join(c.name for c in spec.codes) or 'none'}.")
    if spec.num_layers != 1 or spec.w_dim != spec.z_dim:
        raise Refused("This run's codes are not a part of what can be edited.")
    return found


def with_code(w: np.ndarray, code: Code, values: np.ndarray) -> np.ndarray:
    """Codes (n, d) with one slice set: to the one-hot of ``values`` (n,) where it is categorical, else to the values themselves."""
    out, part = np.array(w, np.float32), slice(code.start, code.start + code.size)
    out[:, part] = np.eye(code.size, dtype=np.float32)[values.astype(int)] if code.kind == "categorical" else values[:, None]
    return out


def with_noise(w: np.ndarray, z: np.ndarray, spec: LatentSpec) -> np.ndarray:
    """The codes of ``z`` (n, d), but with the code slices of w (n, d)."""
    out = np.array(z, np.float32)
    for c in spec.codes:
        out[:, c.start:c.start + c.size] = w[:, c.start:c.start + c.size]
    return out


def cells(run: Run, w: np.ndarray, label: int | None, rows: Axis, columns: Axis) -> tuple[np.ndarray, np.ndarray | None]:
    """Codes (R * C, d) of a grid around w (d,), row by row, and their classes (R * C,) where the run has classes. Raises Refused."""
    if (rows.of, rows.name, rows.index) == (columns.of, columns.name, columns.index):
        raise Refused("A grid needs two different things along its sides.")
    n, many = len(rows.values) * len(columns.values), len(columns.values)
    codes, first = np.repeat(np.asarray(w, np.float32)[None], n, 0), run.label(label)
    labels = None if first is None else np.full(n, first)
    sides = [(rows, np.repeat(np.arange(len(rows.values)), many)), (columns, np.tile(np.arange(many), len(rows.values)))]
    for axis, at in sorted(sides, key=lambda s: ("class", "noise").index(s[0].of) if s[0].of in ("class", "noise") else 2):
        if axis.of == "class":
            if labels is None:
                raise Refused("This run has no classes.")
            labels = axis.whole(run.spec.num_classes)[at]
        elif axis.of == "noise":
            drawn = np.concatenate([run.sample_z(1, int(s)) for s in axis.whole(2**53)])
            mapped = run.map_z(drawn[at], labels)
            codes = with_noise(codes, mapped, run.spec) if run.spec.codes else mapped
        elif axis.of == "code":
            code = code_of(run.spec, axis.name)
            values = axis.whole(code.size) if code.kind == "categorical" else np.array(axis.values, np.float32)
            codes = with_code(codes, code, values[at])
        else:
            basis = run_directions.sliders(run)
            if axis.index >= len(basis.vectors):
                raise Refused(f"This run has {len(basis.vectors)} directions, counted from 0.")
            v = basis.vectors[axis.index]
            steps = np.array(axis.values, np.float32)[at] * basis.sigmas[axis.index] - (codes - basis.mean) @ v
            codes = codes + steps[:, None] * v
    return codes, labels


@dataclass(frozen=True)
class Change:
    """One statistic's change over a code's trained range, in standard deviations of that statistic over the model's images."""

    label: str
    change: float


@dataclass(frozen=True)
class Name:
    """What a separate classifier reads from most images of a category, and from what share of them."""

    label: int
    share: float


class ChangeOf(TypedDict):
    """A Change, as JSON."""

    label: str
    change: float


class NameOf(TypedDict):
    """A Name, as JSON."""

    label: int
    share: float


class MeasuredTold(TypedDict):
    """A Measured, as JSON."""

    name: str
    kind: Literal["continuous", "categorical"]
    label: str | None
    change: float
    also: list[ChangeOf]
    share: float | None
    names: list[NameOf | None]


@dataclass(frozen=True)
class Measured:
    """What a code, or the class, does. ``label``: the statistic that it changes most, for a category "class" (a classifier tells the
    categories apart) or "shape"; None where nothing clear came out. ``share``: of the pixels' variance, for a category."""

    name: str
    kind: str
    label: str | None
    change: float = 0.0
    also: list[Change] = field(default_factory=list)
    share: float | None = None
    names: list[Name | None] = field(default_factory=list)

    def to_dict(self) -> MeasuredTold:
        return cast(MeasuredTold, asdict(self))

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> Measured:
        """What ``to_dict`` gave."""
        return cls(**{**d, "also": [Change(**c) for c in d["also"]], "names": [None if n is None else Name(**n) for n in d["names"]]})


Decode = Callable[[np.ndarray, Any], np.ndarray]    # codes (n, d), classes (n,) or None → uint8 images (n, H, W, C)


def measure(spec: LatentSpec, z: np.ndarray, decode: Decode, classify: Callable[[np.ndarray], np.ndarray] | None = None) -> list[Measured]:
    """Try every code of a model, and its class, from each of the noises ``z`` (n, d), which are its codes w as well.

    A continuous code takes STEPS values over its trained range, a category each of its values; the rest stays. A change is clear where it
    exceeds MOVED stds of the statistic over the model's own images and nearly every step goes that way. ``classify``: uint8 images
    to a class each, by a network that had no part in the training.
    """
    bases = np.arange(len(z)) % spec.num_classes if spec.num_classes else None
    std = statistics(decode(z, bases)).std(0) + 1e-4
    out = []
    if spec.num_classes:
        tried = np.repeat(np.arange(spec.num_classes)[None], len(z), 0).ravel()
        drawn = decode(np.repeat(z, spec.num_classes, 0), tried)
        out.append(_category(CLASS, drawn.reshape(len(z), spec.num_classes, *drawn.shape[1:]), classify))
    for c in spec.codes:
        steps = np.arange(c.size) if c.kind == "categorical" else np.linspace(c.low, c.high, STEPS)
        codes = with_code(np.repeat(z, len(steps), 0), c, np.tile(steps, len(z)))
        drawn = decode(codes, None if bases is None else np.repeat(bases, len(steps)))
        drawn = drawn.reshape(len(z), len(steps), *drawn.shape[1:])
        out.append(_category(c.name, drawn, classify) if c.kind == "categorical" else _continuous(c.name, drawn, std))
    return out


def measured(run: Run) -> list[Measured]:
    """What each code of the model, and its class, was measured to change."""
    def classify(drawn: np.ndarray) -> np.ndarray:
        x = images.to_tensor(np.ascontiguousarray(drawn.transpose(0, 3, 1, 2)))
        found = [run.classified(x[i:i + 256]) for i in range(0, len(x), 256)]
        return np.concatenate([p.argmax(1) for p in found if p is not None])

    def make() -> Entry:
        seen = run.classified(torch.zeros(1, *run.spec.shape)) is not None
        with_codes = run.spec if run.spec.num_layers == 1 and run.spec.w_dim == run.spec.z_dim else replace(run.spec, codes=())
        w = seed_to_image.samples(run, ASKED, 1, seed_to_image.classes(run, ASKED))
        return {"codes": [m.to_dict() for m in measure(with_codes, w, run.decode, classify if seen else None)]}
    if not (run.spec.codes or run.spec.num_classes) or len(run.spec.shape) != 3:
        return []
    return run.recorded("codes", make, lambda e: [Measured.from_dict(m) for m in e["codes"]])


def _continuous(name: str, drawn: np.ndarray, std: np.ndarray) -> Measured:
    """From images (n, steps, H, W, C)."""
    n, steps = drawn.shape[:2]
    measured = statistics(drawn.reshape(n * steps, *drawn.shape[-3:])).reshape(n, steps, -1) / std
    names = STATISTICS if drawn.shape[-1] == 1 else COLOUR_STATISTICS
    change = (measured[:, -1] - measured[:, 0]).mean(0)
    steady = (np.sign(np.diff(measured, axis=1)) == np.sign(change)).mean((0, 1)) >= STEADY
    order = sorted((k for k in range(len(names)) if steady[k] and abs(change[k]) >= BESIDE), key=lambda k: -abs(change[k]))
    found = [Change(names[k], round(float(change[k]), 2)) for k in order]
    if not found or abs(found[0].change) < MOVED:
        return Measured(name, "continuous", None, also=found[:3])
    return Measured(name, "continuous", found[0].label, found[0].change, found[1:4])


def _category(name: str, drawn: np.ndarray, classify: Callable[[np.ndarray], np.ndarray] | None) -> Measured:
    """From images (n, categories, H, W, C)."""
    n, many = drawn.shape[:2]
    x = drawn.reshape(n, many, -1).astype(np.float64) / 255
    within = x.var(0, ddof=1).mean(0).sum()
    between = max(x.mean(0).var(0, ddof=1).sum() - within / n, 0.0)     # a mean of n differs by chance alone by 1/n of what is within
    share = round(float(between / (between + within)), 3) if between + within > 0 else 0.0
    label = "shape" if share >= SHAPED else None
    names: list[Name | None] = []
    if classify is not None:
        read = classify(drawn.reshape(n * many, *drawn.shape[-3:])).reshape(n, many)
        for k in range(many):
            most = np.bincount(read[:, k])
            part = float(most.max() / n)
            names.append(Name(int(most.argmax()), round(part, 3)) if part >= NAMED else None)
        told = {n.label for n in names if n is not None}
        if len(told) > many / 2:
            label = CLASS
    return Measured(name, "categorical", label, share=share, names=names)


__all__ = ["Axis", "Change", "Measured", "Name", "cells", "code_of", "measure", "measured", "with_code", "with_noise"]
