"""A checkpoint is a folder: ``card.json`` says everything in words, ``weights.safetensors`` holds the inference weights.

Nothing here can run code on loading: JSON and safetensors only, loaded strictly, checked by hash. Listing reads cards only.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from . import families
from .files import sha256, write_atomically, write_json
from .model import DataSpec, LatentModel, LatentSpec, SettingError

FORMAT_VERSION = 1
CARD, WEIGHTS, SAMPLES, LOG, MAP = "card.json", "weights.safetensors", "samples.webp", "log.jsonl", "map.npz"
MAX_FLOAT32 = 500_000                             # bytes of weights; larger runs are stored as float16
MAX_CARD = 1_000_000
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message says why in one sentence."""


@dataclass(frozen=True)
class Card:
    """What is known of a run. Everything is JSON."""

    name: str
    family: str
    config: dict[str, Any]
    data: DataSpec
    spec: LatentSpec
    title: str = ""                        # what the picker shows; the family's title when empty
    images_seen: int = 0
    seconds: float = 0.0                   # of training, summed over resumes
    hardware: str = ""
    seed: int = 0
    recipe: str = ""
    begun_with: str = ""                   # the run whose weights training began with, and what it had seen
    code_version: str = ""
    created: str = ""
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)   # name → value, unit, protocol
    headline: str = ""                     # name of the metric that the picker shows
    parameters: int = 0
    weights_sha256: str = ""
    precision: str = "float32"
    format_version: int = FORMAT_VERSION

    @property
    def finished(self) -> bool:
        """Whether it has seen all images of its config."""
        return self.images_seen >= self.config.get("images", 0)


def check_name(name: str) -> str:
    """A run's name as a safe folder name: lower case letters, digits, dots, dashes; raises CheckpointError otherwise."""
    if not NAME.fullmatch(name) or ".." in name:
        raise CheckpointError(f"{name!r} is no name for a run: use lower case letters, digits and dashes, at most 64, "
                              "starting with a letter or digit.")
    return name


def read_card(folder: Path) -> Card:
    """The card of a run; raises CheckpointError in one sentence when it is missing, damaged or of another version."""
    path = folder / CARD
    if not path.is_file():
        stray = next((p.name for p in sorted(folder.glob("*")) if p.suffix in (".pt", ".pth", ".pkl", ".ckpt", ".bin")), None)
        if stray:
            raise CheckpointError(f"{folder.name}: {stray} may hold code (a pickle) and is never opened; train or convert to safetensors.")
        raise CheckpointError(f"{folder.name}: there is no {CARD}.")
    try:
        if path.stat().st_size > MAX_CARD:
            raise CheckpointError(f"{folder.name}: {CARD} is too large to be a card.")
        d = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as e:
        raise CheckpointError(f"{folder.name}: {CARD} is damaged (not JSON).") from e
    if not isinstance(d, dict) or not isinstance(d.get("format_version"), int):
        raise CheckpointError(f"{folder.name}: {CARD} names no format version.")
    if d["format_version"] > FORMAT_VERSION:
        raise CheckpointError(f"{folder.name}: was saved by a newer version of this program (format {d['format_version']}, "
                              f"this one reads up to {FORMAT_VERSION}); update the program.")
    try:
        d["data"], d["spec"] = DataSpec.from_dict(d["data"]), LatentSpec.from_dict(d["spec"])
        card = Card(**d)
        check_name(card.name)
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise CheckpointError(f"{folder.name}: {CARD} is incomplete or not a card ({e}).") from e
    if card.name != folder.name:
        raise CheckpointError(f"{folder.name}: {CARD} is the card of another run, {card.name!r}; rename the folder.")
    return card


def build(card: Card, folder_name: str | None = None) -> LatentModel:
    """The card's network with fresh weights, checked against the card's spec."""
    try:
        family = families.get(card.family)
        model = family.Model(family.Config.from_dict(card.config), card.data)
    except (SettingError, ValueError) as e:
        raise CheckpointError(f"{folder_name or card.name}: the card's settings do not fit this program: {e}") from e
    if model.spec != card.spec:
        raise CheckpointError(f"{folder_name or card.name}: the card's spec does not fit its settings; was it edited by hand?")
    return model


