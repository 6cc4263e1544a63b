"""A data set of the Hugging Face Hub as it lies there: parquet files (shards) with a column of images and one of labels.

An image is a struct of ``bytes`` and ``path``, or bytes; the names of its classes stand in the schema's metadata under ``huggingface``
(``datasets.Image`` and ``datasets.ClassLabel``). Reading parquet needs pyarrow, which is not among the requirements: it is 55 MB to fetch
and 170 MB on the disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .. import image_tables, pictures
from ..archive import File
from ..download import DataError
from ..notes import Note
from ..pictures import Picture, Unreadable
from . import Bench, One, Source, pixel_arrays

IMAGES = ("image", "img", "images", "picture", "pixel_values", "png", "jpg", "webp")
LABELS = ("label", "labels", "fine_label", "class", "target", "category", "digit", "coarse_label")
MOST_BYTES_EACH = 64 * 1024**2                    # of one image
AT_ONCE = 64                                      # rows


@dataclass(frozen=True)
class Shard:
    """An opened file, and the split that its name says; ``rows`` in it."""

    name: str
    file: Any
    split: str
    rows: int


def read(files: list[File], bench: Bench, notes: list[Note]) -> Source:
    """All shards as one set. Raises DataError where pyarrow is missing, or no column holds images."""
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DataError("Reading .parquet needs pyarrow: pip install -r requirements-parquet.txt", "data.error.pyarrow") from error
    try:
        opened = [(f, pq.ParquetFile(bench.on_disk(f), pre_buffer=False, buffer_size=2**20)) for f in files]
    except pyarrow.ArrowException as error:
        raise DataError(f"{bench.source.name} is damaged ({error}).", "data.error.damaged", name=bench.source.name) from error
    schema = opened[0][1].schema_arrow
    image, nested = _image_column(schema)
    if not image:
        raise DataError(f"No column of {bench.source.name} holds images (bytes, or a struct of bytes and path). Its columns: "
                        f"{', '.join(schema.names[:12])}.", "data.error.parquet", name=bench.source.name,
                        there=", ".join(schema.names[:12]))
    kind = schema.field(image).type
    fits = [(f, p) for f, p in opened if image in p.schema_arrow.names and p.schema_arrow.field(image).type == kind]
    shards = [Shard(f.path.name, p, image_tables.split_of(f.path.as_posix()), p.metadata.num_rows) for f, p in fits]
    bench.few_enough(sum(s.rows for s in shards))
    if len(fits) < len(opened):
        notes = [*notes, Note("other", len(opened) - len(fits))]
    label, names = _label_column(schema, image)
    values = [_column(s, label) if label else None for s in shards]
    labels, classes, told = pixel_arrays.classes_of([(v, s.rows, s.split) for v, s in zip(values, shards, strict=True)], names)

    def ones(at: Sequence[int] | None = None) -> Iterator[One]:
        start = 0
        for shard, numbers in zip(shards, labels, strict=True):
            some = None if at is None else [k - start for k in at if start <= k < start + shard.rows]
            for k, data in _cells(shard, image, nested, some):
                yield One(partial(_decoded, data), None, int(numbers[k]), shard.split)
            start += shard.rows

    if label and classes:
        told = [*told, Note("labelled", name=label)]
    return Source("parquet", sum(s.rows for s in shards), ones, classes, (*notes, *told),
                  held=pixel_arrays.held_of([(s.rows, s.split) for s in shards]))


def _decoded(data: Any, side: int) -> Picture:
    if not isinstance(data, bytes) or not data:
        raise Unreadable("rows")                  # only a path, say: the image is not in the table
    if len(data) > MOST_BYTES_EACH:
        raise Unreadable("large")
    return pictures.decode(data, side, side)


def _image_column(schema: Any) -> tuple[str, bool]:
    """The name of the column of images, and whether it is a struct; "" where there is none. One that is so called comes first."""
    import pyarrow.types as kinds

    def holds(kind: Any) -> bool:
        return kinds.is_binary(kind) or kinds.is_large_binary(kind)

    found: dict[str, bool] = {}
    for field in schema:
        if holds(field.type):
            found[field.name] = False
        elif kinds.is_struct(field.type) and field.type.get_field_index("bytes") >= 0 and holds(field.type.field("bytes").type):
            found[field.name] = True
    name = next((n for n in IMAGES if n in found), next(iter(found), ""))
    return name, found.get(name, False)


def _label_column(schema: Any, image: str) -> tuple[str, list[str] | None]:
    """The name of the column of classes, "" for none, and their names where the schema tells them. One that the schema calls a ClassLabel
    comes first."""
    features = _features(schema)
    told = [n for n in schema.names if features.get(n, {}).get("_type") == "ClassLabel"]
    name = next((n for n in (*(w for w in LABELS if w in told), *told, *LABELS) if n in schema.names and n != image), "")
    names = features.get(name, {}).get("names")
    return name, [str(n) for n in names] if isinstance(names, list) and 0 < len(names) <= pixel_arrays.MOST_CLASSES else None


def _features(schema: Any) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
    return {str(k): v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _column(shard: Shard, name: str) -> np.ndarray | None:
    """Numbers or words; None where the file has no such column, or one of other things."""
    import pyarrow.types as kinds

    if name not in shard.file.schema_arrow.names:
        return None
    column = shard.file.read(columns=[name]).column(0)
    if kinds.is_boolean(column.type) or kinds.is_integer(column.type) or kinds.is_floating(column.type):
        return column.to_numpy()
    return np.array(column.to_pylist(), object) if kinds.is_string(column.type) or kinds.is_large_string(column.type) else None


def _cells(shard: Shard, image: str, nested: bool, at: Sequence[int] | None) -> Iterator[tuple[int, Any]]:
    """(row, its bytes) in order, ``AT_ONCE`` in memory; only those groups of rows are read in which there are any of ``at``."""
    wanted, column = None if at is None else set(at), f"{image}.bytes" if nested else image
    start = 0
    for group in range(shard.file.num_row_groups):
        n = shard.file.metadata.row_group(group).num_rows
        if wanted is None or any(start <= k < start + n for k in wanted):
            k = start
            for batch in shard.file.iter_batches(AT_ONCE, row_groups=[group], columns=[column], use_threads=False):
                cells = batch.column(0)
                cells = cells.field("bytes") if nested else cells
                for j in range(len(cells)):
                    if wanted is None or k in wanted:
                        yield k, cells[j].as_py()
                    k += 1
        start += n


__all__ = ["read"]
