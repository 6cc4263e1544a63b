"""Small classifiers that judge images: they read what a picture shows, and their features tell how alike two sets of pictures are.

One net for each data set, trained by ``python -m training features DATASET`` and kept in a folder of ``<root>/_features/`` as
card.json and weights.safetensors. A net judges the images of the set that it was trained on, known by its fingerprint, and no others.
Figures in such a space compare with nothing outside of it, so a Fréchet distance is always given beside its floor, the same distance
between training and test images (Heusel et al. 2017 use an Inception network; ours is LeNet-like, LeCun et al. 1998).
A leaf: it imports neither the loop nor the families, so that the explorer may read attributes too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from . import data_folders
from .files import inside, read_json, sha256, write_atomically, write_json
from .model import DataSpec
from .size_limits import SPARE, Bounded

FORMAT = 1
FOLDER, CARD, WEIGHTS = "_features", "card.json", "weights.safetensors"
SHARED = {"faces-32": "faces"}                 # data set → the one whose net judges it: the same pictures, smaller
MOST_CARD = 2**20                              # bytes
CHUNK = 500                                    # images at a time
Fields = tuple[tuple[str, tuple[str, ...]], ...]


class FeatureError(ValueError):
    """A feature net cannot be made or used; the message says why in one sentence."""


def fields_of(data: DataSpec) -> Fields:
    """What can be read off the images of a data set: its attributes, else its one field "class". FeatureError where it has no labels."""
    if data.attributes:
        return data.attributes
    if data.classes:
        return (("class", data.classes),)
    raise FeatureError(f"{data.title} has no labels, so no classifier can be trained on it.")


class FeatureNet(nn.Module):
    """Convolutions, one dense layer of features, and a linear head for each field.

    ``fields``: (field, its categories) …. ``shape``: (C, H, W) of the images it was trained on. Images of up to 32 pixels a side go through
    two convolutions and poolings (LeNet), larger ones through patches of 4 pixels and three more convolutions.
    """

    def __init__(self, fields: Fields, shape: tuple[int, ...], width: int = 128) -> None:
        super().__init__()
        if len(shape) != 3 or shape[1] != shape[2] or not 16 <= shape[1] <= 128 or shape[1] % (4 if shape[1] <= 32 else 16):
            raise FeatureError(f"feature nets are for square images of 28, 32 or 64 pixels, not for samples of shape {shape}.")
        self.fields, self.shape, self.width = fields, tuple(shape), width
        self.card: dict[str, Any] = {}
        colours, side = shape[0], shape[1]
        if side <= 32:
            self.convolutions = nn.Sequential(
                nn.Conv2d(colours, 32, 3, padding=1, bias=False), nn.MaxPool2d(2), *_norm(32),
                nn.Conv2d(32, 48, 3, padding=1, bias=False), nn.MaxPool2d(2), *_norm(48), nn.Flatten())
            flat = 48 * (side // 4) ** 2
        else:
            self.convolutions = nn.Sequential(
                nn.Conv2d(colours, 40, 6, 4, 1, bias=False), *_norm(40), nn.Conv2d(40, 48, 3, 1, 1, bias=False), *_norm(48),
                nn.Conv2d(48, 64, 3, 2, 1, bias=False), *_norm(64), nn.Conv2d(64, 96, 3, 2, 1, bias=False), *_norm(96), nn.Flatten())
            flat = 96 * (side // 16) ** 2
        self.drop = nn.Dropout(0.3)
        self.dense = nn.Sequential(nn.Linear(flat, width), nn.ReLU())
        self.heads = nn.ModuleDict({name: nn.Linear(width, len(categories)) for name, categories in fields})

    @property
    def sha256(self) -> str:
        """Of the weights, as its card has it; empty for a net that was not loaded."""
        return self.card.get("weights_sha256", "")

    def embed(self, x: Tensor) -> Tensor:
        """Images (n, C, H, W) in [-1, 1], of any side, to features (n, width) ≥ 0; another side is brought to the net's own bilinearly."""
        if x.dim() != 4 or x.shape[1] != self.shape[0]:
            raise FeatureError(f"images (n, {self.shape[0]}, H, W) are needed, not {tuple(x.shape)}.")
        if tuple(x.shape[2:]) != self.shape[1:]:
            x = F.interpolate(x, self.shape[1:], mode="bilinear", align_corners=False, antialias=True)
        return self.dense(self.drop(self.convolutions(x)))

    def read(self, features: Tensor) -> dict[str, Tensor]:
        """Features (n, width) to logits (n, k) for each field."""
        return {name: self.heads[name](features) for name, _ in self.fields}

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Images (n, C, H, W) in [-1, 1] to logits (n, k) for each field."""
        return self.read(self.embed(x))

    @torch.no_grad()
    def classify(self, batches: Iterable[Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Batches of images in [-1, 1] to all features (n, width) and, for each field, the categories that were read (n,) int64."""
        features, read = [], []
        for x in batches:
            features.append(self.embed(x))
            read.append({k: v.argmax(1) for k, v in self.read(features[-1]).items()})
        return torch.cat(features), {name: torch.cat([r[name] for r in read]) for name, _ in self.fields}

    def two_way(self) -> tuple[str, ...]:
        """The fields that are answered with no or yes: what a picture has or has not."""
        return tuple(name for name, categories in self.fields if tuple(categories) == ("no", "yes"))


