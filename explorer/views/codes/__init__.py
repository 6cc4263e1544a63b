"""Codes: what each code or class changes, and for models without them each strong direction; live."""

from __future__ import annotations

from typing import Any

from .. import Context


def supports(spec: dict[str, Any]) -> bool:
    """Every run that draws images."""
    return len(spec["shape"]) == 3


def build(context: Context) -> None:
    """The grid and the spectrum; for models with codes or classes of their own a grid over two of them, and their controls. Behind a
    switch, directions that were found after training."""
    from .codes import codes
    from .directions import directions
    from .traverse import traverse
    directions()
    traverse()
    codes()
