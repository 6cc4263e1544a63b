"""Samples kept along a training: what was drawn is read again, a resume takes back what came after it, damage is no crash."""

import numpy as np
import pytest
import torch
from PIL import Image

from training import stages
from training.model import LatentModel, LatentSpec
from training.stages import Stage


class Shades(LatentModel):
    """Draws images of one shade: the sample's place in the row, moved by ``shift``; conditional ones show their class."""

    def __init__(self, side=8, colours=3, classes=0):
        super().__init__()
        self.shift = torch.nn.Parameter(torch.zeros(1))
        self.spec = LatentSpec(shape=(colours, side, side), z_dim=2, w_dim=2, num_classes=classes)

    def synthesize(self, w, label=None):
        shade = torch.arange(len(w)) if label is None else 10.0 * label
        return ((shade + self.shift) / 127.5 - 1)[:, None, None, None].expand(-1, *self.spec.shape)

    def at(self, shift):
        self.shift.data.fill_(float(shift))
        return self


def shades(rows):
    """The one shade of each tile, (stages, COLUMNS); fails where a tile has several."""
    assert (rows == rows[:, :, :1, :1, :1]).all()
    return rows[:, :, 0, 0, 0]


@pytest.mark.parametrize("colours", [1, 3])
def test_each_stage_adds_a_row(tmp_path, colours):
    model = Shades(colours=colours)
    kept = [Stage("4 × 4", 1000), Stage("8 × 8, fading in", 2000), Stage("8 × 8", 3000)]
    for k, stage in enumerate(kept):
        stages.keep(tmp_path, model.at(20 * k), stage)
        assert stages.read(tmp_path) == kept[:k + 1]
        rows = stages.rows(tmp_path, 8, colours)
        assert rows.shape == (k + 1, stages.COLUMNS, 8, 8, colours) and rows.dtype == np.uint8
        assert shades(rows).tolist() == [[20 * j + i for i in range(stages.COLUMNS)] for j in range(k + 1)]


def test_classes_take_turns(tmp_path):
    stages.keep(tmp_path, Shades(classes=3), Stage("4 × 4", 1))
    assert shades(stages.rows(tmp_path, 8, 3)).tolist() == [[0, 10, 20, 0, 10, 20, 0, 10]]


def test_codes_are_the_same_in_every_row(tmp_path):
    seen = []
    model = Shades()
    model.map = lambda z, label=None: seen.append(z) or z[:, None]
    for k in range(2):
        torch.manual_seed(k)
        stages.keep(tmp_path, model, Stage("a", k))
    assert torch.equal(*seen) and len(seen[0].unique(dim=0)) == stages.COLUMNS


def test_rows_from_after_the_save_that_a_resume_starts_at_go(tmp_path):
    model = Shades()
    for k in range(4):
        stages.keep(tmp_path, model.at(20 * k), Stage(f"stage {k}", 1000 * k))
    stages.keep(tmp_path, model.at(100), Stage("stage 2", 2000))           # went on from 1,500 images
    assert stages.read(tmp_path) == [Stage("stage 0", 0), Stage("stage 1", 1000), Stage("stage 2", 2000)]
    assert shades(stages.rows(tmp_path, 8, 3))[:, 0].tolist() == [0, 20, 100]


@pytest.mark.parametrize("line", ["[1, 2]", "{", "null", "\ufeff", '{"what": "4 × 4"}', '{"what": "a", "images": "many"}',
                                  '{"what": "a", "images": Infinity}', '{"what": "a", "images": NaN}'])
def test_a_damaged_list_is_none_and_the_next_stage_begins_anew(tmp_path, line):
    model = Shades()
    stages.keep(tmp_path, model, Stage("4 × 4", 1000))
    with open(tmp_path / stages.LIST, "a", encoding="utf-8") as f:
        f.write(line + "\n")
    assert stages.read(tmp_path) == [] and len(stages.rows(tmp_path, 8, 3)) == 0
    stages.keep(tmp_path, model.at(50), Stage("8 × 8", 2000))
    assert stages.read(tmp_path) == [Stage("8 × 8", 2000)]
    assert shades(stages.rows(tmp_path, 8, 3))[:, 0].tolist() == [50]


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b"no picture", lambda b: b[:len(b) // 2], lambda b: None])
def test_a_damaged_or_missing_picture_has_no_rows(tmp_path, damage):
    model = Shades()
    for k in range(3):
        stages.keep(tmp_path, model.at(20 * k), Stage("4 × 4", k))
    path = tmp_path / stages.PICTURE
    left = damage(path.read_bytes())
    if left is None:
        path.unlink()
    else:
        path.write_bytes(left)
    assert len(stages.rows(tmp_path, 8, 3)) == 0
    stages.keep(tmp_path, model.at(70), Stage("8 × 8", 9))
    assert stages.read(tmp_path) == [Stage("8 × 8", 9)], "a list never names rows that are not there"
    assert shades(stages.rows(tmp_path, 8, 3))[:, 0].tolist() == [70]


def test_a_picture_of_other_sides_has_no_rows(tmp_path):
    stages.keep(tmp_path, Shades(), Stage("4 × 4", 1))
    assert len(stages.rows(tmp_path, 16, 3)) == 0
    Image.new("RGB", (8 * stages.COLUMNS, 8 * (stages.MOST + 1))).save(tmp_path / stages.PICTURE, "WEBP")
    assert len(stages.rows(tmp_path, 8, 3)) == 0


def test_no_run_has_more_rows_than_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(stages, "MOST", 3)
    model = Shades()
    for k in range(6):
        stages.keep(tmp_path, model.at(20 * k), Stage("a", k))
    assert [s.images for s in stages.read(tmp_path)] == [0, 1, 5]
    assert shades(stages.rows(tmp_path, 8, 3))[:, 0].tolist() == [0, 20, 100]


def test_a_run_without_stages_has_none(tmp_path):
    assert stages.read(tmp_path / "missing") == [] and stages.rows(tmp_path, 8, 3).shape == (0, stages.COLUMNS, 8, 8, 3)
