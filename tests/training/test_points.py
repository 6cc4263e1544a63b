"""Ring and grid: what is drawn, and what is measured of points, against values worked out otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image

from training import checkpoint, data, evaluate, families, heldout, loop, points
from training.data import DataError
from training.model import Batch, DataSpec, LatentModel, LatentSpec

BOTH = pytest.mark.parametrize("name", list(points.MIXTURES))


def test_ring_and_grid_are_the_published_ones():
    ring, grid = points.centres("ring"), points.centres("grid")
    assert np.allclose(np.hypot(*ring.T), points.EXTENT) and np.isclose(points.sigma("ring") / points.EXTENT, 0.02 / 2.0)   # Unrolled GANs
    lattice = np.array([(-4 + 2 * i, -4 + 2 * j) for i in range(5) for j in range(5)])                                      # PacGAN
    assert np.allclose(grid / points.EXTENT * 4, lattice) and np.isclose(points.sigma("grid") / points.EXTENT * 4, 0.05)


@BOTH
def test_draws_are_what_they_say(name):
    xy, labels = points.draw(name, 20_000, 0)
    assert xy.dtype == np.float32 and xy.shape == (20_000, 2) and np.abs(xy).max() < 1 and labels.dtype == np.int64
    off = (xy - points.centres(name)[labels]) / points.sigma(name)
    assert np.allclose(off.mean(0), 0, atol=0.03) and np.allclose(np.cov(off.T), np.eye(2), atol=0.04)
    share = np.bincount(labels) / len(labels)
    assert len(share) == len(points.centres(name)) and np.allclose(share * len(share), 1, atol=0.2)
    some, some_labels = points.draw(name, 50, 0)
    assert np.array_equal(some, xy[:50]) and np.array_equal(some_labels, labels[:50])
    assert not np.array_equal(points.draw(name, 50, 1)[0], some)


@BOTH
def test_density_integrates_to_one_and_is_the_mixtures(name):
    side = np.linspace(-1, 1, 801)
    total = points.density(name, np.stack(np.meshgrid(side, side), -1)).sum() * (side[1] - side[0]) ** 2
    assert abs(total - 1) < 1e-3
    xy = points.draw(name, 5, 0)[0]
    s, by_torch = points.sigma(name), torch.distributions
    modes = by_torch.Independent(by_torch.Normal(torch.from_numpy(points.centres(name)), torch.tensor(s, dtype=torch.double)), 1)
    mixture = by_torch.MixtureSameFamily(by_torch.Categorical(torch.ones(len(points.centres(name)))), modes)
    assert np.allclose(points.density(name, xy), mixture.log_prob(torch.from_numpy(xy).double()).exp().numpy(), rtol=1e-5)


@BOTH
def test_the_data_itself_scores_as_theory_says(name):
    xy, _ = points.draw(name, 20_000, 3)
    k = len(points.centres(name))
    assert points.modes_covered(name, xy) == k
    assert abs(points.high_quality_share(name, xy) - (1 - math.exp(-4.5))) < 3e-3         # a Rayleigh radius below 3
    assert 0 <= points.reverse_kl(name, xy) < 2 * k / len(xy)


def test_measures_of_known_points():
    c, s = points.centres("ring"), points.sigma("ring")
    assert points.reverse_kl("ring", np.repeat(c[:1], 9, 0)) == pytest.approx(math.log(8))
    assert points.reverse_kl("ring", np.repeat(c[:4], 5, 0)) == pytest.approx(math.log(2))
    three_to_one = np.concatenate([np.repeat(c[:1], 3, 0), c[1:2]])                       # KL((¾, ¼) ‖ uniform over 8)
    assert points.reverse_kl("ring", three_to_one) == pytest.approx(0.75 * math.log(6) + 0.25 * math.log(2))
    near, far = c + [2.99 * s, 0], c + [3.01 * s, 0]
    assert points.modes_covered("ring", near) == 8 and points.modes_covered("ring", far) == 0
    assert points.high_quality_share("ring", np.concatenate([near, far])) == 0.5
    mode, away = points.nearest("ring", near)
    assert mode.tolist() == list(range(8)) and np.allclose(away, 2.99)


def test_a_cached_set_is_the_same_and_known_by_its_fingerprint(tmp_path):
    first = data.load("ring", cache=tmp_path)
    assert first.spec.shape == (2,) and first.spec.num_classes == 8 and len(first.train) == points.COUNTS[0]
    assert not set(map(tuple, first.train.images[:500])) & set(map(tuple, first.test.images))
    again = data.load("ring", cache=tmp_path)
    assert again.spec == first.spec and again.train.images.dtype == np.float32
    assert np.array_equal(again.train.images, first.train.images) and np.array_equal(again.test.labels, first.test.labels)
    few = data.load("grid", cache=tmp_path, limit=64)
    assert len(few.train) == len(few.test) == 64 and few.spec.fingerprint != data.load("grid", cache=tmp_path).spec.fingerprint
    assert data.load_again(first.spec, cache=tmp_path).spec == first.spec


def test_points_have_no_size_and_no_sheet(tmp_path):
    with pytest.raises(DataError, match="points, not images"):
        data.load("ring", cache=tmp_path, size=28)
    with pytest.raises(DataError, match="points, not images"):
        heldout.write(data.load("ring", cache=tmp_path, limit=10), tmp_path)


def test_a_batch_of_points_is_not_scaled():
    xy, labels = points.draw("grid", 64, 0)
    batch = loop.Stream(xy, labels, 64, 0, loop.World()).next()
    assert batch.images.dtype == torch.float32
    assert {tuple(p) for p in batch.images.numpy()} == {tuple(p) for p in xy}
    assert Batch.of(torch.tensor([[0, 255]], dtype=torch.uint8)).images.tolist() == [[-1.0, 1.0]]


class Exactly(LatentModel):
    """Draws every mode of ``name`` but the last, by z's order."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=(2,), z_dim=1, w_dim=1)
        self.where = torch.nn.Parameter(torch.tensor(points.centres(name)[:-1], dtype=torch.float32))

    def synthesize(self, w, label=None):
        return self.where[torch.arange(len(w)) % len(self.where)]


