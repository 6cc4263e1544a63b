"""Samples kept along a training that goes through stages: ``stages.webp``, a row of eight for each, named in ``stages.jsonl``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import log
from .files import Outside, inside, tail, write_atomically
from .model import LatentModel
from .pixels import grid, tiles_of, to_pillow, to_uint8

PICTURE, LIST = "stages.webp", "stages.jsonl"
COLUMNS = 8                                       # samples of each stage, always of the same codes
MOST, MOST_BYTES = 64, 2**16                      # rows, and bytes of the list, that are read


@dataclass(frozen=True)
class Stage:
    """What was trained until ``images`` were seen."""

    what: str
    images: int


def read(folder: Path) -> list[Stage]:
    """The stages of a run, in order; none where there are none or the list is damaged."""
    try:
        text = tail(inside(folder, LIST), MOST_BYTES)
    except (OSError, Outside):
        return []
    found = [Stage(row["what"][:40], row["images"]) for row in log.objects(text) if isinstance(row.get("what"), str)]
    return found[:MOST] if len(found) == len(text.splitlines()) else []         # a row of the picture for each


def rows(folder: Path, side: int, colours: int) -> np.ndarray:
    """The kept samples, uint8 (stages, COLUMNS, side, side, colours), as many as the list and the picture both have; none of a damaged
    picture or one of other sides."""
    known, none = len(read(folder)), np.zeros((0, COLUMNS, side, side, colours), np.uint8)
    try:
        with Image.open(inside(folder, PICTURE)) as image:
            if not known or image.width != COLUMNS * side or image.height > MOST * side:
                return none
            pixels = np.asarray(image.convert("RGB" if colours == 3 else "L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return none
    count = min(known, len(pixels) // side)
    return tiles_of(pixels[:count * side].reshape(count * side, -1, colours), side, side).reshape(count, COLUMNS, side, side, colours)


@torch.no_grad()
def keep(folder: Path, model: LatentModel, stage: Stage) -> None:
    """Add a row: samples of the model as it is, of a fixed seed. Rows of as many images or more, from before a resume, go."""
    colours, side = model.spec.shape[0], model.spec.shape[-1]
    device = model.device
    label = torch.arange(COLUMNS, device=device) % model.spec.num_classes if model.spec.num_classes else None
    z = model.sample_z(COLUMNS, torch.Generator().manual_seed(0)).to(device)
    x = model.synthesize(model.map(z, label), label)
    row = to_uint8(x)
    before = [s for s in read(folder) if s.images < stage.images][:MOST - 1]
    sheet = np.concatenate([rows(folder, side, colours)[:len(before)], row[None]])
    image = to_pillow(grid(sheet.reshape(-1, side, side, colours), COLUMNS))
    lines = "".join(json.dumps(asdict(s), ensure_ascii=False) + "\n" for s in [*before[:len(sheet) - 1], stage])
    write_atomically(folder / PICTURE, lambda p: image.save(p, "WEBP", lossless=True))
    write_atomically(folder / LIST, lambda p: p.write_text(lines, "utf-8"))
