"""A batch of seeds: each image is the page's own of that seed, each file says what it is, and what is too much is refused."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from explorer.latent import layers, moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.views import batch

from .conftest import Client, data, make
from .generators import make_generator
from .styled import make_styled


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """flat: a VAE. asked: two classes. styled: a mean of W. dots: points."""
    root = tmp_path_factory.mktemp("batch")
    make(root, "flat", data(3, 32), z_dim=4, likelihood="gaussian")
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_styled(root, "styled", data())
    return Session(root)


@pytest.fixture(scope="module")
def client(session):
    return Client(session)


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def shown(client: Client, run: str, seed: int, **more) -> np.ndarray:
    """What the page draws of a seed."""
    w = client.post("code", {"run": run, "op": "sample", "seed": seed, **more}).json()["w"]
    return pixels(client.post("render", {"run": run, "op": "image", "w": w, **more}).content)


def opened(answer) -> tuple[dict[str, np.ndarray], dict]:
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip", answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return {name: pixels(d) for name, d in files.items() if name.endswith(".png")}, json.loads(files["seeds.json"])


def test_each_file_is_the_image_that_the_page_shows_of_its_seed(client, session):
    answer = client.post("seeds", {"run": "flat", "first": 8, "count": 4})
    found, told = opened(answer)
    assert answer.headers["content-disposition"] == 'attachment; filename="flat-seeds-8-11.zip"'
    assert list(found) == ["seed-08.png", "seed-09.png", "seed-10.png", "seed-11.png"] == [one["file"] for one in told["images"]]
    for one in told["images"]:
        assert np.array_equal(found[one["file"]], shown(client, "flat", one["seed"]))
    assert len({image.tobytes() for image in found.values()}) == 4
    card = session.run("flat").card
    assert (told["run"], told["weights_sha256"], told["images_seen"], told["psi"]) == ("flat", card.weights_sha256, card.images_seen, None)
    assert client.post("seeds", {"run": "flat", "first": 8, "count": 4}).content == answer.content, "the same bytes each time"


def test_one_class_or_each(client):
    found, told = opened(client.post("seeds", {"run": "asked", "first": 3, "count": 2, "label": 1}))
    assert list(found) == ["seed-3-class-1-square.png", "seed-4-class-1-square.png"]
    assert np.array_equal(found["seed-4-class-1-square.png"], shown(client, "asked", 4, label=1))
    found, told = opened(client.post("seeds", {"run": "asked", "first": 3, "count": 2, "label": 1, "each_class": True}))
    assert [(one["seed"], one["class"], one["class_name"]) for one in told["images"]] == [(3, 0, "bar"), (3, 1, "square"), (4, 0, "bar"),
                                                                                        (4, 1, "square")]
    for one in told["images"]:
        assert np.array_equal(found[one["file"]], shown(client, "asked", one["seed"], label=one["class"]))
    sheet = client.post("seeds", {"run": "asked", "first": 3, "count": 2, "each_class": True, "format": "sheet"})
    assert np.array_equal(pixels(sheet.content), np.block([[found[one["file"]] for one in told["images"][k:k + 2]] for k in (0, 2)]))


def test_a_sheet_has_all_and_says_what_they_are(client):
    answer = client.post("seeds", {"run": "flat", "first": 0, "count": 5, "format": "sheet"})
    image = pixels(answer.content)
    assert answer.headers["content-disposition"] == 'attachment; filename="flat-seeds-0-4.png"' and image.shape == (64, 96, 3)
    for k in range(5):
        r, c = divmod(k, 3)
        assert np.array_equal(image[32 * r:32 * r + 32, 32 * c:32 * c + 32], shown(client, "flat", k))
    assert not image[32:, 64:].any()
    with Image.open(io.BytesIO(answer.content)) as opened_:
        told = json.loads(opened_.text[batch.FORMAT])
    assert [one["seed"] for one in told["images"]] == [0, 1, 2, 3, 4]


def test_truncated_by_psi(client, session):
    run = session.run("styled")
    found, told = opened(client.post("seeds", {"run": "styled", "first": 6, "count": 2, "psi": 0.5}))
    w = run.map_z(run.sample_z(1, 7))
    cut = layers.Truncation(0.5, run.spec.num_layers).apply(run, layers.shaped(run, w))
    asked = {"run": "styled", "op": "image", "w": moves.to_text(cut)}
    assert told["psi"] == 0.5 and np.array_equal(found["seed-7.png"], pixels(client.post("render", asked).content))
    none, _ = opened(client.post("seeds", {"run": "styled", "first": 6, "count": 2, "psi": 0}))
    assert np.array_equal(none["seed-6.png"], none["seed-7.png"])
    whole, _ = opened(client.post("seeds", {"run": "styled", "first": 6, "count": 2, "psi": 1}))
    assert opened(client.post("seeds", {"run": "styled", "first": 6, "count": 2}))[1]["psi"] == 1
    assert np.array_equal(whole["seed-6.png"], shown(client, "styled", 6))


@pytest.mark.parametrize("wrong, sentence", [
    ({"count": 257}, "That would be 257 images; up to 256 can be saved at once."),
    ({"count": 10**12}, "That would be 1,000,000,000,000 images"),
    ({"run": "asked", "count": 129, "each_class": True}, "That would be 258 images"),
    ({"count": 0}, "count"), ({"first": -1}, "first"), ({"first": 2**63 - 2, "count": 9}, "Seeds go up to"),
    ({"psi": 0.5}, "no mean of W"), ({"psi": "NaN"}, "psi"), ({"format": "exe"}, "format"), ({"path": "/etc/passwd"}, "path"),
    ({"run": "asked", "label": 7}, "classes 0 to 1"), ({"run": "../flat"}, "no run"), ({"run": "no"}, "no run")])
def test_what_is_refused(client, wrong, sentence):
    answer = client.post("seeds", {"run": "flat", "first": 0, "count": 2} | wrong)
    assert answer.status_code in (404, 422) and sentence in answer.json()["error"], answer.text


def test_names_of_classes_make_no_paths(session, monkeypatch):
    run = session.run("asked")
    card = dataclasses.replace(run.card, data=dataclasses.replace(run.card.data, classes=("../../etc", "뾰족한 / 코트")))
    monkeypatch.setattr(run, "card", card)
    assert [batch.class_part(run, k) for k in (0, 1, 5)] == ["class-0-etc", "class-1-뾰족한-코트", "class-5"]


def test_points_are_no_images(session, client, monkeypatch):
    def refused(self):
        raise batch.Refused("This run makes points in the plane, not images.")
    monkeypatch.setattr(type(session.run("flat")), "require_images", refused)
    assert "points in the plane" in client.post("seeds", {"run": "flat", "first": 0}).json()["error"]


def test_a_visitor_may(session):
    assert Client(session, Access(False)).post("seeds", {"run": "flat", "first": 0, "count": 1}).status_code == 200
