"""ALAE: its three losses against closed forms and autograd by hand, and who is trained in which phase."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from training import families
from training.families.alae import normalised
from training.model import Batch

from .small import shapes, spec


def made(**settings):
    family = families.get("alae")
    config = family.Config.from_dict({"batch_size": 8, "images": 64, "width": 16, "features": 24, "z_dim": 6, "w_dim": 5, **settings})
    torch.manual_seed(0)
    model = family.Model(config, spec())
    return model, family.Objective(model, config)


def batch(n=8):
    return Batch(torch.from_numpy(shapes(n)[0]).float() / 127.5 - 1)


def invert(model, shift=0.0):
    """Make the generator an isometry from W into images, and the encoder its exact inverse, moved by ``shift`` in each number."""
    d, pixels = model.spec.w_dim, math.prod(model.spec.shape)
    basis = torch.linalg.qr(torch.randn(pixels, d)).Q
    out, back = nn.Linear(d, pixels, bias=False), nn.Linear(pixels, d)
    with torch.no_grad():
        out.weight.copy_(basis)
        back.weight.copy_(basis.T)
        back.bias.fill_(shift)
    model.generator, model.encoder = nn.Sequential(out, nn.Unflatten(1, model.spec.shape)), nn.Sequential(nn.Flatten(), back)


@pytest.mark.parametrize("shift", [0.0, 0.5, -2.0])
def test_reciprocity_is_zero_for_an_exact_inverse_and_the_square_of_what_it_misses(shift):
    model, objective = made(reciprocity=3.0, equalized=False)
    invert(model, shift)
    terms = objective.reciprocity_loss(batch())
    assert terms["distance"].item() == pytest.approx(shift**2, rel=1e-5, abs=1e-9)
    assert terms["loss"].item() == pytest.approx(3 * shift**2, rel=1e-5, abs=1e-9)


def test_reciprocity_compares_codes_and_never_images():
    """An encoder that undoes the generator in W alone loses nothing, though images of the data come back as something else."""
    model, objective = made(equalized=False)
    invert(model)
    x = batch().images
    assert (model.synthesize(model.encode(x)) - x).square().mean() > 0.1
    assert objective.reciprocity_loss(Batch(x))["loss"].item() == pytest.approx(0, abs=1e-9)


def test_where_the_discriminator_knows_nothing_its_loss_is_two_ln_two():
    _, objective = made(r1=0.0)
    nn.init.zeros_(objective.discriminator[-1].weight)
    nn.init.zeros_(objective.discriminator[-1].bias)
    assert objective.discriminator_loss(batch())["loss"].item() == pytest.approx(2 * math.log(2))
    assert objective.generator_loss(batch())["loss"].item() == pytest.approx(math.log(2))


def test_the_adversary_is_binary_cross_entropy_of_d_after_e():
    model, objective = made(r1=0.0)
    torch.manual_seed(1)
    loss = objective.discriminator_loss(batch())["loss"]
    torch.manual_seed(1)
    x = model.synthesize(model.map(model.sample_z(8)))
    real, fake = (objective.discriminator(model.encode(i)[:, 0])[:, 0] for i in (batch().images, x))
    torch.testing.assert_close(loss, F.binary_cross_entropy_with_logits(real, torch.ones(8))
                               + F.binary_cross_entropy_with_logits(fake, torch.zeros(8)))


def test_the_penalty_is_half_the_squared_gradient_through_discriminator_and_encoder():
    """Image by image, by hand: the Jacobian of D(E(x)) in x."""
    _, objective = made(r1=10.0)
    torch.manual_seed(1)
    terms = objective.discriminator_loss(batch())
    by_hand = [torch.autograd.functional.jacobian(objective.logits, x[None]).square().sum() / 2 for x in batch().images]
    torch.testing.assert_close(terms["r1"], torch.stack(by_hand).mean())
    objective.config = made(r1=0.0)[1].config
    torch.manual_seed(1)
    torch.testing.assert_close(terms["loss"], objective.discriminator_loss(batch())["loss"] + 10 * terms["r1"])


def test_the_penalty_of_linear_networks_is_their_product():
    model, objective = made(equalized=False)
    invert(model)
    objective.discriminator = nn.Linear(5, 1)
    slope = objective.discriminator.weight.detach() @ model.encoder[1].weight.detach()
    torch.testing.assert_close(objective.discriminator_loss(batch())["r1"], slope.square().sum() / 2)


def test_each_phase_trains_its_own_networks():
    model, objective = made()
    networks = {"F": model.mapping, "G": model.generator, "E": model.encoder, "D": objective.discriminator}
    for phase, own in zip(objective.phases(), ("ED", "FG", "EG"), strict=True):
        assert {id(p) for p in phase.parameters} == {id(p) for k in own for p in networks[k].parameters()}, phase.name
        objective.zero_grad()
        for p in objective.parameters():
            p.requires_grad_(any(p is q for q in phase.parameters))
        phase.loss(batch())["loss"].backward()
        moved = {k for k, n in networks.items() if any(p.grad is not None and p.grad.abs().sum() > 0 for p in n.parameters())}
        assert moved == set(own), phase.name
        assert phase.optimizer.param_groups[0]["betas"] == (0.0, 0.99)


def test_a_phase_moves_a_weight_by_its_share_of_what_moves_it():
    """One scale for all phases: a gradient a hundred times smaller than the adversary's moves E a hundred times less."""
    model, objective = made()
    adversary, _, codes = objective.phases()
    weight, went = model.encoder.head.weight, []
    for phase, gradient in ((adversary, 1.0), (codes, 0.01)):
        before = weight.detach().clone()
        weight.grad = torch.full_like(weight, gradient)
        phase.optimizer.step()
        went.append((weight.detach() - before).abs().mean().item())
    assert went[1] == pytest.approx(0.01 * went[0], rel=0.5)


