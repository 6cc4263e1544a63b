"""A page without a server answers as the server does: the same questions to both, of runs that are shipped; and it opens and is walked in,
with nothing behind it but files."""

from __future__ import annotations

import base64
import functools
import http.server
import io
import json
import threading
import zipfile
from os import PathLike
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import expect
from starlette.testclient import TestClient

from explorer import page
from explorer.latent import moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.site import folder, one_file
from tests.site.conftest import torch_knows_its_operations

from . import rest

__all__ = ["torch_knows_its_operations"]

TRAINED = Path(__file__).parents[2] / "trained"
RUNS = ["vae-plane-mnist", "infogan-mnist", "lapgan-fashion-mnist", "progan-faces", "stylealae-faces-32"]
NUMBERS = ("w", "z", "vector", "cells", "average", "xy", "sigma")
ASK = """async (all) => { const { ask } = await import(new URL('js/shell/server.js', document.baseURI).href), told = [];
  for (const [path, body] of all) {
    const answer = await ask(path, {body: JSON.stringify(body)}), picture = answer.headers.get('content-type').startsWith('image/');
    if (!picture) { told.push(await answer.json()); continue; }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    let text = ''; for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    told.push('data:image/bmp;base64,' + btoa(text));
  }
  return told; }"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Any static host: one that knows few types, as nginx does (of what a site has; the rest is text to it)."""

    TYPES = {".html": "text/html", ".js": "application/javascript", ".json": "application/json", ".png": "image/png",
             ".webp": "image/webp"}

    def guess_type(self, path: str | PathLike[str]) -> str:
        return self.TYPES.get(Path(path).suffix, "text/plain")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def session():
    return Session(TRAINED)


@pytest.fixture(scope="module")
def site(session, tmp_path_factory):
    """The address of a site of RUNS."""
    made = tmp_path_factory.mktemp("site") / "site"
    done = folder.write(session, made, RUNS)
    assert [run.name for run in done.runs] == sorted(RUNS, key=list(session.runs()[0]).index) and not done.problems
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(made)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def server(session):
    """The server's own answer to a question."""
    app = FastAPI(routes=page.app_arguments(session, Access(training=False))["routes"])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        def ask(path, body):
            while True:
                answer = client.post(f"{PREFIX}/{path}", json=body)
                if answer.headers["content-type"].startswith("image/"):
                    assert answer.status_code == 200
                    return f"data:{answer.headers['content-type']};base64,{base64.b64encode(answer.content).decode()}"
                told = answer.json()
                if told.get("ready") is not False:                                  # still being worked out
                    assert answer.status_code == 200, told
                    return told
        yield ask


def texts(*codes):
    return moves.to_text(np.concatenate([np.ravel(w) for w in codes]))


def pictures(run):
    """Requests to render that the views ask of a run, as its spec allows them."""
    spec, label = run.spec, {"label": 1} if run.spec.num_classes else {}
    a, b, c = (run.map_z(run.sample_z(1, seed), run.label(label.get("label")))[0] for seed in (3, 4, 5))
    asked = [
        {"op": "image", "w": texts(a)}, {"op": "grid", "w": texts(a, b, c), "columns": 2},
        {"op": "walk", "keys": texts(a, b, c), "t": 0.4, "method": "slerp", "loop": True},
        {"op": "strip", "keys": texts(a, b), "frames": 5},
        {"op": "strip", "keys": texts(a, b), "frames": 4, "columns": 2, "space": "pixels"},
        {"op": "traverse", "w": texts(a), "directions": [1, 0], "values": [-2, 0.5, 2]},
        {"op": "dimensions", "w": texts(a), "dimensions": [0, run.d - 1], "values": [-1.5, 2]},
        {"op": "exemplars", "refs": ["s1", "s12", *(["r3"] if run.codes is not None else [])], "columns": 2},
        {"op": "sum", "a": ["s1", "s2"], "b": ["s3"], "c": ["s4"], "strength": 1.25, "seed": 9},
        {"op": "sum", "a": ["s1", "s2"], "b": ["s3"], "c": ["s4"], "means": True},
        {"op": "codes", "w": texts(a), "rows": {"of": "noise", "values": [3, 8]},
         "columns": {"of": "direction", "index": 1, "values": [-1, 0, 2]}}]
    if run.d == 2:
        asked.append({"op": "manifold", "lo": -2, "hi": 2, "n": 4})
    if spec.codes:
        category, number = spec.codes[0].name, spec.codes[1].name
        asked.append({"op": "codes", "w": texts(a), "rows": {"of": "code", "name": category, "values": [0, 7]},
                      "columns": {"of": "code", "name": number, "values": [-1, 1]}})
    if spec.num_classes:
        asked.append({"op": "codes", "w": texts(a), "rows": {"of": "class", "values": [0, 3, 9]},
                      "columns": {"of": "noise", "values": [5]}})
    if spec.num_layers > 1:
        layers = [k < 2 for k in range(spec.num_layers)]
        asked += [{"op": "styles", "rows": [1, 2], "columns": [3, 4, 5], "layers": layers, "blend": 0.8, "psi": 0.7, "cutoff": 4},
                  {"op": "truncated", "w": texts(a), "values": [-0.5, 0, 1], "cutoff": 8, "plus": texts(0.1 * b)}]
    if spec.pixel_noise:
        strengths = [2.0, *[0.5] * (len(spec.levels) - 1)]
        asked += [{"op": "image", "w": texts(a), "noise": {"strengths": strengths, **seed}} for seed in ({}, {"seed": 77})]
        asked.append({"op": "walk", "keys": texts(a, b), "t": 0.5, "noise": {"strengths": [strengths, [0] * len(strengths)], "seed": 5}})
    if spec.noise:
        blends = [[1] * (len(spec.levels) - 1), [0.25] * (len(spec.levels) - 1)]
        asked += [{"op": "blended", "w": texts(a), "blends": blends, "t": 0.5}, {"op": "blended", "w": texts(a), "blends": blends, "t": 1,
                                                                               "image": {"index": 2}}]
    if spec.encodes:
        asked += [{"op": "spoiled", "image": {"w": texts(a)}, "kind": kind, "amounts": [0, 0.6], "t": 0.5, "seed": 2}
                  for kind in ("gaussian", "dropout", "block")]
    if spec.stochastic:
        asked.append({"op": "resample", "w": texts(a), "sigma": texts(np.full(run.d, 0.3)), "n": 5, "columns": 3, "seed": 6})
    return [{"run": run.card.name, **label, **body} for body in asked]


