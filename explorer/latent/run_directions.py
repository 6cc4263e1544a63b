"""The directions of a run: found after its training, and what each was measured to change. Worked out once.

All of it is measured on fixed numbers of codes and images, and kept in the run's record (runs/record.py). What takes longer than a
request is done in the background (runs/background.py): such a function gives (value or None, share done).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from .. import Refused
from ..runs.background import Progress, quietly
from ..runs.record import Entry, trimmed
from ..runs.run import Run
from . import attributes, directions, galleries, statistics
from .attributes import Gallery, Reader
from .directions import Direction
from .galleries import entry_of, kept_or_once, of_samples, read_samples, reader, usual_std
from .statistics import Basis, Effect

FITTED = 2600                                   # codes that attribute directions are fitted to and measured on
PULLED = 256                                    # codes that the strongest directions are found on
CHUNK = 64                                      # of them at once


def _principal(run: Run) -> Basis:
    return run.once("principal", lambda: statistics.principal(run.points_of_all()))


def basis(run: Run) -> Basis:
    """Mean and spectrum of the run's codes, and their two strongest directions: the PCA map."""
    def make() -> Entry:
        b = _principal(run)
        return {"mean": b.mean, "vectors": b.vectors[:2], "sigmas": b.sigmas[:2], "shares": b.shares[:2],
                "spectrum": trimmed(b.spectrum), "scale": b.scale}

    def read(e: Entry) -> Basis:
        return Basis(e["mean"].reshape(run.d), e["vectors"].reshape(-1, run.d), e["sigmas"].reshape(-1), e["shares"].reshape(-1),
                     e["spectrum"].reshape(-1), float(e["scale"]))
    return run.recorded("basis", make, read)


def axes(run: Run, count: int) -> Basis:
    """Mean and the ``count`` strongest directions of the run's codes, of which there may be fewer."""
    b = _principal(run)
    return Basis(b.mean, b.vectors[:count], b.sigmas[:count], b.shares[:count], b.spectrum, b.scale)


def sliders(run: Run) -> Basis:
    """The directions on sliders: at most 8, those that change the image most, found on PULLED codes."""
    def towards(w: np.ndarray) -> np.ndarray:
        return pull(run, w[np.linspace(0, len(w) - 1, min(len(w), PULLED)).astype(int)])

    def make() -> Entry:
        strongest = statistics.strongest(_principal(run), run.points_of_all(), towards if len(run.spec.shape) == 3 else np.zeros_like)
        return {"vectors": strongest.vectors.astype(np.float16), "sigmas": strongest.sigmas, "shares": strongest.shares}

    def read(e: Entry) -> Basis:
        vectors = statistics.orthonormal(e["vectors"].reshape(-1, run.d))
        sigmas, shares = e["sigmas"].reshape(-1), e["shares"].reshape(-1)
        if not len(vectors) == len(sigmas) == len(shares):
            raise ValueError("as many sigmas as vectors are needed")
        all_of = basis(run)
        return Basis(all_of.mean, vectors, sigmas, shares, all_of.spectrum, all_of.scale)
    return run.recorded("sliders", make, read)


def pull(run: Run, w: np.ndarray) -> np.ndarray:
    """Jᵀr of codes (n, d): how each code should move for its image to move along a random image r. (n, d)."""
    r = torch.Generator().manual_seed(0)
    found = []
    for i in range(0, len(w), CHUNK):
        codes = torch.from_numpy(w[i:i + CHUNK]).to(run.device).requires_grad_()
        with torch.enable_grad():
            shaped = codes.view(-1, run.spec.num_layers, run.spec.w_dim)
            drawn = run.model.synthesize(shaped, run.labels(len(codes), None))
            towards = torch.randn(drawn.shape, generator=r).to(run.device)
            found.append(torch.autograd.grad((drawn * towards).sum(), codes)[0].cpu().numpy())
    return np.concatenate(found)


def effects(run: Run) -> list[Effect]:
    """What each of ``sliders`` was measured to change, from TRIED codes."""
    def make() -> Entry:
        if (read := named(run)) is not None:
            told = read
        elif len(run.spec.shape) != 3:
            told = [Effect(None, 0.0)] * len(sliders(run).vectors)
        else:
            told = statistics.effects(run.decode, sliders(run), run.points_of_all(), galleries.TRIED)
        return {"effects": [[e.label, round(e.change, 3), e.low, e.high, list(e.also)] for e in told]}

    def read(e: Entry) -> list[Effect]:
        effects = [Effect(label, float(change), low, high, tuple(also)) for label, change, low, high, also in e["effects"]]
        if len(effects) != len(sliders(run).vectors):
            raise ValueError("as many effects as directions are needed")
        return effects
    return run.recorded("effects", make, read)


