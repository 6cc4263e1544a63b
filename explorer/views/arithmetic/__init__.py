"""Arithmetic: A − B + C with averaged exemplars, live."""

from __future__ import annotations

from typing import Any

from .. import Context


def supports(spec: dict[str, Any]) -> bool:
    """Every run that draws images."""
    return len(spec["shape"]) == 3


def build(context: Context) -> None:
    """The sum, its check, and the gallery of exemplars."""
    from .arithmetic import arithmetic
    arithmetic()
