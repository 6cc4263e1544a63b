import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from explorer.latent import neighbours, statistics

R = np.random.default_rng(0)
CODES = R.normal(size=(700, 7)).astype(np.float32)
POINTS = R.normal(size=(700, 2)).astype(np.float32)
FOUND = neighbours.Neighbours(CODES)


@given(st.integers(0, 10**6), st.integers(1, 24))
def test_neighbours_against_brute_force(seed, k):
    w = np.random.default_rng(seed).normal(size=7).astype(np.float32) * 2
    indices, distances = FOUND.nearest(w, k)
    every = np.linalg.norm(CODES.astype(np.float64) - w, axis=1)
    order = every.argsort(kind="stable")[:k]
    assert indices.tolist() == order.tolist()
    np.testing.assert_allclose(distances, every[order])


def test_usual_distance_against_scikit_learn():
    """Over an even sample of 500 of the 700 codes, among all of them."""
    rows = np.linspace(0, 699, 500).astype(int)
    distances, _ = NearestNeighbors(n_neighbors=2).fit(CODES).kneighbors(CODES[rows])
    assert FOUND.usual == pytest.approx(np.median(distances[:, 1]), rel=1e-5)
    assert FOUND.ratio(CODES[5]) == (0, 5)


def test_how_unusually_far_off_a_code_lies_is_a_share_of_the_codes():
    """A left-out code is a fresh draw: its share is even over [0, 1], whatever the dimension; a code at one of them has none nearer."""
    every = R.normal(size=(1500, 7)).astype(np.float32)
    found = neighbours.Neighbours(every[:1000])
    shares = np.array([found.beyond(found.nearest(w)[1][0]) for w in every[1000:]])
    assert abs(shares.mean() - 0.5) < 0.05 and abs((shares > 0.95).mean() - 0.05) < 0.03
    assert found.beyond(0.0) == 0.0 and found.beyond(1e9) == 1.0
    distances, _ = NearestNeighbors(n_neighbors=2).fit(found.codes).kneighbors(found.codes[np.linspace(0, 999, 500).astype(int)])
    assert found.beyond(2.0) == pytest.approx((distances[:, 1] < 2.0).mean(), abs=1e-9)


def test_neighbours_of_few_and_of_equal_codes():
    one = neighbours.Neighbours(np.zeros((1, 3), np.float32))
    indices, distances = one.nearest(np.ones(3, np.float32), 8)
    assert indices.tolist() == [0] and distances[0] == pytest.approx(3**0.5) and one.usual > 0
    same = neighbours.Neighbours(np.zeros((5, 3), np.float32))
    assert same.nearest(np.zeros(3, np.float32), 3)[0].tolist() == [0, 1, 2] and np.isfinite(same.ratio(np.ones(3, np.float32))[0])


@given(st.integers(0, 699))
def test_a_point_of_the_map_gives_its_own_code(index):
    np.testing.assert_allclose(neighbours.place_among(POINTS, CODES, POINTS[index].astype(np.float64)).code, CODES[index], atol=1e-4)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_place_lies_among_its_neighbours_and_has_no_jumps(x, y):
    here, there = (neighbours.place_among(POINTS, CODES, np.array([x + e, y])).code for e in (0, 1e-7))
    assert (here >= CODES.min(0) - 1e-5).all() and (here <= CODES.max(0) + 1e-5).all()
    nearest = np.linalg.norm(POINTS - np.array([x, y]), axis=1).min()
    if nearest > 1e-3:
        np.testing.assert_allclose(here, there, atol=1e-2)


def test_places_among_few_points():
    for n in (1, 2, 5, 8, 9):
        out = neighbours.place_among(POINTS[:n], CODES[:n], np.array([0.3, 0.3]))
        assert out.approximate and np.isfinite(out.code).all()
    ring = np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 2 * np.pi, 9, endpoint=False)])
    left_out = CODES[:9].sum(0) - 8 * neighbours.place_among(ring, CODES[:9], np.zeros(2)).code      # an even mean of eight of nine
    assert np.abs(CODES[:9] - left_out).max(1).min() < 1e-4


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_pca_plane_round_trip(x, y):
    basis = statistics.principal(CODES)
    place = neighbours.place_pca(basis, np.array([x, y]))
    np.testing.assert_allclose(neighbours.pca(place.code[None], basis)[0], [x, y], atol=1e-4 * max(1, abs(x), abs(y)))
    np.testing.assert_allclose(((place.code - basis.mean) @ basis.vectors.T / basis.sigmas)[2:], 0, atol=1e-3)
    assert place.approximate


def test_pca_of_a_line_and_of_a_plane():
    line = np.outer(np.arange(9.0), np.ones(5)).astype(np.float32)
    out = neighbours.pca(line, statistics.principal(line))
    assert out.shape == (9, 2) and not out[:, 1].any() and out[:, 0].std() > 1
    place = neighbours.place_pca(statistics.principal(line), np.array([1.0, 5.0]))
    assert np.isfinite(place.code).all()
    plane = statistics.principal(POINTS)
    assert not neighbours.place_pca(plane, np.zeros(2)).approximate
