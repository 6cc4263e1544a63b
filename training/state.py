"""Resume state: everything an interrupted training needs to go on as if nothing had happened, without a pickle.

A nested structure of dicts, lists, numbers, strings and tensors becomes one JSON skeleton and one safetensors file.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from .files import sha256, write_json


class StateError(ValueError):
    """The resume state is missing or damaged."""


def _split(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        key = str(len(tensors))
        tensors[key] = value.detach().cpu().contiguous().clone()
        return {"tensor": key}
    if isinstance(value, dict):
        return {"dict": [[k, _split(v, tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {"tuple" if isinstance(value, tuple) else "list": [_split(v, tensors) for v in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return {"value": value}
    raise TypeError(f"resume state cannot hold a {type(value).__name__}.")


def _join(node: dict[str, Any], tensors: dict[str, Tensor]) -> Any:
    (kind, value), = node.items()
    if kind == "tensor":
        return tensors[value]
    if kind == "dict":
        return {k: _join(v, tensors) for k, v in value}
    if kind in ("list", "tuple"):
        items = [_join(v, tensors) for v in value]
        return tuple(items) if kind == "tuple" else items
    return value


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write a state of which either all or nothing is visible: into a new folder, then one rename of the pointer file."""
    folder.mkdir(parents=True, exist_ok=True)
    old = [p for p in folder.iterdir() if p.is_dir()]
    numbers = [int(p.name) for p in old if p.name.isdigit()]
    new = folder / str(max(numbers, default=0) + 1)
    new.mkdir()
    tensors: dict[str, Tensor] = {}
    skeleton = _split(state, tensors)
    save_file(tensors, new / "tensors.safetensors")
    write_json(folder / "current.json", {"folder": new.name, "sha256": sha256(new / "tensors.safetensors"), "skeleton": skeleton})
    for p in old:
        shutil.rmtree(p, ignore_errors=True)


def load(folder: Path) -> dict[str, Any]:
    """The state last saved; raises StateError in one sentence."""
    pointer = folder / "current.json"
    if not pointer.is_file():
        raise StateError("there is nothing to resume: no resume state was kept for this run.")
    try:
        d = json.loads(pointer.read_text("utf-8"))
        path = folder / str(int(d["folder"])) / "tensors.safetensors"
        if sha256(path) != d["sha256"]:
            raise StateError("the resume state is damaged (its hash differs); start the run anew.")
        return _join(d["skeleton"], load_file(path))
    except (OSError, KeyError, json.JSONDecodeError) as e:
        raise StateError(f"the resume state is damaged ({e}); start the run anew.") from e


def rng_state() -> dict[str, Any]:
    """torch's random state on the CPU and, where there is one, the GPU."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_rng_state(state: dict[str, Any]) -> None:
    """Go back to a state of ``rng_state``."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
