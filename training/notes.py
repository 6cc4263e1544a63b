"""What a person is told of a data set: files that were left out, and why; what was done with the pixels; what follows for a training.

A note (training/model.py) is a kind and its numbers, kept in the card; ``sentence`` says it in English, the page in its own language.
"""

from __future__ import annotations

from .model import Note

LEFT_OUT = {
    "damaged": "damaged or cut short.",
    "heic": "HEIC, an iPhone's format. Export them as JPEG.",
    "jxl": "JPEG XL. Export them as JPEG or PNG.",
    "svg": "SVG, a drawing without pixels. Export them as PNG.",
    "raw": "a camera's raw file. Export them as JPEG.",
    "psd": "Photoshop. Export them as PNG.",
    "pdf": "PDF. Export the pages as PNG.",
    "video": "video. Take single pictures out of it.",
    "format": "an image format that is not read here. Export them as PNG.",
    "archive": "an archive within an archive, or of another kind than .zip. Unpack it first.",
    "packed": "packed by a method that is not read here (Deflate64, say). Unpack the zip and choose the folder.",
    "other": "no images.",
    "large": "larger than is taken: 64 MB or 90 million pixels a file.",
    "copies": "copies of others.",
    "noclass": "without a class that the training images have.",
}
"""Kinds of files that are left out: what they are, and the way out."""

SAID = {
    "transparent": "Transparent parts lie on white now: {n} × images.",
    "deep": "More than 8 bits a pixel: {n} × images; {low:g} became black and {high:g} white.",
    "dark": "Nearly black: the brightest pixel of all is {n} of 255. Were the values meant for another range?",
    "split": "The folder {name} is held out for measuring, never trained on: {n} × images.",
    "names": "The names in this zip are not in Unicode; they were read as {name}.",
    "batch": "Batches are {n} images, fewer than usual, since there are few training images.",
    "suited": "{name} follows from the images.",
}
"""Everything else."""

WORDS = {**{kind: f"Left out: {{n}} × {words}" for kind, words in LEFT_OUT.items()}, **SAID}


def sentence(note: Note) -> str:
    """A note in English; "" for one of an unknown kind."""
    count = f"{note.n:,}" if note.kind in LEFT_OUT else note.n
    return WORDS.get(note.kind, "").format(n=count, name=note.name, low=note.low, high=note.high)


__all__ = ["LEFT_OUT", "SAID", "WORDS", "Note", "sentence"]
