"""What is said of a model that is to be taken in: on the command line, and in the ``config.json`` beside it.

What is said on the command line counts first. A ``config.json`` has, for weights, ``family``, ``settings`` (as the family's options, z_dim
among them) and ``names`` (old name → new name); for graphs ``decoder``, ``encoder`` (files beside it), ``input``, ``output``,
``encoder_input``, ``encoder_output``, ``code``, ``layout``, ``values`` and ``prior``; for both ``shape`` (channels, height, width),
``classes`` and ``title``. Where there is none, the card counts that lies beside a run's weights.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import families
from ..card import CARD, read_card, readable
from ..dataset import Dataset
from ..files import read_json
from ..model import Config, DataSpec
from . import NOWHERE, ImportFailed, hub, pickles
from .image_layout import shape_of

Say = Callable[[str], None]
MOST_CONFIG = 2**20                               # bytes
NO_SHAPE = "say the shape of its images (--shape C H W), or the data set that it was trained on (--data)."


@dataclass
class Asked:
    """What is said of a model, from the command line and its config."""

    weights: Path | None = None
    decoder: Path | None = None
    encoder: Path | None = None
    family: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    input: str = ""
    output: str = ""
    encoder_input: str = ""
    encoder_output: str = ""
    code: tuple[int, ...] = ()
    layout: str = ""
    values: str = ""
    prior: str = ""
    shape: tuple[int, int, int] | None = None
    classes: tuple[str, ...] = ()
    title: str = ""
    source: str = ""


def asked_of(args: argparse.Namespace, scratch: Path, tell: Say) -> Asked:
    asked, folder = Asked(), None
    given = args.model
    if given is not None and hub.is_address(given):
        asked.source, folder = hub.fetch(given, scratch, tell), scratch
    elif given is not None and Path(given).is_dir():
        folder = Path(given)
    elif given is not None:
        _one_file(asked, Path(given))
    config = args.config or (folder / "config.json" if folder else
                             asked.weights.parent / "config.json" if asked.weights else None)
    if config is not None and (config.is_file() or args.config):
        _told(asked, config, folder)
    elif config is not None and (config.parent / CARD).is_file():
        _of_card(asked, config.parent)
    if folder is not None:
        _of_folder(asked, folder)
    for key in ("decoder", "encoder", "family", "input", "output", "encoder_input", "encoder_output", "layout", "values", "prior"):
        if (value := getattr(args, key)) is not None:
            setattr(asked, key, value)
    asked.code = tuple(args.code or asked.code)
    asked.shape = shape_of(args.shape) if args.shape else asked.shape
    asked.settings |= {k: _value(v) for k, v in _pairs("--set", args.set)}
    asked.names |= dict(_pairs("--map", args.map))
    if asked.weights is None and asked.decoder is None:
        raise ImportFailed("name a model: a .safetensors or .onnx file, a folder with config.json, hf://owner/name, or --decoder FILE.onnx."
                           if asked.encoder is None else "an encoder alone draws nothing: name its --decoder, too.")
    named = [path for path in (asked.weights, asked.decoder, asked.encoder) if path is not None]
    for path in named:
        pickles.check(path)
    if gone := [readable(str(path)) for path in named if not path.is_file()]:
        raise ImportFailed(f"there is no file {', nor '.join(gone)}.")
    if asked.weights is not None and asked.decoder is not None:
        raise ImportFailed("there are weights (.safetensors) and a graph (.onnx); name one of them.")
    asked.source = ": ".join(filter(None, (asked.source, ", ".join(
        readable(p.name) for p in (asked.weights, asked.decoder, asked.encoder) if p is not None))))
    return asked


def _one_file(asked: Asked, path: Path) -> None:
    pickles.check(path)
    if path.suffix == ".onnx":
        asked.decoder = path
    elif path.suffix == ".safetensors":
        asked.weights = path
    elif not path.exists():
        raise ImportFailed(f"there is no file or folder {path}.")
    else:
        raise ImportFailed(f"{readable(path.name)} is none of .safetensors, .onnx, and a folder of these. A class in a Python file is "
                           "shown by python app.py --model FILE.py:CLASS.")


def _told(asked: Asked, path: Path, folder: Path | None) -> None:
    try:
        told = read_json(path, MOST_CONFIG)
    except (ValueError, OSError) as e:
        raise ImportFailed(f"{path.name} cannot be read as JSON ({getattr(e, 'strerror', None) or e}).") from e
    if not isinstance(told, dict):
        raise ImportFailed(f"{path.name} holds no object of settings.")
    if kind := told.get("_class_name") or told.get("model_type") or told.get("architectures"):
        raise ImportFailed(f"{path.name} is of another library ({readable(str(kind))}), whose networks are not ours. Load it with that "
                           "library in a class of your own: python app.py --model FILE.py:CLASS; or export it as ONNX.")
    known = set(Asked.__dataclass_fields__) - {"weights", "source"}
    if unknown := sorted(map(str, set(told) - known)):
        raise ImportFailed(f"{path.name} has {readable(unknown[0])}, which is not known here; known are {', '.join(sorted(known))}.")
    for key, value in told.items():
        kind_of = type(getattr(asked, key)) if key not in ("decoder", "encoder", "shape") else None
        if key in ("decoder", "encoder"):
            if not isinstance(value, str) or Path(value).name != value:
                raise ImportFailed(f"{path.name}: {key} is to be the name of a file beside it.")
            setattr(asked, key, (folder or path.parent) / value)
        elif key == "shape":
            asked.shape = shape_of(value)
        elif kind_of is tuple and isinstance(value, list) and len(value) <= 1000:
            setattr(asked, key, tuple(value) if key == "code" else tuple(str(v)[:100] for v in value))
        elif kind_of is not None and isinstance(value, kind_of):
            setattr(asked, key, value)
        else:
            raise ImportFailed(f"{path.name}: {key} is not of the right kind ({type(value).__name__}).")


def _of_card(asked: Asked, folder: Path) -> None:
    """What the card of a run says, beside whose weights no config.json lies. Raises CheckpointError."""
    card = read_card(folder)
    if card.family in families.names():
        general = Config.__dataclass_fields__
        asked.family, asked.settings = card.family, {k: v for k, v in card.config.items() if k not in general}
        asked.classes, asked.title = card.data.classes, card.title
        asked.shape = shape_of(card.data.shape) if len(card.data.shape) == 3 else None


def _of_folder(asked: Asked, folder: Path) -> None:
    """What a folder has, where its config does not name it."""
    weights, graphs = sorted(folder.glob("*.safetensors")), sorted(folder.glob("*.onnx"))
    if asked.decoder is None and not asked.family and graphs:
        by_name = {word: [p for p in graphs if word in p.stem.lower()] for word in ("decoder", "encoder")}
        asked.encoder = asked.encoder or (by_name["encoder"][0] if len(by_name["encoder"]) == 1 else None)
        rest = [p for p in graphs if p != asked.encoder]
        if len(rest) != 1:
            names = ", ".join(readable(p.name) for p in graphs)
            raise ImportFailed(f"{folder.name} has {names}: its config.json is to say which is the decoder.")
        asked.decoder = rest[0]
    elif asked.decoder is None:
        if len(weights) != 1:
            for stray in sorted(folder.iterdir()):
                if not weights:
                    pickles.check(stray)
            names = ", ".join(readable(p.name) for p in weights) or "none"
            raise ImportFailed(f"a folder is to have one .safetensors file, or .onnx ones; this has {names}.")
        asked.weights = weights[0]


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    found = [tuple(text.split("=", 1)) for text in texts]
    if amiss := [text for text, pair in zip(texts, found, strict=True) if len(pair) < 2 or not all(pair)]:
        raise ImportFailed(f"{option} {', '.join(map(repr, amiss))} is to be two names with = between them.")
    return [(pair[0], pair[1]) for pair in found]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def slug(asked: Asked) -> str:
    path = asked.weights or asked.decoder
    assert path is not None
    of = asked.source.partition("@")[0].rpartition("/")[2] if "@" in asked.source else \
        path.resolve().parent.name if path.stem in ("model", "decoder", "weights", "diffusion_pytorch_model") else path.stem
    return re.sub(r"[^a-z0-9]+", "-", of.lower()).strip("-")[:60] or "imported"


def data_of(asked: Asked, dataset: Dataset | None, shape: tuple[int, int, int] | None) -> DataSpec:
    """The data set of a card: the one that is there, else what is known of images that are not."""
    if dataset is not None:
        if shape is not None and dataset.spec.shape != shape:
            raise ImportFailed(f"it is for images of {' × '.join(map(str, shape))}, and {dataset.spec.title} has "
                               f"{' × '.join(map(str, dataset.spec.shape))}.")
        return dataset.spec
    if shape is None:
        raise ImportFailed(NO_SHAPE)
    return DataSpec(NOWHERE.name, NOWHERE.title, shape, asked.classes)


__all__ = ["Asked", "Say", "asked_of", "data_of", "slug"]
