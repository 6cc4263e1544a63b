"""Checkpoints: what is refused, in which words, and that a refusal costs nothing."""

import dataclasses
import json
import os

import pytest
import torch
from safetensors.torch import load_file, save_file

from training import checkpoint, families
from training.checkpoint import CARD, WEIGHTS, Card, CheckpointError
from training.files import sha256, write_atomically
from training.model import SettingError
from training.size_limits import Bounded

from .small import spec


@pytest.fixture
def run(tmp_path):
    """A small saved VAE."""
    family = families.get("vae")
    config = family.Config(network="dense", width=8, z_dim=2)
    torch.manual_seed(0)
    model = family.Model(config, spec())
    checkpoint.save(tmp_path / "run", model, Card("run", "vae", config.to_dict(), spec(), model.spec))
    return tmp_path / "run"


def edit(run, **changes):
    card = json.loads((run / CARD).read_text())
    card.update(changes)
    (run / CARD).write_text(json.dumps(card))


def rehash(run):
    edit(run, weights_sha256=sha256(run / WEIGHTS))


def refused(run, *words):
    with pytest.raises(CheckpointError) as e:
        checkpoint.load(run)
    message = str(e.value)
    assert all(w in message for w in words), message
    assert "run" in message and "\n" not in message


def test_a_folder_holds_a_card_and_weights_and_no_more(run):
    assert sorted(p.name for p in run.iterdir()) == [CARD, WEIGHTS]
    assert json.loads((run / CARD).read_text())["format_version"] == 1


