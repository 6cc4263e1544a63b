"""Figures against models whose answer is known: one that draws the data, one that collapsed, one that reads perfectly, codes that add."""

import numpy as np
import pytest
import torch

from training import arithmetic, figures, pyramid
from training.data import Dataset, Split
from training.features import FeatureNet
from training.model import Code, DataSpec, LatentModel, LatentSpec

CLASSES = ("0", "1", "2", "3")
SIDE = 28


class BandNet(FeatureNet):
    """Reads which of four bands is the brightest; its features are the bands' brightness."""

    def __init__(self):
        super().__init__((("class", CLASSES),), (1, SIDE, SIDE))
        self.card = {"data": {"name": "bands"}, "accuracy": {"class": 1.0}, "weights_sha256": "0123456789abcdef"}

    def embed(self, x):
        return x.reshape(len(x), 4, -1).mean(2)

    def read(self, features):
        return {"class": features}


def bands(n: int, seed: int = 0) -> Split:
    """Images with one bright band, and which."""
    r = np.random.default_rng(seed)
    labels = r.integers(0, 4, n)
    images = r.integers(0, 80, (n, 1, SIDE, SIDE))
    for image, k in zip(images, labels, strict=True):
        image[0, 7 * k:7 * k + 7] += r.integers(60, 150)
    return Split(images.astype(np.uint8), labels)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return Dataset(DataSpec("bands", "Bands", (1, SIDE, SIDE), CLASSES), bands(1500), bands(1000, 1))


class Replays(LatentModel):
    """Draws images of the split that it was given; with ``only``, one class alone; conditional, of the class that is asked for."""

    def __init__(self, split: Split, only: int | None = None, conditional: bool = False, wrong: float = 0.0):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.spec = LatentSpec(shape=(1, SIDE, SIDE), z_dim=1, w_dim=1, num_classes=4 * conditional)
        self.split, self.only, self.wrong = split, only, wrong

    def synthesize(self, w, label=None):
        rows = []
        for i, value in enumerate(w[:, 0, 0].tolist()):
            k = label[i].item() if label is not None else self.only
            if self.wrong and i % 250 < 250 * self.wrong:
                k = (k + 1) % 4
            pool = np.arange(len(self.split)) if k is None else np.flatnonzero(self.split.labels == k)
            rows.append(pool[int(abs(value) * 1e6) % len(pool)])
        return torch.from_numpy(self.split.images[rows]).float() / 127.5 - 1


def test_a_model_that_draws_the_data_comes_near_the_floor_and_covers_all(data):
    found = figures.sampled(Replays(bands(3000, 2)), BandNet(), data)
    assert set(found) == {"frechet", "frechet_ratio", "coverage"}
    assert found["frechet_ratio"]["value"] < 4 and found["coverage"]["value"] == pytest.approx(4, abs=0.05)
    protocol = found["frechet_ratio"]["protocol"]
    assert "1,000 samples" in protocol and "01234567" in protocol and "floor" in protocol
    floor = float(protocol.split("floor ")[1].split()[0])
    assert found["frechet_ratio"]["value"] == pytest.approx(found["frechet"]["value"] / floor, rel=1e-3)


def test_a_collapsed_model_is_far_and_covers_one(data):
    found = figures.sampled(Replays(bands(300, 2), only=3), BandNet(), data)
    assert found["frechet_ratio"]["value"] > 50 and found["coverage"]["value"] == 1 and found["coverage"]["unit"] == "of 4"


@pytest.mark.parametrize(("wrong", "agreement"), [(0, 1.0), (0.2, 0.8)])
def test_agreement_is_the_share_that_shows_the_asked_class(data, wrong, agreement):
    found = figures.sampled(Replays(bands(300, 2), conditional=True, wrong=wrong), BandNet(), data)
    assert found["agreement"]["value"] == pytest.approx(agreement)
    assert "equally many of each class" in found["agreement"]["protocol"]


class Blurred(Replays):
    """Draws them smoothed: the finest level is gone, the coarsest is as it was."""

    def synthesize(self, w, label=None):
        return pyramid.up(pyramid.down(super().synthesize(w, label)))


def test_sliced_wasserstein_finds_the_level_that_is_wrong(data, monkeypatch):
    monkeypatch.setattr(figures, "PATCHES", 8)
    good, bad = (figures.sliced(kind(bands(1500, 2)), data) for kind in (Replays, Blurred))
    assert set(good) == {"sliced_wasserstein", *(f"sliced_wasserstein_{side}" for side in (7, 14, 28))}

    def floor(k):
        return float(good[k]["protocol"].rsplit(": ", 1)[1])
    for k in good:
        assert good[k]["value"] < 3 * floor(k), "samples of the data come near training images"
    assert bad["sliced_wasserstein_28"]["value"] > 5 * good["sliced_wasserstein_28"]["value"]
    assert bad["sliced_wasserstein_7"]["value"] < 2 * good["sliced_wasserstein_7"]["value"] + floor("sliced_wasserstein_7")
    mean = np.mean([bad[f"sliced_wasserstein_{r}"]["value"] for r in (7, 14, 28)])
    assert bad["sliced_wasserstein"]["value"] == pytest.approx(mean, rel=1e-3)


