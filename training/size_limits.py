"""Networks of a bounded size: settings of a stranger are not believed before the weights that they should fit are looked at."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from .model import SettingError

SPARE = 2**21                                     # numbers that a network may hold beside what is kept of it


class Bounded(TorchFunctionMode):
    """Lets networks be made of at most ``most`` numbers. (The meta device would show shapes without memory, but takes torch a second to
    load what its operations need.)"""

    MAKERS = (torch.empty, torch.zeros, torch.ones, torch.full, torch.randn, torch.rand, torch.eye)

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in self.MAKERS:
            first = args[0] if args else kwargs["size"]
            sizes = (first, args[-1]) if func is torch.eye else args if isinstance(first, int) else first
            self.left -= math.prod(sizes)
            if self.left < 0:
                raise SettingError("they make a network larger than its weights.")
        return func(*args, **(kwargs or {}))
