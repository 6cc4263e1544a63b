"""How many bytes a value holds: what a cache is bounded by."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future

import numpy as np
import torch

LIGHT = (float, int, bool, type(None))
OURS = ("explorer.", "training.")               # objects that are looked into


def bytes_of(*values: object, without: Collection[object] = ()) -> int:
    """Bytes of all arrays, tensors and texts in ``values`` and in what they hold, each once; not those in ``without``."""
    return _weigh(list(values), {id(v) for v in without})


def _weigh(waiting: list[object], seen: set[int]) -> int:
    total = 0
    while waiting:
        value = waiting.pop()
        if type(value) in LIGHT:
            continue
        if isinstance(value, np.ndarray):       # a view holds all of what it looks at
            while isinstance(value.base, np.ndarray):
                value = value.base
        key = value.untyped_storage().data_ptr() if isinstance(value, torch.Tensor) else id(value)
        if key in seen:
            continue
        seen.add(key)
        if isinstance(value, torch.Tensor):
            total += value.untyped_storage().nbytes()
        elif isinstance(value, np.ndarray):
            total += value.nbytes
        elif isinstance(value, bytes | str):
            total += len(value)
        else:
            waiting += _within(value)
    return total


def _within(value: object) -> list[object]:
    """What a value holds."""
    if isinstance(value, torch.nn.Module):
        return [*value.parameters(), *value.buffers()]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, Future):               # of background work
        return [value.result()] if value.done() and not value.cancelled() and value.exception() is None else []
    return list(vars(value).values()) if type(value).__module__.startswith(OURS) and hasattr(value, "__dict__") else []


__all__ = ["bytes_of"]
