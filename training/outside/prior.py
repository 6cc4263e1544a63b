"""What the seeds of a model from elsewhere draw from: as it was said, or fitted to the codes of held-out images."""

from __future__ import annotations

from torch import Tensor

from ..code_prior import GaussianCodes
from ..model import Draws


class SaidPrior(GaussianCodes):
    """``spec.prior`` decides: "fitted" (GaussianCodes), "uniform" in [-1, 1], else standard normal."""

    def draws(self) -> Draws:
        if self.spec.prior == "fitted":
            return super().draws()
        return Draws(self.spec.z_dim, "uniform" if self.spec.prior == "uniform" else "normal")

    def prior(self, drawn: Tensor) -> Tensor:
        return super().prior(drawn) if self.spec.prior == "fitted" else drawn * 2 - 1 if self.spec.prior == "uniform" else drawn


__all__ = ["SaidPrior"]
