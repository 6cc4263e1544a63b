"""What a page that is one file does without, told as what a visitor misses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from .page_files import PLOTLY


def consequences(left: Sequence[str], bodies: Mapping[str, bytes]) -> list[str]:
    """A sentence for each thing that is missing, of the paths ``left`` of the files ``bodies``."""
    told = []
    if any(path.endswith(".pca3.bin") for path in left):
        told.append("The map in three dimensions is not in this file.")
    if any(path.startswith("data/near/") for path in left):
        told.append("The codes of the test images are not in this file: to find the nearest, the browser encodes all of them first, when "
                    "it is asked to; that takes some seconds.")
    if any(path.startswith("data/judge/") for path in left):
        told.append("The classifier is not in this file: Arithmetic's check says nothing of what only it can read.")
    images = [path for path in left if path.startswith(("data/sheet/", "data/tiles/"))]
    if images:
        told.append(f"Test images from number {_first(images, bodies):,} on are not in this file.")
    if PLOTLY in left:
        told.append("What draws charts is not in this file: there is no map, and Codes has no bars.")
    return told


def _first(images: Sequence[str], bodies: Mapping[str, bytes]) -> int:
    """The number of the first test image that is missing."""
    [model] = (json.loads(body) for path, body in bodies.items() if path.startswith("data/model/") and path.endswith("/model.json"))
    [run] = (json.loads(body) for path, body in bodies.items() if path.startswith("data/run/"))
    per = (model["whole"] or run["dataset"])["per_sheet"]
    return int(per * min(int(Path(path).stem) for path in images))


__all__ = ["consequences"]
