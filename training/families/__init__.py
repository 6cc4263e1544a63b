"""One paper, one file. A module here that defines ``FAMILY`` is a family: the command line, the Train form and the tests find it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..model import Family, SettingError

OUTSIDE = {"onnx": "onnx_model", "python": "python_file"}      # kinds of models that were trained elsewhere: modules of training/outside

def names() -> list[str]:
    """Names of all families that can be trained, sorted; imports none of them. A module's underscore is a hyphen in the name."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


@cache
def get(name: str) -> Family:
    """The family of that name, or the kind of a model from elsewhere; raises SettingError when there is none."""
    if name in OUTSIDE:
        return importlib.import_module(f"..outside.{OUTSIDE[name]}", __name__).FAMILY
    if name not in names():
        raise SettingError(f"there is no family {name!r}; there are {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}").FAMILY


def families() -> dict[str, Family]:
    """All families by name."""
    return {n: get(n) for n in names()}
