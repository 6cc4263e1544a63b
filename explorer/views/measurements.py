"""All that a run's record holds, measured at once: what ``python -m explorer measure`` does, and the page bit by bit where it was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from training.layer_ranges import ranges

from .. import Refused
from ..latent import code_slices, galleries, neighbours, posteriors, reconstruction, run_directions
from ..runs.run import Run
from .microscope import code_length, code_statistics, linear_and_pca, sampling, units
from .reconstruct import confusion
from .styles import mixing

Say = Callable[[str], None]
Step = tuple[str, Callable[[], object]]


def steps(run: Run) -> Iterator[Step]:
    """What there is to measure of a run, with a word for it, in the order in which one thing is needed for another."""
    labels: list[int | None] = [*range(min(run.spec.num_classes, galleries.CLASSES))] or [None]
    yield "codes", lambda: (run_directions.basis(run), neighbours.first_code(run), galleries.spread(run), galleries.reader(run))
    yield "strongest directions", lambda: (run_directions.sliders(run), run_directions.effects(run))
    yield "trained codes", lambda: code_slices.measured(run)
    for label in labels:
        yield "gallery", partial(galleries.gallery_of, run, "samples", label)
        yield "directions", partial(run_directions.directions_of, run, label)
    if run.codes is not None:
        yield "neighbours", lambda: neighbours.of_run(run)
    if run.codes is not None and run.held is not None:
        for label in labels:
            yield "gallery of real images", partial(galleries.gallery_of, run, "real", label)
    if run.spec.num_layers > 1:
        for r in ranges(run.spec):
            mask = [r.first <= k < r.last for k in range(run.spec.num_layers)]
            for label in labels:
                yield f"directions of the {r.name} styles", partial(mixing.measured_in, run, mask, label)
    if run.spec.encodes:
        yield "usual code", lambda: code_statistics.usual(run)
        yield "mixture", lambda: sampling.mixture_of(run)
    if run.spec.encodes and run.held is not None:
        yield "reconstruction errors", partial(reconstruction.usual_errors, run)
        yield "what is kept", lambda: confusion.kept_of(run)
        if run.spec.stochastic:
            yield "posterior", partial(posteriors.told, run)
        yield "units", lambda: (units.watched_layers(run), units.reach(run))
        yield "sizes", lambda: code_length.measured_sizes(run)
        if run.model.axes() is not None:
            yield "columns", lambda: linear_and_pca.columns(run)


def measure(run: Run, say: Say = lambda s: None) -> bool:
    """Measure whatever the run's record lacks, and write it; False where the folder cannot be written to."""
    record = run.record
    record.writes = False                       # once, at the end
    for what, work in steps(run):
        say(what)
        try:
            work()
        except Refused as e:                    # of what this run has not, such as too few held-out images
            say(f"{what}: {e}")
    record.writes = True
    return record.save()


__all__ = ["measure", "steps"]
