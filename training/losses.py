"""Losses as pure functions of tensors. Each returns one value per image, so that the caller chooses the mean."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from .pixel_errors import squared_error as squared_error  # a loss as well, where families look for it


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, diag exp(log_variance)) || N(0, I)) in nats, (n, d), (n, d) to (n,). Kingma & Welling 2014, appendix B."""
    if mean.shape != log_variance.shape or mean.dim() != 2:
        raise ValueError(f"mean {tuple(mean.shape)} and log_variance {tuple(log_variance.shape)} must both be (n, d).")
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


def bernoulli_nll(logits: Tensor, x: Tensor) -> Tensor:
    """-log p(x) in nats under a Bernoulli a pixel, (n, …) logits and x in [0, 1] to (n,). For grey x the usual cross-entropy."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def gaussian_nll(mean: Tensor, x: Tensor, log_sigma: Tensor) -> Tensor:
    """-log N(x; mean, sigma² I) in nats, (n, …) to (n,); ``log_sigma`` is a scalar or broadcasts to x."""
    per = 0.5 * ((x - mean) / log_sigma.exp()).square() + log_sigma + 0.5 * math.log(2 * math.pi)
    return per.flatten(1).sum(1)


def optimal_log_sigma(mean: Tensor, x: Tensor, floor: float = -5.0) -> Tensor:
    """The log sigma that minimises ``gaussian_nll`` over the batch, a scalar (sigma-VAE: Rybkin et al. 2021, eq. 6)."""
    return 0.5 * (x - mean).square().mean().clamp_min(1e-12).log().clamp_min(2 * floor)


def kl_of_activity(activity: Tensor, target: float) -> Tensor:
    """Σ KL(target ‖ activity) in nats of units that are on with these shares, (d,) in (0, 1), to a scalar (Ng 2011, section 2)."""
    a = activity.clamp(1e-6, 1 - 1e-6)
    return (target * (math.log(target) - a.log()) + (1 - target) * (math.log(1 - target) - (1 - a).log())).sum()


def log_normal(x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """log N(x; mean, diag exp(log_variance)) in nats, (…, d) to (…)."""
    return -0.5 * (math.log(2 * math.pi) + log_variance + (x - mean).square() / log_variance.exp()).sum(-1)


def importance_nll(log_weights: Tensor) -> Tensor:
    """-log (1/k) Σ exp(log_weights), (k, n) to (n,): the importance-sampled bound of Burda et al. 2016, eq. 8."""
    return math.log(len(log_weights)) - torch.logsumexp(log_weights, 0)


def discriminator_bce(real: Tensor, fake: Tensor, smooth: float = 0.0) -> Tensor:
    """-log D(x) - log(1 - D(G(z))) in nats, from logits (n,), (n,) to (n,). Goodfellow et al. 2014, eq. 1.

    ``smooth``: the real images' target is 1 - smooth (Salimans et al. 2016, section 3.4).
    """
    return F.softplus(-real) + smooth * real + F.softplus(fake)


def generator_bce(fake: Tensor) -> Tensor:
    """The non-saturating loss -log D(G(z)) in nats, logits (n,) to (n,). Goodfellow et al. 2014, section 3."""
    return F.softplus(-fake)


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """(|∇D(x̂)| - 1)² at random points x̂ between real and fake, (n, …), (n, …) to (n,). Gulrajani et al. 2017, eq. 3."""
    mix = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
    x = torch.lerp(real, fake, mix).detach().requires_grad_(True)
    gradient, = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (gradient.flatten(1).square().sum(1).clamp_min(1e-12).sqrt() - 1).square()


def r1_penalty(critic: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """½ |∇D(x)|² at real images, (n, …) to (n,). Mescheder et al. 2018, eq. 9."""
    x = real.detach().requires_grad_(True)
    gradient, = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return 0.5 * gradient.flatten(1).square().sum(1)


def semi_supervised_unlabelled(logits: Tensor, real: bool) -> Tensor:
    """-log p(real|x), or -log p(fake|x), in nats, from the K class logits (n, K) to (n,); the class "fake" has the logit 0.

    p(real|x) = Z / (Z + 1), Z = Σ exp(logits). Salimans et al. 2016, section 5.
    """
    z = torch.logsumexp(logits, 1)
    return F.softplus(-z) if real else F.softplus(z)


def information_bound(log_q: Tensor, entropy: float) -> Tensor:
    """H(c) + log Q(c|x) in nats, (n,) to (n,): its mean is a lower bound of I(c; x). Chen et al. 2016, eq. 5."""
    return entropy + log_q
