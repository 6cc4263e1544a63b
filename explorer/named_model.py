"""The model that the owner named when she started the page (``python app.py --model FILE.py:CLASS``), among the runs.

The same is there for programs: ``open_named("my_model.py:Model", "mnist")`` gives a Session, and ``session.run(session.first())`` the run,
with which everything of ``explorer.latent`` works.
"""

from __future__ import annotations

import atexit
import dataclasses
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from training import checkpoint, data, data_folders, heldout
from training.card import Card
from training.dataset import Dataset, Split
from training.image_folder import held_out_of
from training.outside import NOWHERE, python_file

from . import i18n, views
from .runs.session import Session


def open_named(model: str, images: str | None = None, size: int | None = None, trained: Iterable[Path] = (), device: str = "cpu",
               say: Callable[[str], None] = lambda s: None) -> Session:
    """A session over ``trained`` and the model that ``FILE.py:CLASS`` names. ``images``: a known data set, or images of her own in any
    form; ``size``: the side to bring the latter to. Runs the file's code. Raises ImportFailed, DataError; what the code raises comes
    through.

    Its run lies in a folder that is removed when the program ends; what is measured of it is kept in the first of ``trained``, if there is
    one, and counts again for the same model.
    """
    roots = list(trained)
    dataset = images_of(images, size)
    taken = {folder.name for root in roots if root.is_dir() for folder in checkpoint.folders(root)}
    one = python_file.take_in(model, dataset, device, taken)
    here = Path(tempfile.mkdtemp(prefix="latent-explorer-model-"))
    atexit.register(shutil.rmtree, here, ignore_errors=True)
    folder = python_file.write(here, one)
    if dataset is not None and all(data_folders.find(root / heldout.FOLDER, one.data, heldout.fingerprint) is None for root in roots):
        heldout.write_missing(dataset, here)
    for sentence in (f"{one.file}:{one.attribute} is the run {one.name}.", *one.told, *needs(checkpoint.read_card(folder))):
        say(sentence)
    return Session([*roots, here], device=device, given={folder: one.model})


def images_of(text: str | None, size: int | None = None) -> Dataset | None:
    """The data set that a person names: one that is known, or a folder, archive or table, all of whose images are held out where it has
    no split: nothing is trained on them here. Raises DataError."""
    if text is None:
        return None
    if text in data.NAMES and text != "folder":
        return data.load(text)
    found = data.load("folder", source=Path(text), size=size)
    if len(found.test) != held_out_of(len(found.train) + len(found.test)):
        return found
    whole = Split(np.concatenate([found.test.images, found.train.images]),
                  None if found.test.labels is None or found.train.labels is None
                  else np.concatenate([found.test.labels, found.train.labels]))
    mark = hashlib.sha256(f"all of {found.spec.fingerprint}".encode()).hexdigest()      # of another set than the one that is split
    return Dataset(dataclasses.replace(found.spec, fingerprint=mark), whole.first(0), whole)


def needs(card: Card) -> list[str]:
    """Which views show a run, and what each of the others would need."""
    looks = [name for name, module in views.modules().items() if getattr(module, "INSPECTOR", True)]
    fit = [name for name in views.supported(card.spec) if name in looks]
    told = [f"It is shown by {', '.join(i18n.text(f'view.{name}') for name in fit)}."]
    told += [f"{i18n.text(f'view.{name}')}: {i18n.text(f'view.{name}.needs')}" for name in looks if name not in fit]
    return [*told, i18n.text("outside.no_images")] if card.data.name == NOWHERE.name else told


__all__ = ["images_of", "needs", "open_named"]
