"""How a run's images read, and galleries of exemplars. Worked out once.

All of it is measured on fixed numbers of codes and images, and kept in the run's record (runs/record.py). What takes longer than a
request is done in the background (runs/background.py): such a function gives (value or None, share done).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from .. import NotThere, Refused
from ..runs.background import Progress, quietly
from ..runs.record import Entry, trimmed
from ..runs.run import Run
from . import arithmetic, attributes, directions, seed_to_image
from .arithmetic import Line, Start
from .attributes import Gallery, Reader

T = TypeVar("T")

SAMPLES = 600                                   # seeds 0 … of the gallery
REAL = 1500                                     # held-out images of the gallery
USUAL = 96                                      # images that say what is thin and what is bold
TRIED = 24                                      # codes that each direction is tried from
CLASSES = 10                                    # of a conditional model whose figures are kept; those of others are measured when asked for
REF = re.compile(r"([sr])(\d{1,9})")


def reader(run: Run) -> Reader:
    """How the run's images are read; read anew when the data set's classifier has changed. A damaged classifier counts as none."""
    try:
        net = run.classifier()
    except Refused:
        net = None
    if net is not None and (len(run.spec.shape) != 3 or net.shape[0] != run.spec.shape[0]):
        net = None

    def make() -> Entry:
        points = run.points_of_all()
        pick = np.linspace(0, len(points) - 1, min(USUAL, len(points))).astype(int)
        middle, spread = attributes.scale(run.decode(points[pick], pick % max(run.spec.num_classes, 1)))
        return {"middle": middle.tolist(), "spread": spread.tolist()}

    def read(e: Entry) -> tuple[np.ndarray, np.ndarray]:
        middle, spread = (np.array(e[k], np.float32).reshape(len(attributes.MEASURED)) for k in ("middle", "spread"))
        return middle, spread

    def make_reader() -> Reader:
        grey = len(run.card.data.shape) == 3 and run.spec.shape[0] == 1      # not of points, which are shown as dots
        return Reader(net, None, run.recorded("reader", make, read) if grey else None)
    return run.once(("reader", net and net.sha256), make_reader)


def _key(run: Run) -> str:
    net = reader(run).net
    return net.sha256 if net else ""


def entry_of(run: Run, what: str, label: int | None) -> str:
    """The name of an entry of the run's record that tells of one class, where there are classes."""
    label = run.label(label)
    return what if label is None else f"{what} {label}"


def kept_or_once(run: Run, what: str, label: int | None, make: Callable[[], Entry], read: Callable[[Entry], T], most: int = CLASSES) -> T:
    """As ``run.recorded``, but of classes beyond the first ``most`` in memory alone."""
    name = entry_of(run, what, label)
    return run.recorded(name, make, read) if (label or 0) < most else run.once((name, _key(run)), lambda: read(make()))


def spread(run: Run) -> np.ndarray:
    """Standard deviation of the run's codes in each coordinate, (d,)."""
    def make() -> Entry:
        return {"deviation": trimmed(run.points_of_all().std(0))}
    return run.recorded("spread", make, lambda e: e["deviation"].reshape(run.d))


def usual_std(run: Run, label: int | None = None) -> np.ndarray:
    """How much each statistic of the run's images varies (latent.statistics)."""
    def make() -> Entry:
        return {"deviation": trimmed(directions.usual_std(lambda w: run.images(w, label), run.points_of_all()))}
    return kept_or_once(run, "usual", label, make, lambda e: e["deviation"].reshape(-1))


def exemplars(run: Run, refs: list[str], label: int | None = None) -> np.ndarray:
    """Codes (n, d) of exemplars by their refs ("s12": seed 12, "r40": held-out image 40). Raises Refused, NotThere."""
    out = np.empty((len(refs), run.d), np.float32)
    kinds = [REF.fullmatch(r) for r in refs]
    if not all(kinds):
        raise Refused("An exemplar is named s and a seed, or r and the number of a test image.")
    numbers = np.array([int(k[2]) for k in kinds if k], int)
    real = np.array([k[1] == "r" for k in kinds if k], bool)
    if real.any():
        if run.codes is None:
            raise NotThere("This run has no codes of real images.")
        if numbers[real].max() >= len(run.codes):
            raise NotThere(f"There are test images 0 to {len(run.codes) - 1}; {numbers[real].max()} is none of them.")
        out[real] = run.codes[numbers[real]]
    if (~real).any():
        out[~real] = seed_to_image.codes(run, numbers[~real], label)
    return out


