"""Feature nets: they learn, load exactly and safely, and read what they should; the shipped ones are as good as their cards."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from training import checkpoint, features, fit_features, heldout
from training.data import Dataset, Split
from training.model import DataSpec

from . import small

ROOT = Path(__file__).parent.parent.parent / "trained"
FIELDS = (("colour", ("red", "green", "blue")), ("bar", ("no", "yes")))
SMALL = DataSpec("faces-32", "Small", (3, 32, 32), attributes=FIELDS, fingerprint="3" * 64)
COLOURED = DataSpec("coloured", "Coloured", (3, 64, 64), attributes=FIELDS, fingerprint="c" * 64)


def coloured(n: int = 300, size: int = 64, seed: int = 0) -> Split:
    """Images (n, 3, size, size) of one colour, half of them with a white bar, and their two attributes."""
    r = np.random.default_rng(seed)
    attributes = np.stack([r.integers(0, 3, n), r.integers(0, 2, n)], 1).astype(np.uint8)
    images = r.integers(0, 60, (n, 3, size, size)).astype(np.uint8)
    for image, (colour, bar) in zip(images, attributes, strict=True):
        image[colour] += 120
        if bar:
            image[:, size // 3:size // 2] = 255
    return Split(images, None, attributes)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A net of ``coloured``, its folder and its card."""
    root = tmp_path_factory.mktemp("features")
    spec = COLOURED
    card = fit_features.fit(Dataset(spec, coloured(), coloured(100, seed=1)), root, images=4000, hardware="here")
    return root, card


def test_a_net_learns_every_field_and_its_card_tells_how_well(trained):
    root, card = trained
    net = features.load(root, COLOURED)
    test = coloured(100, seed=1)
    assert card["accuracy"] == pytest.approx(fit_features.accuracy(net, test), abs=1e-4)
    assert min(card["accuracy"].values()) > 0.9 and card["images_seen"] == 4000 // 128 * 128 and card["hardware"] == "here"
    assert "100 test images" in card["protocol"] and "turned" in card["augmentation"] and card["seconds"] > 0
    assert net.sha256 == card["weights_sha256"] and len(net.sha256) == 64
    assert net.two_way() == ("bar",) and not any(p.requires_grad for p in net.parameters())


def test_features_are_what_the_heads_read_and_judging_is_in_eval_mode(trained):
    net = features.load(trained[0], COLOURED)
    x = torch.from_numpy(coloured(20).images).float() / 127.5 - 1
    found, read = net.classify([x[:7], x[7:]])
    assert found.shape == (20, 128) and (found >= 0).all() and torch.allclose(found, net.embed(x), atol=1e-4)
    assert {k: v.shape for k, v in net(x).items()} == {"colour": (20, 3), "bar": (20, 2)}
    assert all(torch.equal(net(x)[k].argmax(1), read[k]) for k in read)


@pytest.mark.parametrize("side", [32, 128])
def test_images_of_another_side_are_resized(trained, side):
    net = features.load(trained[0], COLOURED)
    test = coloured(60, side, seed=2)
    assert min(fit_features.accuracy(net, test).values()) > 0.85
    with pytest.raises(features.FeatureError, match="3, H, W"):
        net.embed(torch.zeros(2, 1, side, side))


def test_a_smaller_set_of_the_same_pictures_is_judged_by_the_larger_ones_net(tmp_path):
    assert features.folder_of(tmp_path, SMALL) == tmp_path / "_features" / "faces"
    halved = Dataset(SMALL, coloured(8, 32), coloured(8, 32))
    with pytest.raises(features.FeatureError, match="judged by the net of 'faces'"):
        fit_features.fit(halved, tmp_path)


def test_classes_are_one_field(tmp_path):
    images, labels = small.shapes(400)
    held, right = small.shapes(100, seed=1)
    fit_features.fit(Dataset(small.spec(), Split(images, labels), Split(held, right)), tmp_path, images=4000)
    net = features.load(tmp_path, small.spec())
    assert net.fields == (("class", ("bar", "square")),)
    assert fit_features.accuracy(net, Split(held, right))["class"] > 0.9


def test_what_has_no_labels_or_no_pixels_is_refused():
    with pytest.raises(features.FeatureError, match="no labels"):
        features.fields_of(DataSpec("x", "X", (3, 64, 64)))
    for shape in ((2,), (1, 28, 32), (1, 30, 30)):
        with pytest.raises(features.FeatureError, match="square images"):
            features.FeatureNet(FIELDS, shape)


def test_training_twice_gives_the_same_net(tmp_path):
    spec = COLOURED
    data = Dataset(spec, coloured(140), coloured(20, seed=1))
    one, two = (fit_features.fit(data, tmp_path / k, images=256, seed=5)["weights_sha256"] for k in "ab")
    assert one == two


def test_a_damaged_net_is_refused_and_a_missing_one_is_none(trained, tmp_path):
    assert features.load(tmp_path, COLOURED) is None
    folder = tmp_path / "_features" / "coloured"
    folder.mkdir(parents=True)
    card, weights = ((trained[0] / "_features" / "coloured" / name).read_bytes() for name in ("card.json", "weights.safetensors"))
    (folder / "card.json").write_bytes(card)
    with pytest.raises(features.FeatureError, match="damaged"):
        features.load(tmp_path, COLOURED)
    (folder / "weights.safetensors").write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    with pytest.raises(features.FeatureError, match="other weights"):
        features.load(tmp_path, COLOURED)
    (folder / "weights.safetensors").write_bytes(weights)
    assert features.load(tmp_path, COLOURED) is not None
    for change in (dict(format_version=2), dict(fields=[["colour", ["red", "green"]]]), dict(width=64)):
        (folder / "card.json").write_text(json.dumps({**json.loads(card), **change}))
        with pytest.raises(features.FeatureError, match="format 2" if "format_version" in change else "damaged"):
            features.load(tmp_path, COLOURED)


def test_runs_do_not_count_feature_nets(trained):
    assert checkpoint.runs(trained[0]) == ([], {})


def test_augmentation_keeps_what_an_image_shows_and_its_range():
    torch.manual_seed(0)
    x = torch.from_numpy(coloured(64).images).float() / 127.5 - 1
    y = fit_features.augment(x)
    assert y.shape == x.shape and not torch.equal(x, y) and y.abs().max() < 2
    difference = (x.mean((2, 3)) - y.mean((2, 3))).abs()
    assert difference.mean() < 0.05, "colours stay"


@pytest.mark.parametrize(("name", "least"), [("mnist", {"class": 0.99}), ("fashion-mnist", {"class": 0.90}),
                                             ("faces", {"glasses": 0.97, "hat": 0.97, "smile": 0.97})])
def test_a_shipped_net_is_as_good_as_its_card_on_held_out_images(name, least):
    held = heldout.open_heldout(ROOT / "_data" / name)
    net = features.load(ROOT, held.spec)
    assert (ROOT / "_features" / name / "weights.safetensors").stat().st_size <= 2 * 2**20
    assert all(net.card["accuracy"][k] >= v for k, v in least.items())
    n = 1000
    split = Split(held.images(range(n)), None if held.labels is None else held.labels[:n],
                  None if held.attributes is None else held.attributes[:n])
    for field, value in fit_features.accuracy(net, split).items():
        assert value == pytest.approx(net.card["accuracy"][field], abs=0.03), field
