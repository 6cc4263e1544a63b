"""What was found out about a loaded run after its training: how its images read, galleries of exemplars, directions. Worked out once.

All of it is measured on fixed numbers of codes and images, and kept in the run's record (record.py). What takes longer than a request is
done in the background (later.py): such a function gives (value or None, share done).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch

from . import NotThere, Refused, agreement, arithmetic, directions, images, latent, reading
from .agreement import Kept
from .arithmetic import Line, Start
from .directions import Direction
from .later import Progress
from .reading import Gallery, Reader
from .record import Entry, trimmed

if TYPE_CHECKING:
    from training.features import FeatureNet
    from training.heldout import HeldOut

    from .session import Run

T = TypeVar("T")


def _quietly(share: float) -> None:
    """Progress that nobody waits for."""



SAMPLES = 600                                   # seeds 0 … of the gallery
REAL = 1500                                     # held-out images of the gallery
FITTED = 2600                                   # codes that attribute directions are fitted to and measured on
JUDGED = 2000                                   # held-out images that are read before and after the code
USUAL = 96                                      # images that say what is thin and what is bold
TRIED = 24                                      # codes that each direction is tried from
CHUNK = 100                                     # of them at a time
CLASSES = 10                                    # of a conditional model whose figures are kept; those of others are measured when asked for
REF = re.compile(r"([sr])(\d{1,9})")


def reader(run: Run) -> Reader:
    """How the run's images are read; read anew when the data set's classifier has changed. A damaged classifier counts as none."""
    try:
        net = run.judge()
    except Refused:
        net = None
    if net is not None and (len(run.spec.shape) != 3 or net.shape[0] != run.spec.shape[0]):
        net = None

    def make() -> Entry:
        points = run.points_of_all()
        pick = np.linspace(0, len(points) - 1, min(USUAL, len(points))).astype(int)
        middle, spread = reading.scale(run.decode(points[pick], pick % max(run.spec.num_classes, 1)))
        return {"middle": middle.tolist(), "spread": spread.tolist()}

    def read(e: Entry) -> tuple[np.ndarray, np.ndarray]:
        middle, spread = (np.array(e[k], np.float32).reshape(len(reading.MEASURED)) for k in ("middle", "spread"))
        return middle, spread

    def make_reader() -> Reader:
        grey = len(run.card.data.shape) == 3 and run.spec.shape[0] == 1      # not of points, which are shown as dots
        return Reader(net, None, run.recorded("reader", make, read) if grey else None)
    return run.once(("reader", net and net.sha256), make_reader)


def _key(run: Run) -> str:
    net = reader(run).net
    return net.sha256 if net else ""


def _named(run: Run, what: str, label: int | None) -> str:
    """The name of an entry of the run's record that tells of one class, where there are classes."""
    label = run.label(label)
    return what if label is None else f"{what} {label}"


def _kept_or_once(run: Run, what: str, label: int | None, make: Callable[[], Entry], read: Callable[[Entry], T], most: int = CLASSES) -> T:
    """As ``run.recorded``, but of classes beyond the first ``most`` in memory alone."""
    name = _named(run, what, label)
    return run.recorded(name, make, read) if (label or 0) < most else run.once((name, _key(run)), lambda: read(make()))


def spread(run: Run) -> np.ndarray:
    """Standard deviation of the run's codes in each coordinate, (d,)."""
    def make() -> Entry:
        return {"deviation": trimmed(run.points_of_all().std(0))}
    return run.recorded("spread", make, lambda e: e["deviation"].reshape(run.d))


def usual_deviation(run: Run, label: int | None = None) -> np.ndarray:
    """How much each statistic of the run's images varies (latent.statistics)."""
    def make() -> Entry:
        return {"deviation": trimmed(directions.usual_deviation(lambda w: run.images(w, label), run.points_of_all()))}
    return _kept_or_once(run, "usual", label, make, lambda e: e["deviation"].reshape(-1))


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
    seeds = np.arange(SAMPLES)

    def make() -> Entry:
        return {"readings": reading.coarse(_read(run, seeds, label, progress).readings)}

    def read(e: Entry) -> Gallery:
        by = reader(run)
        readings = reading.fine(e["readings"].reshape(SAMPLES, by.width))
        return Gallery(tuple(f"s{s}" for s in seeds), sampled(run, seeds, label), by.fields, readings)
    return _kept_or_once(run, "gallery", label, make, read, most=1)     # of the class that is shown first: the largest part of a record


def _of_real(run: Run, progress: Progress) -> Gallery:
    if run.codes is None or run.held is None:
        raise Refused("This run has no real images here to take exemplars from.")
    held, codes = run.held, run.codes[:REAL]
    return run.once(("gallery", "real", _key(run)), lambda: reading.of_real(held, codes, reader(run), progress))


def gallery(run: Run, source: str, label: int | None = None) -> tuple[tuple[Gallery, Start] | None, float]:
    """Exemplars to choose from, and a good choice to begin with. ``source``: "samples", or "real" for runs that encode."""
    run.require_images()
    if source == "real" and (run.map is None or run.held is None):
        raise Refused("This run has no real images here to take exemplars from.")
    return run.soon(_named(run, f"start {source}", label), lambda progress: gallery_of(run, source, label, progress))


