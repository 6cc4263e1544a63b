import json

import numpy as np
import pytest
import torch

from explorer import images
from explorer.latent import arithmetic, galleries, moves, seed_to_image
from explorer.latent.attributes import Gallery, Reader, lay_out
from explorer.views import base, operations

FIELDS = lay_out(("glasses", ("no", "yes"), False), ("fem", ("no", "yes"), False), ("style", ("none", "round", "square"), False),
                 ("slant", ("left", "right"), True))


def world(codes: np.ndarray) -> np.ndarray:
    """A world in which coordinate 0 is glasses (square where coordinate 2 is positive), 1 is fem, 3 is slant; others mean nothing."""
    p = 1 / (1 + np.exp(-6 * codes.astype(np.float64)))
    g, q = p[:, 0], p[:, 2]
    return np.stack([1 - g, g, 1 - p[:, 1], p[:, 1], 1 - g, g * (1 - q), g * q, 1 - p[:, 3], p[:, 3]], 1).astype(np.float32)


@pytest.fixture
def codes() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(600, 8)).astype(np.float32)


def test_combine_is_the_papers_formula():
    a, b, c = np.array([[1.0, 3], [3, 3]]), np.array([[1.0, 1]]), np.array([[0.0, 0], [0, 2], [0, 4]])
    assert arithmetic.combine(a, b, c).tolist() == [1, 4] and arithmetic.combine(a, b, c, 0).tolist() == [0, 2]
    assert arithmetic.combine(a, b, c, -0.5).tolist() == [-0.5, 1]


def test_neighbours_lie_in_the_papers_cube():
    w, uniform = np.linspace(-1, 1, 50).astype(np.float32), np.full(50, 1 / np.sqrt(3))
    cells = arithmetic.neighbours(w, uniform, seed=3)
    away = cells - w
    assert cells.shape == (9, 50) and np.array_equal(cells[4], w)
    rest = np.delete(away, 4, 0)
    assert np.abs(rest).max() <= 0.25 + 1e-6 and np.abs(rest).max() > 0.24 and abs(rest.mean()) < 0.03
    assert np.array_equal(cells, arithmetic.neighbours(w, uniform, seed=3))
    assert not np.array_equal(cells, arithmetic.neighbours(w, uniform, seed=4))
    still = arithmetic.neighbours(w, np.where(np.arange(50) < 10, 0, 1.0))
    assert (still[:, :10] == w[:10]).all(), "a coordinate that never varies stays"


def test_check_tells_wanted_from_kept(codes):
    has, no = codes[(codes[:, 0] > 0.5) & (codes[:, 1] > 0.5)][:3], codes[(codes[:, 0] < -0.5) & (codes[:, 1] > 0.5)][:3]
    other = codes[(codes[:, 0] < -0.5) & (codes[:, 1] < -0.5)][:3]
    c, result = other.mean(0), arithmetic.combine(has, no, other)
    lines = arithmetic.check(FIELDS, world(has), world(no), world(c[None])[0], world(result[None])[0])
    glasses = next(line for line in lines if line.field == "glasses")
    assert (glasses.was, glasses.now, glasses.wanted, glasses.agrees) == ("no", "yes", ("yes",), True) and glasses.sure > 0.9
    style = next(line for line in lines if line.field == "style")
    assert style.wanted and style.agrees, "frames come with glasses: they are asked for, not kept"
    fem = next(line for line in lines if line.field == "fem")
    assert fem.wanted == () and fem.agrees and (fem.was, fem.now) == ("no", "no")
    assert [bool(line.wanted) for line in lines] == sorted((bool(line.wanted) for line in lines), reverse=True)
    failed = arithmetic.check(FIELDS, world(has), world(no), world(c[None])[0], world(-result[None])[0])
    assert not next(line for line in failed if line.field == "glasses").agrees
    assert not next(line for line in failed if line.field == "fem").agrees


def test_two_of_three_do_not_agree():
    some = world(np.array([[2.0] + [2] * 7, [2] + [2] * 7, [-2] + [2] * 7]))
    assert "glasses" not in arithmetic.agreed(FIELDS, some) and arithmetic.agreed(FIELDS, some[:2])["glasses"] == "yes"
    lines = arithmetic.check(FIELDS, some, some[::-1], some[0], some[0])
    assert all(not line.wanted for line in lines)


def checked(a, b, c):
    return arithmetic.check(FIELDS, world(a), world(b), world(c.mean(0, keepdims=True))[0], world(arithmetic.combine(a, b, c)[None])[0])


def test_a_start_is_about_glasses_and_works(codes):
    gallery = Gallery(tuple(f"s{k}" for k in range(600)), codes, FIELDS, world(codes))
    start = arithmetic.start(gallery, checked)
    rows = [[int(r[1:]) for r in refs] for refs in (start.a, start.b, start.c)]
    assert start.field == "glasses" and all(len(set(r)) == 3 for r in rows) and not set(rows[1]) & set(rows[2])
    a, b, c = (codes[r] for r in rows)
    assert (a[:, 0] > 0).all() and (b[:, 0] < 0).all() and (c[:, 0] < 0).all()
    assert len({*np.sign(a[:, 1]), *np.sign(b[:, 1])}) == 1 and set(np.sign(c[:, 1])) == {-np.sign(a[0, 1])}, "two kinds of people"
    assert all(line.agrees for line in checked(a, b, c))


