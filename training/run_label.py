"""``label.json``: what its owner calls a run, and says of it. Beside the card, so that no save of a training writes over it."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from .files import Outside, inside, read_json, write_json

LABEL = "label.json"
LONGEST = {"title": 80, "description": 400}        # characters
MOST_BYTES = 2**14


@dataclass(frozen=True)
class Label:
    """Plain text on one line each, at most ``LONGEST``; empty: the card's title, nothing said."""

    title: str = ""
    description: str = ""


def plain(text: str) -> str:
    """On one line, without characters that show nothing or turn the writing of others around."""
    kept = ("" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\u200c\u200d" else c
            for c in " ".join(unicodedata.normalize("NFC", text).split()))
    return " ".join("".join(kept).split())


def read(folder: Path) -> Label:
    """A run's label, an empty one where there is none or it is damaged: a stranger's file is believed in nothing."""
    try:
        found = read_json(inside(folder, LABEL), MOST_BYTES)
    except (OSError, ValueError, Outside):
        return Label()
    if not isinstance(found, dict):
        return Label()
    words = {k: found.get(k) for k in LONGEST}
    return Label(**{k: plain(v)[:LONGEST[k]].rstrip() for k, v in words.items() if isinstance(v, str)})


def write(folder: Path, label: Label) -> Label:
    """Keep it, atomically; an empty one leaves no file. Returns it as kept. Raises OSError."""
    kept = Label(*(plain(v)[:LONGEST[k]].rstrip() for k, v in asdict(label).items()))
    path = inside(folder, LABEL)
    if kept == Label():
        path.unlink(missing_ok=True)
    else:
        write_json(path, asdict(kept))
    return kept
