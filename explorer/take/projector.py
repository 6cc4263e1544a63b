"""The points of a run for TensorBoard's projector: numbers, names, small images on one sheet, and the file that says which is which."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

import numpy as np
from PIL import Image

from training.pixels import grid, to_pillow

from ..runs.run import Run
from .points import Points, points

LARGEST = 8192                                  # pixels along a side of the sheet: what the projector takes as a texture
SPRITE, METADATA = "sprite.png", "metadata.tsv"


def write(run: Run, folder: Path, place: Path) -> str:
    """Files of a run in an empty folder, which will stand at ``place``; what is said of them. Raises Refused."""
    taken = points(run)
    codes = taken.codes[:, :run.spec.w_dim] if run.model.repeats() else taken.codes      # all layers have the same numbers
    name = _tensors(codes, folder)
    config = [f'tensor_name: "{run.card.name}"', f'tensor_path: "{name}"', *(f"tensor_shape: {size}" for size in codes.shape),
              f'metadata_path: "{METADATA}"']
    (folder / METADATA).write_text(_metadata(taken), "utf-8", newline="\n")
    if taken.held is not None:
        width, height = _sprite(run, taken, folder / SPRITE)
        config.append(f'sprite {{ image_path: "{SPRITE}" single_image_dim: {width} single_image_dim: {height} }}')
    lines = "".join(f"  {line}\n" for line in config)
    (folder / "projector_config.pbtxt").write_text(f"embeddings {{\n{lines}}}\n", "utf-8", newline="\n")
    return f"{len(taken):,} points of {codes.shape[1]} numbers; open it with: tensorboard --logdir {shlex.quote(str(place))}"


def _tensors(codes: np.ndarray, folder: Path) -> str:
    """The numbers, and the name of their file. TensorBoard tries every file as text first, and takes it as bytes once that fails: so codes
    whose bytes are text by chance are written as text."""
    raw = np.ascontiguousarray(codes, "<f4").tobytes()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        (folder / "tensors.bytes").write_bytes(raw)
        return "tensors.bytes"
    np.savetxt(folder / "tensors.tsv", codes, "%.9g", "\t")
    return "tensors.tsv"


def _metadata(taken: Points) -> str:
    """A row for each point, below a row of names; a single column has no such row, for it would be taken as a point's."""
    columns = [("index", list(map(str, range(len(taken))))), *taken.columns]
    rows = list(zip(*(words for _, words in columns), strict=True))
    if len(columns) > 1:
        rows.insert(0, tuple(name for name, _ in columns))
    return "".join("\t".join(row) + "\n" for row in rows)


def _sprite(run: Run, taken: Points, path: Path) -> tuple[int, int]:
    """The sheet, row by row, and the width and height of one image, smaller where all would not fit."""
    n, (channels, height, width) = len(taken), run.spec.shape
    columns = math.ceil(math.sqrt(n))
    side = max(height, width)
    scale = min(1.0, LARGEST // columns / side)
    w, h = max(1, int(width * scale)), max(1, int(height * scale))
    sheet = Image.new("L" if channels == 1 else "RGB", (columns * w, -(-n // columns) * h))
    for row in range(0, n, columns):
        images = run.real(np.arange(row, min(row + columns, n))).transpose(0, 2, 3, 1)
        strip = to_pillow(grid(images, columns))
        sheet.paste(strip if scale == 1 else strip.resize((columns * w, h), Image.Resampling.BOX), (0, row // columns * h))
    sheet.save(path, compress_level=1)
    return w, h


__all__ = ["write"]
