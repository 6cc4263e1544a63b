"""Resume state: everything an interrupted training needs to go on as if nothing had happened, without a pickle.

A nested structure of dicts, lists, numbers, strings and tensors becomes one JSON skeleton and one safetensors file.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .files import clear, inside, read_json, sha256, sync_folder, write_json, write_tensors

POINTER, TENSORS = "current.json", "tensors.safetensors"
MOST_BYTES = 2**26                                # of the pointer with the skeleton


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
    """Write a state of which either all or nothing is visible: into a new folder, then one rename of the pointer file, on the disk before
    the last state goes."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / str(max((int(p.name) for p in _states(folder)), default=0) + 1)
    new.mkdir()
    try:
        tensors: dict[str, Tensor] = {}
        skeleton = _split(state, tensors)
        write_tensors(new / TENSORS, tensors)
        sync_folder(folder)
        write_json(folder / POINTER, {"folder": new.name, "sha256": sha256(new / TENSORS), "skeleton": skeleton})
    except OSError:                                # a full disk
        shutil.rmtree(new, ignore_errors=True)
        raise
    for old in _states(folder):
        if old != new:
            shutil.rmtree(old, ignore_errors=True)


def load(folder: Path) -> dict[str, Any]:
    """The state last saved; raises StateError in one sentence."""
    if not (folder / POINTER).is_file():
        raise StateError("there is nothing to resume: no resume state was kept for this run.")
    try:
        d = read_json(inside(folder, POINTER), MOST_BYTES)
        path = inside(folder, Path(str(int(d["folder"]))) / TENSORS)
        if sha256(path) != d["sha256"]:
            raise StateError("the resume state is damaged (its hash differs); start the run anew.")
        return _join(d["skeleton"], load_file(path))
    except StateError:
        raise
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError, SafetensorError) as e:
        raise StateError(f"the resume state is damaged ({type(e).__name__}: {e}); start the run anew.") from e


def there(folder: Path) -> bool:
    """Whether a state was saved."""
    return (folder / POINTER).is_file()


def mend(folder: Path) -> None:
    """Remove what kills left of saves. Only for whoever holds the run's lock."""
    clear(folder, POINTER)
    try:
        kept = str(read_json(inside(folder, POINTER), MOST_BYTES)["folder"])
    except FileNotFoundError:
        kept = ""
    except (OSError, KeyError, TypeError, ValueError):
        return                                     # damaged: what it meant is not for us to say
    for left in _states(folder):
        if left.name != kept:
            shutil.rmtree(left, ignore_errors=True)


def forget(folder: Path) -> None:
    """Remove the state, so that nothing goes on from it."""
    (folder / POINTER).unlink(missing_ok=True)
    mend(folder)


def _states(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.name.isdigit() and p.is_dir()] if folder.is_dir() else []


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
