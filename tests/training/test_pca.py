"""Exact components, against numpy's singular value decomposition; angles against known ones; a linear autoencoder made of PCA is PCA."""

import numpy as np
import pytest
import torch

from training import data, families, pca, principal
from training.data import Dataset, Split

from .small import shapes, spec


def some(n=300, seed=0):
    r = np.random.default_rng(seed)
    x, labels = shapes(n)
    return np.clip(x.astype(int) + r.integers(0, 40, x.shape), 0, 255).astype(np.uint8), labels


def test_components_and_error_are_those_of_the_svd():
    x, _ = some()
    found, flat = pca.fit(x), x.reshape(len(x), -1) / 255.0
    centred = flat - flat.mean(0)
    _, s, vt = np.linalg.svd(centred, full_matrices=False)
    assert np.allclose(found.variances[:20], s[:20] ** 2 / len(x))
    assert np.allclose(np.abs((found.components[:5] * vt[:5]).sum(1)), 1, atol=1e-6)
    assert found.error(x, 7) == pytest.approx((s[7:] ** 2).sum() / len(x), rel=1e-6)
    assert found.error(x, 784) == pytest.approx(0, abs=1e-9)


def test_angles_between_spaces():
    t, eye = np.radians(30), np.eye(5)
    tilted = np.stack([eye[0], np.cos(t) * eye[1] + np.sin(t) * eye[2]])
    assert np.allclose(pca.angles(eye[:2], tilted), [0, 30])
    assert np.allclose(pca.angles(eye[:2], np.array([[2.0, 1, 0, 0, 0], [1, 3, 0, 0, 0]])), 0, atol=1e-10)
    assert np.allclose(pca.angles(eye[:2], eye[2:4]), 90)
    small = np.array([[1, 1e-7, 0, 0, 0]])
    assert pca.angles(eye[:1], small)[0] == pytest.approx(np.degrees(1e-7), rel=1e-3)


def test_too_many_pixels_are_refused():
    with pytest.raises(ValueError, match="up to 1500"):
        pca.fit(np.zeros((2, 3, 64, 64), np.uint8))


def test_a_linear_autoencoder_of_exact_components_is_pca_and_another_is_not():
    x, labels = some()
    dataset = Dataset(spec(), Split(x[:200], labels[:200]), Split(x[200:], labels[200:]))
    family = families.get("linear")
    torch.manual_seed(0)
    model = family.Model(family.Config(z_dim=6), spec())
    worse = pca.measure(model, dataset)
    exact = pca.fit(x[:200])
    turn = np.random.default_rng(1).normal(size=(6, 6))                     # any basis of the space
    v = torch.from_numpy(exact.components[:6]).float()
    with torch.no_grad():
        down, up = model.encoder[1], model.decoder[0]
        down.weight.copy_(torch.from_numpy(turn).float() @ v / 2)
        down.bias.copy_(torch.from_numpy(turn).float() @ v @ torch.from_numpy(0.5 - exact.mean).float())
        up.weight.copy_(v.T @ torch.from_numpy(np.linalg.inv(turn)).float())
        up.bias.copy_(torch.from_numpy(exact.mean).float())
    best = pca.measure(model, dataset)
    assert best["pca_ratio"]["value"] == pytest.approx(1, abs=1e-4) and best["pca_angle"]["value"] < 0.01
    assert worse["pca_ratio"]["value"] > 1.5 and worse["pca_angle"]["value"] > 45
    assert best["pca_error"] == worse["pca_error"] and best["pca_error"]["value"] == pytest.approx(exact.error(x[200:], 6), rel=1e-4)


def test_codes_as_long_as_the_image_and_large_images_have_no_such_figure():
    family = families.get("sparse")
    x, labels = some(20)
    dataset = Dataset(spec(), Split(x[:10], labels[:10]), Split(x[10:], labels[10:]))
    assert pca.measure(family.Model(family.Config(z_dim=800), spec()), dataset) == {}
    assert data.Dataset is Dataset


def test_principal_directions_are_numpy_s_in_order_and_with_one_sign():
    r = np.random.default_rng(0)
    x = r.normal(size=(200, 12)) * np.linspace(3, 1, 12)
    values, vectors = principal.strongest(x.T @ x)
    np.testing.assert_allclose(vectors @ (x.T @ x) @ vectors.T, np.diag(values), atol=1e-9)
    assert (np.diff(values) < 0).all() and (vectors.max(1) == np.abs(vectors).max(1)).all()
    few = principal.strongest(x.T @ x, 3)                          # by another routine of LAPACK's
    np.testing.assert_allclose(few[0], values[:3])
    np.testing.assert_allclose(few[1], vectors[:3], atol=1e-9)
    np.testing.assert_array_equal(principal.same_way(-vectors), vectors)
    assert principal.same_way(np.empty((0, 12), np.float32)).dtype == np.float32
