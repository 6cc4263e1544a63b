"""A class from elsewhere as a LatentModel: whatever form its images and codes have, what is drawn and encoded is the same."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.small import shapes
from training.model import LatentModel
from training.outside import ImportFailed, adapter, differences, image_layout
from training.outside.adapter import adapt

SHAPE, D = (1, 12, 12), 4
IMAGES = shapes(80, 12)[0]


class Autoencoder(nn.Module):
    """PCA of IMAGES, which comes near to them: images in [0, 1] as they are, codes of 4 numbers."""

    def __init__(self):
        super().__init__()
        x = torch.from_numpy(IMAGES).float().flatten(1) / 255
        self.decoder = nn.Linear(D, 144)
        mean, (_, s, v) = x.mean(0), torch.linalg.svd(x - x.mean(0), full_matrices=False)
        self.register_buffer("mean", mean)
        scale = s[:D] / math.sqrt(len(x))
        self.decoder.weight.data, self.decoder.bias.data = (v[:D].T * scale).contiguous(), mean
        self.register_buffer("back", v[:D] / scale[:, None])

    def encode(self, x):
        return (x.flatten(1) - self.mean) @ self.back.T

    def decode(self, z):
        return self.decoder(z).view(-1, *SHAPE)


@pytest.fixture(scope="module")
def plain():
    return adapt(Autoencoder(), IMAGES)[0]


X = torch.from_numpy(IMAGES[:6]).float() / 127.5 - 1


def test_what_is_found_of_a_plain_autoencoder(plain):
    model, names, told = adapt(Autoencoder(), IMAGES)
    assert model.spec == plain.spec and names == ()
    assert (model.spec.shape, model.spec.z_dim, model.spec.encodes, model.spec.stochastic, model.spec.prior) == (
        SHAPE, D, True, False, "fitted")
    assert model.form == image_layout.Form(SHAPE, "nchw", "0..1") and any("come back best in 0..1" in s for s in told)
    again = model.synthesize(model.encode(X))
    assert again.shape == X.shape and (again - X).square().mean() < 0.7 * (X.mean(0) - X).square().mean()
    z = model.sample_z(4000, torch.Generator().manual_seed(0))
    codes = model.encode(torch.from_numpy(IMAGES).float() / 127.5 - 1)[:, 0]
    torch.testing.assert_close(z.std(0), codes.std(0), rtol=0.1, atol=0.05)


class Flat(Autoencoder):
    def decode(self, z):
        return super().decode(z).flatten(1)


class Last(Autoencoder):
    def decode(self, z):
        return super().decode(z).permute(0, 2, 3, 1)


class Bytes(Autoencoder):
    def encode(self, x):
        return super().encode(x / 255)

    def decode(self, z):
        return super().decode(z) * 255


class Signed(Autoencoder):
    def encode(self, x):
        return super().encode((x + 1) / 2)

    def decode(self, z):
        return super().decode(z) * 2 - 1


class Variational(Autoencoder):
    def encode(self, x):
        mean = super().encode(x)
        return mean, torch.full_like(mean, 2 * math.log(0.25))


class Distribution(Autoencoder):
    def encode(self, x):
        mean = super().encode(x)
        return torch.distributions.Normal(mean, torch.full_like(mean, 0.25))


class Diffusers(Autoencoder):
    """As diffusers' AutoencoderKL answers."""

    def encode(self, x):
        mean = super().encode(x)
        return SimpleNamespace(latent_dist=SimpleNamespace(mean=mean, std=torch.full_like(mean, 0.25)))

    def decode(self, z):
        return SimpleNamespace(sample=super().decode(z))


class Posterior(Autoencoder):
    def posterior(self, x):
        mean = super().encode(x)
        return mean, torch.full_like(mean, 0.25)


class Tall(Autoencoder):
    """Codes of a shape."""

    z_dim = (1, 2, 2)

    def encode(self, x):
        return super().encode(x).view(-1, 1, 2, 2)

    def decode(self, z):
        assert z.shape[1:] == (1, 2, 2)
        return super().decode(z.flatten(1))


