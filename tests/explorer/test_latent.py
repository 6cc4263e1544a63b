import base64
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer import Refused
from explorer.latent import moves, statistics

vectors = hnp.arrays(np.float32, 6, elements=st.floats(-100, 100, width=32))
shares = st.floats(0, 1)


@given(hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(-1e6, 1e6, width=32)))
def test_text_round_trip(values):
    assert np.array_equal(moves.from_text(moves.to_text(values)), values)


@pytest.mark.parametrize("text", ["", "?", "AAA=", "AAAAAAA=", base64.b64encode(b"12345").decode(), "AAAA\nAAA", "é" * 8,
                                  moves.to_text(np.array([1, np.nan])), moves.to_text(np.array([np.inf])),
                                  moves.to_text(np.array([-np.inf])), moves.to_text(np.array([2e6]))])
def test_text_that_is_no_code(text):
    with pytest.raises(Refused, match=r"\.$"):
        moves.from_text(text)


@given(st.binary(max_size=64))
def test_any_bytes_are_numbers_or_refused(raw):
    try:
        values = moves.from_text(base64.b64encode(raw).decode())
    except Refused:
        return
    assert len(values) * 4 == len(raw) and np.isfinite(values).all() and np.abs(values).max() <= moves.LIMIT


def test_codes_count():
    assert moves.codes(np.zeros(12), 4).shape == (3, 4)
    for values, least, most in ((np.zeros(13), 1, 9), (np.zeros(12), 1, 1), (np.zeros(12), 4, 9), (np.zeros(0), 1, 9)):
        with pytest.raises(Refused):
            moves.codes(values, 4, least, most)


@given(vectors, vectors)
def test_lerp_ends(a, b):
    assert np.array_equal(moves.lerp(a, b, 0), a) and np.array_equal(moves.lerp(a, b, 1), b)


@given(st.floats(0.01, math.pi - 0.01), st.floats(0.1, 50), shares)
def test_slerp_is_the_circle(angle, radius, t):
    """On a circle the answer is known: the point at angle t·Ω, at the same radius."""
    a, b = np.array([radius, 0.0]), radius * np.array([math.cos(angle), math.sin(angle)])
    expected = radius * np.array([math.cos(t * angle), math.sin(t * angle)])
    np.testing.assert_allclose(moves.slerp(a, b, t), expected, atol=1e-6 * radius)


@given(vectors, vectors, shares)
def test_slerp_keeps_the_norm(a, b, t):
    na, nb = np.linalg.norm(a), np.linalg.norm(b)
    if min(na, nb) < 1e-2 or abs(np.dot(a, b)) > 0.999 * na * nb:
        return
    out = moves.slerp(a / na, b / nb, t)
    assert abs(np.linalg.norm(out) - 1) < 1e-4


def test_slerp_without_one_arc():
    a = np.array([1.0, 0], np.float32)
    for b in (a, -a, np.zeros(2, np.float32), 3 * a):
        out = moves.slerp(a, b, 0.25)
        assert np.isfinite(out).all()
        np.testing.assert_allclose(out, moves.lerp(a, b, 0.25), atol=1e-6)


@given(st.integers(1, 6), st.booleans(), st.sampled_from(moves.METHODS))
def test_walk_meets_its_keys(count, loop, method):
    keys = np.random.default_rng(count).normal(size=(count, 5)).astype(np.float32)
    parts = count if loop else max(count - 1, 1)
    for k in range(count):
        np.testing.assert_allclose(moves.walk(keys, k / parts, method, loop), keys[k], atol=1e-5)
    np.testing.assert_allclose(moves.walk(keys, 1.0, method, loop), keys[0 if loop or count == 1 else -1], atol=1e-5)


def test_walk_halfway():
    keys = np.array([[0.0], [2.0], [6.0]])
    assert moves.walk(keys, 0.75)[0] == 4.0
    assert moves.walk(keys, 5 / 6, loop=True)[0] == pytest.approx(3.0)


def test_times():
    assert moves.times(5, False).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert moves.times(4, True).tolist() == [0, 0.25, 0.5, 0.75]
    assert moves.times(1, False).tolist() == [0]


def cloud(n=400, d=6, seed=0):
    r = np.random.default_rng(seed)
    return (r.normal(size=(n, d)) * np.array([5, 3, 2, 1, 0.5, 0.1])[:d] @ np.linalg.qr(r.normal(size=(d, d)))[0] + 3).astype(np.float32)


