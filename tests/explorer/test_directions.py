import numpy as np
import pytest
import torch

from explorer.latent import directions, moves, run_directions
from explorer.latent.attributes import Reader, lay_out
from explorer.latent.directions import Direction


def test_closed_form_finds_the_singular_vectors():
    r = np.random.default_rng(0)
    left, right = np.linalg.qr(r.normal(size=(20, 6)))[0], np.linalg.qr(r.normal(size=(6, 6)))[0]
    weight = torch.from_numpy(left * np.array([9, 5, 3, 2, 1, 0.5]) @ right.T)
    found = directions.closed_form(weight, count=4)
    assert found.shape == (4, 6) and np.allclose(np.abs((found * right.T[:4]).sum(1)), 1, atol=1e-5)
    assert all(row[np.abs(row).argmax()] > 0 for row in found)
    layered = directions.closed_form(weight, layers=3, count=2)
    assert layered.shape == (2, 18) and np.allclose(np.linalg.norm(layered, axis=1), 1) and np.allclose(layered[0, :6], layered[0, 6:12])


def test_a_planted_normal_is_found_and_its_accuracy_is_honest():
    r = np.random.default_rng(1)
    codes = (r.normal(size=(3000, 12)) * np.linspace(0.5, 2, 12)).astype(np.float32)
    normal = r.normal(size=12) / np.linspace(0.5, 2, 12)
    normal /= np.linalg.norm(normal)
    has = codes @ normal + 0.05 * r.normal(size=3000) > 1.0
    (vector, accuracy), (_, chance), few = directions.discriminants(codes, np.stack([has, r.random(3000) < 0.1, np.arange(3000) < 5], 1))
    assert vector @ normal > 0.97 and abs(np.linalg.norm(vector) - 1) < 1e-5 and accuracy > 0.93
    assert 0.4 < chance < 0.6, "a rare attribute that cannot be told is worth a half, not nine tenths"
    assert few is None


def test_its_normal_is_that_of_fisher_with_the_covariance_shrunk():
    r = np.random.default_rng(3)
    codes = (r.normal(size=(400, 8)) @ r.normal(size=(8, 8))).astype(np.float32)
    has = np.stack([codes[:, 1] > 0.3, codes[:, 2] < 0], 1)
    known = np.arange(400) % directions.FOLDS != directions.FOLDS - 1
    x = (codes.astype(np.float64) - codes.mean(0, dtype=np.float64))[known]
    within = x.T @ x / len(x) + 0.05 * float((x**2).mean(0).max()) * np.eye(8)
    for k, found in enumerate(directions.discriminants(codes, has)):
        normal = np.linalg.inv(within) @ (x[has[known, k]].mean(0) - x[~has[known, k]].mean(0))
        np.testing.assert_allclose(found[0], normal / np.linalg.norm(normal), atol=1e-6)


def test_a_coordinate_that_hardly_varies_does_not_carry_the_normal():
    r = np.random.default_rng(2)
    codes = r.normal(size=(2000, 6)).astype(np.float32)
    has = codes[:, 0] > 0
    codes[:, 5] = 0.01 * has + 0.01 * r.normal(size=2000)
    (vector, _), = directions.discriminants(codes, has[:, None])
    assert abs(vector[0]) > 0.98 and abs(vector[5]) < 0.2


def draw(w: np.ndarray) -> torch.Tensor:
    """A grey square, brighter with coordinate 0 and wider with coordinate 1; the others do nothing."""
    out = torch.full((len(w), 1, 28, 28), -1.0)
    for image, code in zip(out, w, strict=True):
        half = int(np.clip(6 + 2 * code[1], 2, 12))
        image[:, 8:20, 14 - half:14 + half] = float(np.clip(0.2 * code[0], -0.6, 0.8))
    return out


