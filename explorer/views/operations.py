"""All operations of the page: gathered from samples.py, paths.py and each view's requests.py and …_requests.py, by the route that they
are asked on.

A new operation is a class with an ``op`` in one of these files; nobody keeps a list of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import reduce
from operator import or_
from types import ModuleType
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from . import modules, paths, samples
from .base import Ask, Draw, Request
from .films import Film


def _files() -> Iterator[ModuleType]:
    yield from (samples, paths)
    for module in modules().values():
        for found in pkgutil.iter_modules(module.__path__):
            if found.name == "requests" or found.name.endswith("_requests"):
                yield importlib.import_module(f"{module.__name__}.{found.name}")


def operations(route: str) -> list[type[Request]]:
    """The requests that are asked on a route, each with an ``op`` of its own."""
    known = (kind for file in _files() for kind in vars(file).values() if isinstance(kind, type) and kind.__module__ == file.__name__)
    return [kind for kind in known if issubclass(kind, Request) and kind.route == route and "op" in kind.model_fields]


def _any_of(route: str) -> TypeAdapter[Any]:
    union: Any = reduce(or_, operations(route))
    return TypeAdapter(Annotated[union, Field(discriminator="op")])


DRAW: TypeAdapter[Draw] = _any_of("render")
CODE: TypeAdapter[Ask] = _any_of("code")
MICROSCOPE: TypeAdapter[Ask] = _any_of("microscope")
FILM: TypeAdapter[Film] = _any_of("film")

__all__ = ["CODE", "DRAW", "FILM", "MICROSCOPE", "operations"]
