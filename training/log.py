"""``log.jsonl``: a row of means every second or so while a run is trained; ``images`` in every row says where it was."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import from_json

from . import files
from .files import tail, write_atomically

KEPT = 400                                        # rows of a finished training
MOST_BYTES = 16 * 2**20                           # read of a log, from its end: a day of a row a second
MOST_IMAGES, MOST_TERMS, LONGEST = 10**15, 64, 80  # what is believed of a row: its images, its terms, a term's name


def append(path: Path, row: Mapping[str, float]) -> None:
    """One JSON line."""
    files.append(path, json.dumps(row, allow_nan=False) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a log, from its end, none where there is none; what is no row, as the line that a kill cut off, is left out."""
    try:
        return parse(tail(path, MOST_BYTES))
    except FileNotFoundError:
        return []


def objects(lines: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects of JSON lines that say how many ``images`` had been seen; other lines are left out."""
    for line in lines.splitlines():
        try:
            row = from_json(line)
        except ValueError:
            continue
        if isinstance(row, dict) and type(row.get("images")) is int and 0 <= row["images"] <= MOST_IMAGES:
            yield row


def parse(lines: bytes) -> list[dict[str, Any]]:
    """The rows of a log: ``images`` and finite numbers by their names."""
    return [{k: v for k, v in list(row.items())[:MOST_TERMS] if number(v) and len(k) <= LONGEST} | {"images": row["images"]}
            for row in objects(lines)]


def number(v: object) -> bool:
    """Whether a value is a finite number, of a size that JSON and numpy know."""
    return type(v) is int and abs(v) < 2**63 or type(v) is float and math.isfinite(v)


def truncate(path: Path, images: int) -> None:
    """Drop rows past ``images``, so that a resumed log has no row twice."""
    if path.exists():
        _write(path, [row for row in read(path) if row["images"] <= images])


def thin(rows: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """At most ``most`` rows, each the mean of its neighbours' numbers, at the images and seconds of the last one."""
    if len(rows) <= most:
        return [dict(row) for row in rows]
    out = []
    for part in np.array_split(np.arange(len(rows)), most):
        some = [rows[i] for i in part]
        terms = dict.fromkeys(k for r in some for k in r)
        mean = {k: float(f"{np.mean([r[k] for r in some if k in r]):.6g}") for k in terms}
        out.append({**mean, **{k: some[-1][k] for k in ("images", "seconds") if k in some[-1]}})
    return out


def shorten(path: Path, most: int = KEPT) -> None:
    """Thin a log to ``most`` rows."""
    if len(rows := read(path)) > most:
        _write(path, thin(rows, most))


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomically(path, lambda p: p.write_text(text, "utf-8"))
