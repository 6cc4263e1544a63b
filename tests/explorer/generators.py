"""Tiny adversarial runs with random weights, large enough that their images differ."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch

from training import checkpoint, families, loop
from training.data import Dataset


def make_generator(root: Path, name: str, family: str, dataset: Dataset, seed: int = 0, **settings) -> Path:
    """A run of a family with ``network="dense"`` where it has one, its samples and its log."""
    found, folder = families.get(family), root / name
    known = {f.name for f in dataclasses.fields(found.Config)}
    usual = {k: v for k, v in {"images": 1000, "network": "dense", "width": 16}.items() if k in known}
    config = found.Config(**(usual | settings))
    torch.manual_seed(seed)
    model = found.Model(config, dataset.spec)
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() > 1:
                p.mul_(4)
    metrics = {"frechet_ratio": {"value": 5.0 + seed, "unit": "× floor", "protocol": "as tests do"},
               "agreement": {"value": 90.0 - seed, "unit": "%", "protocol": "as tests do"}}
    card = checkpoint.Card(name, family, config.to_dict(), dataset.spec, model.spec, title=f"Tiny {found.title}", images_seen=1000,
                           metrics=metrics, headline="frechet_ratio")
    checkpoint.save(folder, model, card)
    loop.save_samples(folder / checkpoint.SAMPLES, model.eval(), 16, 4)
    rows = [{"images": i * 100, "seconds": i, "images_per_second": 100.0, "generator/loss": seed + 3 / (i + 1), f"only/{name}": i / 10}
            for i in range(1, 11)]
    (folder / checkpoint.LOG).write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return folder
