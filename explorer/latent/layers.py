"""Codes of models that take one for each layer: truncation, and images with a noise of one's own.

Codes are (n, num_layers, w_dim) here, or flat (n, d) where a Run takes them. Karras, Laine & Aila 2019, A Style-Based Generator
Architecture for Generative Adversarial Networks: noise (section 3.2), truncation (appendix B).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from .. import Refused
from ..runs.run import Label, Run


def truncated(w: np.ndarray, mean: np.ndarray, psi: float, cutoff: int) -> np.ndarray:
    """w̄ + ψ (w - w̄) in the first ``cutoff`` layers of codes (…, L, w), the others as they are; ``mean`` w̄: (w,)."""
    out = w.astype(np.float32)                  # a copy
    out[..., :cutoff, :] = mean + np.float32(psi) * (out[..., :cutoff, :] - mean)
    return out


def w_avg(run: Run) -> np.ndarray | None:
    """w̄ of a run, (w_dim,) float32; None where the model keeps none."""
    mean = run.model.w_avg
    return None if mean is None else mean.detach().float().cpu().numpy()


@dataclass(frozen=True)
class Truncation:
    """ψ and the layers it acts on."""

    psi: float = 1.0
    cutoff: int = 0

    def apply(self, run: Run, w: np.ndarray) -> np.ndarray:
        """To codes (…, L, w). Raises Refused where the run keeps no mean of W, or has fewer layers."""
        if self.cutoff > run.spec.num_layers:
            raise Refused(f"This run has {run.spec.num_layers} layers; {self.cutoff} are more than that.")
        if self.psi == 1 or self.cutoff == 0:
            return w
        mean = w_avg(run)
        if mean is None:
            raise Refused("This run keeps no mean of W, so its codes cannot be truncated.")
        return truncated(w, mean, self.psi, self.cutoff)


@dataclass(frozen=True)
class Noise:
    """What each pixel's noise is multiplied by at each resolution, and the seed that it is drawn from (None: the model's own)."""

    strengths: tuple[float, ...]
    seed: int | None = None

    def require(self, run: Run) -> None:
        """Raise Refused unless the run adds noise, at as many resolutions."""
        if not run.spec.pixel_noise:
            raise Refused("This run adds no noise to its images.")
        if len(self.strengths) != len(run.spec.levels):
            raise Refused(f"This run adds noise at {len(run.spec.levels)} resolutions; these are {len(self.strengths)} strengths.")


def shaped(run: Run, w: np.ndarray) -> np.ndarray:
    """Flat codes (n, d) as (n, num_layers, w_dim)."""
    return w.reshape(len(w), run.spec.num_layers, run.spec.w_dim)


def images(run: Run, w: np.ndarray, label: Label = None, noise: Noise | None = None) -> Tensor:
    """Codes (n, d) or (n, L, w) to images (n, C, H, W) in [-1, 1], with the model's own noise, or with ``noise``."""
    flat = np.ascontiguousarray(w.reshape(len(w), -1), np.float32)
    if noise is None:
        return run.images(flat, label)
    noise.require(run)
    return run.in_parts(flat, label, lambda w, k: run.model.synthesize_noisy(w, k, noise.strengths, noise.seed))
