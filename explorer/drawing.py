"""Codes drawn at random for models that have no prior of their own: a normal cloud, the model's own Gaussian, a mixture of Gaussians."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from . import depth, units
from .later import Progress

if TYPE_CHECKING:
    from .session import Run

COMPONENTS = 20
LONG = 50                                       # numbers of a code; longer ones are mixed in their strongest directions
FITTED = 4000
Draw = Callable[[int, int], np.ndarray]         # how many, and a seed, to codes (n, d)


def normal(run: Run, n: int, seed: int) -> np.ndarray:
    """Codes (n, d) of independent normal numbers about 0, as far out as the run's codes are over all."""
    codes = run.points_of_all()
    w = np.random.default_rng(seed).normal(size=(n, units.numbers(run))) * np.sqrt((codes.astype(np.float64) ** 2).mean())
    return whole(run, w)


def whole(run: Run, w: np.ndarray) -> np.ndarray:
    """Codes (n, d) of the numbers that are their own, (n, units.numbers(run)): these again for each layer, where all have the same."""
    return np.tile(w, (1, run.d // w.shape[1])).astype(np.float32)


def own(run: Run, n: int, seed: int, label: int | None = None) -> np.ndarray:
    """Codes (n, d) as the model itself draws them."""
    return run.map_z(run.sample_z(n, seed), label)


def mixture(run: Run) -> tuple[Draw | None, float]:
    """A mixture of COMPONENTS Gaussians fitted to the held-out codes by expectation–maximisation, from which to draw: (it or None, share
    done). Long codes are mixed in their LONG strongest directions; what is left of each number is drawn by itself."""
    def make(progress: Progress) -> Draw:
        from scipy.special import ndtr
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture  # takes a second to import

        codes = run.points_of_all()[:, :units.numbers(run)]
        codes = codes[np.linspace(0, len(codes) - 1, min(len(codes), FITTED)).astype(int)]
        space = depth.principal(codes, LONG)
        low = (codes - space.mean) @ space.axes.T
        left = (codes - space.cut(codes, LONG)).std(0)
        progress(0.2)
        fit = GaussianMixture(min(COMPONENTS, max(1, len(codes) // 5)), reg_covar=1e-6 + 1e-4 * float(low.var()), random_state=0, tol=0.01,
                              max_iter=40, init_params="k-means++")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)    # what there is after that many steps will do
            fit.fit(low.astype(np.float64))
        factors, shares = np.linalg.cholesky(fit.covariances_), fit.weights_ / fit.weights_.sum()
        bounds = codes.min(0), codes.max(0)

        def draw(n: int, seed: int) -> np.ndarray:
            r, (k, d) = np.random.default_rng(seed), (low.shape[1], codes.shape[1])
            drawn = r.normal(size=(n, 1 + k + d))                  # a code's own numbers in a row: how many are drawn changes none of them
            which = np.searchsorted(np.cumsum(shares)[:-1], ndtr(drawn[:, 0]))
            at = fit.means_[which] + np.einsum("nij,nj->ni", factors[which], drawn[:, 1:1 + k])
            w = space.mean + at @ space.axes + left * drawn[:, 1 + k:]
            return whole(run, w if run.model.threshold() is None else w.clip(*bounds))
        return draw
    return run.later.get("mixture", make)


__all__ = ["COMPONENTS", "mixture", "normal", "own"]
