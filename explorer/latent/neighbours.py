"""Between codes and places on a map: nearest neighbours, and the way back from a place to a code: of arrays, and of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from typing_extensions import TypedDict

from training.heldout import HeldOut

from .. import NotThere, Refused
from ..runs.record import Entry, trimmed
from ..runs.run import Run
from . import moves, run_directions, seed_to_image
from .statistics import Basis


class Neighbours:
    """Exact nearest codes among ``codes`` (n, d) float32, which are kept."""

    def __init__(self, codes: np.ndarray, between: np.ndarray | None = None) -> None:
        """``between``: what ``apart`` says of the codes, where that is known."""
        self.codes = codes
        self.squares = np.einsum("nd,nd->n", codes, codes)
        self.apart = apart(codes) if between is None else between
        self.usual = float(np.median(self.apart)) or 1e-6

    def nearest(self, w: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Indices and Euclidean distances, each (min(k, n),), of the codes nearest to w (d,), nearest first."""
        k = min(k, len(self.codes))
        squares = self.squares - 2 * (self.codes @ w)
        most = min(len(squares), k + 8)             # a few more, since float32 can swap near ties; these are measured exactly
        some = np.argpartition(squares, most - 1)[:most]
        exact = np.sqrt(((self.codes[some].astype(np.float64) - w) ** 2).sum(1))
        order = np.lexsort((some, exact))[:k]
        return some[order], exact[order]

    def ratio(self, w: np.ndarray) -> tuple[float, int]:
        """How far the nearest code is from w, as a multiple of the usual distance between neighbours; and which one it is."""
        index, distance = self.nearest(w)
        return float(distance[0] / self.usual), int(index[0])

    def beyond(self, distance: float) -> float:
        """Share of the codes, in [0, 1], that have another one nearer than ``distance``.

        Of a code that is so far from its nearest it says how unusual that is: one in twenty of the codes themselves is beyond 0.95."""
        return float(np.searchsorted(self.apart, distance) / len(self.apart))