def test_a_start_without_attributes_is_measured_or_plain(codes):
    digits = lay_out(("class", ("3", "8"), False), ("slant", ("left", "right"), True))
    read = np.concatenate([world(codes)[:, 2:4], world(codes)[:, 7:]], 1)

    def check(a, b, c):
        pick = [2, 3, 7, 8]
        return arithmetic.check(digits, world(a)[:, pick], world(b)[:, pick], world(c.mean(0, keepdims=True))[0, pick],
                                world(arithmetic.combine(a, b, c)[None])[0, pick])
    found = arithmetic.start(Gallery(tuple(f"s{k}" for k in range(600)), codes, digits, read), check)
    assert found.field == "slant"
    a, b, c = (codes[[int(r[1:]) for r in refs]] for refs in (found.a, found.b, found.c))
    assert (a[:, 3] > 0).all() and (b[:, 3] < 0).all() and np.sign(a[0, 1]) == np.sign(b[0, 1]) != np.sign(c[0, 1])
    plain = arithmetic.start(Gallery(tuple(f"s{k}" for k in range(20)), codes[:20], (), np.zeros((20, 0))), lambda a, b, c: [])
    assert (plain.a, plain.c, plain.field) == (("s0", "s1", "s2"), ("s6", "s7", "s8"), None)


@pytest.mark.parametrize(("n", "sizes", "images"), [(6, {2}, 6), (4, {1}, 3), (2, {1}, 2), (1, {1}, 1), (0, {0}, 0)])
def test_few_images_are_shared_out_and_no_place_is_left_empty(codes, n, sizes, images):
    few = arithmetic.start(Gallery(tuple(f"r{k}" for k in range(n)), codes[:n], (), np.zeros((n, 0))), lambda a, b, c: [])
    assert {len(few.a), len(few.b), len(few.c)} == sizes and len({*few.a, *few.b, *few.c}) == images


def sum_of(**more) -> dict:
    return dict(run="tiny", op="sum", a=["s1", "s2"], b=["r3"], c=["r4", "s5"]) | more


def test_the_drawn_sum(client, tiny):
    parts = [np.concatenate([seed_to_image.codes(tiny, [1, 2])]), tiny.codes[[3]],
             np.stack([tiny.codes[4], tiny.map_z(tiny.sample_z(1, 5))[0]])]
    w = parts[2].mean(0) + 0.5 * (parts[0].mean(0) - parts[1].mean(0))
    request = base.parse(operations.DRAW, json.dumps(sum_of(strength=0.5)).encode())
    drawn = request.draw(tiny)
    h = tiny.spec.shape[1]
    assert drawn.shape == (3 * h, 3 * h, 1) and np.array_equal(drawn[h:2 * h, h:2 * h], tiny.decode(w[None].astype(np.float32))[0])
    means = base.parse(operations.DRAW, json.dumps(sum_of(means=True)).encode()).draw(tiny)
    assert np.array_equal(means[:, h:2 * h], tiny.decode(tiny.codes[[3]])[0]) and means.shape == (h, 3 * h, 1)
    body = client.post("code", sum_of(strength=0.5)).json()
    assert np.allclose(moves.from_text(body["w"]), w, atol=1e-5)
    assert np.allclose(moves.from_text(body["vector"]), parts[0].mean(0) - parts[1].mean(0), atol=1e-5)
    cells = moves.from_text(body["cells"]).reshape(9, tiny.d)
    assert np.array_equal(images.grid(tiny.decode(cells), 3), drawn), "the codes of the cells are those that are drawn"
    assert all(line["measured"] for line in body["lines"]) and len(body["said"]) == 4


@pytest.mark.parametrize(("more", "status", "sentence"), [
    (dict(a=[]), 422, "a: "), (dict(b=["x1"]), 422, "b.0: "), (dict(c=["s1"] * 13), 422, "c: "), (dict(strength=9), 422, "strength: "),
    (dict(c=["r100000"]), 404, "There are test images 0 to"), (dict(seed=-1), 422, "seed: "),
    (dict(noise=float("1e9")), 422, "noise: ")])
def test_what_a_sum_refuses(client, more, status, sentence):
    response = client.post("code", sum_of(**more))
    assert response.status_code == status and sentence in response.json()["error"]


def test_a_run_without_real_images_takes_samples_only(client):
    assert client.post("code", dict(run="broken", op="gallery")).status_code == 422
    body = client.post("code", dict(run="tiny", op="gallery", source="real", filters=[["side", "right"]], count=5)).json()
    while not body["ready"]:
        body = client.post("code", dict(run="tiny", op="gallery", source="real", filters=[["side", "right"]], count=5)).json()
    assert body["of"] == 120 and len(body["refs"]) == 5 and all(r[0] == "r" for r in body["refs"])
    assert [f["name"] for f in body["fields"]] == ["side", "slant", "thickness", "ink", "width"]
    side = body["fields"][0]
    assert side["counts"] == [120 - body["total"], body["total"]] and not side["measured"] and body["fields"][1]["measured"]
    assert all(len(body["start"][k]) == 3 for k in "abc")
    refused = client.post("code", dict(run="tiny", op="gallery", source="real", filters=[["side", "up"]]))
    assert refused.status_code == 422 and "not read for side: up" in refused.json()["error"]


def test_the_check_reads_what_is_drawn(tiny):
    a, b, c = tiny.codes[:3], tiny.codes[3:6], tiny.codes[6:9]
    lines, said = galleries.checked(tiny, a, b, c, 1.0)
    by: Reader = galleries.reader(tiny)
    result = by.read(tiny.images(arithmetic.combine(a, b, c)[None]))
    assert said[3] == arithmetic.agreed(by.fields, result)
    assert {line.field for line in lines} <= {"thickness", "slant", "ink", "width"} and torch.is_tensor(tiny.images(a))
