"""What a training kept of its stages, as the page gets it."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.latent import moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from explorer.views import supported
from training import checkpoint, stages

from .conftest import data
from .generators import make_generator

SMALL = {"z_dim": 6, "channels": 8, "channel_max": 16, "stage_images": 64}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """grown: with two stages that differ. bare: the same without any. damaged: a list that is not one."""
    root = tmp_path_factory.mktemp("grown")
    for name in ("grown", "bare", "damaged"):
        folder = make_generator(root, name, "progan", data(), **{k: v for k, v in SMALL.items()})
        model, _ = checkpoint.load(folder)
        if name == "grown":
            for k, (what, seen) in enumerate((("7 × 7", 64), ("14 × 14, fading in", 128))):
                model.grow(k, 0.999 if k else 1.0)
                stages.keep(folder, model, stages.Stage(what, seen))
        elif name == "damaged":
            (folder / stages.LIST).write_text("{", "utf-8")
    return Session(root)


@pytest.fixture(scope="module")
def ask(session):
    http = TestClient(Starlette(routes=make_routes(session, Access(True), supported)))
    return lambda run: http.post(f"{PREFIX}/code", json={"op": "stages", "run": run})


def test_a_row_for_each_stage_and_one_for_the_finished_model(session, ask):
    d, run = ask("grown").json(), session.run("grown")
    assert [(s["what"], s["images"]) for s in d["stages"]] == [("7 × 7", 64), ("14 × 14, fading in", 128), ("", 1000)]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(d["picture"].split(",")[1]))).convert("L"))
    assert picture.shape == (3 * 28, stages.COLUMNS * 28) and d["side"] == 28 and d["columns"] == stages.COLUMNS
    codes = moves.codes(moves.from_text(d["w"]), run.d)
    assert len(codes) == stages.COLUMNS
    last = picture[2 * 28:].reshape(28, stages.COLUMNS, 28).transpose(1, 0, 2)
    np.testing.assert_array_equal(last, run.decode(codes)[..., 0])
    first = picture[:28, :28]
    np.testing.assert_array_equal(first, np.repeat(np.repeat(first[::4, ::4], 4, 0), 4, 1))       # 7 × 7, enlarged
    assert not np.array_equal(first, last[0])
    model, z = run.model, torch.from_numpy(run.sample_z(stages.COLUMNS, 0))
    assert torch.equal(model.map(z).flatten(1), torch.from_numpy(codes))


@pytest.mark.parametrize("name", ["bare", "damaged"])
def test_a_run_whose_training_kept_none_has_no_stages(ask, name):
    answer = ask(name)
    assert answer.status_code == 200 and answer.json()["stages"] == []