def test_coverage_of_a_generator_that_lost_a_mode():
    found = evaluate.coverage(Exactly("grid"), "grid", 2400)
    assert found["modes"]["value"] == 24 and found["modes"]["unit"] == "of 25" and found["high_quality"]["value"] == 1
    assert found["reverse_kl"]["value"] == pytest.approx(math.log(25 / 24), rel=1e-4)


def test_samples_are_drawn_where_they_lie(tmp_path):
    loop.save_samples(tmp_path / "samples.webp", Exactly("ring"))
    with Image.open(tmp_path / "samples.webp") as image:
        pixels = np.asarray(image.convert("L"))
    assert pixels.shape == (256, 256)
    rows = ((1 - points.centres("ring")[:, 1]) * 128).astype(int)
    columns = ((points.centres("ring")[:, 0] + 1) * 128).astype(int)
    light = [int(pixels[r - 2:r + 3, c - 2:c + 3].max()) for r, c in zip(rows, columns, strict=True)]
    assert min(light[:7]) > 200 and light[7] == 0
    assert (pixels > 0).mean() < 0.02


def test_a_raster_sums_light_and_leaves_out_what_is_beyond():
    one, two = (points.raster(np.zeros((n, 2)), 33) for n in (1, 2))
    assert one[16, 16] == pytest.approx(1 - math.exp(-0.5)) and two[16, 16] == pytest.approx(1 - math.exp(-1))
    assert points.raster(np.array([[np.nan, 0], [1.2, 0], [np.inf, 0]]), 33).max() == 0
    corner = points.raster(np.array([[-1.0, 1.0]]), 33)
    assert np.unravel_index(corner.argmax(), corner.shape) == (0, 0)                      # y points up


def test_a_family_of_dense_layers_learns_points_and_is_measured(tmp_path):
    dataset = data.load("ring", cache=tmp_path, limit=256)
    family = families.get("autoencoder")
    config = family.Config(images=512, batch_size=64, z_dim=2, hidden=(8, 4))
    spec: DataSpec = dataset.spec
    card = checkpoint.Card("dots", family.name, config.to_dict(), spec, family.Model(config, spec).spec)
    loop.Trainer(family, config, card, dataset.train.images, dataset.train.labels).run(tmp_path / "dots")
    metrics = evaluate.evaluate(tmp_path / "dots", dataset).metrics
    assert 0 <= metrics["modes"]["value"] <= 8 and "reconstruction_error" not in metrics
