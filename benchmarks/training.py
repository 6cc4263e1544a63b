"""Images per second of the training loop, as a ratio to the usual PyTorch script on the same network, in one run.

The reference does what the well-known example scripts do: a torchvision-style data set of PIL images turned to tensors
one by one, a DataLoader that shuffles them in batches of 128, Adam, and ``loss.item()`` at each step. Both take turns,
so that both see the same machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from training import families
from training.checkpoint import Card
from training.loop import Trainer, World
from training.model import Batch, DataSpec

IMAGES, ROUNDS, STEPS = 12_800, 5, 100


class Pictures(Dataset):
    """Images as torchvision's data sets give them: PIL, then ToTensor's arithmetic."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> torch.Tensor:
        picture = Image.fromarray(self.images[i, 0])
        return torch.from_numpy(np.array(picture, np.uint8, copy=True))[None].contiguous().to(torch.float32).div(255)


def reference(images: np.ndarray, trainer: Trainer) -> Iterator[float]:
    """Seconds for each further STEPS steps of the example scripts' loop on the trainer's own network and loss."""
    optimizer = torch.optim.Adam(trainer.model.parameters(), lr=1e-3)
    loader = DataLoader(Pictures(images), batch_size=128, shuffle=True)
    while True:
        start, steps, total = time.perf_counter(), 0, 0.0
        while steps < STEPS:
            for x in loader:
                optimizer.zero_grad()
                loss = trainer.objective.loss(Batch(x * 2 - 1))["loss"]  # type: ignore[operator]
                loss.backward()
                total += loss.item()
                optimizer.step()
                steps += 1
                if steps == STEPS:
                    break
        yield time.perf_counter() - start


def make(images: np.ndarray, **settings: object) -> Trainer:
    """A trainer of the VAE on grey images."""
    family, data = families.get("vae"), DataSpec("noise", "Noise", (1, 28, 28))
    config = family.Config.from_dict(settings)
    return Trainer(family, config, Card("bench", "vae", config.to_dict(), data, family.Model(config, data).spec), images, None, World())


def main() -> None:
    """Print a line per network."""
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, 1, 28, 28), np.uint8)
    for title, settings in (("dense VAE, 400 wide, 20-D (the example's)", {"network": "dense", "width": 400, "z_dim": 20}),
                            ("convolutional VAE, 16-D", {"channels": 16, "z_dim": 16})):
        ours, theirs = make(images, **settings), reference(images, make(images, **settings))
        ratios, speeds = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for _ in range(STEPS):
                ours.step()
            mine = time.perf_counter() - start
            ratios.append(next(theirs) / mine)
            speeds.append(STEPS * 128 / mine)
        print(f"{title}: {statistics.median(speeds):,.0f} images/s, {statistics.median(ratios):.2f} × the reference loop "
              f"(from {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} rounds)", flush=True)


if __name__ == "__main__":
    main()
