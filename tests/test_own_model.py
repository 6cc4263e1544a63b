"""A model of one's own: the README's example, trained by plain PyTorch outside of our loop, is seen in the views by its file's name."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import app
from benchmarks.serve import page
from explorer import Refused, named_model
from explorer.named_model import open_named
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.routes import make_routes
from explorer.views import supported
from tests import forked, host
from tests.explorer.conftest import Client, make
from tests.explorer.conftest import data as drawn_data
from tests.training.test_tables import DIGITS
from training import checkpoint
from training.outside import ImportFailed, python_file
from training.vision import importable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The example as its text says: trained by itself, in a folder of its own."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(ROOT / "docs" / "own_model.py", folder)
    with pytest.MonkeyPatch.context() as change:
        change.setattr(subprocess, "Popen", forked.REAL)
        done = subprocess.run([sys.executable, "own_model.py", "600"], cwd=folder, capture_output=True, text=True, check=True)
    assert re.match(r"own_model.safetensors and 397 images in own_digits; the last loss was [\d.]+ nats", done.stdout)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as change:
        change.setenv("LATENT_EXPLORER_DATA", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def session(trained, cache, told):
    runs = trained / "runs"
    runs.mkdir()
    make(runs, "tiny", drawn_data(), z_dim=4)
    return open_named(f"{trained / 'own_model.py'}:Model", str(trained / "own_digits"), 28, [runs], say=told.append)


@pytest.fixture(scope="module")
def client(session):
    return Client(session)


@pytest.fixture(scope="module")
def run(session):
    return session.run("own-model")


def pixels(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def text(w):
    import base64
    return base64.b64encode(np.asarray(w, "<f4").tobytes()).decode()


def test_it_is_the_run_that_is_opened(session, client, told):
    assert session.first() == "own-model" and list(session.runs()[0]) == ["own-model", "tiny"]
    runs = client.get("runs").json()
    row = next(r for r in runs["runs"] if r["name"] == "own-model")
    assert runs["first"] == "own-model" and row["own"] and row["elsewhere"] and row["title"] == "own_model · Model"
    able = supported(session.run("own-model").card.spec)
    assert runs["firsts"] == dict.fromkeys(able, "own-model"), "no tab puts another model in its place"
    assert row["encodes"] and row["stochastic"] and row["w_dim"] == 8 and row["family_title"] == "Own model (Python)"
    assert told[0] == "own_model.py:Model is the run own-model."
    assert "It is shown by Map, Codes, Arithmetic, Walk, Reconstruct, Microscope." in told
    assert any(s.startswith("Styles: ") for s in told) and any(s.startswith("Pyramid: ") for s in told), "what others need"
    assert any("come back best in 0..1" in s for s in told)


def test_map(client, run):
    """All images of the folder, where its encoder puts them; classes lie together."""
    opened = client.get("run/own-model").json()
    assert opened["points"] == 397 == run.held.n and opened["dataset"]["classes"] == list("0123456789")
    places = np.frombuffer(client.get("map/own-model", params={"projection": "pca"}).content, "<f4").reshape(-1, 2)
    assert places.shape == (397, 2) and places.std(0).min() > 0.1
    near = np.linalg.norm(run.codes[:, None] - run.codes[None], axis=2)
    np.fill_diagonal(near, np.inf)
    assert (run.held.labels[near.argmin(1)] == run.held.labels).mean() > 0.8, "nearest codes are of one digit"


def test_codes_are_what_its_own_encoder_gives(client, run, trained):
    spec = python_file.named(f"{trained / 'own_model.py'}")[0]
    with torch.no_grad():
        mean, log_variance = spec.eval().encode(torch.from_numpy(run.real(np.arange(5))).float() / 255)
    w, sigma = run.encode(run.real(np.arange(5)))
    np.testing.assert_allclose(w, mean, atol=1e-4)
    np.testing.assert_allclose(sigma, (0.5 * log_variance).exp(), atol=1e-4)
    opened = client.get("run/own-model").json()
    assert len(opened["directions"]) == 8 and max(d["effect"] for d in opened["directions"]) > 0


def test_an_image_a_walk_and_arithmetic(client, run):
    w, _ = run.encode(run.real(np.array([0, 5])))
    ends = [pixels(client.post("render", {"run": "own-model", "op": "image", "w": text(code)})) for code in w]
    np.testing.assert_allclose(ends[0], run.decode(w)[0, :, :, 0], atol=1)
    assert np.abs(ends[0].astype(int) - ends[1]).mean() > 5
    halfway = run.decode(w.mean(0, keepdims=True))[0, :, :, 0]
    assert np.array_equal(pixels(client.post("render", {"run": "own-model", "op": "image", "w": text(w.mean(0))})), halfway)
    groups = [run.codes[run.held.labels == label].mean(0) for label in (3, 0)]
    moved = run.decode(run.codes[run.held.labels == 0][:5] + groups[0] - groups[1])
    threes, noughts = (run.held.images(np.flatnonzero(run.held.labels == k)).mean((0, 1)) for k in (3, 0))
    drawn = moved.mean((0, 3))
    assert np.abs(drawn - threes).mean() < np.abs(drawn - noughts).mean(), "nought − noughts + threes is near to threes"


def test_reconstruct(run):
    errors = run.errors(run.real(np.arange(100)))
    baseline = ((run.held.images(np.arange(397)) / 255 - run.held.images(np.arange(397)).mean(0) / 255) ** 2).sum((1, 2, 3)).mean()
    assert errors.mean() < 0.5 * baseline


def test_directions_by_class_are_found(run):
    from explorer.latent import run_directions
    assert {d.kind for d in run_directions.directions_of(run)} >= {"principal", "closed form"}


def test_what_is_measured_counts_again_for_the_same_model_alone(session, run, trained, cache):
    run.record.get("probe", lambda: {"a": 1}, lambda e: e["a"])
    kept = next((trained / "runs" / "_own").glob("own-model-*"))
    again = open_named(f"{trained / 'own_model.py'}", str(trained / "own_digits"), 28, [trained / "runs"]).run("own-model")
    assert "probe" in again.record and again.keeps_in == kept
    assert again.folder != run.folder and run.folder.parent not in trained.parents


def test_started_as_the_readme_says(trained, cache, session):
    """The command in README, its file put beside what the test trained."""
    command = next(c for c in re.findall(r"^python app\.py (--model docs/own_model\.py.+)$", README, re.M)).partition("#")[0].split()
    words = [str(trained / Path(w.partition(":")[0]).name) + "".join(w.partition(":")[1:]) if w.startswith("docs/") else w for w in command]
    app.arguments(words)
    with page(*words, "--trained", str(trained / "runs"), port=host.free_port(),
              LATENT_EXPLORER_DATA=os.environ["LATENT_EXPLORER_DATA"]) as (address, _, _), \
            urllib.request.urlopen(f"{address}/gradio_api/explorer/runs") as answer:
        assert json.load(answer)["first"] == "own-model"


def test_a_card_that_names_a_file_runs_nothing(trained, session, tmp_path):
    """The run's folder, copied among others: there is no code in it, and the file that it names is not looked for."""
    (tmp_path / "runs").mkdir()
    folder = tmp_path / "runs" / "own-model"
    shutil.copytree(session.places["own-model"], folder)
    (tmp_path / "own_model.py").write_text("raise SystemExit('it ran')")
    card = json.loads((folder / "card.json").read_text())
    card["config"]["file"] = str(tmp_path / "own_model.py")
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(checkpoint.CheckpointError, match="runs only where it is named: python app.py --model"):
        checkpoint.load(folder)
    with pytest.raises(Refused, match="runs only where it is named"):
        Session(tmp_path / "runs").run("own-model")


