"""Map files and UMAP: what is kept, what is refused."""

import numpy as np
import pytest
import torch

from training import families, maps
from training.maps import Map, MapError

from .small import shapes, spec


def test_round_trip_keeps_places_to_a_65000th_and_codes_to_half_precision(tmp_path):
    r = np.random.default_rng(0)
    kept = Map(r.normal(size=(50, 4)).astype(np.float32), r.normal(size=(50, 2)).astype(np.float32), 7, 0.25, "cosine")
    maps.write(tmp_path / "run" / "map.npz", kept)
    back = maps.read(tmp_path / "run" / "map.npz")
    assert 0 < np.abs(back.umap - kept.umap).max() <= np.ptp(kept.umap, 0).max() / 65000
    maps.write(tmp_path / "run" / "map.npz", back)
    assert np.array_equal(maps.read(tmp_path / "run" / "map.npz").umap, back.umap), "once rounded they stay"
    np.testing.assert_allclose(back.codes, kept.codes, rtol=1e-3, atol=1e-3)
    assert (back.n_neighbors, back.min_dist, back.metric) == (7, 0.25, "cosine")


def test_a_map_without_umap_yet(tmp_path):
    maps.write(tmp_path / "map.npz", Map(np.zeros((3, 2), np.float32)))
    assert maps.read(tmp_path / "map.npz").umap is None


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 half"])
def test_a_damaged_map_says_what_to_do(tmp_path, data):
    (tmp_path / "map.npz").write_bytes(data)
    with pytest.raises(MapError, match="python -m training evaluate"):
        maps.read(tmp_path / "map.npz")


def test_a_map_of_objects_is_not_unpickled(tmp_path):
    np.savez(tmp_path / "map.npz", codes=np.array([{"a": 1}], dtype=object), settings=np.zeros(2), metric=np.array("x"))
    with pytest.raises(MapError, match="damaged"):
        maps.read(tmp_path / "map.npz")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_in_a_map_is_refused(tmp_path, bad):
    numbers = np.full((3, 2), bad, np.float32)
    with pytest.raises(MapError, match="NaN or infinite"):
        maps.write(tmp_path / "map.npz", Map(numbers))
    assert not list(tmp_path.iterdir())
    np.savez(tmp_path / "map.npz", codes=numbers, settings=np.zeros(2), metric=np.array("euclidean"))
    with pytest.raises(MapError, match="does not hold a map"):
        maps.read(tmp_path / "map.npz")


def test_codes_that_do_not_fit_float16_are_kept_as_float32(tmp_path):
    codes = np.array([[1e6, 1e-3], [-3e38, 7.0]], np.float32)
    maps.write(tmp_path / "map.npz", Map(codes))
    assert np.array_equal(maps.read(tmp_path / "map.npz").codes, codes)


@pytest.mark.parametrize("change", [{"n_neighbors": 1}, {"n_neighbors": 500}, {"min_dist": 2.0}, {"min_dist": float("nan")},
                                    {"metric": "os.system"}, {"n": 10}, {"n": 70_001}])
def test_settings_out_of_range_are_refused_before_anything_is_computed(change):
    with pytest.raises(MapError):
        maps.check_umap(**{"n": 1000, "n_neighbors": 15, "min_dist": 0.1, "metric": "euclidean", **change})


@pytest.mark.training
def test_umap_keeps_clusters_apart_is_deterministic_and_tells_how_far_it_is(tmp_path):
    r = np.random.default_rng(0)
    codes = np.concatenate([r.normal(size=(40, 8)), r.normal(size=(40, 8)) + 20]).astype(np.float32)
    seen = []
    a = maps.fit_umap(codes, n_neighbors=10, progress=seen.append)
    b = maps.fit_umap(codes, n_neighbors=10)
    assert np.array_equal(a, b) and a.shape == (80, 2) and a.dtype == np.float32
    maps.write(tmp_path / "map.npz", Map(codes, a))
    assert np.array_equal(maps.read(tmp_path / "map.npz").umap, a), "what is fitted is what is kept"
    inside = np.linalg.norm(a[:40] - a[:40].mean(0), axis=1).max()
    assert np.linalg.norm(a[:40].mean(0) - a[40:].mean(0)) > 2 * inside
    assert seen == sorted(seen) and seen[0] <= maps.BEGUN and seen[-1] == 1.0
    assert sum(maps.LAYOUT < share < 1.0 for share in seen) >= 1, "it tells while it is laid out too"


@pytest.mark.parametrize("metric", maps.METRICS)
def test_neighbours_are_the_nearest_by_each_metric(metric):
    from scipy.spatial.distance import cdist
    codes = np.random.default_rng(0).normal(size=(300, 7)).astype(np.float32)
    codes[7] = codes[8]
    seen = []
    indices, distances = maps.neighbours(codes, 6, metric, seen.append)
    expected = cdist(codes, codes, "cityblock" if metric == "manhattan" else metric)
    np.testing.assert_allclose(distances, np.sort(expected, 1)[:, :6], atol=1e-4)
    np.testing.assert_allclose(np.take_along_axis(expected, indices.astype(int), 1), distances, atol=1e-4)
    assert seen[-1] == 1.0


def test_codes_do_not_depend_on_the_chunk():
    family = families.get("vae")
    model = family.Model(family.Config(network="dense", width=8, z_dim=3), spec()).eval()
    images = shapes(20)[0]
    codes = maps.encode_all(model, images, chunk=7)
    assert codes.shape == (20, 3) and codes.dtype == np.float32
    np.testing.assert_allclose(codes, maps.encode_all(model, images), atol=1e-5)
    x = torch.from_numpy(images).float() / 127.5 - 1
    np.testing.assert_allclose(codes, model.encode(x)[:, 0].detach().numpy(), atol=1e-5)


def test_codes_of_many_numbers_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(maps, "MOST_NUMBERS", 40 * 64)
    codes = np.random.default_rng(0).normal(size=(40, 65)).astype(np.float32)
    maps.write(tmp_path / "map.npz", Map(codes, codes[:, :2]))
    assert (tmp_path / "map.npz").stat().st_size < codes.nbytes / 4
    back = maps.read(tmp_path / "map.npz")
    assert back.codes is None and np.allclose(back.umap, codes[:, :2], atol=1e-3)


def test_one_style_for_many_layers_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(maps, "MOST_NUMBERS", 40 * 64)
    codes = np.tile(np.random.default_rng(0).normal(size=(40, 64)).astype(np.float32), (1, 5))
    maps.write(tmp_path / "map.npz", Map(codes))
    np.testing.assert_allclose(maps.read(tmp_path / "map.npz").codes, codes, rtol=1e-3, atol=1e-3)
