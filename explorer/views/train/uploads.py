"""Where an upload is made safe: a person's own images on their way to a training, and the notes on what of them is left out."""

from __future__ import annotations

import base64
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeGuard

from training import data_preview, image_tables, notes, pictures
from training.archive import TARS
from training.data import DataError
from training.file_names import readable, shortened
from training.files import Outside, inside, read_json, write_json
from training.image_folder import Survey, survey
from training.sources import FEWEST
from training.table_options import Reading

from .answers import NoteTold, SurveyAnswer
from .error import JobError

JOB = Path("resume") / "job.json"               # what a resume needs beside the card; ignored by git as the resume state is
UPLOADS = ".uploads"
MOST_UPLOAD = 1024**3                           # bytes of one upload
MOST_FILES = 20_000
MOST_CHUNK = 4 * 1024**2
KEEP_FREE = 1024**3                             # bytes of disk that an upload leaves
UPLOAD_AGE = 24 * 3600.0                        # seconds after which an upload that no run uses is removed
MOST_NAME = 40                                  # letters of a set's name that are kept
DEEPEST = 8                                     # folders of a file's path that are kept, its name included
DROPPED = "dropped.json"                        # of an upload: kinds, numbers and one name of files that the browser left out
FOUND = "found.json"                            # of an upload: what its survey found, and how it is read
BESIDE = "mapping.txt"                          # how EMNIST's lists of classes end, which its tables need
OF_NUMBERS = {"is_arrays", "is_csv", "is_idx"}  # kinds of tables of which a person may say how their images lie
SAID_LATER = {"grey", "colour", "held"}         # by what follows for a training


def is_token(said: object) -> TypeGuard[str]:
    """Whether it looks like what ``begin`` gives: nothing else is ever part of a path."""
    return isinstance(said, str) and re.fullmatch(r"[0-9a-f]{16}", said) is not None


def safe_parts(path: str) -> list[str]:
    """A stranger's path as names that are harmless below a folder, the last ones: no "..", no hidden folder, no character that a system
    reads; empty where nothing is left of the file's own name."""
    parts = [re.sub(r"[^\w.\- ]", "_", p).lstrip(".")[-80:] for p in re.split(r"[\\/]", path)][-DEEPEST:]
    return [p for p in parts if p] if parts and parts[-1] else []


