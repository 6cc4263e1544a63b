"""What each unit of the first layer sees and its mirror draws; which codes light up; gradients reach the image."""

import torch

from training import families

from .small import shapes, spec


def made(family, **settings):
    kind = families.get(family)
    return kind.Model(kind.Config(**settings), spec()).eval()


def images(n=3):
    return torch.from_numpy(shapes(n)[0]).float() / 127.5 - 1


def test_tied_filters_are_equal_and_untied_ones_are_the_decoders_own():
    tied = made("autoencoder", z_dim=5, hidden=(9, 7), tied=True).filters()
    assert tied[0].shape == (9, 784) and torch.equal(*tied)
    model = made("autoencoder", z_dim=5, hidden=(9, 7))
    encoder, decoder = model.filters()
    x = images()
    assert torch.allclose(torch.nn.functional.silu(x.flatten(1) @ encoder.T + model.encoder[1][0].bias), model.activations(x)[0], atol=1e-5)
    h = torch.zeros(2, 9)
    h[1, 4] = 1
    last = model.pairs()[0][1][0]
    assert torch.allclose((last(h)[1] - last(h)[0]), decoder[4], atol=1e-6)


def test_one_layer_and_a_variational_one_have_filters_and_convolutions_have_none():
    assert made("linear", z_dim=6).filters()[1].shape == (6, 784)
    assert made("sparse", z_dim=30).filters()[0].shape == (30, 784)
    assert [f.shape for f in made("vae", z_dim=3, network="dense", width=8).filters()] == [(8, 784), (8, 784)]
    for model in (made("autoencoder", z_dim=5, network="conv", channels=4), made("recurrent", z_dim=4, units=6),
                  made("vae", z_dim=3, network="conv", width=8, channels=6)):
        assert model.filters() is None


def test_only_activities_have_a_threshold():
    assert made("sparse", z_dim=30).threshold() == 0.5
    assert made("autoencoder", z_dim=5, hidden=(9, 7)).threshold() is None


def test_gradients_reach_the_image_from_every_layer():
    for model in (made("autoencoder", z_dim=5, hidden=(9, 7)), made("recurrent", z_dim=4, units=6), made("vae", z_dim=3, width=8)):
        for k in range(len(model.activations(images()))):
            x = images().requires_grad_()
            model.activations(x)[k].sum().backward()
            assert x.grad.abs().sum() > 0
