"""What autoencoders share: mirrors and ties, convolutions, greedy turns, the fitted Gaussian; sparse and denoising losses."""

import math
from dataclasses import replace

import pytest
import torch

from training import corruption, families
from training.autoencoders import Autoencoder, AutoencoderConfig, Tied, convolutional, dense
from training.code_prior import FULL
from training.losses import kl_of_activity
from training.model import Batch, SettingError
from training.pixel_errors import psnr_of, squared_error

from .small import shapes, spec


def images(n=12):
    x, _ = shapes(n)
    return Batch.of(torch.from_numpy(x)).images


def made(name, **settings):
    family = families.get(name)
    config = family.Config.from_dict({"images": 100, "batch_size": 4, **settings})
    torch.manual_seed(0)
    model = family.Model(config, spec())
    return model, family.Objective(model, config)


def test_a_tied_layer_is_its_mirror_transposed_and_learns_with_it():
    model = Autoencoder(AutoencoderConfig(z_dim=5, hidden=(9, 7), tied=True), spec())
    free = Autoencoder(AutoencoderConfig(z_dim=5, hidden=(9, 7)), spec())
    assert sum(p.numel() for p in model.decoder.parameters()) == 7 + 9 + 784, "biases alone are the decoder's own"
    assert sum(p.numel() for p in free.decoder.parameters()) == 5 * 7 + 7 * 9 + 9 * 784 + 7 + 9 + 784
    for down, up in model.pairs():
        assert isinstance(up[0], Tied) and up[0].layer[0] is down[0]
    x = torch.randn(3, 5)
    first = model.pairs()[-1]
    assert torch.allclose(first[1][0](x), x @ first[0][0].weight + first[1][0].bias)
    assert {k.split(".")[-1] for k in model.decoder.state_dict()} == {"bias"}
    assert torch.allclose(first[1][0](x) - first[1][0].bias, x @ model.first_weight().T) and free.first_weight().shape == (7, 5)


def test_through_all_layers_is_the_reconstruction_and_through_one_sees_only_that():
    model = Autoencoder(AutoencoderConfig(z_dim=5, hidden=(9, 7)), spec())
    x = images()
    assert model.mirrors() == 3
    assert torch.allclose(model.through(x, 3), model.synthesize(model.encode(x)), atol=1e-6)
    before = model.through(x, 1)
    with torch.no_grad():
        for p in [*model.pairs()[1][0].parameters(), *model.pairs()[2][1].parameters()]:
            p.add_(1.0)
    assert torch.equal(model.through(x, 1), before) and not torch.equal(model.through(x, 2), before)
    with pytest.raises(ValueError, match="1 to 3"):
        model.through(x, 4)
    assert Autoencoder(AutoencoderConfig(z_dim=5, network="conv", channels=4), spec()).mirrors() == 0


@pytest.mark.parametrize(("shape", "small"), [((1, 28, 28), 7), ((3, 32, 32), 8), ((3, 64, 64), 8)])
def test_convolutions_pool_down_to_a_few_pixels_and_come_back(shape, small):
    down, up = convolutional(shape, 4, 6)
    x = torch.rand(2, *shape)
    assert up(down(x)).shape == x.shape and down(x).shape == (2, 6)
    before_code = down[:-2](x)
    assert before_code.shape[-1] == small
    again = up(down(x)).detach()
    assert again.min() >= 0 and again.max() <= 1


def test_activations_are_the_layers_after_their_nonlinearity_and_the_code_last():
    model = Autoencoder(AutoencoderConfig(z_dim=5, hidden=(9, 7)), spec())
    x = images()
    found = model.activations(x)
    assert [tuple(a.shape) for a in found] == [(12, 9), (12, 7), (12, 5)]
    assert torch.equal(found[-1], model.encode(x)[:, 0])
    assert torch.equal(found[0], torch.nn.functional.silu(model.encoder[1][0](x.flatten(1))))
    conv = Autoencoder(AutoencoderConfig(z_dim=5, network="conv", channels=4), spec()).activations(x)
    assert [tuple(a.shape[1:]) for a in conv] == [(4, 28, 28), (8, 14, 14), (5,)]
    recurrent, _ = made("recurrent", units=6, z_dim=4)
    assert torch.allclose(recurrent.activations(x)[-1], recurrent.encode(x)[:, 0])
    vae, _ = made("vae", z_dim=3, network="dense", width=8)
    assert torch.allclose(vae.activations(x)[-1], vae.encode(x)[:, 0])


def test_greedy_layers_take_their_turns_and_only_the_one_learns():
    model, objective = made("autoencoder", hidden=(9, 7), z_dim=5, greedy=0.6, images=1000)
    assert [objective.turn(n)[0] for n in (0, 199, 200, 399, 400, 599, 600, 999)] == [0, 0, 1, 1, 2, 2, None, None]
    assert [round(objective.rate(n), 3) for n in (0, 100, 200, 600, 800, 1000)] == [1.0, 0.5, 1.0, 1.0, 0.5, 0.0]
    objective.set_progress(250)
    objective.loss(Batch(images()))["loss"].backward()
    moved = {k for k, p in model.named_parameters() if p.grad is not None}
    down, up = model.pairs()[1]
    own = {id(p) for p in [*down.parameters(), *up.parameters()]}
    assert moved == {k for k, p in model.named_parameters() if id(p) in own}


def test_samples_are_judged_once_all_layers_are_trained_together():
    _, objective = made("autoencoder", hidden=(9, 7), z_dim=5, greedy=0.6, images=1000)
    assert [objective.whole(n) for n in (0, 599, 600, 1000)] == [False, False, True, True]
    assert made("autoencoder", hidden=(9,), z_dim=5)[1].whole(0)


