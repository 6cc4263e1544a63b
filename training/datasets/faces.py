"""Cartoon faces, 64 × 64 in colour, drawn here from parts (avatars.py)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..dataset import Dataset, Split
from ..download import Progress
from ..model import DataSpec
from . import Known

TITLE, COUNTS, SEED = "Cartoon faces, 64×64", (20_000, 4_000), 0            # training and held-out


def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    from .. import avatars

    train, test = COUNTS
    some_train, some_test = min(limit or train, train), min(limit or test, test)
    total = some_train + some_test

    def report(before: int) -> Callable[[int], None] | None:
        return (lambda done: progress(before + done, total)) if progress else None

    spec = DataSpec("faces", TITLE, (3, 64, 64), attributes=avatars.FIELDS, attribution=avatars.ATTRIBUTION)
    parts = []
    for start, count, before in ((0, some_train, 0), (train, some_test, some_train)):
        images, attributes = avatars.draw_parallel(start, start + count, SEED, done=report(before))
        parts.append(Split(images, None, attributes))
    return Dataset(spec, parts[0], parts[1])


DATASET = Known(TITLE, build, order=3, partial=True, group="faces")
