"""A checkpoint is a folder: ``card.json`` says everything in words, ``weights.safetensors`` holds the inference weights.

Nothing here can run code on loading: JSON and safetensors only, loaded strictly, checked by hash. Listing reads cards only.

A save is written beside the last one and put in its place by two renames, the weights' and the card's; whoever opens a run between them,
or after a kill there, takes the card that is still to be renamed. ``mend`` does that for good.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from . import alarms, families, old_names, stages
from .card import CARD, Card, CheckpointError, check_name, read_card, readable, to_dict
from .files import Outside, clear, inside, sha256, sync_folder, write_json, write_tensors
from .model import LatentModel, SettingError
from .run_label import LABEL
from .size_limits import SPARE, Bounded
from .status import STATUS

WEIGHTS, SAMPLES, LOG, MAP = "weights.safetensors", "samples.webp", "log.jsonl", "map.npz"
OTHERS = (STATUS, LABEL, alarms.FILE, stages.LIST, stages.PICTURE)
NEXT_CARD, NEXT_WEIGHTS = f".next.{CARD}", f".next.{WEIGHTS}"
A_DAY = 24 * 3600.0                               # seconds
MAX_FLOAT32 = 500_000                             # bytes of weights; larger runs are stored as float16


def build(card: Card, folder_name: str | None = None) -> LatentModel:
    """The card's network with fresh weights, checked against the card's spec."""
    try:
        family = families.get(card.family)
        model = family.build(family.Config.from_dict(card.config), card.data)
    except (ValueError, RuntimeError) as e:
        sentence = readable(str(e).partition("\n")[0], 300)
        raise CheckpointError(f"{folder_name or card.name}: the card's settings do not fit this program: {sentence}") from e
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
    """The model in eval mode, in float32, and its card. Raises CheckpointError for whatever does not match.

    No network is made that is much larger than the weights' file, and no weight is read that does not fit into it.
    """
    try:
        card, path = _whole(folder)
        with safe_open(path, framework="pt") as f:
            written = {old_names.tensor(k): k for k in f.keys()}  # noqa: SIM118  (safe_open is no dict)
            shapes = {k: tuple(f.get_slice(old).get_shape()) for k, old in written.items()}
            with Bounded(2 * sum(map(math.prod, shapes.values())) + SPARE):
                model = build(card)
            expected = model.state_dict()
            _check_shapes(folder, expected, shapes)
            state = {k: f.get_tensor(written[k]) for k in expected}
    except SafetensorError as e:
        raise CheckpointError(f"{folder.name}: {WEIGHTS} is damaged: not a safetensors file.") from e
    except OSError as e:
        raise CheckpointError(f"{folder.name}: {WEIGHTS} cannot be read ({e.strerror}).") from e
    for k, v in state.items():
        if v.is_floating_point() != expected[k].is_floating_point() or v.is_complex():
            raise CheckpointError(f"{folder.name}: {WEIGHTS} does not fit the card: {k} is {str(v.dtype).removeprefix('torch.')}.")
        if v.is_floating_point() and not torch.isfinite(v).all():
            raise CheckpointError(f"{folder.name}: {WEIGHTS} holds NaN or infinite numbers in {k}.")
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    try:
        model.loaded()
    except SettingError as e:
        raise CheckpointError(f"{folder.name}: {e}") from e
    return model.eval().requires_grad_(False).to(device), card


def _whole(folder: Path) -> tuple[Card, Path]:
    """The card and the weights' path of the last save, also while a training replaces both or after a kill between the two."""
    card = None
    for _ in range(5):
        before, card = card, _current(folder)
        try:
            path = inside(folder, WEIGHTS)
        except Outside as e:
            raise CheckpointError(str(e)) from e
        if not path.is_file():
            raise CheckpointError(f"{folder.name}: {WEIGHTS} is missing.")
        digest = sha256(path)
        if digest == card.weights_sha256:
            return card, path
        if (coming := _coming(folder)) is not None and coming.weights_sha256 == digest:
            return coming, path
        if card == before:                     # nobody is replacing them
            break
    raise CheckpointError(f"{folder.name}: {WEIGHTS} is not the file that the card describes (its hash differs): truncated or changed.")


def _current(folder: Path) -> Card:
    """The card, or that of a first save which a kill cut short between its two renames."""
    if not (folder / CARD).exists() and (folder / WEIGHTS).exists() and (coming := _coming(folder)) is not None:
        return coming
    return read_card(folder)


def _coming(folder: Path) -> Card | None:
    """The card of a save that is not yet in its place; None where there is none."""
    try:
        return read_card(folder, NEXT_CARD)
    except CheckpointError:
        return None


def _check_shapes(folder: Path, expected: dict[str, Tensor], found: dict[str, tuple[int, ...]]) -> None:
    if different := sorted(set(expected) ^ set(found)):
        what = "missing" if different[0] in expected else "unknown"
        raise CheckpointError(f"{folder.name}: {WEIGHTS} does not fit the card: {readable(different[0])} is {what}.")
    for k, shape in found.items():
        if shape != tuple(expected[k].shape):
            raise CheckpointError(f"{folder.name}: {WEIGHTS} does not fit the card: {k} is {shape}, expected {tuple(expected[k].shape)}.")


