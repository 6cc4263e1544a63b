"""Reconstruct: an image in, its code, and what the model draws from it."""

from __future__ import annotations

from typing import Any

from .. import Context


def supports(spec: dict[str, Any]) -> bool:
    """Runs with an encoder for images."""
    return bool(spec["encodes"]) and len(spec["shape"]) == 3


def build(context: Context) -> None:
    """Input, reconstruction and error map; the code under them."""
    from .reconstruct import reconstruct
    reconstruct()
