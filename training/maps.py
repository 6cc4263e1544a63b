"""The map of a run: codes of the held-out images and where UMAP puts them, kept in ``map.npz`` beside the weights.

Codes of more than ``MOST_NUMBERS`` in all are left out of the file, where they would take megabytes, and worked out again from the held-out
images by whoever reads it; of an encoder that reads an image row after row, which takes ten times as long, four times as many are kept."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import arrays
from .files import write_atomically
from .model import Batch, LatentModel

METRICS = ("euclidean", "cosine", "manhattan", "correlation")
MAX_POINTS = 70_000
BEGUN, GRAPH, LAYOUT = 0.05, 0.3, 0.55            # shares of a fit's time after which neighbours, their graph and the layout begin
MOST_NUMBERS = 2**18                              # of all codes together that a file holds: 512 KiB


MOST_BYTES = {"codes": 2**27, "umap": 16 * MAX_POINTS, "settings": 64, "metric": 256}   # of each array of a file


class MapError(ValueError):
    """A map file cannot be used, or a map cannot be fitted as asked; one sentence."""


@dataclass(frozen=True)
class Map:
    """``codes`` (n, d) float32, point i being held-out image i, or None where the file leaves them out; ``umap`` (n, 2) float32 or None
    while it was not fitted yet."""

    codes: np.ndarray | None
    umap: np.ndarray | None = None
    n_neighbors: int = 5
    min_dist: float = 0.1
    metric: str = "euclidean"


@torch.no_grad()
def encode_all(model: LatentModel, images: np.ndarray, chunk: int = 500) -> np.ndarray:
    """uint8 images (n, C, H, W) to codes (n, num_layers * w_dim) float32. In eval mode, on the model's device."""
    device = model.device
    codes = np.empty((len(images), model.spec.num_layers * model.spec.w_dim), np.float32)
    for i in range(0, len(images), chunk):
        x = Batch.of(torch.from_numpy(np.ascontiguousarray(images[i:i + chunk])).to(device)).images
        codes[i:i + chunk] = model.encode(x).flatten(1).cpu().numpy()
    return codes


def check_umap(n: int, n_neighbors: int, min_dist: float, metric: str) -> None:
    """Raise MapError when UMAP cannot be fitted with these settings."""
    if not 2 <= n_neighbors <= 200:
        raise MapError(f"n_neighbors must lie between 2 and 200; it is {n_neighbors}.")
    if not 0 <= min_dist <= 1:
        raise MapError(f"min_dist must lie between 0 and 1; it is {min_dist}.")
    if metric not in METRICS:
        raise MapError(f"metric must be one of {', '.join(METRICS)}; it is {metric!r}.")
    if n <= n_neighbors:
        raise MapError(f"UMAP with {n_neighbors} neighbours needs more than {n_neighbors} points; there are {n}.")
    if n > MAX_POINTS:
        raise MapError(f"a map holds up to {MAX_POINTS:,} points; these are {n:,}.")