def save(folder: Path, model: LatentModel, card: Card) -> Card:
    """Write weights and the card that names their hash, so that a kill at any point leaves the last save or this one whole.

    A run over half a megabyte is stored as float16, but for what does not fit into it, so that it stays small enough to share.
    Returns the card as written.
    """
    card = stage(folder, model, card)
    switch(folder)
    return card


def stage(folder: Path, model: LatentModel, card: Card) -> Card:
    """The first half of ``save``: write both beside the last ones. Raises CheckpointError for NaN, OSError for a full disk; nothing has
    changed then."""
    check_name(card.name)
    state = {k: v.detach().cpu().contiguous().clone() for k, v in model.state_dict().items()}
    for k, v in state.items():
        if v.is_floating_point() and not torch.isfinite(v).all():
            raise CheckpointError(f"{card.name}: {k} holds NaN or infinite numbers; not saved.")
    half = sum(v.numel() * v.element_size() for v in state.values()) > MAX_FLOAT32
    if half:
        state = {k: _halved(v) for k, v in state.items()}
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_tensors(folder / NEXT_WEIGHTS, state)
        card = replace(card, weights_sha256=sha256(folder / NEXT_WEIGHTS), precision="float16" if half else "float32", spec=model.spec,
                       parameters=sum(p.numel() for p in model.parameters()))
        write_json(folder / NEXT_CARD, to_dict(card))
    except OSError:
        unstage(folder)
        raise
    return card


def _halved(v: Tensor) -> Tensor:
    """As float16, unless a number of it would become infinite."""
    if not v.is_floating_point():
        return v
    half = v.half()
    return half if torch.isfinite(half).all() else v


def unstage(folder: Path) -> None:
    """Forget the first half of a save that will have no second: on a full disk it takes no more room."""
    for left in (NEXT_CARD, NEXT_WEIGHTS):
        (folder / left).unlink(missing_ok=True)


def switch(folder: Path) -> None:
    """The second half of ``save``."""
    os.replace(folder / NEXT_WEIGHTS, folder / WEIGHTS)
    os.replace(folder / NEXT_CARD, folder / CARD)
    sync_folder(folder)


def mend(folder: Path) -> None:
    """Finish a save that a kill cut short between its renames, forget one that it cut short before, and remove what else kills left of a
    run's own files. Only for whoever holds the run's lock."""
    coming = _coming(folder)
    weights = folder / WEIGHTS
    if coming is not None and weights.is_file() and sha256(weights) == coming.weights_sha256:
        os.replace(folder / NEXT_CARD, folder / CARD)
    clear(folder, NEXT_CARD, NEXT_WEIGHTS, CARD, WEIGHTS, SAMPLES, LOG, MAP, *OTHERS)
    unstage(folder)
    for scratch in (*folder.glob(".try-*"), *(p for p in folder.parent.glob(".data-*") if time.time() - _stamp(p) > A_DAY)):
        shutil.rmtree(scratch, ignore_errors=True)  # of held-out images, beside the runs, only what no other training is making now


def _stamp(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return math.inf


def update(folder: Path, **changes: Any) -> Card:
    """Change fields of a saved card (metrics, title, …), atomically; the weights stay."""
    unknown = set(changes) - {f.name for f in fields(Card)}
    if unknown:
        raise CheckpointError(f"a card has no field {', '.join(sorted(unknown))}.")
    card = replace(read_card(folder), **changes)
    write_json(folder / CARD, to_dict(card))
    return card


def folders(root: Path) -> list[Path]:
    """The folders under ``root`` that may hold runs, by name: none that begins with a dot or underscore. Raises OSError."""
    found = []
    with os.scandir(root) as entries:
        for entry in entries:
            try:
                if not entry.name.startswith(("_", ".")) and entry.is_dir():
                    found.append(root / entry.name)
            except OSError:                        # a link in a circle
                found.append(root / entry.name)
    return sorted(found)


def runs(root: Path) -> tuple[list[Card], dict[str, str]]:
    """Cards of all runs under ``root`` by name, and for each folder that is no usable run a sentence that says why. Raises nothing: one
    bad folder is no matter to the others."""
    cards, problems = [], {}
    try:
        candidates = folders(root) if root.is_dir() else []
    except OSError as e:
        return [], {readable(root.name): f"The folder of runs cannot be read ({e.strerror})."}
    for folder in candidates:
        try:
            check_name(folder.name)
            if (folder / STATUS).is_file() and not (folder / CARD).exists():
                continue                           # a training that has not saved yet
            card = read_card(folder)
            if not inside(folder, WEIGHTS).is_file():
                raise CheckpointError(f"{folder.name}: {WEIGHTS} is missing.")
            cards.append(card)
        except (CheckpointError, Outside) as e:
            problems[readable(folder.name)] = str(e)
        except OSError as e:
            problems[readable(folder.name)] = f"{readable(folder.name)}: it cannot be read ({e.strerror})."
    return cards, problems
