"""What the Styles view shows of a model that takes a style for each layer: mixing, truncation, noise, directions, paths.

Codes are (n, num_layers, w_dim) here, or flat (n, d) where a Run takes them. Karras, Laine & Aila 2019, A Style-Based Generator
Architecture for Generative Adversarial Networks: style mixing (section 3.1), noise (3.2), path length (4.1), truncation (appendix B).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from training.features import FeatureNet
from training.layer_ranges import ranges

from ... import Refused
from ...latent import directions, galleries, moves, statistics
from ...latent.directions import Direction
from ...latent.layers import Noise, Truncation, images, shaped, w_avg
from ...runs.background import Progress
from ...runs.record import Entry
from ...runs.run import Run

COUNT = 6                                       # directions of each kind
STEPS, EPSILON = 32, 1e-3                       # places on a path, and the step from each (paper: 100,000 random ones, 1e-4)
HEAT = np.array([[0, 0, 0], [74, 16, 112], [206, 62, 74], [250, 170, 60], [255, 250, 220]], np.float32)


def mix_styles(rows: np.ndarray, columns: np.ndarray, layers: Sequence[bool] | np.ndarray, blend: float = 1.0) -> np.ndarray:
    """Codes (a, L, w) and (b, L, w) to every pair (a, b, L, w): the chosen ``layers`` (L,) go the share ``blend`` of the way from the
    row's style to the column's, all others are the row's."""
    share = np.asarray(layers, np.float32)[:, None] * np.float32(blend)
    return rows[:, None] + share * (columns[None] - rows[:, None])


def require(run: Run) -> None:
    """Raise Refused unless the run draws images and has a style for each layer."""
    if run.spec.num_layers < 2 or len(run.spec.shape) != 3:
        raise Refused("This run has one code for all of its layers, so there are no styles to mix.")


def chosen(run: Run, layers: Sequence[bool]) -> np.ndarray:
    """A choice of layers, (num_layers,) bool. Raises Refused when it is not one for each."""
    require(run)
    if len(layers) != run.spec.num_layers:
        raise Refused(f"This run has {run.spec.num_layers} layers; this is a choice among {len(layers)}.")
    return np.array(layers, bool)


def compact(run: Run, w: np.ndarray) -> np.ndarray:
    """Codes (n, d) as (n, w_dim) where each of them is one style for all layers, as encoders give them; else as they are."""
    layers = shaped(run, w)
    return layers[:, 0] if (layers == layers[:, :1]).all() else w


def expanded(run: Run, values: np.ndarray, n: int) -> np.ndarray:
    """What ``compact`` gave for n codes, flat, as (n, L, w). Raises Refused when its length fits neither way."""
    if len(values) == n * run.spec.w_dim:
        return np.repeat(values.reshape(n, 1, -1), run.spec.num_layers, 1)
    return shaped(run, moves.codes(values, run.d, n, n))


def mixing_grid(run: Run, sources: np.ndarray, rows: int, layers: Sequence[bool], blend: float, truncation: Truncation) -> np.ndarray:
    """The codes ((a + 1) · (b + 1), L, w) of a mixing grid, row by row: first the mean of W (where the run keeps one, else the first row's
    source) and the columns' sources, then each row's source and its mixtures. ``sources`` (a + b, L, w): the ``rows`` first."""
    mask = chosen(run, layers)
    sources = truncation.apply(run, sources)
    a, b = sources[:rows], sources[rows:]
    mean = w_avg(run)
    corner = a[:1] if mean is None else np.broadcast_to(mean, a[:1].shape)
    top = np.concatenate([corner, b])
    return np.concatenate([top, *(np.concatenate([a[k:k + 1], line]) for k, line in enumerate(mix_styles(a, b, mask, blend)))])


def strip(run: Run, w: np.ndarray, values: Sequence[float], cutoff: int, plus: np.ndarray | None = None) -> np.ndarray:
    """The code (d,) truncated to each ψ of ``values``, with ``plus`` (d,) added after that: (n, L, w)."""
    require(run)
    one = shaped(run, w[None])
    out = np.concatenate([Truncation(v, cutoff).apply(run, one) for v in values])
    return out if plus is None else out + shaped(run, plus[None])


def noise_map(run: Run, w: np.ndarray, strengths: Sequence[float], seeds: int, label: int | None = None) -> np.ndarray:
    """Where noise changes the image of a code (d,): each pixel's standard deviation over ``seeds`` draws, root mean square over its
    channels, in steps of 1/255 from black to white: (H, W) (Karras et al. 2019, figure 4)."""
    drawn = torch.cat([images(run, w[None], label, Noise(tuple(strengths), seed)) for seed in range(1, seeds + 1)])
    variance = (drawn * 127.5).var(0, unbiased=False)
    return variance.mean(0).sqrt().float().cpu().numpy()


