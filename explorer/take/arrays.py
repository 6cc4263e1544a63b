"""The points of a run as one .npz, that numpy opens without pickles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ..runs.run import Run
from .points import points


def write(run: Run, folder: Path, place: Path) -> str:
    """points.npz in an empty folder, which will stand at ``place``; what is said of it. Raises Refused.

    ``codes`` (n, d) and ``places`` (n, 2) float32; ``indices`` (n,) of the test images; where they are known ``labels`` (n,) int64 with the
    names ``classes``, and ``attributes`` (n, k) uint8 with the names ``fields`` (k,) and ``categories`` (k, most), "" where a field has
    fewer; ``about``, JSON."""
    taken = points(run)
    about = {"run": run.card.name, "weights_sha256": run.card.weights_sha256, "places": taken.laid_out}
    arrays = {"codes": taken.codes, "places": taken.places, "indices": np.arange(len(taken)), "about": np.array(json.dumps(about))}
    if taken.labels is not None:
        arrays |= {"labels": taken.labels, "classes": np.array(taken.classes, np.str_)}
    if taken.attributes is not None:
        most = max((len(categories) for _, categories in taken.fields), default=0)
        padded = [[*categories, *[""] * (most - len(categories))] for _, categories in taken.fields]
        arrays |= {"attributes": taken.attributes, "fields": np.array([f for f, _ in taken.fields], np.str_),
                   "categories": np.array(padded, np.str_)}
    with open(folder / "points.npz", "wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return f"{len(taken):,} points; open it with: numpy.load({str(place / 'points.npz')!r})"


__all__ = ["write"]
