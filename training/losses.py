"""Losses as pure functions of tensors. Each returns one value per image, so that the caller chooses the mean."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


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


def squared_error(x: Tensor, y: Tensor) -> Tensor:
    """Sum of squared differences per image of images in [-1, 1], in units of the [0, 1] scale: (n, …) to (n,)."""
    if x.shape != y.shape:
        raise ValueError(f"shapes differ: {tuple(x.shape)} and {tuple(y.shape)}.")
    return ((x - y) / 2).square().flatten(1).sum(1)


def log_normal(x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """log N(x; mean, diag exp(log_variance)) in nats, (…, d) to (…)."""
    return -0.5 * (math.log(2 * math.pi) + log_variance + (x - mean).square() / log_variance.exp()).sum(-1)


def importance_nll(log_weights: Tensor) -> Tensor:
    """-log (1/k) Σ exp(log_weights), (k, n) to (n,): the importance-sampled bound of Burda et al. 2016, eq. 8."""
    return math.log(len(log_weights)) - torch.logsumexp(log_weights, 0)