def heat(values: np.ndarray, top: float) -> np.ndarray:
    """Numbers (H, W) from 0 to ``top`` as colours (H, W, 3) uint8, from black over purple and orange to white."""
    at = np.clip(values / max(top, 1e-9), 0, 1) * (len(HEAT) - 1)
    low = np.minimum(at.astype(int), len(HEAT) - 2)
    share = (at - low)[..., None]
    return ((1 - share) * HEAT[low] + share * HEAT[low + 1]).round().astype(np.uint8)


Way = Callable[[np.ndarray], np.ndarray]        # places t (n,) in [0, 1] on a path to codes (n, L, w)


def ways(run: Run, a: int, b: int, truncation: Truncation, label: int | None = None) -> tuple[Way, Way]:
    """The paths between the samples of two seeds: through Z (the arc for a normal prior, mapped), and straight through W."""
    require(run)
    label = run.label(label)
    za, zb = run.sample_z(1, a)[0], run.sample_z(1, b)[0]
    ends = shaped(run, run.map_z(np.stack([za, zb]), label))
    walk = moves.slerp if run.spec.prior in ("normal", "mapped") else moves.lerp

    def through_z(t: np.ndarray) -> np.ndarray:
        return truncation.apply(run, shaped(run, run.map_z(np.stack([walk(za, zb, float(v)) for v in t]), label)))

    def through_w(t: np.ndarray) -> np.ndarray:
        return truncation.apply(run, np.stack([moves.lerp(ends[0], ends[1], float(v)) for v in t]).astype(np.float32))
    return through_z, through_w


def path_length(run: Run, way: Way, net: FeatureNet | None, label: int | None = None) -> float:
    """Mean over STEPS even places of d(G(t), G(t + ε)) / ε² (Karras et al. 2019, eq. 2, for one path): d is the squared distance between
    the features of a classifier of the run's data set, or without one between pixels in [0, 1], summed."""
    t = (np.arange(STEPS) + 0.5) / STEPS
    drawn = images(run, way(np.concatenate([t - EPSILON / 2, t + EPSILON / 2])), label)
    with torch.inference_mode():
        seen = (drawn + 1).flatten(1) / 2 if net is None else net.embed(drawn.float().cpu())
    return float((seen[STEPS:] - seen[:STEPS]).double().square().sum(1).mean() / EPSILON**2)


def found_in(run: Run, layers: Sequence[bool], label: int | None = None) -> tuple[list[Direction] | None, float]:
    """Directions of the styles of the chosen layers: (directions or None, share done). The principal ones of W (Härkönen et al. 2020) and
    the eigenvectors of AᵀA, A what these layers' styles are computed by (Shen & Zhou 2021), the same in each of them and zero in all
    others. What they change is measured where the layers lie side by side; there are few such choices, so they are kept."""
    mask = chosen(run, layers)
    if not mask.any():
        raise Refused("Choose at least one layer.")
    at = np.flatnonzero(mask)
    if at[-1] - at[0] + 1 != len(at):
        return _directions(run, mask), 1.0
    return run.soon(_name(at, run.label(label)), lambda progress: measured_in(run, layers, label, progress))


def measured_in(run: Run, layers: Sequence[bool], label: int | None = None, progress: Progress = lambda share: None) -> list[Direction]:
    """As ``found_in`` of layers side by side, however long it takes."""
    mask, asked, by = chosen(run, layers), run.label(label), galleries.reader(run)
    at = np.flatnonzero(mask)
    name, fields = _name(at, asked), by.fields

    def make() -> Entry:
        return directions.to_entry(directions.measure_all(_directions(run, mask), lambda w: run.images(w, asked), by, run.points_of_all(),
                                                          galleries.TRIED, progress, galleries.usual_std(run, asked)), fields)

    def read(e: Entry) -> list[Direction]:
        return directions.of_entry(e, fields, run.d)
    lasts = (at[0], at[-1] + 1) in {(r.first, r.last) for r in ranges(run.spec)} and (asked or 0) < galleries.CLASSES
    return run.recorded(name, make, read) if lasts else run.once((name, run.classified_by), lambda: read(make()))


def _name(at: np.ndarray, label: int | None) -> str:
    return f"styles {at[0]} to {at[-1]}" + ("" if label is None else f" {label}")


def _directions(run: Run, mask: np.ndarray) -> list[Direction]:
    points = run.points_of_all()
    vectors = statistics.principal(shaped(run, points)[:, mask].mean(1), COUNT).vectors
    out = [_spread(points, mask, v, "principal") for v in vectors]
    if weights := run.model.style_weights():
        weight = torch.cat([w for w, on in zip(weights, mask, strict=True) if on])
        out += [_spread(points, mask, v, "closed form") for v in directions.closed_form(weight, count=COUNT)]
    return out


def _spread(points: np.ndarray, mask: np.ndarray, u: np.ndarray, kind: str) -> Direction:
    """A direction u (w_dim,) of unit length in each of the chosen layers."""
    v = (mask[:, None] * u / np.sqrt(mask.sum())).reshape(-1).astype(np.float32)
    return Direction(kind, v, directions.along(points, v))
