"""The growing families' layers against closed forms and against the plain operations that they stand for."""

import math

import pytest
import torch
from torch.nn import functional as F

from training.equalized import EqualConv, EqualLinear, LeakyReLU, MinibatchStddev, PixelNorm, blurred, doubled, halved


def test_halving_is_the_mean_of_four_and_doubling_shows_each_pixel_four_times():
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert halved(x).tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    assert doubled(x)[0, 0, :2].tolist() == [[0, 0, 1, 1, 2, 2, 3, 3]] * 2
    assert torch.equal(halved(doubled(x)), x)


@pytest.mark.parametrize(("a", "b", "side"), [(3, 5, 8), (1, 1, 4), (4, 2, 7)])
def test_enlarging_is_doubling_and_then_convolving(a, b, side):
    """With the kernel mirrored, as a transposed convolution's is."""
    torch.manual_seed(0)
    layer, x = EqualConv(a, b, resize="up"), torch.randn(2, a, side, side)
    torch.nn.init.normal_(layer.bias)
    expected = F.conv2d(doubled(x), layer.used().flip(2, 3), layer.bias, padding=1)
    torch.testing.assert_close(layer(x), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("a", "b", "side"), [(3, 5, 8), (1, 1, 4), (4, 2, 14)])
def test_shrinking_is_convolving_and_then_averaging(a, b, side):
    torch.manual_seed(0)
    layer, x = EqualConv(a, b, resize="down"), torch.randn(2, a, side, side)
    torch.nn.init.normal_(layer.bias)
    torch.testing.assert_close(layer(x), halved(F.conv2d(x, layer.used(), layer.bias, padding=1)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [1, 3])
def test_without_resizing_it_is_a_convolution_that_keeps_the_side(size):
    layer, x = EqualConv(3, 4, size, bias=False), torch.randn(2, 3, 6, 6)
    assert layer.bias is None
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.used(), padding=size // 2), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("size", "resize"), [(3, "sideways"), (1, "up"), (1, "down")])
def test_resizing_needs_a_kernel_of_three(size, resize):
    with pytest.raises(ValueError, match="kernels of 3"):
        EqualConv(2, 2, size, resize)


@pytest.mark.parametrize(("a", "gain"), [(64, 1.0), (256, 1.0), (128, math.sqrt(2))])
def test_outputs_have_the_gains_variance_whatever_the_width(a, gain):
    torch.manual_seed(0)
    x = torch.randn(2000, a)
    assert EqualLinear(a, 300, gain)(x).var().item() == pytest.approx(gain**2, rel=0.05)
    x = torch.randn(8, a, 16, 16)
    inside = EqualConv(a, 64, gain=gain)(x)[..., 1:-1, 1:-1]                   # at the edge part of the kernel sees nothing
    assert inside.var().item() == pytest.approx(gain**2, rel=0.05)
    assert EqualConv(a, 64, resize="up", gain=gain)(x)[..., 1:-1, 1:-1].var().item() == pytest.approx(gain**2, rel=0.08)


def test_the_signal_neither_dies_nor_explodes_through_ten_layers():
    torch.manual_seed(0)
    x = torch.randn(500, 200)
    for _ in range(10):
        x = LeakyReLU()(EqualLinear(200, 200)(x))
    assert 0.6 < x.square().mean() < 2.5


def test_weights_of_every_layer_begin_with_variance_one_and_are_scaled_when_used():
    """So that a step of Adam moves what every layer does by an equal share."""
    torch.manual_seed(0)
    for layer, scale in ((EqualLinear(400, 300), math.sqrt(2 / 400)), (EqualConv(40, 50), math.sqrt(2 / 360))):
        assert layer.weight.std().item() == pytest.approx(1, rel=0.03)
        torch.testing.assert_close(layer.used(), layer.weight * scale)
        assert layer.bias.abs().max() == 0


def test_a_slower_layer_does_the_same_and_moves_less():
    """Scaled by its rate, it gives what another gives; a step of Adam moves its effect by ``rate`` times as much."""
    moved = {}
    for rate in (1.0, 0.01):
        torch.manual_seed(0)
        layer = EqualLinear(20, 20, lr_mul=rate, bias=0.5)
        x = torch.randn(50, 20)
        before = layer(x).detach()
        assert layer(torch.zeros(1, 20)).flatten().tolist() == pytest.approx([0.5] * 20)
        optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)
        layer(x).square().mean().backward()
        optimizer.step()
        moved[rate] = before, (layer(x) - before).abs().mean().item()
    torch.testing.assert_close(moved[1.0][0], moved[0.01][0], rtol=1e-5, atol=1e-5)
    assert moved[0.01][1] == pytest.approx(0.01 * moved[1.0][1], rel=0.02)


