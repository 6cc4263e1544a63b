"""The data sets of the runs: which of them a run's held-out images and its classifier belong to, and titles that tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from training.model import DataSpec


def titles(sets: Iterable[DataSpec]) -> dict[str, str]:
    """A title for each data set, by its key, no two alike: where titles agree their sizes are said, else the beginnings of their
    fingerprints."""
    by_title: dict[str, dict[str, DataSpec]] = defaultdict(dict)
    for data in sets:
        by_title[data.title][data.key] = data
    found = {}
    for title, alike in by_title.items():
        sizes = {key: "×".join(map(str, data.shape[1:] or data.shape)) for key, data in alike.items()}
        if len(alike) == 1:
            found.update(dict.fromkeys(alike, title))
        elif len(set(sizes.values())) == len(alike):
            found.update({key: f"{title} · {size}" for key, size in sizes.items()})
        else:
            found.update({key: f"{title} · {_mark(data, alike.values())}" for key, data in alike.items()})
    return found


def _mark(data: DataSpec, alike: Iterable[DataSpec]) -> str:
    """The fewest hexadecimal digits, four at least, by which its fingerprint differs from the others'."""
    others = [d.fingerprint for d in alike if d.key != data.key]
    n = next((n for n in range(4, 12) if all(f[:n] != data.fingerprint[:n] for f in others)), 12)
    return data.fingerprint[:n] or data.name
