"""Classifiers on encoders: few labels drawn evenly, features that carry the class win, and what is trained is what the way says."""

import numpy as np
import pytest
import torch

from training import families, pretraining
from training.checkpoint import Card, build
from training.data import Dataset, Split
from training.model import LatentModel, LatentSpec
from training.pretraining import Labelled, accuracy, balanced

from .small import shapes, spec


class Known(LatentModel):
    """An encoder that knows the class (``clear`` 1) or shows noise (0)."""

    def __init__(self, clear: float) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=(1, 28, 28), z_dim=2, w_dim=2, encodes=True)
        self.weight = torch.nn.Parameter(torch.tensor(clear))

    def encode(self, x):
        ink = x.flatten(1)[:, :1]
        return torch.cat([self.weight * ink, 1 - self.weight + 0 * ink], 1)[:, None]


def few(n=40, asked=60, seed=0):
    r = torch.Generator().manual_seed(seed)
    labels = torch.arange(n + asked) % 2
    x = torch.rand(n + asked, 1, 28, 28, generator=r) * 0.1 - 1
    x[:, 0, 0, 0] += labels
    return Labelled(x[:n], labels[:n], x[n:], labels[n:])


def test_labels_are_drawn_evenly_and_by_seed():
    labels = np.repeat(np.arange(5), [50, 3, 50, 50, 50])
    rows = balanced(labels, 20, 0)
    assert len(set(rows.tolist())) == 20 and np.bincount(labels[rows], minlength=5)[1] == 3
    assert set(np.bincount(labels[rows])[[0, 2, 3, 4]].tolist()) <= {4, 5}
    assert np.array_equal(rows, balanced(labels, 20, 0)) and not np.array_equal(rows, balanced(labels, 20, 1))
    with pytest.raises(ValueError, match="there are 203"):
        balanced(labels, 204, 0)


def test_features_with_the_class_are_read_and_others_are_not():
    data = few()
    assert accuracy(Known(1.0), lambda: Known(0.0), data, "frozen") == 1.0
    assert accuracy(Known(0.0), lambda: Known(0.0), data, "frozen") == pytest.approx(0.5, abs=0.01)


def test_frozen_leaves_the_encoder_fine_tuning_moves_it_and_the_model_stays():
    data, model = few(), Known(0.3)
    model.requires_grad_(False)
    for way in pretraining.WAYS:
        accuracy(model, lambda: Known(0.5), data, way, steps=3)
    assert float(model.weight) == pytest.approx(0.3) and not model.weight.requires_grad
    made = pretraining.Classifier(Known(0.3), 2, data.images)
    before = made.model.weight.item()
    made.fit_head(data.images, data.labels)
    assert made.model.weight.item() == before
    made.tune(data.images, data.labels, 1e-2, 5, 0)
    assert made.model.weight.item() != before


def test_scratch_begins_with_fresh_weights():
    data = few()
    assert accuracy(Known(1.0), lambda: Known(0.0), data, "scratch", steps=0) == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="no way 'half'"):
        accuracy(Known(1.0), lambda: Known(0.0), data, "half")


def test_the_same_seed_gives_the_same_accuracy_and_disturbs_nothing():
    family = families.get("autoencoder")
    torch.manual_seed(0)
    model = family.Model(family.Config(z_dim=4, hidden=(12,)), spec())
    state = torch.get_rng_state()
    def fresh():
        return family.Model(family.Config(z_dim=4, hidden=(12,)), spec())
    found = [accuracy(model, fresh, few(), "scratch", 3, steps=5) for _ in range(2)]
    assert found[0] == found[1] and torch.equal(torch.get_rng_state(), state)


def test_figures_of_a_card_and_none_where_images_have_no_classes(monkeypatch):
    monkeypatch.setattr(pretraining, "SEEDS", 1)
    monkeypatch.setattr(pretraining, "SIZES", (10, 20, 10**6))
    monkeypatch.setattr(pretraining, "STEPS", 4)
    x, labels = shapes(80)
    dataset = Dataset(spec(), Split(x[:50], labels[:50]), Split(x[50:], labels[50:]))
    family = families.get("autoencoder")
    config = family.Config(z_dim=4, hidden=(12,))
    model = family.Model(config, spec())
    card = Card("small", "autoencoder", config.to_dict(), spec(), model.spec)
    out = pretraining.measure(model, card, dataset)
    assert set(out) == {f"labels_{n}_{way}" for n in (10, 20) for way in ("frozen", "fine_tuned", "scratch")}
    assert all(0 <= f["value"] <= 1 for f in out.values()) and "30 test images" in out["labels_10_frozen"]["protocol"]
    with torch.no_grad():                                                           # as evaluate calls it
        assert pretraining.measure(model, card, dataset) == out
    assert isinstance(build(card), type(model))
    bare = Dataset(spec(), Split(x[:50], None), Split(x[50:], None))
    assert pretraining.measure(model, card, bare) == {}