class Mapped(Autoencoder):
    """Noise of 3 numbers to what is decoded, 2 layers of 4."""

    z_dim = 3

    def map(self, z):
        return torch.stack([z.new_ones(len(z), D), torch.cat([z, z[:, :1]], 1)], 1)

    def encode(self, x):
        return torch.stack([torch.ones(len(x), D), super().encode(x)], 1)

    def decode(self, w):
        assert w.shape[1:] == (2, D)
        return super().decode(w[:, 1])


class Arrays:
    """No torch at all."""

    numpy, z_dim = True, D

    def __init__(self):
        self.of = Autoencoder()
        self.weight, self.bias = self.of.decoder.weight.detach().numpy(), self.of.decoder.bias.detach().numpy()

    def encode(self, x):
        assert isinstance(x, np.ndarray)
        return (x.reshape(len(x), -1) - self.of.mean.numpy()) @ self.of.back.numpy().T

    def decode(self, z):
        assert isinstance(z, np.ndarray)
        return (z @ self.weight.T + self.bias).reshape(-1, *SHAPE)


@pytest.mark.parametrize("kind", [Flat, Last, Bytes, Signed, Variational, Distribution, Diffusers, Posterior, Tall, Mapped, Arrays])
def test_every_form_draws_and_encodes_the_same(kind, plain):
    model, _, _ = adapt(kind(), IMAGES)
    w = model.encode(X)
    assert w.shape == (6, model.spec.num_layers, model.spec.w_dim)
    torch.testing.assert_close(w[:, -1], plain.encode(X)[:, 0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model.synthesize(w), plain.synthesize(plain.encode(X)), atol=1e-4, rtol=1e-4)
    z = model.sample_z(3, torch.Generator().manual_seed(5))
    assert z.shape == (3, model.spec.z_dim) and model.synthesize(model.map(z)).shape == (3, *SHAPE)
    with_deviation = kind in (Variational, Distribution, Diffusers, Posterior)
    assert model.spec.stochastic is with_deviation and model.spec.prior == ("normal" if with_deviation or kind is Mapped else "fitted")
    if with_deviation:
        torch.testing.assert_close(model.posterior(X)[1], torch.full((6, 1, D), 0.25))


def test_a_decoder_alone_is_enough():
    torch.manual_seed(0)
    given = nn.Sequential(nn.Linear(5, 48), nn.Tanh(), nn.Unflatten(1, (3, 4, 4)))
    given.decode = given.forward
    model, _, told = adapt(given)
    assert model.spec.z_dim == 5 and model.spec.shape == (3, 4, 4) and not model.spec.encodes and model.spec.prior == "normal"
    assert model.form.values == "-1..1" and any("z_dim is not told: decode takes 5" in s for s in told)
    z = torch.randn(2, 5)
    torch.testing.assert_close(model.synthesize(model.map(z)), given(z))


def test_classes_and_a_uniform_prior():
    class Conditional(nn.Module):
        z_dim, prior, classes, values = 2, "uniform", ("dark", "bright"), "0..1"

        def decode(self, z, label):
            return (label.float() * 0.5 + 0.25).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)
    model, names, _ = adapt(Conditional())
    assert names == ("dark", "bright") and model.spec.num_classes == 2
    z = model.sample_z(500, torch.Generator().manual_seed(0))
    assert -1 <= z.min() < -0.9 and 0.9 < z.max() <= 1
    drawn = model.synthesize(model.map(z[:2], torch.tensor([0, 1])), torch.tensor([0, 1]))
    assert drawn.mean((1, 2, 3)).tolist() == [-0.5, 0.5]


def test_a_model_of_ours_is_taken_as_it_is(plain):
    assert adapt(plain)[0] is plain and isinstance(plain, LatentModel)


def test_gradients_by_differences_are_those_of_torch(plain):
    arrays = adapt(Arrays(), IMAGES)[0]
    found = []
    for model in (plain, arrays):
        w = plain.encode(X).clone().requires_grad_()
        (model.synthesize(w) * torch.linspace(0, 1, 144).view(SHAPE)).sum().backward()
        found.append(w.grad)
    assert found[0].abs().min() > 0
    torch.testing.assert_close(found[1], found[0], rtol=0.15, atol=0.15 * float(found[0].abs().max()))
    assert (torch.cosine_similarity(found[0].flatten(), found[1].flatten(), 0)) > 0.98