def test_truncated(run):
    data = (run / WEIGHTS).read_bytes()
    (run / WEIGHTS).write_bytes(data[:len(data) // 2])
    refused(run, "truncated or changed")
    rehash(run)
    refused(run, "not a safetensors file")


def test_one_flipped_bit(run):
    data = bytearray((run / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (run / WEIGHTS).write_bytes(data)
    refused(run, "its hash differs")


def test_a_pickle_under_the_name_of_safetensors(run):
    torch.save({"x": torch.zeros(1)}, run / WEIGHTS)
    refused(run, "hash differs")
    rehash(run)
    refused(run, "not a safetensors file")


def test_a_lone_pickle_is_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)
    (tmp_path / "run").mkdir()
    torch.save(Bomb(), tmp_path / "run" / "model.pt")
    refused(tmp_path / "run", "model.pt may hold code (a pickle) and is never opened")
    cards, problems = checkpoint.runs(tmp_path)
    assert not cards and "pickle" in problems["run"]
    assert not (tmp_path / "exploded").exists()


def test_a_wrong_shape(run):
    state = load_file(run / WEIGHTS)
    key = next(k for k in state if k.endswith("weight"))
    state[key] = state[key][:-1].contiguous()
    save_file(state, run / WEIGHTS)
    rehash(run)
    refused(run, "does not fit the card", key)


def test_a_missing_and_an_unknown_tensor(run):
    state = load_file(run / WEIGHTS)
    key = sorted(state)[0]
    save_file({k: v for k, v in state.items() if k != key}, run / WEIGHTS)
    rehash(run)
    refused(run, key, "missing")
    save_file({**state, "zz": torch.zeros(1)}, run / WEIGHTS)
    rehash(run)
    refused(run, "zz", "unknown")


def test_nan_weights(run):
    state = load_file(run / WEIGHTS)
    state[sorted(state)[0]].fill_(float("nan"))
    save_file(state, run / WEIGHTS)
    rehash(run)
    refused(run, "NaN")


def test_a_future_version(run):
    edit(run, format_version=99)
    refused(run, "newer version", "99")


@pytest.mark.parametrize("changes", [{"config": {"z_dim": 3}}, {"family": "nonsense"}, {"config": {"z_dim": "two"}},
                                     {"config": {"colour": 1}}, {"spec": {"shape": [1]}}, {"surprise": 1}, {"name": "../run"},
                                     {"name": "other"}, {"data": None}])
def test_a_card_that_does_not_fit(run, changes):
    edit(run, **changes)
    refused(run)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format_version": "1"}', "\ufffe"])
def test_a_damaged_card(run, text):
    (run / CARD).write_text(text)
    refused(run, CARD)


def test_missing_files(run):
    (run / WEIGHTS).unlink()
    refused(run, "weights.safetensors is missing")
    assert "run" in checkpoint.runs(run.parent)[1]
    (run / CARD).unlink()
    refused(run, "there is no card.json")


def test_saving_nan_is_refused_and_the_last_good_one_stays(run):
    model, card = checkpoint.load(run)
    before = {p.name: p.read_bytes() for p in run.iterdir()}
    next(model.parameters()).data.fill_(float("inf"))
    with pytest.raises(CheckpointError, match="not saved"):
        checkpoint.save(run, model, card)
    assert {p.name: p.read_bytes() for p in run.iterdir()} == before


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("old")

    def full(p):
        p.write_text("half")
        raise OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, full)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_large_run_is_stored_in_halves_and_loads_as_float32(tmp_path):
    family = families.get("vae")
    config = family.Config(network="dense", width=700, z_dim=2)
    model = family.Model(config, spec())
    card = checkpoint.save(tmp_path / "big", model, Card("big", "vae", config.to_dict(), spec(), model.spec))
    assert card.precision == "float16" and (tmp_path / "big" / WEIGHTS).stat().st_size < 5 * 2**20
    loaded, _ = checkpoint.load(tmp_path / "big")
    for a, b in zip(model.parameters(), loaded.parameters(), strict=True):
        assert b.dtype == torch.float32
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_listing_reads_cards_only_and_keeps_good_runs_beside_bad_ones(run, monkeypatch):
    (run.parent / "empty").mkdir()
    (run.parent / "_data").mkdir()
    monkeypatch.setattr(checkpoint, "safe_open", None)          # opening weights would fail
    cards, problems = checkpoint.runs(run.parent)
    assert [c.name for c in cards] == ["run"] and list(problems) == ["empty"]
    assert checkpoint.runs(run.parent / "nowhere") == ([], {})


def test_update_changes_the_card_and_not_the_weights(run):
    digest = sha256(run / WEIGHTS)
    card = checkpoint.update(run, metrics={"x": {"value": 1.0, "unit": "", "protocol": "p"}})
    assert checkpoint.read_card(run) == card and sha256(run / WEIGHTS) == digest
    with pytest.raises(CheckpointError, match="no field colour"):
        checkpoint.update(run, colour=1)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-x", "x" * 65, "a..b", "a b", "ä"])
def test_names_that_are_no_folder_names(name):
    with pytest.raises(CheckpointError, match="is no name for a run"):
        checkpoint.check_name(name)


def test_a_loaded_model_does_not_train(run):
    model, card = checkpoint.load(run)
    assert not model.training and not any(p.requires_grad for p in model.parameters())
    assert dataclasses.asdict(card)["parameters"] == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(("hidden", "words"), [((8,) * 17, "1 to 16 numbers"), ((), "1 to 16 numbers"), (("a",), "must be numbers"),
                                               ((True,), "must be numbers"), (([1],), "must be numbers"), ((10**9,), "must lie between")])
def test_a_setting_of_many_numbers_is_bounded(hidden, words):
    with pytest.raises(SettingError, match=words):
        families.get("autoencoder").Config(hidden=hidden)


def test_a_network_larger_than_its_weights_is_never_made(run, monkeypatch):
    """Checked where memory would be taken: no tensor of more numbers than the file has, and a little, is asked for."""
    monkeypatch.setattr(checkpoint, "SPARE", 1000)
    asked, real = [], Bounded.__torch_function__

    def watch(self, func, types, args=(), kwargs=None):
        made = real(self, func, types, args, kwargs)
        asked.append(made.numel() if isinstance(made, torch.Tensor) else 0)
        return made
    monkeypatch.setattr(Bounded, "__torch_function__", watch)
    checkpoint.load(run)
    most = max(asked)
    edit(run, config={**json.loads((run / CARD).read_text())["config"], "width": 2048})
    asked.clear()
    refused(run, "larger than its weights")
    assert max(asked, default=0) <= 3 * most + 1000
