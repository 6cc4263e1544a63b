"""Path length, separability and mixing of models for which they are known: linear ones, and ones whose styles do one thing each."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training import avatars, checkpoint, disentanglement, figures, metrics
from training.checkpoint import Card
from training.data import Dataset, Split
from training.disentanglement import Followed, followed, great_circle
from training.evaluate import evaluate
from training.features import FeatureNet
from training.model import DataSpec, LatentModel, LatentSpec, standard_normal

from .small import shapes, spec
from .test_growing import made

SIDE = 28
NO_YES = ("no", "yes")


class PixelNet(FeatureNet):
    """Its features are the pixels of the first row; a field for each of the first ``fields``, which is there where the pixel is bright."""

    def __init__(self, fields=("a", "b"), accuracy=1.0):
        super().__init__(tuple((f, NO_YES) for f in fields), (1, SIDE, SIDE))
        self.card = {"data": {"name": "pixels"}, "accuracy": dict.fromkeys(fields, accuracy), "weights_sha256": "0123456789abcdef"}

    def embed(self, x):
        return x[:, 0, 0]

    def read(self, features):
        return {name: torch.stack([-features[:, k], features[:, k]], 1) for k, (name, _) in enumerate(self.fields)}


class Drawn(LatentModel):
    """Draws ``image``(w) into the first row; ``mapping`` gives the one style of all layers."""

    def __init__(self, image, mapping=lambda z: z, layers=2, d=4, levels=()):
        super().__init__()
        self.weight, self.image, self.mapping = torch.nn.Parameter(torch.zeros(1)), image, mapping
        self.spec = LatentSpec(shape=(1, SIDE, SIDE), z_dim=d, w_dim=d, num_layers=layers, levels=levels)

    def map(self, z, label=None):
        return self.mapping(z)[:, None].repeat(1, self.spec.num_layers, 1)

    def synthesize(self, w, label=None):
        row = self.image(w)
        x = torch.zeros(len(w), 1, SIDE, SIDE)
        x[:, 0, 0, :row.shape[1]] = row
        return x


@pytest.fixture(autouse=True)
def small(monkeypatch):
    for name, value in {"PAIRS": 400, "LABELLED": 800, "TRIED": 60, "MIXED": 200}.items():
        monkeypatch.setattr(disentanglement, name, value)


# -- path length

def test_it_walks_the_great_circle_at_even_speed():
    a, b = torch.randn(5, 6, dtype=torch.float64), torch.randn(5, 6, dtype=torch.float64)
    way = [great_circle(a, 3 * b, k / 4) for k in range(5)]
    for x in way:
        torch.testing.assert_close(x.square().mean(1), torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close(way[0], a / a.square().mean(1, keepdim=True).sqrt())
    torch.testing.assert_close(way[4], b / b.square().mean(1, keepdim=True).sqrt())
    steps = torch.stack([(p - q).norm(dim=1) for p, q in zip(way[:-1], way[1:], strict=True)])
    torch.testing.assert_close(steps, steps[:1].expand(4, 5))
    torch.testing.assert_close(great_circle(a, a, 0.3), great_circle(a, a, 0.0), msg="there is nowhere to go")


def test_the_paths_of_a_linear_model_are_as_long_as_its_matrix_says():
    """G(w) = A w and w = z: on the straight line |A (b - a)|², on the great circle |A dz/dt|², whose mean over directions is known."""
    torch.manual_seed(0)
    a = 0.1 * torch.randn(4, 6)
    found = disentanglement.path_lengths(Drawn(lambda w: w[:, 0] @ a), PixelNet())
    z, t = z_and_t(4)
    first, second = great_circle(z[:400], z[400:], 0.0), great_circle(z[:400], z[400:], 1.0)
    straight = ((second - first) @ a.double()).square().sum(1)
    angle = (first * second).sum(1, keepdim=True).div(4).acos()
    across = (second - first * angle.cos()) / angle.sin()
    for key, u in (("path_z", t), ("path_z_end", torch.zeros_like(t))):
        speed = angle * (across * (u * angle).cos() - first * (u * angle).sin())
        assert found[key]["value"] == pytest.approx(trimmed((speed @ a.double()).square().sum(1)), rel=0.01)
    for key in ("path_w", "path_w_end"):
        assert found[key]["value"] == pytest.approx(trimmed(straight), rel=0.01)
    assert found["path_ratio"]["value"] == pytest.approx(found["path_w"]["value"] / found["path_z"]["value"], rel=1e-3)


def z_and_t(d, pairs=400):
    """The codes and places of ``path_lengths``."""
    g = torch.Generator().manual_seed(0)
    return standard_normal(2 * pairs, d, g).double(), torch.rand(pairs, 1, generator=g).double()


def trimmed(values):
    low, high = np.quantile(values, (0.01, 0.99))
    return values[(values >= low) & (values <= high)].mean().item()


def test_a_mapping_that_bends_makes_z_longer_than_w():
    """w turns fast with z, the image is linear in w: what a mapping network is for."""
    torch.manual_seed(0)
    bent = Drawn(lambda w: 0.1 * w[:, 0], lambda z: torch.sin(6 * z))
    assert disentanglement.path_lengths(bent, PixelNet())["path_ratio"]["value"] < 0.2
    crooked = Drawn(lambda w: 0.1 * torch.sin(6 * w[:, 0]))                       # here W is Z: both ways cross the same waves
    assert 0.6 < disentanglement.path_lengths(crooked, PixelNet())["path_ratio"]["value"] < 1.1


def test_a_step_of_twice_the_size_is_four_times_as_long():
    one, two = (disentanglement.path_lengths(Drawn(lambda w, s=s: s * w[:, 0]), PixelNet()) for s in (0.1, 0.2))
    for k in ("path_z", "path_w", "path_z_end", "path_w_end"):
        assert two[k]["value"] == pytest.approx(4 * one[k]["value"], rel=0.01)
    assert two["path_ratio"]["value"] == pytest.approx(one["path_ratio"]["value"], rel=0.01)


def test_a_model_that_draws_one_image_has_no_way_to_go():
    found = disentanglement.path_lengths(Drawn(lambda w: torch.zeros(len(w), 3)), PixelNet())
    assert {found[k]["value"] for k in ("path_z", "path_w", "path_z_end", "path_w_end")} == {0} and found["path_ratio"]["value"] == 1


def test_outliers_at_both_ends_are_left_out():
    values = np.concatenate([np.full(98, 5.0), [0.0, 1e9]])
    assert (metrics.trimmed(values, 0.01) == 5).all() and len(metrics.trimmed(values, 0.01)) == 98
    assert len(metrics.trimmed(np.arange(1000.0), 0.01)) == 980 and len(metrics.trimmed(values, 0.0)) == 100
    with pytest.raises(ValueError, match="below one half"):
        metrics.trimmed(values, 0.5)


# -- separability

@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40))
def test_conditional_entropy_is_that_of_both_less_that_of_one(pairs):
    def entropy(rows):
        _, counts = np.unique(rows, axis=0, return_counts=True)
        return -(counts / len(rows) * np.log(counts / len(rows))).sum()
    y, x = np.array(pairs).T
    found = metrics.conditional_entropy(y, x)
    assert found == pytest.approx(entropy(np.array(pairs)) - entropy(x[:, None]), abs=1e-9)
    assert -1e-9 <= found <= entropy(y[:, None]) + 1e-9


def test_conditional_entropy_of_what_is_known_and_of_what_is_not():
    y = np.array([0, 1, 2, 3] * 5)
    assert metrics.conditional_entropy(y, 3 - y) == 0
    assert metrics.conditional_entropy(y, np.zeros_like(y)) == pytest.approx(math.log(4))
    with pytest.raises(ValueError, match="as many"):
        metrics.conditional_entropy(y, y[1:])


def test_attributes_that_are_linear_in_w_are_separated_and_in_z_they_are_not():
    """w = z₀ z₁ tells the sign that no plane through Z tells: nothing is left open in W, all of it in Z."""
    model = Drawn(lambda w: torch.stack([w[:, 0, 0], w[:, 0, 1]], 1).tanh(),
                  lambda z: torch.stack([z[:, 0] * z[:, 1], z[:, 2] * z[:, 3], z[:, 0], z[:, 1]], 1))
    found = disentanglement.separability(model, PixelNet())
    assert found["separability_w"]["value"] == pytest.approx(1, abs=0.02)
    assert found["separability_z"]["value"] == pytest.approx(4, abs=0.5), "exp of twice ln 2"
    assert "800 samples (seed 1) the 400" in found["separability_w"]["protocol"] and "01234567" in found["separability_w"]["protocol"]


def test_attributes_that_are_linear_in_z_are_separated_there_too():
    found = disentanglement.separability(Drawn(lambda w: (w[:, 0, :2]).tanh()), PixelNet())
    assert found["separability_w"] == {**found["separability_z"], "protocol": found["separability_w"]["protocol"]}
    assert found["separability_z"]["value"] == pytest.approx(1, abs=0.02)


def test_what_chance_decides_is_told_by_neither():
    model = Drawn(lambda w: torch.sign(torch.sin(1e4 * w[:, 0, :1])).repeat(1, 2))
    found = disentanglement.separability(model, PixelNet(("a",)))
    assert found["separability_z"]["value"] == pytest.approx(2, abs=0.05) and found["separability_w"]["value"] == pytest.approx(2, abs=0.05)


def test_fields_that_the_net_reads_badly_are_left_out():
    model, net = Drawn(lambda w: w[:, 0].tanh()), PixelNet(("a", "b", "c"))
    net.card["accuracy"]["b"] = 0.5
    protocol = disentanglement.separability(model, net)["separability_w"]["protocol"]
    assert "over 2 fields" in protocol and "a 0.0" in protocol and "c 0.0" in protocol and "b 0." not in protocol
    assert disentanglement.separability(model, PixelNet(accuracy=0.5)) == {}


# -- mixing

class FacesNet(FeatureNet):
    """Reads the fields of the faces: each is a pixel, whose categories are shades."""

    def __init__(self):
        super().__init__(avatars.FIELDS, (1, SIDE, SIDE))
        self.card = {"data": {"name": "faces"}, "accuracy": dict.fromkeys((n for n, _ in avatars.FIELDS), 1.0), "weights_sha256": "f" * 64}

    def embed(self, x):
        return x[:, 0, 0]

    def read(self, features):
        return {name: -(features[:, k:k + 1] - torch.linspace(-1, 1, len(categories))).abs()
                for k, (name, categories) in enumerate(self.fields)}


def painter(places, levels=(4, 8, 16, 32), layers=8):
    """A model whose field k is told by the style of layer ``places[name]``."""
    where = torch.tensor([places[name] for name, _ in avatars.FIELDS])
    d = len(avatars.FIELDS)
    return Drawn(lambda w: w[:, where, torch.arange(d)], lambda z: torch.erf(z / math.sqrt(2)), layers, d, levels)


@pytest.mark.parametrize(("shape", "colour", "cut", "words"), [(0, 7, None, None), (3, 4, 4, "layer 5 (16 pixels)"),
                                                              (1, 2, 2, "layer 3 (8 pixels)"),
                                                              (5, 6, 6, "layer 7 (32 pixels)")])
def test_shapes_in_coarse_styles_and_colours_in_fine_ones_are_all_followed(shape, colour, cut, words):
    model = painter({name: colour if name in avatars.COLOURS else shape for name, _ in avatars.FIELDS})
    found = disentanglement.mixing(model, FacesNet())
    assert {k: v["value"] for k, v in found.items()} == {"mixing": 1, "mixing_shapes": 1, "mixing_colours": 1}
    protocol = found["mixing"]["protocol"]
    assert "100.0% of the images all are" in protocol and "skin 100%" in protocol and "eyes 100%" in protocol
    assert words is None or f"A's styles below {words}, B's from there on" in protocol


def test_a_model_that_draws_all_from_one_layer_follows_one_source_alone():
    """With every crossover either the shapes or the colours are right; both never."""
    for layer, right in ((0, "mixing_shapes"), (7, "mixing_colours")):
        found = disentanglement.mixing(painter(dict.fromkeys((n for n, _ in avatars.FIELDS), layer)), FacesNet())
        assert {k: v["value"] for k, v in found.items()} == {"mixing": 0, "mixing_shapes": 0, "mixing_colours": 0, right: 1}


def test_colours_in_coarse_styles_and_shapes_in_fine_ones_are_the_wrong_way_round():
    found = disentanglement.mixing(painter({n: 0 if n in avatars.COLOURS else 7 for n, _ in avatars.FIELDS}), FacesNet())
    assert {v["value"] for v in found.values()} == {0}


def test_only_what_differs_between_the_sources_is_counted():
    a = {"s": np.array([0, 0, 1, 1]), "t": np.array([2, 2, 2, 2]), "c": np.array([0, 1, 0, 0])}
    b = {"s": np.array([1, 1, 1, 0]), "t": np.array([2, 3, 2, 3]), "c": np.array([5, 5, 5, 0])}
    mixed = {"s": np.array([0, 1, 1, 1]), "t": np.array([9, 2, 2, 2]), "c": np.array([5, 1, 5, 0])}
    found = followed(mixed, a, b, ("s", "t"), ("c",))
    assert found.shapes.tolist() == [1, 0.5] and found.colours.tolist() == [1, 0]           # the third has no shape, the fourth no colour
    assert found.by == {"s": pytest.approx(2 / 3), "t": 1, "c": pytest.approx(2 / 3)} and found.both == 0.5
    same = followed(mixed, a, a, ("s", "t"), ("c",))
    assert len(same.shapes) == 0 and same.both == 0 and same.by == {}


def test_both_is_the_chance_of_a_shape_and_a_colour_at_once():
    assert Followed(np.array([1, 0.5]), np.array([0.5, 1]), {}).both == 0.5
    assert Followed(np.array([1, 0.0]), np.array([0, 1.0]), {}).both == 0


def test_colours_are_the_fields_with_palettes_and_others_need_no_mixing():
    net = FacesNet()
    palettes = (avatars.SKIN, avatars.HAIR_COLOUR, avatars.BACKGROUND, avatars.TOP_COLOUR)
    assert {tuple(c) for n, c in avatars.FIELDS if n in avatars.COLOURS} == {tuple(p) for p in palettes}
    net.card["accuracy"]["top_colour"] = 0.4
    assert disentanglement.kinds_of_fields(net) == (tuple(n for n, _ in avatars.FIELDS if n not in avatars.COLOURS), avatars.COLOURS[:3])
    assert disentanglement.mixing(Drawn(lambda w: w[:, 0]), PixelNet()) == {}


# -- in cards

@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(disentanglement, "PAIRS", 40)
    monkeypatch.setattr(disentanglement, "LABELLED", 80)


def test_the_figures_are_the_same_every_time(few):
    model, _ = made("stylegan")
    model.eval()
    one, two = [], []
    for k, found in enumerate((one, two)):
        torch.manual_seed(k)
        found.append(disentanglement.measure(model, PixelNet()))
    assert one == two and set(one[0]) == {"path_z", "path_w", "path_z_end", "path_w_end", "path_ratio", "separability_z", "separability_w",
                                      "noise_seen"}
    assert all(math.isfinite(v["value"]) and v["protocol"] for v in one[0].values())


@pytest.mark.parametrize(("family", "measured"), [("stylegan", True), ("progan", False)])
def test_cards_of_models_with_styles_have_them(family, measured, few, tmp_path, monkeypatch):
    monkeypatch.setattr("training.evaluate.features.load", lambda root, name: PixelNet())
    monkeypatch.setattr("training.evaluate.figures.measure", lambda *_: {"frechet_ratio": figures.score(2, "", "x")})
    model, objective = made(family)
    checkpoint.save(tmp_path / "small", model.eval(), Card("small", family, objective.config.to_dict(), spec(), model.spec))
    images, labels = shapes(16)
    card = evaluate(tmp_path / "small", Dataset(spec(), Split(images, labels), Split(images, labels)), with_map=False)
    assert card.carried.keys() == ({"a", "b"} if measured else set()) and ("carried" in card.metrics) == measured
    assert ("path_ratio" in card.metrics) == ("separability_w" in card.metrics) == measured and card.headline == "frechet_ratio"


def test_patches_are_taken_where_they_fit(monkeypatch):
    """A model that grows from 4 × 4 has a level that no patch of 7 × 7 fits in."""
    monkeypatch.setattr(figures, "PATCHES", 4)
    model, _ = made("progan", spec(32, 3))
    images, _ = shapes(20, 32, 3)
    found = figures.sliced(model.eval(), Dataset(DataSpec("d", "D", (3, 32, 32)), Split(images), Split(images)))
    assert model.spec.levels == (4, 8, 16, 32)
    assert set(found) == {"sliced_wasserstein", *(f"sliced_wasserstein_{r}" for r in (8, 16, 32))}


# -- what ranges of layers carry

def test_each_field_is_carried_by_the_range_that_tells_it():
    """Layers 0-3 draw 4 and 8 pixels, 4-5 draw 16, 6-7 draw 32."""
    names = [n for n, _ in avatars.FIELDS]
    model = painter({n: k % 8 for k, n in enumerate(names)})
    found, table = disentanglement.carried(model, FacesNet())
    assert set(table) == set(names)
    for k, n in enumerate(names):
        right = "coarse" if k % 8 < 4 else "middle" if k % 8 < 6 else "fine"
        assert table[n] == {r: float(r == right) for r in ("coarse", "middle", "fine")}, n
    assert found["carried"]["value"] == len(names) and found["carried"]["unit"] == f"of {len(names)}"


def test_a_field_that_needs_two_ranges_at_once_is_carried_by_none():
    names = [n for n, _ in avatars.FIELDS]
    d = len(names)
    model = Drawn(lambda w: torch.minimum(w[:, 0, :d], w[:, 7, :d]), lambda z: torch.erf(z / math.sqrt(2)), 8, d, (4, 8, 16, 32))
    found, table = disentanglement.carried(model, FacesNet())
    assert found["carried"]["value"] == 0 and all(0 < max(row.values()) < 0.8 for row in table.values())


def test_noise_that_can_be_seen_is_counted_by_the_pixel():
    class Grainy(Drawn):
        def synthesize_noisy(self, w, label, strengths, seed=None):
            x = torch.full((len(w), 3, 10, 10), -0.5)
            x[:, 0, :2] += 8 / 127.5 * (seed % 2)                                # a fifth of the pixels by 8 shades, another by 7
            x[:, 1, 2:4] += 7 / 127.5 * (seed % 2)
            return x
    model = Grainy(lambda w: w[:, 0])
    assert disentanglement.noise_seen(model) == {}
    model.spec = replace(model.spec, pixel_noise=True)
    assert disentanglement.noise_seen(model)["noise_seen"]["value"] == pytest.approx(0.2)