def test_long_codes_have_a_gradient_in_a_random_subspace():
    d = 4 * differences.MOST
    w, weight = torch.zeros(1, d, requires_grad=True), torch.randn(d, generator=torch.Generator().manual_seed(1))
    (slope,) = torch.autograd.grad(differences.differentiable(lambda z: z @ weight[:, None], w).sum(), w)
    along = slope[0] @ weight
    assert along > 0 and torch.isclose(slope.norm() ** 2, along, rtol=1e-2), "the projection of the gradient onto the subspace"
    assert 0.1 < float(along / weight.norm() ** 2) < 0.5, "a quarter of all directions"


def test_the_fingerprint_is_of_what_it_answers():
    def print_of(given):
        return adapt(given, IMAGES)[0].fingerprint(IMAGES)
    other = Autoencoder()
    other.decoder.weight.data[:, 0] *= 1.5
    assert print_of(Autoencoder()) == print_of(Autoencoder()) != print_of(other)


class NoCode:
    def decode(self, z):
        return z[:, :4].view(-1, 1, 2, 2)


class Logits(Autoencoder):
    def decode(self, z):
        return super().decode(z) * 40 - 20


class Three(Autoencoder):
    def encode(self, x):
        return super().encode(x), x, x


class Narrow(Autoencoder):
    z_dim = D

    def encode(self, x):
        return super().encode(x)[:, :2]


class Odd(Autoencoder):
    prior = "cauchy"


@pytest.mark.parametrize(("given", "images", "sentence"), [
    (nn.Linear(2, 2), None, r"Linear has no method decode\(z\)"),
    (NoCode(), None, "how many numbers a code has is not clear .*say it as z_dim"),
    (Logits(), None, "If they are logits, apply the sigmoid"),
    (Three(), IMAGES, r"encode gives 3 things \(Tensor, Tensor, Tensor\): it is to be codes, or \(mean, log-variance\)"),
    (Narrow(), IMAGES, "encode gives 2 numbers for an image, and decode takes 4"),
    (Odd(), IMAGES, "prior is to be one of normal, uniform, fitted, not 'cauchy'"),
    (Autoencoder(), shapes(8, 10)[0], "in any layout|1 × 10 × 10|not clear"),
])
def test_what_cannot_be_taken_is_a_sentence(given, images, sentence):
    with pytest.raises(ImportFailed, match=sentence):
        adapt(given, images)


def test_layouts_are_told_by_sizes():
    assert image_layout.layout_of((784,)) == ("flat", (1, 28, 28)) and image_layout.layout_of((3, 8, 9)) == ("nchw", (3, 8, 9))
    assert image_layout.layout_of((8, 9, 3)) == ("nhwc", (3, 8, 9)) and image_layout.layout_of((8, 9)) == ("nchw", (1, 8, 9))
    assert image_layout.layout_of((48,)) == ("flat", (3, 4, 4)), "a square of 48 pixels there is none, of 16 with three colours there is"
    assert image_layout.layout_of((24,), (1, 4, 6)) == ("flat", (1, 4, 6))
    with pytest.raises(ImportFailed, match="say its shape"):
        image_layout.layout_of((50,))
    with pytest.raises(ImportFailed, match="7 × 7, where 1 × 8 × 8"):
        image_layout.layout_of((7, 7), (1, 8, 8))


@pytest.mark.parametrize("layout", image_layout.LAYOUTS)
@pytest.mark.parametrize("values", image_layout.VALUES)
def test_a_form_is_undone_by_its_other_way(layout, values):
    x = torch.rand(2, 3, 4, 5) * 2 - 1
    given = image_layout.Form((3, 4, 5), layout, values)
    low, high = image_layout.VALUES[values]
    theirs = given.theirs(x)
    assert theirs.shape == {"nchw": (2, 3, 4, 5), "nhwc": (2, 4, 5, 3), "flat": (2, 60)}[layout]
    assert low <= theirs.min() and theirs.max() <= high and theirs.max() - theirs.min() > 0.8 * (high - low)
    torch.testing.assert_close(given.ours(theirs), x, atol=1e-5, rtol=1e-5)


def test_the_guide_names_what_is_asked_for():
    said = adapter.__doc__
    assert all(f"``{name}" in said for name in ("decode(z)", "encode(x)", "posterior", "map(z)", "z_dim", "shape", "values", "prior",
                                                "classes", "numpy"))
