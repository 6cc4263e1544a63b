"""Which files hold many images each, told by their names, and which part of a split a name says."""

from __future__ import annotations

import re
from collections.abc import Collection

ENDINGS = (".npz", ".npy", ".csv", ".csv.gz", ".parquet")
KINDS = ("parquet", "arrays", "idx", "csv")
"""In the order in which they are looked for, where a folder holds several."""
IDX = re.compile(r"idx[1-4][._-](ubyte|byte|short|int|float|double)(\.gz)?$")
TRAIN = {"train", "training"}
TEST = {"test", "testing", "val", "valid", "validation", "dev", "eval", "held-out", "heldout"}
FURTHER = {"t10k": "test", "publictest": "test", "privatetest": "test"}       # MNIST's and Kaggle's own words
TURNED = re.compile(r"(?<![a-z])emnist")          # sets that are stored with rows and columns exchanged


def kind_of(name: str) -> str:
    """One of KINDS, or "" for a file of another kind."""
    name = name.lower()
    if name.endswith(".parquet"):
        return "parquet"
    if name.endswith((".npz", ".npy")):
        return "arrays"
    if IDX.search(name):
        return "idx"
    return "csv" if name.endswith((".csv", ".csv.gz")) else ""


def words(name: str) -> list[str]:
    """The words of a name, in small letters."""
    return [w for w in re.split(r"[^a-z0-9]+", name.lower()) if w]


def split_of(name: str) -> str:
    """The word by which a name says that it holds one part of a split, "" where none does: of ``x_train.npy`` train, of
    ``data/test-00000-of-00001.parquet`` test."""
    return next((w for w in reversed(words(name)) if w in TRAIN | TEST or w in FURTHER), "")


def held_out(split: str) -> bool:
    """Whether a word of a split means what is held out."""
    return split in TEST or split in FURTHER


def is_split(found: Collection[str]) -> bool:
    """Whether these words, one of each image, say a split: what is trained on and what is held out, and nothing else."""
    return any(w in TRAIN for w in found) and any(map(held_out, found)) and all(w in TRAIN or held_out(w) for w in found)


__all__ = ["ENDINGS", "IDX", "KINDS", "TEST", "TRAIN", "TURNED", "held_out", "is_split", "kind_of", "split_of", "words"]
