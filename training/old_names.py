"""Names that earlier versions gave to settings and tensors: cards, weights and resume states written then are read under those of now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

SETTINGS = {"lazy": "r1_interval", "most_channels": "channel_max", "widening": "channel_multiplier",
            "mapping_rate": "mapping_lr_mul", "noise_rate": "noise_lr_mul"}
LATER = {"alae": {"equalized": False}}           # settings that a family has now, as it was when there were none
CARD = {"begun_with": "init_from"}
TENSORS = ((re.compile(r"(^|\.)(trunk|encoder)\.colours\."), r"\1\2.from_rgb."),
           (re.compile(r"(^|\.)colours\."), r"\1to_rgb."),
           (re.compile(r"(^|\.)mean_w$"), r"\1w_avg"))

T = TypeVar("T")


def card(values: Mapping[str, Any]) -> dict[str, Any]:
    """A card's fields by the names of now, its settings among them, with those that came later as they were before."""
    named = {CARD.get(k, k): v for k, v in values.items() if CARD.get(k, k) == k or CARD[k] not in values}
    if isinstance(named.get("config"), dict):
        named["config"] = LATER.get(str(named.get("family")), {}) | settings(named["config"])
    return named


def settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """A config's values by the names of now. Where both stand, the new one counts."""
    return {SETTINGS.get(k, k): v for k, v in values.items() if SETTINGS.get(k, k) == k or SETTINGS[k] not in values}


def tensor(name: str) -> str:
    """The name of now of a tensor."""
    for old, new in TENSORS:
        name = old.sub(new, name)
    return name


def tensors(state: Mapping[str, T]) -> dict[str, T]:
    """A state dict by the names of now."""
    return {tensor(k): v for k, v in state.items()}


__all__ = ["card", "settings", "tensor", "tensors"]
