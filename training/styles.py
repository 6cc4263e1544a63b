"""The style-based generator and its mapping network, which StyleGAN and StyleALAE share.

    AdaIN(x, y) = y_s · (x - μ(x)) / σ(x) + y_b,      (y_s, y_b) = A(w)

Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks. On drawings, most features of which are
flat in most images, dividing by each image's own std blows up what is not there; so by default layers divide by the std
that weights and styles give on average (Karras et al. 2020, Analyzing and Improving the Image Quality of StyleGAN, section 2.2). That alone
lets the coarsest styles decide all colours; so features do not become colours themselves, but say where each colour of a small palette
goes, which the finest style chooses (palette.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from . import palette
from .equalized import EqualConv, EqualLinear
from .growing import Growing, GrowingConfig, channels_of
from .growing_objective import GrowingObjective
from .model import DataSpec, LatentSpec, NoiseLayer, SettingError, setting
from .style_codes import alike, exchanged, mixed
from .style_layers import Mapping, SynthesisLayer

RECIPES: dict[str, dict[str, dict[str, Any]]] = {
    "quick": {"*": dict(images=30_000, channel_max=64, start=32, stage_images=15_000, fade_images=5_000, ema_images=5_000, r1=2.0,
                      sorting_images=0, areas=0.5, contrast=0.0, exchange=0.0)},
    "cpu": {"*": dict(images=200_000, channel_max=96, start=32, stage_images=60_000, fade_images=10_000, learning_rate=2e-3,
                      mapping_lr_mul=0.1),
            "faces-32": dict(images=600_000, r1=2.0, decay="cosine", ema_images=20_000)},
    "gpu": {"*": dict(images=2_000_000, channels=32, channel_max=256, start=32, stage_images=100_000, fade_images=20_000, batch_size=64,
                      mapping_layers=8, mapping_lr_mul=0.1, sorting_images=40_000)},
}
AVERAGED = 10_000                                 # codes that the mean of W is taken over


@dataclass(frozen=True)
class StyleConfig(GrowingConfig):
    """Settings that every style-based family has."""

    w_dim: int = setting(64, "dimensions of one style (paper: 512)", low=1, high=512)
    mapping_layers: int = setting(4, "layers of the mapping network (paper: 8)", low=1, high=8, advanced=True)
    normalise: str = setting("weights", "what keeps features at one size under any style: instance (AdaIN: each feature of each image; "
                             "paper) or weights (by what the style makes of them on average: Karras et al. 2020)",
                             choices=("weights", "instance"), advanced=True)
    palette: int = setting(8, "colours that an image is filled with: its finest style chooses them, features say where each goes (ours, "
                           "for drawings: shapes and colours are then told by different styles); 0: features are coloured directly (paper)",
                           low=0, high=64)
    areas: float = setting(4.0, "weight of how much the area that each colour of the palette fills in each sixteenth of the image differs "
                           "between images: the sum of their variances; keeps a thing in one colour, which the finest style can then "
                           "change (ours)", low=0.0, high=1000.0, advanced=True)
    contrast: float = setting(1.5, "weight of the share of borders between colours of the palette that cannot be seen; keeps the colours "
                              "from telling shapes (ours)", low=0.0, high=100.0, advanced=True)
    blending: float = setting(0.2, "weight of how much a pixel's colour is blended from several of the palette: entropy in nats (ours)",
                              low=0.0, high=100.0, advanced=True)
    sorting_images: int = setting(15_000, "images until shapes are learned, in which the rules of the palette are loose; as many more are "
                                  "for things to find a colour each, twice as many for shapes to unfold again, and four times as many "
                                  "until the rules have their full weight; after twenty times as many, areas count a quarter (ours)",
                                  low=0, high=10**8, advanced=True)
    mixing: float = setting(0.9, "share of the training images made with two styles (paper: 0.5 to 0.9)", low=0.0, high=1.0, advanced=True)
    exchange: float = setting(0.5, "share of the training images in which about half of the palette's colours are another style's; keeps "
                              "each colour to a thing, with or without the others (ours)", low=0.0, high=1.0, advanced=True)
    epsilon: float = setting(0.3, "added to each feature's variance before AdaIN divides by it (official code: 1e-8; "
                             "with more, a feature that an image lacks stays small)", low=1e-8, high=10.0, advanced=True)
    noise_lr_mul: float = setting(0.004, "learning rate of the noise's strengths over the others' (paper: 1; drawings have little texture, "
                                "and noise is the first that a generator reaches for)", low=0.0, high=1.0, advanced=True)
    mapping_lr_mul: float = setting(0.01, "the mapping network's learning rate over the others' (paper: 0.01)", low=0.001, high=1.0,
                                  advanced=True)

    def after(self, other: dict[str, Any], images_seen: int) -> dict[str, Any]:
        """A palette that is sorted already is not sorted anew."""
        done = images_seen >= palette.SORTED * other.get("sorting_images", 0)
        return {"sorting_images": 0} if self.palette and other.get("palette") == self.palette and done else {}


class StyleGenerator(Growing):
    """A learned constant, styled ``depth`` times at each resolution. ``w``: a style for each layer, (n, depth · resolutions, w_dim); in
    training also with a style for each colour of the palette in place of the last layer's, (n, num_layers - 1 + palette, w_dim)."""

    w_avg: Tensor

    def __init__(self, config: Any, data: DataSpec, encodes: bool = False) -> None:
        super().__init__(config, data)
        widths = channels_of(config, self.sides)
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.w_dim, num_layers=config.depth * len(self.sides),
                               levels=self.sides, encodes=encodes, prior="mapped", pixel_noise=True, palette=config.palette)
        self.depth = config.depth
        self.mapping = Mapping(config.z_dim, config.w_dim, config.mapping_layers, config.mapping_lr_mul)
        self.constant = nn.Parameter(torch.randn(1, widths[0], self.sides[0], self.sides[0]))
        self.register_buffer("w_avg", torch.zeros(config.w_dim))
        layers: list[nn.Module] = []
        for k, (side, c) in enumerate(zip(self.sides, widths, strict=True)):
            first = None if k == 0 else EqualConv(widths[k - 1], c, resize="up", bias=False)
            convolutions = [first, *(EqualConv(c, c, bias=False) for _ in range(self.depth - 1))]
            last = k == len(self.sides) - 1
            layers += [SynthesisLayer(m, c, config, side, 2 * k + j, not (config.palette and last and j == self.depth - 1))
                       for j, m in enumerate(convolutions)]
        self.layers = nn.ModuleList(layers)
        if config.palette and config.skip:
            raise SettingError("colours of a palette do not add up over resolutions; choose palette 0 or no skip.")
        self.masks = nn.ModuleList(EqualConv(c, config.palette, 1, gain=1.0) for c in widths if config.palette)
        self.palette = EqualLinear(config.w_dim, config.palette * data.shape[0], gain=1.0) if config.palette else None
        if self.palette is not None:
            for layer in self.to_rgb:            # only to show coarse resolutions: fitted in the end, not trained
                for name, p in list(layer.named_parameters()):
                    delattr(layer, name)
                    layer.register_buffer(name, p.detach())

    def drawing(self) -> list[nn.Parameter]:
        """What is trained to draw: all but the mapping."""
        parts = [self.layers, self.to_rgb, self.masks, *([] if self.palette is None else [self.palette])]
        return [self.constant, *(p for m in parts for p in m.parameters())]

    def coloured(self, features: Tensor, w: Tensor, stage: int) -> Tensor:
        if self.palette is None:
            return super().coloured(features, w, stage)
        return palette.filled(self.shares(features, stage), self.colours(w, stage))

    def colours(self, w: Tensor, stage: int) -> Tensor:
        """The palette's colours that codes (n, layers, w_dim) choose, (n, palette, C). Only with a palette."""
        assert self.palette is not None
        own = w.shape[1] > self.spec.num_layers                                # a style for each colour
        styles = w[:, self.spec.num_layers - 1:] if own else w[:, self.depth * (stage + 1) - 1, None]
        colours = self.palette(styles).unflatten(2, (-1, self.spec.shape[0]))
        return colours.diagonal(dim1=1, dim2=2).transpose(1, 2) if own else colours[:, 0]

    def shares(self, features: Tensor, stage: int) -> Iterator[Tensor]:
        """How much of each quarter of a pixel has each colour of the palette: four times (n, palette, r, r), each of which sums to 1."""
        return palette.shares(self.masks[stage](features))

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return self.mapping(z)[:, None].repeat(1, self.spec.num_layers, 1)

    def styled(self, stage: int) -> list[SynthesisLayer]:
        """The layers of all resolutions up to ``stage``."""
        return [m for m in self.layers if isinstance(m, SynthesisLayer)][:self.depth * (stage + 1)]

    def blocks(self, w: Tensor, stage: int, noise: Sequence[Tensor | None] | None = None) -> list[Tensor]:
        """``noise``: what each layer adds, (n or 1, 1, r, r) or None; without it drawn anew while training, else the model's own.

        Without gradients, what several images have in common up to some layer (styles, and so features) is drawn once.
        """
        x, out, gain = self.constant.expand(w.shape[0], -1, -1, -1), [], None       # len() would be one number in a traced network
        layers, same = self.styled(stage), None
        if not torch.is_grad_enabled() and not self.training and all(a is None or len(a) == 1 for a in noise or ()):
            same = alike(w, [layer.style is not None for layer in layers])
            x = x[:1].expand(len(same[0].rows), -1, -1, -1) if same else x
        for k, layer in enumerate(layers):
            if noise is not None:
                own: Tensor | None = noise[k]
            elif self.training:
                own = torch.randn(len(w), *layer.constant.shape[1:], device=w.device)
            else:
                own = layer.constant
            styles = w[:, k]
            if same:
                if k and len(same[k].rows) > len(x) and gain is not None:
                    before = same[k - 1].of[same[k].rows]
                    x, gain = x[before], gain[before]
                styles = styles[same[k].rows]
            x, gain = layer(x, styles, own, gain)
            if k % self.depth == self.depth - 1:
                out.append(x if not same or len(x) == len(w) else x[same[k].of])
        return out

    def synthesize_noisy(self, w: Tensor, label: Tensor | None, strengths: Sequence[float], seed: int | None = None) -> Tensor:
        stage, _ = self.grown()
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        noise: list[Tensor | None] = []
        for k, layer in enumerate(self.styled(stage)):
            own = layer.constant if generator is None else torch.randn(layer.constant.shape, generator=generator).to(w.device)
            noise.append(own * strengths[k // self.depth] if strengths[k // self.depth] else None)
        return self.synthesize_given(w, label, noise)

    def noise_layers(self) -> list[NoiseLayer]:
        layers = self.styled(self.grown()[0])
        return [NoiseLayer(layer.constant.shape[-1], layer.seed, k // self.depth) for k, layer in enumerate(layers)]

    def synthesize_given(self, w: Tensor, label: Tensor | None, noise: Sequence[Tensor | None]) -> Tensor:
        stage, alpha = self.grown()
        return self.enlarged(self.faded(self.blocks(w, stage, noise), w, stage, alpha))

    def first_weight(self) -> Tensor | None:
        return torch.cat(self.style_weights())

    def style_weights(self) -> list[Tensor]:
        parts = [layer.style or self.palette for layer in self.styled(len(self.sides) - 1)]
        return [part.used().detach() for part in parts if part is not None]

    @torch.no_grad()
    def take_average(self) -> None:
        """The mean of W over samples of a fixed seed."""
        z = self.sample_z(AVERAGED, torch.Generator().manual_seed(1)).to(self.w_avg.device)
        self.w_avg.copy_(self.mapping(z).mean(0))


class StyleObjective(GrowingObjective):
    """The growing game with images whose styles are mixed, and with rules for what is filled with a palette's colours."""

    images_seen = 0

    def set_progress(self, images_seen: int) -> None:
        super().set_progress(images_seen)
        self.images_seen = images_seen

    def drawn(self, n: int) -> Tensor:
        c, w, stage = self.config, self.model.map(self.noise(n)), self.model.grown()[0]
        if c.mixing:
            w = mixed(w, self.model.map(self.noise(n)), len(self.model.styled(stage)), c.mixing)
        kept = stage == len(self.model.sides) - 1 and palette.phase(self.images_seen, c.sorting_images).kept
        return exchanged(w, c.palette, c.exchange) if self.model.palette is not None and c.exchange and kept else w

    def ruled(self, features: Sequence[Tensor], w: Tensor, stage: int, alpha: float) -> tuple[Tensor, dict[str, Tensor]]:
        if self.model.palette is None:
            return super().ruled(features, w, stage, alpha)
        shares = list(self.model.shares(features[stage], stage))              # once, for the images and for what is asked of them
        image = self.model.faded(features, w, stage, alpha, palette.filled(shares, self.model.colours(w, stage)))
        return image, palette.rules(shares, image, self.config, self.images_seen)

    def finish(self, model: Any, batches: Any) -> None:
        """The mean of W too."""
        model.eval()
        model.take_average()
        super().finish(model, batches)