def _norm(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU()]


def fingerprint(folder: Path) -> str | None:
    """Of the images that a folder's net was trained on; None where there is no net, or it does not say."""
    try:
        return str(json.loads((folder / CARD).read_text("utf-8"))["data"]["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def folder_of(root: Path, data: DataSpec, known: data_folders.Known = fingerprint) -> Path:
    """Where the net that judges exactly this data set is kept, or would be. ``known``: ``fingerprint``, or what remembers it."""
    if data.name in SHARED:
        return root / FOLDER / SHARED[data.name]
    return data_folders.folder_of(root / FOLDER, data, known)


def not_judged(root: Path, data: DataSpec) -> str:
    """A sentence where no net judges this data set of named images: none lies there, or one of its name saw other images. Else ""."""
    if len(data.shape) != 3 or not (data.classes or data.attributes) or (folder_of(root, data) / CARD).exists():
        return ""
    command = f"python -m training features {'folder --source …' if data.own else data.name} --out {root}"
    if data.name not in SHARED and data_folders.others(root / FOLDER, data, fingerprint):
        return (f"The classifier of {data.title} was trained on other images, so it does not judge these; one of their own is trained by "
                f"{command}.")
    return (f"No classifier of {data.title} lies in {root / FOLDER}, so figures that need one (Fréchet, coverage, what is kept) are left "
            f"out. Copy {FOLDER} from a folder of runs that has one, or train one: {command}.")


def save(net: FeatureNet, root: Path, data: DataSpec, **known: Any) -> dict[str, Any]:
    """Write weights, then the card; ``known``: what the card tells beside (accuracy, seconds, hardware, …). Returns the card."""
    folder = folder_of(root, data)
    state = {k: v.detach().cpu().contiguous().clone() for k, v in net.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, lambda p: save_file(state, p))
    net.card = {"format_version": FORMAT, "data": asdict(data), "fields": [[f, list(c)] for f, c in net.fields], "shape": list(net.shape),
                "width": net.width, "parameters": sum(p.numel() for p in net.parameters()), **known,
                "weights_sha256": sha256(folder / WEIGHTS)}
    write_json(folder / CARD, net.card)
    return net.card


def load(root: Path, data: DataSpec) -> FeatureNet | None:
    """The net that judges this data set, in eval mode and without gradients for its weights; None where there is none.

    Raises FeatureError in one sentence when it is damaged or not what its card says. Nothing here can run code: JSON and safetensors only.
    """
    folder, dataset = folder_of(root, data), data.name
    if not (folder / CARD).is_file():
        return None
    try:
        card = read_json(inside(folder, CARD), MOST_CARD)
        if card["format_version"] != FORMAT:
            raise FeatureError(f"the feature net of {dataset} has format {card['format_version']}; this program reads {FORMAT}.")
        if sha256(inside(folder, WEIGHTS)) != card["weights_sha256"]:
            raise FeatureError(f"the feature net of {dataset} has other weights than its card says.")
        with Bounded((folder / WEIGHTS).stat().st_size + SPARE):
            net = FeatureNet(tuple((f, tuple(c)) for f, c in card["fields"]), tuple(card["shape"]), card["width"])
        net.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    except FeatureError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as e:
        raise FeatureError(f"the feature net of {dataset} is damaged ({type(e).__name__}); train it again: "
                           f"python -m training features {SHARED.get(dataset, dataset)}") from e
    net.card = card
    return net.eval().requires_grad_(False)
