"""One paper, one file. A module here that defines ``FAMILY`` is a family: the command line, the Train form and the tests find it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..model import Family, SettingError


def names() -> list[str]:
    """Names of all families, sorted; imports none of them. A module's underscore is a hyphen in the name."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


@cache
def get(name: str) -> Family:
    """The family of that name; raises SettingError when there is none."""
    if name not in names():
        raise SettingError(f"there is no family {name!r}; there are {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}").FAMILY


def families() -> dict[str, Family]:
    """All families by name."""
    return {n: get(n) for n in names()}