def test_no_route_takes_a_model(session):
    """Nothing that imports or names a model is asked for by any route, the owner's included."""
    paths = " ".join(route.path for route in make_routes(session, Access(True), lambda spec: []))
    assert "runs" in paths and not re.search("import|model|onnx|python", paths)
    texts = {p: p.read_text("utf-8") for p in (ROOT / "explorer").rglob("*.py")}
    named = re.compile(r"importing|open_named|python_file|outside\.hub")
    users = {p.relative_to(ROOT).as_posix() for p, text in texts.items() if named.search(text)}
    assert users == {"explorer/named_model.py"}


@pytest.mark.parametrize(("words", "sentence"), [
    ("nowhere.py:Model", "there is no file nowhere.py"), ("{f}:Nothing", "m.py has no Nothing"), ("{f}", "m.py has 2 classes with decode"),
    ("{t}", "names a Python file and a class in it"), ("{f}:empty", r"NoneType has no method decode\(z\)")])
def test_what_is_named_amiss_is_a_sentence(tmp_path, words, sentence):
    (tmp_path / "m.py").write_text("class A:\n def decode(self, z): ...\nclass B(A): ...\ndef empty(): ...\n")
    (tmp_path / "m.txt").write_text("")
    with pytest.raises(ImportFailed, match=sentence):
        open_named(words.format(f=tmp_path / "m.py", t=tmp_path / "m.txt"))


