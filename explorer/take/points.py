"""The test images of a run as points: their codes, where they lie on the map, and what is known of each."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.file_names import readable
from training.heldout import HeldOut

from .. import Refused
from ..latent import run_directions
from ..latent.neighbours import pca
from ..runs.run import Run

UNKNOWN = "-"                                   # said of a point that has no class
TAKEN = ("index", "x", "y", "image")            # names of columns that are ours


@dataclass(frozen=True)
class Points:
    """``codes`` (n, d) float32 and ``places`` (n, 2) float32: where the page's map has them. ``laid_out``: "umap", "code" where the code is
    the plane itself, or "pca". ``columns``: (name, a word for each point); no two names are alike, and no word has a tab or a line break.
    ``held``: the images, point i being image i, or None."""

    codes: np.ndarray
    places: np.ndarray
    laid_out: str
    columns: tuple[tuple[str, list[str]], ...]
    labels: np.ndarray | None
    attributes: np.ndarray | None
    classes: tuple[str, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    held: HeldOut | None

    def __len__(self) -> int:
        return len(self.codes)


def points(run: Run) -> Points:
    """Raises Refused for a run without codes of test images."""
    name = run.card.name
    if not run.spec.encodes:
        raise Refused(f"{name} has no encoder, so there are no codes of test images to take; its samples, weights and ONNX can be taken.")
    if run.codes is None:
        kept = run.folder.parent
        more = "" if kept == Path("trained") else f" --trained {shlex.quote(str(kept))}"
        raise Refused(f"{name} has no map, or its test images are not here; run `python -m training evaluate {name}{more}` first.")
    codes, held = run.codes, run.held
    assert run.map is not None
    n, data = len(codes), run.card.data
    labels = held.labels[:n] if held is not None and held.labels is not None else None
    attributes = held.attributes[:n] if held is not None and held.attributes is not None else None
    places, laid_out = _places(run, codes)
    classes = tuple(map(readable, data.classes))
    fields = tuple((readable(field), tuple(map(readable, categories))) for field, categories in data.attributes)
    columns = list[tuple[str, list[str]]]()
    if labels is not None and classes:
        columns.append(("class", _words(labels, classes)))
    if attributes is not None:
        columns += [(field, _words(attributes[:, k], categories)) for k, (field, categories) in enumerate(fields)]
    codes = np.ascontiguousarray(codes, np.float32)
    return Points(codes, places, laid_out, tuple(_unlike(columns)), labels, attributes, classes, fields, held)


def _places(run: Run, codes: np.ndarray) -> tuple[np.ndarray, str]:
    """As the map shows them: by UMAP, else the plane itself, else along the two strongest directions."""
    assert run.map is not None
    if run.map.umap is not None:
        return run.map.umap.astype(np.float32), "umap"
    if run.d == 2:
        return codes.astype(np.float32), "code"
    return pca(codes, run_directions.basis(run)).astype(np.float32), "pca"


def _words(numbers: np.ndarray, names: tuple[str, ...]) -> list[str]:
    return [names[k] if 0 <= k < len(names) else UNKNOWN for k in numbers.tolist()]


def _unlike(columns: list[tuple[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """The same columns; whose name is taken already, in whatever case, has a number behind it."""
    known = set(TAKEN)
    for name, words in columns:
        new, k = name, 2
        while new.casefold() in known:
            new, k = f"{name}_{k}", k + 1
        known.add(new.casefold())
        yield new, words


__all__ = ["Points", "points"]
