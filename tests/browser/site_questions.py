"""The same questions to a page without a server and to the server, of what a run's spec allows, and whether they are answered alike."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from explorer import page
from explorer.latent import moves
from explorer.runs.run import Run
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX

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


@contextlib.contextmanager
def server_of(session: Session) -> Iterator[Callable[[str, dict[str, Any]], Any]]:
    """The server's own answer to a question: JSON, or a picture as a data URL."""
    app = FastAPI(routes=page.app_arguments(session, Access(training=False))["routes"])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        def ask(path: str, body: dict[str, Any]) -> Any:
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


def texts(*codes: np.ndarray) -> str:
    return moves.to_text(np.concatenate([np.ravel(w) for w in codes]))


def pictures(run: Run) -> list[dict[str, Any]]:
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


def questions(run: Run) -> list[tuple[str, dict[str, Any]]]:
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


def decoded(url: str) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(image.convert("RGB")).astype(int)


def same(here: Any, there: Any, where: str, off: int = 1) -> int:
    """Holds an answer of the browser against the server's: numbers alike, pixels at most ``off`` of 255 apart. How far the pixels are."""
    if isinstance(there, dict):
        assert isinstance(here, dict) and here.keys() == there.keys(), where
        shown = there.keys() - ({"percentile"} if there.get("percentile", 0) is None else set())      # the server still works it out
        return max((same(here[key], there[key], f"{where}.{key}", off) for key in shown), default=0)
    if isinstance(there, list):
        assert isinstance(here, list) and len(here) == len(there), f"{where}: {str(here)[:200]} and {str(there)[:200]}"
        return max((same(x, y, f"{where}[{k}]", off) for k, (x, y) in enumerate(zip(here, there, strict=True))), default=0)
    if isinstance(there, str) and there.startswith("data:image/"):
        x, y = decoded(here), decoded(there)
        assert x.shape == y.shape, where
        apart = int(abs(x - y).max())
        assert apart <= off, f"{where}: pixels are {apart} apart"
        return apart
    if isinstance(there, str) and where.rpartition(".")[2] in NUMBERS:
        x, y = moves.from_text(here), moves.from_text(there)
        assert x.shape == y.shape, where
        assert np.allclose(x, y, rtol=2e-3, atol=2e-3 * max(abs(y).max(), 1e-3)), f"{where}: {abs(x - y).max()} apart"
    elif isinstance(there, float) or isinstance(here, float):
        assert here == pytest.approx(there, rel=5e-3, abs=5e-3), f"{where}: {here} and {there}"
    else:
        assert here == there, f"{where}: {str(here)[:200]} and {str(there)[:200]}"
    return 0


def compared(here: Any, there: Any, body: dict[str, Any]) -> tuple[int, bool]:
    """``same`` of an answer to ``body``, and whether it is exact: what the server sends as a JPEG (large pictures in colour) may be 12 of
    255 apart, and a map of noise 4, for its colours are steep and its white follows from the brightest pixel."""
    jpeg, heat = isinstance(there, str) and there.startswith("data:image/jpeg"), body.get("op") == "noise"
    assert not (jpeg and body["op"] == "exemplars"), "what is looked at closely is exact"
    if body.get("op") == "read" and "class" in there["read"] and here["judged"] is None:
        there = there | {"judged": None}        # of a model that names a class itself a second opinion is shown nowhere
    told = json.dumps({k: v for k, v in body.items() if len(str(v)) < 60})
    return same(here, there, told, 12 if jpeg else 4 if heat else 1), not (jpeg or heat)
