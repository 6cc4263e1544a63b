"""A repository on the Hugging Face Hub, by a stand-in on this machine: what is fetched, and what is said where nothing can be."""

import json
from functools import partial

import pytest
import torch
from safetensors.torch import save

from tests.training.hub import SHA, served
from tests.training.test_importing import SETTINGS, opened, renamed, take_in, vae
from training.outside import ImportFailed, hub

__all__ = ["vae"]                                 # a fixture
PLAIN = {"config.json": b"{}", "model.safetensors": b"w" * 99, "model.py": b"code", "pytorch_model.bin": b"\x80\x04.", "sub/d.onnx": b"d"}


def test_nothing_but_what_is_read_is_fetched(tmp_path):
    with served({"ada/vae": PLAIN}) as (address, asked):
        assert hub.fetch("hf://ada/vae", tmp_path, endpoint=address) == f"ada/vae@{SHA[:12]}"
    assert {path.rpartition("/")[2] for path in asked if "/resolve/" in path} == {"config.json", "model.safetensors"}
    assert all(f"/resolve/{SHA}/" in path for path in asked if "/resolve/" in path), "all of one commit"
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.startswith(".")) == ["config.json", "model.safetensors"]


def test_a_repository_becomes_a_run(tmp_path, vae, monkeypatch):
    config = {"family": "vae", "settings": SETTINGS, "shape": [1, 12, 12], "names": {"vae.enc": "encoder", "vae.dec": "decoder"}}
    files = {"config.json": json.dumps(config).encode(), "model.safetensors": save(renamed(vae)), "README.md": b"#"}
    with served({"ada/Digits.VAE": files}) as (address, asked):
        monkeypatch.setattr(hub, "fetch", partial(hub.fetch, endpoint=address))
        card = take_in(tmp_path, "hf://ada/Digits.VAE@v1")
        assert "/api/models/ada/Digits.VAE/revision/v1" in asked
    assert (card.name, card.source) == ("digits-vae", f"ada/Digits.VAE@{SHA[:12]}: model.safetensors")
    w = torch.randn(3, 1, 4)
    torch.testing.assert_close(opened(tmp_path, card)[0].synthesize(w), vae.synthesize(w), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("address", "sentence"), [
    ("hf://ada/none", "there is no repository ada/none on the Hub, or it is private"), ("hf://ada/vae@v2", "ada/vae has no revision 'v2'"),
    ("hf://ada/gated", "is gated: ask for access"), ("hf://ada", "is no address of a repository"),
    ("hf://../a/b", "is no address of a repo"),
    ("hf://ada/bin", r"no .safetensors and no .onnx file in its top folder; model.bin may hold code \(a pickle\) and is not fetched"),
    ("hf://ada/deep", "those within folders, such as onnx/d.onnx, are not taken"),
])
def test_what_cannot_be_fetched_is_a_sentence(tmp_path, address, sentence):
    with served({"ada/vae": PLAIN, "ada/bin": {"model.bin": b"p"}, "ada/deep": {"onnx/d.onnx": b"d"}}) as (endpoint, _), \
            pytest.raises(ImportFailed, match=sentence):
        hub.fetch(address, tmp_path, endpoint=endpoint)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("lies", "sentence"), [(10**10, "at most 20 of 512 MB are fetched"), (5, "was not fetched whole")])
def test_sizes_are_looked_at_before_and_after(tmp_path, lies, sentence):
    with served({"ada/vae": PLAIN}, lies) as (endpoint, asked), pytest.raises(ImportFailed, match=sentence):
        hub.fetch("hf://ada/vae", tmp_path, endpoint=endpoint)
    assert lies == 5 or not any("/resolve/" in path for path in asked)


def test_without_a_connection_it_is_said(tmp_path, monkeypatch):
    sentence = r"ada/vae cannot be fetched \(.*\); is there a connection\? A folder with its files does as well"
    with pytest.raises(ImportFailed, match=sentence):
        hub.fetch("hf://ada/vae", tmp_path, endpoint="http://127.0.0.1:9")