def gallery_of(run: Run, source: str, label: int | None = None, progress: Progress = _quietly) -> tuple[Gallery, Start]:
    """As ``gallery``, however long it takes."""
    found = (_of_real if source == "real" else partial(_of_samples, label=label))(run, progress=lambda share: progress(0.9 * share))

    def make() -> Entry:
        start = arithmetic.start(found, lambda a, b, c: judged(run, a, b, c, 1.0, label)[0])
        return {"a": list(start.a), "b": list(start.b), "c": list(start.c), "field": start.field}

    def read(e: Entry) -> Start:
        known, (a, b, c) = set(found.refs), (tuple(e[k]) for k in "abc")
        if not known.issuperset(a + b + c):
            raise ValueError("it names exemplars that are not there")
        return Start(a, b, c, e["field"])
    return found, _kept_or_once(run, f"start {source}", label, make, read)


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
    return run.soon("kept", partial(kept_of, run)) if _judges(run) else ([], 1.0)


def _judges(run: Run) -> bool:
    return run.spec.encodes and run.held is not None and reader(run).net is not None


def kept_of(run: Run, progress: Progress = _quietly) -> list[Kept]:
    """As ``kept``, however long it takes."""
    net, held = reader(run).net, run.held
    if not run.spec.encodes or held is None or net is None:
        return []

    def read(e: Entry) -> list[Kept]:
        counts = [np.array(c, np.int64).reshape(len(k), len(k)) for c, (_, k) in zip(e["counts"], net.fields, strict=True)]
        return [Kept(name, tuple(k), c) for c, (name, k) in zip(counts, net.fields, strict=True)]
    return run.recorded("kept", lambda: {"counts": [k.counts.tolist() for k in _count(run, net, held, progress)]}, read)


def _count(run: Run, net: FeatureNet, held: HeldOut, progress: Progress) -> list[Kept]:
    n = min(held.n, JUDGED)
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


def find(run: Run, label: int | None = None) -> tuple[list[Direction] | None, float]:
    """All directions of a run, measured: principal ones, closed form, attributes.

    Attributes are told apart on the codes of held-out images with labels where the run encodes, else on FITTED samples as they are read.
    """
    run.require_images()
    return run.soon(_named(run, "directions", label), lambda progress: directions_of(run, label, progress))


def directions_of(run: Run, label: int | None = None, progress: Progress = _quietly) -> list[Direction]:
    """As ``find``, however long it takes."""
    fields = reader(run).fields
    return _kept_or_once(run, "directions", label, lambda: directions.to_entry(_find(run, label, progress), fields),
                         lambda e: directions.of_entry(e, fields, run.d))


def _find(run: Run, label: int | None, progress: Progress) -> list[Direction]:
    by = reader(run)
    found = [Direction("principal", v, float(s)) for v, s in zip(run.directions.vectors, run.directions.sigmas, strict=True)]
    points = run.points_of_all()
    weight = run.model.first_weight()
    if weight is not None and weight.shape[1] == run.spec.w_dim:
        found += [Direction("closed form", v, directions.along(points, v)) for v in directions.closed_form(weight, run.spec.num_layers)]
    known = _known(run, label, by, lambda share: progress(0.5 * share))
    if known is not None:
        found += list(directions.attributes(known.codes, known.fields, known.readings))[:directions.MOST]
    return directions.measure_all(found, lambda w: run.images(w, label), by, points, TRIED, lambda share: progress(0.5 + 0.5 * share),
                                  usual_deviation(run, label))


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
                   np.concatenate([first.readings, reading.fine(reading.coarse(rest.readings))]))


def measure(run: Run, vector: np.ndarray, label: int | None = None) -> Direction:
    """A direction of one's own (d,), of any length but zero, measured."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise Refused("A direction of length zero points nowhere.")
    points, unit = run.points_of_all(), (vector / length).astype(np.float32)
    found = Direction("own", unit, directions.along(points, unit))
    return directions.measure_all([found], lambda w: run.images(w, label), reader(run), points, TRIED,
                                  deviation=usual_deviation(run, label))[0]


def named(run: Run) -> list[latent.Effect] | None:
    """What the slider directions change in the words of the attributes that images are read for; None where they are not read for many."""
    by = reader(run) if len(run.spec.shape) == 3 else None
    if by is None or not by.attributes:
        return None

    basis, out = run.directions, []
    found = [Direction("principal", v, float(s)) for v, s in zip(basis.vectors, basis.sigmas, strict=True)]
    for d in directions.measure_all(found, run.images, by, run.points_of_all(), TRIED, deviation=usual_deviation(run)):
        top = directions.main(d)
        out.append(latent.Effect(None, 0.0) if top is None else latent.Effect(top.field, top.change, top.low, top.high))
    return out


__all__ = ["Line", "exemplars", "find", "gallery", "judged", "kept", "measure", "named", "reader", "sampled", "spread"]
