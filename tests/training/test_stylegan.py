"""Styles against closed forms: AdaIN, mixing, noise of each pixel, the mapping network and the mean of W."""


import dataclasses

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from training import families, palette, style_layers, styles
from training.equalized import EqualConv, EqualLinear, PixelNorm
from training.model import SettingError
from training.style_codes import alike, exchanged, mixed
from training.style_layers import Mapping, SynthesisLayer, adain, demodulation, standardised

from .small import spec
from .test_growing import batch, codes, made, randomised, trainer


def noisy(**settings):
    """A model whose noise and biases are not zero, as after training."""
    model, _ = made("stylegan", **{"noise_lr_mul": 0.1} | settings)
    return randomised(model).eval()


# -- AdaIN

@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_standardised_is_instance_norm(scale):
    torch.manual_seed(0)
    x = torch.randn(3, 4, 6, 6) * scale + 2 * scale
    variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    centred, std = standardised(x)
    torch.testing.assert_close(centred, x - mean)
    torch.testing.assert_close(std, (variance + 1e-5).sqrt())


def test_adain_gives_each_feature_the_styles_mean_and_deviation():
    torch.manual_seed(0)
    x, gain, bias = 3 * torch.randn(2, 5, 8, 8) + 1, torch.randn(2, 5, 1, 1), torch.randn(2, 5, 1, 1)
    out = adain(x, gain, bias)
    variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    torch.testing.assert_close(out, gain * (x - mean) / (variance + 1e-5).sqrt() + bias)
    torch.testing.assert_close(out.mean((2, 3), keepdim=True), bias, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(out.std((2, 3), correction=0, keepdim=True), gain.abs(), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(adain(7 * x - 3, gain, bias), out, atol=1e-3, rtol=1e-3)


def test_a_constant_feature_becomes_its_bias():
    assert torch.equal(adain(torch.full((1, 1, 4, 4), 9.0), torch.ones(1, 1, 1, 1), torch.full((1, 1, 1, 1), 0.25)),
                       torch.full((1, 1, 4, 4), 0.25))


def styled(layer, channels, side, instance):
    """A layer told styles of 5 numbers."""
    normalise = "instance" if instance else "weights"
    config = styles.StyleConfig(w_dim=5, noise_lr_mul=1.0, epsilon=style_layers.EPSILON, normalise=normalise)
    return SynthesisLayer(layer, channels, config, side, 0)


def test_a_layer_adds_noise_and_bias_then_leaks_then_is_styled():
    torch.manual_seed(0)
    layer = randomised(styled(nn.Conv2d(3, 4, 3, padding=1), 4, 6, True))
    x, w, noise = torch.randn(2, 3, 6, 6), torch.randn(2, 5), torch.randn(2, 1, 6, 6)
    inside = nn.functional.leaky_relu(layer.layer(x) + noise * layer.strength + layer.bias, 0.2)
    gain, bias = (w @ layer.style.used().T + layer.style.bias).reshape(2, 2, 4, 1, 1).unbind(1)
    torch.testing.assert_close(layer(x, w, noise)[0], adain(inside, 1 + gain, bias))
    without = nn.functional.leaky_relu(layer.layer(x) + layer.bias, 0.2)
    torch.testing.assert_close(layer(x, w, None)[0], adain(without, 1 + gain, bias))


def test_a_style_of_zero_leaves_features_standardised():
    x = torch.randn(2, 8, 28, 28)
    layer = styled(None, 8, 28, True)
    centred, std = standardised(nn.functional.leaky_relu(x, 0.2))
    torch.testing.assert_close(layer(x.clone(), torch.zeros(2, 5), None)[0], centred / std)


# -- weights in place of AdaIN

def test_gains_in_a_layer_and_out_of_the_next_are_weights_modulated_and_demodulated():
    """Karras et al. 2020, equations 1 and 3: a convolution of its own for each image."""
    torch.manual_seed(0)
    first, second = (randomised(styled(EqualConv(a, b, bias=False), b, 6, False)) for a, b in ((3, 4), (4, 6)))
    w, noise = torch.randn(2, 5), torch.randn(2, 1, 6, 6)
    x, gain = first(torch.randn(2, 3, 6, 6), w, None)
    out, _ = second(x, w, noise, gain)
    torch.testing.assert_close(gain, 1 + first.style(w))
    plain = x / gain[:, :, None, None]                                              # the features before their own style
    for i in range(2):
        weight = second.layer.weight * gain[i, None, :, None, None]
        weight = weight / weight.square().sum((1, 2, 3), keepdim=True).sqrt() * 2**0.5
        made = nn.functional.conv2d(plain[i:i + 1], weight, padding=1) + noise[i] * second.strength + second.bias
        torch.testing.assert_close(out[i:i + 1], nn.functional.leaky_relu(made, 0.2) * (1 + second.style(w[i:i + 1]))[..., None, None],
                                   rtol=1e-4, atol=1e-5)


def test_demodulated_features_keep_their_deviation_whatever_the_gains():
    torch.manual_seed(0)
    conv, gain = EqualConv(64, 32, bias=False), 10 ** torch.randn(4, 64)
    x = torch.randn(4, 64, 32, 32) * gain[..., None, None]
    made = conv(x) * demodulation(conv.used(), gain)[..., None, None]
    inner = made[:, :, 1:-1, 1:-1].std((0, 2, 3))
    assert ((inner - 2**0.5).abs() < 0.15).all()


def test_only_the_next_layer_s_scale_knows_a_common_factor_of_a_style():
    """What makes styles local: a style twice as strong everywhere is undone by the next convolution."""
    layer = styled(EqualConv(3, 4, bias=False), 4, 6, False)
    x, w, gain = torch.randn(2, 3, 6, 6), torch.randn(2, 5), torch.randn(2, 3)
    torch.testing.assert_close(layer(2 * x, w, None, 2 * gain)[0], layer(x, w, None, gain)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("normalise", ["instance", "weights"])
def test_both_ways_train(normalise):
    t = trainer("stylegan", normalise=normalise, stage_images=0)
    before = [p.detach().clone() for p in t.model.parameters()]
    for _ in range(2):
        t.step()
    assert t.finite() and sum(not torch.equal(a, b) for a, b in zip(before, t.model.parameters(), strict=True)) > len(before) / 2


# -- the palette

def test_each_pixel_is_a_mixture_of_colours_that_the_finest_style_alone_chooses():
    model = noisy(palette=3)
    w, other = codes(model), codes(model, seed=1)
    features = model.blocks(w, 2)[2]
    colours = (w[:, 5] @ model.palette.used().T + model.palette.bias).view(3, 3, 1)
    quarters = F.interpolate(2 * model.masks[2](features), scale_factor=2, mode="bilinear").softmax(1)
    by_hand = (F.avg_pool2d(quarters, 2)[:, :, None] * colours[..., None, None]).sum(1)
    torch.testing.assert_close(model.image(w), by_hand, rtol=1e-4, atol=1e-5)
    low, high = (f(colours, 1)[..., None, None] for f in (torch.amin, torch.amax))
    assert ((by_hand >= low - 1e-5) & (by_hand <= high + 1e-5)).all()
    finest, coarser = torch.cat([w[:, :5], other[:, 5:]], 1), torch.cat([other[:, :5], w[:, 5:]], 1)
    assert torch.equal(model.blocks(finest, 2)[2], features), "the finest style moves nothing"
    assert not torch.allclose(model.image(finest), by_hand, atol=1e-2)
    torch.testing.assert_close(model.coloured(features, coarser, 2), by_hand, rtol=1e-4, atol=1e-5)


def test_each_colour_can_have_a_style_of_its_own():
    model = noisy(palette=3)
    w, other = codes(model), codes(model, seed=1)
    features = model.blocks(w, 2)[2]
    own = torch.cat([w[:, :5], w[:, 5:], other[:, 5:], w[:, 5:]], 1)
    weight, bias = model.palette.used(), model.palette.bias
    colours = torch.stack([w[:, 5] @ weight[0] + bias[0], other[:, 5] @ weight[1] + bias[1], w[:, 5] @ weight[2] + bias[2]], 1)
    filled = palette.filled(model.shares(features, 2), colours[..., None])
    torch.testing.assert_close(model.image(own), filled, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.image(torch.cat([w[:, :5], *[w[:, 5:]] * 3], 1)), model.image(w), rtol=1e-4, atol=1e-5)


def test_exchanging_takes_half_of_the_colours_of_a_share_of_the_images_from_the_one_before():
    torch.manual_seed(0)
    w = torch.arange(400.0)[:, None, None].repeat(1, 4, 2)
    out = exchanged(w, 6, 0.5)
    assert out.shape == (400, 9, 2) and torch.equal(out[:, :3], w[:, :3])
    other = out[:, 3:] != w[:, :1]
    assert torch.equal(out[:, 3:][other], w.roll(1, 0)[:, :1].expand(-1, 6, -1)[other]) and torch.equal(other[..., 0], other[..., 1])
    some = other[..., 0].any(1)
    assert 0.4 < some.float().mean() < 0.6 and 0.4 < other[some].float().mean() < 0.6
    assert torch.equal(exchanged(w, 6, 0.0)[:, 3:], w[:, :1].expand(-1, 6, -1))


def test_colours_are_exchanged_in_training_once_all_has_grown():
    for mixing in (0.5, 0.0):
        model, objective = made("stylegan", palette=4, exchange=1.0, mixing=mixing, sorting_images=0)
        assert objective.drawn(8).shape == (8, 9, 5)
    objective.config = dataclasses.replace(objective.config, sorting_images=50)
    for seen, styles_given in ((199, 6), (200, 9)):
        objective.images_seen = seen
        assert objective.drawn(8).shape == (8, styles_given, 5)
    model.grow(1, 1.0)
    assert objective.drawn(8).shape == (8, 6, 5)
    for settings in (dict(palette=0), dict(palette=4, exchange=0.0, sorting_images=0)):
        model, objective = made("stylegan", **settings)
        assert objective.drawn(8).shape == (8, 6, 5)


def test_a_training_that_begins_with_a_sorted_palette_does_not_sort_it_anew():
    config = families.get("stylealae").Config(palette=4)
    assert config.after(dict(palette=4, sorting_images=100), 400) == {"sorting_images": 0}
    assert config.after(dict(palette=4, sorting_images=100), 399) == {}
    assert config.after(dict(palette=5, sorting_images=100), 400) == config.after({}, 400) == {}
    assert dataclasses.replace(config, palette=0).after(dict(palette=0), 400) == {}


def test_the_closed_form_knows_the_palette_s_weights_where_there_is_one():
    with_palette, without = noisy(palette=4), noisy(palette=0)
    assert torch.equal(with_palette.style_weights()[-1], with_palette.palette.used())
    assert torch.equal(without.style_weights()[-1], without.styled(2)[-1].style.used())
    assert with_palette.styled(2)[-1].style is None and all(layer.style is not None for layer in with_palette.styled(2)[:-1])


def test_a_palette_and_colours_that_add_up_exclude_each_other():
    with pytest.raises(SettingError, match="palette 0 or no skip"):
        made("stylegan", skip=True)
    model, _ = made("stylegan", skip=True, palette=0)
    assert model.palette is None and len(model.masks) == 0


def test_rules_are_added_to_the_generators_loss_and_there_are_none_without_a_palette():
    losses = []
    for weight in (0.0, 2.0):
        _, objective = made("stylegan", palette=3, areas=weight, blending=weight, contrast=weight, sorting_images=0)
        torch.manual_seed(0)
        losses.append(objective.generator_loss(batch()))
    names = ("areas", "blending", "contrast")
    assert not any(losses[0][k] for k in names) and losses[1]["blending"] > 0.1
    assert losses[1]["loss"].item() == pytest.approx((losses[0]["loss"] + sum(losses[1][k] for k in names)).item(), rel=1e-5)
    assert set(made("stylegan", palette=0)[1].generator_loss(batch())) == {"loss"}


# -- the mapping network

def test_the_mapping_sees_directions_and_learns_slowly():
    torch.manual_seed(0)
    mapping, z = Mapping(6, 5, 3, 0.01), torch.randn(4, 6)
    torch.testing.assert_close(mapping(z), mapping(3 * z), rtol=1e-4, atol=1e-5)
    linear = [m for m in mapping if isinstance(m, EqualLinear)]
    assert isinstance(mapping[0], PixelNorm) and [m.lr_mul for m in linear] == [0.01] * 3
    assert [tuple(m.weight.shape) for m in linear] == [(5, 6), (5, 5), (5, 5)]


@pytest.mark.parametrize("layers", [1, 4, 8])
def test_styles_begin_with_about_the_spread_of_the_noise(layers):
    torch.manual_seed(0)
    w = Mapping(64, 64, layers, 0.01)(torch.randn(500, 64))
    assert 0.3 < w.square().mean().sqrt() < 3


def test_map_gives_every_layer_the_same_style():
    model, _ = made("stylegan")
    w = codes(model)
    assert w.shape == (3, 6, 5) and model.spec.num_layers == 6 and model.spec.prior == "mapped" and model.spec.pixel_noise
    assert all(torch.equal(w[:, 0], w[:, k]) for k in range(6)) and not torch.equal(w[0], w[1])


def test_the_average_is_the_mean_of_w_and_is_kept_for_truncation():
    t = trainer("stylegan")
    t.step()
    model = t.finished_model()
    w = model.map(model.sample_z(20_000, torch.Generator().manual_seed(77)))[:, 0]
    mean = model.w_avg
    assert mean.shape == (5,) and ((mean - w.mean(0)).abs() < 5 * w.std(0) * (1 / 10_000 + 1 / 20_000) ** 0.5).all()
    assert mean.abs().max() > 0.05
    assert "w_avg" in model.state_dict()


# -- layers and their styles

def test_a_style_acts_from_its_own_layer_on():
    """Coarser features do not know it; the layer's own do."""
    model = noisy(palette=0)
    w = codes(model)
    before = model.blocks(w, 2)
    for k in range(6):
        other = w.clone()
        other[:, k] = torch.randn(3, 5, generator=torch.Generator().manual_seed(k))
        for j, (a, b) in enumerate(zip(before, model.blocks(other, 2), strict=True)):
            assert torch.equal(a, b) == (j < k // 2), (k, j)


def test_with_a_depth_of_one_each_resolution_has_one_style_and_the_networks_are_half_as_deep():
    (one, critic), (two, deep) = made("stylegan", depth=1), made("stylegan", depth=2)
    w = codes(one)
    assert one.spec.num_layers == 3 and w.shape == (3, 3, 5) and len(one.style_weights()) == 3
    assert [tuple(f.shape) for f in one.blocks(w, 2)] == [tuple(f.shape) for f in two.blocks(codes(two), 2)]
    noise = one.synthesize_noisy(w, None, [1.0, 1.0, 1.0])
    assert torch.allclose(noise, one.synthesize(w), atol=1e-6)
    assert [len(b) for b in critic.discriminator.trunk.blocks] == [2, 2] and [len(b) for b in deep.discriminator.trunk.blocks] == [4, 4]


def test_styles_beyond_the_stage_are_not_asked():
    model = noisy()
    model.grow(1, 1.0)
    w = codes(model)
    other = w.clone()
    other[:, 4:] = 9
    assert torch.equal(model.synthesize(w), model.synthesize(other))
    other[:, 3] = 9
    assert not torch.equal(model.synthesize(w), model.synthesize(other))


@pytest.mark.parametrize(("normalise", "rows"), [("weights", 1), ("instance", 2)])
def test_style_weights_are_what_turns_w_into_gains_and_biases(normalise, rows):
    model = noisy(normalise=normalise, palette=0)
    weights = model.style_weights()
    assert len(weights) == 6 and torch.equal(model.first_weight(), torch.cat(weights)) and not any(a.requires_grad for a in weights)
    for layer, a in zip(model.styled(2), weights, strict=True):
        w = torch.randn(5)
        torch.testing.assert_close(torch.autograd.functional.jacobian(lambda x, f=layer.style: f(x), w), a)
        assert a.shape == (rows * layer.bias.shape[0], 5)


# -- mixing

def crossovers(share, layers, n=400, depth=10):
    torch.manual_seed(0)
    w, other = torch.zeros(n, depth, 2), torch.ones(n, depth, 2)
    out = mixed(w, other, layers, share)
    assert out.shape == w.shape and torch.equal(out[..., 0], out[..., 1])
    return out[..., 0]


def test_mixing_none_changes_nothing():
    assert crossovers(0.0, 10).abs().max() == 0


@pytest.mark.parametrize("layers", [2, 4, 10])
def test_mixing_all_gives_each_image_one_crossover_within_the_layers(layers):
    out = crossovers(1.0, layers)
    assert (out.diff(dim=1) >= 0).all(), "the first style, then the other for good"
    cut = (out == 0).sum(1)
    assert cut.min() == 1 and cut.max() == layers - 1
    assert len(cut.unique()) == layers - 1 and cut.bincount()[1:].min() > 0.5 * 400 / (layers - 1)


def test_mixing_half_mixes_about_half():
    out = crossovers(0.5, 6)
    assert 0.4 < (out[:, -1] == 1).float().mean() < 0.6


def test_one_layer_has_nothing_to_cross_over_in():
    assert crossovers(1.0, 1)[:, 0].abs().max() == 0


@pytest.mark.parametrize(("stage", "layers"), [(0, 2), (1, 4), (2, 6)])
def test_training_mixes_within_the_layers_that_have_grown(stage, layers, monkeypatch):
    model, objective = made("stylegan", mixing=0.7)
    model.grow(stage, 1.0)
    asked = []
    monkeypatch.setattr("training.styles.mixed", lambda w, other, n, share: asked.append((w, other, n, share)) or w)
    objective.drawn(4)
    (w, other, n, share), = asked
    assert (n, share) == (layers, 0.7) and w.shape == other.shape == (4, 6, 5) and not torch.equal(w, other)
    plain = made("stylegan", mixing=0.0)[1]
    assert (plain.drawn(3).diff(dim=1) == 0).all() and len(asked) == 1


# -- noise

def test_without_noise_it_is_a_model_whose_noise_has_no_strength():
    model = noisy()
    w = codes(model)
    off = model.synthesize_noisy(w, None, [0, 0, 0])
    assert torch.equal(off, model.synthesize_noisy(w, None, [0, 0, 0], seed=5)) and not torch.equal(off, model.synthesize(w))
    with torch.no_grad():
        for layer in model.styled(2):
            layer.strength.zero_()
    torch.testing.assert_close(model.synthesize(w), off)


def test_noise_of_full_strength_is_the_models_own_or_that_of_a_seed():
    model = noisy()
    w = codes(model)
    torch.testing.assert_close(model.synthesize_noisy(w, None, [1, 1, 1]), model.synthesize(w))
    torch.manual_seed(1)
    a = model.synthesize_noisy(w, None, [1, 1, 1], seed=3)
    torch.manual_seed(2)
    assert torch.equal(a, model.synthesize_noisy(w, None, [1, 1, 1], seed=3))
    assert not torch.equal(a, model.synthesize_noisy(w, None, [1, 1, 1], seed=4))
    torch.testing.assert_close(a[1:2], model.synthesize_noisy(w[1:2], None, [1, 1, 1], seed=3), rtol=1e-4, atol=1e-5)


def test_each_resolution_has_a_strength_of_its_own():
    """Noise of half the strength is the layer's own strength halved; finer noise leaves coarser features as they are."""
    model = noisy()
    w = codes(model)
    asked = model.synthesize_noisy(w, None, [1, 0.5, 0])
    with torch.no_grad():
        for layer, times in zip(model.styled(2), (1, 1, 0.5, 0.5, 0, 0), strict=True):
            layer.strength.mul_(times)
    torch.testing.assert_close(asked, model.synthesize(w))


def test_the_models_own_noise_is_the_same_in_every_process_and_in_no_file():
    one, two = (made("stylegan")[0] for _ in range(2))
    torch.manual_seed(9)
    three = styles.StyleGenerator(families.get("stylegan").Config(), spec())
    for a, b, c in zip(one.styled(2), two.styled(2), three.styled(2), strict=True):
        assert torch.equal(a.constant, b.constant) and torch.equal(a.constant, c.constant)
    assert not any(k.endswith(".constant") for k in one.state_dict())
    assert len({a.constant.flatten()[0].item() for a in one.styled(2)}) == 6


def test_while_training_each_image_has_fresh_noise_and_in_use_the_same():
    model = noisy()
    w = codes(model, 1).expand(2, -1, -1)
    torch.testing.assert_close(*model.synthesize(w))
    assert torch.equal(model.synthesize(w), model.synthesize(w))
    model.train()
    for a, b in (model.synthesize(w), (model.synthesize(w), model.synthesize(w))):
        assert (a - b).abs().max() > 0.01


def test_noise_begins_without_strength():
    model, _ = made("stylegan")
    w = codes(model)
    torch.testing.assert_close(model.train().synthesize(w), model.eval().synthesize_noisy(w, None, [0, 0, 0]))


def test_noise_of_a_model_that_is_fading_in():
    model = noisy()
    model.grow(2, 0.5)
    w = codes(model)
    torch.testing.assert_close(model.synthesize_noisy(w, None, [1, 1, 1]), model.synthesize(w))


# -- training

def test_each_phase_trains_its_own_network():
    model, objective = made("stylegan")
    for phase in objective.phases():
        own = model if phase.name == "generator" else objective.discriminator
        assert {id(p) for p in phase.parameters} == {id(p) for p in own.parameters()}


def test_two_styles_teach_the_mapping_twice():
    """The gradient of a mixed image passes through both codes."""
    model, objective = made("stylegan", mixing=1.0, exchange=0.0)
    model.grow(2, 1.0)
    w = objective.drawn(4)
    assert all(len(w[i].unique(dim=0)) == 2 for i in range(4))
    w.sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in model.mapping.parameters())


# -- drawing what is alike once

def test_images_are_alike_up_to_the_first_layer_that_tells_them_apart():
    a, b, c = torch.randn(3, 2, generator=torch.Generator().manual_seed(0))
    w = torch.stack([torch.stack(layers) for layers in ([a, a, b], [a, b, b], [a, a, c], [b, a, b], [a, a, b])])
    coarse, middle, fine = alike(w, [True] * 3)
    assert coarse.rows.tolist() == [0, 3] and coarse.of.tolist() == [0, 0, 0, 1, 0]
    assert middle.rows.tolist() == [0, 1, 3] and middle.of.tolist() == [0, 1, 0, 2, 0]
    assert fine.rows.tolist() == [0, 1, 2, 3] and fine.of.tolist() == [0, 1, 2, 3, 0]
    untold = alike(w, [True, True, False])
    assert untold[1].rows.tolist() == untold[2].rows.tolist() and untold[1].of.tolist() == untold[2].of.tolist()
    assert alike(torch.randn(4, 3, 2), [True] * 3) is None and alike(torch.empty(0, 3, 2), [True] * 3) is None


@pytest.mark.parametrize("settings", [{}, {"palette": 0}, {"normalise": "instance"}, {"depth": 1}])
def test_mixed_images_drawn_together_are_what_they_are_alone(settings):
    model = noisy(**settings)
    layers = model.spec.num_layers
    w, other = codes(model), codes(model, seed=1)
    every = torch.cat([w, other, *(torch.cat([w[:, :k], other[:, k:]], 1) for k in range(1, layers)), w])
    asked = []
    for layer in model.styled(2):
        layer.register_forward_pre_hook(lambda _, args: asked.append(len(args[0])))
    with torch.no_grad():
        together, levels = model.synthesize(every), model.synthesize_levels(every)
        assert len(every) == 3 * (layers + 2) and asked[0] == 6 and asked[layers - 1] == 3 * (layers + 1) - 3 * (model.palette is not None)
        alone = torch.cat([model.synthesize(x[None]) for x in every])
        torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)
        for a, b in zip(levels, model.synthesize_levels(every[-1:]), strict=True):
            torch.testing.assert_close(a[-1:], b, rtol=1e-4, atol=1e-5)
        noise = model.synthesize_noisy(every, None, [1.0, 0.0, 0.5], seed=3)
        torch.testing.assert_close(noise[:3], noise[-3:])
    torch.testing.assert_close(together, model.synthesize(every), rtol=1e-4, atol=1e-5)      # with gradients, each by itself
