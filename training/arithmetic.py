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


def partners(table: np.ndarray, first: np.ndarray, pool: np.ndarray, r: np.random.Generator) -> np.ndarray:
    """For each place of ``first`` (n,) another one of ``pool`` whose row of ``table`` (samples, fields) agrees in most fields, (n,).

    No place is taken twice; of equally good ones it is chance that decides.
    """
    agree = (table[first][:, None] == table[pool][None]).sum(2) + r.random((len(first), len(pool)))
    taken: list[int] = []
    for row in agree:
        row[taken] = -1.0
        taken.append(int(row.argmax()))
    return pool[taken]


@torch.no_grad()
def trials(codes: Tensor, read: dict[str, np.ndarray], decode: Decode, net: FeatureNet, others: dict[str, tuple[str, ...]], *,
           exemplars: int = 3, base: int = 3, matched: bool = True, count: int = TRIALS, seed: int = 0) -> Outcome | None:
    """``count`` trials, shared evenly among the attributes that enough samples have; None where there are none.

    ``codes`` (n, …) of samples, ``read`` what the net reads of their images, ``decode``: codes to images, ``others``: see
    ``independent_fields``. ``exemplars`` of A and of B, ``base`` of C. ``matched``: each exemplar of B is the sample that agrees with one
    of A in most of the other fields, as a person would choose it (smiling woman - neutral woman + neutral man); else any.
    """
    r = np.random.default_rng(seed)
    places = {a: (np.flatnonzero(read[a] == 1), np.flatnonzero(read[a] == 0)) for a in others}
    places = {a: (yes, no) for a, (yes, no) in places.items() if min(len(yes), len(no)) >= 3 * max(exemplars, base)}
    by: dict[str, tuple[float, float]] = {}
    scores: list[tuple[np.ndarray, np.ndarray]] = []
    for k, (wanted, (yes, no)) in enumerate(places.items()):
        n = count // len(places) + (k < count % len(places))
        start = _bases(codes, no, decode, net, wanted, base, n, r)
        table = np.stack([read[f] for f in others[wanted]], 1)
        directions = []
        for _ in range(n):
            a = r.choice(yes, exemplars, replace=False)
            b = partners(table, a, no, r) if matched else r.choice(no, exemplars, replace=False)
            directions.append(codes[a].mean(0) - codes[b].mean(0))
        before, after = (net.classify(_chunks(decode, w))[1] for w in (start, torch.stack(directions) + start))
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
    fine = net.classify(_chunks(decode, base))[1][wanted] == 0
    return torch.cat([base[fine], base[~fine]])[:n]
