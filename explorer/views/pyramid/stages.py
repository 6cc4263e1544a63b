"""How a run's samples grew: the pictures that its training kept at the end of each stage, always of the same codes."""

from __future__ import annotations

import numpy as np
from typing_extensions import TypedDict

from training import stages

from ... import images
from ...latent import moves, seed_to_image
from ...runs.run import Run


class Stage(TypedDict):
    """A row of the picture: what was trained, in words of the training ("" for the finished model), until how many images."""

    what: str
    images: int


class NoStages(TypedDict):
    """Of a run whose training kept none. ``stages`` is empty."""

    stages: list[Stage]
    grew: list[int]
    adds: bool


class StagesAnswer(NoStages):
    """``picture``: a data: URL; ``w``: base64 of float32."""

    picture: str
    side: int
    columns: int
    w: str


def kept(run: Run) -> StagesAnswer | NoStages:
    """``stages``: what was trained until how many images; ``picture``: a row for each, the last one the finished model's; ``columns`` tiles
    of ``side`` pixels in a row; ``w``: the columns' codes as the finished model maps them, one after another. ``grew``: the resolutions
    that training went through, and ``adds``: whether each adds its colours to the one before. These and ``stages``, empty, for a run
    whose training kept none."""
    grew, adds = list(run.model.grew()), run.model.adds()
    colours, side = run.spec.shape[0], run.spec.shape[-1]
    known, rows = stages.read(run.folder), stages.rows(run.folder, side, colours)
    if not len(rows):
        return {"stages": [], "grew": grew, "adds": adds}
    labels = seed_to_image.classes(run, stages.COLUMNS)
    codes = seed_to_image.samples(run, stages.COLUMNS, label=labels)
    sheet = np.concatenate([rows, run.decode(codes, labels)[None]]).reshape(-1, side, side, colours)
    told: list[Stage] = [{"what": s.what, "images": s.images} for s in known[:len(rows)]]
    return {"picture": images.data_url(images.grid(sheet, stages.COLUMNS)), "side": side, "columns": stages.COLUMNS,
            "w": moves.to_text(codes), "stages": [*told, {"what": "", "images": run.card.images_seen}],
            "grew": grew, "adds": adds}


__all__ = ["kept"]
