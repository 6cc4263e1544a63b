"""Shipped runs open from what was measured of them: the same bits on every machine, and nothing is worked out that could be kept."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.latent import code_slices, galleries, neighbours, run_directions
from explorer.runs import record
from explorer.runs.record import FILE, Record
from explorer.runs.session import Session
from explorer.server import run_info
from explorer.views import measurements
from training import checkpoint

ROOT = Path(__file__).parents[2] / "trained"
RUNS = [c.name for c in checkpoint.runs(ROOT)[0]]
REMEASURED = ("gan-ring", "linear-mnist", "infogan-mnist")


def opened(session: Session, name: str) -> bytes:
    """What the page asks first of a run, as it is sent."""
    run = session.run(name)
    directions = [[d.vector.tobytes().hex(), d.kind, d.sigma, d.name, [str(c) for c in d.changes], str(d.statistic)]
                  for d in run_directions.directions_of(run, 0 if run.spec.num_classes else None)]
    codes = [m.to_dict() for m in code_slices.measured(run)]
    return json.dumps([run_info.describe(session, name, lambda spec: []), codes, directions]).encode()


@pytest.mark.parametrize("name", RUNS)
def test_it_opens_twice_the_same_bit_by_bit_however_slow_the_clock(name, monkeypatch):
    def known(self, name, make, read):
        assert name in self, f"{name} is not kept; run `python -m explorer measure --all`"
        return read(self._entries[name])
    monkeypatch.setattr(Record, "get", known)
    first = opened(Session(ROOT), name)
    for clock in ("monotonic", "perf_counter", "process_time", "time"):
        true = getattr(time, clock)
        monkeypatch.setattr(time, clock, lambda true=true: 50 * true())
    assert opened(Session(ROOT), name) == first


@pytest.mark.parametrize("name", RUNS)
def test_all_that_can_be_measured_of_it_is_kept(name):
    """Every step of measuring is looked up, none is done; small things that no file needs aside."""
    run = Session(ROOT).run(name)
    names = set(run.record.names)
    assert {"basis", "sliders", "effects", "default", "spread"} <= names
    assert not run.spec.codes or "codes" in names
    labels = range(min(run.spec.num_classes, galleries.CLASSES)) if run.spec.num_classes else [None]
    assert {f"directions {k}" if k is not None else "directions" for k in labels} <= names
    if run.spec.encodes:
        assert {"activity", "errors", "kept", "mixture", "neighbours", "reach", "sizes", "start real", "units"} <= names
    assert not run.spec.stochastic or "posterior" in names
    assert (ROOT / name / FILE).stat().st_size <= 2**18 and len(list(measurements.steps(run))) >= 4


@pytest.mark.parametrize("name", REMEASURED)
def test_the_file_is_what_the_code_measures(name, monkeypatch):
    """On another machine the last bits of a product may differ, and so a little of what follows: no name, and no direction to the eye."""
    kept = Session(ROOT).run(name)
    monkeypatch.setattr(record, "FILE", "nothing is known")
    monkeypatch.setattr(Record, "save", lambda self: True)
    fresh = Session(ROOT).run(name)
    assert np.abs((run_directions.sliders(kept).vectors * run_directions.sliders(fresh).vectors).sum(1)).min() > 0.999
    np.testing.assert_allclose(run_directions.basis(kept).mean, run_directions.basis(fresh).mean, rtol=1e-3, atol=1e-4)
    before, now = run_directions.effects(kept), run_directions.effects(fresh)
    assert [(e.label, e.low, e.high) for e in before] == [(e.label, e.low, e.high) for e in now]
    np.testing.assert_allclose([e.change for e in before], [e.change for e in now], atol=0.05)
    assert [(m.name, m.label, m.names and [n and n.label for n in m.names]) for m in code_slices.measured(kept)] == [
        (m.name, m.label, m.names and [n and n.label for n in m.names]) for m in code_slices.measured(fresh)]
    assert neighbours.first_code(kept) == neighbours.first_code(fresh)
