"""The one place that imports torchvision, which downloads need, and models of libraries that import it.

A torchvision built for CUDA beside a CPU build of torch stops at import, since its two compiled operators are missing.
Nothing here calls them, so declaring their schemas is enough: data sets and transforms are pure Python.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import torch

_library: torch.library.Library | None = None     # kept: dropping it would take the schemas back


def datasets() -> ModuleType:
    """``torchvision.datasets``. Raises ImportError or RuntimeError where torchvision cannot be used at all."""
    importable()
    return importlib.import_module("torchvision.datasets")


def importable() -> None:
    """Make ``import torchvision`` work from now on, whoever does it. Raises ImportError or RuntimeError where nothing helps."""
    global _library
    try:
        importlib.import_module("torchvision")
        return
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
    for name in [m for m in sys.modules if m.partition(".")[0] == "torchvision"]:
        del sys.modules[name]                      # the half-imported package
    _library = torch.library.Library("torchvision", "DEF")
    _library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    importlib.import_module("torchvision")
