"""Training of the feature nets: cross-entropy of every field, light augmentation, cosine decay; scored on the test images once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import features
from .data import Dataset, Split
from .features import CHUNK, FeatureNet
from .memory_map import Touched
from .model import Batch

IMAGES = {"mnist": 360_000, "fashion-mnist": 480_000}      # training images seen in all, where nothing else is asked
IMAGES_ELSE = 200_000
BATCH, RATE, DECAY = 128, 2e-3, 1e-2
TURN, STRETCH, SHIFT, NOISE, BLUR = 8.0, 0.08, 0.06, 0.15, 0.25
AUGMENTED = (f"each training image turned by up to {TURN:g}°, stretched by up to {STRETCH:.0%}, moved by up to {SHIFT:.0%} of its side, "
             f"with Gaussian noise of up to {NOISE:g} (pixels in [-1, 1]), and {BLUR:.0%} of the batches halved in size and enlarged again")


def targets(split: Split, net: FeatureNet) -> Tensor:
    """The labels (n, fields) int64 that belong to a net's fields."""
    if split.attributes is not None:
        return torch.from_numpy(split.attributes.astype(np.int64))
    if split.labels is None:
        raise features.FeatureError("these images have no labels.")
    return torch.from_numpy(split.labels)[:, None]


def batches(images: np.ndarray, chunk: int = CHUNK) -> Iterator[Tensor]:
    """uint8 images (n, C, H, W) in order, as float32 in [-1, 1]."""
    for i in range(0, len(images), chunk):
        yield Batch.of(torch.from_numpy(np.ascontiguousarray(images[i:i + chunk]))).images


def augment(x: Tensor) -> Tensor:
    """A light distortion of each image (n, C, H, W) in [-1, 1], so that a net judges drawn images by what they show; see AUGMENTED."""
    n = len(x)
    angle = torch.empty(n).uniform_(-1, 1) * math.radians(TURN)
    scale = 1 + torch.empty(n).uniform_(-1, 1) * STRETCH
    move = torch.empty(n, 2, 1).uniform_(-1, 1) * 2 * SHIFT
    turn = torch.stack([torch.stack([angle.cos(), -angle.sin()], 1), torch.stack([angle.sin(), angle.cos()], 1)], 1) / scale[:, None, None]
    grid = F.affine_grid(torch.cat([turn, move], 2), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    if torch.rand(()) < BLUR:
        x = F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear", align_corners=False)
    return x + torch.randn_like(x) * torch.rand(n, 1, 1, 1) * NOISE


@torch.no_grad()
def accuracy(net: FeatureNet, split: Split) -> dict[str, float]:
    """Share of images whose category is read rightly, for each field. In eval mode."""
    _, read = net.eval().classify(batches(split.images))
    right = targets(split, net)
    return {name: (read[name] == right[:, k]).float().mean().item() for k, (name, _) in enumerate(net.fields)}


def fit(dataset: Dataset, root: Path, *, images: int | None = None, seed: int = 0, hardware: str = "", code_version: str = "",
        say: Callable[[str], None] = lambda s: None) -> dict[str, Any]:
    """Train a net on ``dataset.train``, score it on ``dataset.test``, and save it under ``root``. Returns its card."""
    spec = dataset.spec
    if spec.name in features.SHARED:
        raise features.FeatureError(f"{spec.title} are judged by the net of {features.SHARED[spec.name]!r}; train that one.")
    torch.manual_seed(seed)
    net = FeatureNet(features.fields_of(spec), spec.shape)
    net.to(memory_format=torch.channels_last)     # type: ignore[call-overload]  # twice as fast on a CPU
    right, x = targets(dataset.train, net), torch.from_numpy(np.require(dataset.train.images, requirements=["C", "W"]))
    touched = Touched(dataset.train.images)
    total = images or IMAGES.get(spec.name, IMAGES_ELSE)
    steps = max(1, total // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.1)
    began, order, at, running = time.monotonic(), torch.empty(0, dtype=torch.long), 0, 0.0
    for step in range(steps):
        if at + BATCH > len(order):
            order, at = torch.randperm(len(x)), 0
        index, at = order[at:at + BATCH], at + BATCH
        touched.more(BATCH)
        logits = net(augment(Batch.of(x[index]).images).contiguous(memory_format=torch.channels_last))
        loss = torch.stack([F.cross_entropy(logits[name], right[index, k]) for k, (name, _) in enumerate(net.fields)]).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if step % 20 == 0:
            rate = (step + 1) * BATCH / (time.monotonic() - began)
            say(f"{(step + 1) * BATCH:,} of {steps * BATCH:,} images  {rate:,.0f}/s  loss {running:.4f}")
    seconds = time.monotonic() - began
    scores = accuracy(net, dataset.test)
    return features.save(
        net, root, spec, accuracy={k: round(v, 5) for k, v in scores.items()},
        protocol=f"share of all {len(dataset.test):,} test images whose category is read rightly, measured once after training",
        augmentation=AUGMENTED, images_seen=steps * BATCH, seconds=round(seconds, 1), hardware=hardware, seed=seed,
        code_version=code_version)