def test_principal_is_the_svd():
    x = cloud()
    basis = statistics.principal(x)
    _, s, v = np.linalg.svd(x.astype(np.float64) - x.mean(0, dtype=np.float64), full_matrices=False)
    np.testing.assert_allclose(basis.sigmas, s / math.sqrt(len(x)), rtol=1e-3)
    np.testing.assert_allclose(basis.shares, s**2 / (s**2).sum(), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(np.abs(np.sum(basis.vectors * v, 1)), 1, atol=1e-4)
    assert basis.spectrum.sum() == pytest.approx(1, abs=1e-5)
    assert basis.scale == pytest.approx(math.sqrt(((x - x.mean(0)) ** 2).sum(1).mean()), rel=1e-4)


def test_principal_of_many_dimensions():
    """More dimensions than a covariance matrix is made for: the same directions from the codes themselves."""
    r = np.random.default_rng(0)
    x = (r.normal(size=(80, 3)) * [9, 5, 2] @ np.linalg.qr(r.normal(size=(1600, 3)))[0].T).astype(np.float32)
    basis = statistics.principal(x)
    s = np.linalg.svd(x - x.mean(0), compute_uv=False)
    assert len(basis.vectors) == 3
    np.testing.assert_allclose(basis.sigmas, s[:3] / math.sqrt(80), rtol=1e-3)


def test_principal_has_one_sign_and_no_empty_direction():
    x = cloud()
    x[:, 2] = 1.5                                                  # says nothing
    first, again = statistics.principal(x), statistics.principal(x[::-1].copy())
    top = first.vectors[np.arange(len(first.vectors)), np.abs(first.vectors).argmax(1)]
    assert (top > 0).all() and len(first.vectors) == 5
    np.testing.assert_allclose(first.vectors, again.vectors, atol=1e-3)
    flat = statistics.principal(np.ones((10, 5)))
    assert flat.vectors.shape == (0, 5) and flat.scale == 0


def test_principal_of_a_plane_is_its_axes():
    x = np.random.default_rng(0).normal(size=(50, 2)) * [1, 7]
    basis = statistics.principal(x)
    assert np.array_equal(basis.vectors, np.eye(2))
    np.testing.assert_allclose(basis.sigmas, x.std(0), rtol=1e-5)


@given(st.integers(0, 5), st.floats(-5, 5))
def test_moved_sets_one_coordinate_alone(direction, value):
    x = cloud()
    basis = statistics.principal(x)
    moved = basis.moved(x[7], direction, np.array([value]))[0]
    before, after = ((w - basis.mean) @ basis.vectors.T / basis.sigmas for w in (x[7], moved))
    before[direction] = value
    np.testing.assert_allclose(after, before, atol=2e-3)


def test_strongest_finds_what_the_image_follows():
    """Codes alike in all directions, an image that follows one of them: that one comes first, and the rest stays orthonormal."""
    r = np.random.default_rng(0)
    x = r.normal(size=(4000, 5)).astype(np.float32)
    hidden = np.array([1, -2, 3, 0.5, 1], np.float32)
    hidden /= np.linalg.norm(hidden)
    out = statistics.strongest(statistics.principal(x), x[:100],
                               lambda w: np.outer(r.normal(size=len(w)), hidden) + 1e-3 * r.normal(size=w.shape))
    assert abs(out.vectors[0] @ hidden) > 0.999
    np.testing.assert_allclose(out.vectors @ out.vectors.T, np.eye(5), atol=1e-5)
    np.testing.assert_allclose(out.sigmas, ((x - x.mean(0)) @ out.vectors.T).std(0), rtol=0.05)
    assert out.shares.sum() == pytest.approx(1, abs=1e-4)


def test_strongest_leaves_uneven_codes_alone():
    x = cloud(d=6) * 1.0
    x[:, 0] *= 50
    basis = statistics.principal(x)
    out = statistics.strongest(basis, x, lambda w: np.random.default_rng(0).normal(size=w.shape), count=4)
    np.testing.assert_array_equal(out.vectors, basis.vectors[:4])


def bar(x: float, width: float = 4, y: float = 0, tall: float = 8, value: int = 255, shear: float = 0, size: int = 28) -> np.ndarray:
    """A soft bar: centre (x, y) from the middle (right and up), in pixels."""
    v, u = np.mgrid[0:size, 0:size] - (size - 1) / 2
    u, v = u - x + shear * v, v + y
    inside = np.clip(width / 2 - np.abs(u) + 0.5, 0, 1) * np.clip(tall / 2 - np.abs(v) + 0.5, 0, 1)
    return (inside * value).astype(np.uint8)[..., None]


@pytest.mark.parametrize("name, less, more", [
    ("ink", bar(0, value=100), bar(0, value=220)), ("right", bar(-3), bar(3)), ("up", bar(0, y=-3), bar(0, y=3)),
    ("width", bar(0, 4), bar(0, 9)), ("height", bar(0, tall=6), bar(0, tall=14)), ("thickness", bar(0, 2, tall=16), bar(0, 7, tall=16)),
    ("slant", bar(0, tall=16), bar(0, tall=16, shear=0.4))])
def test_statistics_say_what_they_are_called(name, less, more):
    a, b = statistics.statistics(np.stack([less, more]))[:, statistics.STATISTICS.index(name)]
    assert b > a + 0.015


def test_statistics_of_colour():
    dark, light, red, blue, grey = (np.broadcast_to(np.array(c, np.uint8), (8, 8, 3)) for c in
                                    ((20, 20, 20), (230, 230, 230), (200, 60, 60), (60, 60, 200), (120, 120, 120)))
    s = statistics.statistics(np.stack([dark, light, red, blue, grey]))
    column = {n: s[:, k] for k, n in enumerate(statistics.COLOUR_STATISTICS)}
    assert column["brightness"][1] > column["brightness"][0] and column["warmth"][2] > column["warmth"][3]
    assert column["saturation"][2] > column["saturation"][4] and np.isfinite(s).all()


def test_statistics_of_nothing():
    assert np.isfinite(statistics.statistics(np.zeros((2, 28, 28, 1), np.uint8))).all()


def test_effects_are_found():
    """A decoder whose first direction moves a bar to the right, the second widens it to the other side, the third does nothing."""
    points = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32) * [3, 2, 1]

    def decode(w):
        return np.stack([bar(1.5 * a, width=6 - 1.2 * b) for a, b, _ in w])
    third = np.ones(3) / 3
    basis = statistics.Basis(np.zeros(3, np.float32), np.eye(3, dtype=np.float32), np.array([3, 2, 1], np.float32), third, third, 1)
    right, narrow, nothing = statistics.effects(decode, basis, points)
    assert right.label == "right" and right.change > 1
    assert narrow.label in ("width", "ink", "thickness") and narrow.change < -1
    assert {"width", "ink"} <= {narrow.label, *narrow.also} and narrow.label not in narrow.also, "and what else moves with it"
    assert "slant" not in (*right.also, *narrow.also)
    assert nothing == statistics.Effect(None, 0.0)
