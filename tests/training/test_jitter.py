"""Small changes of images: within their range, each image its own, nothing moved where nothing may move."""

import torch

from training import jitter


def test_copies_stay_in_range_and_differ_from_image_to_image():
    torch.manual_seed(0)
    one = torch.full((1, 1, 28, 28), -1.0)
    one[:, :, 8:20, 12:16] = 1.0
    out = jitter.jittered(one.expand(6, -1, -1, -1))
    assert out.shape == (6, 1, 28, 28) and out.min() >= -1 and out.max() <= 1
    assert all(not torch.equal(a, b) for i, a in enumerate(out) for b in out[:i])
    assert (out.sum((1, 2, 3)) > -28 * 28).all(), "the stroke is still there"


def test_no_change_is_the_image_and_what_comes_in_is_background():
    x = torch.rand(3, 1, 28, 28) * 2 - 1
    assert torch.allclose(jitter.affine(x, 0.0, 0.0, 0.0, 0.0), x, atol=1e-5)
    moved = jitter.affine(torch.ones(64, 1, 28, 28), 0.0, 0.0, 0.0, 0.5)
    assert (moved.amin((1, 2, 3)) == -1).any()


def test_thickening_widens_thins_or_leaves():
    torch.manual_seed(0)
    x = torch.full((60, 1, 9, 9), -1.0)
    x[:, :, 3:6, 4:6] = 1.0
    lit = (jitter.thickened(x) > 0).sum((1, 2, 3))
    assert set(lit.tolist()) == {12, 6, 2}


def test_gradients_flow():
    torch.manual_seed(0)
    x = torch.rand(4, 1, 28, 28, requires_grad=True)
    jitter.jittered(x).sum().backward()
    assert x.grad.abs().sum() > 0
