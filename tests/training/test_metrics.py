"""Scores against scikit-learn's and against cases where the answer is known."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as reference

from training import metrics


def test_trustworthiness_is_scikit_learns():
    r = np.random.default_rng(0)
    codes, points = r.normal(size=(300, 8)), r.normal(size=(300, 2))
    assert metrics.trustworthiness(codes, points, chunk=70) == pytest.approx(reference(codes, points, n_neighbors=5), abs=1e-9)


def test_a_map_that_is_the_code_is_trusted_wholly():
    codes = np.random.default_rng(1).normal(size=(200, 2))
    assert metrics.trustworthiness(codes, codes * 3 + 1) == 1.0


def test_knn_votes_of_others():
    points = np.array([[0.0], [0.1], [0.2], [10.0], [10.1], [10.2]])
    labels = np.array([0, 0, 1, 1, 1, 1])
    assert metrics.knn_accuracy(points, labels, k=2) == pytest.approx(5 / 6)   # only the stray 1 among zeros is outvoted


def test_knn_accuracy_of_noise_is_chance():
    r = np.random.default_rng(2)
    assert metrics.knn_accuracy(r.normal(size=(2000, 2)), r.integers(0, 4, 2000)) == pytest.approx(0.25, abs=0.05)


def test_psnr_of_one_percent_error():
    assert metrics.psnr(np.array([0.01 * 784]), 784) == pytest.approx(20.0)


@pytest.mark.parametrize("k", [0, 6])
def test_k_must_leave_neighbours(k):
    with pytest.raises(ValueError, match="k must lie"):
        metrics.knn_accuracy(np.zeros((6, 2)), np.zeros(6, int), k=k)
