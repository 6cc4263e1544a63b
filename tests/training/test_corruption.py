"""Noise on images: shape, range, share, and the same from the same generator."""

import pytest
import torch

from training.corruption import KINDS, corrupt


def drawn(kind, amount, x=None, seed=0):
    return corrupt(torch.zeros(40, 3, 32, 32) if x is None else x, kind, amount, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_shape_range_and_seed(kind):
    a = drawn(kind, 0.3)
    assert a.shape == (40, 3, 32, 32) and a.min() >= -1 and a.max() <= 1
    assert torch.equal(a, drawn(kind, 0.3)) and not torch.equal(a, drawn(kind, 0.3, seed=1))
    assert torch.equal(drawn(kind, 0.0), torch.zeros(40, 3, 32, 32))


def test_gaussian_noise_has_the_deviation_on_the_scale_from_0_to_1():
    assert float(drawn("gaussian", 0.1).std() / 2) == pytest.approx(0.1, rel=0.01)


def test_dropout_blackens_whole_pixels_of_this_share():
    a = drawn("dropout", 0.3)
    black = a == -1
    assert torch.equal(black[:, 0], black[:, 1]) and float(black.float().mean()) == pytest.approx(0.3, abs=0.01)
    assert torch.equal(a[~black], torch.zeros(int((~black).sum()))) and bool((drawn("dropout", 1.0) == -1).all())


def test_a_block_is_one_square_of_the_area_within_the_image():
    black = (drawn("block", 0.25) == -1)[:, 0]
    assert all(int(b.sum()) == 16 * 16 for b in black)
    for b in black[:8]:
        rows, columns = b.any(1).nonzero()[:, 0], b.any(0).nonzero()[:, 0]
        assert len(rows) == len(columns) == 16 == rows[-1] - rows[0] + 1 == columns[-1] - columns[0] + 1
    assert len({tuple(b.nonzero()[0].tolist()) for b in black}) > 20, "anywhere"
    assert bool((drawn("block", 1.0) == -1).all())


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="no noise 'salt'"):
        corrupt(torch.zeros(1, 1, 28, 28), "salt", 0.1)
