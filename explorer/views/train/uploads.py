"""A person's own images on their way to a training, and the notes on what of them is left out."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

from training import notes, pictures
from training.data import DataError
from training.files import Outside, inside, read_json, write_json
from training.folder import FEWEST, survey
from training.names import readable

from .answers import NoteTold, SurveyAnswer
from .error import JobError

JOB = Path("resume") / "job.json"               # what a resume needs beside the card; ignored by git as the resume state is
UPLOADS = ".uploads"
MOST_UPLOAD = 1024**3                           # bytes of one upload
MOST_FILES = 20_000
MOST_CHUNK = 4 * 1024**2
KEEP_FREE = 1024**3                             # bytes of disk that an upload leaves
UPLOAD_AGE = 24 * 3600.0                        # seconds after which an upload that no run uses is removed
DEEPEST = 8                                     # folders of a file's path that are kept, its name included
DROPPED = "dropped.json"                        # of an upload: kinds and numbers of files that the browser left out
FOUND = "found.json"                            # of an upload: what its survey found


class Uploads:
    """A person's own images, received in pieces under ``root``; a token stands for them, never a path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._held: dict[str, list[int]] = {}   # token → bytes and files so far

    def begin(self, title: str) -> str:
        """A new, empty upload; ``title`` names the data set. Returns its token."""
        self.clear()
        token = secrets.token_hex(8)
        slug = re.sub(r"[\W_]+", "-", readable(title).lower()).strip("-")[:30].strip("-") or "images"
        (self.root / token / f"{slug}-{token[:4]}").mkdir(parents=True)
        return token

    def _folder(self, token: str) -> Path:
        if not isinstance(token, str) or not re.fullmatch(r"[0-9a-f]{16}", token) or not (self.root / token).is_dir():
            raise JobError("These images are no longer on the server; choose them again.", "train.error.upload.gone")
        return next(p for p in sorted((self.root / token).iterdir()) if p.is_dir())

    def add(self, token: str, path: str, piece: bytes, first: bool) -> None:
        """Write or append a piece of the file ``path``, made harmless, hidden folders and ".." left out."""
        folder = self._folder(token)
        parts = [re.sub(r"[^\w.\- ]", "_", p).lstrip(".")[-80:] for p in re.split(r"[\\/]", path)][-DEEPEST:]
        if not parts or not parts[-1] or len(piece) > MOST_CHUNK:
            raise JobError("A file of this upload has no usable name.", "train.error.upload.name")
        if not parts[-1].lower().endswith((*pictures.ENDINGS, ".zip")):
            raise JobError(f"{parts[-1]} is neither an image nor a .zip of images.", "train.error.upload.kind", name=parts[-1])
        target = folder.joinpath(*[p for p in parts if p])
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
        """The folder or zip that training reads. Raises JobError where there is clearly nothing to train on."""
        place = self._place(token)
        n = sum(p.is_file() for p in place.rglob("*")) if place.is_dir() else FEWEST
        if n < FEWEST and not any(place.rglob("*.zip")):
            raise JobError(f"Training needs at least {FEWEST} images; these are {n}.", "train.error.upload.few", least=FEWEST, n=n)
        return place

    def _place(self, token: str) -> Path:
        folder = self._folder(token)
        files = [p for p in folder.rglob("*") if p.is_file()]
        if len(files) == 1 and files[0].suffix.lower() == ".zip":
            if not zipfile.is_zipfile(files[0]):
                raise JobError(f"{files[0].name} is not a zip, or a damaged one.", "train.error.upload.zip", name=files[0].name)
            named = folder.with_suffix(".zip")
            files[0].replace(named)
            return named
        if (zipped := folder.with_suffix(".zip")).is_file():
            return zipped
        return folder

    def survey(self, token: str, dropped: dict[str, int]) -> SurveyAnswer:
        """How many files can be images, and notes on what will be left out, the browser's ``dropped`` (kind → files) among them, which
        are kept for the monitor. Raises JobError where that is too little to train on."""
        try:
            found = survey(self._place(token))
        except DataError as e:
            raise JobError(str(e), e.key, **e.values) from e
        kinds = {k: n for k, n in dropped.items() if k in notes.LEFT_OUT and 0 < n <= MOST_FILES}
        write_json(self.root / token / DROPPED, kinds)
        told = merged([*found.notes, *(notes.Note(k, n) for k, n in kinds.items())])
        write_json(self.root / token / FOUND, dict(images=found.images, held_out=found.held_out, grey=found.grey))
        if found.images < FEWEST:
            sentence = " ".join((f"Training needs at least {FEWEST} images; these are {found.images}.", *map(notes.sentence, told)))
            raise JobError(sentence, "train.error.upload.few", least=FEWEST, n=found.images, notes=as_json(told))
        return SurveyAnswer(images=found.images, notes=as_json(told))

    def found(self, token: Any) -> tuple[int, int, bool]:
        """How many images the survey of an upload found, how many of them are held out, and whether they are grey. Raises JobError where
        there was none."""
        try:
            self._folder(token)
            kept = read_json(self.root / token / FOUND, 2**12)
            return int(kept["images"]), int(kept["held_out"]), bool(kept["grey"])
        except (OSError, ValueError, TypeError, KeyError) as e:
            raise JobError("These images are no longer on the server; choose them again.", "train.error.upload.gone") from e

    def dropped(self, token: Any) -> list[notes.Note]:
        """What the browser left out of an upload."""
        if not isinstance(token, str) or not re.fullmatch(r"[0-9a-f]{16}", token):
            return []
        try:
            kinds = read_json(self.root / token / DROPPED, 2**12)
            return [notes.Note(str(k), int(n)) for k, n in kinds.items() if k in notes.LEFT_OUT]
        except (OSError, ValueError, TypeError, AttributeError):
            return []

    def remove(self, token: str) -> None:
        """Forget an upload."""
        if re.fullmatch(r"[0-9a-f]{16}", token or ""):
            shutil.rmtree(self.root / token, ignore_errors=True)

    def clear(self) -> None:
        """Remove uploads of more than a day ago that no run was trained on."""
        if not self.root.is_dir():
            return
        used = {job_of(p.parents[1]).get("upload") for p in self.root.parent.glob(f"*/{JOB.as_posix()}")}
        for folder in self.root.iterdir():
            if folder.name not in used and time.time() - folder.stat().st_mtime > UPLOAD_AGE:
                self.remove(folder.name)


def merged(told: list[notes.Note]) -> list[notes.Note]:
    """Notes of one kind of left-out files as one."""
    counts: dict[str, int] = {}
    for note in told:
        counts[note.kind] = counts.get(note.kind, 0) + note.n
    rest = [n for n in told if n.kind not in notes.LEFT_OUT]
    return [notes.Note(k, counts[k]) for k in notes.LEFT_OUT if counts.get(k)] + rest


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
