"""A run of points in the plane opens like any other: its point is a dot over the cloud of all its points."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.latent import moves, run_directions
from explorer.runs import point_tiles
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from explorer.views import supported
from training import checkpoint, families, loop, points
from training.model import DataSpec


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """dots: an untrained autoencoder of the ring, large enough to reach across it."""
    root, family = tmp_path_factory.mktemp("cloud"), families.get("autoencoder")
    config = family.Config(images=100, z_dim=3, hidden=(16, 8))
    data = DataSpec("ring", "Ring", (2,), tuple("12345678"), fingerprint="0" * 64)
    torch.manual_seed(1)
    model = family.Model(config, data)
    with torch.no_grad():
        for p in model.decoder.parameters():
            p.mul_(2)
    card = checkpoint.Card("dots", "autoencoder", config.to_dict(), data, model.spec, images_seen=100)
    checkpoint.save(root / "dots", model, card)
    loop.save_samples(root / "dots" / checkpoint.SAMPLES, model.eval())
    return root


@pytest.fixture(scope="module")
def run(trained):
    return Session(trained).run("dots")


@pytest.fixture(scope="module")
def http(trained):
    return TestClient(Starlette(routes=make_routes(Session(trained), Access(True), supported)))


def test_the_dot_lies_where_the_model_puts_the_point(run):
    assert run.spec.shape == (1, point_tiles.SIDE, point_tiles.SIDE) and not run.spec.encodes
    w = run.map_z(run.sample_z(64, 5))
    tiles = run.decode(w)[..., 0].astype(float)
    xy = run.model.inner.synthesize(torch.from_numpy(w)[:, None]).numpy()
    inside = np.abs(xy).max(1) < 0.95
    assert inside.sum() > 10
    for tile, (x, y) in zip(tiles[inside], xy[inside], strict=True):
        row, column = np.unravel_index(tile.argmax(), tile.shape)
        assert abs((column + 0.5) / 32 - 1 - x) < 0.05 and abs(1 - (row + 0.5) / 32 - y) < 0.05
    assert tiles.max() > 240


def test_the_cloud_behind_is_the_models_own_samples(run):
    w = run.map_z(run.sample_z(2, 3))
    a, b = run.decode(w)[..., 0].astype(float)
    z = run.model.inner.sample_z(point_tiles.CLOUD, torch.Generator().manual_seed(0))
    expected = point_tiles.FAINT * points.raster(run.model.inner.synthesize(z[:, None]).numpy(), point_tiles.SIDE) * 255
    assert (np.abs(np.minimum(a, b) - expected) > 1).mean() < 0.02 and expected.max() > 80      # but where the two dots cross


def test_directions_and_sliders_work_on_points(run):
    assert len(run_directions.sliders(run).vectors) == 3 and np.isfinite(run_directions.sliders(run).vectors).all()
    w = run.map_z(run.sample_z(1, 0))
    moved = run_directions.sliders(run).moved(w[0], 0, np.array([-2.0, 2.0], np.float32))
    assert (run.decode(moved)[0] != run.decode(moved)[1]).any()


def test_every_route_answers_for_points(http):
    row = http.get(f"{PREFIX}/runs").json()["runs"][0]
    assert row["shape"] == [1, 64, 64] and row["encodes"] is False and "codes" in row["views"]
    info = http.get(f"{PREFIX}/run/dots").json()
    assert info["spec"]["shape"] == [1, 64, 64] and info["card"]["data"]["shape"] == [2]
    drawn = http.post(f"{PREFIX}/render", json={"op": "image", "run": "dots", "w": info["default"]["w"]})
    thumb = http.get(f"{PREFIX}/thumb/dots")
    assert drawn.headers["content-type"] == thumb.headers["content-type"] == "image/png"
    keys = moves.to_text(np.eye(3, dtype=np.float32))
    strip = http.post(f"{PREFIX}/render", json={"op": "strip", "run": "dots", "keys": keys, "frames": 4})
    assert strip.status_code == 200
    refused = http.post(f"{PREFIX}/code", json={"op": "encode", "run": "dots", "image": {"index": 0}})
    assert 400 <= refused.status_code < 500 and refused.json()["error"]
