"""What the page's JavaScript works out itself is what Python works out: both read tests/javascript/expected.json, the JavaScript side in
tests/javascript/*.test.js. To write it anew: ``python -m tests.explorer.test_javascript``."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from explorer.latent import layers, moves, neighbours, statistics
from explorer.views.styles import mixing
from training.model import standard_normal

EXPECTED = Path(__file__).parents[1] / "javascript" / "expected.json"
TIMES = (0.0, 0.25, 0.5, 0.9, 1.0)


def numbers(values: np.ndarray) -> list[Any]:
    return [round(float(v), 6) for v in np.asarray(values).reshape(-1)]


def paths(draw: np.random.Generator) -> list[dict[str, Any]]:
    """Paths through keyframes: several, only one, opposite ones, one of zeros."""
    a, b = draw.standard_normal((2, 6)).astype(np.float32)
    few = [[a], [a, -a], [a, 0 * a], [a, 2 * a], [a, b]]
    several = [draw.standard_normal((4, 6)).astype(np.float32), *map(np.stack, few)]
    return [{"keys": [numbers(k) for k in keys], "method": method, "loop": loop, "t": t, "w": numbers(moves.walk(keys, t, method, loop))}
            for keys in several for method in moves.METHODS for loop in (False, True) for t in TIMES]


def truncations(draw: np.random.Generator) -> list[dict[str, Any]]:
    w, mean = draw.standard_normal((3, 4)).astype(np.float32), draw.standard_normal(4).astype(np.float32)
    return [{"w": numbers(w), "average": numbers(mean), "psi": psi, "cutoff": cutoff,
             "out": numbers(layers.truncated(w, mean, psi, cutoff))}
            for psi in (-1.0, 0.0, 0.7, 1.5) for cutoff in (0, 2, 3)]


def mixes(draw: np.random.Generator) -> list[dict[str, Any]]:
    a, b = draw.standard_normal((2, 3, 4)).astype(np.float32)
    return [{"a": numbers(a), "b": numbers(b), "layers": layers, "share": share,
             "w": numbers(mixing.mix_styles(a[None], b[None], layers, share)[0, 0])}
            for layers in ([True, False, True], [False] * 3) for share in (0.0, 0.4, 1.0)]


def places(draw: np.random.Generator) -> list[dict[str, Any]]:
    """Places of a map: among points, on top of one, where all lie equally far, on a map of few points."""
    points = draw.standard_normal((20, 2))
    circle = np.stack([np.cos(k := np.arange(12) * np.pi / 6), np.sin(k)], 1)
    asked = [(points, np.array([0.3, -0.2])), (points, points[5]), (circle, np.zeros(2)), (points[:5], np.array([0.1, 0.1]))]
    found = []
    for xy, at in asked:
        codes = np.eye(len(xy), dtype=np.float32)
        weights = neighbours.place_among(xy, codes, at).code
        found.append({"points": [numbers(p) for p in xy], "at": numbers(at), "weights": numbers(weights)})
    return found


def texts(draw: np.random.Generator) -> list[dict[str, Any]]:
    rows = [draw.standard_normal(n).astype(np.float32) for n in (1, 5, 130)] + [np.array([0, -0.0, 1e6, -1.5e-7], np.float32)]
    return [{"w": [float(v) for v in row], "text": moves.to_text(row)} for row in rows]


def saved(array: np.ndarray) -> str:
    """NumPy's own file, base64."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return base64.b64encode(buffer.getvalue()).decode()


def arrays(draw: np.random.Generator) -> list[dict[str, Any]]:
    found = []
    for shape in ((3,), (1, 50), (8, 64)):
        x = draw.standard_normal(shape).astype(np.float32)
        found.append({"values": [float(v) for v in x.flat], "shape": list(shape),
                      "float32": saved(x), "float64": saved(x.astype(np.float64)),
                      "big": saved(x.astype(">f4")), "fortran": saved(np.asfortranarray(x))})
    return found


def seeds() -> list[dict[str, Any]]:
    """What seeds draw, of lengths that sixteen divides and of others: torch, and numpy."""
    found = []
    for seed, width in ((0, 16), (12, 74), (2**32 + 7, 20), (123_456_789_012, 100)):
        generators = [torch.Generator().manual_seed(seed) for _ in range(2)]
        found.append({"seed": seed, "width": width, "uniform": numbers(torch.rand(width, generator=generators[0]).numpy()),
                      "normal": numbers(standard_normal(2, width, generators[1]).numpy()),
                      "even": numbers(np.random.default_rng(seed).uniform(-0.25, 0.25, width))})
    return found


def measured() -> list[dict[str, Any]]:
    """Images in grey: a slanted stroke, noise, nothing."""
    y, x = np.mgrid[:20, :16]
    stroke = np.where(abs(x - 4 - (20 - y) / 3) < 2, 200, 0)
    noise = np.random.default_rng(1).integers(0, 256, (20, 16))
    found = []
    for image in (stroke, noise, np.zeros((20, 16), int)):
        row = statistics.statistics(image[None, :, :, None].astype(np.uint8))[0]
        told = {name: round(float(v), 6) for name, v in zip(statistics.STATISTICS, row, strict=True)}
        found.append({"image": image.ravel().tolist(), "height": 20, "width": 16, "ink": told["ink"], "slant": told["slant"],
                      "thickness": told["thickness"], "spread": told["width"]})
    return found


def computed() -> dict[str, Any]:
    draw = np.random.default_rng(0)
    return {"paths": paths(draw), "truncations": truncations(draw), "mixes": mixes(draw), "places": places(draw), "texts": texts(draw),
            "arrays": arrays(draw), "seeds": seeds(), "measured": measured()}


@pytest.mark.parametrize("name", ["paths", "truncations", "mixes", "places", "texts", "arrays", "seeds", "measured"])
def test_python_gives_what_the_javascript_is_held_to(name):
    stored, now = json.loads(EXPECTED.read_text("utf-8"))[name], computed()[name]
    assert len(stored) == len(now)
    for old, new in zip(stored, now, strict=True):
        assert old.keys() == new.keys()
        for key in old:
            if isinstance(old[key], str | bool):
                assert old[key] == new[key]
            else:
                assert np.allclose(np.array(old[key], float), np.array(new[key], float), atol=2e-6), key


if __name__ == "__main__":
    EXPECTED.write_text(json.dumps(computed()) + "\n", "utf-8")