def test_a_file_of_bare_code_is_told_what_it_cannot_show(tmp_path):
    (tmp_path / "helper.py").write_text("SIZE = 6\n")
    (tmp_path / "Blob 2.py").write_text("""
import torch
from helper import SIZE
def make():
    class Blob:
        z_dim = 2
        def decode(self, z):
            return torch.sigmoid(z[:, :1, None] * torch.linspace(-1, 1, SIZE) + z[:, 1:, None] * torch.linspace(-1, 1, SIZE)[:, None])
    return Blob()
""")
    said = []
    session = open_named(f"{tmp_path / 'Blob 2.py'}:make", say=said.append)
    run = session.run("blob-2")
    assert run.spec.shape == (1, 6, 6) and run.held is None
    assert any("No test images are named" in s for s in said) and any(s.startswith("Reconstruct: ") for s in said)
    assert run.decode(np.array([[9, 0], [-9, 0]], np.float32))[:, 0, 5, 0].tolist() == [255, 0]
    row = next(r for r in Client(session).get("runs").json()["runs"] if r["name"] == "blob-2")
    assert row["dataset_title"] == "" and row["elsewhere"]
    assert not list(tmp_path.glob("_own"))


def test_images_of_a_folder_are_all_held_out_but_of_a_split(trained, cache, tmp_path):
    assert len(named_model.images_of(str(trained / "own_digits"), 28).test) == 397
    for part, digits in (("train", "01"), ("test", "01")):
        for d in digits:
            shutil.copytree(trained / "own_digits" / d, tmp_path / "split" / part / d)
    for path in (tmp_path / "split" / "test").rglob("*.png"):
        image = Image.open(path)
        Image.eval(image, lambda v: 255 - v).save(path)
    found = named_model.images_of(str(tmp_path / "split"), 28)
    assert len(found.test) == len(found.train) > 50, "these folders are a split"


def test_its_images_may_be_a_table(trained, cache, tmp_path):
    """A CSV as scikit-learn ships it: all of it is held out, by class."""
    found = named_model.images_of(str(DIGITS), 28)
    assert len(found.test) == 1797 and len(found.train) == 0 and found.spec.shape == (1, 28, 28) and len(found.spec.classes) == 10


def test_the_readme_s_wrapping_of_another_library_s_model(trained, cache, tmp_path, monkeypatch):
    """diffusers' AutoencoderKL, saved by diffusers itself, as its class in README opens it."""
    text = next(t for t in re.findall(r"```python\n(.+?)```", README, re.S) if "from diffusers" in t)
    (tmp_path / "wrapped.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    importable()
    from diffusers import AutoencoderKL
    torch.manual_seed(0)
    theirs = AutoencoderKL(in_channels=1, out_channels=1, block_out_channels=(8, 16), down_block_types=("DownEncoderBlock2D",) * 2,
                           up_block_types=("UpDecoderBlock2D",) * 2, latent_channels=2, norm_num_groups=4, sample_size=28)
    theirs.save_pretrained("my-autoencoder")
    told = []
    session = open_named("wrapped.py:Model", str(trained / "own_digits"), 28, say=told.append)
    run = session.run("wrapped")
    images = run.real(np.arange(4))
    with torch.no_grad():
        latent = theirs.eval().encode(torch.from_numpy(images).float() / 127.5 - 1).latent_dist
        drawn = theirs.decode(latent.mean).sample
    w, sigma = run.encode(images)
    np.testing.assert_allclose(w.reshape(4, -1), latent.mean.reshape(4, -1), atol=1e-4)
    np.testing.assert_allclose(sigma.reshape(4, -1), latent.std.reshape(4, -1), rtol=1e-3)
    np.testing.assert_allclose(run.decode(w)[..., 0], ((drawn[:, 0] + 1) * 127.5).clip(0, 255), atol=1)
    assert "It is shown by Map, Codes, Arithmetic, Walk, Reconstruct, Microscope." in told
