"""A class in a Python file as a run, while the page is open: ``python app.py --model my_model.py:Model``.

The code of a file is run here, and nowhere else in the program, because the owner named that file on the command line.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..card import CARD, Card, to_dict
from ..checkpoint import WEIGHTS
from ..dataset import Dataset
from ..files import sha256, write_json, write_tensors
from ..model import Config, DataSpec, Family, LatentModel, Objective, SettingError, setting
from ..vision import importable
from . import NOWHERE, ImportFailed
from .adapter import Adapted, adapt

KIND = "python"


@dataclass(frozen=True)
class PythonConfig(Config):
    """Where the class stands, and what was found of it."""

    file: str = setting("", "the file that was named on the command line")
    attribute: str = setting("", "the class or function in it")
    layout: str = setting("nchw", "how it lays images out")
    values: str = setting("-1..1", "the range of its pixels")


def _only_when_named(config: Any, data: DataSpec) -> LatentModel:
    raise SettingError(f"it is a class in {config.file or 'a Python file'}, which runs only where it is named: python app.py --model "
                       "FILE:CLASS.")


@dataclass(frozen=True)
class Named:
    """A model of a file with what is known of it: its run's ``name`` and ``title``, and where it comes from."""

    name: str
    title: str
    file: str
    attribute: str
    model: LatentModel
    data: DataSpec
    told: list[str]
    fingerprint: bytes


def named(text: str) -> tuple[Any, Path, str]:
    """The object that ``FILE:NAME`` names, made by calling it, its file, and its name. Without a name it is the file's one class with
    ``decode``. Runs the file's code. Raises ImportFailed; what the code itself raises comes through."""
    path, colon, name = text.rpartition(":")
    if not colon or not path or "/" in name or "\\" in name:
        path, name = text, ""
    file = Path(path).expanduser()
    if not file.is_file() or file.suffix != ".py":
        raise ImportFailed(f"--model names a Python file and a class in it, FILE.py:CLASS; there is no file {path}.")
    spec = importlib.util.spec_from_file_location(f"latent_explorer_model_{re.sub(r'[^0-9a-z]', '_', file.stem.lower())}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module               # as classes that look their module up want it (dataclasses)
    sys.path.insert(0, str(file.resolve().parent))          # its neighbours, as when it is run itself
    with contextlib.suppress(ImportError, RuntimeError):
        importable()                              # diffusers 0.42.1 imports it with any of its models
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(file.resolve().parent))
    if not name:
        classes = [n for n, v in vars(module).items() if inspect.isclass(v) and v.__module__ == spec.name and hasattr(v, "decode")]
        if len(classes) != 1:
            raise ImportFailed(f"{file.name} has {len(classes)} classes with decode ({', '.join(classes) or 'none'}); name one, "
                               "FILE.py:CLASS.")
        name = classes[0]
    if not hasattr(module, name):
        raise ImportFailed(f"{file.name} has no {name}.")
    found = getattr(module, name)
    return found() if inspect.isclass(found) or inspect.isfunction(found) else found, file, name


def take_in(text: str, dataset: Dataset | None = None, device: str = "cpu", taken: Iterable[str] = ()) -> Named:
    """The model that ``FILE:NAME`` names. ``dataset``: its held-out images; ``taken``: names of other runs. Raises ImportFailed."""
    given, file, attribute = named(text)
    images = None if dataset is None else dataset.test.images
    if dataset is not None and len(dataset.spec.shape) != 3:
        raise ImportFailed(f"{dataset.spec.title} is points in the plane; a model of a file draws images.")
    model, classes, told = adapt(given, images, () if dataset is None else dataset.spec.classes)
    slug = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40] or "model"
    taken = set(taken)
    name = next(n for n in (slug, *(f"{slug}-{k}" for k in range(2, 10**6))) if n not in taken)
    data = dataset.spec if dataset is not None else DataSpec(NOWHERE.name, NOWHERE.title, model.spec.shape, classes)
    print_of = model.fingerprint(images) if isinstance(model, Adapted) else file.read_bytes()
    return Named(name, f"{file.stem} · {attribute}"[:120], file.name[:120], attribute[:120], model.to(device), data, told, print_of)


def write(root: Path, one: Named) -> Path:
    """The folder of its run under ``root``: a card, and its fingerprint where weights would be."""
    folder = root / one.name
    folder.mkdir(parents=True)
    write_tensors(folder / WEIGHTS, {"fingerprint": torch.from_numpy(np.frombuffer(one.fingerprint, np.uint8).copy())})
    config = {"file": one.file, "attribute": one.attribute}
    if isinstance(one.model, Adapted):
        config |= {"layout": one.model.form.layout, "values": one.model.form.values}
    card = Card(one.name, KIND, config, one.data, one.model.spec, title=one.title, source=f"{one.file}:{one.attribute}",
                parameters=sum(p.numel() for p in one.model.parameters()), weights_sha256=sha256(folder / WEIGHTS))
    write_json(folder / CARD, to_dict(card))
    return folder


FAMILY = Family(
    name=KIND, title="Own model (Python)", paper="", equation="",
    summary="A model that was trained elsewhere, from a Python file that was named when the page was started. It is asked for what it has: "
            "images of codes, and where there is an encoder codes of images.",
    Config=PythonConfig, Model=_only_when_named, Objective=Objective)

__all__ = ["FAMILY", "KIND", "Named", "named", "take_in", "write"]
