"""What was found out about a loaded run after its training: how its images read, galleries of exemplars, directions. Worked out once.

What takes longer than a request is done in the background (later.py): such a function gives (value or None, share done).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import torch

from . import NotThere, Refused, agreement, arithmetic, directions, images, latent, reading
from .agreement import Kept
from .arithmetic import Line, Start
from .directions import Direction
from .later import Progress
from .reading import Gallery, Reader

if TYPE_CHECKING:
    from .session import Run

SAMPLES = 600                                   # seeds 0 … of the gallery
REAL = 1500                                     # held-out images of the gallery
FITTED = 2600                                   # codes that attribute directions are fitted to and measured on
JUDGED, LEAST_JUDGED = 2000, 200                # held-out images that are read before and after the code
USUAL = 96                                      # images that say what is thin and what is bold
CHUNK = 100                                     # of them at a time
REF = re.compile(r"([sr])(\d{1,9})")


def reader(run: Run) -> Reader:
    """How the run's images are read; read anew when the data set's classifier has changed. A damaged classifier counts as none."""
    try:
        net = run.judge()
    except Refused:
        net = None
    if net is not None and (len(run.spec.shape) != 3 or net.shape[0] != run.spec.shape[0]):
        net = None

    def make() -> Reader:
        usual = None
        if len(run.card.data.shape) == 3 and run.spec.shape[0] == 1:         # not of points, which are shown as dots
            points = run.points_of_all()
            pick = np.linspace(0, len(points) - 1, min(USUAL, len(points))).astype(int)
            usual = run.decode(points[pick], pick % max(run.spec.num_classes, 1))
        return Reader(net, usual)
    return run.once(("reader", net and net.sha256), make)


def _key(run: Run) -> str:
    net = reader(run).net
    return net.sha256 if net else ""


def spread(run: Run) -> np.ndarray:
    """Standard deviation of the run's codes in each coordinate, (d,)."""
    return run.once("spread", lambda: run.points_of_all().std(0))


def exemplars(run: Run, refs: list[str], label: int | None = None) -> np.ndarray:
    """Codes (n, d) of exemplars by their refs ("s12": seed 12, "r40": held-out image 40). Raises Refused, NotThere."""
    out = np.empty((len(refs), run.d), np.float32)
    kinds = [REF.fullmatch(r) for r in refs]
    if not all(kinds):
        raise Refused("An exemplar is named s and a seed, or r and the number of a held-out image.")
    numbers = np.array([int(k[2]) for k in kinds if k], int)
    real = np.array([k[1] == "r" for k in kinds if k], bool)
    if real.any():
        if run.codes is None:
            raise NotThere("This run has no codes of real images.")
        if numbers[real].max() >= len(run.codes):
            raise NotThere(f"There are held-out images 0 to {len(run.codes) - 1}; {numbers[real].max()} is none of them.")
        out[real] = run.codes[numbers[real]]
    if (~real).any():
        out[~real] = sampled(run, numbers[~real], label)
    return out


def sampled(run: Run, seeds: np.ndarray, label: int | None = None) -> np.ndarray:
    """The codes (n, d) of seeds, each as the sample of that seed alone."""
    return run.map_z(np.concatenate([run.sample_z(1, int(s)) for s in seeds]), label)


def _read(run: Run, seeds: np.ndarray, label: int | None, progress: Progress) -> Gallery:
    return reading.of_samples(lambda s: sampled(run, s, label), lambda w: run.images(w, label), reader(run), seeds, progress)


def _of_samples(run: Run, label: int | None, progress: Progress) -> Gallery:
    def make() -> Gallery:
        return _read(run, np.arange(SAMPLES), label, progress)
    return run.once(("gallery", "samples", run.label(label), _key(run)), make)


def _of_real(run: Run, progress: Progress) -> Gallery:
    if run.codes is None or run.held is None:
        raise Refused("This run has no real images here to take exemplars from.")
    held, codes = run.held, run.codes[:REAL]
    return run.once(("gallery", "real", _key(run)), lambda: reading.of_real(held, codes, reader(run), progress))


def gallery(run: Run, source: str, label: int | None = None) -> tuple[tuple[Gallery, Start] | None, float]:
    """Exemplars to choose from, and a good choice to begin with. ``source``: "samples", or "real" for runs that encode."""
    run.require_images()
    if source == "real" and (run.codes is None or run.held is None):
        raise Refused("This run has no real images here to take exemplars from.")

    def make(progress: Progress) -> tuple[Gallery, Start]:
        def most(share: float) -> None:
            progress(0.9 * share)
        found = _of_real(run, most) if source == "real" else _of_samples(run, label, most)
        return found, arithmetic.start(found, lambda a, b, c: judged(run, a, b, c, 1.0, label)[0])
    return run.later.get(("gallery", source, run.label(label), _key(run)), make)


