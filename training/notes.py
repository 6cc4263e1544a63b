"""What a person is told of a data set: files that were left out, and why; what was done with the pixels; what follows for a training.

A note (training/model.py) is a kind and its numbers, kept in the card; ``sentence`` says it in English, the page in its own language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .dataspec import MOST_NOTES, Note
from .files import Outside, inside, read_json, write_json

FILE = Path("resume") / "told.json"               # what is told of a training, beside the state that it resumes from
MOST_BYTES = 2**16

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
    "archive": "an archive within an archive, or of another kind than .zip and .tar. Unpack it first.",
    "table": "arrays or a table (.npz, .npy, .parquet, idx) among pictures. One that holds images is read when it is chosen by itself.",
    "packed": "packed by a method that is not read here (Deflate64, say). Unpack the zip and choose the folder.",
    "other": "no images.",
    "large": "larger than is taken: 64 MB or 90 million pixels a file.",
    "copies": "copies of others.",
    "noclass": "without a class that the training images have.",
    "rows": "rows that are no image: a value is missing or no number, or there are more or fewer of them.",
}
"""Kinds of files that are left out: what they are, and the way out."""

SAID = {
    "transparent": "Transparent parts lie on white now: {n} × images.",
    "deep": "More than 8 bits a pixel: {n} × images; {low:g} became black and {high:g} white.",
    "dark": "Nearly black: the brightest pixel of all is {n} of 255. Were the values meant for another range?",
    "split": "The folder {name} is held out for measuring, never trained on: {n} × images.",
    "part": "{name} is held out for measuring, never trained on: {n} × images.",
    "turned": "Each image is stored with rows and columns exchanged, as EMNIST's are; set right.",
    "channels": "The colours are stored one after the other (channels first); set right.",
    "range": "The numbers are not 0 to 255: {low:g} became black and {high:g} white.",
    "labelled": "The column {name} says the class.",
    "nolabels": "The labels are no classes (fractions, or more than 1,000 of them), so there are none.",
    "apart": "Labels of this format lie in a file of their own, such as {name}. Choose the folder, or a zip, that holds both.",
    "parts": "There are {n} sets within; read was {name}.",
    "names": "The names in this zip are not in Unicode; they were read as {name}.",
    "batch": "Batches are {n} images, fewer than usual, since there are few training images.",
    "suited": "{name} follows from the images.",
}
"""What was done, and what follows."""

FOUND = {
    "is_folder": "A folder of images: {n}.",
    "is_zip": "A zip of images: {n}.",
    "is_tar": "A tar of images: {n}.",
    "is_arrays": "Arrays (.npz, .npy) of images: {n}.",
    "is_csv": "A CSV of pixels, an image in each row: {n}.",
    "is_idx": "MNIST's format (idx), images: {n}.",
    "is_parquet": "A data set in parquet, images: {n}.",
    "size": "They are stored with {name} pixels.",
    "sizes": "Those looked at so far are stored with {name} pixels.",
    "grey": "They are grey.",
    "colour": "They have colours.",
    "classes": "{n} classes: {name}.",
    "noclasses": "No classes.",
    "held": "Held out for measuring: {n}.",
}
"""What a look finds (folder.survey), before anything is trained."""

FIRST = "The first: {name}."
"""Of files that are left out, where the name of one is known."""

WORDS = {**{kind: f"Left out: {{n}} × {words}" for kind, words in LEFT_OUT.items()}, **SAID, **FOUND}


def sentence(note: Note) -> str:
    """A note in English; "" for one of an unknown kind."""
    count = f"{note.n:,}" if note.kind in LEFT_OUT or note.kind in FOUND else note.n
    said = WORDS.get(note.kind, "").format(n=count, name=note.name, low=note.low, high=note.high)
    return f"{said} {FIRST.format(name=note.name)}" if note.name and note.kind in LEFT_OUT else said


def write(folder: Path, told: Iterable[Note], error: BaseException | None = None) -> None:
    """Keep what a training tells, and the key and values of why it failed where the error has them (``DataError``), for the page."""
    key, values = getattr(error, "key", ""), dict(getattr(error, "values", {}))
    told = [*told, *values.pop("notes", [])][:MOST_NOTES]
    write_json(folder / FILE, dict(notes=[asdict(n) for n in told], key=key, values=values))


def read(folder: Path) -> tuple[list[Note], str, dict[str, Any]]:
    """The notes of a training, and the key and values of why it failed; nothing of a file that is missing, damaged or too large."""
    try:
        found = read_json(inside(folder, FILE), MOST_BYTES)
        notes = [Note.from_dict(n) for n in found["notes"][:MOST_NOTES]]
        values = {str(k): v for k, v in found["values"].items() if isinstance(v, str | int | float)}
        return [n for n in notes if n.kind in WORDS], str(found["key"]), values
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, Outside):
        return [], "", {}


__all__ = ["FIRST", "FOUND", "LEFT_OUT", "SAID", "WORDS", "Note", "read", "sentence", "write"]
