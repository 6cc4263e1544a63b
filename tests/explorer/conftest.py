"""Tiny runs in a folder of their own: made once, trained never."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from httpx import Client as Http
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from tests.explorer import answers
from tests.training.small import shapes
from training import checkpoint, families, heldout, loop, maps
from training.data import Dataset, Split
from training.model import DataSpec

N = 120                                         # held-out images
SAMPLE_ATTRIBUTES = (("side", ("left", "right")),)


def data(channels: int = 1, size: int = 28) -> Dataset:
    """Bars and squares with classes and one attribute: which half they begin in."""
    images, labels = shapes(N, size, channels)
    attributes = (images.max(1).sum(1).argmax(1) >= size // 4).astype(np.uint8)[:, None]
    split = Split(images, labels, attributes)
    name = "shapes" if channels == 1 else "colour-shapes"
    spec = DataSpec(name, "Shapes", (channels, size, size), ("bar", "square"), SAMPLE_ATTRIBUTES, "Drawn for tests.", "0" * 64)
    return Dataset(spec, split, split)


def alone(factory: pytest.TempPathFactory) -> Path:
    """A folder with one run, "tiny"."""
    root = factory.mktemp("runs")
    make(root, "tiny", data(), z_dim=4)
    return root


def make(root: Path, name: str, dataset: Dataset, with_map: bool = True, **settings) -> Path:
    """A VAE with random weights (large enough that its images differ), its samples, log and map."""
    family, folder = families.get("vae"), root / name
    config = family.Config(images=1000, network="dense", width=16, **settings)
    torch.manual_seed(0)
    model = family.Model(config, dataset.spec)
    with torch.no_grad():
        for p in model.decoder.parameters():
            p.mul_(3)
    card = checkpoint.Card(name, "vae", config.to_dict(), dataset.spec, model.spec, title="Tiny VAE", images_seen=1000,
                           metrics={"negative_elbo": {"value": 100.5, "unit": "nats", "protocol": "none"}}, headline="negative_elbo")
    checkpoint.save(folder, model, card)
    loop.save_samples(folder / checkpoint.SAMPLES, model.eval(), 16, 4)
    rows = [dict(images=i * 100, seconds=i, images_per_second=100.0, loss=10 / (i + 1), kl=i / 10) for i in range(1, 11)]
    (folder / checkpoint.LOG).write_text("".join(json.dumps(r) + "\n" for r in rows) + '{"images": 11', "utf-8")
    if with_map:
        codes = maps.encode_all(model, dataset.test.images) * 10
        umap = (np.random.default_rng(0).normal(size=(N, 2)) * 5).astype(np.float32)
        maps.write(folder / checkpoint.MAP, maps.Map(codes, umap))
        heldout.write_missing(dataset, root)
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """tiny: 4-D, with a map. plane: 2-D. bare: no map. colour: 32×32 in colour. broken: weights cut short. stray: a pickle."""
    root = tmp_path_factory.mktemp("trained")
    grey, colour = data(), data(3, 32)
    make(root, "tiny", grey, z_dim=4)
    make(root, "plane", grey, z_dim=2)
    make(root, "bare", grey, with_map=False, z_dim=4)
    make(root, "colour", colour, z_dim=4, likelihood="gaussian")
    broken = make(root, "broken", grey, with_map=False, z_dim=4) / checkpoint.WEIGHTS
    broken.write_bytes(broken.read_bytes()[:-100])
    (root / "stray").mkdir()
    (root / "stray" / "model.pt").write_bytes(b"\x80\x04.")
    return root


@pytest.fixture(scope="session")
def session(trained) -> Session:
    return Session(trained)


@pytest.fixture(scope="session")
def tiny(session):
    return session.run("tiny")


@pytest.fixture(scope="session", autouse=True)
def answers_are_of_their_types():
    """Whatever a test asks over HTTP and is answered with JSON."""
    send = Http.send

    def checked(self, request, **more):
        response = send(self, request, **more)
        path = request.url.raw_path.decode().partition(f"{PREFIX}/")[2]
        if path == "mcp":                           # a protocol's own, not the page's
            return response
        if response.status_code == 200 and path and response.headers["content-type"].startswith("application/json"):
            key = answers.key_of(request.method, path, request.content)
            assert key is not None, f"nothing is said of what {path} answers"
            answers.check(key, response.read())
        return response
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Http, "send", checked)
        yield


class Client:
    """Requests to the raw routes alone, without gradio."""

    def __init__(self, session: Session, access: Access | None = None) -> None:
        access = access or Access(True)
        self.http = TestClient(Starlette(routes=make_routes(session, access, lambda spec: ["map"] if spec.encodes else [])))

    def get(self, path: str, **more):
        return self.http.get(f"{PREFIX}/{path}", **more)

    def post(self, path: str, body=None, **more):
        return self.http.post(f"{PREFIX}/{path}", json=body, **more) if body is not None else self.http.post(f"{PREFIX}/{path}", **more)


@pytest.fixture(scope="session")
def client(session) -> Client:
    return Client(session)
