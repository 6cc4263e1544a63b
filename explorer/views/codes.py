"""Codes: what each strong direction of the code changes, live."""

from __future__ import annotations

from typing import Any

from ..components.traverse import traverse
from . import Context


def supports(spec: dict[str, Any]) -> bool:
    """Every run that draws images."""
    return len(spec["shape"]) == 3


def build(context: Context) -> None:
    """The grid and the spectrum."""
    traverse()
