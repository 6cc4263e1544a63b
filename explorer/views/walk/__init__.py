"""Walk: a film through keyframes."""

from __future__ import annotations

from typing import Any

from .. import Context


def supports(spec: dict[str, Any]) -> bool:
    """Every run that draws images."""
    return len(spec["shape"]) == 3


def build(context: Context) -> None:
    """Screen, transport, keyframes, contact strip."""
    from .film import film
    film()
