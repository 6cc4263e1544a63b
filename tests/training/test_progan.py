"""ProGAN: what its two networks are made of, and that it needs no more than its noise."""

import pytest
import torch
from torch import nn

from training import families
from training.equalized import EqualConv, EqualLinear, MinibatchStddev, PixelNorm
from training.growing import channels_of

from .small import spec
from .test_growing import batch, codes, made, randomised

ALL_BUT_BATCH_NORM = (EqualConv, EqualLinear, MinibatchStddev, PixelNorm, nn.LeakyReLU, nn.Flatten, nn.Unflatten)


def test_every_weight_is_equalised_and_nothing_is_normed_over_the_batch():
    """As in the paper's table 2: every parameter belongs to an equalised layer."""
    model, objective = made("progan")
    leaves = [m for m in objective.modules() if not list(m.children())]
    assert all(isinstance(m, ALL_BUT_BATCH_NORM) for m in leaves)
    owned = {id(p) for m in leaves if isinstance(m, EqualConv | EqualLinear) for p in m.parameters()}
    assert owned == {id(p) for p in objective.parameters()}
    assert sum(isinstance(m, MinibatchStddev) for m in objective.discriminator.modules()) == 1
    assert not any(isinstance(m, PixelNorm) for m in objective.discriminator.modules())


@pytest.mark.parametrize(("side", "colours", "sides"), [(28, 1, (7, 14, 28)), (64, 3, (4, 8, 16, 32, 64))])
def test_features_of_every_resolution_have_pixels_of_mean_square_one(side, colours, sides):
    model, objective = made("progan", spec(side, colours))
    model.eval()
    w = codes(model)
    assert model.spec.levels == sides and model.spec.num_layers == 1 and not model.spec.pixel_noise
    features = model.blocks(w, len(sides) - 1)
    assert [tuple(f.shape[1:]) for f in features] == [(c, r, r) for c, r in zip(channels_of(objective.config, sides), sides, strict=True)]
    for f in features:
        torch.testing.assert_close(f.square().mean(1), torch.ones(3, *f.shape[2:]), rtol=1e-3, atol=1e-3)
    assert objective.logits(batch(4, side, colours).images).shape == (4,)


def test_coarser_features_do_not_depend_on_how_far_it_has_grown():
    """Every resolution can be shown from one checkpoint."""
    model, _ = made("progan")
    randomised(model).eval()
    w = codes(model)
    whole = model.blocks(w, 2)
    for stage in range(3):
        features = model.blocks(w, stage)
        assert len(features) == stage + 1 and all(torch.equal(a, b) for a, b in zip(features, whole, strict=False))


def test_the_image_depends_on_the_direction_of_the_noise():
    model, _ = made("progan")
    model.eval()
    z = model.sample_z(3, torch.Generator().manual_seed(0))
    assert torch.equal(model.map(z), z[:, None])
    torch.testing.assert_close(model.synthesize(model.map(z)), model.synthesize(model.map(2.5 * z)), rtol=1e-4, atol=1e-4)
    assert (model.synthesize(model.map(z)) - model.synthesize(model.map(-z))).abs().max() > 0.01


def test_first_weight_is_what_acts_on_the_normed_noise():
    model, _ = made("progan")
    first = next(m for m in model.layers[0] if isinstance(m, EqualLinear))
    x = torch.randn(4, 6)
    torch.testing.assert_close(first(x) - first.bias, x @ model.first_weight().T)
    assert not model.first_weight().requires_grad


def test_the_discriminator_sees_that_images_are_alike():
    """The same image is judged otherwise among its copies than among others: the standard deviation over the minibatch."""
    _, objective = made("progan")
    randomised(objective)
    x = batch(4).images
    assert (objective.logits(x)[0] - objective.logits(x[:1].expand(4, -1, -1, -1))[0]).abs() > 1e-3


def test_each_phase_trains_its_own_network():
    model, objective = made("progan")
    for phase in objective.phases():
        own = model if phase.name == "generator" else objective.discriminator
        assert {id(p) for p in phase.parameters} == {id(p) for p in own.parameters()}


def test_the_papers_loss_is_the_default():
    assert families.get("progan").Config().loss == "wgan-gp"
