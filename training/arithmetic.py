"""Does arithmetic on codes do what it says? Trials of A - B + C on faces, judged by a classifier (Radford et al. 2016, section 6.3.2).

A trial takes one attribute, such as glasses. A are samples that have it, B and C ones that do not; the mean code of A, minus that of B,
plus that of C is decoded. The attribute is *changed* when the classifier finds it in the result, and not in the image of C's mean alone;
what else the image of C's mean shows should be *kept*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .features import FeatureNet

SAMPLES = 4000                                 # images that exemplars are taken from
TRIALS = 200
ALIKE = ("fem", "skin")                        # what A and B have in common where they are matched, as far as a net reads these
DEPENDENT = 0.1                                # total variation from which a field is said to depend on another in the data
READ_WELL = 0.9                                # share of test images on which a net must be right about a field
Decode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Outcome:
    """Of all trials, ``changed`` by the wanted attribute; over trials and other fields, ``kept``. ``by``: the same for each attribute."""

    changed: float
    kept: float
    by: dict[str, tuple[float, float]]
    trials: int


def independent_fields(net: FeatureNet, attributes: np.ndarray) -> dict[str, tuple[str, ...]]:
    """For each no-or-yes field of a net, the other fields that should be kept: those that the net reads well, and whose distribution in
    the data (n, fields) is the same with and without it.

    A style of glasses says nothing where there are none, so that it cannot be kept when glasses are added.
    """
    names, accuracy = [name for name, _ in net.fields], net.card["accuracy"]
    out = {}
    for wanted in net.two_way():
        has = attributes[:, names.index(wanted)] == 1
        kept = []
        for k, (name, categories) in enumerate(net.fields):
            shares = [np.bincount(attributes[rows, k], minlength=len(categories)) / max(rows.sum(), 1) for rows in (has, ~has)]
            if name != wanted and accuracy[name] >= READ_WELL and 0.5 * np.abs(shares[0] - shares[1]).sum() < DEPENDENT:
                kept.append(name)
        out[wanted] = tuple(kept)
    return out


def groups(read: dict[str, np.ndarray], wanted: str, exemplars: int, matched: bool) -> list[tuple[np.ndarray, np.ndarray]]:
    """Places among the samples with and without an attribute, in groups that A and B may both be drawn from: those alike in ALIKE where
    ``matched``, else a single group of all. Groups with fewer than ``exemplars`` on a side are left out."""
    alike = [read[name] for name in ALIKE if matched and name in read and name != wanted]
    key = np.unique(np.stack(alike, 1), axis=0, return_inverse=True)[1].ravel() if alike else np.zeros(len(read[wanted]), int)
    parts = [(np.flatnonzero((key == g) & (read[wanted] == 1)), np.flatnonzero((key == g) & (read[wanted] == 0)))
             for g in range(key.max() + 1)]
    return [part for part in parts if min(map(len, part)) >= exemplars]


@torch.no_grad()
def trials(codes: Tensor, read: dict[str, np.ndarray], decode: Decode, net: FeatureNet, others: dict[str, tuple[str, ...]], *,
           exemplars: int = 3, matched: bool = True, count: int = TRIALS, seed: int = 0) -> Outcome | None:
    """``count`` trials, shared evenly among the attributes that enough samples have; None where there are none.

    ``codes`` (n, …) of samples, ``read`` what the net reads of their images, ``decode``: codes to images, ``others``: see
    ``independent_fields``.
    """
    r = np.random.default_rng(seed)
    possible = {a: found for a in others if (found := groups(read, a, exemplars, matched)) and (read[a] == 0).sum() >= 3 * exemplars}
    by: dict[str, tuple[float, float]] = {}
    scores: list[tuple[np.ndarray, np.ndarray]] = []
    for place, (wanted, found) in enumerate(possible.items()):
        n = count // len(possible) + (place < count % len(possible))
        base = _bases(codes, np.flatnonzero(read[wanted] == 0), decode, net, wanted, exemplars, n, r)
        sizes = np.array([len(a) for a, _ in found], float)
        pairs = [found[g] for g in r.choice(len(found), n, p=sizes / sizes.sum())]
        means = [torch.stack([codes[r.choice(pair[side], exemplars, replace=False)].mean(0) for pair in pairs]) for side in (0, 1)]
        before, after = (net.judge(_chunks(decode, w))[1] for w in (base, means[0] - means[1] + base))
        changed = (after[wanted] == 1).cpu().numpy()
        kept = torch.stack([after[f] == before[f] for f in others[wanted]]).float().mean(0).cpu().numpy()
        scores.append((changed, kept))
        by[wanted] = float(changed.mean()), float(kept.mean())
    if not scores:
        return None
    return Outcome(float(np.concatenate([c for c, _ in scores]).mean()), float(np.concatenate([k for _, k in scores]).mean()), by, count)


def _chunks(decode: Decode, codes: Tensor, size: int = 250) -> Iterator[Tensor]:
    return (decode(part) for part in codes.split(size))


def _bases(codes: Tensor, without: np.ndarray, decode: Decode, net: FeatureNet, wanted: str, exemplars: int, n: int,
           r: np.random.Generator) -> Tensor:
    """n mean codes of samples without an attribute whose own image does not show it either, as far as twice as many draws find enough."""
    picked = np.stack([r.choice(without, exemplars, replace=False) for _ in range(2 * n)])
    base = codes[torch.from_numpy(picked).to(codes.device)].mean(1)
    fine = net.judge(_chunks(decode, base))[1][wanted] == 0
    return torch.cat([base[fine], base[~fine]])[:n]
