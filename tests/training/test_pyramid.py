"""The Laplacian pyramid against its definition: convolution with the kernel, exact round trip, ranges, sides."""

import pytest
import torch
from torch.nn import functional as F

from training import pyramid

ROW = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], dtype=torch.float64) / 16
KERNEL = (ROW[:, None] * ROW[None])[None, None]


def blurred(x, kernel):
    planes = F.pad(x.flatten(0, 1)[:, None], (2, 2, 2, 2), mode="reflect")
    return F.conv2d(planes, kernel).view_as(x)


@pytest.mark.parametrize("side", [4, 14, 28, 64])
def test_down_is_a_convolution_of_which_every_second_pixel_is_kept(side):
    x = torch.rand(2, 3, side, side, dtype=torch.float64)
    torch.testing.assert_close(pyramid.down(x), blurred(x, KERNEL)[..., ::2, ::2])


@pytest.mark.parametrize("side", [4, 7, 16, 32])
def test_up_is_a_convolution_of_pixels_with_zeros_between(side):
    x = torch.rand(2, 3, side, side, dtype=torch.float64)
    spread = torch.zeros(2, 3, 2 * side, 2 * side, dtype=torch.float64)
    spread[..., ::2, ::2] = x
    torch.testing.assert_close(pyramid.up(x), blurred(spread, 4 * KERNEL))


@pytest.mark.parametrize(("shape", "levels"), [((4, 1, 28, 28), (7, 14, 28)), ((3, 3, 32, 32), (8, 16, 32)),
                                               ((2, 3, 64, 64), (8, 16, 32, 64))])
def test_the_round_trip_is_exact(shape, levels):
    """To 1e-6 in float32, of pixels as a data set has them."""
    image = torch.randint(0, 256, shape).float() / 127.5 - 1
    parts = pyramid.decompose(image, levels)
    assert [p.shape[-1] for p in parts] == list(levels)
    again = parts[0]
    for residual in parts[1:]:
        again = pyramid.up(again) + residual
    assert (again - image).abs().max() <= 1e-6
    whole = pyramid.lowpass(image, levels)
    for low, residual, fine in zip(whole[:-1], parts[1:], whole[1:], strict=True):
        assert (pyramid.up(low) + residual - fine).abs().max() <= 1e-6


def test_a_plain_image_has_no_residuals_and_nothing_leaves_its_range():
    plain = pyramid.decompose(torch.full((1, 3, 64, 64), 0.3), (8, 16, 32, 64))
    torch.testing.assert_close(plain[0], torch.full((1, 3, 8, 8), 0.3))
    assert all(p.abs().max() < 1e-6 for p in plain[1:])
    hard = torch.where(torch.rand(8, 1, 32, 32) > 0.5, 1.0, -1.0)
    assert pyramid.down(hard).abs().max() <= 1 and pyramid.up(hard).abs().max() <= 1


def test_sides_are_halved_while_they_can_be():
    assert pyramid.sides(64) == (8, 16, 32, 64) and pyramid.sides(28) == (7, 14, 28) and pyramid.sides(32) == (8, 16, 32)
    assert pyramid.sides(7) == (7,)


def test_sides_that_do_not_fit_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="even sides"):
        pyramid.down(torch.zeros(1, 1, 7, 7))
    with pytest.raises(ValueError, match="no pyramid"):
        pyramid.decompose(torch.zeros(1, 1, 28, 28), (8, 16, 32))
    with pytest.raises(ValueError, match="no pyramid"):
        pyramid.decompose(torch.zeros(1, 1, 28, 28), (7, 28))
