"""``log.jsonl``: a row of means every second or so while a run is trained; ``images`` in every row says where it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from .files import write_atomically

KEPT = 400                                        # rows of a finished training
MOST_BYTES = 20 * 2**20                           # read of a log, from its end


def append(path: Path, row: Mapping[str, float]) -> None:
    """One JSON line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as f:
        f.write(json.dumps(row, allow_nan=False) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a log, none where there is none; a line that a kill cut off is left out."""
    rows: list[dict[str, Any]] = []
    if not path.exists():
        return rows
    with open(path, "rb") as f:
        f.seek(0, 2)
        f.seek(max(0, f.tell() - MOST_BYTES))
        lines = f.read().decode("utf-8", "replace").splitlines()
    for line in lines:
        with suppress(json.JSONDecodeError):
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("images"), int) and not isinstance(row["images"], bool):
                rows.append(row)
    return rows


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