class Uploads:
    """A person's own images, received in pieces under ``root``; a token stands for them, never a path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._held: dict[str, list[int]] = {}   # token → bytes and files so far

    def begin(self, title: str) -> str:
        """A new, empty upload; ``title`` names the data set. Returns its token."""
        self.clear()
        token = secrets.token_hex(8)
        name = re.sub(r'[\\/:*?"<>|]+', " ", readable(title))[:MOST_NAME].strip(" .") or "images"         # its folder says its title
        (self.root / token / name).mkdir(parents=True)
        return token

    def _folder(self, token: str) -> Path:
        if not is_token(token) or not (self.root / token).is_dir():
            raise JobError("These images are no longer on the server; choose them again.", "train.error.upload.gone")
        return next(p for p in sorted((self.root / token).iterdir()) if p.is_dir())

    def add(self, token: str, path: str, piece: bytes, first: bool) -> None:
        """Write or append a piece of the file ``path``, made harmless, hidden folders and ".." left out."""
        folder = self._folder(token)
        parts = safe_parts(path)
        if not parts or len(piece) > MOST_CHUNK:
            raise JobError("A file of this upload has no usable name.", "train.error.upload.name")
        if not taken(parts[-1]):
            raise JobError(f"{parts[-1]} is neither an image nor an archive or table of images.", "train.error.upload.kind",
                           name=parts[-1])
        target = folder.joinpath(*parts)
        if target == folder or first == target.exists():
            raise JobError("A file of this upload came twice or in the wrong order; choose the images again.", "train.error.upload.order")
        self._room(token, folder, len(piece), first)
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb" if first else "ab") as f:
            f.write(piece)

    def _room(self, token: str, folder: Path, more: int, first: bool) -> None:
        if token not in self._held:
            sizes = [p.stat().st_size for p in folder.rglob("*") if p.is_file()]
            self._held[token] = [sum(sizes), len(sizes)]
        held = self._held[token]
        held[0], held[1] = held[0] + more, held[1] + first
        if held[0] > MOST_UPLOAD or held[1] > MOST_FILES:
            raise JobError("These images are more than 1 GB; choose fewer or smaller ones.", "train.error.upload.large")
        if shutil.disk_usage(folder).free - more < KEEP_FREE:
            raise JobError("The server's disk is nearly full, so it takes no images now.", "train.error.upload.disk")

    def source(self, token: str) -> Path:
        """The folder or file that training reads. Raises JobError where there is clearly nothing to train on."""
        place = self._place(token)
        files = [p for p in place.rglob("*") if p.is_file()] if place.is_dir() else []
        n = len(files)
        if place.is_dir() and n < FEWEST and not any(holds_many(p.name) for p in files):
            raise JobError(f"Training needs at least {FEWEST} images; these are {n}.", "train.error.upload.few", least=FEWEST, n=n)
        return place

    def _place(self, token: str) -> Path:
        """Of one archive or table that file, under the name of the set; of anything else the folder."""
        folder = self._folder(token)
        files = [p for p in folder.rglob("*") if p.is_file()]
        if len(files) == 1 and (ending := next((e for e in MANY if files[0].name.lower().endswith(e)), "")):
            if ending == ".zip" and not zipfile.is_zipfile(files[0]):
                raise JobError(f"{files[0].name} is not a zip, or a damaged one.", "train.error.upload.zip", name=files[0].name)
            files[0].replace(folder.parent / f"{folder.name}{ending}")
        return next((p for p in sorted(folder.parent.iterdir()) if p.is_file() and p.name.startswith(f"{folder.name}.")), folder)

    def survey(self, token: str, dropped: dict[str, int], reading: Reading, first: Mapping[str, str] | None = None) -> SurveyAnswer:
        """What the images are, and notes on what will be left out, the browser's ``dropped`` (kind → files) among them, by name the
        ``first`` of a kind; they are kept for the monitor as ``reading`` is for the training. Raises JobError where that is too little to
        train on."""
        first = first or {}
        try:
            found = survey(self._place(token), reading, self.root / token)
        except DataError as e:
            raise JobError(str(e), e.key, **e.values) from e
        left = [notes.Note(k, n, shortened(first[k]) if first.get(k) else "") for k, n in dropped.items()
                if k in notes.LEFT_OUT and 0 < n <= MOST_FILES]
        write_json(self.root / token / DROPPED, [asdict(n) for n in left])
        told = merged([*found.notes, *left])
        write_json(self.root / token / FOUND, dict(images=found.images, held_out=found.held_out, grey=found.grey,
                                                   turned=reading.turned, part=reading.part))
        if found.images < FEWEST:
            sentence = " ".join((f"Training needs at least {FEWEST} images; these are {found.images}.", *map(notes.sentence, told)))
            raise JobError(sentence, "train.error.upload.few", least=FEWEST, n=found.images, notes=as_json(told))
        return _answer(found, told, reading)

    def reading(self, token: str) -> Reading:
        """How an upload is read: as its last survey was asked. Raises JobError where there is no such upload."""
        self._folder(token)
        try:
            kept = read_json(self.root / token / FOUND, 2**12)
            return Reading(str(kept.get("turned", "auto")), str(kept.get("part", "")))
        except (OSError, ValueError, TypeError, AttributeError):
            return Reading()

    def found(self, token: str) -> tuple[int, int, bool]:
        """How many images the survey of an upload found, how many of them are held out, and whether they are grey. Raises JobError where
        there was none."""
        try:
            self._folder(token)
            kept = read_json(self.root / token / FOUND, 2**12)
            return int(kept["images"]), int(kept["held_out"]), bool(kept["grey"])
        except (OSError, ValueError, TypeError, KeyError) as e:
            raise JobError("These images are no longer on the server; choose them again.", "train.error.upload.gone") from e

    def dropped(self, token: object) -> list[notes.Note]:
        """What the browser left out of an upload."""
        if not is_token(token):
            return []
        try:
            kept = [notes.Note.from_dict(n) for n in read_json(self.root / token / DROPPED, 2**13)]
            return [n for n in kept if n.kind in notes.LEFT_OUT]
        except (OSError, ValueError, TypeError, KeyError):
            return []

    def remove(self, token: str) -> None:
        """Forget an upload."""
        if is_token(token):
            shutil.rmtree(self.root / token, ignore_errors=True)

    def clear(self) -> None:
        """Remove uploads of more than a day ago that no run was trained on."""
        if not self.root.is_dir():
            return
        used = {job_of(p.parents[1]).get("upload") for p in self.root.parent.glob(f"*/{JOB.as_posix()}")}
        for folder in self.root.iterdir():
            if folder.name not in used and time.time() - folder.stat().st_mtime > UPLOAD_AGE:
                self.remove(folder.name)


def _answer(found: Survey, told: list[notes.Note], reading: Reading) -> SurveyAnswer:
    kinds = {n.kind for n in found.found}
    sheet = base64.b64encode(data_preview.png(found)).decode("ascii")
    return SurveyAnswer(images=found.images, notes=as_json(told), found=as_json([n for n in found.found if n.kind not in SAID_LATER]),
                        sheet=sheet and f"data:image/png;base64,{sheet}", table=bool(kinds & OF_NUMBERS), turned=reading.turned,
                        parts=list(found.parts), part=reading.part or next(iter(found.parts), ""))


MANY = sorted((*TARS, *image_tables.ENDINGS, ".zip"), key=len, reverse=True)


def holds_many(name: str) -> bool:
    """Whether a file of this name can hold many images."""
    return name.lower().endswith(tuple(MANY)) or bool(image_tables.kind_of(name))


def taken(name: str) -> bool:
    """Whether a file of this name is one of images, or belongs to such."""
    return holds_many(name) or name.lower().endswith((*pictures.ENDINGS, BESIDE))


def merged(told: list[notes.Note]) -> list[notes.Note]:
    """Notes of one kind of left-out files as one, with the first name of a file."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for note in told:
        counts[note.kind] = counts.get(note.kind, 0) + note.n
        first[note.kind] = first.get(note.kind) or note.name
    rest = [n for n in told if n.kind not in notes.LEFT_OUT]
    return [notes.Note(k, counts[k], first[k]) for k in notes.LEFT_OUT if counts.get(k)] + rest


def as_json(told: list[notes.Note]) -> list[NoteTold]:
    """Notes as the page takes them."""
    return [NoteTold(kind=n.kind, n=n.n, name=n.name, low=n.low, high=n.high, sentence=notes.sentence(n)) for n in told]


def job_of(folder: Path) -> dict[str, Any]:
    """What ``start`` kept for a resume, {} where there is nothing or it is damaged."""
    try:
        value = read_json(inside(folder, JOB), 2**16)
    except (OSError, ValueError, Outside):
        return {}
    return value if isinstance(value, dict) else {}
