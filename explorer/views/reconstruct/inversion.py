"""Images into generators without an encoder: a code is searched for by gradient descent on the squared error of pixels.

Zhu et al. 2016, Generative Visual Manipulation on the Natural Image Manifold (projecting a photo by optimisation); Creswell & Bharath 2018,
Inverting the Generator of a Generative Adversarial Network. The search starts from the nearest of many samples and is held near the codes
that the generator knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from training.pixel_errors import squared_error

from ... import Refused, images
from ...latent import seed_to_image
from ...runs.run import Run

STEPS, STARTS, TOGETHER = 200, 256, 3           # steps of Adam; samples to start from; of which so many are followed
RATE, HOLD = 0.12, 2e-3                         # of Adam, in standard deviations of the codes; weight of the pull towards their mean
FRAMES = 10                                     # of the film
MOST_PIXELS = 128 * 128 * 3                     # of an image


class Cancelled(Exception):
    """Nobody waits for this search any more."""


@dataclass
class Search:
    """How far a search is. ``error``: squared, of the best code so far, pixels as [0, 1]; ``image`` (H, W, C) uint8: what it draws;
    ``film``: (step, error, image) on the way; ``w`` (d,) and ``label`` once it is done."""

    step: int = 0
    error: float = math.inf
    image: np.ndarray | None = None
    film: list[tuple[int, float, np.ndarray]] = field(default_factory=list)
    w: np.ndarray | None = None
    label: int | None = None


def kept_steps(steps: int = STEPS) -> list[int]:
    """The steps that the film shows: close together first, when most changes; the last among them."""
    return sorted({0, *(round(steps * (k / (FRAMES - 1)) ** 2) for k in range(1, FRAMES))})


def search(run: Run, pixels: np.ndarray, found: Search, wanted: Callable[[], bool] = lambda: True, label: int | None = None,
           steps: int = STEPS) -> Search:
    """Look for the code of pixels (C, H, W) uint8 and keep ``found`` up to date. A conditional run is tried in every class unless ``label``
    is given; categorical parts of a code stay what the start has. Raises Cancelled when it is not ``wanted`` any more, Refused for what
    cannot be searched."""
    run.require_images()
    if pixels.size > MOST_PIXELS:
        raise Refused("Searching for the code of an image this large would take too long here.")
    spec = run.spec
    starts, labels = _starts(run, pixels, label)
    points = run.points_of_all()
    mean = torch.from_numpy(points.mean(0)).to(run.device)
    spread = torch.from_numpy(points.std(0) + 1e-3).to(run.device)
    target = images.to_tensor(pixels, run.device)
    free = torch.ones(run.d, device=run.device)
    for c in spec.codes:
        if c.kind == "categorical" and spec.num_layers == 1 and spec.w_dim == spec.z_dim:
            free[c.start:c.start + c.size] = 0
    start = torch.from_numpy(starts).to(run.device)
    move = torch.zeros_like(start).requires_grad_()
    adam, keep = Adam(move.detach()), set(kept_steps(steps))
    best, reached = start[0].clone(), labels
    classes = None if labels is None else torch.from_numpy(labels).to(run.device)
    for step in range(steps + 1):
        if not wanted():
            raise Cancelled
        last = step == steps
        rate = RATE * (0.05 + 0.95 * (1 + math.cos(math.pi * step / steps)) / 2)
        with torch.enable_grad():
            w = start + move * spread * free
            drawn = run.model.synthesize(w.view(-1, spec.num_layers, spec.w_dim), classes)
            off = squared_error(drawn, target.expand_as(drawn))
            held = HOLD * (((w - mean) / spread) ** 2).sum(1)
            (gradient,) = torch.autograd.grad((off + held).sum(), move)
        errors = images.squared_error(drawn.detach(), pixels)
        errors = np.where(np.isfinite(off.detach().cpu().numpy()), errors, np.inf)
        k = int(errors.argmin())
        if errors[k] < found.error:
            found.error, best = float(errors[k]), w[k].detach().clone()
            found.image = images.to_uint8(drawn[k:k + 1].detach())[0]
            found.label = None if reached is None else int(reached[k])
        found.step = step
        if (step in keep or last) and found.image is not None:
            found.film.append((step, found.error, found.image))
        if last:
            break
        adam.step(gradient, rate)
    if found.image is None:
        raise Refused("This run does not draw numbers; its training diverged.")
    found.w = best.cpu().numpy().astype(np.float32)
    return found


class Adam:
    """torch.optim.Adam's steps with its defaults: the first of torch's own takes a second of imports, which hold up live images."""

    def __init__(self, value: torch.Tensor) -> None:
        self.value, self.steps = value, 0
        self.mean, self.square = torch.zeros_like(value), torch.zeros_like(value)

    def step(self, gradient: torch.Tensor, rate: float) -> None:
        """Move the value in place."""
        self.steps += 1
        self.mean.lerp_(gradient, 1 - 0.9)
        self.square.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        spread = (self.square.sqrt() / math.sqrt(1 - 0.999 ** self.steps)).add_(1e-8)
        self.value.addcdiv_(self.mean, spread, value=-rate / (1 - 0.9 ** self.steps))


def _starts(run: Run, pixels: np.ndarray, label: int | None) -> tuple[np.ndarray, np.ndarray | None]:
    """The samples nearest to an image: codes (TOGETHER, d) and their classes (TOGETHER,), None for a run without."""
    labels = seed_to_image.classes(run, STARTS, label)
    codes = seed_to_image.samples(run, STARTS, label=labels)
    errors = images.squared_error(run.images(codes, labels), pixels)
    near = errors.argsort()[:TOGETHER]
    return codes[near], None if labels is None else labels[near]


__all__ = ["FRAMES", "STEPS", "Cancelled", "Search", "kept_steps", "search"]
