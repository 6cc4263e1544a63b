"""Weights that were taken along draw the page's images in an interpreter that has nothing of this program: of every family."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer import Refused
from explorer.runs.run import Run
from explorer.site.networks import networks
from explorer.take import networks as taken
from explorer.take import weights
from explorer.take.plain import Plain
from tests import forked
from tests.site.test_networks import run_of
from tests.training.test_contract import small_config
from training import checkpoint, families
from training.model import DataSpec, LatentModel

ROWS = 16
ALONE = """
import importlib.util, json, os, runpy, sys
from safetensors.torch import load_file, save_file
import torch
assert not any(importlib.util.find_spec(name) for name in ("explorer", "training"))
for folder in json.loads(sys.argv[1]):
    os.chdir(folder)
    sys.path.insert(0, folder)
    own = runpy.run_path("load.py")
    networks, kept = sys.modules.pop("networks"), own["weights"]
    given, told = load_file("given.safetensors"), {"samples": networks.samples(kept, 5, seed=3).contiguous()}
    if hasattr(networks, "encode"):
        made = networks.encode(kept, given["x"])
        told |= {f"encode {k}": v.contiguous() for k, v in enumerate(made if isinstance(made, tuple) else [made])}
    made = networks.samples({name: tensor.to("meta") for name, tensor in kept.items()}, 2)
    assert made.device.type == "meta", "nothing is on a device of its own"
    save_file(told, "told.safetensors")
    sys.path.remove(folder)
"""


def points() -> Run:
    """A GAN of points in the plane."""
    family, data = families.get("gan"), DataSpec("ring", "Ring", (2,), fingerprint="1" * 64)
    config = small_config(family)
    torch.manual_seed(0)
    model = family.Model(config, data).eval().requires_grad_(False)
    return Run(Path("none"), checkpoint.Card("points", "gan", config.to_dict(), data, model.spec), model, "cpu", None, None)


def growing() -> Run:
    """A network that is half-way through a fade-in."""
    run = run_of("progan")
    run.model.grow(1, 0.5)
    return run


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {**{name: run_of(name) for name in families.names()}, "points": points(), "growing": growing()}


@pytest.fixture(scope="module")
def read(runs, tmp_path_factory) -> dict[str, Path]:
    """The folders, each after load.py ran in it: one interpreter for all."""
    places, root = dict[str, Path](), tmp_path_factory.mktemp("weights")
    for name, run in runs.items():
        places[name] = root / name
        places[name].mkdir()
        weights.write(run, places[name], places[name])
        x = torch.rand(2, *run.card.spec.shape, generator=torch.Generator().manual_seed(1)) * 2 - 1
        save_file({"x": x}, places[name] / "given.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subprocess.Popen", forked.REAL)
        done = subprocess.run([sys.executable, "-c", ALONE, json.dumps([str(p) for p in places.values()])], cwd=root, text=True,
                              capture_output=True)
    assert done.returncode == 0, done.stderr
    return places


def drawn(run: Run, n: int, seed: int) -> tuple[torch.Tensor, np.ndarray]:
    """What the model makes of a seed, and the page's pixels of it."""
    model = getattr(run.model, "inner", run.model)
    label = np.arange(n) % run.spec.num_classes if run.spec.num_classes else None
    w = run.map_z(run.sample_z(n, seed), label)
    codes = torch.from_numpy(w).view(n, run.spec.num_layers, run.spec.w_dim)
    with torch.inference_mode():
        return model.synthesize(codes, None if label is None else run.labels(n, label)), run.decode(w, label)


@pytest.mark.parametrize("name", [*families.names(), "points", "growing"])
def test_the_loader_draws_the_pages_images(name, runs, read):
    run, folder = runs[name], read[name]
    told = load_file(folder / "told.safetensors")
    torch.testing.assert_close(told["samples"], drawn(run, 5, 3)[0], atol=1e-5, rtol=1e-5)
    if len(run.card.spec.shape) == 3:
        c, h, w = run.spec.shape
        head = f"P{5 if c == 1 else 6} {w} {ROWS * h} 255\n".encode()
        pixels = np.frombuffer((folder / "samples.ppm").read_bytes().removeprefix(head), np.uint8).reshape(ROWS, h, w, c)
        assert np.abs(pixels.astype(int) - drawn(run, ROWS, 0)[1]).max() <= 1
    if run.card.spec.encodes:
        x = load_file(folder / "given.safetensors")["x"]
        with torch.inference_mode():
            own = run.model.posterior(x) if run.spec.stochastic else (run.model.encode(x),)
        for k, values in enumerate(own):
            torch.testing.assert_close(told[f"encode {k}"], values, atol=1e-5, rtol=1e-5)


def test_the_loader_is_ten_lines(read):
    for folder in read.values():
        lines = [line for line in (folder / "load.py").read_text().splitlines() if line.strip() and not line.startswith('"""')]
        assert len(lines) <= 10, lines
        found = re.findall(r"^(?:import|from) (\w+)", "\n".join([*lines, (folder / "networks.py").read_text()]), re.M)
        assert set(found) <= {"torch", "safetensors", "networks", "math"}


def test_weights_have_the_models_own_names(runs, read):
    """Of those that are used; what a model makes of its settings once is beside them."""
    for name in ("vae", "stylegan", "bigan"):
        found, own = load_file(read[name] / "weights.safetensors"), runs[name].model.state_dict()
        assert len(set(found) & set(own)) > 5 and all(torch.equal(found[key], own[key]) for key in set(found) & set(own))


def test_what_torch_alone_could_not_run_is_refused():
    run = run_of("vae")
    net = next(n for n in networks(run, run.model) if n.key == "draw")
    with pytest.raises(Refused, match=r"'draw' cannot be written as plain PyTorch: it uses os"):
        weights._function(net, Plain("    return os.system(w)", {}, ((1, 28, 28),)))

    class Own(LatentModel):
        def sample_z(self, n, generator=None):
            return torch.zeros(n, 2)
    run.model = Own()
    with pytest.raises(Refused, match="noise in a way of its own"):
        taken.networks_of(run)
