"""How a run's samples grew: the pictures that its training kept at the end of each stage, always of the same codes."""

from __future__ import annotations

from typing import Any

import numpy as np

from training import stages

from ... import images
from ...latent import moves
from ...runs.run import Run


def kept(run: Run) -> dict[str, Any]:
    """``stages``: what was trained until how many images; ``picture``: a row for each, the last one the finished model's; ``columns`` tiles
    of ``side`` pixels in a row; ``w``: the columns' codes as the finished model maps them, one after another. ``grew``: the resolutions
    that training went through, and ``adds``: whether each adds its colours to the one before. These and ``stages``, empty, for a run
    whose training kept none."""
    grown: dict[str, Any] = {"grew": list(run.model.grew()), "adds": run.model.adds()}
    colours, side = run.spec.shape[0], run.spec.shape[-1]
    known, rows = stages.read(run.folder), stages.rows(run.folder, side, colours)
    if not len(rows):
        return {"stages": [], **grown}
    labels = np.arange(stages.COLUMNS) % run.spec.num_classes if run.spec.num_classes else None
    codes = run.map_z(run.sample_z(stages.COLUMNS, 0), labels)
    sheet = np.concatenate([rows, run.decode(codes, labels)[None]]).reshape(-1, side, side, colours)
    told = [{"what": s.what, "images": s.images} for s in known[:len(rows)]]
    return {"picture": images.data_url(images.grid(sheet, stages.COLUMNS)), "side": side, "columns": stages.COLUMNS,
            "w": moves.to_text(codes), "stages": [*told, {"what": "", "images": run.card.images_seen}], **grown}


__all__ = ["kept"]