def judged(run: Run, a: np.ndarray, b: np.ndarray, c: np.ndarray, strength: float,
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


def kept(run: Run) -> tuple[list[Kept] | None, float]:
    """What the codes of held-out images keep: each field of the classifier, read from the images and from their reconstructions.

    Empty where the run does not encode, or nothing reads its images.
    """
    net, held = reader(run).net, run.held
    if not run.spec.encodes or held is None or net is None:
        return [], 1.0

    def make(progress: Progress) -> list[Kept]:
        n = min(held.n, run.affordable(JUDGED, LEAST_JUDGED, cost=4, seconds=30))
        rows = np.linspace(0, held.n - 1, n).astype(int)
        read: list[list[np.ndarray]] = []
        for i in range(0, n, CHUNK):
            part = rows[i:i + CHUNK]
            pixels = run.real(part)
            labels = held.labels[part] if run.spec.num_classes and held.labels is not None else None
            again = images.to_uint8(run.images(run.encode(pixels)[0], labels)).transpose(0, 3, 1, 2)
            both = torch.from_numpy(np.concatenate([pixels, again])).float() / 127.5 - 1
            told = net.judge([both])[1]
            read.append([told[name].numpy() for name, _ in net.fields])
            progress((i + len(part)) / n)
        found = []
        for k, (name, categories) in enumerate(net.fields):
            halves = [np.split(r[k], 2) for r in read]
            found.append(agreement.count(name, tuple(categories), *(np.concatenate([h[side] for h in halves]) for side in (0, 1))))
        return found
    return run.later.get(("kept", net.sha256), make)


def _bases(run: Run, count: int, seconds: float) -> int:
    return run.affordable(8, 3, cost=3 * max(count, 1), seconds=seconds)


def find(run: Run, label: int | None = None) -> tuple[list[Direction] | None, float]:
    """All directions of a run, measured: principal ones, closed form, attributes.

    Attributes are told apart on the codes of held-out images with labels where the run encodes, else on FITTED samples as they are read.
    """
    run.require_images()

    def make(progress: Progress) -> list[Direction]:
        def draw(w: np.ndarray):
            return run.images(w, label)
        by = reader(run)
        found = [Direction("principal", v, float(s)) for v, s in zip(run.directions.vectors, run.directions.sigmas, strict=True)]
        points = run.points_of_all()
        weight = run.model.first_weight()
        if weight is not None and weight.shape[1] == run.spec.w_dim:
            found += [Direction("closed form", v, directions.along(points, v)) for v in directions.closed_form(weight, run.spec.num_layers)]
        known = _known(run, label, by, lambda share: progress(0.5 * share))
        if known is not None:
            found += list(directions.attributes(known.codes, known.fields, known.readings))[:directions.MOST]
        return directions.measure_all(found, draw, by, points, _bases(run, len(found), 12.0), lambda share: progress(0.5 + 0.5 * share))
    return run.later.get(("directions", run.label(label), _key(run)), make)


def _known(run: Run, label: int | None, by: Reader, progress: Progress) -> Gallery | None:
    held = run.held
    if run.codes is not None and held is not None and (held.attributes is not None or held.labels is not None) and len(run.codes) >= 1000:
        most = min(len(run.codes), 10_000)
        return reading.of_real(held, run.codes[:most], by, progress)
    if not by.fields:
        return None
    first = _of_samples(run, label, lambda share: progress(share * SAMPLES / FITTED))
    rest = _read(run, np.arange(SAMPLES, FITTED), label, lambda share: progress((SAMPLES + share * (FITTED - SAMPLES)) / FITTED))
    return Gallery(first.refs + rest.refs, np.concatenate([first.codes, rest.codes]), by.fields,
                   np.concatenate([first.readings, rest.readings]))


def measure(run: Run, vector: np.ndarray, label: int | None = None) -> Direction:
    """A direction of one's own (d,), of any length but zero, measured."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise Refused("A direction of length zero points nowhere.")
    points, unit = run.points_of_all(), (vector / length).astype(np.float32)
    found = Direction("own", unit, directions.along(points, unit))
    return directions.measure_all([found], lambda w: run.images(w, label), reader(run), points, _bases(run, 1, 0.4))[0]


def named(run: Run) -> list[latent.Effect] | None:
    """What the slider directions change in the words of the attributes that images are read for; None where they are not read for many."""
    by = reader(run) if len(run.spec.shape) == 3 else None
    if by is None or not by.attributes:
        return None

    def make() -> list[latent.Effect]:
        basis = run.directions
        found = [Direction("principal", v, float(s)) for v, s in zip(basis.vectors, basis.sigmas, strict=True)]
        out = []
        for d in directions.measure_all(found, run.images, by, run.points_of_all(), _bases(run, len(found), 1.0)):
            top = directions.main(d)
            out.append(latent.Effect(None, 0.0) if top is None else latent.Effect(top.field, top.change, top.low, top.high))
        return out
    return run.once(("named", _key(run)), make)


__all__ = ["Line", "exemplars", "find", "gallery", "judged", "kept", "measure", "named", "reader", "sampled", "spread"]
