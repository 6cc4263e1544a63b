"""A generator's layers: maps as the network makes them, and two networks of one shape mixed layer by layer."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import NotThere, Refused
from explorer.images import to_uint8
from explorer.latent.moves import to_text
from explorer.runs.session import Session
from explorer.views.microscope import generator_layers, two_networks
from training import checkpoint

from .conftest import Client, data
from .encoded import make_encoded
from .generators import make_generator
from .styled import make_styled


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """a, b: DCGANs of one shape. other: of another. tied, tied2: the decoder shares the encoder's weights. asked: classes."""
    root = tmp_path_factory.mktemp("layers")
    make_generator(root, "a", "dcgan", data(), z_dim=6, channels=8, network="conv")
    make_generator(root, "b", "dcgan", data(), seed=4, z_dim=6, channels=8, network="conv")
    make_generator(root, "other", "dcgan", data(), z_dim=6, channels=16, network="conv")
    make_encoded(root, "tied", "autoencoder", data(), hidden=(20,), z_dim=5, tied=True)
    make_encoded(root, "tied2", "autoencoder", data(), hidden=(20,), z_dim=5, tied=True, dead=2)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_generator(root, "asked2", "cgan", data(), seed=3, z_dim=6)
    make_styled(root, "styled", data())
    return root


@pytest.fixture(scope="module")
def session(root) -> Session:
    return Session(root)


@pytest.fixture(scope="module")
def client(session) -> Client:
    return Client(session)


def code(run, seed: int = 0) -> np.ndarray:
    return run.map_z(run.sample_z(1, seed))


