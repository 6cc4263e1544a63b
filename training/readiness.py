"""Before the first step of a training: settings that follow from the images, and a try of all that saving and measuring will need."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Collection
from pathlib import Path

import numpy as np

from . import augment, checkpoint, maps
from .card import Card, CheckpointError, to_dict
from .data import Dataset
from .files import write_json
from .loop import aside, save_samples
from .model import Config, DataSpec, LatentModel, Note, SettingError


def suited(config: Config, data: DataSpec, images: int, chosen: Collection[str], processes: int = 1) -> tuple[Config, list[Note]]:
    """``config`` with what nobody chose fitted to the data, and what is to be told of it.

    The family's own choices (``Config.suited``: the pixel model of colour images, say), and a batch no larger than the ``images`` that
    are trained on: the largest power of two. ``chosen``: names of settings that a person or a recipe for this data set chose.
    Raises SettingError for a setting that these data have no use for.
    """
    if config.augment != augment.NONE and len(data.shape) != 3:
        raise SettingError(f"{data.title} is no set of images, so nothing of it is mirrored or moved; augment must be none.")
    notes = []
    follows = {k: v for k, v in config.suited(data, images).items() if k not in chosen and v != getattr(config, k)}
    notes += [Note("suited", name=f"{k} = {v}") for k, v in follows.items()]
    if images < config.batch_size and "batch_size" not in chosen and images >= 2 * processes:
        follows["batch_size"] = processes * 2 ** ((images // processes).bit_length() - 1)
        notes.append(Note("batch", follows["batch_size"]))
    return dataclasses.replace(config, **follows), notes


def rehearse(folder: Path, card: Card, model: LatentModel, dataset: Dataset) -> None:
    """Write a card and samples of the untrained model beside the run and remove them, and encode two held-out images, so that nothing of
    this fails after hours. Raises CheckpointError in one sentence."""
    was = model.training
    try:
        with aside(), tempfile.TemporaryDirectory(dir=folder, prefix=".try-") as scratch:
            write_json(Path(scratch) / checkpoint.CARD, to_dict(card))
            save_samples(Path(scratch) / checkpoint.SAMPLES, model.eval())
            if model.spec.encodes and len(model.spec.shape) == 3 and len(dataset.test):
                codes = np.nan_to_num(maps.encode_all(model, dataset.test.images[:2]))      # training may yet make them finite
                maps.write(Path(scratch) / checkpoint.MAP, maps.Map(codes))
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".data-"):
            pass                                  # held-out images will be written beside the run
    except (UnicodeError, ValueError, TypeError) as e:
        raise CheckpointError(f"{card.name} could not be saved, so its training is not begun: {e}") from e
    finally:
        model.train(was)
