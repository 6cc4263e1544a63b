"""Codes and classes on the server: grids over two of them, readings, and what each was measured to change."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import Refused, images
from explorer.latent import code_slices, moves, run_directions
from explorer.latent.code_slices import Axis
from explorer.runs.session import Session
from explorer.views import operations
from tests.explorer.conftest import Client, data
from tests.explorer.generators import make_generator
from training.model import Code, LatentSpec


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    """info: noise 6, a category of 4, two continuous codes. asked: two classes."""
    root = tmp_path_factory.mktemp("generators")
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    return Session(root)


@pytest.fixture(scope="module")
def info(runs):
    return runs.run("info")


def draw(session: Session, **body) -> np.ndarray:
    request = operations.DRAW.validate_python(body)
    return request.draw(session.run(request.run))


def test_a_grid_sets_two_codes_and_keeps_the_rest(info):
    w = info.map_z(info.sample_z(1, 3))[0]
    made, labels = code_slices.cells(info, w, None, Axis("code", (0, 3), "category"), Axis("code", (-2, 0.5, 2), "code 1"))
    assert labels is None and made.shape == (6, 12)
    assert np.array_equal(made[:, 6:10], np.repeat(np.eye(4)[[0, 3]], 3, 0))
    assert made[:, 10].tolist() == [-2, 0.5, 2] * 2
    assert np.array_equal(made[:, :6], np.repeat(w[None, :6], 6, 0)) and (made[:, 11] == w[11]).all()


def test_noise_keeps_the_codes_and_directions_move_as_sliders_do(info):
    w = info.map_z(info.sample_z(1, 3))[0]
    made, _ = code_slices.cells(info, w, None, Axis("direction", (-1, 2), index=1), Axis("noise", (5, 6)))
    for c, seed in enumerate((5, 6)):
        start = np.concatenate([info.sample_z(1, seed)[0][:6], w[6:]])
        assert np.allclose(made[c::2], run_directions.sliders(info).moved(start, 1, np.array([-1, 2])), atol=1e-5)


def test_classes_are_a_side_and_noise_is_shared_by_them(runs):
    asked = runs.run("asked")
    w = asked.map_z(asked.sample_z(1, 0))[0]
    made, labels = code_slices.cells(asked, w, 1, Axis("noise", (5, 6, 7)), Axis("class", (0, 1)))
    assert labels.tolist() == [0, 1] * 3
    assert np.array_equal(made[::2], made[1::2]) and np.array_equal(made[0], asked.sample_z(1, 5)[0])


@pytest.mark.parametrize("rows, columns, says", [
    (Axis("noise", (1,)), Axis("noise", (2,)), "two different things"),
    (Axis("class", (0,)), Axis("noise", (2,)), "no classes"),
    (Axis("code", (0,), "nobody"), Axis("noise", (2,)), "it has category, code 1, code 2"),
    (Axis("code", (4,), "category"), Axis("noise", (2,)), "from 0 to 3"),
    (Axis("code", (0.5,), "category"), Axis("noise", (2,)), "whole numbers"),
    (Axis("direction", (0,), index=60), Axis("noise", (2,)), "counted from 0"),
    (Axis("noise", (-1,)), Axis("code", (2,), "code 1"), "whole numbers"),
])
def test_what_cannot_be_a_side_is_refused_in_words(info, rows, columns, says):
    with pytest.raises(Refused, match=says):
        code_slices.cells(info, np.zeros(12, np.float32), None, rows, columns)


def test_the_grid_is_what_its_codes_draw(runs, info):
    w = info.map_z(info.sample_z(1, 1))[0]
    sides = dict(rows=dict(of="code", name="category", values=[0, 1, 2]), columns=dict(of="code", name="code 2", values=[-2, 2]))
    grid = draw(runs, op="codes", run="info", w=moves.to_text(w), **sides)
    made, _ = code_slices.cells(info, w, None, Axis("code", (0, 1, 2), "category"), Axis("code", (-2, 2), "code 2"))
    assert np.array_equal(grid, images.grid(info.decode(made), 2)) and grid.shape == (3 * 28, 2 * 28, 1)
    assert np.abs(grid[:28, :28].astype(int) - grid[56:, 28:]).max() > 20


def test_samples_of_a_seed_take_classes_in_turn_or_one(runs):
    asked = runs.run("asked")
    z = asked.sample_z(6, 9)
    assert np.array_equal(draw(runs, op="samples", run="asked", seed=9, n=6, columns=3),
                          images.grid(asked.decode(z, np.arange(6) % 2), 3))
    assert np.array_equal(draw(runs, op="samples", run="asked", seed=9, n=6, columns=3, label=1), images.grid(asked.decode(z, 1), 3))


def test_readings_are_the_heads_own(runs, info):
    client = Client(runs)
    w = info.map_z(info.sample_z(1, 2))
    answer = client.post("code", dict(op="read", run="info", w=moves.to_text(w[0]))).json()
    with torch.no_grad():
        expected = info.model.read(info.model.synthesize(torch.from_numpy(w)[:, None]))
    assert answer["judged"] is None and set(answer["read"]) == {"category", "code 1", "code 2"}
    for name, values in expected.items():
        assert np.allclose(answer["read"][name], values[0], atol=1e-3)
    assert abs(sum(answer["read"]["category"]) - 1) < 1e-3
    assert client.post("code", dict(op="read", run="asked", w=moves.to_text(w[0, :6]), label=1)).json()["read"] == {}


def test_a_class_changes_the_image_and_a_wrong_one_is_refused(runs):
    client, w = Client(runs), moves.to_text(np.ones(6, np.float32))
    a, b = (client.post("render", dict(op="image", run="asked", w=w, label=k)).content for k in (0, 1))
    assert a != b and client.post("render", dict(op="image", run="asked", w=w)).content == a
    wrong = client.post("render", dict(op="image", run="asked", w=w, label=2))
    assert wrong.status_code == 422 and "classes 0 to 1" in wrong.json()["error"]


def test_the_route_measures_every_code_of_a_run(runs):
    client = Client(runs)
    assert [m["name"] for m in client.get("codes/info").json()] == ["category", "code 1", "code 2"]
    assert [(m["name"], m["kind"]) for m in client.get("codes/asked").json()] == [("class", "categorical")]


SPEC = LatentSpec(shape=(1, 28, 28), z_dim=6, w_dim=6, codes=(
    Code("kind", 0, 3, "categorical", 0.0, 1.0), Code("aside", 3, 1), Code("idle", 4, 1), Code("thin", 5, 1)))


def known(w: np.ndarray, label=None) -> np.ndarray:
    """A bar, a square or a cross; "aside" moves it to the right by up to 6 pixels, "thin" narrows and dims it, "idle" does nothing."""
    out = np.zeros((len(w), 28, 28, 1), np.uint8)
    for x, row in zip(out, w, strict=True):
        kind, at, half = int(row[:3].argmax()), 13 + round(6 * float(row[3])), 4 - round(2 * float(row[5]))
        at, half = min(max(at, 7), 20), min(max(half, 1), 6)
        if kind in (0, 2):
            x[4:24, at - half // 2:at + (half + 1) // 2] = 250
        if kind == 1:
            x[8:20, at - half:at + half + 1] = 250
        if kind == 2:
            x[12:16, at - 7:at + 8] = 250
    return out


def noise(n: int) -> np.ndarray:
    g = np.random.default_rng(0)
    return np.concatenate([np.eye(3)[g.integers(3, size=n)], g.uniform(-1, 1, (n, 3))], 1).astype(np.float32)


def test_codes_are_named_by_what_they_change():
    kind, aside, idle, thin = code_slices.measure(SPEC, noise(16), known)
    assert (kind.kind, kind.label, kind.names) == ("categorical", "shape", [])
    assert code_slices.SHAPED < kind.share < 0.5
    assert aside.label == "right" and aside.change > 2
    assert idle.label is None and not idle.also
    assert thin.label in ("width", "ink", "thickness") and thin.change < 0
    assert {"width", "ink", "thickness"} & {c.label for c in thin.also}, "what else it changes is told"


def test_categories_bear_the_names_that_a_classifier_gives_them():
    def classify(drawn: np.ndarray) -> np.ndarray:
        tall = (drawn[:, 5] > 0).any((1, 2))
        crossed = (drawn[:, 13] > 0).sum((1, 2)) > 13
        return np.where(crossed, 7, np.where(tall, 4, 2))
    kind = code_slices.measure(SPEC, noise(16), known, classify)[0]
    assert kind.label == "class"
    assert [(n.label, n.share) for n in kind.names] == [(4, 1.0), (2, 1.0), (7, 1.0)]
    unsure = code_slices.measure(SPEC, noise(16), known, lambda drawn: np.arange(len(drawn)) // 3 % 2)[0]
    assert unsure.names == [None, None, None] and unsure.label == "shape"
