"""The points of a run for Embedding Atlas: a Parquet file with their places, what is known of each, and its image."""

from __future__ import annotations

import importlib.util
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import Refused
from ..png import png
from ..runs.run import Run
from .points import Points, points

if TYPE_CHECKING:
    import pyarrow

ROWS = 2048                                     # written together
NEEDED = "Parquet files are written by pyarrow: pip install -r requirements-parquet.txt"


def write(run: Run, folder: Path, place: Path) -> str:
    """points.parquet in an empty folder, which will stand at ``place``; what is said of it. Raises Refused.

    ``index`` int32; ``x`` and ``y`` float32; a column of words for the class and each attribute; ``image``, a struct of PNG ``bytes`` and
    a ``path`` that names it, as Hugging Face's data sets have them."""
    if importlib.util.find_spec("pyarrow") is None:
        raise Refused(NEEDED)
    import pyarrow.parquet

    taken = points(run)
    schema = _schema(taken)
    with pyarrow.parquet.ParquetWriter(folder / "points.parquet", schema) as writer:
        for batch in _batches(run, taken, schema):
            writer.write_batch(batch)
    image = " --image image" if taken.held is not None else ""
    return f"{len(taken):,} points; open it with: embedding-atlas {shlex.quote(str(place / 'points.parquet'))} --x x --y y{image}"


def _schema(taken: Points) -> pyarrow.Schema:
    import pyarrow

    fields = [("index", pyarrow.int32()), ("x", pyarrow.float32()), ("y", pyarrow.float32())]
    fields += [(name, pyarrow.string()) for name, _ in taken.columns]
    if taken.held is not None:
        fields.append(("image", pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])))
    return pyarrow.schema(fields)


def _batches(run: Run, taken: Points, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow

    for start in range(0, len(taken), ROWS):
        rows = np.arange(start, min(start + ROWS, len(taken)))
        part = {"index": rows, "x": taken.places[rows, 0], "y": taken.places[rows, 1]}
        part |= {name: words[start:start + ROWS] for name, words in taken.columns}
        if taken.held is not None:
            images = run.real(rows).transpose(0, 2, 3, 1)
            part["image"] = [{"bytes": png(image), "path": f"{k:06d}.png"} for k, image in zip(rows.tolist(), images, strict=True)]
        yield pyarrow.RecordBatch.from_pydict({name: pyarrow.array(part[name], schema.field(name).type) for name in schema.names}, schema)


__all__ = ["write"]