def apart(codes: np.ndarray, sample: int = 500) -> np.ndarray:
    """Distances from codes (n, d) to the nearest other one, over an even sample of them, ascending; (1,) of a single code."""
    n = len(codes)
    if n < 2:
        return np.ones(1)
    squares = np.einsum("nd,nd->n", codes, codes)
    rows = np.linspace(0, n - 1, min(n, sample)).astype(int)
    found = []
    for part in np.array_split(rows, max(1, len(rows) // 50)):
        d = squares[part, None] + squares[None] - 2 * (codes[part] @ codes.T)
        d[np.arange(len(part)), part] = np.inf
        best = d.argmin(1)
        found.append(np.sqrt(((codes[part].astype(np.float64) - codes[best]) ** 2).sum(1)))
    return np.sort(np.concatenate(found))


@dataclass(frozen=True)
class Place:
    """A code (d,) for a place on a map, and whether it is only near what the map would say."""

    code: np.ndarray
    approximate: bool


def place_among(points: np.ndarray, codes: np.ndarray, xy: np.ndarray, k: int = 8) -> Place:
    """The code at a place ``xy`` (2,) of a map ``points`` (n, 2) of ``codes`` (n, d): the mean of its k nearest points' codes, each
    weighed by ((R - r) / (R r))², R being the next point's distance (Franke & Nielson 1980). On a point it is that point's code,
    and it changes continuously as the place moves: a point that enters or leaves the k weighs nothing then."""
    r = np.sqrt(((points.astype(np.float64) - xy) ** 2).sum(1))
    k = min(k, len(points))
    order = np.argpartition(r, min(k, len(r) - 1))[:k + 1]
    order = order[r[order].argsort(kind="stable")]
    near = order[:k]
    distance, reach = r[near], r[order[-1]] * (1.0 if len(order) > k else 1.5)
    if distance[0] < 1e-9:
        return Place(codes[near[distance < 1e-9]].mean(0), True)
    weights = (np.clip(reach - distance, 0, None) / (reach * distance)) ** 2
    if reach - distance[0] < 1e-6 * reach:          # all at one distance
        weights = np.ones_like(distance)
    return Place((weights / weights.sum() @ codes[near]).astype(np.float32), True)


def pca(codes: np.ndarray, basis: Basis, count: int = 2) -> np.ndarray:
    """Codes (n, d) to (n, count) float32: their coordinates along the strongest directions, in the codes' own unit."""
    vectors = np.zeros((count, codes.shape[1]), np.float32)
    vectors[:len(basis.vectors)] = basis.vectors[:count]
    return np.ascontiguousarray((codes - basis.mean) @ vectors.T, np.float32)


def place_pca(basis: Basis, xy: np.ndarray) -> Place:
    """The code at a place of ``pca``: exact on the plane through the mean, the other directions being at their mean."""
    vectors = basis.vectors[:2]
    return Place((basis.mean + np.asarray(xy[:len(vectors)], np.float32) @ vectors).astype(np.float32), basis.mean.size > 2)


def of_run(run: Run) -> Neighbours:
    """Search among the codes of real images. Raises Refused where the run has none."""
    if run.codes is None:
        raise Refused("This run has no codes of real images to compare with.")
    codes = run.codes

    def make() -> Entry:
        return {"apart": trimmed(apart(codes))}

    def read(e: Entry) -> Neighbours:
        return Neighbours(codes, e["apart"].reshape(-1).astype(np.float64))
    return run.recorded("neighbours", make, read)


def projections(run: Run) -> list[str]:
    """Maps that can be drawn, the best first."""
    if run.map is None:
        return []
    return (["code"] if run.d == 2 else []) + (["umap"] if run.map and run.map.umap is not None else []) + ["pca"]


def points(run: Run, name: str) -> np.ndarray:
    """Places (n, 2) float32 of the held-out images on a map. Raises NotThere."""
    if name not in projections(run) or run.map is None or run.codes is None:
        raise NotThere(f"This run has no {name.upper() if name != 'code' else 'plain'} map.")
    if name == "umap" and run.map.umap is not None:
        return run.map.umap
    if name == "code":
        return np.ascontiguousarray(run.codes, np.float32)
    codes = run.codes
    return run.once("pca", lambda: pca(codes, run_directions.basis(run)))


def space(run: Run) -> np.ndarray:
    """Places (n, 3) float32 of the held-out images along the three strongest directions of the codes. Raises NotThere."""
    codes = run.codes
    if run.map is None or codes is None or run.d < 3:
        raise NotThere("This run has no 3-D map.")
    return run.once("space", lambda: pca(codes, run_directions.axes(run, 3), 3))


def place(run: Run, name: str, xy: np.ndarray) -> Place:
    """The code for a place (2,) on a map."""
    places = points(run, name)
    if name == "code":
        return Place(xy.astype(np.float32), False)
    if name == "pca":
        return place_pca(run_directions.basis(run), xy)
    assert run.codes is not None
    return place_among(places, run.codes, xy)


class SampleOrigin(TypedDict):
    """A code that is the sample of a seed."""

    kind: Literal["sample"]
    seed: int


class PointOrigin(TypedDict):
    """A code that is a held-out image's."""

    kind: Literal["point"]
    index: int


class FirstCode(TypedDict):
    """A code, base64 of float32, and where it comes from."""

    w: str
    origin: SampleOrigin | PointOrigin


def _alike(held: HeldOut | None, n: int) -> np.ndarray:
    """Which of the first n held-out images are of one class, or have as many of the commonest attributes as any; else all."""
    rows = np.arange(n)
    if held is not None and held.labels is not None:
        of_one = np.flatnonzero(held.labels[:n] == max(held.spec.num_classes, 1) // 3)
        return of_one if len(of_one) else rows
    if held is not None and held.attributes is not None:
        common = sum(column == np.bincount(column).argmax() for column in held.attributes[:n].T)
        return np.flatnonzero(common == np.max(common))
    return rows


def first_code(run: Run) -> FirstCode:
    """A code worth looking at first: of the real images of one class, or else of those with most of the commonest attributes, or else of
    all, the one nearest to their middle (in the middle of all faces lies one that has the least of everything); without codes sample 0."""
    def make() -> Entry:
        if run.codes is None:
            return {"w": seed_to_image.codes(run, [0])[0], "origin": {"kind": "sample", "seed": 0}}
        rows = _alike(run.held, len(run.codes))
        index = int(rows[((run.codes[rows] - run.codes[rows].mean(0)) ** 2).sum(1).argmin()])
        return {"w": run.codes[index], "origin": {"kind": "point", "index": index}}

    def read(e: Entry) -> FirstCode:
        return {"w": moves.to_text(e["w"].reshape(run.d)), "origin": e["origin"]}
    return run.recorded("default", make, read)
