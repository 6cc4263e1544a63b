"""What the Microscope view asks, through its route: every question is answered, and what does not fit is refused in a sentence."""

from __future__ import annotations

import base64
import functools
import io

import numpy as np
import pytest
from PIL import Image

from explorer.latent import moves, seed_to_image
from explorer.runs.session import Session
from explorer.views import supported
from explorer.views.microscope import sampling

from .conftest import Client, data, make
from .encoded import make_encoded
from .generators import make_generator


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """stack: 784 → 20 (unit 3 dead) → 5. lin: exact PCA, 6. sparse: 40. colour: conv on 32 × 32 in colour. gan: no encoder. bigan: one
    that tells its last layer but one. styled: an encoder that gives six layers the same 5 numbers."""
    root = tmp_path_factory.mktemp("microscope")
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5, dead=3)
    make_encoded(root, "lin", "linear", data(), z_dim=6, exact=True)
    make_encoded(root, "sparse", "sparse", data(), z_dim=40)
    make_encoded(root, "colour", "autoencoder", data(3, 32), network="conv", channels=4, z_dim=5)
    make(root, "vae", data(), z_dim=4)
    make_generator(root, "gan", "gan", data(), z_dim=6)
    make_generator(root, "bigan", "bigan", data(), z_dim=6)
    make_generator(root, "styled", "stylealae", data(), z_dim=6, w_dim=5, channels=8, channel_max=8, palette=0)
    return root


@pytest.fixture(scope="module")
def session(root):
    return Session(root)


@pytest.fixture(scope="module")
def client(session):
    return Client(session)


@pytest.fixture
def ask(client):
    """The answer, once it is there."""
    def asked(run, op, **more):
        while True:
            response = client.post("microscope", {"run": run, "op": op, **more})
            assert response.status_code == 200, response.text
            if response.json().get("ready") is not False:
                return response.json()
    return asked


def pixels(url: str) -> np.ndarray:
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))
    return found if found.ndim == 3 else found[..., None]


def test_facts_say_what_can_be_shown(ask):
    stack, colour = ask("stack", "facts"), ask("colour", "facts")
    assert [x["units"] for x in stack["layers"]] == [20, 5] and stack["filters"] and stack["mirrors"] == 2 and not stack["linear"]
    assert colour["layers"][0]["channels"] and not colour["filters"] and colour["mirrors"] == 0 and colour["threshold"] is None
    assert ask("lin", "facts")["linear"] and ask("sparse", "facts")["threshold"] == 0.5


def test_an_encoder_that_tells_no_layers_shows_its_features_and_its_code(ask):
    assert [x["name"] for x in ask("bigan", "facts")["layers"]] == ["features", "code"]
    climbed = ask("bigan", "ascent", layer=0, units=[0, 1])
    assert all(v > g for v, g in zip(climbed["values"], climbed["grey"], strict=True))


