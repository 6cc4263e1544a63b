"""BiGAN: its loss against closed forms, who is trained in which phase, and that encoder and generator come to undo each other."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from training import families
from training.checkpoint import Card
from training.distributed import World
from training.families.bigan import JointDiscriminator
from training.loop import Trainer
from training.model import Batch, DataSpec

from .small import shapes, spec


def made(**settings):
    family = families.get("bigan")
    small = {"batch_size": 8, "images": 64, "width": 16, "features": 24, "channels": 4, "z_dim": 6, "r1": 0.0}
    config = family.Config.from_dict({**small, **settings})
    torch.manual_seed(0)
    model = family.Model(config, spec())
    return model, family.Objective(model, config)


def batch(n=8):
    return Batch(torch.from_numpy(shapes(n)[0]).float() / 127.5 - 1)


def test_where_the_discriminator_knows_nothing_both_losses_are_two_ln_two():
    _, objective = made()
    nn.init.zeros_(objective.discriminator.body[-1].weight)
    nn.init.zeros_(objective.discriminator.body[-1].bias)
    for loss in (objective.discriminator_loss, objective.generator_loss):
        assert loss(batch())["loss"].item() == pytest.approx(2 * math.log(2))


def test_real_are_pairs_of_an_image_and_its_code_and_generated_of_a_code_and_its_image():
    model, objective = made()
    model.eval()
    torch.manual_seed(1)
    terms = objective.discriminator_loss(batch())
    torch.manual_seed(1)
    z, x = model.sample_z(8), batch().images
    real = objective.discriminator(x, model.encode(x)[:, 0])
    fake = objective.discriminator(model.synthesize(z[:, None]), z)
    expected = F.binary_cross_entropy_with_logits(real, torch.ones(8)) + F.binary_cross_entropy_with_logits(fake, torch.zeros(8))
    torch.testing.assert_close(terms["loss"], expected)
    torch.manual_seed(1)
    swapped = F.binary_cross_entropy_with_logits(real, torch.zeros(8)) + F.binary_cross_entropy_with_logits(fake, torch.ones(8))
    torch.testing.assert_close(objective.generator_loss(batch())["loss"], swapped)


@pytest.mark.parametrize("settings", [{}, {"network": "conv"}, {"r1": 1.0}])
def test_each_phase_trains_its_own_networks(settings):
    model, objective = made(**settings)
    first, second = objective.phases()
    assert set(first.parameters) == set(objective.discriminator.parameters())
    assert set(second.parameters) == {*model.generator.parameters(), *model.encoder.parameters()}
    first.loss(batch())["loss"].backward()
    assert all(p.grad is None for p in model.parameters()) and all(p.grad is not None for p in first.parameters)
    objective.discriminator.requires_grad_(False)
    second.loss(batch())["loss"].backward()
    for network in (model.generator, model.encoder):
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_the_discriminator_looks_at_image_and_code(network):
    model, objective = made(network=network)
    x, z = batch(2).images, model.sample_z(2)
    d = objective.discriminator
    assert (d(x, z) - d(x, z + 1)).abs().min() > 1e-7 and (d(x, z) - d(x + 1, z)).abs().min() > 1e-7


def test_no_layer_of_the_dense_networks_knows_which_pixels_are_neighbours():
    model, objective = made()
    assert not [m for m in objective.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    model, objective = made(network="conv")
    for network in (model.generator, model.encoder, objective.discriminator):
        assert [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]


def test_the_penalty_of_a_plane_is_its_slope_in_the_image_alone():
    _, objective = made(r1=3.0)
    a, b = torch.randn(28 * 28), torch.randn(6)

    class Plane(nn.Module):
        def forward(self, x, z):
            return x.flatten(1) @ a + z @ b
    objective.discriminator = Plane()
    expected = 0.5 * a.square().sum()
    torch.testing.assert_close(objective.penalty(batch(3).images, torch.randn(3, 6)), expected.expand(3))
    terms = objective.discriminator_loss(batch())
    torch.testing.assert_close(terms["r1"], expected)


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_the_gain_of_codes_is_as_if_codes_were_larger(network):
    _, once = made(code_gain=1.0, network=network)
    _, five = made(code_gain=5.0, network=network)
    five.load_state_dict(once.state_dict())
    x, z = batch(3).images, torch.randn(3, 6)
    torch.testing.assert_close(five.discriminator(x, z), once.discriminator(x, 5 * z))


def test_noise_is_uniform():
    z = made()[0].sample_z(4000, torch.Generator().manual_seed(0))
    assert z.min() >= -1 and z.max() <= 1 and z.std().item() == pytest.approx(1 / math.sqrt(3), rel=0.01)


def test_features_are_the_layer_that_the_code_is_read_from():
    model, _ = made()
    model.eval()
    x = batch(3).images
    features = model.features(x)
    assert features.shape == (3, 24)
    torch.testing.assert_close(model.encoder.head(features), model.encode(x)[:, 0])


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_batch_norm_of_the_averaged_encoder_fits_its_weights(network):
    """After finish, statistics are those of training images in the encoder, whatever the training left in the buffers."""
    family = families.get("bigan")
    config = family.Config(batch_size=8, images=64, width=16, features=24, channels=4, z_dim=6, network=network)
    t = Trainer(family, config, Card("s", "bigan", config.to_dict(), spec(), family.Model(config, spec()).spec), *shapes(), World())
    t.step()
    norms = [m for m in t.average.encoder.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    for m in norms:
        m.running_mean.fill_(1e3)
    model = t.finished_model()
    seen = []
    norms[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].transpose(0, 1).flatten(1).mean(1)))
    model.encode(batch(64).images)
    torch.testing.assert_close(norms[0].running_mean, seen[0], atol=1e-4, rtol=1e-3)
    assert not any(m.training for m in norms)


def test_encoder_and_generator_come_to_undo_each_other():
    """Points in a square: after training without any reconstruction loss, decode(encode(x)) is near x, and it was not before."""
    family = families.get("bigan")
    config = family.Config(batch_size=128, images=128 * 400, width=48, features=48, z_dim=2, learning_rate=4e-3, ema_images=0)
    points = np.random.default_rng(0).uniform(-0.8, 0.8, (2048, 2)).astype(np.float32)
    data = DataSpec("square", "Square", (2,), fingerprint="0" * 64)
    t = Trainer(family, config, Card("s", "bigan", config.to_dict(), data, family.Model(config, data).spec), points, None, World())
    x = torch.from_numpy(points[:500])

    def error():
        model = copy.deepcopy(t.model).eval()
        return (model.synthesize(model.encode(x)) - x).norm(dim=1).mean().item()
    before = error()
    for _ in range(400):
        t.step()
    assert error() < 0.5 * before


def test_the_discriminator_takes_images_of_every_side():
    family = families.get("bigan")
    for side, colours in ((32, 3), (64, 3)):
        config = family.Config(network="conv", width=16, features=24, channels=4, z_dim=6)
        data = spec(side, colours)
        model = family.Model(config, data)
        x = model.synthesize(model.sample_z(2)[:, None])
        assert x.shape == (2, colours, side, side) and model.encode(x).shape == (2, 1, 6)
        assert JointDiscriminator(model.spec, config)(x, model.sample_z(2)).shape == (2,)
