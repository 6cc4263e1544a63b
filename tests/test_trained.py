"""What is shipped: every run loads, draws, fits its card, and stays small."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.i18n import LANGUAGES, words
from training import checkpoint, heldout, loop, maps

ROOT = Path(__file__).parent.parent / "trained"
RUNS = [c.name for c in checkpoint.runs(ROOT)[0]]


def test_nothing_is_damaged_and_everything_is_small():
    cards, problems = checkpoint.runs(ROOT)
    assert cards and not problems
    files = [p for p in ROOT.rglob("*") if p.is_file() and "resume" not in p.parts]
    assert max(p.stat().st_size for p in files) <= 5 * 2**20
    folders = [p for p in (ROOT, *ROOT.rglob("*")) if p.is_dir() and "resume" not in p.parts]
    blocks = sum(-(-p.stat().st_size // 4096) for p in files) + len(folders)
    assert 4096 * blocks <= 80 * 2**20, "in blocks, files and folders, as a disk counts"
    assert not [p for p in files if p.suffix in (".pt", ".pth", ".pkl", ".ckpt", ".bin")]


@pytest.mark.parametrize("name", RUNS)
def test_a_shipped_run_does_what_its_card_says(name):
    model, card = checkpoint.load(ROOT / name)
    assert card.finished and card.hardware and card.seconds > 0 and card.metrics and card.headline in card.metrics
    assert (ROOT / name / "samples.webp").is_file() and (ROOT / name / "log.jsonl").is_file()
    z = model.sample_z(4, torch.Generator().manual_seed(0))
    label = torch.zeros(4, dtype=torch.long) if model.spec.num_classes else None
    x = model.synthesize(model.map(z, label), label)
    assert x.shape == (4, *card.data.shape) and x.std() > 0.1
    others = (x[1:] - x[0]).abs().flatten(1).mean(1)
    assert (others.max() if x.dim() == 2 else others.min()) > 0.01, "samples of other codes are other images; points may share a mode"


@pytest.mark.parametrize("name", [n for n in RUNS if checkpoint.read_card(ROOT / n).spec.encodes])
def test_its_map_is_of_the_held_out_images_and_reconstruction_is_as_measured(name):
    model, card = checkpoint.load(ROOT / name)
    held = heldout.open_heldout(ROOT / "_data" / card.data.name)
    kept = maps.read(ROOT / name / "map.npz")
    assert kept.umap is not None and len(kept.umap) == held.n
    images = held.images(range(200))
    x = torch.from_numpy(images).float() / 127.5 - 1
    error = ((model.synthesize(model.encode(x)) - x) / 2).square().flatten(1).sum(1).mean().item()
    assert error == pytest.approx(card.metrics["reconstruction_error"]["value"], rel=0.15)
    if kept.codes is not None and held.lossless:                   # colour sheets are kept nearly, not exactly
        assert abs(maps.encode_all(model, images) - kept.codes[:200]).max() < 0.02


@pytest.mark.parametrize("name", RUNS)
def test_its_sheet_is_what_its_weights_draw(name, tmp_path):
    """As ``train`` draws it; large sheets of colours are kept nearly, not exactly."""
    model, card = checkpoint.load(ROOT / name)
    loop.save_samples(tmp_path / "drawn.webp", model)
    drawn, kept = (np.asarray(Image.open(p)).astype(int) for p in (tmp_path / "drawn.webp", ROOT / name / "samples.webp"))
    assert kept.shape == drawn.shape
    assert abs(kept - drawn).mean() < (12 if card.data.shape[0] == 3 else 2)


def test_codes_that_take_seconds_to_work_out_are_shipped():
    """A recurrent encoder's: its run opens as fast as others."""
    read = [n for n in RUNS if any(isinstance(m, torch.nn.RNNBase) for m in checkpoint.load(ROOT / n)[0].modules())]
    assert read
    for name in read:
        assert maps.read(ROOT / name / "map.npz").codes is not None


def test_every_term_of_a_loss_has_words():
    rows = [json.loads(line) for log in ROOT.glob("*/log.jsonl") for line in log.read_text("utf-8").splitlines()]
    terms = {re.sub(r"_[0-9]+$", "", term) for row in rows for term in row} - {"images", "seconds", "images_per_second"}
    assert {"critic/penalty", "generator/areas", "discriminator/loss"} < terms
    for language in LANGUAGES:
        assert [t for t in sorted(terms) if not words(language).get(f"term.{t}", "").strip()] == []
