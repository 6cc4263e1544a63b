"""One image through one encoder, and through many at once."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import Refused, images
from explorer.latent import moves, reconstruction
from explorer.runs.session import Session
from explorer.views.reconstruct.all_runs import MOST
from tests.explorer.conftest import Client, data, make
from tests.explorer.generators import make_generator


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    """one, two: 4-D and 2-D over the same shapes. colour: another shape. gan: no encoder."""
    root = tmp_path_factory.mktemp("beside")
    make(root, "one", data(), z_dim=4)
    make(root, "two", data(), z_dim=2)
    make(root, "colour", data(3, 32), z_dim=4, likelihood="gaussian")
    make_generator(root, "gan", "gan", data(), z_dim=6)
    return Session(root)


class Asked:
    """A conditional run with an encoder: it draws a grey of the class, plus the code."""

    spec = SimpleNamespace(num_classes=3, encodes=True)

    def encode(self, pixels):
        return np.full((len(pixels), 1), 0.0, np.float32), None

    def label(self, label):
        return label or 0

    def images(self, w, label):
        shades = torch.tensor([-1.0, 0.0, 1.0])[torch.as_tensor(label).reshape(-1).expand(len(w))]
        return shades[:, None, None, None].expand(-1, 1, 2, 2) + torch.from_numpy(w)[:, :, None, None]


def picture(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


def test_an_image_is_taken_in_as_the_run_itself_does(runs):
    run = runs.run("one")
    pixels = run.real(np.array([7]))[0]
    taken = reconstruction.take_in(run, pixels)
    w, sigma = run.encode(pixels[None])
    assert np.array_equal(taken.w, w[0]) and np.array_equal(taken.sigma, sigma[0])
    assert np.array_equal(taken.again, run.decode(w)[0]) and taken.label is None
    assert taken.error == pytest.approx(float(run.errors(pixels[None])[0]), rel=1e-5)
    usual = reconstruction.usual_errors(run)
    assert reconstruction.nearer_than(run, taken.error, wait=True) == pytest.approx((usual > taken.error).mean(), abs=1e-4)


def test_a_conditional_run_draws_as_the_class_given_or_the_nearest():
    bright = np.full((1, 2, 2), 255, np.uint8)
    found = reconstruction.take_in(Asked(), bright)
    assert found.label == 2 and found.error == 0 and (found.again == 255).all()
    told = reconstruction.take_in(Asked(), bright, 0)
    assert told.label == 0 and told.error == 4


def test_an_encoder_that_gives_no_numbers_is_refused(runs):
    run = Asked()
    run.encode = lambda pixels: (np.full((1, 1), np.nan, np.float32), None)
    with pytest.raises(Refused, match="diverged"):
        reconstruction.take_in(run, np.zeros((1, 2, 2), np.uint8))


def test_one_answer_holds_every_run_side_by_side(runs):
    client = Client(runs)
    told = client.post("beside", {"run": "one", "runs": ["two", "one"], "image": {"index": 3}}).json()
    assert [r["run"] for r in told["runs"]] == ["two", "one"] and told["index"] == 3
    row = picture(told["picture"])
    assert row.shape == (28, 3 * 28)
    pixels = runs.run("one").real(np.array([3]))[0]
    assert np.array_equal(row[:, :28], pixels[0])
    for k, r in enumerate(told["runs"]):
        taken = reconstruction.take_in(runs.run(r["run"]), pixels)
        assert np.array_equal(row[:, 28 * (k + 1):28 * (k + 2)], taken.again[..., 0])
        assert np.array_equal(moves.from_text(r["w"]), taken.w) and r["error"] == pytest.approx(taken.error, rel=1e-4)
        assert len(moves.from_text(r["sigma"])) == len(taken.w) and r["class"] is None


def test_the_same_pixels_come_to_the_same_codes_however_they_are_sent(runs):
    client, pixels = Client(runs), runs.run("one").real(np.array([3]))[0]
    raw = base64.b64encode(pixels.tobytes()).decode()
    sent = client.post("beside", {"run": "one", "runs": ["two"], "image": {"pixels": raw}}).json()
    held = client.post("beside", {"run": "one", "runs": ["two"], "image": {"index": 3}}).json()
    assert sent["runs"][0]["w"] == held["runs"][0]["w"] and "index" not in sent


def test_what_cannot_take_the_image_says_why_and_the_rest_answer(runs):
    told = Client(runs).post("beside", {"run": "one", "runs": ["gan", "colour", "nobody", "one"], "image": {"index": 0}}).json()
    problems = [r.get("problem", "") for r in told["runs"]]
    assert "no encoder" in problems[0] and "32 × 32 × 3" in problems[1] and "no run of that name" in problems[2] and not problems[3]
    assert picture(told["picture"]).shape == (28, 2 * 28)


@pytest.mark.parametrize("body, status, says", [
    ({"runs": ["one"], "image": {"index": 9999}}, 404, "test images 0 to"),
    ({"runs": ["one"], "image": "aGVsbG8="}, 422, "not an image"),
    ({"runs": [], "image": {"index": 0}}, 422, "runs"),
    ({"runs": ["one"] * (MOST + 1), "image": {"index": 0}}, 422, "runs"),
    ({"runs": ["one"], "image": {"index": 0}, "path": "x"}, 422, "path"),
])
def test_what_is_refused(runs, body, status, says):
    found = Client(runs).post("beside", {"run": "one", **body})
    assert found.status_code == status and says in found.json()["error"]


def test_with_noise_every_run_sees_the_same_noisy_image_and_is_held_against_the_clean_one(runs):
    run, clean = runs.run("one"), runs.run("one").real(np.array([7]))[0]
    body = dict(run="one", runs=["one", "two"], image={"index": 7}, noise=dict(kind="dropout", amount=0.5, seed=3))
    told, again, plain = (Client(runs).post("beside", b).json() for b in (body, body, {k: v for k, v in body.items() if k != "noise"}))
    tiles = np.split(picture(told["picture"]), 4, axis=1)
    noisy = reconstruction.noisy(clean, "dropout", 0.5, 3)
    assert np.array_equal(tiles[0], noisy[0]) and np.array_equal(tiles[3], clean[0]) and again == told
    lost = noisy[0] != clean[0]
    assert lost.any() and not noisy[0][lost].any() and told["noise"] == pytest.approx(((clean / 255.0)[0][lost] ** 2).sum(), rel=1e-4)
    w, _ = run.encode(noisy[None])
    assert np.array_equal(tiles[1], run.decode(w)[0, ..., 0])
    drawn = run.images(w)
    assert told["runs"][0]["error"] == pytest.approx(float(images.squared_error(drawn, clean)[0]), rel=1e-4)
    assert told["runs"][0]["percentile"] is None and plain["runs"][0]["error"] != told["runs"][0]["error"] and "noise" not in plain


@pytest.mark.parametrize("noise", [dict(kind="salt", amount=0.5), dict(kind="block", amount=1.5), dict(kind="block", amount=0.5, seed=-1)])
def test_noise_that_is_none_is_refused(runs, noise):
    assert Client(runs).post("beside", {"run": "one", "runs": ["one"], "image": {"index": 7}, "noise": noise}).status_code == 422
