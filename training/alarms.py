"""What looks wrong in a training, from its log and its samples, and what to try. Pure functions, and the file that keeps what was found.

``alarms.jsonl`` in a run's folder: {"images", "alarm", "values", "text"} where an alarm begins, {"images", "over"} where it ends.
A leaf, so that the page reads the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from . import log
from .files import Outside, append, inside, tail

FILE, MOST_BYTES = "alarms.jsonl", 2**20
FEWEST, RECENT = 15, 10                        # log lines before anything is said, and the last ones that are looked at
LATE = 0.2                                     # share of a run before which a model may still be nothing in particular
SAME = 0.08                                    # alikeness below which samples are nearly one image
WON = 0.02                                     # how near to 1 and 0 a discriminator's answers are when it has won
Rows = list[dict[str, float]]                  # log lines: "images" and terms

TEXT = {
    "collapse": "The samples show {n} of {k} kinds (collapse). Try a Wasserstein loss with a gradient penalty, a smaller learning_rate, a "
                "larger batch_size or another seed.",
    "alike": "All samples look nearly the same (collapse). In adversarial training try a Wasserstein loss, a smaller learning_rate or "
             "another seed; an autoencoder may simply need more images.",
    "onesided": "The discriminator has won: it is sure of every image, so the generator learns little. Try a smaller learning_rate or "
                "network for it, dropout, or a Wasserstein loss with a gradient penalty.",
    "unused": "The KL term is near 0: the code says nothing of the image (posterior collapse). Try a smaller beta.",
    "rising": "The loss is far above the lowest it had. If it does not come down, stop and try a smaller learning_rate.",
    "diverging": "{term} is {n} times what it was: the networks drive each other apart. Try a smaller learning_rate or a gradient penalty.",
}


def alikeness(images: Tensor) -> float:
    """How much images (n, C, H, W) differ from each other, as a share of how much their pixels differ at all: 0 when all are the same
    image, about 1 when they have nothing in common."""
    x = images.flatten(1).double()
    return float(x.std(0, correction=0).mean() / (x.std(correction=0) + 1e-9))


def collapse(coverage: float, k: int, least: float) -> dict[str, Any] | None:
    """Values for the sentence when fewer than ``least`` · k of k kinds (or modes) are drawn."""
    return {"n": float(f"{coverage:.2g}"), "k": k} if coverage < least * k else None


def discriminator_won(rows: Rows) -> bool:
    """Whether it has said real of real images and fake of generated ones, all but surely, for a while, and the generator's cross-entropy
    is as high as that makes it. A generator with another aim (feature matching) is not held up by such a discriminator."""
    recent = [r for r in rows if "discriminator/real" in r and "discriminator/fake" in r][-RECENT:]
    if len(recent) < RECENT:
        return False
    mean = {k: np.mean([r.get(k, 0.0) for r in recent]) for k in ("discriminator/real", "discriminator/fake", "generator/loss")}
    return bool(mean["discriminator/real"] > 1 - WON and mean["discriminator/fake"] < WON and mean["generator/loss"] > -np.log(2 * WON))


def unused(rows: Rows) -> bool:
    """Whether a KL term has been near 0 for a while."""
    return any(k.split("/")[-1] == "kl" and np.mean([r[k] for r in rows[-RECENT:] if k in r]) < 0.05 for k in rows[-1])


def rising(rows: Rows) -> bool:
    """Whether the loss of a single network is far above the lowest it had."""
    values = np.array([r["loss"] for r in rows if "loss" in r])
    if len(values) <= 20:
        return False
    lowest = np.convolve(values, np.ones(5) / 5, "valid").min()
    return bool(values[-RECENT:].mean() - lowest > 0.5 * max(values[0] - lowest, 1e-9))


def diverging(rows: Rows) -> dict[str, Any] | None:
    """Values for the sentence when a loss of several networks is ten times as large as it was in the middle of the run so far."""
    for k in rows[-1]:
        values = np.abs([r[k] for r in rows if k in r]) if k.endswith("/loss") else np.zeros(0)
        if len(values) >= 5 * RECENT:
            usual, now = float(np.median(values[:-RECENT])), float(np.median(values[-RECENT:]))
            if now > 10 * max(usual, 1.0):
                return {"term": k, "n": round(now / max(usual, 1.0))}
    return None


def found(rows: Rows, total: int, drawn: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """All alarms of a run of ``total`` images, by name, with the values of their sentences.

    ``drawn``: what is known of its last samples: ``coverage``, ``k`` and ``least`` (see ``collapse``), and ``alikeness``.
    """
    if len(rows) < FEWEST:
        return {}
    out: dict[str, dict[str, Any]] = {}
    late, drawn = rows[-1]["images"] >= LATE * total, drawn or {}
    if late:
        if "coverage" in drawn and (values := collapse(drawn["coverage"], drawn["k"], drawn["least"])):
            out["collapse"] = values
        elif drawn.get("alikeness", 1.0) < SAME:
            out["alike"] = {}
        if discriminator_won(rows):
            out["onesided"] = {}
        if unused(rows):
            out["unused"] = {}
    if values := diverging(rows):
        out["diverging"] = values
    if rising(rows):
        out["rising"] = {}
    return out


def sentence(name: str, values: Mapping[str, object]) -> str:
    """What to tell a person, with what to try."""
    return TEXT[name].format_map(values)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of an alarms file; none where there is none. What is no such line, as one that a kill cut off, is left out."""
    try:
        rows = log.objects(tail(path, MOST_BYTES))
    except FileNotFoundError:
        return []
    return [row for row in rows if _known(row.get("alarm")) and _plain(row.get("values")) or _known(row.get("over"))]


def _known(name: object) -> bool:
    return isinstance(name, str) and name in TEXT


def _plain(values: object) -> bool:
    """Whether these are values of a sentence: a few numbers and words."""
    return values is None or isinstance(values, dict) and len(values) <= 8 and \
        all(log.number(v) or isinstance(v, str) and len(v) <= log.LONGEST for v in values.values())


def active(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The alarms that have begun and not ended, oldest first, with their values."""
    out: dict[str, dict[str, Any]] = {}
    for row in rows:
        if "over" in row:
            out.pop(row["over"], None)
        else:
            out[row["alarm"]] = dict(row.get("values") or {})
    return out


def of(folder: Path) -> dict[str, dict[str, Any]]:
    """The alarms of a run that have begun and not ended; none where the file cannot be read."""
    try:
        return active(read(inside(folder, FILE)))
    except (OSError, Outside):
        return {}


class Record:
    """The alarms of a training as it goes; goes on from the file, which a resume has cut to what it had seen."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.active = active(read(self.path))

    def update(self, images: int, now: Mapping[str, dict[str, Any]]) -> list[str]:
        """Write what began and what ended; returns the sentences of what began."""
        began = [k for k in now if k not in self.active]
        ended = [k for k in self.active if k not in now]
        lines = [{"images": images, "alarm": k, "values": now[k], "text": sentence(k, now[k])} for k in began]
        lines += [{"images": images, "over": k} for k in ended]
        if lines:
            append(self.path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        self.active = {k: v for k, v in self.active.items() if k in now} | {k: now[k] for k in began}
        return [sentence(k, now[k]) for k in began]