def questions(run):
    """Questions by route, as the run's spec allows them."""
    spec, label = run.spec, {"label": 1} if run.spec.num_classes else {}
    z, a, b = run.sample_z(1, 3)[0], *(run.map_z(run.sample_z(1, seed), run.label(label.get("label")))[0] for seed in (3, 4))
    asked = [{"op": "sample", "seed": 2**33 + 5}, {"op": "map", "z": texts(z)}, {"op": "read", "w": texts(a)}, {"op": "directions"},
             {"op": "gallery", "count": 5, "offset": 3}, {"op": "sum", "a": ["s1", "s2"], "b": ["s3"], "c": ["s4"], "strength": 0.5}]
    pixels = {"pixels": base64.b64encode(run.decode(a[None], run.label(label.get("label")))[0].tobytes()).decode()}
    if run.map is not None:
        asked += [{"op": "neighbours", "w": texts(a), "k": 4}, {"op": "point", "index": 11},
                  {"op": "gallery", "source": "real", "count": 4},
                  *({"op": "place", "projection": name, "x": 0.5, "y": 1.5} for name in ("umap", "pca")),
                  *({"op": "way", "keys": texts(a, b), "frames": 5, "projection": name} for name in ("umap", "pca"))]
    if spec.num_layers > 1:
        asked += [{"op": "styles", "rows": [1], "columns": [2, 3]}, {"op": "noise", "w": texts(a), "strengths": [1] * len(spec.levels),
                                                                   "seeds": 4},
                  {"op": "style_directions", "layers": [True] * spec.num_layers},
                  {"op": "paths", "a": 1, "b": 2, "frames": 4, "psi": 0.8, "cutoff": spec.num_layers}]
    if spec.encodes:
        asked.append({"op": "kept"})
    if spec.stochastic:
        asked += [{"op": "kl"}, {"op": "posterior", "index": 4}]
    if spec.levels:
        most = len(spec.levels) - 1 if spec.noise else 0
        asked += [{"op": "pyramid", "w": texts(a), "blend": [0.5] * most}, {"op": "stages"}]
        if most:
            asked.append({"op": "pyramid", "w": texts(a), "blend": [0.5] * most, "image": pixels, "drawn": [True] + [False] * (most - 1)})
    name = run.card.name
    found = [("code", {"run": name, **label, **body}) for body in asked]
    if spec.encodes:
        found += [("beside", {"run": name, "runs": [name], "image": pixels}),
                  ("beside", {"run": name, "runs": [name], "image": pixels, "noise": {"kind": "gaussian", "amount": 0.2, "seed": 1}}),
                  ("mix", {"run": name, "indices": [1, 5, 9], "weights": [1, 2, 0.5]})]
        if spec.num_layers > 1:
            found.append(("code", {"run": name, "op": "reals", "images": [pixels, pixels]}))
    return found