def test_f_learns_more_slowly():
    model, objective = made(equalized=False, learning_rate=1e-2, mapping_lr_mul=0.05, generator_rate=2.0)
    generator = objective.phases()[1]
    rates = {id(p): group["lr"] for group in generator.optimizer.param_groups for p in group["params"]}
    assert all(rates[id(p)] == pytest.approx(1e-3) for p in model.mapping.parameters())
    assert all(rates[id(p)] == pytest.approx(2e-2) for p in model.generator.parameters())


def taken(network, layer, x):
    """What a layer is given when its network is given ``x``."""
    told = []
    hook = layer.register_forward_pre_hook(lambda m, given: told.append(given[0]))
    network(x)
    hook.remove()
    return told[0]


def seen(layer, x):
    """How many numbers of its input an output of a layer is a weighted sum of; of a transposed convolution on average, off the border."""
    one = x[:1].detach().requires_grad_()
    out = layer(one)
    counts = [torch.autograd.grad(v, one, retain_graph=True)[0].count_nonzero().item() for v in out.flatten()]
    moved = torch.tensor(counts, dtype=torch.float64).view(out.shape)
    return (moved[..., 1:3, 1:3].mean() if isinstance(layer, nn.ConvTranspose2d) else moved.max()).item()


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_a_weight_learns_as_the_equalised_one_would(network):
    """A weight of scale s that Adam moves by lr · s a step is a unit weight, times s, moved by lr; F's and D's by a tenth of that."""
    model, objective = made(network=network, channels=4, learning_rate=1e-2, mapping_lr_mul=0.1)
    rates = {id(p): group["lr"] for phase in objective.phases() for group in phase.optimizer.param_groups for p in group["params"]}
    assert len(rates) == len(list(objective.parameters()))
    w = model.map(torch.randn(1, 6))
    for part, x, most in ((model.mapping, torch.randn(1, 6), 1e-3), (objective.discriminator, w[:, 0], 1e-3),
                          (model.encoder, batch(1).images, 1e-2), (model.generator, w[:, 0], 1e-2)):
        layers = [m for m in part.modules() if isinstance(m, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]
        assert layers
        for layer in layers:
            given = taken(part, layer, x)
            assert rates[id(layer.weight)] == pytest.approx(most * math.sqrt(2 / seen(layer, given))), layer
            assert rates[id(layer.bias)] == pytest.approx(most)


def test_both_codes_end_in_a_leaky_relu_and_the_discriminator_is_linear():
    model, objective = made()
    z, x = torch.randn(64, 6), batch().images
    torch.testing.assert_close(model.encode(x)[:, 0], F.leaky_relu(model.encoder(x), 0.2))
    torch.testing.assert_close(model.map(z)[:, 0], F.leaky_relu(model.mapping[:-1](normalised(z)), 0.2))
    a, b = torch.randn(2, 9, 5)
    d = objective.discriminator
    torch.testing.assert_close(d(a) + d(b), d(a + b) + d(torch.zeros(9, 5)))


@pytest.mark.parametrize("equalized, spread, apart", [(False, 0.5, 0.4), (True, 0.4, 0.25)])    # a leaky end keeps a fifth of half the code
def test_codes_begin_with_the_spread_of_the_noise(equalized, spread, apart):
    """And pictures differ from each other from the first step on."""
    torch.manual_seed(0)
    family = families.get("alae")
    model = family.Model(family.Config(width=128, equalized=equalized), spec())
    w = model.map(torch.randn(500, 50))
    assert spread < w.std(0).mean() < 2
    assert model.synthesize(w).std(0).mean() > apart


def test_f_is_only_a_target_of_reciprocity():
    """With nothing frozen: the distance must not be made small by moving F's codes towards each other."""
    model, objective = made()
    objective.reciprocity_loss(batch())["loss"].backward()
    assert all(p.grad is None for p in model.mapping.parameters())


def test_the_mapping_sees_directions():
    z = torch.randn(7, 6)
    torch.testing.assert_close(normalised(z).square().mean(1), torch.ones(7))
    model, _ = made()
    torch.testing.assert_close(model.map(z), model.map(3 * z))
    assert (model.map(z) - model.map(-z)).abs().max() > 1e-4


def test_noise_varies_the_picture_in_training_and_not_in_use():
    model, _ = made(noise_dim=4)
    w = torch.randn(3, 1, 5)
    model.train()
    assert (model.synthesize(w) - model.synthesize(w)).abs().max() > 1e-4
    model.eval()
    assert torch.equal(model.synthesize(w), model.synthesize(w))
    torch.testing.assert_close(model.synthesize(w), model.generator(torch.cat([w[:, 0], torch.zeros(3, 4)], 1)))
    assert model.first_weight().shape[1] == 5
    plain, _ = made()
    assert torch.equal(plain.train().synthesize(w), plain.synthesize(w))


@pytest.mark.parametrize("layers", [1, 2, 6])
def test_the_mapping_has_as_many_layers_as_asked(layers):
    model, _ = made(mapping_layers=layers)
    assert sum(isinstance(m, nn.Linear) for m in model.mapping) == layers
    assert model.map(torch.randn(2, 6)).shape == (2, 1, 5)


def test_features_are_the_layer_that_the_code_is_read_from():
    model, _ = made()
    x = batch(3).images
    assert model.features(x).shape == (3, 24)
    torch.testing.assert_close(F.leaky_relu(model.encoder.head(model.features(x)), 0.2), model.encode(x)[:, 0])


def test_images_and_their_codes_can_be_convolved():
    model, objective = made(network="conv", channels=4)
    assert [m for m in model.modules() if isinstance(m, nn.Conv2d)] and objective.logits(batch(3).images).shape == (3,)
    assert not [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)], "a penalty needs each image by itself"
