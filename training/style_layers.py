"""What a style-based generator is made of: its layers, each with noise and a style, and the network that maps z to w.

    AdaIN(x, y) = y_s · (x - μ(x)) / σ(x) + y_b,      (y_s, y_b) = A(w)

Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks; demodulation by Karras et al. 2020,
Analyzing and Improving the Image Quality of StyleGAN, section 2.2.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .equalized import EqualConv, EqualLinear, LeakyReLU, PixelNorm, blurred
from .precision import exactly

EPSILON = 1e-5                                    # of variances that are divided by


class SynthesisLayer(nn.Module):
    """One layer: a convolution (blurred where it enlarges), noise, leaky ReLU, and its own style. (n, a, r, r) to (n, b, r', r').

    ``normalise`` instance: the style is AdaIN. weights: the style is a gain alone, and the next convolution divides each of its outputs by
    the standard deviation that inputs of standard deviation 1 would give it under that gain (Karras et al. 2020, eq. 3).
    """

    constant: Tensor

    def __init__(self, layer: nn.Module | None, channels: int, config: Any, side: int, seed: int, styled: bool = True) -> None:
        super().__init__()
        self.layer, self.lr_mul, self.epsilon, self.instance = layer, config.noise_lr_mul, config.epsilon, config.normalise == "instance"
        self.strength, self.bias = nn.Parameter(torch.zeros(channels, 1, 1)), nn.Parameter(torch.zeros(channels, 1, 1))
        self.style = EqualLinear(config.w_dim, channels * (2 if self.instance else 1), gain=1.0) if styled else None
        noise = torch.randn(1, 1, side, side, generator=torch.Generator().manual_seed(seed))
        self.register_buffer("constant", noise, persistent=False)
        self.seed = seed

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, before: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``noise``: (n or 1, 1, r', r'), or None for none; ``before``: the gain that x comes with, (n, a). Returns the gain given, too."""
        added = self.bias if noise is None else self.bias + self.lr_mul * self.strength * noise
        if self.layer is not None:
            x = self.layer(x)
            if isinstance(self.layer, EqualConv) and self.layer.resize:
                x = blurred(x)
            if x.is_contiguous(memory_format=torch.channels_last):
                added = added.expand(len(added) if added.dim() == 4 else 1, *x.shape[1:]).contiguous(memory_format=torch.channels_last)
        if isinstance(self.layer, EqualConv) and not self.instance and before is not None:
            x = torch.addcmul(added, x, demodulation(self.layer.used(), before)[:, :, None, None])
        else:
            x = x + added
        x = F.leaky_relu(x, 0.2, inplace=True)
        if self.style is None:
            return x, torch.ones(x.shape[0], x.shape[1], device=x.device)
        style = self.style(w)
        if self.instance:
            gain, bias = style[:, :, None, None].chunk(2, 1)
            return adain(x, 1 + gain, bias, self.epsilon), 1 + gain[:, :, 0, 0]
        gain = 1 + style
        scale = gain[:, :, None, None]
        return x * scale if torch.is_grad_enabled() else x.mul_(scale), gain


def demodulation(weight: Tensor, gain: Tensor) -> Tensor:
    """√2 over the std of a convolution's outputs where its inputs have std 1 times ``gain``: weights (b, a, k, k) and
    (n, a) to (n, b). The √2 is what a leaky ReLU takes away."""
    with exactly(gain):
        return math.sqrt(2) * (gain.float().square() @ weight.square().sum((2, 3)).T + 1e-8).rsqrt()


def adain(x: Tensor, gain: Tensor, bias: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Each feature of each image at mean 0 and standard deviation 1, times ``gain``, plus ``bias``: (n, c, h, w) and (n, c, 1, 1) twice."""
    centred, std = standardised(x, epsilon)
    return torch.addcmul(bias, centred, gain / std)


def standardised(x: Tensor, epsilon: float = EPSILON) -> tuple[Tensor, Tensor]:
    """x less each feature's mean, and √(variance + ``epsilon``) of it: (n, c, h, w) to the same and (n, c, 1, 1). Three times as fast on a
    CPU as torch.var_mean on channels that lie side by side."""
    x = x.float()
    centred = x - x.mean((2, 3), keepdim=True)
    return centred, (centred.square().mean((2, 3), keepdim=True) + epsilon).sqrt()


class Mapping(nn.Sequential):
    """z at length √d to w: (n, z_dim) to (n, w_dim)."""

    def __init__(self, z_dim: int, w_dim: int, layers: int, lr_mul: float) -> None:
        sizes = [z_dim] + [w_dim] * layers
        super().__init__(PixelNorm(), *(m for a, b in zip(sizes[:-1], sizes[1:], strict=True)
                                        for m in (EqualLinear(a, b, lr_mul=lr_mul), LeakyReLU())))