class Reader(LatentModel):
    """A code of four values, each drawn as the band ``places[value]``, and a head that reads it back; or a class head that misses one."""

    def __init__(self, places, classes=False):
        super().__init__()
        self.weight, self.places = torch.nn.Parameter(torch.zeros(1)), torch.tensor(places)
        codes = () if classes else (Code("category", 1, 4, "categorical"),)
        self.spec = LatentSpec(shape=(1, SIDE, SIDE), z_dim=5, w_dim=5, codes=codes, reads=True)

    def sample_z(self, n, generator=None):
        code = torch.randint(4, (n,), generator=generator)
        return torch.cat([torch.randn(n, 1, generator=generator), torch.eye(4)[code]], 1)

    def synthesize(self, w, label=None):
        x = torch.full((len(w), 4, 7 * SIDE), -1.0)
        x[torch.arange(len(w)), self.places[w[:, 0, 1:].argmax(1)]] = 1
        return x.reshape(-1, 1, SIDE, SIDE)

    def read(self, x):
        band = BandNet().embed(x).argmax(1)
        if not self.spec.codes:
            return {"class": torch.eye(4)[torch.where(band == 3, 0, band)]}
        return {"category": torch.eye(4)[self.places.argsort()[band]] * 0.96 + 0.01}


def test_a_code_is_matched_to_classes_and_its_information_is_the_bound(data):
    found = figures.readings(Reader([2, 0, 3, 1]), data)
    assert found["code_error"]["value"] == 0 and found["information"]["value"] == pytest.approx(np.log(4) + np.log(0.97), abs=1e-4)
    assert "first 1,500 training images" in found["code_error"]["protocol"] and "error" not in found


def test_a_class_head_is_scored_on_test_labels(data):
    found = figures.readings(Reader([0, 1, 2, 3], classes=True), data)
    assert found == {"error": {**found["error"], "value": pytest.approx((data.test.labels == 3).mean(), rel=1e-3)}}


class HalvesNet(FeatureNet):
    """Reads whether the left and the right half are bright, and how bright the lowest row is."""

    def __init__(self):
        super().__init__((("left", ("no", "yes")), ("right", ("no", "yes")), ("ground", ("dark", "grey", "light"))), (1, SIDE, SIDE))
        self.card = {"data": {"name": "halves"}, "weights_sha256": "f" * 64, "accuracy": dict.fromkeys(("left", "right", "ground"), 1.0)}

    def embed(self, x):
        return torch.stack([x[:, 0, :-1, :14].mean((1, 2)), x[:, 0, :-1, 14:].mean((1, 2)), x[:, 0, -1].mean(1)], 1)

    def read(self, features):
        left, right, ground = features.T
        three = -(ground[:, None] - torch.tensor([-0.6, 0.0, 0.6])).square()
        return {"left": torch.stack([-left, left], 1), "right": torch.stack([-right, right], 1), "ground": three}


class Halves(LatentModel):
    """Code numbers are the brightness of left, right and ground; with ``tangled``, what is added to the left shows on the right as well."""

    def __init__(self, tangled: float = 0.0):
        super().__init__()
        self.weight, self.tangled = torch.nn.Parameter(torch.zeros(1)), tangled
        self.spec = LatentSpec(shape=(1, SIDE, SIDE), z_dim=3, w_dim=3)

    def synthesize(self, w, label=None):
        left, right, ground = w[:, 0].T
        x = torch.zeros(len(w), 1, SIDE, SIDE)
        x[..., :14], x[..., 14:] = left[:, None, None, None], (right + self.tangled * left)[:, None, None, None]
        x[..., -1, :] = ground[:, None, None]
        return x.clamp(-1, 1)


def halves(n: int = 400) -> Dataset:
    r = np.random.default_rng(0)
    attributes = np.stack([r.integers(0, 2, n), r.integers(0, 2, n), r.integers(0, 3, n)], 1).astype(np.uint8)
    split = Split(np.zeros((n, 1, SIDE, SIDE), np.uint8), None, attributes)
    return Dataset(DataSpec("halves", "Halves", (1, SIDE, SIDE), attributes=HalvesNet().fields), split, split)


def test_arithmetic_on_codes_that_add_succeeds():
    found = figures.calculated(Halves(), HalvesNet(), halves())
    assert set(found) == {f"arithmetic_{k}{s}" for k in ("changed", "kept") for s in ("", "_single", "_many")}
    assert found["arithmetic_changed"]["value"] > 0.8 and found["arithmetic_kept"]["value"] > 0.55
    assert found["arithmetic_kept_many"]["value"] > found["arithmetic_kept"]["value"] + 0.1, "fifty codes average out what is not asked for"
    assert "200 trials" in found["arithmetic_changed"]["protocol"] and "left" in found["arithmetic_changed"]["protocol"]


