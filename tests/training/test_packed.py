"""Packed weights are the same bits, in less room; what is damaged or too large is said, and a training that goes on replaces them."""

import pytest
import torch

from training import checkpoint, families, packed
from training.cli import main

from .test_contract import trainer


@pytest.fixture
def run(tmp_path):
    """A finished run, and its folder."""
    t = trainer(families.get("vae"), images=8)
    t.run(tmp_path / "small", log_seconds=0)
    return t, tmp_path / "small"


def test_a_packed_run_opens_to_the_same_bits_and_is_listed(run, capsys):
    _, folder = run
    before, card = checkpoint.load(folder)
    size = (folder / checkpoint.WEIGHTS).stat().st_size
    assert main(["pack", "small", "--trained", str(folder.parent)]) == 0
    assert not (folder / checkpoint.WEIGHTS).exists() and 0 < (folder / checkpoint.PACKED).stat().st_size < size
    assert f"small: {size - (folder / checkpoint.PACKED).stat().st_size:,} bytes saved" in capsys.readouterr().out
    after, again = checkpoint.load(folder)
    assert again == card and all(torch.equal(v, after.state_dict()[k]) for k, v in before.state_dict().items())
    assert [c.name for c in checkpoint.runs(folder.parent)[0]] == ["small"]
    assert main(["pack", "small", "--trained", str(folder.parent)]) == 0, "packed already"


def test_what_is_damaged_cut_off_or_too_large_is_said(run, monkeypatch):
    _, folder = run
    checkpoint.pack(folder)
    whole = (folder / checkpoint.PACKED).read_bytes()
    for bad, why in ((whole[:-100], "is cut off, or unpacks to too much"), (b"no xz at all", "is damaged")):
        (folder / checkpoint.PACKED).write_bytes(bad)
        with pytest.raises(checkpoint.CheckpointError, match=f"small: weights.safetensors.xz {why}"):
            checkpoint.load(folder)
    (folder / checkpoint.PACKED).write_bytes(whole)
    monkeypatch.setattr(packed, "MOST_BYTES", 100)
    with pytest.raises(checkpoint.CheckpointError, match="unpacks to too much"):
        checkpoint.load(folder)


def test_a_save_takes_the_place_of_packed_weights(run):
    t, folder = run
    checkpoint.pack(folder)
    t.step()
    t.save(folder)
    assert not (folder / checkpoint.PACKED).exists()
    kept = checkpoint.load(folder)[0].state_dict()
    assert all(torch.equal(v, kept[k]) for k, v in t.average.state_dict().items())
