"""One of several seeds: chosen by training images alone, and its card keeps what the others had."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.explorer.conftest import data
from tests.explorer.generators import make_generator
from training import checkpoint, choose_seed, features
from training.card import CheckpointError
from training.families import infogan
from training.model import Batch


@pytest.fixture
def runs(tmp_path):
    """Three InfoGANs that differ in their seeds; each has another figure."""
    for seed in range(3):
        folder = make_generator(tmp_path, f"run-{seed}", "infogan", data(), seed=seed, z_dim=6, categories=4)
        figure = {"value": seed / 10, "unit": "", "protocol": "x"}
        checkpoint.update(folder, seed=seed, headline="code_error", metrics={"code_error": figure})
    return tmp_path


def without_test(card):
    """The data set; its test images may not be touched."""
    whole = data()
    return replace(whole, test=None)


def test_the_best_sign_is_chosen_and_the_card_says_how_many_and_how_they_spread(runs, monkeypatch):
    signs = iter([0.5, 0.9, 0.7])
    monkeypatch.setattr(choose_seed, "sign_of", lambda root, card, dataset: (lambda model: next(signs), "a sign"))
    card = choose_seed.choose(runs, ["run-0", "run-1", "run-2"], "best", without_test)
    again = checkpoint.read_card(runs / "best")
    assert card == again and again.seed == 1 and again.name == "best"
    assert again.seeds == {"tried": [0, 1, 2], "chosen_by": "a sign", "signs": [0.5, 0.9, 0.7], "figures": {"code_error": [0.0, 0.1, 0.2]}}
    one, two = (checkpoint.load(runs / n)[0] for n in ("run-1", "best"))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert checkpoint.read_card(runs / "run-1").seeds is None, "what it was copied from stays as it was"


def test_infogan_is_judged_by_what_its_categories_survive(runs):
    card = checkpoint.read_card(runs / "run-0")
    ask, words = choose_seed.sign_of(runs, card, data())
    assert "same category" in words
    model = checkpoint.load(runs / "run-0")[0]
    with torch.no_grad():                                   # one category whatever is shown: steady, and of no use
        model.head.weight.zero_()
        model.head.bias.zero_()
        model.head.bias[0] = 50.0
    assert ask(model) == 0.0


def test_steadiness_counts_the_images_read_alike(runs, monkeypatch):
    model = checkpoint.load(runs / "run-0")[0]
    monkeypatch.setattr(infogan, "jittered", lambda x: x)
    even = torch.eye(4).repeat(25, 1)
    changed = even.roll(1, 1)
    changed[:60] = even[:60]                                # 40 of 100 are read as another in the copy
    answers = iter([even, changed])
    monkeypatch.setattr(model, "read", lambda x: {"category": next(answers)})
    assert infogan.steadiness(model, torch.zeros(100, 1, 28, 28)) == pytest.approx(0.6)


def test_other_families_by_the_distance_to_training_images(tmp_path, monkeypatch):
    for seed in range(2):
        checkpoint.update(make_generator(tmp_path, f"gan-{seed}", "gan", data(), seed=seed, z_dim=4), seed=seed)
    card = checkpoint.read_card(tmp_path / "gan-0")
    with pytest.raises(CheckpointError, match="no feature net"):
        choose_seed.sign_of(tmp_path, card, data())
    net = features.FeatureNet(features.fields_of(card.data), card.data.shape, width=8).eval()
    monkeypatch.setattr(net, "card", {"data": {"name": "x"}}, raising=False)
    monkeypatch.setattr(features.FeatureNet, "sha256", "0" * 64)
    monkeypatch.setattr(features, "load", lambda root, spec: net)
    monkeypatch.setattr(choose_seed.figures, "SAMPLES", 60)
    ask, words = choose_seed.sign_of(tmp_path, card, without_test(card))
    assert "training images" in words
    real = Batch.of(torch.from_numpy(np.ascontiguousarray(data().train.images[:60]))).images
    monkeypatch.setattr(choose_seed.figures, "draw", lambda model, n: iter([(None, real, None)]))
    assert ask(checkpoint.load(tmp_path / "gan-0")[0]) == pytest.approx(0, abs=1e-3), "training images themselves are at no distance"


@pytest.mark.parametrize("change, words", [
    ({"images_seen": 5}, "not trained to its end"), ({"metrics": {}}, "not measured"), ({"init_from": "vae"}, "init_from"),
    ({"seed": 0}, "same seed"), ({"family": "gan"}, "family")])
def test_what_is_no_choice_between_seeds_is_refused(runs, change, words):
    card = replace(checkpoint.read_card(runs / "run-1"), **change)
    with pytest.raises(CheckpointError, match=words):
        choose_seed.comparable([checkpoint.read_card(runs / "run-0"), card])


def test_nothing_is_overwritten_and_one_run_is_no_choice(runs):
    with pytest.raises(CheckpointError, match="is there already"):
        choose_seed.choose(runs, ["run-0", "run-1"], "run-2", without_test)
    with pytest.raises(CheckpointError, match="two runs or more"):
        choose_seed.choose(runs, ["run-0"], "best", without_test)
    assert not (runs / "best").exists()
