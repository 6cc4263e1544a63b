"""What is known of a data set without its images: a card tells it, and a model is built for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST_NOTES = 64                                   # of a card
OWN = "own-"                                      # how the names of a person's own sets begin


@dataclass(frozen=True)
class Note:
    """One thing that a person is told of a data set: ``kind``, a key of the words in training/notes.py, ``n`` of them; ``name``, ``low``
    and ``high`` where the words have a place for them."""

    kind: str
    n: int = 0
    name: str = ""
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> Note:
        """From a card; raises ValueError, TypeError or KeyError for what is none."""
        n, low, high = d["n"], d["low"], d["high"]
        if type(n) is not int or not 0 <= n <= 10**12 or not all(type(v) in (int, float) and abs(v) <= 1e38 for v in (low, high)):
            raise ValueError("a note holds a number that is none")
        return cls(str(d["kind"])[:40], n, str(d["name"])[:120], float(low), float(high))


@dataclass(frozen=True)
class DataSpec:
    """What a model must know of its data set, and what a card tells of it."""

    name: str
    title: str
    shape: tuple[int, ...]                       # (C, H, W), or (2,) for points in the plane
    classes: tuple[str, ...] = ()                # names of the labels, empty when there are none
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()   # (field, its categories), for data that is labelled in many ways
    attribution: str = ""                        # the line that the data's licence asks for
    fingerprint: str = ""                        # sha256 over the training images; of a person's own set over all of it
    notes: tuple[Note, ...] = ()                 # what was left out of a person's own images, and what was done with them

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    @property
    def own(self) -> bool:
        """Whether it is a person's own set."""
        return self.name.startswith(OWN)

    @property
    def key(self) -> str:
        """A name that no other data set has: two folders of one name, and two states of one folder, differ in it."""
        return f"{self.name}-{self.fingerprint[:12]}" if self.fingerprint else self.name

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> DataSpec:
        return cls(name=d["name"], title=d["title"], shape=tuple(d["shape"]), classes=tuple(d["classes"]),
                   attributes=tuple((f, tuple(c)) for f, c in d["attributes"]),
                   attribution=d["attribution"], fingerprint=d["fingerprint"],
                   notes=tuple(Note.from_dict(n) for n in d.get("notes", ())[:MOST_NOTES]))


__all__ = ["MOST_NOTES", "OWN", "DataSpec", "Note"]
