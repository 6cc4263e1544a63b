"""What the Arithmetic view asks: exemplars to choose from, and A − B + C of those that were chosen."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from ...latent import arithmetic, galleries, moves
from ...runs.run import Run
from ..base import MOST_TILES, Ask, Draw, NotReady, Request, Seed, short, tiles
from ..samples import FieldTold

MOST_EXEMPLARS = 12                             # of each of A, B and C

Refs = Annotated[list[Annotated[str, Field(pattern=galleries.REF.pattern, max_length=12)]], Field(min_length=1, max_length=MOST_EXEMPLARS)]


class DrawExemplars(Draw):
    """Exemplars of the gallery as the model draws them, by their refs."""

    lossless: ClassVar[bool] = True             # asked for once, and looked at closely

    op: Literal["exemplars"]
    refs: Annotated[list[Annotated[str, Field(max_length=12)]], Field(min_length=1, max_length=MOST_TILES)]
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)] = 12

    def draw(self, run: Run) -> np.ndarray:
        run.require_images()
        return tiles(run, galleries.exemplars(run, self.refs, self.label), self.columns, self.label)


class Sum(Request):
    """A − B + C of averaged exemplars."""

    a: Refs
    b: Refs
    c: Refs
    strength: Annotated[float, Field(allow_inf_nan=False, ge=-4, le=4)] = 1.0
    noise: Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)] = arithmetic.NOISE
    seed: Seed = 0

    def codes(self, run: Run) -> list[np.ndarray]:
        """The exemplars' codes: three of (n, d)."""
        run.require_images()
        every = galleries.exemplars(run, [*self.a, *self.b, *self.c], self.label)
        return np.split(every, [len(self.a), len(self.a) + len(self.b)])


class DrawSum(Sum, Draw):
    """Nine images: the result in the middle, its noisy neighbours around it. With ``means`` instead three: the means of A, B and C."""

    op: Literal["sum"]
    means: bool = False

    def draw(self, run: Run) -> np.ndarray:
        parts = self.codes(run)
        if self.means:
            return tiles(run, np.stack([p.mean(0) for p in parts]), 3, self.label)
        w = arithmetic.combine(parts[0], parts[1], parts[2], self.strength)
        return tiles(run, arithmetic.neighbours(w, galleries.spread(run), self.noise, self.seed), 3, self.label)


class SumLine(TypedDict):
    """What became of one field: in C's image it was ``was``, in the result ``now``, read with probability ``sure``; ``wanted``: what A − B
    asks for, empty where the field should be as it was."""

    field: str
    measured: bool
    was: str
    now: str
    sure: float
    wanted: list[str]
    agrees: bool


class SumAnswer(TypedDict):
    """Base64 of float32: the code of A − B + C, the direction A − B, the nine images' codes one after another. ``said``: of A, of B, of C
    and of the result the category of each field."""

    w: str
    vector: str
    cells: str
    said: list[dict[str, str]]
    lines: list[SumLine]


class AskSum(Sum, Ask):
    """The code of A − B + C, the direction A − B, the codes of the nine images, whether the result shows what was asked for, and what
    the exemplars of A, of B, of C, and the result are said to show."""

    op: Literal["sum"]

    def answer(self, run: Run) -> SumAnswer:
        a, b, c = self.codes(run)
        lines, said = galleries.checked(run, a, b, c, self.strength, self.label)
        w = arithmetic.combine(a, b, c, self.strength)
        cells = arithmetic.neighbours(w, galleries.spread(run), self.noise, self.seed)
        return {"w": moves.to_text(w), "vector": moves.to_text(a.mean(0) - b.mean(0)), "cells": moves.to_text(cells), "said": said,
                "lines": lines_told(lines)}


def lines_told(lines: list[arithmetic.Line]) -> list[SumLine]:
    """The check of A − B + C, as JSON."""
    return [{"field": x.field, "measured": x.measured, "was": x.was, "now": x.now, "sure": short(x.sure), "wanted": list(x.wanted),
             "agrees": x.agrees} for x in lines]


class FieldCounted(FieldTold):
    """A field, and how many exemplars show each of its categories."""

    counts: list[int]


class GalleryStart(TypedDict):
    """What A, B and C begin with: refs, and the field that A and B differ in, None where they were chosen otherwise."""

    a: list[str]
    b: list[str]
    c: list[str]
    field: str | None


class GalleryAnswer(TypedDict):
    """The refs of a page; ``total``: of all that show the filters, ``of``: of all."""

    ready: Literal[True]
    total: int
    of: int
    refs: list[str]
    fields: list[FieldCounted]
    start: GalleryStart


class AskGallery(Ask):
    """Exemplars that show all of ``filters``, (field, category) …; while they are still being read, how far that is (``done``)."""

    op: Literal["gallery"]
    source: Literal["samples", "real"] = "samples"
    filters: Annotated[list[tuple[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]]], Field(max_length=8)] = []
    offset: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=MOST_TILES)] = 48

    def answer(self, run: Run) -> GalleryAnswer | NotReady:
        ready, done = galleries.gallery(run, self.source, self.label)
        if ready is None:
            return {"ready": False, "done": round(done, 3)}
        gallery, start = ready
        rows, counts = gallery.matching(list(self.filters)), gallery.counts()
        shown = rows[self.offset:self.offset + self.count]
        return {"ready": True, "total": len(rows), "of": len(gallery.refs), "refs": [gallery.refs[k] for k in shown],
                "fields": [{"name": f.name, "categories": list(f.categories), "measured": f.measured,
                            "counts": counts[f.columns].tolist()} for f in gallery.fields],
                "start": {"a": list(start.a), "b": list(start.b), "c": list(start.c), "field": start.field}}
