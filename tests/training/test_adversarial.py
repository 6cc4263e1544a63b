"""Adversarial losses against closed forms, the networks against the papers' rules, and what each objective must do by itself."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from training import families, layers, losses, networks
from training.checkpoint import Card
from training.distributed import World
from training.loop import Trainer
from training.model import Batch, DataSpec, SettingError

from .small import shapes, spec


def made(name, data=None, **settings):
    family = families.get(name)
    config = family.Config.from_dict({"batch_size": 8, "images": 64, "width": 16, "channels": 4, "z_dim": 6, **settings})
    torch.manual_seed(0)
    model = family.Model(config, data or spec())
    return model, family.Objective(model, config)


def test_the_discriminators_loss_is_binary_cross_entropy():
    real, fake = torch.randn(50), torch.randn(50)
    expected = F.binary_cross_entropy_with_logits(real, torch.ones(50), reduction="none") \
        + F.binary_cross_entropy_with_logits(fake, torch.zeros(50), reduction="none")
    torch.testing.assert_close(losses.discriminator_bce(real, fake), expected)
    assert losses.discriminator_bce(torch.zeros(1), torch.zeros(1)).item() == pytest.approx(2 * math.log(2))
    softer = F.binary_cross_entropy_with_logits(real, torch.full((50,), 0.9), reduction="none") \
        + F.binary_cross_entropy_with_logits(fake, torch.zeros(50), reduction="none")
    torch.testing.assert_close(losses.discriminator_bce(real, fake, 0.1), softer)
    assert made("dcgan", smooth=0.2)[1].smooth == 0.2


def test_the_generators_loss_does_not_saturate():
    """Where D is sure that an image is generated, -log D still has slope 1 and log(1 - D) has none."""
    logit = torch.tensor([-20.0], requires_grad=True)
    losses.generator_bce(logit).backward()
    assert logit.grad.item() == pytest.approx(-1, abs=1e-6)


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
def test_penalties_of_a_plane_are_those_of_its_slope(slope):
    """D(x) = slope · x₀ has the gradient (slope, 0, …) everywhere."""
    real, fake = torch.randn(7, 1, 4, 4), torch.randn(7, 1, 4, 4)

    def critic(x):
        return slope * x.flatten(1)[:, 0]
    torch.testing.assert_close(losses.gradient_penalty(critic, real, fake), torch.full((7,), (slope - 1) ** 2), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(losses.r1_penalty(critic, real), torch.full((7,), slope**2 / 2))


def test_the_penalty_teaches_the_critic():
    critic = nn.Linear(3, 1)
    losses.gradient_penalty(lambda x: critic(x)[:, 0], torch.randn(5, 3), torch.randn(5, 3)).mean().backward()
    w = critic.weight.detach()
    torch.testing.assert_close(critic.weight.grad, 2 * (w.norm() - 1) * w / w.norm())


def test_k_plus_one_classes_are_a_softmax_with_a_zero():
    """The class "generated" has the logit 0, so that p(real) is what a softmax over K + 1 gives to the first K."""
    logits = torch.randn(20, 5)
    p = torch.cat([logits, torch.zeros(20, 1)], 1).softmax(1)
    torch.testing.assert_close(losses.semi_supervised_unlabelled(logits, True), -(1 - p[:, -1]).log())
    torch.testing.assert_close(losses.semi_supervised_unlabelled(logits, False), -p[:, -1].log())


def test_information_of_a_perfect_and_of_a_blind_reader():
    assert losses.information_bound(torch.zeros(3), math.log(10)).tolist() == pytest.approx([math.log(10)] * 3)
    assert losses.information_bound(torch.full((1,), -math.log(10)), math.log(10)).item() == pytest.approx(0)


@pytest.mark.parametrize(("side", "halvings"), [(28, 3), (32, 3), (64, 4)])
def test_convolutional_networks_follow_the_rules_of_dcgan(side, halvings):
    g = networks.generator(9, (3, side, side), "conv", 16, 4)
    kinds = [type(m) for m in g.modules()]
    assert kinds.count(nn.ConvTranspose2d) == halvings + 1 and nn.Linear not in kinds
    assert isinstance(g[-1], nn.Tanh) and isinstance(g[-2], nn.ConvTranspose2d), "no batch norm at the output"
    assert kinds.count(nn.BatchNorm2d) == halvings
    assert g(torch.randn(2, 9)).shape == (2, 3, side, side)
    d = networks.Trunk((3, side, side), "conv", 16, 4, "batch")
    order = [m for m in d.modules() if not isinstance(m, networks.Trunk)]
    assert isinstance(order[0], nn.Conv2d) and isinstance(order[1], nn.LeakyReLU), "no batch norm at the input"
    assert all(m.stride == (2, 2) for m in order if isinstance(m, nn.Conv2d))
    assert d(torch.randn(2, 3, side, side)).shape == (2, d.width)


def test_other_sides_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="28, 32 or 64"):
        networks.generator(9, (3, 48, 48), "conv", 16, 4)


@pytest.mark.parametrize(("network", "shape"), [("dense", (1, 28, 28)), ("conv", (1, 28, 28)), ("dense", (2,))])
def test_first_weight_is_the_first_layers_jacobian(network, shape):
    g = networks.generator(6, shape, network, 16, 4)
    first = next(m for m in g.modules() if isinstance(m, nn.Linear | nn.ConvTranspose2d))
    z = torch.randn(1, 6)
    x = z if isinstance(first, nn.Linear) else z[..., None, None]
    bias = 0 if first.bias is None else (first.bias if isinstance(first, nn.Linear) else first.bias[None, :, None, None])
    torch.testing.assert_close((first(x) - bias).flatten(), networks.first_weight(g, 6) @ z[0])
    assert networks.first_weight(g, 4).shape[1] == 4


def test_wgan_clips_weights_after_every_critic_step():
    model, objective = made("wgan", clip=0.01)
    critic = objective.phases()[0]
    assert critic.repeats == 5
    with torch.no_grad():
        for p in critic.parameters:
            p.fill_(0.3)
    critic.after_step()
    assert all(p.abs().max() <= 0.01 for p in critic.parameters)
    assert isinstance(critic.optimizer, torch.optim.RMSprop), "the paper's optimiser"


def test_wasserstein_critics_see_no_constant():
    """A constant added to all scores is no distance: no bias at the end, which no gradient would ever move."""
    for name in ("wgan", "wgan-gp"):
        _, objective = made(name)
        assert objective.discriminator.head.bias is None


def test_the_critics_estimate_is_the_difference_of_means():
    model, objective = made("wgan-gp")
    batch = Batch(torch.rand(8, 1, 28, 28) * 2 - 1)
    torch.manual_seed(1)
    terms = objective.discriminator_loss(batch)
    torch.manual_seed(1)
    fake = objective.fixed(8)
    expected = objective.discriminator(batch.images).mean() - objective.discriminator(fake).mean()
    torch.testing.assert_close(terms["wasserstein"], expected)
    torch.testing.assert_close(terms["loss"], objective.config.penalty * terms["penalty"] - expected)


def test_a_conditional_image_depends_on_the_class_and_the_discriminator_on_it_too():
    model, objective = made("cgan")
    w = model.map(model.sample_z(3, torch.Generator().manual_seed(0)))
    zero, one = (model.eval().synthesize(w, torch.full((3,), k)) for k in (0, 1))
    assert (zero - one).abs().max() > 1e-6
    scores = [objective.discriminator(zero.detach(), torch.full((3,), k)) for k in (0, 1)]
    assert not torch.allclose(*scores)
    with pytest.raises(ValueError, match="class"):
        model.synthesize(w)


def test_classes_are_needed_where_the_paper_needs_them():
    nameless = dataclasses.replace(spec(), classes=())
    for name in ("cgan", "sgan"):
        with pytest.raises(SettingError, match="classes"):
            made(name, nameless)


def test_a_hundred_labels_are_as_many_of_each_class_and_always_the_same():
    images, labels = shapes(64)
    batches = [Batch(torch.from_numpy(images[i:i + 16]).float() / 127.5 - 1, torch.from_numpy(labels[i:i + 16])) for i in range(0, 64, 16)]
    kept = []
    for _ in range(2):
        _, objective = made("sgan", labels=10)
        objective.prepare(batches)
        kept.append(objective.labelled)
    assert torch.bincount(kept[0].labels).tolist() == [5, 5]
    assert torch.equal(kept[0].images, kept[1].images)
    with pytest.raises(SettingError, match="too few"):
        made("sgan", labels=200)[1].prepare(batches)


def test_the_first_images_fix_the_lengths_of_the_classifiers_weights():
    """What goes on from each layer has mean 0 and variance 1; lengths are trained in the last layer alone."""
    images, _ = shapes(256)
    model, _ = made("sgan", labels=8)
    trunk = model.trunk
    torch.manual_seed(0)
    x = trunk.fit(torch.from_numpy(images).float() / 127.5 - 1)
    assert x.shape == (256, trunk.width) and (x.mean(0) - 0.4).abs().max() < 0.25, "a normal number above 0 is 0.4 on average"
    layer, given = trunk.layers[1], torch.randn(4000, trunk.layers[1].v.shape[1]) * 3 + 1
    layer.fit(given)
    out = layer(given)
    assert out.mean(0).abs().max() < 1e-4 and (out.std(0) - 1).abs().max() < 1e-3
    trained = {n for n, _ in model.named_parameters()}
    assert {n for n in trained if n.endswith(".g")} == {"generator.6.g", "head.g"}


def test_only_the_labelled_images_teach_the_class():
    """Labels of the batch change nothing: the objective never looks at them."""
    images, labels = shapes(32)
    x = torch.from_numpy(images).float() / 127.5 - 1
    results = []
    for other in (torch.from_numpy(labels), 1 - torch.from_numpy(labels)):
        _, objective = made("sgan", labels=8)
        objective.prepare([Batch(x, torch.from_numpy(labels))])
        torch.manual_seed(3)
        results.append(objective.discriminator_loss(Batch(x[:8], other[:8]))["loss"].item())
    assert results[0] == results[1]


def test_information_loss_is_zero_for_a_reader_that_reads_right():
    model, objective = made("infogan", categories=3, continuous=2)
    z = model.sample_z(9, torch.Generator().manual_seed(0))
    k = model.spec.codes[0]
    right = (z[:, k.start:k.start + 3] * 50, z[:, k.start + 3:])
    model.q = lambda features: right
    terms = objective.information_loss(torch.zeros(9, 1), z, torch.zeros(9, 2))
    assert terms["loss"].item() == pytest.approx(0, abs=1e-5)
    assert terms["information"].item() == pytest.approx(math.log(3), abs=1e-5)


def test_batch_norm_of_the_average_fits_the_averaged_weights():
    """After finish, statistics are those that the averaged network sees, whatever the training left in the buffers."""
    family = families.get("dcgan")
    config = family.Config(batch_size=8, images=64, channels=4, z_dim=6)
    data = spec()
    t = Trainer(family, config, Card("s", "dcgan", config.to_dict(), data, family.Model(config, data).spec), *shapes(), World())
    t.step()
    for m in t.average.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_mean.fill_(1e3)
    model = t.finished_model()
    norm = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    seen = []
    norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    z = model.sample_z(4000, torch.Generator().manual_seed(5))
    model.synthesize(model.map(z))
    torch.testing.assert_close(norm.running_mean, seen[0].mean((0, 2, 3)), atol=5e-3, rtol=0.2)
    assert not norm.training and norm.momentum == 0.1


def test_a_generator_learns_the_ring():
    """A hundred steps of WGAN-GP move its points onto the circle: their radius, and both halves of the plane."""
    family = families.get("wgan-gp")
    config = family.Config(batch_size=64, images=64 * 100, width=32, z_dim=2, learning_rate=4e-3, critic_steps=3, penalty=0.1, ema_images=0)
    angle = torch.arange(2048) * 2 * math.pi / 8
    points = (0.8 * torch.stack([angle.cos(), angle.sin()], 1)).numpy().astype(np.float32)
    data = DataSpec("dots", "Dots", (2,), fingerprint="0" * 64)
    t = Trainer(family, config, Card("d", "wgan-gp", config.to_dict(), data, family.Model(config, data).spec), points, None, World())

    def far():
        x = t.model.synthesize(t.model.map(t.model.sample_z(500, torch.Generator().manual_seed(0)))).detach()
        return (x.norm(dim=1) - 0.8).abs().mean().item(), x
    before, _ = far()
    for _ in range(100):
        t.step()
    after, x = far()
    assert after < 0.5 * before
    assert 0.1 < (x[:, 0] > 0).float().mean() < 0.9


def test_conditional_norm_is_batch_norm_with_each_classs_own_gain_and_bias():
    norm, x, label = layers.ConditionalNorm(nn.BatchNorm2d(3), 4), torch.randn(6, 3, 5, 5), torch.tensor([0, 3, 1, 1, 2, 0])
    plain = (x - x.mean((0, 2, 3), keepdim=True)) / (x.var((0, 2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()
    expected = plain * norm.gain.weight[label][..., None, None] + norm.bias.weight[label][..., None, None]
    torch.testing.assert_close(norm(x, label), expected)
    torch.testing.assert_close(norm(x, nn.functional.one_hot(label, 4).float()), expected, msg="a class is all of its share")


def test_a_loud_class_does_not_drown_the_noise():
    """What an embedding beside the noise does not keep: what the first layer hands on varies with the noise within each class."""
    torch.manual_seed(0)
    family = families.get("cgan")
    model = family.Model(family.Config(z_dim=8, channels=4), DataSpec("d", "D", (1, 28, 28), classes=("a", "b"), fingerprint="0" * 64))
    w, label = model.map(torch.randn(64, 8)), torch.arange(64) % 2
    first = next(i for i, m in enumerate(model.generator.layers) if isinstance(m, layers.ConditionalNorm))
    with torch.no_grad():
        model.generator.layers[first].bias.weight.mul_(1000)
        x = w[:, 0]
        for layer in model.generator.layers[:first]:
            x = layer(x)
        x = model.generator.layers[first](x, label)
    for k in (0, 1):
        assert x[label == k].std(0).mean() == pytest.approx(1, abs=0.15)


def test_he_initialisation_keeps_the_signals_size_through_leaky_layers():
    torch.manual_seed(0)
    net = nn.Sequential(*(m for _ in range(8) for m in (nn.Linear(400, 400), nn.LeakyReLU(0.2))))
    x = torch.randn(500, 400)
    assert net(x).square().mean() < 0.01, "as PyTorch starts, it dies away"
    layers.he_initialised(net)
    assert 0.5 < net(x).square().mean() < 2


def test_r1_is_added_as_the_settings_say():
    family, images = families.get("gan"), torch.rand(8, 1, 28, 28) * 2 - 1
    terms = {}
    for r1 in (0.0, 2.0):
        torch.manual_seed(0)
        config = family.Config(width=16, dropout=0.0, r1=r1)
        objective = family.Objective(family.Model(config, DataSpec("d", "D", (1, 28, 28), fingerprint="0" * 64)), config)
        torch.manual_seed(1)
        terms[r1] = objective.discriminator_loss(Batch(images))
    x = images.clone().requires_grad_(True)
    slope, = torch.autograd.grad(objective.discriminator(x).sum(), x)
    expected = 0.5 * slope.flatten(1).square().sum(1).mean()
    torch.testing.assert_close(terms[2.0]["r1"], expected)
    torch.testing.assert_close(terms[2.0]["loss"], terms[0.0]["loss"] + 2 * expected)
    assert "r1" not in terms[0.0]