def shared(folder: Path, model: LatentModel) -> tuple[dict[str, Tensor], list[str], Card]:
    """The weights of another run that ``model`` has too, by name and shape; the names of those that have another shape here; that run's
    card. Raises CheckpointError for a damaged run, or where nothing fits."""
    other, card = load(folder)
    mine = model.state_dict()
    fitting = {k: v for k, v in other.state_dict().items() if k in mine and mine[k].shape == v.shape}
    if not fitting.keys() & {k for k, _ in model.named_parameters()}:
        raise CheckpointError(f"{folder.name}: none of its weights fit; networks must have layers of the same names and sizes.")
    return fitting, [k for k in other.state_dict() if k in mine and k not in fitting], card


def load(folder: Path, device: str | torch.device = "cpu") -> tuple[LatentModel, Card]:
    """The model in eval mode, in float32, and its card. Raises CheckpointError for whatever does not match."""
    card = read_card(folder)
    path = folder / WEIGHTS
    if not path.is_file():
        raise CheckpointError(f"{folder.name}: {WEIGHTS} is missing.")
    if sha256(path) != card.weights_sha256:
        raise CheckpointError(f"{folder.name}: {WEIGHTS} is not the file that the card describes (its hash differs): truncated or changed.")
    model = build(card)
    try:
        with safe_open(path, framework="pt") as f:
            state = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118  (safe_open is no dict)
    except SafetensorError as e:
        raise CheckpointError(f"{folder.name}: {WEIGHTS} is damaged: not a safetensors file.") from e
    expected = {k: v.shape for k, v in model.state_dict().items()}
    if missing := sorted(set(expected) ^ set(state)):
        what = "missing" if missing[0] in expected else "unknown"
        raise CheckpointError(f"{folder.name}: {WEIGHTS} does not fit the card: {missing[0]} is {what}.")
    for k, v in state.items():
        if v.shape != expected[k]:
            raise CheckpointError(f"{folder.name}: {WEIGHTS} does not fit the card: {k} is {tuple(v.shape)}, "
                                  f"expected {tuple(expected[k])}.")
        if v.is_floating_point() and not torch.isfinite(v).all():
            raise CheckpointError(f"{folder.name}: {WEIGHTS} holds NaN or infinite numbers in {k}.")
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return model.eval().requires_grad_(False).to(device), card


def save(folder: Path, model: LatentModel, card: Card) -> Card:
    """Write weights, then the card that names their hash; each atomically, so that a kill leaves a run that loads or says why not.

    A run over half a megabyte is stored as float16, so that it stays small enough to share. Returns the card as written.
    """
    check_name(card.name)
    state = {k: v.detach().cpu().contiguous().clone() for k, v in model.state_dict().items()}
    half = sum(v.numel() * v.element_size() for v in state.values()) > MAX_FLOAT32
    if half:
        state = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    for k, v in state.items():
        if v.is_floating_point() and not torch.isfinite(v).all():
            raise CheckpointError(f"{card.name}: {k} holds NaN or infinite numbers; not saved.")
    previous = folder / WEIGHTS
    temporary = folder / f".next.{WEIGHTS}"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(temporary, lambda p: save_file(state, p))
    card = replace(card, weights_sha256=sha256(temporary), precision="float16" if half else "float32", spec=model.spec,
                   parameters=sum(p.numel() for p in model.parameters()))
    temporary.replace(previous)
    write_json(folder / CARD, to_dict(card))
    return card


def to_dict(card: Card) -> dict[str, Any]:
    """The card as JSON-able values, in the order of its fields, format version first."""
    d = asdict(card)
    return {"format_version": d.pop("format_version"), **d}


def update(folder: Path, **changes: Any) -> Card:
    """Change fields of a saved card (metrics, title, …), atomically; the weights stay."""
    unknown = set(changes) - {f.name for f in fields(Card)}
    if unknown:
        raise CheckpointError(f"a card has no field {', '.join(sorted(unknown))}.")
    card = replace(read_card(folder), **changes)
    write_json(folder / CARD, to_dict(card))
    return card


def runs(root: Path) -> tuple[list[Card], dict[str, str]]:
    """Cards of all runs under ``root`` by name, and for each folder that is no usable run a sentence that says why."""
    cards, problems = [], {}
    if not root.is_dir():
        return [], {}
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(("_", "."))):
        if (folder / "status.json").is_file() and not (folder / CARD).exists():
            continue                       # a training that has not saved yet
        try:
            card = read_card(folder)
            if not (folder / WEIGHTS).is_file():
                raise CheckpointError(f"{folder.name}: {WEIGHTS} is missing.")
            cards.append(card)
        except CheckpointError as e:
            problems[folder.name] = str(e)
    return cards, problems
