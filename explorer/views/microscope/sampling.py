"""Codes drawn at random for models that have no prior of their own: a normal cloud, the model's own Gaussian, a mixture of Gaussians."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from ...runs.background import Progress
from ...runs.run import Run
from . import code_length, units

COMPONENTS = 20
LONG = 50                                       # numbers of a code; longer ones are mixed in their strongest directions
FITTED = 4000
Draw = Callable[[int, int], np.ndarray]         # how many, and a seed, to codes (n, d)


def normal(run: Run, n: int, seed: int) -> np.ndarray:
    """Codes (n, d) of independent normal numbers about 0, as far out as the run's codes are over all."""
    codes = run.points_of_all()
    w = np.random.default_rng(seed).normal(size=(n, units.dimensions(run))) * np.sqrt((codes.astype(np.float64) ** 2).mean())
    return whole(run, w)


def whole(run: Run, w: np.ndarray) -> np.ndarray:
    """Codes (n, d) of the numbers that are their own, (n, units.dimensions(run)): these again for each layer, where all have the same."""
    return np.tile(w, (1, run.d // w.shape[1])).astype(np.float32)


def mixture(run: Run) -> tuple[Draw | None, float]:
    """A mixture of COMPONENTS Gaussians fitted to the held-out codes by expectation–maximisation, from which to draw: (it or None, share
    done). Long codes are mixed in their LONG strongest directions; what is left of each number is drawn by itself."""
    return run.soon("mixture", lambda progress: mixture_of(run, progress))


def mixture_of(run: Run, progress: Progress = lambda share: None) -> Draw:
    """As ``mixture``, however long it takes."""
    def make() -> Draw:
        codes = run.points_of_all()[:, :units.dimensions(run)]
        codes = codes[np.linspace(0, len(codes) - 1, min(len(codes), FITTED)).astype(int)]
        space = code_length.principal(codes, LONG)
        low = ((codes - space.mean) @ space.axes.T).astype(np.float64)
        progress(0.2)
        ridge = 1e-6 + 1e-4 * float(low.var())
        which = run.recorded("mixture", lambda: {"which": _fit(low, ridge)}, lambda e: e["which"].reshape(len(low)))
        return _drawer(run, codes, space, low, which, ridge)
    return run.once("mixture drawer", make)


def _fit(low: np.ndarray, ridge: float) -> np.ndarray:
    """Which of COMPONENTS Gaussians, fitted by expectation–maximisation, each of the points (n, k) most likely comes from: (n,) uint8."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture  # takes a second to import

    fit = GaussianMixture(min(COMPONENTS, max(1, len(low) // 5)), reg_covar=ridge, random_state=0, tol=0.01, max_iter=40,
                          init_params="k-means++")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)        # what there is after that many steps will do
        return fit.fit_predict(low).astype(np.uint8)


def _drawer(run: Run, codes: np.ndarray, space: code_length.Space, low: np.ndarray, which: np.ndarray, ridge: float) -> Draw:
    """Draws from the mixture of a Gaussian for each part of the points ``low`` (n, k): its mean and covariance."""
    k, parts = low.shape[1], [low[which == c] for c in np.unique(which)]
    shares, means = np.array([len(p) for p in parts]) / len(low), np.stack([p.mean(0) for p in parts])
    factors = np.stack([np.linalg.cholesky((p - m).T @ (p - m) / len(p) + ridge * np.eye(k)) for p, m in zip(parts, means, strict=True)])
    left, bounds = (codes - space.cut(codes, LONG)).std(0), (codes.min(0), codes.max(0))

    def draw(n: int, seed: int) -> np.ndarray:
        r, d = np.random.default_rng(seed), codes.shape[1]
        drawn = r.normal(size=(n, 1 + k + d))                      # a code's own numbers in a row: how many are drawn changes none of them
        one = np.searchsorted(np.cumsum(shares)[:-1], ndtr(drawn[:, 0]))
        at = means[one] + np.einsum("nij,nj->ni", factors[one], drawn[:, 1:1 + k])
        w = space.mean + at @ space.axes + left * drawn[:, 1 + k:]
        return whole(run, w if run.model.threshold() is None else w.clip(*bounds))
    return draw


__all__ = ["COMPONENTS", "mixture", "mixture_of", "normal"]