def find(run: Run, label: int | None = None) -> tuple[list[Direction] | None, float]:
    """All directions of a run, measured: principal ones, closed form, attributes.

    Attributes are told apart on the codes of held-out images with labels where the run encodes, else on FITTED samples as they are read.
    """
    run.require_images()
    return run.soon(entry_of(run, "directions", label), lambda progress: directions_of(run, label, progress))


def directions_of(run: Run, label: int | None = None, progress: Progress = quietly) -> list[Direction]:
    """As ``find``, however long it takes."""
    fields = reader(run).fields
    return kept_or_once(run, "directions", label, lambda: directions.to_entry(_find(run, label, progress), fields),
                         lambda e: directions.of_entry(e, fields, run.d))


def _find(run: Run, label: int | None, progress: Progress) -> list[Direction]:
    by = reader(run)
    found = [Direction("principal", v, float(s)) for v, s in zip(sliders(run).vectors, sliders(run).sigmas, strict=True)]
    points = run.points_of_all()
    weight = run.model.first_weight()
    if weight is not None and weight.shape[1] == run.spec.w_dim:
        found += [Direction("closed form", v, directions.along(points, v)) for v in directions.closed_form(weight, run.spec.num_layers)]
    known = _known(run, label, by, lambda share: progress(0.5 * share))
    if known is not None:
        found += list(directions.attributes(known.codes, known.fields, known.readings))[:directions.MOST]
    return directions.measure_all(found, lambda w: run.images(w, label), by, points, galleries.TRIED,
                                  lambda share: progress(0.5 + 0.5 * share), usual_std(run, label))


def _known(run: Run, label: int | None, by: Reader, progress: Progress) -> Gallery | None:
    held = run.held
    if run.codes is not None and held is not None and (held.attributes is not None or held.labels is not None) and len(run.codes) >= 1000:
        most = min(len(run.codes), 10_000)
        return attributes.of_real(held, run.codes[:most], by, progress)
    if not by.fields:
        return None
    few = galleries.SAMPLES
    first = of_samples(run, label, lambda share: progress(share * few / FITTED))
    rest = read_samples(run, np.arange(few, FITTED), label, lambda share: progress((few + share * (FITTED - few)) / FITTED))
    return Gallery(first.refs + rest.refs, np.concatenate([first.codes, rest.codes]), by.fields,
                   np.concatenate([first.readings, attributes.fine(attributes.coarse(rest.readings))]))


def measure(run: Run, vector: np.ndarray, label: int | None = None) -> Direction:
    """A direction of one's own (d,), of any length but zero, measured."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise Refused("A direction of length zero points nowhere.")
    points, unit = run.points_of_all(), (vector / length).astype(np.float32)
    found = Direction("own", unit, directions.along(points, unit))
    return directions.measure_all([found], lambda w: run.images(w, label), reader(run), points, galleries.TRIED,
                                  std=usual_std(run, label))[0]


def moved(run: Run, w: np.ndarray, vector: np.ndarray, values: Sequence[float], sigma: float | None = None) -> np.ndarray:
    """Code w (d,) with its coordinate along a direction (d,), of any length but zero, set to each of ``values``, in sigmas from the codes'
    mean: (n, d). ``sigma``: their deviation along it, where it is known."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise Refused("A direction of length zero points nowhere.")
    unit, at = (vector / length).astype(np.float32), np.array(values, np.float32)
    along = np.array([directions.along(run.points_of_all(), unit) if sigma is None else sigma], np.float32)
    return replace(basis(run), vectors=unit[None], sigmas=along).moved(w, 0, at)


def named(run: Run) -> list[Effect] | None:
    """What the slider directions change in the words of the attributes that images are read for; None where they are not read for many."""
    by = reader(run) if len(run.spec.shape) == 3 else None
    if by is None or not by.attributes:
        return None

    basis, out = sliders(run), []
    found = [Direction("principal", v, float(s)) for v, s in zip(basis.vectors, basis.sigmas, strict=True)]
    for d in directions.measure_all(found, run.images, by, run.points_of_all(), galleries.TRIED, std=usual_std(run)):
        top, also = directions.main(d), tuple(c.field for c in directions.side(d))
        out.append(Effect(None, 0.0, also=also) if top is None else Effect(top.field, top.change, top.low, top.high, also))
    return out
