"""Maps that the owner fitted anew: files of their own beside the shipped ``map.npz``, which is never written over.

``map-own-<key>-<weights>.npz``: the key is how it was fitted ("15-0.1-cosine"), the weights those it was fitted for. A fit has a fixed
seed, so a key says which map it is.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from training import maps

MOST = 3                                        # of a run; the oldest goes
DIGITS = 12                                     # of the weights' SHA-256 in a name


def key_of(n_neighbors: int, min_dist: float, metric: str) -> str:
    """How a map was fitted, as in a link: "15-0.1-cosine"."""
    return f"{n_neighbors}-{round(min_dist, 2):g}-{metric}"


def _path(folder: Path, weights: str, key: str) -> Path:
    return folder / f"map-own-{key}-{weights[:DIGITS]}.npz"


def _files(folder: Path) -> list[Path]:
    """All own maps of a run's folder, the oldest first."""
    return sorted(folder.glob("map-own-*.npz"), key=lambda p: (p.stat().st_mtime_ns, p.name))


def keys(folder: Path, weights: str) -> list[str]:
    """Keys of the maps that were fitted for these weights (a SHA-256), the oldest first."""
    end = f"-{weights[:DIGITS]}.npz"
    return [p.name.removeprefix("map-own-").removesuffix(end) for p in _files(folder) if p.name.endswith(end)]


def read(folder: Path, weights: str, key: str) -> np.ndarray | None:
    """Places (n, 2) float32; None where there is no such map. Raises MapError when it is damaged."""
    if key not in keys(folder, weights):
        return None
    return maps.read(_path(folder, weights, key)).umap


def write(folder: Path, weights: str, kept: maps.Map) -> str:
    """Keep the places of a map; returns its key. Maps of other weights go, and the oldest beyond ``MOST``. Raises OSError."""
    key = key_of(kept.n_neighbors, kept.min_dist, kept.metric)
    maps.write(_path(folder, weights, key), maps.Map(None, kept.umap, kept.n_neighbors, kept.min_dist, kept.metric))
    there = _files(folder)
    fitting = [p for p in there if p.name.endswith(f"-{weights[:DIGITS]}.npz")]
    for gone in (set(there) - set(fitting)) | set(fitting[:-MOST]):
        with contextlib.suppress(OSError):
            gone.unlink()
    return key


__all__ = ["DIGITS", "MOST", "key_of", "keys", "read", "write"]
