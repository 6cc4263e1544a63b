"""Tiny runs with a style for each layer, of random weights whose noise can be seen."""

from __future__ import annotations

from pathlib import Path

import torch

from training import checkpoint, families
from training.data import Dataset

CARRIED = {"skin": {"coarse": 0.1, "middle": 0.2, "fine": 0.9, "colours": 0.85}, "glasses": {"coarse": 0.7, "middle": 0.5, "fine": 0.05},
           "hat": {"coarse": 0.8, "middle": 0.1, "fine": 0.0, "colours": 0.0}}


def make_styled(root: Path, name: str, dataset: Dataset, seed: int = 0, family: str = "stylegan") -> Path:
    """Two layers for each resolution, noise that can be seen, the mean of its own W."""
    kind = families.get(family)
    config = kind.Config(images=1000, z_dim=8, w_dim=8, channels=8, channel_max=16, mapping_layers=2, noise_lr_mul=1.0)
    torch.manual_seed(seed)
    model = kind.Model(config, dataset.spec)
    with torch.no_grad():
        for layer in model.styled(len(model.sides) - 1):
            layer.strength.uniform_(0.3, 0.5)
            layer.bias.normal_()
            if layer.style is not None:
                layer.style.weight.mul_(3)
        model.palette.weight.mul_(3)
        model.take_average()
    card = checkpoint.Card(name, family, config.to_dict(), dataset.spec, model.spec, title=f"Tiny {kind.title}", images_seen=1000,
                           carried=CARRIED if family == "stylegan" else {})
    checkpoint.save(root / name, model, card)
    return root / name