def read_samples(run: Run, seeds: np.ndarray, label: int | None, progress: Progress) -> Gallery:
    return attributes.of_samples(lambda s: seed_to_image.codes(run, s, label), lambda w: run.images(w, label), reader(run), seeds, progress)


def of_samples(run: Run, label: int | None, progress: Progress) -> Gallery:
    seeds = np.arange(SAMPLES)

    def make() -> Entry:
        return {"readings": attributes.coarse(read_samples(run, seeds, label, progress).readings)}

    def read(e: Entry) -> Gallery:
        by = reader(run)
        readings = attributes.fine(e["readings"].reshape(SAMPLES, by.width))
        return Gallery(tuple(f"s{s}" for s in seeds), seed_to_image.codes(run, seeds, label), by.fields, readings)
    return kept_or_once(run, "gallery", label, make, read, most=1)     # of the class that is shown first: the largest part of a record


def _of_real(run: Run, progress: Progress) -> Gallery:
    if run.codes is None or run.held is None:
        raise Refused("This run has no real images here to take exemplars from.")
    held, codes = run.held, run.codes[:REAL]
    return run.once(("gallery", "real", _key(run)), lambda: attributes.of_real(held, codes, reader(run), progress))


def gallery(run: Run, source: str, label: int | None = None) -> tuple[tuple[Gallery, Start] | None, float]:
    """Exemplars to choose from, and a good choice to begin with. ``source``: "samples", or "real" for runs that encode."""
    run.require_images()
    if source == "real" and (run.map is None or run.held is None):
        raise Refused("This run has no real images here to take exemplars from.")
    return run.soon(entry_of(run, f"start {source}", label), lambda progress: gallery_of(run, source, label, progress))


def gallery_of(run: Run, source: str, label: int | None = None, progress: Progress = quietly) -> tuple[Gallery, Start]:
    """As ``gallery``, however long it takes."""
    found = (_of_real if source == "real" else partial(of_samples, label=label))(run, progress=lambda share: progress(0.9 * share))

    def make() -> Entry:
        start = arithmetic.start(found, lambda a, b, c: checked(run, a, b, c, 1.0, label)[0])
        return {"a": list(start.a), "b": list(start.b), "c": list(start.c), "field": start.field}

    def read(e: Entry) -> Start:
        known, (a, b, c) = set(found.refs), (tuple(e[k]) for k in "abc")
        if not known.issuperset(a + b + c):
            raise ValueError("it names exemplars that are not there")
        return Start(a, b, c, e["field"])
    return found, kept_or_once(run, f"start {source}", label, make, read)


def checked(run: Run, a: np.ndarray, b: np.ndarray, c: np.ndarray, strength: float,
           label: int | None = None) -> tuple[list[Line], list[dict[str, str]]]:
    """The check of A − B + C, from codes (n, d) each; all images are read as the model draws them. Empty where nothing can be read.

    Beside it, of A's, B's and C's exemplars and of the result: the category of each field that they agree on.
    """
    by = reader(run)
    if not by.fields:
        return [], [{}, {}, {}, {}]
    codes = np.concatenate([a, b, c.mean(0, keepdims=True), arithmetic.combine(a, b, c, strength)[None]])
    read = by.read(run.images(codes, label))
    ra, rb, rc, result = read[:len(a)], read[len(a):len(a) + len(b)], read[-2], read[-1]
    said = [arithmetic.agreed(by.fields, r) for r in (ra, rb, rc[None], result[None])]
    return arithmetic.check(by.fields, ra, rb, rc, result), said
