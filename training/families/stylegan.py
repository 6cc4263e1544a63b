"""StyleGAN: the noise becomes a style, and each layer is painted in one.

    w = f(z),   hₗ = (1 + Aₗ w) · LeakyReLU(conv(hₗ₋₁) / σₗ₋₁(w) + Bₗ · noise)

A mapping network, a learned constant, noise at every layer, styles mixed while training, R1, growing from any resolution. σ is the
standard deviation that weights and styles give on average; with ``normalise`` instance it is AdaIN, each image's own.
Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks; Karras et al. 2020, Analyzing and
Improving the Image Quality of StyleGAN (weights in place of AdaIN, colours that add up).
"""

from __future__ import annotations

from ..model import Family
from ..styles import RECIPES, StyleConfig, StyleGenerator, StyleObjective

# the paper's generator: AdaIN, colours by a convolution, noise and mapping at its rates, growing from 8 × 8; smaller, a 20th of its images
NIGHT = dict(images=1_200_000, normalise="instance", palette=0, epsilon=1e-8, noise_lr_mul=1.0, mapping_lr_mul=0.01, mapping_layers=8,
             z_dim=128, w_dim=128, channel_max=96, learning_rate=2e-3, start=8, stage_images=60_000, fade_images=30_000)

FAMILY = Family(
    name="stylegan", title="StyleGAN",
    paper="Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks",
    variants=("weights in place of AdaIN: Karras et al. 2020, Analyzing and Improving the Image Quality of StyleGAN",),
    equation="w = f(z),   hₗ = (1 + Aₗ(w)) · φ(conv(hₗ₋₁) / σₗ₋₁(w) + noise)",
    summary="The code is first mapped to a style, and every layer of the generator is told one: coarse layers take shape from it, fine "
            "ones colour. Two faces can be mixed by giving some layers the one's style and the rest the other's.",
    Config=StyleConfig, Model=StyleGenerator, Objective=StyleObjective,
    headline=("frechet_ratio", "path_ratio", "sliced_wasserstein"),
    images_only=True,
    recipes={**{k: v for k, v in RECIPES.items() if k != "gpu"}, "night": {"*": NIGHT}, "gpu": RECIPES["gpu"]},
)
