"""A − B + C with averaged exemplars, and a check of what came out of it (Radford, Metz & Chintala 2016, section 6.3.2).

Codes are flat, (n, d). A reading is a row of (K,) numbers over ``fields`` (latent/attributes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .attributes import SURE, Field, Gallery

NOISE = 0.25                                    # the paper's, for noise uniform in [-1, 1]
AGREED = 0.75                                   # exemplars agree from this mean reading on: three of three, not two of three
SOME = 0.2                                      # a category that an exemplar of three has
KEPT = 0.7                                      # share of the rest that a start should keep
EXEMPLARS = 3
ENOUGH = 0.8                                    # share that ends the search
TURNS, PAIRS = 12, 3                            # tried for a field: other exemplars, other pairs of kinds
PREFERRED = ("glasses", "smile", "hat")         # what a start shows first where images are read for it: seen at one glance
PEOPLE = ("fem",)                               # and between whom


def combine(a: np.ndarray, b: np.ndarray, c: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Exemplars (n, d) each to (d,): mean(C) + strength · (mean(A) − mean(B))."""
    return (c.mean(0) + strength * (a.mean(0) - b.mean(0))).astype(np.float32)


def neighbours(w: np.ndarray, spread: np.ndarray, noise: float = NOISE, seed: int = 0) -> np.ndarray:
    """(9, d): ``w`` (d,) in the middle, around it w + uniform noise. The paper draws from ±0.25 where codes are uniform in [-1, 1]; here
    that is ±0.25 · √3 · ``spread``, the codes' standard deviation (d,), which is the same there and fits every other latent."""
    u = np.random.default_rng(seed).uniform(-noise, noise, (8, len(w))) * np.sqrt(3) * spread
    return np.insert(w + u, 4, w, axis=0).astype(np.float32)


@dataclass(frozen=True)
class Line:
    """What became of one field: in C's image it was ``was``, in the result it is ``now`` (read with probability ``sure``). ``wanted``: the
    categories that A − B asks for; empty where the field should be as it was."""

    field: str
    measured: bool
    was: str
    now: str
    sure: float
    wanted: tuple[str, ...]
    agrees: bool


def check(fields: tuple[Field, ...], a: np.ndarray, b: np.ndarray, c: np.ndarray, result: np.ndarray) -> list[Line]:
    """Whether the result shows what A has and B has not, and else what C shows. ``a``, ``b``: readings (n, K) of the exemplars; ``c``:
    (K,) of the image of C's mean; ``result``: (K,).

    A field is wanted where A and B read differently and at least one of them agrees on a category. A measured field that is not wanted
    is left out: an image has no right slant to keep.
    """
    lines = []
    for f in fields:
        pa, pb = a.mean(0)[f.columns], b.mean(0)[f.columns]
        differs = np.abs(pa - pb).sum() / 2 >= AGREED and max(pa.max(), pb.max()) >= AGREED
        was, now = int(c[f.columns].argmax()), int(result[f.columns].argmax())
        asked = tuple(name for name, p in zip(f.categories, pa, strict=True) if p >= SOME) if differs else ()
        if differs or not f.measured:
            agrees = f.categories[now] in asked if differs else now == was
            lines.append(Line(f.name, f.measured, f.categories[was], f.categories[now], float(result[f.columns][now]), asked, agrees))
    return sorted(lines, key=lambda line: not line.wanted)


def agreed(fields: tuple[Field, ...], readings: np.ndarray) -> dict[str, str]:
    """For each field on which images with ``readings`` (n, K) agree, the category."""
    means = readings.mean(0)
    return {f.name: f.categories[int(means[f.columns].argmax())] for f in fields if means[f.columns].max() >= AGREED}