def test_pixel_norm_brings_each_pixel_and_each_vector_to_a_mean_square_of_one():
    assert PixelNorm()(torch.tensor([[3.0, 4.0]])).flatten().tolist() == pytest.approx([3 / math.sqrt(12.5), 4 / math.sqrt(12.5)])
    x = torch.randn(2, 5, 3, 3) * torch.rand(2, 1, 3, 3) * 50
    torch.testing.assert_close(PixelNorm()(x).square().mean(1), torch.ones(2, 3, 3))
    torch.testing.assert_close(PixelNorm()(3 * x), PixelNorm()(x))
    assert PixelNorm()(torch.zeros(1, 4)).abs().max() == 0


def test_the_deviation_over_the_group_is_one_more_plane():
    """0 and 2 differ from their mean by 1: so does a pixel that is -1 and 1; one that is the same in all, by nothing."""
    x = torch.tensor([[0.0, 5.0], [2.0, 5.0], [0.0, 5.0], [2.0, 5.0]]).reshape(4, 2, 1, 1).expand(4, 2, 3, 3)
    out = MinibatchStddev()(x)
    assert out.shape == (4, 3, 3, 3) and torch.equal(out[:, :2], x)
    torch.testing.assert_close(out[:, 2], torch.full((4, 3, 3), (1 + 1e-4) / 2), rtol=1e-4, atol=1e-4)


def test_groups_know_nothing_of_each_other():
    """Of eight images, two groups of four: every second image is in the same one."""
    torch.manual_seed(0)
    x = torch.randn(8, 3, 2, 2)
    plane = MinibatchStddev()(x)[:, 3, 0, 0]
    for group in (x[0::2], x[1::2]):
        expected = (group.var(0, unbiased=False) + 1e-8).sqrt().mean()
        torch.testing.assert_close(plane[0 if torch.equal(group[0], x[0]) else 1], expected)
    assert torch.equal(plane[0::2], plane[:1].expand(4)) and torch.equal(plane[1::2], plane[1:2].expand(4)) and plane[0] != plane[1]
    moved = x.clone()
    moved[2] += 3
    assert torch.equal(MinibatchStddev()(moved)[1::2, 3], MinibatchStddev()(x)[1::2, 3])


@pytest.mark.parametrize("n", [1, 3, 6])
def test_a_batch_that_makes_no_groups_of_four_is_one_group(n):
    x = torch.randn(n, 3, 2, 2)
    plane = MinibatchStddev()(x)[:, 3]
    torch.testing.assert_close(plane, (x.var(0, unbiased=False) + 1e-8).sqrt().mean().expand(n, 2, 2))


def test_equal_images_are_seen_to_be_equal():
    """What tells a discriminator that the generator has collapsed."""
    x = torch.randn(1, 3, 4, 4).expand(8, 3, 4, 4)
    assert MinibatchStddev()(x)[:, 3].max() < 2e-4


def test_blurred_keeps_the_sum_inside_and_makes_doubling_bilinear():
    x = torch.zeros(1, 2, 8, 8)
    x[0, 0, 3, 4], x[0, 1, 5, 2] = 1.0, 2.0
    found = blurred(x)
    torch.testing.assert_close(found.sum((2, 3)), torch.tensor([[1.0, 2.0]]))
    assert found[0, 0, 3, 4] == 0.25 and found[0, 0, 2, 3] == 0.0625 and found[0, 0, 3, 3] == 0.125 and not found[0, 0, :, :2].any()
    small = torch.randn(2, 3, 6, 6)
    smooth = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(blurred(doubled(small))[..., 1:-1, 1:-1], smooth[..., 1:-1, 1:-1])
