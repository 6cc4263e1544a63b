"""Tiny autoencoders of random weights, and one that is exact PCA."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from training import checkpoint, families, heldout, maps, pca
from training.data import Dataset


def make_encoded(root: Path, name: str, family: str, dataset: Dataset, seed: int = 0, exact: bool = False, dead: int | None = None,
                 **settings) -> Path:
    """A run with its map. ``exact``: a linear one whose weights are the principal components; ``dead``: a unit of the first layer whose
    weights are zero."""
    kind = families.get(family)
    config = kind.Config(images=1000, **settings)
    torch.manual_seed(seed)
    model = kind.Model(config, dataset.spec)
    with torch.no_grad():
        for p in [*model.encoder.parameters(), *model.decoder.parameters()]:
            p.mul_(2)
        if dead is not None:
            first = next(m for m in model.encoder.modules() if isinstance(m, torch.nn.Linear))
            first.weight[dead] = 0
        if exact:
            found = pca.fit(dataset.test.images)
            axes = torch.from_numpy(found.components[:config.z_dim]).float()
            mean = torch.from_numpy(found.mean).float()
            # codes (x - mean) · axes of x in [0, 1], of which the model sees 2x - 1; then turned, as any basis will do
            turn = torch.from_numpy(np.linalg.qr(np.random.default_rng(0).normal(size=(config.z_dim, config.z_dim)))[0]).float()
            down = next(m for m in model.encoder.modules() if isinstance(m, torch.nn.Linear))
            up = next(m for m in model.decoder.modules() if isinstance(m, torch.nn.Linear))
            down.weight.copy_(turn @ axes / 2)
            down.bias.copy_(turn @ axes @ (0.5 - mean))
            up.weight.copy_((turn @ axes).T)
            up.bias.copy_(mean)
    model.eval()
    codes = maps.encode_all(model, dataset.test.images)
    model.fit_prior(torch.from_numpy(codes))
    card = checkpoint.Card(name, family, config.to_dict(), dataset.spec, model.spec, title=f"Tiny {name}", images_seen=1000)
    checkpoint.save(root / name, model, card)
    maps.write(root / name / checkpoint.MAP, maps.Map(codes))
    heldout.write_missing(dataset, root)
    return root / name
