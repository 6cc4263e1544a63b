"""The networks that a visitor's browser runs: what a run's model can be asked for, each as a network of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from training.features import FeatureNet
from training.model import LatentModel, LatentSpec

from ..runs.run import Run
from ..views.pyramid import levels

Made = Tensor | Sequence[Tensor]
Calls = Callable[..., Made]


@dataclass(frozen=True)
class Given:
    """An input: ``shape`` of one row of a batch, or of all of it where it is ``whole``; ``of``: what numbers its example has. ``high``:
    they are classes from 0 to below it."""

    name: str
    shape: tuple[int, ...]
    whole: bool = False
    of: Literal["normal", "pixels", "share", "choice"] = "normal"
    high: int = 0

    def example(self, n: int, generator: torch.Generator) -> Tensor:
        """Of n rows, to trace or to compare a network with."""
        if self.high:
            return torch.randint(self.high, (n,), generator=generator)
        shape = self.shape if self.whole else (n, *self.shape)
        if self.of == "normal":
            return torch.randn(shape, generator=generator)
        drawn = torch.rand(shape, generator=generator)
        return {"pixels": drawn * 2 - 1, "choice": drawn.round()}.get(self.of, drawn)


@dataclass(frozen=True)
class Net:
    """A network: its key in model.json, what it is given and gives, and the model's own call."""

    key: str
    given: tuple[Given, ...]
    outputs: tuple[str, ...]
    call: Calls

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        made = self.call(*inputs)
        return (made,) if isinstance(made, Tensor) else tuple(made)

    def example(self, n: int, seed: int = 0) -> tuple[Tensor, ...]:
        """Inputs of n rows."""
        generator = torch.Generator().manual_seed(seed)
        return tuple(given.example(n, generator) for given in self.given)


def own_sampling(model: LatentModel) -> bool:
    """Whether a family draws its noise in a way of its own, which no browser knows."""
    inner = getattr(model, "inner", model)
    return type(inner).sample_z is not LatentModel.sample_z


@torch.no_grad()
def maps(run: Run) -> bool:
    """Whether noise becomes a code by a network, rather than being the code."""
    spec, n = run.spec, 4
    z = run.model.sample_z(n, torch.Generator().manual_seed(0)).to(run.device)
    w = run.model.map(z, run.labels(n, None))
    return w.shape != (n, 1, spec.z_dim) or not torch.equal(w[:, 0], z)


@torch.no_grad()
def draws_plainly(run: Run) -> bool:
    """Whether what a seed draws is the noise itself."""
    drawn = run.model.draws().draw(4, torch.Generator().manual_seed(0)).to(run.device)
    z = run.model.prior(drawn)
    return z.shape == drawn.shape and torch.equal(z, drawn)


def networks(run: Run, model: LatentModel) -> Iterator[Net]:
    """All networks of a run that the site's views ask for; ``model``: the run's own, or a settled copy of it."""
    spec = model.spec
    label = (Given("label", (), high=spec.num_classes),) if spec.num_classes else ()
    w = Given("w", (spec.num_layers, spec.w_dim))
    if not draws_plainly(run):
        yield Net("prior", (Given("drawn", (model.draws().width,)),), ("z",), model.prior)
    if maps(run):
        yield Net("map", (Given("z", (spec.z_dim,)), *label), ("w",), model.map)
    yield Net("draw", (w, *label), ("x",), model.synthesize)
    if spec.pixel_noise:
        yield _noisy(model, w, label)
    if spec.levels:
        yield from _of_levels(model, w, label)
    yield from _readers(model, spec)


def _noisy(model: LatentModel, w: Given, label: tuple[Given, ...]) -> Net:
    noise = tuple(Given(f"noise_{k}", (1, 1, layer.side, layer.side), whole=True) for k, layer in enumerate(model.noise_layers()))

    def draw(w: Tensor, *rest: Tensor) -> Tensor:
        classes, given = (rest[0], rest[1:]) if label else (None, rest)
        return model.synthesize_given(w, classes, given)
    return Net("noisy", (w, *label, *noise), ("x",), draw)


def _of_levels(model: LatentModel, w: Given, label: tuple[Given, ...]) -> Iterator[Net]:
    spec, count = model.spec, len(model.spec.levels)
    if not spec.noise:
        yield Net("levels", (w, *label), tuple(f"x_{k}" for k in range(count)), model.synthesize_levels)
        return
    blend, by_model = Given("blend", (count - 1,), True, "share"), Given("drawn", (count - 1,), True, "choice")
    outputs = ("image_0", *(f"{what}_{k}" for k in range(1, count) for what in ("low", "image")))

    def of_code(w: Tensor, *rest: Tensor) -> list[Tensor]:
        return _flat(levels.of_code(model, w, rest[0] if label else None, rest[-1]))

    def of_image(image: Tensor, w: Tensor, *rest: Tensor) -> list[Tensor]:
        return _flat(levels.of_image(model, image, w, rest[0] if label else None, rest[-2], rest[-1]))
    yield Net("pyramid", (w, *label, blend), outputs, of_code)
    yield Net("apart", (Given("image", spec.shape, of="pixels"), w, *label, blend, by_model), outputs, of_image)


def _flat(shown: Sequence[levels.Level]) -> list[Tensor]:
    return [x for level in shown for x in (level.low, level.image) if x is not None]


def _readers(model: LatentModel, spec: LatentSpec) -> Iterator[Net]:
    x = (Given("x", spec.shape, of="pixels"),)
    if spec.encodes:
        yield Net("encode", x, ("w", "sigma"), model.posterior) if spec.stochastic else Net("encode", x, ("w",), model.encode)
    if spec.reads:
        with torch.no_grad():
            names = tuple(model.read(torch.zeros(2, *spec.shape)))
        yield Net("read", x, names, lambda x: tuple(model.read(x).values()))


class ClassifierNet(nn.Module):
    """A data set's classifier, of a network's own naming: a field may have a name, such as class, that a traced module's parts cannot."""

    def __init__(self, net: FeatureNet) -> None:
        super().__init__()
        self.net, self.fields = deepcopy(net).cpu().eval().requires_grad_(False), net.fields
        self.heads = nn.ModuleList(self.net.heads[name] for name, _ in net.fields)
        self.net.heads = nn.ModuleDict()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Images (n, C, H, W) to logits of each field, then the features."""
        features = self.net.embed(x.clamp(-1, 1))
        return (*(head(features) for head in self.heads), features)

    def reading(self, shape: Sequence[int]) -> Net:
        """As a network for images of one shape (C, H, W)."""
        given = (Given("x", tuple(shape), of="pixels"),)
        return Net("judge", given, (*(name for name, _ in self.fields), "features"), self.forward)