def neighbours(codes: np.ndarray, k: int, metric: str, progress: Callable[[float], None] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Exact nearest codes of each of ``codes`` (n, d), itself among them: indices (n, k) int32 and distances (n, k) float32, nearest first.

    ``progress(share)`` tells how much is done, in [0, 1].
    """
    from sklearn.neighbors import NearestNeighbors
    if metric == "correlation":                   # the cosine of what is left once each code's own mean is taken off
        codes, metric = codes - codes.mean(1, keepdims=True), "cosine"
    search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(codes)
    indices, distances = np.empty((len(codes), k), np.int32), np.empty((len(codes), k), np.float32)
    rows = max(1, 2**23 // len(codes))
    for i in range(0, len(codes), rows):
        distances[i:i + rows], indices[i:i + rows] = search.kneighbors(codes[i:i + rows])
        if progress:
            progress(min(1.0, (i + rows) / len(codes)))
    return indices, distances


def fit_umap(codes: np.ndarray, *, n_neighbors: int = 5, min_dist: float = 0.1, metric: str = "euclidean", seed: int = 0,
             progress: Callable[[float], None] | None = None) -> np.ndarray:
    """Codes (n, d) to places (n, 2) float32 (McInnes et al. 2018). ``progress(share)`` is told how much is done, up to 1.0.

    Neighbours are found here: UMAP compiles a search of its own for half a minute, and does not tell how far it is.
    """
    check_umap(len(codes), n_neighbors, min_dist, metric)
    import umap  # seconds: numba
    tell = progress or (lambda share: None)
    tell(BEGUN)
    found = neighbours(codes, n_neighbors, metric, lambda share: tell(BEGUN + share * (GRAPH - BEGUN)))
    reducer = umap.UMAP(n_neighbors=n_neighbors, min_dist=min_dist, metric=metric, random_state=seed, n_jobs=1, verbose=True,
                        precomputed_knn=(*found, None),
                        tqdm_kwds={"disable": False, "file": _Epochs(lambda done, of: tell(LAYOUT + (1 - LAYOUT) * done / max(of, 1))),
                                   "mininterval": 0.3, "ascii": True, "bar_format": "{n_fmt}/{total_fmt}\n"})
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)      # that it cannot place new codes: nobody asks it to
        places = reducer.fit_transform(codes)
    tell(1.0)
    return np.ascontiguousarray(_even(places), np.float32)                    # as a file keeps them


class _Epochs:
    """A file for tqdm that hands what it prints ("12/200") to a callback: UMAP has no other way to tell how far it is."""

    encoding = "utf-8"

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self.progress = progress

    def write(self, text: str) -> None:
        done, slash, total = text.strip().partition("/")
        if slash and done.isdigit() and total.isdigit():
            self.progress(int(done), int(total))

    def flush(self) -> None:
        """Nothing is kept back."""


def most_numbers(model: LatentModel) -> int:
    """How many numbers the codes of a model may have in its map's file."""
    return 4 * MOST_NUMBERS if any(isinstance(m, nn.RNNBase) for m in model.modules()) else MOST_NUMBERS


def write(path: Path, kept: Map, most: int | None = None) -> None:
    """Save atomically. Codes, where they are no more than ``most`` (MOST_NUMBERS) numbers, as float16, which moves a point by less than a
    thousandth of its distance to the origin, or as float32 where they do not fit into that; places to a 65,000th of the map's width.
    Raises MapError for what would be no map when it is read: NaN or infinite numbers."""
    most = MOST_NUMBERS if most is None else most
    if not all(v is None or np.isfinite(v).all() for v in (kept.codes, kept.umap)):
        raise MapError("codes that are NaN or infinite make no map.")
    parts = dict(settings=np.array([kept.n_neighbors, kept.min_dist]), metric=np.array(kept.metric))
    if kept.codes is not None and len(kept.codes) * len(np.unique(kept.codes[:1])) <= most:     # a style counts once for all layers
        with np.errstate(over="ignore"):
            half = kept.codes.astype(np.float16)
        parts["codes"] = half if np.isfinite(half).all() else kept.codes.astype(np.float32)
    if kept.umap is not None:
        parts["umap"] = _even(kept.umap)

    def save(p: Path) -> None:
        with open(p, "wb") as f:
            np.savez_compressed(f, allow_pickle=False, **parts)
    write_atomically(path, save)


def _even(places: np.ndarray) -> np.ndarray:
    """Places (n, 2) on a grid of 2¹⁵ to 2¹⁶ steps over the map, by a power of two: float32 of few bits, which pack to half the bytes."""
    width = float(np.ptp(places, 0).max()) if len(places) else 0.0
    step = 2.0 ** math.floor(math.log2(width / 2**15)) if width > 0 else 1.0
    return (np.round(places / step) * step).astype(np.float32)


def read(path: Path) -> Map:
    """The map of a run; raises MapError in one sentence when it is damaged, or larger than a map. Never unpickles."""
    again = f"run `python -m training evaluate {path.parent.name}` again."
    try:
        found = arrays.read(path, MOST_BYTES)
        neighbours, min_dist = map(float, found["settings"])
        metric, codes, umap = str(found["metric"]), found.get("codes"), found.get("umap")
        kept = Map(None if codes is None else codes.astype(np.float32), umap, int(neighbours), min_dist, metric)
    except arrays.TooLarge as e:
        raise MapError(f"{path.parent.name}: {path.name} is larger than a map; {again}") from e
    except (*arrays.DAMAGE, OverflowError) as e:
        raise MapError(f"{path.parent.name}: {path.name} is damaged; {again}") from e
    if not _sound(kept):
        raise MapError(f"{path.parent.name}: {path.name} does not hold a map.")
    return kept


def _sound(kept: Map) -> bool:
    places = [v for v in (kept.codes, kept.umap) if v is not None]
    numbers = all(v.dtype.kind == "f" and v.ndim == 2 and len(v) <= MAX_POINTS and np.isfinite(v).all() for v in places)
    return numbers and (kept.umap is None or kept.umap.shape[1] == 2) and len({len(v) for v in places}) < 2 and math.isfinite(kept.min_dist)