class Planted(Reader):
    """Reads two fields off the planted images: whether they are bright, and of what width they are."""

    def __init__(self) -> None:
        super().__init__(None, None)
        self.fields = lay_out(("bright", ("no", "yes"), False), ("size", ("small", "middle", "large"), False))

    def read(self, x: torch.Tensor) -> np.ndarray:
        lit = (x > -0.99).float()
        level = (((x + 1) / 2 * lit).flatten(1).sum(1) / lit.flatten(1).sum(1)).numpy()
        wide = lit[:, 0, 14].sum(1).numpy()
        bright = 1 / (1 + np.exp(-20 * (level - 0.5)))
        return np.stack([1 - bright, bright, wide <= 8, (wide > 8) & (wide < 16), wide >= 16], 1).astype(np.float32)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(400, 4)).astype(np.float32)


def test_effects_and_side_effects_are_measured(points):
    both = np.array([1, 0.6, 0, 0], np.float32) / np.hypot(1, 0.6)
    listed = [Direction("principal", v, 1.0) for v in (*np.eye(4, dtype=np.float32)[:3], both)]
    bright, wide, nothing, mixed = directions.measure_all(listed, draw, Planted(), points, 8)
    assert directions.main(bright).field == "bright" and directions.main(bright).high == "yes" and directions.main(bright).change > 0.7
    assert directions.side(bright) == []
    top = directions.main(wide)
    assert (top.field, top.low, top.high) == ("size", "small", "large")
    assert wide.statistic.label in ("width", "ink") and wide.statistic.change > 0
    assert directions.main(nothing) is None and directions.side(nothing) == [] and nothing.statistic.label is None, "unclear"
    assert {directions.main(mixed).field, *(c.field for c in directions.side(mixed))} == {"bright", "size"}


def test_attribute_directions_say_what_they_are_for(points):
    reader = Planted()
    read = np.concatenate([reader.read(draw(points[i:i + 100])) for i in range(0, len(points), 100)])
    made = directions.measure_all(list(directions.attributes(points, reader.fields, read)), draw, reader, points, 8)
    assert {d.name for d in made} == {("bright", "yes"), ("size", "small"), ("size", "middle"), ("size", "large")}
    bright = next(d for d in made if d.name == ("bright", "yes"))
    assert abs(bright.vector[0]) > 0.95 and bright.accuracy > 0.9 and directions.main(bright).change > 0.7
    large = next(d for d in made if d.name == ("size", "large"))
    assert large.vector[1] > 0.9 and directions.main(large).high == "large"


def test_directions_of_a_run(client, tiny):
    body = client.post("code", dict(run="tiny", op="directions")).json()
    while not body["ready"]:
        assert 0 <= body["done"] < 1
        body = client.post("code", dict(run="tiny", op="directions")).json()
    kinds = [d["kind"] for d in body["directions"]]
    assert kinds.count("principal") == 4 and "attribute" in kinds
    for d in body["directions"]:
        v = moves.from_text(d["vector"])
        assert v.shape == (4,) and abs(np.linalg.norm(v) - 1) < 1e-4 and d["sigma"] > 0
        assert (d["name"] is None) == (d["accuracy"] is None) == (d["kind"] != "attribute")
    weight = tiny.model.first_weight().numpy()
    assert kinds.count("closed form") == 4 and weight.shape[1] == 4
    first = moves.from_text(next(d for d in body["directions"] if d["kind"] == "closed form")["vector"])
    assert np.linalg.norm(weight @ first) == pytest.approx(np.linalg.svd(weight, compute_uv=False)[0], rel=1e-4)


def test_a_direction_of_ones_own(client, tiny):
    v = 3 * run_directions.sliders(tiny).vectors[0]
    body = client.post("code", dict(run="tiny", op="measure", vector=moves.to_text(v))).json()
    assert np.allclose(moves.from_text(body["vector"]), v / 3, atol=1e-5) and body["kind"] == "own"
    assert body["sigma"] == pytest.approx(float((tiny.codes @ v / 3).std()), rel=1e-3)
    nowhere = client.post("code", dict(run="tiny", op="measure", vector=moves.to_text(0 * v))).json()
    assert nowhere["error"].startswith("A direction of length")
    assert client.post("code", dict(run="tiny", op="measure", vector=moves.to_text(v[:2]))).status_code == 422


def test_sliders_are_named_by_what_is_read_where_that_is_much(tiny):
    assert run_directions.named(tiny) is None, "one class and statistics: the statistics name the directions"
