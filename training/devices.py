"""Where networks run, by the name that a person gives."""

from __future__ import annotations

import torch

KINDS = ("cpu", "cuda", "mps", "xpu")


class DeviceError(ValueError):
    """There is no such device; the message says so in one sentence."""


def find(name: str) -> torch.device:
    """The device of that name, tried with a number; "auto": the first GPU, else the CPU. Raises DeviceError."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in KINDS:
        raise DeviceError(f"There is no kind of device {name!r}; there are cpu, cuda (cuda:1 is the second one) and mps.")
    try:
        torch.zeros(1, device=device).add(1)
    except (RuntimeError, AssertionError, NotImplementedError) as e:
        why = str(e).strip().partition("\n")[0].rstrip(".")
        raise DeviceError(f"This machine has no device {name!r} that torch can use ({why}); leave --device out, or give cpu.") from e
    return device
