"""What a person may say of a table of images, where nothing in it says it."""

from __future__ import annotations

from dataclasses import dataclass

from .download import DataError

TURNED = ("auto", "yes", "no")


@dataclass(frozen=True)
class Reading:
    """What a person may say of a table. ``turned``: whether its images are stored with rows and columns exchanged; "auto" tells it by the
    name, as EMNIST's are. ``part``: the name of one of several sets within."""

    turned: str = "auto"
    part: str = ""

    def __post_init__(self) -> None:
        if self.turned not in TURNED:
            raise DataError(f"turned must be one of {', '.join(TURNED)}.")

    def key(self) -> str:
        """What tells apart sets that were read otherwise; "" for what is not said."""
        return f"{self.turned} {self.part}" if self != Reading() else ""


__all__ = ["TURNED", "Reading"]