def opened(url: str) -> np.ndarray:
    return np.array(Image.open(BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L"))


def test_maps_are_the_networks_own_and_each_goes_from_black_to_white(client, session):
    run = session.run("a")
    w = code(run)
    layers = client.post("microscope", {"run": "a", "op": "generator"}).json()["layers"]
    assert [(layer["channels"], layer["height"]) for layer in layers] == [(32, 4), (16, 7), (8, 14), (1, 28)]
    x = torch.from_numpy(w)
    made = []
    for module in run.model.generator:
        x = module(x)
        made.append(x.detach().clone())
    by_hand = [made[k] for k in (3, 6, 9, 11)]            # after batch norm and ReLU; the last one after tanh
    for k, expected in enumerate(by_hand):
        answer = client.post("microscope", {"run": "a", "op": "maps", "w": to_text(w), "layer": k, "by": "strong"}).json()
        strength = expected[0].abs().mean((1, 2)).numpy()
        assert answer["channels"] == list(np.argsort(-strength, kind="stable"))
        np.testing.assert_allclose(answer["strength"], strength[answer["channels"]], rtol=1e-3, atol=1e-6)
        side, sheet = answer["tile"][0], opened(answer["picture"])
        for place, channel in enumerate(answer["channels"][:8]):
            tile = sheet[:side, place * side:(place + 1) * side].astype(float)
            m = expected[0, channel].numpy()
            if m.max() > m.min():
                np.testing.assert_allclose(tile, 255 * (m - m.min()) / (m.max() - m.min()), atol=1)


def test_variation_is_the_deviation_over_codes(client, session):
    run = session.run("a")
    points = run.points_of_all()
    w = points[np.linspace(0, len(points) - 1, generator_layers.CODES).astype(int)]
    last = run.images(w).numpy()
    assert generator_layers.variation(run, None)[-1] == pytest.approx(last.std(0).mean(), rel=1e-3)
    answer = client.post("microscope", {"run": "a", "op": "maps", "w": to_text(code(run)), "layer": 1, "by": "varies"}).json()
    assert answer["varies"] == sorted(answer["varies"], reverse=True) and answer["codes"] == generator_layers.CODES


def test_other_images_are_drawn_undisturbed_and_every_kind_has_layers(session):
    for name in ("styled", "asked", "tied"):
        run = session.run(name)
        w, before = code(run), run.decode(code(run))
        found = generator_layers.shown(generator_layers.of_code(run, w, None))
        assert bool(found) == (name != "tied") and np.array_equal(run.decode(w), before)
        assert not any(m._forward_hooks for m in run.model.modules())
    assert len([1 for layer in generator_layers.shown(generator_layers.of_code(session.run("styled"), code(session.run("styled")), None))
                if not layer.dense]) > 3


@pytest.mark.parametrize("more, says", [({"layer": 9}, "layers"), ({"layer": -1}, ""), ({"by": "loud"}, "")])
def test_what_is_not_there_is_refused(client, session, more, says):
    body = {"run": "a", "op": "maps", "w": to_text(code(session.run("a"))), "layer": 0}
    answer = client.post("microscope", body | more)
    assert answer.status_code == 422 and says in answer.json()["error"]
    dense = client.post("microscope", {"run": "tied", "op": "maps", "w": to_text(code(session.run("tied"))), "layer": 0})
    assert dense.status_code == 422


def test_only_what_fits_is_offered(client):
    def told(run):
        return [p["name"] for p in client.post("microscope", {"run": run, "op": "partners"}).json()["partners"]]
    assert told("a") == ["b"] and told("b") == ["a"]
    assert told("other") == [] and told("asked") == ["asked2"], "norms by the class belong to their layers"
    assert told("tied") == [], "its layers are not all of what draws"


def test_the_ends_are_the_two_networks_and_between_is_the_mean_of_the_weights(client, session, root):
    run, w = session.run("a"), code(session.run("a"))
    n = len(two_networks.layers(run))
    assert n == 4
    theirs = checkpoint.load(root / "b")[0]
    rows = [[0.0] * n, [0.25, 0, 1, 0.5], [1.0] * n]
    sheet = opened_render(client, {"run": "a", "op": "networks", "w": to_text(w), "other": "b", "rows": rows})
    x = torch.from_numpy(w)[:, None]
    assert np.array_equal(sheet[:, :28], run.decode(w)[0, ..., 0])
    assert np.array_equal(sheet[:, 56:], to_uint8(theirs.synthesize(x))[0, ..., 0])
    mine = checkpoint.load(root / "a")[0]
    mixed, other = mine.state_dict(), theirs.state_dict()
    for names, t in zip(two_networks.layers(run), rows[1], strict=True):
        for key in mixed:
            if key.rpartition(".")[0] in names and mixed[key].is_floating_point():
                mixed[key] = mixed[key] * (1 - t) + other[key] * t
    mine.load_state_dict(mixed)
    difference = sheet[:, 28:56].astype(int) - to_uint8(mine.synthesize(x))[0, ..., 0]
    assert np.abs(difference).max() <= 1 and not np.array_equal(sheet[:, 28:56], sheet[:, :28])
    assert np.array_equal(run.decode(w)[0, ..., 0], sheet[:, :28]), "the run itself is as it was"


def opened_render(client, body) -> np.ndarray:
    answer = client.post("render", body)
    assert answer.status_code == 200, answer.text
    return np.array(Image.open(BytesIO(answer.content)).convert("L"))


def test_a_run_that_does_not_fit_and_wrong_dials_are_refused(client, session):
    run = session.run("a")
    w = code(run)
    for other in ("other", "../a", "nothing"):
        with pytest.raises(NotThere, match="same shapes"):
            two_networks.draw(run, other, w, None, [[0.5] * 4])
    with pytest.raises(Refused, match="4 layers"):
        two_networks.draw(run, "b", w, None, [[0.5]])
    for rows in ([[2.0] * 4], [], [[0.5] * 4] * 12):
        assert client.post("render", {"run": "a", "op": "networks", "w": to_text(w), "other": "b", "rows": rows}).status_code == 422


def test_a_dial_reads_no_cards_until_the_other_run_has_changed(tmp_path, monkeypatch):
    for name, seed in (("a", 0), ("b", 4)):
        make_generator(tmp_path, name, "dcgan", data(), seed=seed, z_dim=6, channels=8, network="conv")
    run = Session(tmp_path).run("a")
    w, read, real = code(run), [], checkpoint.runs
    ends = two_networks.draw(run, "b", w, None, [[1.0] * 4])
    monkeypatch.setattr(checkpoint, "runs", lambda *a: read.append(a) or real(*a))
    assert np.array_equal(two_networks.draw(run, "b", w, None, [[1.0] * 4]), ends) and not read
    make_generator(tmp_path, "b", "dcgan", data(), seed=9, z_dim=6, channels=8, network="conv")
    assert not np.array_equal(two_networks.draw(run, "b", w, None, [[1.0] * 4]), ends) and read, "another run of that name"
    (tmp_path / "b" / checkpoint.CARD).unlink()
    with pytest.raises(NotThere):
        two_networks.draw(run, "b", w, None, [[1.0] * 4])
