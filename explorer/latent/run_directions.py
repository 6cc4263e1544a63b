"""The directions of a run: found after its training, and what each was measured to change. Worked out once.

All of it is measured on fixed numbers of codes and images, and kept in the run's record (runs/record.py). What takes longer than a
request is done in the background (runs/background.py): such a function gives (value or None, share done).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import Refused
from ..runs.background import Progress, quietly
from . import attributes, directions, statistics
from .attributes import Gallery, Reader
from .directions import Direction
from .galleries import FITTED, SAMPLES, TRIED, _kept_or_once, _named, _of_samples, _read, reader, usual_deviation

if TYPE_CHECKING:

    from ..runs.run import Run


def find(run: Run, label: int | None = None) -> tuple[list[Direction] | None, float]:
    """All directions of a run, measured: principal ones, closed form, attributes.

    Attributes are told apart on the codes of held-out images with labels where the run encodes, else on FITTED samples as they are read.
    """
    run.require_images()
    return run.soon(_named(run, "directions", label), lambda progress: directions_of(run, label, progress))


def directions_of(run: Run, label: int | None = None, progress: Progress = quietly) -> list[Direction]:
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
        return attributes.of_real(held, run.codes[:most], by, progress)
    if not by.fields:
        return None
    first = _of_samples(run, label, lambda share: progress(share * SAMPLES / FITTED))
    rest = _read(run, np.arange(SAMPLES, FITTED), label, lambda share: progress((SAMPLES + share * (FITTED - SAMPLES)) / FITTED))
    return Gallery(first.refs + rest.refs, np.concatenate([first.codes, rest.codes]), by.fields,
                   np.concatenate([first.readings, attributes.fine(attributes.coarse(rest.readings))]))


def measure(run: Run, vector: np.ndarray, label: int | None = None) -> Direction:
    """A direction of one's own (d,), of any length but zero, measured."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise Refused("A direction of length zero points nowhere.")
    points, unit = run.points_of_all(), (vector / length).astype(np.float32)
    found = Direction("own", unit, directions.along(points, unit))
    return directions.measure_all([found], lambda w: run.images(w, label), reader(run), points, TRIED,
                                  deviation=usual_deviation(run, label))[0]


def named(run: Run) -> list[statistics.Effect] | None:
    """What the slider directions change in the words of the attributes that images are read for; None where they are not read for many."""
    by = reader(run) if len(run.spec.shape) == 3 else None
    if by is None or not by.attributes:
        return None

    basis, out = run.directions, []
    found = [Direction("principal", v, float(s)) for v, s in zip(basis.vectors, basis.sigmas, strict=True)]
    for d in directions.measure_all(found, run.images, by, run.points_of_all(), TRIED, deviation=usual_deviation(run)):
        top = directions.main(d)
        out.append(statistics.Effect(None, 0.0) if top is None else statistics.Effect(top.field, top.change, top.low, top.high))
    return out
