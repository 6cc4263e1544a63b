"""``python -m training import``: weights of a family of ours under other names, or graphs of ONNX, as a run's folder."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from .. import checkpoint
from ..card import Card, check_name
from ..dataset import Dataset
from ..loop import save_samples
from ..model import LatentModel
from ..version import code_version
from . import ImportFailed
from .import_family import family_of
from .import_graphs import graphs_of
from .import_options import Say, asked_of, slug


def take_in(args: argparse.Namespace, dataset: Dataset | None, tell: Say) -> Card:
    """The run that the command line asks for; ``dataset``: of its held-out images. Raises ImportFailed, SettingError, CheckpointError."""
    if dataset is not None and len(dataset.spec.shape) != 3:
        raise ImportFailed(f"{dataset.spec.title} is points in the plane; a model that is taken in draws images.")
    with tempfile.TemporaryDirectory(prefix="latent-explorer-import-") as scratch:
        asked = asked_of(args, Path(scratch), tell)
        name = check_name(args.name or slug(asked))
        folder = args.trained / name
        if folder.exists():
            raise ImportFailed(f"there is a run {name} in {args.trained} already; give this one another --name.")
        model, card = (family_of if asked.weights is not None else graphs_of)(asked, dataset, tell)
        _try(model)
    title = args.title or asked.title or card.title and f"{name} · {card.title}"
    card = replace(card, name=name, title=title, source=asked.source, code_version=code_version())
    count = card.parameters
    args.trained.mkdir(parents=True, exist_ok=True)
    checkpoint.save(folder, model, card)
    save_samples(folder / checkpoint.SAMPLES, model)
    return checkpoint.update(folder, parameters=count) if count else checkpoint.read_card(folder)


@torch.no_grad()
def _try(model: LatentModel) -> None:
    n = 2
    label = torch.zeros(n, dtype=torch.long) if model.spec.num_classes else None
    drawn = model.synthesize(model.map(model.sample_z(n, torch.Generator().manual_seed(0)), label), label)
    if not torch.isfinite(drawn).all():
        raise ImportFailed("it draws NaN or infinite numbers.")


__all__ = ["take_in"]