def decoded(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(image.convert("RGB")).astype(int)


def same(here, there, where, off=1):
    """An answer of the browser, and the server's."""
    if isinstance(there, dict):
        assert here.keys() == there.keys(), where
        for key in there.keys() - ({"percentile"} if there.get("percentile", 0) is None else set()):      # the server still works it out
            same(here[key], there[key], f"{where}.{key}", off)
    elif isinstance(there, list):
        assert len(here) == len(there), where
        for k, (x, y) in enumerate(zip(here, there, strict=True)):
            same(x, y, f"{where}[{k}]", off)
    elif isinstance(there, str) and there.startswith("data:image/"):
        x, y = decoded(here), decoded(there)
        assert x.shape == y.shape, where
        assert abs(x - y).max() <= off, f"{where}: pixels are {abs(x - y).max()} apart"
    elif isinstance(there, str) and where.rpartition(".")[2] in NUMBERS:
        x, y = moves.from_text(here), moves.from_text(there)
        assert x.shape == y.shape, where
        assert np.allclose(x, y, rtol=2e-3, atol=2e-3 * max(abs(y).max(), 1e-3)), f"{where}: {abs(x - y).max()} apart"
    elif isinstance(there, float) or isinstance(here, float):
        assert here == pytest.approx(there, rel=5e-3, abs=5e-3), where
    else:
        assert here == there, where


@pytest.fixture
def there(context, watch, site):
    """A page of the site over a run."""
    tab = context.new_page()

    def opened(query):
        tab.goto(f"{site}/?{query}")
        tab.wait_for_selector(".lx-hero[data-n]")
        return tab
    return opened


@pytest.mark.parametrize("name", RUNS)
def test_the_browser_draws_what_the_server_draws(session, server, there, name):
    asked = [("render", body) for body in pictures(session.run(name))]
    told = there(f"run={name}").evaluate(ASK, asked)
    for (path, body), here in zip(asked, told, strict=True):
        jpeg = 12 if (answer := server(path, body)).startswith("data:image/jpeg") else 1       # large pictures in colour are not exact
        assert jpeg == 1 or body["op"] != "exemplars", "what is looked at closely is"
        same(here, answer, json.dumps({k: v for k, v in body.items() if len(str(v)) < 60}), jpeg)


@pytest.mark.parametrize("name", RUNS)
def test_the_browser_answers_what_the_server_answers(session, server, there, name):
    asked = questions(session.run(name))
    told = there(f"run={name}").evaluate(ASK, asked)
    for (path, body), here in zip(asked, told, strict=True):
        heat = 4 if body.get("op") == "noise" else 1              # its colours are steep, and its white follows from the brightest pixel
        same(here, server(path, body), json.dumps({k: v for k, v in body.items() if len(str(v)) < 60}), heat)


def test_every_view_opens_and_is_at_rest(there):
    for view, run in (("map", "vae-plane-mnist"), ("codes", "infogan-mnist"), ("arithmetic", "progan-faces"), ("walk", "vae-plane-mnist"),
                      ("styles", "stylealae-faces-32"), ("pyramid", "lapgan-fashion-mnist"), ("reconstruct", "stylealae-faces-32")):
        tab = there(f"run={run}&view={view}")
        assert tab.evaluate(rest.RESTS), view
        assert tab.locator(f"#view-{view}").is_visible()
        assert tab.locator("#lx-toast.on").count() == 0, view


HERO = "document.querySelector('.lx-hero canvas').toDataURL()"


def dragged(tab, k, value):
    """A slider of the inspector, as a hand moves it."""
    tab.locator(f"#lx-slider-{k} input[type=range]").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", value)


def test_a_slider_moves_the_image_and_undo_brings_it_back(there):
    tab = there("run=vae-plane-mnist&view=map")
    assert tab.evaluate(rest.RESTS)
    before, number = tab.evaluate(HERO), tab.locator("#lx-slider-0 input[type=number]")
    was = number.input_value()
    dragged(tab, 0, 2.5)
    tab.wait_for_function(f"(was) => {HERO} !== was", arg=before)
    expect(number).to_have_value("2.5")
    tab.locator(".lx-undo").click()
    expect(number).to_have_value(was)
    assert tab.evaluate(rest.RESTS)
    assert tab.evaluate(HERO) == before


def test_a_drawn_digit_is_encoded_in_the_browser(there):
    tab = there("run=vae-plane-mnist&view=reconstruct")
    assert tab.evaluate(rest.RESTS)
    before = tab.evaluate("lx.state.w.join()")
    tab.locator("#view-reconstruct [data-source=draw]").click()
    box = tab.locator("#view-reconstruct .lx-pad").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.25
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y + box["height"] * 0.5, steps=8)
    tab.mouse.up()
    tab.wait_for_function("(was) => lx.state.w.join() !== was && lx.state.origin.kind === 'image'", arg=before)


