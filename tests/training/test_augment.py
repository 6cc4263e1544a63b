"""Augmentation: what is changed of an image and what is not, and that a resume goes the same way."""

from __future__ import annotations

import pytest
import torch

from training import augment, families, loop, readiness
from training.model import DataSpec, SettingError


def picture(n: int = 400, side: int = 32) -> torch.Tensor:
    """Each the same: a ramp from left to right plus one from top to bottom, no two pixels of a row or a column alike."""
    ramp = torch.arange(side, dtype=torch.uint8)
    return (ramp[None, :] * 4 + ramp[:, None]).expand(n, 3, side, side).contiguous()


def test_none_is_the_images_themselves():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    images = picture()
    assert augment.augmented(images, "none") is images and torch.equal(before, torch.get_rng_state())


def test_a_mirror_turns_half_of_them_and_nothing_else():
    images = picture()
    torch.manual_seed(0)
    turned = [bool(torch.equal(a, b.flip(2))) for a, b in zip(augment.augmented(images, "mirror"), images, strict=True)]
    torch.manual_seed(0)
    same = [bool(torch.equal(a, b)) for a, b in zip(augment.augmented(images, "mirror"), images, strict=True)]
    assert 150 < sum(turned) < 250 and sum(turned) + sum(same) == 400


def test_a_shift_moves_by_whole_pixels_and_repeats_the_edge():
    images = picture()
    torch.manual_seed(0)
    moved = augment.augmented(images, "shift").int()
    seen = set()
    for one in moved:
        corner, step = one[0], (one[0, 16, 16] - images[0, 0, 16, 16].int()).item()
        by = next((r, c) for r in range(-2, 3) for c in range(-2, 3) if 4 * c + r == step and torch.equal(
            corner, images[0, 0].int()[torch.arange(32).add(r).clamp(0, 31)][:, torch.arange(32).add(c).clamp(0, 31)]))
        seen.add(by)
    assert seen == {(r, c) for r in range(-2, 3) for c in range(-2, 3)}, "up to a sixteenth of the side, each way"


def test_points_have_no_left_and_right():
    family = families.get("gan")
    with pytest.raises(SettingError, match="no set of images"):
        readiness.suited(family.Config(augment="mirror"), DataSpec("ring", "Ring", (2,)), 1000, ())


def test_a_batch_is_changed_and_what_is_fitted_or_measured_is_not():
    images = picture(64).numpy()
    stream = loop.Stream(images, None, 64, 0, loop.World(), "both")
    torch.manual_seed(0)
    batch = stream.next().images
    whole = torch.from_numpy(images).float() / 127.5 - 1
    assert not torch.equal(batch, whole)
    assert torch.equal(next(stream.first(64)).images, whole)
    assert torch.equal(loop.Stream(images, None, 64, 0, loop.World()).next().images, whole)


def test_a_sheet_has_the_images_as_they_are_in_its_first_row():
    images = picture(4, 8)
    sheet = augment.sheet(images, "both", times=2)
    assert sheet.shape == (3, 24, 32) and torch.equal(sheet[:, :8], torch.cat(list(images), 2))
    assert torch.equal(sheet, augment.sheet(images, "both", times=2)) and not torch.equal(sheet[:, 8:16], sheet[:, 16:])
