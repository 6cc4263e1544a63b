"""README, "Your own model": each ``import`` line runs as it stands, data set and all, on weights and graphs that are not ours."""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save, save_file
from sklearn.datasets import load_digits
from torch import Tensor, nn

from training import checkpoint, cli, data, families
from training.dataset import Dataset, Split
from training.model import DataSpec
from training.outside import hub

from .hub import SHA, served

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.split("### Your own model")[1].split("\n## ")[0]
COMMANDS = re.findall(r"^python -m training (import [^#\n]+)", SECTION, re.M)
SETTINGS = {"z_dim": 4, "network": "dense", "width": 16}


def digits(side: int = 28) -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits, in the middle of what MNIST has."""
    found = load_digits()
    x = (found.images * 15).astype(np.uint8).repeat(3, 1).repeat(3, 2)
    return np.pad(x, ((0, 0), (2, 2), (2, 2)))[:300, None, :side, :side], found.target[:300].astype(np.int64)


def keep_as_mnist(cache: Path) -> None:
    """In the cache, where MNIST would be once it was fetched."""
    cache.mkdir()
    x, y = digits()
    spec = DataSpec("mnist", "MNIST", (1, 28, 28), tuple("0123456789"))
    data._keep(cache / "mnist.npz", Dataset(spec, Split(x[:200], y[:200]), Split(x[200:], y[200:])))


def vae() -> nn.Module:
    torch.manual_seed(0)
    family = families.get("vae")
    return family.build(family.Config.from_dict(SETTINGS), DataSpec("x", "x", (1, 28, 28))).eval()


def renamed(model: nn.Module) -> dict[str, Tensor]:
    return {k.replace("encoder", "enc").replace("decoder", "dec"): v.contiguous() for k, v in model.state_dict().items()}


def export(where: Path) -> nn.Module:
    """A linear pair by plain PyTorch, and PyTorch's own exporter."""
    torch.manual_seed(0)
    dec = nn.Sequential(nn.Linear(5, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28))).eval()
    enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 5)).eval()
    for net, given, name in ((dec, torch.zeros(2, 5), "dec"), (enc, torch.zeros(2, 1, 28, 28), "enc")):
        torch.onnx.export(net, (given,), str(where / f"{name}.onnx"), input_names=["given"], dynamic_axes={"given": {0: "n"}}, dynamo=False)
    return dec


@pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning")
@pytest.mark.parametrize("command", COMMANDS)
def test_each_import_of_the_readme_becomes_a_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "cache"))
    keep_as_mnist(tmp_path / "cache")
    theirs, config = vae(), {"family": "vae", "settings": SETTINGS, "shape": [1, 28, 28]}
    words = [*shlex.split(command), "--no-umap"]
    if "--decoder" in words:
        dec, name, codes = export(tmp_path), "dec", torch.randn(3, 5)
        drawn = dec(codes) * 2 - 1
        assert cli.main(words) == 0
    else:
        codes = torch.randn(3, 4)
        drawn, name = theirs.synthesize(codes[:, None]), "theirs" if "theirs/" in words else "name"
        (tmp_path / "theirs").mkdir()
        save_file(renamed(theirs), tmp_path / "theirs" / "model.safetensors")
        (tmp_path / "theirs" / "config.json").write_text(json.dumps(config))
        named = {**config, "names": {"enc": "encoder", "dec": "decoder"}}
        files = {"config.json": json.dumps(named).encode(), "model.safetensors": save(renamed(theirs))}
        with served({"owner/name": files}) as (address, asked):
            words = [w.replace("@revision", "@v1") for w in words]                # the one that the stand-in has
            monkeypatch.setattr(hub, "fetch", partial(hub.fetch, endpoint=address))
            assert cli.main(words) == 0
        assert bool(asked) == (name == "name")
    card = checkpoint.read_card(tmp_path / "trained" / name)
    assert card.data.name == "mnist" and "100" in card.metrics["reconstruction_error"]["protocol"]
    assert {p.name for p in (tmp_path / "trained" / name).iterdir()} >= {"map.npz", "samples.webp", "measured.safetensors.xz"}
    model, _ = checkpoint.load(tmp_path / "trained" / name)
    with torch.inference_mode():
        torch.testing.assert_close(model.synthesize(codes[:, None]), drawn, atol=1e-4, rtol=0)
    assert "It is shown by Map, Codes, Arithmetic, Walk, Reconstruct" in capsys.readouterr().out
    assert SHA[:12] in card.source or name != "name"


def test_a_table_of_one_s_own_is_the_images_of_what_is_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--turned is understood there as in training."""
    x, y = digits()
    np.savez(tmp_path / "own.npz", images=x[:60, 0].swapaxes(1, 2), labels=y[:60])
    save_file(vae().state_dict(), tmp_path / "w.safetensors")
    words = ["--family", "vae", *(f"--set={k}={v}" for k, v in SETTINGS.items()), "--data", "folder", "--source", str(tmp_path / "own.npz")]
    assert cli.main(["import", str(tmp_path / "w.safetensors"), *words, "--size", "28", "--turned", "yes", "--no-umap",
                     "--trained", str(tmp_path / "trained"), "--cache", str(tmp_path / "cache")]) == 0
    card = checkpoint.read_card(tmp_path / "trained" / "w")
    assert card.data.own and card.data.shape == (1, 28, 28) and "turned" in [note.kind for note in card.data.notes]
    assert load_file(tmp_path / "w.safetensors").keys() == vae().state_dict().keys()


def test_the_section_has_these_ways() -> None:
    assert len(COMMANDS) == 3 and all(way in c for way, c in zip(("theirs/", "--decoder", "hf://"), COMMANDS, strict=True))