@pytest.mark.parametrize("exemplars", [1, 3])
def test_what_is_kept_by_chance_is_the_angle_between_the_gaussians(exemplars):
    """Right of C and of A - B + C have the correlation 1 / √3, so that their signs agree with probability 1 - acos(1 / √3) / π."""
    model, net = Halves(), HalvesNet()
    codes = model.map(model.sample_z(4000, torch.Generator().manual_seed(0)))
    read = {k: v.numpy() for k, v in net.classify([model.synthesize(codes)])[1].items()}
    found = arithmetic.trials(codes, read, model.synthesize, net, {"left": ("right",)}, exemplars=exemplars, base=exemplars,
                              matched=False, count=4000)
    assert found.kept == pytest.approx(1 - np.arccos(3**-0.5) / np.pi, abs=0.025)
    assert found.trials == 4000 and found.by == {"left": (found.changed, found.kept)}


def test_fields_that_the_net_cannot_read_are_not_asked_to_be_kept():
    net, data = HalvesNet(), halves()
    net.card["accuracy"] = {"left": 1.0, "right": 0.99, "ground": 0.4}
    assert arithmetic.independent_fields(net, data.train.attributes)["left"] == ("right",)


def test_arithmetic_on_tangled_codes_does_not_keep_the_rest():
    plain, tangled = (figures.calculated(Halves(t), HalvesNet(), halves())["arithmetic_kept"]["value"] for t in (0, 4))
    assert tangled < plain - 0.05


def test_partners_agree_in_as_much_as_they_can_and_are_not_taken_twice():
    r = np.random.default_rng(0)
    table = np.array([[0, 0], [0, 1], [1, 1], [0, 0], [0, 1], [2, 2]])
    found = arithmetic.partners(table, np.array([0, 1]), np.array([2, 3, 4, 5]), r)
    assert found.tolist() == [3, 4]
    twice = arithmetic.partners(table, np.array([0, 0]), np.array([2, 3, 4, 5]), r)
    assert twice.tolist() == [3, 4], "the second best where the best is taken"


def test_matched_exemplars_keep_more_of_the_rest():
    model, net = Halves(), HalvesNet()
    codes = model.map(model.sample_z(4000, torch.Generator().manual_seed(0)))
    read = {k: v.numpy() for k, v in net.classify([model.synthesize(codes)])[1].items()}
    kept = [arithmetic.trials(codes, read, model.synthesize, net, {"left": ("right",)}, matched=m, count=2000).kept for m in (False, True)]
    assert kept[1] > kept[0] + 0.05


def test_a_field_that_follows_the_wanted_one_in_the_data_is_not_asked_to_be_kept():
    data = halves()
    assert arithmetic.independent_fields(HalvesNet(), data.train.attributes) == {"left": ("right", "ground"), "right": ("left", "ground")}
    tied = data.train.attributes.copy()
    tied[:, 2] = tied[:, 0]
    assert arithmetic.independent_fields(HalvesNet(), tied) == {"left": ("right",), "right": ("left", "ground")}


class Recodes(Replays):
    """Encodes an image as its pixels; decodes them, every fourth image with its bands moved by one."""

    def __init__(self, moved: int):
        super().__init__(bands(10))
        self.spec, self.moved = LatentSpec(shape=(1, SIDE, SIDE), z_dim=SIDE**2, w_dim=SIDE**2, encodes=True), moved

    def encode(self, x):
        return x.flatten(1)[:, None]

    def synthesize(self, w, label=None):
        x = w.reshape(-1, 1, SIDE, SIDE).clone()
        x[::4] = x[::4].roll(7 * self.moved, 2)
        return x


@pytest.mark.parametrize(("moved", "kept"), [(0, 1.0), (1, 0.748)])
def test_a_reconstruction_keeps_what_is_still_read_in_it(data, moved, kept):
    """Chunks of 250 have 63 fourths each, so that 252 of 1,000 are moved."""
    found = figures.reconstructed(Recodes(moved), BandNet(), data)["reconstruction_kept"]
    assert found["value"] == pytest.approx(kept, abs=1e-9) and "1,000 test images" in found["protocol"]
    assert "reconstruction_kept" in figures.measure(Recodes(moved), BandNet(), data)


def test_only_what_applies_is_measured(data, monkeypatch):
    monkeypatch.setattr(figures, "PATCHES", 2)
    alone = figures.measure(Replays(bands(100)), None, data)
    assert set(alone) == {"sliced_wasserstein", *(f"sliced_wasserstein_{side}" for side in (7, 14, 28))}, "needs no feature net"
    assert figures.measure(Recodes(0.0), None, data) == {}
    assert figures.calculated(Replays(bands(100)), BandNet(), data) == {}
    assert "reconstruction_kept" not in figures.measure(Replays(bands(100)), BandNet(), data)


def test_samples_are_judged_as_they_are_shown():
    x = torch.tensor([-3.0, -1, 0.0001, 0.5, 2])
    assert torch.equal(((figures.as_8_bit(x) + 1) * 127.5).round(), torch.tensor([0.0, 0, 128, 191, 255]))
