"""Scores against scikit-learn's and against cases where the answer is known."""

import math

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


def exactly(mean, covariance, n=400, seed=0):
    """n points whose sample mean and covariance are exactly those given."""
    x = np.random.default_rng(seed).normal(size=(n, len(mean)))
    x = (x - x.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T))).T
    return x @ np.linalg.cholesky(np.asarray(covariance, float)).T + mean


def test_frechet_of_gaussians_whose_axes_agree_is_the_closed_form():
    a, b = exactly([0, 1, 2], np.diag([1, 4, 9])), exactly([1, 1, 0], np.diag([4, 4, 1]), seed=1)
    assert metrics.frechet(a, b) == pytest.approx(1 + 4 + (1 - 2) ** 2 + 0 + (3 - 1) ** 2)


def test_frechet_of_gaussians_in_general_is_scipys_square_root():
    from scipy.linalg import sqrtm
    r = np.random.default_rng(3)
    p, q = (m @ m.T + 0.1 * np.eye(5) for m in r.normal(size=(2, 5, 5)))
    a, b = exactly(np.zeros(5), p), exactly(np.ones(5), q, seed=1)
    assert metrics.frechet(a, b) == pytest.approx(5 + np.trace(p + q - 2 * sqrtm(p @ q).real), rel=1e-6)
    assert metrics.frechet(a, b) == pytest.approx(metrics.frechet(b, a))


def test_frechet_of_a_set_and_itself_is_zero_even_where_features_are_never_used():
    a = np.random.default_rng(0).normal(size=(50, 6)) * [1, 1, 0, 5, 0, 1e-4]
    assert metrics.frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert metrics.frechet(a[:, :1], a[:, :1] + 3) == pytest.approx(9)
    with pytest.raises(ValueError, match="features must be"):
        metrics.frechet(a, a[:, :3])


def test_coverage_counts_classes_by_their_entropy():
    assert metrics.coverage(np.arange(1000) % 10, 10) == pytest.approx(10)
    assert metrics.coverage(np.zeros(50, int), 10) == 1
    assert metrics.coverage(np.array([0, 3] * 20), 10) == pytest.approx(2)
    assert 1 < metrics.coverage(np.array([0] * 99 + [1]), 10) < 1.1
    with pytest.raises(ValueError, match="below 3"):
        metrics.coverage(np.array([3]), 3)


def test_agreement():
    assert metrics.agreement(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 0])) == 0.75


def test_a_code_that_permutes_the_classes_has_no_error():
    r = np.random.default_rng(0)
    labels, permutation = r.integers(0, 10, 500), r.permutation(10)
    assert metrics.matched_error(permutation[labels], labels, permutation[labels[:100]], labels[:100], 10) == 0
    assert (metrics.match(permutation[labels], labels, 10)[permutation] == np.arange(10)).all()


def test_two_values_of_a_code_cannot_both_be_one_class():
    labels = np.array([0] * 60 + [1] * 40)
    codes = np.array([0] * 35 + [1] * 25 + [2] * 40)      # class 0 is split over two values; the third value has none left
    assert metrics.match(codes, labels, 3).tolist() == [0, -1, 1]
    assert metrics.matched_error(codes, labels, codes, labels, 3) == pytest.approx(0.25)
    both = np.array([0] * 60 + [0] * 40)                  # one value for two classes: the larger one gets it
    assert metrics.matched_error(both, labels, both, labels, 2) == pytest.approx(0.4)


def test_matching_sees_no_test_label():
    labels = np.array([0, 1] * 50)
    assert metrics.matched_error(labels, labels, 1 - labels, labels, 2) == 1


def test_information_of_a_code_read_surely_is_its_entropy_and_of_one_not_read_at_all_is_zero():
    codes = np.arange(100) % 10
    assert metrics.information(np.eye(10)[codes], codes) == pytest.approx(np.log(10))
    assert metrics.information(np.full((100, 10), 0.1), codes) == pytest.approx(0)
    assert metrics.information(np.full((100, 10), 0.1, np.float32) * 0, codes) < -20, "sure and wrong: finite, far below 0"


def test_information_of_a_noisy_channel_is_shannons():
    flip, codes = 0.2, np.arange(10_000) % 2
    seen = np.where(np.arange(10_000) % 5 == 0, 1 - codes, codes)          # every fifth is flipped
    q = np.where(np.eye(2)[seen] == 1, 1 - flip, flip)                     # the true posterior
    binary_entropy = -(flip * np.log(flip) + (1 - flip) * np.log(1 - flip))
    assert metrics.information(q, codes) == pytest.approx(np.log(2) - binary_entropy)


@pytest.mark.parametrize("d", [1, 3, 40])
def test_sliced_wasserstein_of_a_shifted_set_is_the_shift_seen_along_a_random_direction(d):
    """A set and itself moved by t: along a direction v the distance is |t·v| exactly, on average |t| Γ(d/2) / (√π Γ((d+1)/2))."""
    r = np.random.default_rng(0)
    a, t = r.normal(size=(500, d)), r.normal(size=d)
    expected = np.linalg.norm(t) * math.gamma(d / 2) / (math.sqrt(math.pi) * math.gamma((d + 1) / 2))
    assert metrics.sliced_wasserstein(a, r.permutation(a + t), 4096) == pytest.approx(expected, rel=0.04 if d > 1 else 1e-4)
    assert metrics.sliced_wasserstein(a, r.permutation(a)) == pytest.approx(0, abs=1e-6)
    assert metrics.sliced_wasserstein(a, a + t, chunk=7) == pytest.approx(metrics.sliced_wasserstein(a, a + t, chunk=512), rel=1e-4)


def test_sliced_wasserstein_in_one_dimension_is_the_area_between_the_distributions():
    """Sorted values are matched: {0, 0, 3} and {1, 1, 1} are 1, 1 and 2 apart."""
    a, b = np.array([[0.0], [0.0], [3.0]]), np.array([[1.0], [1.0], [1.0]])
    assert metrics.sliced_wasserstein(a, b) == pytest.approx(4 / 3)
    with pytest.raises(ValueError, match="one shape"):
        metrics.sliced_wasserstein(a, b[:2])


def test_patches_are_windows_of_their_images_and_descriptors_forget_brightness_and_contrast_alone():
    y, x = np.mgrid[:9, :12]
    images = np.stack([np.stack([k * 10_000 + c * 1000 + 20 * y + x for c in range(2)]) for k in range(3)]).astype(np.float64)
    rows = metrics.patches(images, 5, side=3)
    assert rows.shape == (15, 18)
    for i, row in enumerate(rows):
        top, left = divmod(int(row[0]) % 1000, 20)
        assert np.array_equal(row.reshape(2, 3, 3), images[i // 5, :, top:top + 3, left:left + 3])
    assert len({row[0] for row in rows}) > 6, "at random places"
    r = np.random.default_rng(0)
    some = r.normal(3, 2, (400, 18))
    made = metrics.descriptors(some, 2).reshape(400, 2, 9)
    np.testing.assert_allclose(made.mean((0, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(made.std((0, 2)), 1, atol=1e-6)
    np.testing.assert_allclose(metrics.descriptors(some * 0.1 - 4, 2), made.reshape(400, 18), atol=1e-5)
