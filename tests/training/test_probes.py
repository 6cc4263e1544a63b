"""Simple classifiers on codes against brute force and against problems whose answer is known."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from training import families, probes
from training.data import Dataset, Split

from .small import shapes, spec


def test_the_nearest_is_the_nearest():
    r = np.random.default_rng(0)
    codes, asked, labels = r.normal(3, 1, (200, 7)), r.normal(3, 1, (41, 7)), r.integers(0, 5, 200)
    expected = labels[((asked[:, None] - codes[None]) ** 2).sum(-1).argmin(1)]
    assert probes.nearest(codes, labels, asked, chunk=10).tolist() == expected.tolist()
    assert probes.nearest(codes, labels, codes).tolist() == labels.tolist()


def test_the_nearest_is_found_far_from_the_origin():
    """Two codes a unit apart, a hundred thousand units away: differences of squares in float32 would not tell them apart."""
    codes = np.array([[1e5, 0.0], [1e5, 1.0]])
    assert probes.nearest(codes, np.array([4, 9]), np.array([[1e5, 0.2], [1e5, 0.8]])).tolist() == [4, 9]


@pytest.mark.parametrize(("codes", "labels", "asked"), [((3, 2), (3,), (1, 3)), ((3, 2), (2,), (1, 2)), ((0, 2), (0,), (1, 2)),
                                                       ((3,), (3,), (1,))])
def test_the_nearest_refuses_what_does_not_fit(codes, labels, asked):
    with pytest.raises(ValueError, match="codes must be"):
        probes.nearest(np.zeros(codes), np.zeros(labels, int), np.zeros(asked))


def test_a_linear_classifier_separates_what_a_plane_separates_and_nothing_else():
    r = np.random.default_rng(1)
    a, b = r.uniform(-1, 1, (600, 2)), r.uniform(-1, 1, (300, 2))
    assert (probes.linear_svm(a, (a @ [1, 2] > 0).astype(int), b) == (b @ [1, 2] > 0)).mean() > 0.96
    assert (probes.linear_svm(a, (a[:, 0] * a[:, 1] > 0).astype(int), b) == (b[:, 0] * b[:, 1] > 0)).mean() < 0.7


@pytest.mark.parametrize("classes", [2, 4])
def test_the_linear_classifier_is_scikit_learns(classes):
    """The minimum of the same convex function: no higher than what scikit-learn reaches, and the same answers."""
    r = np.random.default_rng(3)
    labels = r.integers(0, classes, 900)
    codes = (r.normal(0, 1, (classes, 12))[labels] + r.normal(0, 1.2, (900, 12)) + 5).astype(np.float32)
    reference = LinearSVC(C=0.1, dual=False, tol=1e-8).fit(codes[:600], labels[:600])
    assert (probes.linear_svm(codes[:600], labels[:600], codes[600:]) == reference.predict(codes[600:])).mean() > 0.99
    x, y = np.c_[codes[:600], np.ones(600)], np.where(labels[:600] == 1, 1.0, -1.0)

    def value(w):
        return 0.5 * w @ w + 0.1 * np.maximum(0, 1 - y * (x @ w)).__pow__(2).sum()
    row = reference.coef_[0 if classes == 2 else 1], reference.intercept_[0 if classes == 2 else 1]
    found = probes.squared_hinge(torch.from_numpy(x).float(), torch.from_numpy(y).float(), 0.1).numpy()
    assert value(found) == pytest.approx(value(np.r_[row]), rel=1e-4)


def test_a_larger_penalty_fits_the_training_codes_more_closely():
    r = np.random.default_rng(2)
    codes, labels = r.normal(0, 0.01, (200, 50)), r.integers(0, 2, 200)
    loose, close = ((probes.linear_svm(codes, labels, codes, c) == labels).mean() for c in (1e-3, 1e4))
    assert close > loose + 0.05


@pytest.mark.parametrize("name", ["bigan", "alae"])
def test_both_codes_of_all_images_are_probed(name):
    family = families.get(name)
    config = family.Config(width=16, features=24, z_dim=6, batch_size=8)
    torch.manual_seed(0)
    model = family.Model(config, spec()).eval()
    train, test = Split(*shapes(300)), Split(*shapes(120, seed=1))
    found = probes.measure(model, Dataset(spec(), train, test))
    assert set(found) == {"nn_short", "nn_long", "svm_short", "svm_long"}
    assert f"{model.spec.w_dim}-D code" in found["nn_short"]["protocol"] and "24-D encoder's last layer" in found["svm_long"]["protocol"]
    assert all("300 training images" in f["protocol"] and "120 test images" in f["protocol"] for f in found.values())
    for size, of in (("short", lambda x: model.encode(x)[:, 0]), ("long", model.features)):
        a, b = (of(torch.from_numpy(s.images).float() / 127.5 - 1).detach().numpy() for s in (train, test))
        for kind, classifier in (("nn", KNeighborsClassifier(1)), ("svm", LinearSVC(C=0.1, dual=False))):
            expected = classifier.fit(a, train.labels).score(b, test.labels)
            assert found[f"{kind}_{size}"]["value"] == pytest.approx(expected, abs=0.02), (kind, size)


def test_an_encoder_that_tells_no_features_is_probed_on_its_code():
    torch.manual_seed(0)
    sparse = families.get("sparse")
    model = sparse.Model(sparse.Config(z_dim=40), spec()).eval()
    train, test = Split(*shapes(200)), Split(*shapes(100, seed=1))
    found = probes.measure(model, Dataset(spec(), train, test))
    assert set(found) == {"nn_short", "svm_short"} and "40-D code" in found["svm_short"]["protocol"]
    a, b = (model.encode(torch.from_numpy(s.images).float() / 127.5 - 1)[:, 0].detach().numpy() for s in (train, test))
    assert found["svm_short"]["value"] == pytest.approx(LinearSVC(C=0.1, dual=False).fit(a, train.labels).score(b, test.labels), abs=0.02)


def test_nothing_is_probed_without_labels_or_where_the_class_is_told():
    split = Split(*shapes(40))
    for family in ("bigan", "cgan"):
        found = families.get(family)
        data = dataclasses.replace(spec(), classes=("a", "b", "c")) if family == "cgan" else spec()
        model = found.Model(found.Config(width=16), data).eval()
        known = split if family == "cgan" else Split(split.images)
        assert probes.measure(model, Dataset(data, known, known)) == {}