def test_seeds_and_a_gif_are_saved_by_the_browser(session, there):
    """As the server would write them: the seeds' own images, and the frames of a walk."""
    tab, run = there("run=vae-plane-mnist&view=walk"), session.run("vae-plane-mnist")
    assert tab.evaluate(rest.RESTS)
    tab.get_by_role("button", name="Seeds…").click()
    dialog = tab.locator("#lx-seeds dialog[open]")
    dialog.get_by_label("From seed").fill("5")
    dialog.get_by_label("How many seeds").fill("3")
    with tab.expect_download() as got:
        dialog.get_by_role("button", name="Save zip").click()
    drawn = run.decode(run.map_z(np.concatenate([run.sample_z(1, seed) for seed in (5, 6, 7)])))
    with zipfile.ZipFile(got.value.path()) as archive:
        images = [one["file"] for one in json.loads(archive.read("seeds.json"))["images"]]
        for name, image in zip(images, drawn, strict=True):
            with Image.open(io.BytesIO(archive.read(name))) as found:
                assert abs(np.asarray(found.convert("L")).astype(int) - image[..., 0].astype(int)).max() <= 1
    dialog.get_by_role("button", name="Close").click()
    tab.get_by_label("Length").select_option("4")
    with tab.expect_download() as film:
        tab.get_by_role("button", name="Save GIF").click()
    with Image.open(film.value.path()) as gif:
        assert gif.format == "GIF" and gif.n_frames == 80


def test_nothing_is_there_without_a_word_before_the_page_knows_its_language(context, watch, site):
    """Its store waits here for a word: a bar in both languages, on the browser's own light or dark."""
    tab = context.new_page()
    tab.emulate_media(color_scheme="dark")

    def waiting(route):
        answer = route.fetch()
        route.fulfill(response=answer, body="await new Promise((go) => (window.go = go));\n" + answer.text())
    tab.route("**/js/shell/store.js", waiting)
    tab.goto(f"{site}/?run=vae-plane-mnist", wait_until="commit")
    tab.wait_for_function("!!window.go")
    expect(tab.locator("#lx-loading")).to_contain_text("페이지를 불러오는 중")
    expect(tab.locator(".lx-hero")).to_be_hidden()
    dark = r"getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).every((v) => v < 40)"
    assert tab.evaluate(dark), "no flash of white"
    tab.evaluate("window.go()")
    tab.wait_for_selector(".lx-hero[data-n]")
    expect(tab.locator(".lx-hero")).to_be_visible()
    assert tab.evaluate(dark)


def test_what_takes_a_server_says_so_where_it_would_be(there):
    tab = there("run=stylealae-faces-32&view=map")
    assert tab.evaluate(rest.RESTS)
    assert "no server" in tab.locator("#lx-left .lx-site-told").inner_text()
    tab.locator(".lx-refit").click()
    tab.wait_for_function("document.querySelector('#lx-toast.on')?.textContent.includes('python app.py')")
    assert tab.locator(".lx-tab").all_inner_texts() == ["Map", "Codes", "Arithmetic", "Walk", "Styles", "Pyramid", "Reconstruct"]
    told = "document.querySelector('#lx-toast.on')?.textContent.includes({})"
    there("run=vae-plane-mnist&view=train").wait_for_function(told.format("'takes the program'"))
    tab = there("run=vae-plane-mnist&view=walk")
    assert tab.evaluate(rest.RESTS)
    tab.locator("#view-walk .lx-mp4").click()
    tab.wait_for_function(told.format("'MP4'"))
    tab = there("run=vae-plane-mnist&view=reconstruct")
    assert tab.evaluate(rest.RESTS)
    tab.locator("#view-reconstruct .lx-generators button").first.click()
    tab.wait_for_function(told.format("'no server'"))
    tab.goto(tab.url.partition("?")[0] + "?run=nowhere")
    tab.wait_for_function(told.format("'does not have that run'"))


def test_one_file_opens_from_the_disk_without_a_network(session, context, watch, tmp_path):
    path = tmp_path / "page.html"
    size, left = one_file.write(session, "vae-plane-mnist", path)
    assert size == path.stat().st_size <= 12 * 2**20
    assert not left, "nothing is missing"
    context.set_offline(True)
    try:
        tab = context.new_page()
        tab.goto(path.as_uri())
        tab.wait_for_selector(".lx-hero[data-n]")
        tab.wait_for_selector("#lx-plane [data-ready=true]", state="attached")
        before = tab.evaluate(HERO)
        dragged(tab, 1, -2)
        tab.wait_for_function(f"(was) => {HERO} !== was", arg=before)
        assert tab.locator(".lx-tab").all_inner_texts() == ["Map", "Codes", "Arithmetic", "Walk", "Reconstruct"]
    finally:
        context.set_offline(False)