def test_a_greedy_layers_loss_is_its_own_reconstruction_of_the_layer_before():
    model, objective = made("autoencoder", hidden=(9, 7), z_dim=5, greedy=1.0, images=900)
    x = images()
    objective.set_progress(0)
    assert torch.allclose(objective.loss(Batch(x))["loss"], squared_error(model.through(x, 1), x).mean(), rtol=1e-5)
    objective.set_progress(301)
    h = model.activations(x)[0]
    down, up = model.pairs()[1]
    assert torch.allclose(objective.loss(Batch(x))["loss"], (up(down(h)) - h).square().sum(1).mean(), rtol=1e-5)


def test_greedy_convolutions_are_refused():
    with pytest.raises(SettingError, match="only dense layers"):
        made("autoencoder", network="conv", greedy=0.5)


def test_a_long_code_is_sampled_from_its_strongest_directions_and_the_rest():
    d = FULL + 72
    model, _ = made("sparse", z_dim=d)
    r = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(d, 3, generator=r))[0]
    codes = 0.5 + 0.02 * torch.randn(4000, d, generator=r) + torch.randn(4000, 3, generator=r) @ basis.T * 0.2
    model.fit_prior(codes)
    z = model.sample_z(4000, torch.Generator().manual_seed(1))
    assert torch.allclose(z.mean(0), codes.mean(0), atol=0.02)
    assert torch.allclose((z - z.mean(0)) @ basis @ basis.T, (z - z.mean(0)) @ basis @ basis.T)
    assert torch.allclose(((z - z.mean(0)) @ basis).std(0), ((codes - codes.mean(0)) @ basis).std(0), rtol=0.1)
    assert torch.allclose(z.var(0), codes.var(0), rtol=0.25, atol=1e-4)


def test_sparse_codes_begin_at_their_target_and_lie_between_0_and_1():
    model, objective = made("sparse", z_dim=20, target=0.1, sparsity="kl")
    with torch.no_grad():
        for m in model.encoder.modules():
            if isinstance(m, torch.nn.Linear):
                m.weight.zero_()
    w = model.encode(images())
    assert torch.allclose(w, torch.full_like(w, 0.1), atol=1e-6)
    assert float(objective.loss(Batch(images()))["penalty"].detach()) == pytest.approx(0, abs=1e-5)
    assert model.sample_z(50).min() >= 0 and model.sample_z(50).max() <= 1


@pytest.mark.parametrize(("penalty", "expected"), [
    ("kl", 2 * (0.2 * math.log(0.2 / 0.6) + 0.8 * math.log(0.8 / 0.4))), ("squared", 2 * 0.4**2), ("l1", 1.2)])
def test_penalties_of_activity(penalty, expected):
    _, objective = made("sparse", z_dim=4, target=0.2, sparsity=penalty)
    assert float(objective.penalty(torch.tensor([0.6, 0.6]))) == pytest.approx(expected, rel=1e-5)


def test_kl_is_zero_at_the_target_alone_and_finite_at_the_ends():
    assert float(kl_of_activity(torch.full((3,), 0.05), 0.05)) == pytest.approx(0, abs=1e-6)
    assert float(kl_of_activity(torch.tensor([0.06]), 0.05)) > 0 < float(kl_of_activity(torch.tensor([0.04]), 0.05))
    assert all(math.isfinite(float(kl_of_activity(torch.tensor([a]), 0.05))) for a in (0.0, 1.0))


def test_denoising_asks_for_the_clean_image():
    model, objective = made("denoising", network="dense", hidden=(9,), z_dim=4, corruption="dropout", amount=1.0)
    x, black = images(), torch.full_like(images(), -1.0)
    expected = squared_error(model.synthesize(model.encode(black)), x).mean()
    assert torch.allclose(objective.loss(Batch(x))["loss"], expected)
    quiet = replace(objective.config, amount=0.0)
    objective.config = quiet
    assert torch.allclose(objective.loss(Batch(x))["loss"], squared_error(model.synthesize(model.encode(x)), x).mean())


def test_gain_is_what_the_reconstruction_wins_over_the_noise():
    model, objective = made("autoencoder", hidden=(9,), z_dim=4)
    x = images()
    model.synthesize = lambda w, label=None: x                          # a perfect denoiser
    torch.manual_seed(0)
    best = objective.measure(Batch(x))
    torch.manual_seed(0)
    noisy = corruption.corrupt(x, "gaussian", corruption.STANDARD["gaussian"])
    model.synthesize = lambda w, label=None: noisy                      # one that does nothing
    torch.manual_seed(0)
    none = objective.measure(Batch(x))
    assert torch.allclose(none["gain_gaussian"], torch.zeros(len(x)), atol=1e-4)
    assert torch.allclose(best["gain_gaussian"], 100 - psnr_of(noisy, x), atol=1e-3), "at most 100 dB"


def test_a_recurrent_reader_sees_rows_in_order():
    model, _ = made("recurrent", units=8, z_dim=3)
    x = images(2)
    assert torch.allclose(model.encode(x), model.encode(x.clone())) and not torch.allclose(model.encode(x), model.encode(x.flip(2)))
    assert model.synthesize(model.encode(x)).shape == x.shape


def test_dense_networks_with_no_hidden_layer_are_one_matrix_each_way():
    down, up = dense((1, 28, 28), (), 4, False)
    assert [tuple(p.shape) for p in down.parameters()] == [(4, 784), (4,)]
    assert [tuple(p.shape) for p in up.parameters()] == [(784, 4), (784,)]