@dataclass(frozen=True)
class Start:
    """Exemplars to open with, by their refs, and the field that A − B is about (None where nothing is read)."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    c: tuple[str, ...]
    field: str | None = None


def start(gallery: Gallery, check: Callable[[np.ndarray, np.ndarray, np.ndarray], list[Line]], most: int = 90) -> Start:
    """An example that works: of the first field for which the check finds all that is asked for and most of the rest kept, the best; where
    there is none, the best of all that were tried.

    Tried are, in order: attributes that one sees at a glance, between two kinds of people or two classes ("man with glasses − man without
    + woman without", the paper's own), then measured ones. ``check``: codes of A, B, C → the check's lines.
    """
    best: Start | None = None
    score = (False, -1.0)
    for found, _ in zip(_candidates(gallery), range(most), strict=False):
        if best is not None and score >= (True, KEPT) and found.field != best.field:
            break
        rows = [[gallery.refs.index(r) for r in group] for group in (found.a, found.b, found.c)]
        lines = check(*(gallery.codes[r] for r in rows))
        asked = [line for line in lines if line.wanted]
        kept = [line.agrees for line in lines if not line.wanted]
        works = all(line.agrees and line.was not in line.wanted for line in asked) and any(line.field == found.field for line in asked)
        reached = (works, float(np.mean(kept)) if kept else 1.0)
        if best is None or reached > score:
            best, score = found, reached
        if score >= (True, ENOUGH):
            break
    if best is not None:
        return best
    return _plain(gallery.refs)


def _plain(refs: tuple[str, ...]) -> Start:
    """The first three for A, the next for B and for C; of few as many for each, and of fewer than three one in more than one place."""
    each = max(1, min(EXEMPLARS, len(refs) // 3))
    at = [tuple(refs[k % len(refs)] for k in range(each * place, each * (place + 1))) if refs else () for place in range(3)]
    return Start(at[0], at[1], at[2])


def _candidates(gallery: Gallery) -> Iterator[Start]:
    by_name = {f.name: f for f in gallery.fields}
    two_way = [f for f in gallery.fields if f.two_way and f.name not in PREFERRED + PEOPLE]
    named = [by_name[n] for n in PREFERRED if n in by_name and by_name[n].two_way] + two_way
    wanted = named + [f for f in gallery.fields if f.measured]
    kinds = [by_name[n] for n in PEOPLE if n in by_name] or [f for f in gallery.fields if not f.measured and f not in wanted]
    for f in wanted or [f for f in gallery.fields if len(f.categories) > 1]:
        for turn in range(TURNS):
            yield from _of(gallery, f, kinds[0] if kinds and kinds[0] is not f else None, turn)


def _of(gallery: Gallery, field: Field, kind: Field | None, turn: int) -> Iterator[Start]:
    """Starts about ``field``, from its first category to its last, shown on two categories of ``kind``; each turn takes other exemplars."""
    low, high = field.columns.start, field.columns.stop - 1
    pairs: Sequence[tuple[int | None, int | None]] = [(None, None)]
    if kind is not None:
        first, n = kind.columns.start, len(kind.categories)
        steps = sorted({n // 2, min(2, n - 1)}, reverse=True)          # far apart, and (of ten classes) close by
        pairs = [(first + k, first + (k + step) % n) for step in steps for k in range(min(n, PAIRS))]
    for i, j in pairs:
        a = _alike(gallery, [high, i], turn)
        b = _alike(gallery, [low, i], turn, like=a)
        c = _alike(gallery, [low, j], turn + (i is None), without=set(b))
        if min(len(a), len(b), len(c)) == EXEMPLARS:
            names = [tuple(gallery.refs[k] for k in rows) for rows in (a, b, c)]
            yield Start(names[0], names[1], names[2], field.name)


def _alike(gallery: Gallery, columns: list[int | None], turn: int, like: list[int] | None = None,
           without: set[int] | None = None) -> list[int]:
    """Three rows that surely show all ``columns`` and are else alike: the nearest to each of ``like``, or to one that ``turn`` picks."""
    fits = np.ones(len(gallery.refs), bool)
    for k in columns:
        if k is not None:
            fits &= gallery.readings[:, k] >= SURE
    for k in without or ():
        fits[k] = False
    rows = np.flatnonzero(fits)
    if len(rows) < EXEMPLARS:
        return []
    anchors = like or [int(rows[(7 * turn) % len(rows)])] * EXEMPLARS
    taken: list[int] = []
    for k in anchors:
        free = rows[~np.isin(rows, taken)]
        taken.append(int(free[np.abs(gallery.readings[free] - gallery.readings[k]).sum(1).argmin()]))
    return taken


__all__ = ["EXEMPLARS", "NOISE", "Line", "Start", "agreed", "check", "combine", "neighbours", "start"]
