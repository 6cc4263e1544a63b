"""Posteriors of a variational encoder, q(z|x) = N(μ(x), diag σ²(x)): how many nats each number of the code tells of an image.

    KL(q(z_k|x) ‖ N(0, 1)) = ½ (μ_k² + σ_k² - 1 - log σ_k²)

A number whose posterior is the prior for every image tells nothing of it: the decoder has learnt to leave it out (Burda et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import NotThere, Refused
from ..runs.record import Entry, trimmed
from ..runs.run import ENCODED, Run
from .reconstruction import codes_of

IMAGES = 1000                                   # held-out images that the mean is taken over
UNUSED = 0.01                                   # nats on average, below which a number counts as unused


@dataclass(frozen=True)
class Told:
    """Of each number of a code (d,): its mean KL to the prior in nats and its mean σ, over so many held-out images."""

    kl: np.ndarray
    sigma: np.ndarray
    images: int


def nats(mean: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """KL of N(mean, sigma²) to N(0, 1), of each number by itself, in nats; the shape of both."""
    return 0.5 * (mean**2 + sigma**2 - 1) - np.log(sigma)


def told(run: Run) -> Told:
    """What each number of the code tells, measured once on at most IMAGES held-out images. Raises Refused without a posterior."""
    _require(run)
    if run.held is None:
        raise NotThere("There are no held-out images for this run here.")
    rows = np.linspace(0, run.held.n - 1, min(run.held.n, IMAGES)).astype(int)

    def make() -> Entry:
        kl, sigmas = np.zeros(run.d), np.zeros(run.d)
        for i in range(0, len(rows), ENCODED):
            mean, sigma = _posterior(run, run.real(rows[i:i + ENCODED]))
            kl += nats(mean, sigma).sum(0)
            sigmas += sigma.sum(0)
        return {"kl": trimmed(kl / len(rows)), "sigma": trimmed(sigmas / len(rows)), "images": len(rows)}

    def read(e: Entry) -> Told:
        return Told(e["kl"].reshape(run.d), e["sigma"].reshape(run.d), int(e["images"]))
    return run.recorded("posterior", make, read)


def of_image(run: Run, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (d,) of the code of held-out image ``index``, as the encoder gives them."""
    _require(run)
    mean, sigma = _posterior(run, run.real(np.array([index])))
    return mean[0], sigma[0]


def _posterior(run: Run, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, sigma = codes_of(run, pixels)
    assert sigma is not None
    return mean.astype(np.float64), sigma.astype(np.float64)


def _require(run: Run) -> None:
    if not run.spec.stochastic:
        raise Refused("This run's encoder gives a code, not a distribution over codes.")


__all__ = ["IMAGES", "UNUSED", "Told", "nats", "of_image", "told"]
