"""What a code keeps and loses, counted."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from explorer.latent import galleries
from explorer.runs.session import Session
from explorer.views import operations
from explorer.views.reconstruct import confusion
from tests.explorer.conftest import data, make
from training import features


def test_readings_are_counted_and_the_worst_confusion_comes_first():
    before = np.array([7] * 20 + [3] * 10 + [1] * 5)
    after = np.array([7] * 14 + [9] * 6 + [3] * 6 + [5] * 4 + [1] * 3 + [0] * 2)
    kept = confusion.count("class", tuple(str(k) for k in range(10)), before, after)
    assert kept.counts[7, 9] == 6 and kept.counts[3, 5] == 4 and kept.counts.sum() == 35
    assert kept.share == pytest.approx(23 / 35)
    assert [(c.was, c.now, c.count, c.of) for c in kept.confusions()] == [(3, 5, 4, 10), (7, 9, 6, 20)]   # 1 → 0 came about twice only


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    """judged: a run whose data set has a classifier. alone: one of another data set, without."""
    root = tmp_path_factory.mktemp("kept")
    make(root, "judged", data(), z_dim=4)
    make(root, "alone", data(3, 32), z_dim=4, likelihood="gaussian")
    torch.manual_seed(0)
    net = features.FeatureNet((("class", ("bar", "square")),), (1, 28, 28)).eval()
    features.save(net, root, data().spec)
    return Session(root)


def test_a_run_is_told_what_its_codes_keep(runs):
    run = runs.run("judged")
    every = None
    while every is None:
        every, done = confusion.kept(run)
        assert 0 <= done <= 1
    net, pixels = galleries.reader(run).net, run.real(np.arange(run.held.n))
    again = run.decode(run.encode(pixels)[0]).transpose(0, 3, 1, 2)
    before, after = (net(torch.from_numpy(x).float() / 127.5 - 1)["class"].argmax(1).numpy() for x in (pixels, np.ascontiguousarray(again)))
    (kept,) = every
    assert kept.name == "class" and kept.counts.sum() == run.held.n and kept.share == pytest.approx((before == after).mean())
    told = operations.CODE.validate_python({"run": "judged", "op": "kept"}).answer(run)
    assert json.loads(json.dumps(told)) == told and told["ready"] and told["images"] == run.held.n
    assert told["fields"][0]["counts"] == kept.counts.tolist()


def test_without_a_classifier_there_is_nothing_to_tell(runs):
    assert confusion.kept(runs.run("alone")) == ([], 1.0)
    told = operations.CODE.validate_python({"run": "alone", "op": "kept"}).answer(runs.run("alone"))
    assert told == {"ready": True, "images": 0, "fields": []}
