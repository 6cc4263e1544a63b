"""What is fitted to the images before a training begins, and what is tried so that nothing fails late."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training import checkpoint, families, notes, readiness
from training.checkpoint import CheckpointError
from training.cli import main
from training.data import Dataset, Split
from training.distributed import World
from training.image_folder import held_out_of
from training.loop import Trainer
from training.model import DataSpec, Note

from . import small

GREY, COLOUR = small.spec(), small.spec(32, 3)


@pytest.mark.parametrize(("images", "processes", "batch"), [(54, 1, 32), (15, 1, 8), (128, 1, 128), (127, 1, 64), (54, 3, 48)])
def test_a_batch_is_no_larger_than_the_set(images: int, processes: int, batch: int) -> None:
    config = families.get("vae").Config(batch_size=128)
    found, told = readiness.suited(config, GREY, images, (), processes)
    assert found.batch_size == batch <= images and found.batch_size % processes == (128 % processes if batch == 128 else 0)
    assert told == ([] if batch == 128 else [Note("batch", batch)])
    assert readiness.suited(config, GREY, images, {"batch_size"})[0].batch_size == 128, "who chose it keeps it"


def test_the_pixel_model_follows_the_images() -> None:
    config = families.get("vae").Config()
    found, told = readiness.suited(config, COLOUR, 1000, ())
    assert found.likelihood == "gaussian" and told == [Note("suited", name="likelihood = gaussian")]
    assert readiness.suited(config, GREY, 1000, ())[0].likelihood == "bernoulli"
    assert readiness.suited(config, COLOUR, 1000, {"likelihood"}) == (config, [])


@pytest.mark.parametrize("name", sorted(families.families()))
def test_every_family_has_settings_for_few_images(name: str) -> None:
    family = families.get(name)
    config = family.Config.from_dict(family.recipe("quick", "folder"))
    found, _ = readiness.suited(config, COLOUR, 15, ())
    assert 2 <= found.batch_size <= 15 or config.batch_size == found.batch_size <= 15


@pytest.mark.parametrize("data", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("name", sorted(families.families()))
def test_twenty_pictures_make_steps_with_every_familys_quick_recipe(name: str, data: DataSpec) -> None:
    """5 of the 20 are held out; nothing but what the page sends, so the batch and the pixel model follow."""
    family = families.get(name)
    config, _ = readiness.suited(family.Config.from_dict(family.recipe("quick", "folder")), data, 20 - held_out_of(20), ())
    images, labels = small.shapes(15, data.shape[1], data.shape[0])
    card = checkpoint.Card("own", name, config.to_dict(), data, family.build(config, data).spec)
    trainer = Trainer(family, config, card, images, labels, World())
    for _ in range(2):
        trainer.step()
    assert trainer.images_seen == 2 * config.batch_size <= 30
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters())


def pictures(where: Path, n: int, colour: bool = True) -> Path:
    where.mkdir()
    for i in range(n):
        pixels = np.random.default_rng(i).integers(0, 256, (28, 28, 3) if colour else (28, 28)).astype(np.uint8)
        Image.fromarray(pixels).save(where / f"{i}.png")
    return where


def train(source: Path, root: Path, *more: str) -> int:
    return main(["train", "vae", "--data", "folder", "--source", str(source), "--size", "28", "--cache", str(root / "cache"), "--trained",
                 str(root / "trained"), "--name", "own", "--threads", "1", "--network", "dense", "--width", "8", *more])


def test_twenty_images_and_the_quick_recipe_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """20 are promised; a batch of the recipe has 128."""
    assert train(pictures(tmp_path / "few", 20), tmp_path, "--recipe", "quick", "--images", "64") == 0
    card = checkpoint.read_card(tmp_path / "trained" / "own")
    assert card.config["batch_size"] == 8 and card.config["likelihood"] == "gaussian" and card.images_seen == 64
    said = capsys.readouterr().err
    assert "Batches are 8 images" in said and "likelihood = gaussian follows from the images" in said
    assert [n.kind for n in notes.read(tmp_path / "trained" / "own")[0]] == ["suited", "batch"]


def test_why_a_training_failed_is_kept_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "trained" / "own").mkdir(parents=True)            # as the page makes it
    assert train(pictures(tmp_path / "few", 5), tmp_path) == 2
    assert notes.read(tmp_path / "trained" / "own") == ([], "data.error.few", {"least": 20, "n": 5})
    (tmp_path / "trained" / "own" / notes.FILE).write_text('{"notes": [{"kind": 3}], "key": 1}')
    assert notes.read(tmp_path / "trained" / "own") == ([], "", {})


@pytest.fixture
def untrained(tmp_path: Path):
    """A card, its model and data, and a folder."""
    family, (images, labels) = families.get("vae"), small.shapes(16)
    config = family.Config(network="dense", width=8, z_dim=2)
    model = family.Model(config, GREY)
    split = Split(images, labels)
    (tmp_path / "run").mkdir()
    return tmp_path / "run", checkpoint.Card("run", "vae", config.to_dict(), GREY, model.spec), model, Dataset(GREY, split, split)


def test_a_rehearsal_leaves_nothing_and_changes_nothing(untrained) -> None:
    folder, card, model, dataset = untrained
    readiness.rehearse(folder, card, model.train(), dataset)
    assert list(folder.iterdir()) == [] and list(folder.parent.iterdir()) == [folder] and model.training


def test_what_cannot_be_saved_is_found_before_the_first_step(untrained) -> None:
    folder, card, model, dataset = untrained
    spec = dataclasses.replace(GREY, classes=("bar", "caf\udce9"))
    with pytest.raises(CheckpointError, match="could not be saved, so its training is not begun"):
        readiness.rehearse(folder, dataclasses.replace(card, data=spec), model, dataset)
    assert list(folder.iterdir()) == []


def test_a_folder_name_that_is_not_utf_8_trains_and_saves(tmp_path: Path) -> None:
    for k, name in enumerate((b"caf\xe9", b"th\xe9")):
        where = os.fsencode(tmp_path / "latin") + b"/" + name
        os.makedirs(where)
        for i in range(15):
            pixels = np.random.default_rng(15 * k + i).integers(0, 256, (28, 28, 3)).astype(np.uint8)
            with open(where + b"/%d.png" % i, "wb") as f:
                Image.fromarray(pixels).save(f, "PNG")
    assert train(tmp_path / "latin", tmp_path, "--images", "64", "--no-map") == 0
    assert json.loads((tmp_path / "trained" / "own" / "card.json").read_text("utf-8"))["data"]["classes"] == ["café", "thé"]


def test_notes_of_a_spec_are_told(tmp_path: Path) -> None:
    spec = DataSpec("own-x", "x", (1, 28, 28), notes=(Note("heic", 2),))
    notes.write(tmp_path, spec.notes)
    assert notes.read(tmp_path) == ([Note("heic", 2)], "", {})