def test_a_page_of_units_and_their_pictures(ask):
    page = ask("stack", "units", layer=0)
    assert page["total"] == 20 and page["dead"] == 1 and [u["unit"] for u in page["units"] if u["dead"]] == [3]
    ids = [u["unit"] for u in page["units"]]
    assert len(ask("stack", "units", layer=0, alive=True)["units"]) == 19
    drawn = ask("stack", "filters", units=ids)
    assert pixels(drawn["encoder"]).shape == (3 * 28, 8 * 28, 3) and len(drawn["alike"]) == 20
    dead = pixels(drawn["encoder"]).reshape(3, 28, 8, 28, 3)[ids.index(3) // 8, :, ids.index(3) % 8]
    assert not dead.any(), "a unit of no weights is black"
    values = ask("stack", "values", layer=0, units=ids, image={"index": 4})["values"]
    assert values[0] != values[1] and all(u["low"] - 1e-3 <= v <= u["high"] + 1e-3 for u, v in zip(page["units"], values, strict=True))


def test_a_unit_tells_of_itself_and_of_its_column(ask, session):
    unit = ask("stack", "unit", layer=-1, unit=2, image={"index": 9})
    run = session.run("stack")
    assert unit["layer"] == 1 and unit["value"] == pytest.approx(float(run.codes[9, 2]), rel=1e-3)
    assert unit["exciting"][0] == int(run.codes[:, 2].argmax()) and unit["step"] == pytest.approx(float(run.codes[:, 2].std()), rel=1e-3)
    assert pixels(unit["column"]).shape == (28, 84, 3)
    inner = ask("stack", "unit", layer=0, unit=3, w=moves.to_text(run.codes[9]))
    assert inner["dead"] and "column" not in inner
    climbed = ask("stack", "ascent", layer=1, units=[2])
    assert climbed["values"][0] > climbed["grey"][0] and climbed["tile"] == [28, 28]


def test_a_drawn_image_is_looked_at_as_a_held_out_one(ask, session):
    given = session.run("colour").real(np.array([3]))[0].transpose(1, 2, 0)
    sent = {"pixels": base64.b64encode(np.ascontiguousarray(given).tobytes()).decode()}
    assert ask("colour", "values", layer=2, units=[0, 1], image=sent) == ask("colour", "values", layer=2, units=[0, 1], image={"index": 3})
    assert pixels(ask("colour", "unit", layer=2, unit=0, image=sent)["column"]).shape == (32, 96, 3)


def test_activity_and_parts(ask, session):
    told, w = ask("sparse", "activity"), session.run("sparse").codes[3]
    assert sum(told["counts"]) == 120 and len(told["edges"]) == len(told["counts"]) + 1
    parts = ask("sparse", "parts", w=moves.to_text(w))
    assert parts["units"][0] == int(w.argmax()) and parts["counts"][-1] == 40
    assert pixels(parts["growing"]).shape == (28, 28 * len(parts["counts"]), 1) and pixels(parts["added"]).shape == (28, 280, 3)
    assert ask("stack", "activity")["counts"] == []


def test_depth_and_sizes(ask, session):
    deep = ask("stack", "depth", image={"index": 6})
    run = session.run("stack")
    row = pixels(deep["picture"])
    assert row.shape == (28, 84, 1) and np.array_equal(row[:, :28, 0], run.real(np.array([6]))[0, 0]) and deep["units"] == [20, 5]
    assert np.array_equal(row[:, 56:], run.decode(run.encode(run.real(np.array([6])))[0])[0])
    sizes, cut = ask("lin", "sizes"), ask("lin", "sized", sizes=[1, 6], image={"index": 6})
    assert sizes["sizes"] == [1, 2, 4, 6] and cut["model"][1] < cut["model"][0]
    assert cut["model"][1] == pytest.approx(cut["pca"][1], rel=0.05)


def test_random_codes_come_with_their_images(ask, session):
    rows = {by: ask("stack", "drawn", by=by, seed=4) for by in ("normal", "own", "mixture")}
    for row in rows.values():
        w = moves.from_text(row["w"]).reshape(12, 5)
        assert np.array_equal(pixels(row["picture"])[:, 28:56], session.run("stack").decode(w)[1])
    assert len({row["w"] for row in rows.values()}) == 3 and ask("stack", "drawn", by="own", seed=4) == rows["own"]


def test_more_codes_of_a_seed_begin_with_the_same_ones(session):
    run, mixed = session.run("stack"), None
    while mixed is None:
        mixed, _ = sampling.mixture(run)
    for draw in (mixed, functools.partial(seed_to_image.samples, run), functools.partial(sampling.normal, run)):
        np.testing.assert_allclose(draw(40, 4)[:3], draw(3, 4), atol=1e-5)


def test_the_linear_one_is_pca(ask):
    told = ask("lin", "columns")
    assert max(told["angles"]) < 0.05 and told["of"] == 6
    plain, turned, exact = pixels(told["picture"]).reshape(3, 28, 6, 28, 3).transpose(0, 2, 1, 3, 4).astype(int)
    assert np.abs(turned - exact).mean() < 3 < np.abs(plain - exact).mean()
    lesson = ask("lin", "lesson", seed=2)
    assert len(lesson["cloud"]) == 3 and lesson["steps"][-1]["angle"] < 0.5 < lesson["steps"][0]["angle"]


@pytest.mark.parametrize(("run", "body", "said"), [
    ("gan", {"op": "units"}, "no encoder"),
    ("stack", {"op": "units", "layer": 5}, "layers 0 to 1"),
    ("stack", {"op": "units", "page": 3}, "pages 0 to 0"),
    ("stack", {"op": "values", "layer": 0, "units": [20], "image": {"index": 0}}, "units 0 to 19"),
    ("stack", {"op": "ascent", "layer": 0, "units": list(range(65))}, "units"),
    ("stack", {"op": "unit", "layer": 0, "unit": 1}, "Send an image"),
    ("stack", {"op": "unit", "layer": 0, "unit": 1, "image": {"pixels": "AAAA"}}, "28 × 28"),
    ("stack", {"op": "parts", "w": moves.to_text(np.zeros(4, np.float32))}, "codes have 5"),
    ("stack", {"op": "sized", "sizes": [6], "image": {"index": 0}}, "5 numbers"),
    ("stack", {"op": "columns"}, "not linear"),
    ("stack", {"op": "drawn", "by": "chance"}, "by"),
    ("stack", {"op": "lesson", "seed": -1}, "seed"),
    ("colour", {"op": "filters", "units": [0]}, "not dense"),
    ("colour", {"op": "depth", "image": {"index": 0}}, "no mirror"),
    ("vae", {"op": "depth", "image": {"index": 0}}, "no mirror"),
    ("stack", {"op": "fly"}, "no operation"),
])
def test_what_does_not_fit_is_refused_in_a_sentence(client, ask, run, body, said):
    if body["op"] in ("units", "sized") and run == "stack":
        ask(run, "units")
        ask(run, "sizes")
    response = client.post("microscope", {"run": run, **body})
    assert response.status_code == 422 and said in response.json()["error"]


def test_the_view_shows_every_run_that_draws_images(session):
    shown = {n for n, c in session.runs()[0].items() if "microscope" in supported(c.spec)}
    assert shown == {"stack", "lin", "sparse", "colour", "vae", "bigan", "styled", "gan"}


def test_numbers_that_every_layer_has_are_counted_once(session, ask):
    """An encoder that gives all layers one style: its numbers are units once, and each of them moves in all layers."""
    run, w_dim = session.run("styled"), 5
    facts = ask("styled", "facts")
    assert run.d == 6 * w_dim and facts["d"] == w_dim and facts["layers"][-1] == {"name": "code", "units": w_dim, "channels": False}
    assert ask("styled", "units", layer=-1)["total"] == w_dim
    assert ask("styled", "sizes")["sizes"] == [1, 2, 4, 5]
    w = run.encode(run.real(np.array([3])))[0]
    found = ask("styled", "unit", layer=-1, unit=2, w=moves.to_text(w[0]), image={"index": 3})
    assert found["value"] == pytest.approx(float(w[0, 2]), rel=1e-3)
    more = w.copy()
    more[:, 2::w_dim] += found["step"]
    tiles = pixels(found["column"])
    assert np.array_equal(tiles[:, 28:56, 0], run.decode(more)[0, ..., 0])
    parts = ask("styled", "parts", w=moves.to_text(w))
    assert sorted(parts["units"]) == list(range(w_dim)) and parts["counts"][-1] == w_dim
    last = pixels(parts["growing"])[:, -28:, 0]
    assert np.array_equal(last, run.decode(w)[0, ..., 0])                            # all of them: the image itself
    for by in ("normal", "mixture", "own"):
        drawn = moves.from_text(ask("styled", "drawn", by=by)["w"]).reshape(-1, 6, w_dim)
        assert (drawn == drawn[:, :1]).all()


def test_a_code_whose_layers_differ_has_all_its_numbers(session, ask):
    w = np.random.default_rng(0).normal(size=(1, 30)).astype(np.float32)
    assert max(ask("styled", "parts", w=moves.to_text(w))["counts"]) == 30
