"""What a family may be set to: documented, checked fields of its ``Config``."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field, fields
from typing import Any

from .dataspec import DataSpec

AUGMENT = ("none", "mirror", "shift", "both")      # what may be changed of training images; see augment.py
MOST_ITEMS = 16                                   # numbers of one setting, such as the sizes of layers


class SettingError(ValueError):
    """A setting is out of its range; the message is written for the person who set it. ``setting``: its name, "" where it is not one
    field's value."""

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


def setting(default: Any, help: str, *, low: float | None = None, high: float | None = None,
            choices: tuple | None = None, advanced: bool = False, later: bool = False) -> Any:
    """A documented, checked field of a Config. ``help`` ends with where the default comes from. ``later``: may change on a resume."""
    return field(default=default, metadata=dict(help=help, low=low, high=high, choices=choices, advanced=advanced, later=later))


@dataclass(frozen=True)
class Config:
    """Settings that every family has. A family adds its own; the command line, the Train form and the card follow."""

    images: int = setting(1_000_000, "training images to see in all (ours)", low=1, high=10**9, later=True)
    batch_size: int = setting(128, "images per step, over all processes (ours)", low=2, high=4096)
    learning_rate: float = setting(1e-3, "Adam's learning rate (Kingma & Ba 2015)", low=1e-7, high=1.0)
    decay: str = setting("none", "how the learning rate falls over the run: none, or cosine to zero (Loshchilov & Hutter 2017)",
                         choices=("none", "cosine"), advanced=True)
    ema_images: int = setting(0, "half-life of the weight average in images; 0 keeps the last weights (ours)", low=0, high=10**8,
                              advanced=True)

    augment: str = setting("none", "what is changed of each training image, anew each time that it is seen: mirror (left and right "
                           "exchanged half the time), shift (moved by up to 1/16 of its side), or both (ours)", choices=AUGMENT)

    def __post_init__(self) -> None:
        for f in fields(self):
            value: Any = getattr(self, f.name)
            default: Any = f.default
            meta = f.metadata
            kind: type = type(default)
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
                object.__setattr__(self, f.name, value)
            if kind is tuple and isinstance(value, list):
                value = tuple(value)
                object.__setattr__(self, f.name, value)
            if type(value) is not kind:
                raise SettingError(f"{f.name} must be {kind.__name__}, not {type(value).__name__} ({value!r}).", f.name)
            if kind is float and (value != value or value in (math.inf, -math.inf)):
                raise SettingError(f"{f.name} is not a number.", f.name)
            items: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
            if not 1 <= len(items) <= MOST_ITEMS:
                raise SettingError(f"{f.name} must be 1 to {MOST_ITEMS} numbers; these are {len(items):,}.", f.name)
            for v in items:
                if kind is tuple and type(v) is not (of := type(default[0])):
                    raise SettingError(f"{f.name} must be numbers ({of.__name__}), not {type(v).__name__} ({v!r}).", f.name)
                if meta.get("choices") and v not in meta["choices"]:
                    raise SettingError(f"{f.name} must be one of {', '.join(map(str, meta['choices']))}; it is {v!r}.", f.name)
                if meta.get("low") is not None and v < meta["low"] or meta.get("high") is not None and v > meta["high"]:
                    raise SettingError(f"{f.name} must lie between {meta['low']} and {meta['high']}; it is {v}.", f.name)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """Build from a card's or a form's dict; raises SettingError on an unknown or wrong setting."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise SettingError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}.")
        return cls(**values)

    def after(self, other: dict[str, Any], images_seen: int) -> dict[str, Any]:
        """Settings, by name, that follow from beginning with the weights of another run, of which these are the settings and the images;
        what is asked for overrules them."""
        return {}

    def suited(self, data: DataSpec, images: int) -> dict[str, Any]:
        """Settings, by name, that follow from the data, and from how many ``images`` are trained on, where neither a person nor a recipe
        for that data set chose them."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it: tuples as lists."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}


__all__ = ["AUGMENT", "Config", "SettingError", "setting"]
