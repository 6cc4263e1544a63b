"""The interfaces that families, checkpoints, the loop and the explorer share. A leaf: it imports none of them.

A *family* is a paper. It brings a ``Config`` (its settings), a ``Model`` (the part kept for inference)
and an ``Objective`` (critics, losses and schedule: needed for training only).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import torch
from torch import Tensor, nn

AUGMENT = ("none", "mirror", "shift", "both")      # what may be changed of training images; see augment.py
MOST_NOTES = 64                                   # of a card
OWN = "own-"                                      # how the names of a person's own sets begin
MOST_ITEMS = 16                                   # numbers of one setting, such as the sizes of layers


class SettingError(ValueError):
    """A setting is out of its range; the message is written for the person who set it."""


def setting(default: Any, help: str, *, low: float | None = None, high: float | None = None,
            choices: tuple | None = None, advanced: bool = False, later: bool = False) -> Any:
    """A documented, checked field of a Config. ``help`` ends with where the default comes from. ``later``: may change on a resume."""
    return field(default=default, metadata=dict(help=help, low=low, high=high, choices=choices, advanced=advanced, later=later))


@dataclass(frozen=True)
class Config:
    """Settings that every family has. A family adds its own; the command line, the Train form and the card follow."""

    images: int = setting(1_000_000, "training images to see in all (ours)", low=1, high=10**9, later=True)
    batch_size: int = setting(128, "images per step, over all processes (ours)", low=2, high=4096)
    learning_rate: float = setting(1e-3, "Adam's learning rate (Kingma & Ba 2015)", low=1e-7, high=1.0)
    decay: str = setting("none", "how the learning rate falls over the run: none, or cosine to zero (Loshchilov & Hutter 2017)",
                         choices=("none", "cosine"), advanced=True)
    ema_images: int = setting(0, "half-life of the weight average in images; 0 keeps the last weights (ours)", low=0, high=10**8,
                              advanced=True)

    augment: str = setting("none", "what is changed of each training image, anew each time that it is seen: mirror (left and right "
                           "exchanged half the time), shift (moved by up to 1/16 of its side), or both (ours)", choices=AUGMENT)

    def __post_init__(self) -> None:
        for f in fields(self):
            value: Any = getattr(self, f.name)
            default: Any = f.default
            meta = f.metadata
            kind: type = type(default)
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
                object.__setattr__(self, f.name, value)
            if kind is tuple and isinstance(value, list):
                value = tuple(value)
                object.__setattr__(self, f.name, value)
            if type(value) is not kind:
                raise SettingError(f"{f.name} must be {kind.__name__}, not {type(value).__name__} ({value!r}).")
            if kind is float and (value != value or value in (math.inf, -math.inf)):
                raise SettingError(f"{f.name} is not a number.")
            items: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
            if not 1 <= len(items) <= MOST_ITEMS:
                raise SettingError(f"{f.name} must be 1 to {MOST_ITEMS} numbers; these are {len(items):,}.")
            for v in items:
                if kind is tuple and type(v) is not (of := type(default[0])):
                    raise SettingError(f"{f.name} must be numbers ({of.__name__}), not {type(v).__name__} ({v!r}).")
                if meta.get("choices") and v not in meta["choices"]:
                    raise SettingError(f"{f.name} must be one of {', '.join(map(str, meta['choices']))}; it is {v!r}.")
                if meta.get("low") is not None and v < meta["low"] or meta.get("high") is not None and v > meta["high"]:
                    raise SettingError(f"{f.name} must lie between {meta['low']} and {meta['high']}; it is {v}.")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """Build from a card's or a form's dict; raises SettingError on an unknown or wrong setting."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise SettingError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}.")
        return cls(**values)

    def after(self, other: dict[str, Any], images_seen: int) -> dict[str, Any]:
        """Settings, by name, that follow from beginning with the weights of another run, of which these are the settings and the images;
        what is asked for overrules them."""
        return {}

    def suited(self, data: DataSpec, images: int) -> dict[str, Any]:
        """Settings, by name, that follow from the data, and from how many ``images`` are trained on, where neither a person nor a recipe
        for that data set chose them."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it: tuples as lists."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}


@dataclass(frozen=True)
class Note:
    """One thing that a person is told of a data set: ``kind``, a key of the words in training/notes.py, ``n`` of them; ``name``, ``low``
    and ``high`` where the words have a place for them."""

    kind: str
    n: int = 0
    name: str = ""
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> Note:
        """From a card; raises ValueError, TypeError or KeyError for what is none."""
        n, low, high = d["n"], d["low"], d["high"]
        if type(n) is not int or not 0 <= n <= 10**12 or not all(type(v) in (int, float) and abs(v) <= 1e38 for v in (low, high)):
            raise ValueError("a note holds a number that is none")
        return cls(str(d["kind"])[:40], n, str(d["name"])[:120], float(low), float(high))


@dataclass(frozen=True)
class DataSpec:
    """What a model must know of its data set, and what a card tells of it."""

    name: str
    title: str
    shape: tuple[int, ...]                       # (C, H, W), or (2,) for points in the plane
    classes: tuple[str, ...] = ()                # names of the labels, empty when there are none
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()   # (field, its categories), for data that is labelled in many ways
    attribution: str = ""                        # the line that the data's licence asks for
    fingerprint: str = ""                        # sha256 over the training images; of a person's own set over all of it
    notes: tuple[Note, ...] = ()                 # what was left out of a person's own images, and what was done with them

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    @property
    def own(self) -> bool:
        """Whether it is a person's own set."""
        return self.name.startswith(OWN)

    @property
    def key(self) -> str:
        """A name that no other data set has: two folders of one name, and two states of one folder, differ in it."""
        return f"{self.name}-{self.fingerprint[:12]}" if self.fingerprint else self.name

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> DataSpec:
        return cls(name=d["name"], title=d["title"], shape=tuple(d["shape"]), classes=tuple(d["classes"]),
                   attributes=tuple((f, tuple(c)) for f, c in d["attributes"]),
                   attribution=d["attribution"], fingerprint=d["fingerprint"],
                   notes=tuple(Note.from_dict(n) for n in d.get("notes", ())[:MOST_NOTES]))


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
    ours = True                                  # whether its card alone makes its network: to be trained anew, or traced for a browser

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

    def average_w(self) -> Tensor | None:
        """The mean of W over the prior, (w_dim,), towards which codes are truncated; None where there is none."""
        return None

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
    sign: tuple[str, Callable[[LatentModel, Tensor], float]] | None = None       # to choose a seed by, of training images: seeds.py
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


__all__ = ["Batch", "Code", "Config", "DataSpec", "Family", "LatentModel", "LatentSpec", "Objective", "Phase",
           "Published", "SettingError", "as_uniform", "setting", "standard_normal"]
