"""The rules of a palette against closed forms: one thing one colour, borders that are seen, pixels of one colour."""

import math
from types import SimpleNamespace

import pytest
import torch

from training import palette
from training.equalized import smoothed


def maps(*rows, classes=2):
    """Images of one row of pixels each, told by their colours' numbers, as sure shares (n, classes, 1, r)."""
    return torch.nn.functional.one_hot(torch.tensor(rows), classes).float().permute(0, 2, 1)[:, :, None]


def test_shares_sum_to_one_and_a_border_between_pixels_is_seen_in_quarters():
    logits = torch.tensor([9.0, 9.0, -9.0, -9.0]).expand(1, 1, 4, 4)
    parts = list(palette.shares(torch.cat([logits, -logits], 1)))
    assert [part.shape for part in parts] == 4 * [(1, 2, 4, 4)]
    for part in parts:
        torch.testing.assert_close(part.sum(1), torch.ones(1, 4, 4))
        assert (part[0, 0, :, :2] > 0.99).all() and (part[0, 0, :, 2:] < 0.01).all()
    uneven = torch.tensor([9.0, 9.0, -2.0, -9.0]).expand(1, 1, 4, 4)
    pixel = palette.filled(palette.shares(torch.cat([uneven, -uneven], 1)), torch.tensor([[[1.0], [0.0]]]))[0, 0, 0]
    assert pixel[1] > 0.99 and 0.4 < pixel[2] < 0.6 and pixel[3] < 0.01, "a border within a pixel gives it something of both"


def test_quarters_are_those_of_twice_the_resolution():
    """As torch enlarges between pixels by their distance, then softmax of twice the logits."""
    logits = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(2))
    fine = (2 * smoothed(logits)).softmax(1)
    for k, part in enumerate(palette.shares(logits)):
        torch.testing.assert_close(part, fine[:, :, k // 2::2, k % 2::2])


def test_filling_is_each_quarters_colour_on_average():
    share = list(palette.shares(torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))))
    colours = torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(1))
    by_hand = sum((part[:, :, None] * colours[..., None, None]).sum(1) for part in share) / 4
    torch.testing.assert_close(palette.filled(share, colours), by_hand)
    with pytest.raises(ValueError, match="no shares"):
        palette.filled([], colours)


def test_entropy_is_in_nats():
    share = torch.tensor([[1.0, 0.5, 0.25], [0.0, 0.5, 0.75]]).T[..., None]
    known = [0, math.log(2), -0.25 * math.log(0.25) - 0.75 * math.log(0.75)]
    assert palette.entropy(share)[:, 0].tolist() == pytest.approx(known, abs=1e-4)


def test_wandering_is_the_variance_of_places_and_an_exchange_of_equal_areas_counts():
    a = maps([0] * 8 + [1] * 8)[:, :, :, None].expand(1, 2, 1, 16, 16).reshape(1, 2, 16, 16)
    same, swapped = torch.cat([a, a]), torch.cat([a, a.flip(1)])
    assert palette.wandering(same) == 0
    assert palette.wandering(swapped).item() == pytest.approx(2 * 0.5)          # each place is 1 in one image, 0 in the other: variance ½
    assert torch.equal(swapped.mean((2, 3))[0], swapped.mean((2, 3))[1]), "areas alone would not tell"
    one_place = a.clone()
    one_place[:, :, :4, :4] = one_place[:, :, :4, :4].flip(1)
    assert palette.wandering(torch.cat([a, one_place])).item() == pytest.approx(2 * 0.5 / 16)


def test_a_border_is_unseen_where_both_sides_look_alike():
    share = maps([0, 0, 1, 1], [0, 1, 0, 0])
    flat, sharp = torch.zeros(2, 3, 1, 4), 2 * share[:, :1].expand(-1, 3, -1, -1) - 1
    assert palette.unseen(share, flat).item() == pytest.approx(1, abs=1e-4)
    assert palette.unseen(share, sharp).item() == pytest.approx(0, abs=1e-4)
    half = torch.stack([sharp[0], flat[1]])                                      # one border seen, two not
    assert palette.unseen(share, half).item() == pytest.approx(2 / 3, abs=1e-4)
    barely = flat.clone()
    barely[0, 0, 0, 2:] = palette.VISIBLE
    assert palette.unseen(share[:1], barely[:1]).item() == pytest.approx(math.exp(-0.5), abs=1e-4)
    assert palette.unseen(share[:, :, :, :2].mean((2, 3), keepdim=True).expand(-1, -1, 4, 4), torch.zeros(2, 3, 4, 4)) == 0, "no border"


def test_unseen_borders_push_colours_apart():
    share, colours = maps([0, 0, 1, 1]), torch.tensor([[[0.0], [0.05]]], requires_grad=True)
    palette.unseen(share, torch.einsum("nphw,npc->nchw", share, colours)).backward()
    assert colours.grad[0, 0] > 0 > colours.grad[0, 1]


def test_shapes_are_learned_things_sort_themselves_shapes_unfold_things_keep_their_colour_and_shapes_come_back():
    config = SimpleNamespace(areas=3.0, contrast=0.7, blending=0.5, sorting_images=100)
    share = torch.tensor([1.0, 0.0, 0.5])[:, None, None, None].expand(3, 1, 4, 4)
    share = torch.cat([share, 1 - share], 1)                                     # all the first, all the second, half of each
    share[..., 2:] = share[..., 2:].flip(1)
    image = torch.zeros(3, 3, 4, 4)
    areas, doubt, all_in_all = 2 * torch.tensor([1.0, 0.0, 0.5]).var().item(), math.log(2) / 3, math.log(2)
    known = ((0, 0.25, 1, 0.5), (99, 0.25, 1, 0.5), (100, 1.25, 5, 0.5), (199, 1.25, 5, 0.5), (200, 0.25, 1, 0), (399, 0.25, 1, 0),
             (400, 0.5, 1, 0), (799, 0.5, 1, 0), (800, 1, 1, 0), (1999, 1, 1, 0), (2000, 0.25, 1, 0), (99999, 0.25, 1, 0))
    for seen, loose, strict, foreseen in known:
        said = palette.rules([share] * 4, image, config, seen)
        assert said["areas"].item() == pytest.approx(loose * 3 * areas, rel=1e-4)
        assert said["blending"].item() == pytest.approx(strict * 0.5 * (doubt - foreseen * all_in_all), rel=1e-3)
        assert ("contrast" in said) == palette.phase(seen, 100).kept == (seen >= 400)
    assert said["contrast"].item() == pytest.approx(0.7, rel=1e-3), "no border can be seen"
    assert palette.phase(0, 0) == palette.LASTLY
