"""A Gaussian over codes that no prior shaped: what a plain autoencoder's seeds draw from."""

from __future__ import annotations

import torch
from torch import Tensor

from .model import Draws, LatentModel

FULL = 128                                        # codes up to this long keep their whole covariance
KEPT = 64                                         # directions of longer ones; what is left of each number is drawn by itself


class GaussianCodes(LatentModel):
    """A model with N(mean, covariance) of its codes in buffers: standard normal until ``fit_prior``."""

    code_mean: Tensor
    code_factor: Tensor
    code_rest: Tensor

    def keep_prior(self, d: int) -> None:
        """Make the buffers for codes of ``d`` numbers."""
        self.register_buffer("code_mean", torch.zeros(d))
        self.register_buffer("code_factor", torch.eye(d) if d <= FULL else torch.zeros(d, KEPT))
        if d > FULL:
            self.register_buffer("code_rest", torch.ones(d))

    def draws(self) -> Draws:
        d = len(self.code_mean)
        return Draws(self.code_factor.shape[1] + (d if d > FULL else 0))

    def prior(self, drawn: Tensor) -> Tensor:
        kept = self.code_factor.shape[1]
        if torch.compiler.is_exporting():
            spread = drawn[:, :kept] @ self.code_factor.T
        else:                                     # in double: a product's last bits differ with how many rows
            spread = drawn[:, :kept].double() @ self.code_factor.cpu().double().T
        z = self.code_mean + spread.to(self.code_mean)
        return z + drawn[:, kept:].to(z) * self.code_rest if len(self.code_mean) > FULL else z

    @torch.no_grad()
    def fit_prior(self, codes: Tensor) -> None:
        """Fit N(mean, covariance) to codes (n, z_dim), n >= 2, and keep it in the buffers: the mean and the Cholesky factor, of long codes
        the strongest directions and what is left of each number's variance."""
        if codes.dim() != 2 or len(codes) < 2:
            raise ValueError(f"codes must be (n, d) with n at least 2, not {tuple(codes.shape)}.")
        codes = codes.double()
        covariance = torch.cov(codes.T).reshape(codes.shape[1], -1)
        self.code_mean.copy_(codes.mean(0))
        if len(covariance) <= FULL:
            eye = torch.eye(len(covariance), dtype=torch.double, device=codes.device)
            jitter = 1e-6 * covariance.diagonal().mean().clamp_min(1e-6) * eye
            self.code_factor.copy_(torch.linalg.cholesky(covariance + jitter))
            return
        values, vectors = torch.linalg.eigh(covariance)
        factor = vectors[:, -KEPT:] * values[-KEPT:].clamp_min(0).sqrt()
        self.code_factor.copy_(factor)
        self.code_rest.copy_((covariance.diagonal() - factor.square().sum(1)).clamp_min(0).sqrt())


__all__ = ["FULL", "KEPT", "GaussianCodes"]
