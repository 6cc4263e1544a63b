"""The interfaces that families, checkpoints, the loop and the explorer share. A leaf: it imports none of them.

A *family* is a paper. It brings a ``Config`` (its settings), a ``Model`` (the part kept for inference)
and an ``Objective`` (critics, losses and schedule: needed for training only). Settings stand in settings.py, what is known of a data
set in dataspec.py; a family has all of it by one import from here.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from .dataspec import OWN, DataSpec, Note
from .settings import Config, SettingError, setting


@dataclass(frozen=True)
class Code:
    """A named slice ``z[:, start:start + size]`` with a meaning of its own (InfoGAN's c)."""

    name: str
    start: int
    size: int
    kind: str = "continuous"                     # or "categorical" (one-hot)
    low: float = -1.0                            # range seen in training
    high: float = 1.0


@dataclass(frozen=True)
class LatentSpec:
    """What a model can do; the explorer reads nothing else."""

    shape: tuple[int, ...]                       # of one sample: (C, H, W), or (2,) for points in the plane
    z_dim: int
    w_dim: int
    num_layers: int = 1                          # more than 1: per-layer styles can be mixed
    num_classes: int = 0                         # more than 0: `label` conditions map and synthesize
    codes: tuple[Code, ...] = ()
    encodes: bool = False
    stochastic: bool = False                     # the encoder gives a mean and a standard deviation
    reads: bool = False                          # a head tells the class or the codes of an image
    levels: tuple[int, ...] = ()                 # resolutions that can be shown one by one
    noise: tuple[int, ...] = ()                  # numbers of w that are each level's own, side by side; empty where levels share them
    pixel_noise: bool = False                    # noise of each pixel beside w, which can be left out, drawn anew or weakened
    palette: int = 0                             # colours that the last layer's style chooses and all that it does; 0: it has no palette
    prior: str = "normal"                        # of z: normal, uniform, fitted (after training), or mapped (normal, but w is not z)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> LatentSpec:
        d = dict(d)
        d["shape"], d["levels"], d["noise"] = tuple(d["shape"]), tuple(d["levels"]), tuple(d.get("noise", ()))
        d["codes"] = tuple(Code(**c) for c in d["codes"])
        return cls(**d)


BLOCK = 16                                       # numbers that torch draws together on a CPU


def standard_normal(n: int, width: int, generator: torch.Generator | None = None) -> Tensor:
    """(n, width) independent normal numbers, float32, on the CPU. Row k of a seed is the same however many rows are drawn.

    torch alone does not keep that: of a length that BLOCK does not divide it draws the last BLOCK numbers anew, and below BLOCK it goes
    another way. So each row is drawn in whole blocks, and what is beyond ``width`` is left out.
    """
    return torch.randn(n, -(-width // BLOCK) * BLOCK, generator=generator)[:, :width].contiguous()


def as_uniform(normal: Tensor) -> Tensor:
    """Normal numbers of any shape as uniform ones in [0, 1], float32, by their distribution function: those of a row stay that row's."""
    if torch.compiler.is_exporting():           # a browser's networks have it in float32 alone
        return 0.5 * (1 + torch.erf(normal * math.sqrt(0.5)))
    return torch.special.ndtr(normal.double()).float()      # in double: float32 differs by a bit with a number's place in memory


@dataclass(frozen=True)
class Draws:
    """What a seed draws of a model, before ``prior`` makes noise of it: rows of ``width`` numbers, normal, or uniform in [0, 1)."""

    width: int
    kind: Literal["normal", "uniform"] = "normal"

    def draw(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """(n, width) float32, on the CPU. Row k of a seed is the same bits whatever n is."""
        if self.kind == "uniform":
            return torch.rand(n, self.width, generator=generator)
        return standard_normal(n, self.width, generator)


@dataclass(frozen=True)
class NoiseLayer:
    """A layer that adds noise of each pixel: (1, 1, side, side) normal numbers, the model's own those of ``seed``. ``level``: which of the
    spec's levels it belongs to."""

    side: int
    seed: int
    level: int


class LatentModel(nn.Module):
    """The part of a family that is kept: what the explorer loads. Built as ``Model(config, data)``."""

    spec: LatentSpec
    w_avg: Tensor | None                         # the mean of W over the prior, (w_dim,), towards which codes are truncated, or None
    ours = True                                  # whether its card alone makes its network: to be trained anew, or traced for a browser

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("w_avg", None)

    @property
    def device(self) -> torch.device:
        """Where its numbers are; the CPU for a model that has none of its own."""
        return next((t.device for t in itertools.chain(self.parameters(), self.buffers())), torch.device("cpu"))

    def sample_z(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw (n, z_dim) float32 from the prior, by numbers drawn on the CPU, so that a seed means the same everywhere: ``prior`` of what
        it ``draws``. Row k of a seed is the same bits whatever n is."""
        return self.prior(self.draws().draw(n, generator))

    def draws(self) -> Draws:
        """What a seed draws: as many normal numbers as the noise has, unless a family says otherwise."""
        return Draws(self.spec.z_dim)

    def prior(self, drawn: Tensor) -> Tensor:
        """Noise (n, z_dim) of what a seed draws, (n, ``draws().width``), row by row. The identity for a normal prior."""
        return drawn

    def loaded(self) -> None:
        """Called once the weights are in: raises SettingError where they cannot be used."""

    def settle(self) -> None:
        """What ``forward`` reads of its buffers in Python becomes constant: called once before the network is traced, of a copy, which is
        of no use for training after it."""

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(n, z_dim) to (n, num_layers, w_dim), the one space in which everything is edited. The identity for plain models."""
        return z[:, None, :]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        """(n, num_layers, w_dim) to images (n, C, H, W) in [-1, 1]."""
        raise TypeError(f"{type(self).__name__} does not synthesize.")

    def synthesize_levels(self, w: Tensor, label: Tensor | None = None) -> list[Tensor]:
        """The images of ``w`` at each of ``spec.levels``, coarse to full: (n, C, r, r) in [-1, 1]. Only where there are levels."""
        raise TypeError(f"{type(self).__name__} has no levels.")

    def synthesize_noisy(self, w: Tensor, label: Tensor | None, strengths: Sequence[float], seed: int | None = None) -> Tensor:
        """``synthesize`` with the noise of each of ``spec.levels`` times its strength (0: none), the model's own noise or that of a seed:
        (n, C, H, W) in [-1, 1]. Only where ``spec.pixel_noise``."""
        raise TypeError(f"{type(self).__name__} adds no noise.")

    def noise_layers(self) -> list[NoiseLayer]:
        """The layers that add noise, in the order in which they draw it. Only where ``spec.pixel_noise``."""
        return []

    def synthesize_given(self, w: Tensor, label: Tensor | None, noise: Sequence[Tensor | None]) -> Tensor:
        """``synthesize`` with what each of ``noise_layers`` adds, (1, 1, r, r), times its strength; None for nothing."""
        raise TypeError(f"{type(self).__name__} adds no noise.")

    def residual(self, level: int, low: Tensor, w: Tensor, label: Tensor | None = None) -> Tensor:
        """What ``level`` (1 …, of ``spec.levels``) adds to ``low``, the enlarged image of the level before: (n, C, r, r) each, of any real
        or generated image. Only where ``spec.noise`` gives each level numbers of its own."""
        raise TypeError(f"{type(self).__name__} has no residuals.")

    def unclamped(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        """``synthesize`` where a linear decoder's image may leave [-1, 1]."""
        return self.synthesize(w, label)

    def encode(self, x: Tensor) -> Tensor:
        """Images (n, C, H, W) in [-1, 1] to (n, num_layers, w_dim). Only where ``spec.encodes``."""
        raise TypeError(f"{type(self).__name__} has no encoder.")

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(w|x), each (n, num_layers, w_dim). Only where ``spec.stochastic``."""
        raise TypeError(f"{type(self).__name__} has no posterior.")

    def read(self, x: Tensor) -> dict[str, Tensor]:
        """What the model's own head reads from images (n, C, H, W) in [-1, 1]: by the name of a code, or "class", probabilities (n, k)
        of a categorical one, the mean (n, size) of a continuous one. Only where ``spec.reads``."""
        raise TypeError(f"{type(self).__name__} does not read images.")

    def features(self, x: Tensor) -> Tensor | None:
        """The encoder's last layer but one, (n, C, H, W) in [-1, 1] to (n, k), for probes; None where it is not told."""
        return None

    def activations(self, x: Tensor) -> list[Tensor]:
        """What each layer of the encoder makes of images (n, C, H, W), after its nonlinearity, the code last: (n, k), or (n, c, h, w).
        Empty where the encoder's layers are not told."""
        return []

    def filters(self) -> tuple[Tensor, Tensor] | None:
        """Of a dense first layer what each unit sees, and of the decoder's last layer what the unit of the same number draws: two of
        (units, pixels). None where the two layers are of another kind or do not fit."""
        return None

    def repeats(self) -> bool:
        """Whether ``encode`` gives every layer the same numbers, so that a code of ``num_layers * w_dim`` holds ``w_dim`` of them."""
        return False

    def threshold(self) -> float | None:
        """Above what a number of the code counts as lit, for codes that are activities in [0, 1]; None for all others."""
        return None

    def mirrors(self) -> int:
        """How many layers of the encoder have a mirror in the decoder, so that ``through`` can turn back after each. 0: none."""
        return 0

    def through(self, x: Tensor, layers: int) -> Tensor:
        """Images (n, C, H, W) down the encoder's first ``layers`` (1 … ``mirrors()``) and back up their mirrors: the same, in [-1, 1]."""
        raise TypeError(f"{type(self).__name__} has no mirrored layers.")

    def grew(self) -> tuple[int, ...]:
        """The resolutions that training went through, coarse to fine, of a network that can grow: one where it was trained at that from
        the start. Empty for networks that cannot."""
        return ()

    def adds(self) -> bool:
        """Whether each resolution of a network that can grow adds its colours to the image of the one before."""
        return False

    def axes(self) -> Tensor | None:
        """Of a linear decoder what each number of the code adds to the image on the [0, 1] scale, (pixels, w_dim); else None."""
        return None

    def first_weight(self) -> Tensor | None:
        """The weight (out, w_dim) of the first linear layer that acts on w, or None where there is none (Shen & Zhou 2021, eq. 1)."""
        return None

    def style_weights(self) -> list[Tensor]:
        """For each of ``spec.num_layers`` the weight (out, w_dim) of the layer that turns w into a style; none without styles."""
        return []


@dataclass(frozen=True)
class Batch:
    """What a loss sees. ``images`` (n, C, H, W), or points (n, 2), float32 in [-1, 1]; ``labels`` (n,) int64 in [0, num_classes), or
    None."""

    images: Tensor
    labels: Tensor | None = None

    @classmethod
    def of(cls, images: Tensor, labels: Tensor | None = None) -> Batch:
        """From a data set's own numbers: pixels (uint8) are scaled to [-1, 1], points (float32) taken as they are."""
        return cls(images.float() / 127.5 - 1 if images.dtype == torch.uint8 else images, labels)

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Phase:
    """One kind of update. The loop runs a step's phases in order and knows nothing else of a family."""

    name: str
    parameters: list[nn.Parameter]
    loss: Callable[[Batch], dict[str, Tensor]]   # scalars; "loss" is minimised, all are logged
    optimizer: torch.optim.Optimizer
    repeats: int = 1                             # times a step, each on a fresh batch (WGAN's critic: 5)
    every: int = 1                               # only at each n-th step (lazy R1: 16)
    after_step: Callable[[], None] | None = None # e.g. weight clipping
    due: Callable[[], bool] = lambda: True       # whether it takes part now; must follow from what ``set_progress`` was told


class Objective(nn.Module):
    """How a family is trained. Built as ``Objective(model, config)``; holds ``model`` and any critic as submodules."""

    def __init__(self, model: LatentModel, config: Any) -> None:
        super().__init__()
        self.model, self.config = model, config

    def phases(self) -> list[Phase]:
        """The phases of a step, made once, with their optimisers."""
        raise TypeError(f"{type(self).__name__} has no phases.")

    def prepare(self, batches: Iterable[Batch]) -> None:
        """Called once before training, and again before a resume, with training images in a fixed order: to take a labelled subset."""

    def set_progress(self, images_seen: int) -> None:
        """Called before each step; growing networks and schedules follow it. Must depend on ``images_seen`` alone."""

    def rate(self, images_seen: int) -> float:
        """What the learning rates are multiplied by: by ``config.decay`` 1, or half a cosine from 1 to 0 over the run."""
        if self.config.decay == "none":
            return 1.0
        return half_cosine(images_seen / self.config.images)

    def finish(self, model: LatentModel, batches: Iterable[Batch]) -> None:
        """Called on the (averaged) model before each save with training batches, e.g. to fit a Gaussian to the codes."""

    def milestone(self, images_seen: int) -> str | None:
        """What the training is at, where it goes through stages: samples are kept whenever this changes. None where there are none."""
        return None

    def whole(self, images_seen: int) -> bool:
        """Whether samples are already what the finished model's will be, so that alarms may judge them; not while networks grow."""
        return True

    def measure(self, batch: Batch) -> dict[str, Tensor]:
        """Family-specific scores of held-out images, each (n,); ``evaluate`` averages them. May sample with torch's RNG."""
        return {}


def half_cosine(t: float) -> float:
    """From 1 at t = 0 to 0 at t = 1 and beyond (Loshchilov & Hutter 2017, without restarts)."""
    return 0.5 * (1 + math.cos(math.pi * min(1.0, t)))


@dataclass(frozen=True)
class Published:
    """A figure in a paper: of which metric, on which data set, by runs with these settings, and whose it is (authors, year)."""

    metric: str
    data: str
    value: float
    source: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """Everything the rest of the program knows of a paper."""

    name: str                                    # on the command line: lower case, no spaces
    title: str
    paper: str                                   # authors, year, title, where
    equation: str                                # the key equation, in Unicode
    summary: str                                 # two sentences: the idea
    Config: type[Config]
    Model: Callable[[Any, DataSpec], LatentModel]
    Objective: Callable[[LatentModel, Any], Objective]
    measures: dict[str, tuple[str, str]] = field(default_factory=dict)           # name → (unit, protocol), for Objective.measure
    headline: tuple[str, ...] = ()                                               # metrics for the picker: the first that was measured
    sign: tuple[str, Callable[[LatentModel, Tensor], float]] | None = None       # to choose a seed by, of training images: choose_seed.py
    recipes: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # recipe → data set ("*": any) → settings
    published: tuple[Published, ...] = ()                                        # figures to stand beside ours
    variants: tuple[str, ...] = ()                                               # "what: whose", of papers that its settings follow
    images_only: bool = False                                                    # points in the plane are nothing that it can model

    def build(self, config: Any, data: DataSpec) -> LatentModel:
        """A new model for this data; raises SettingError where the family cannot model it with these settings."""
        if self.images_only and len(data.shape) != 3:
            raise SettingError(f"{self.title} needs images; {data.title} is points in the plane.")
        return self.Model(config, data)

    def recipe(self, name: str, dataset: str) -> dict[str, Any]:
        """Settings of a recipe for a data set; raises SettingError when there is none of that name."""
        if name not in self.recipes:
            raise SettingError(f"{self.title} has no recipe {name!r}; it has {', '.join(self.recipes) or 'none'}.")
        per = self.recipes[name]
        return {**per.get("*", {}), **per.get(dataset, {})}


__all__ = ["OWN", "Batch", "Code", "Config", "DataSpec", "Family", "LatentModel", "LatentSpec", "Note", "Objective", "Phase",
           "Published", "SettingError", "as_uniform", "setting", "standard_normal"]
