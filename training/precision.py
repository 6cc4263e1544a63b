"""The format that networks compute in while they train: float32, or bfloat16 where this machine is quicker with it.

Autocast (https://docs.pytorch.org/docs/stable/amp.html) has matrix products and convolutions read and give bfloat16: eight bits of mantissa
and float32's range. Weights, their averages and the optimiser's state stay float32; what a network gives is float32 again, so that losses,
penalties and whatever else is made of it are computed as ever. No family is known here: a network is a module that a model or an objective
holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from .model import Objective

FLOAT32, BF16 = "float32", "bf16"
CHOICES = ("auto", BF16, FLOAT32)
BUDGET = 1.0                                      # seconds that timing both may take, once each has warmed up
CLEAR = 1.1                                       # times as fast that bfloat16 is to be: less may be the machine's mood
WORTH = 300                                       # steps: a training of fewer is over before a choice would pay


def casting(name: str, device: torch.device) -> AbstractContextManager[Any]:
    """In it, networks on ``device`` compute in the precision of that name. On a GPU float32 is by TF32's products."""
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return torch.autocast(device.type, torch.bfloat16, enabled=name == BF16)


def offered(device: torch.device) -> tuple[str, ...]:
    """The precisions of a device: on Apple's GPU float32 alone."""
    return (FLOAT32,) if device.type == "mps" else (FLOAT32, BF16)


def networks(objective: Objective) -> Iterator[nn.Module]:
    """The networks of an objective and its model, each once: what they hold, and of a list what it lists."""
    seen: set[nn.Module] = set()

    def within(holder: nn.Module) -> Iterator[nn.Module]:
        for m in holder.children():
            if isinstance(m, nn.ModuleList | nn.ModuleDict):
                yield from within(m)
            elif m is not objective.model and m not in seen:
                seen.add(m)
                yield m
    yield from within(objective)
    yield from within(objective.model)


def give_float32(objective: Objective) -> None:
    """Have every network of the objective give float32, whatever it computes in."""
    for m in networks(objective):
        m.register_forward_hook(lambda module, given, out: _float32(out))


def _float32(out: Any) -> Any:
    if isinstance(out, Tensor):
        return out.float() if out.dtype == torch.bfloat16 else out
    return type(out)(_float32(v) for v in out) if type(out) in (tuple, list) else out


@contextmanager
def exactly(x: Tensor) -> Iterator[None]:
    """In it, products on the device of ``x`` are float32's even where networks compute in bfloat16: for statistics within them."""
    with torch.autocast(x.device.type, enabled=False):
        yield


def quicker(step: Callable[[str, int], None], wait: Callable[[], None] = lambda: None, budget: float = BUDGET) -> tuple[str, float]:
    """The precision for ``step(precision, k)``, the k-th step of each: bfloat16 where it is clearly the quicker one; and how many times as
    fast it is.

    One step of each to warm up, then both in turns until ``budget`` seconds are over, at least once and at most 20 times; medians are
    compared. ``wait`` returns when the device has done what it was told. The clock chooses the way to compute, and the card says which.
    """
    seconds: dict[str, list[float]] = {FLOAT32: [], BF16: []}
    for name in seconds:
        step(name, 0)
    wait()
    began = time.perf_counter()
    for k in range(1, 21):
        for name, taken in seconds.items():
            start = time.perf_counter()
            step(name, k)
            wait()
            taken.append(time.perf_counter() - start)
        if time.perf_counter() - began > budget:
            break
    ratio = median(seconds[FLOAT32]) / median(seconds[BF16])
    return (BF16 if ratio >= CLEAR else FLOAT32), ratio
