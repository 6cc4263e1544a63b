"""Training from the page: one process of its own at a time, which outlives a reload, a closed tab and the page's server.

What is known of a training lies in its run's folder (``status.json``, ``log.jsonl``, ``alarms.jsonl``, ``samples.webp``, written by
``python -m training``), so whoever looks sees the same, also after a restart. Everything that changes something asks ``access`` first.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import psutil

import training
from training import alarms, checkpoint, families, heldout, lock, log, notes, pictures, status
from training.card import NAME
from training.data import SIZES, TITLES, DataError, cache_folder, forget
from training.files import Outside, inside, read_json, tail, write_json
from training.folder import FEWEST, survey
from training.model import DataSpec, Family, SettingError
from training.names import readable
from training.status import STATUS, Status

from ... import Refused
from ...runs import lanes
from ...server.access import Access

PROCESS_LOG = "process.log"
JOB = Path("resume") / "job.json"               # what a resume needs beside the card; ignored by git as the resume state is
UPLOADS = ".uploads"
OWN = "folder"                                  # the data set that is a person's own images
FIRST, QUICK = "vae", "quick"                    # what the form proposes to a newcomer, where there is such a family and recipe
POINTS = 400                                    # of a curve
MOST_ROWS = 8000                                # of a log that are kept in memory
MOST_SHEET = 2**25                              # bytes of a sheet of samples
NEW, DELETED = ".new-", ".deleted-"             # how folders begin that are not there yet, or no more
MOST_UPLOAD = 1024**3                           # bytes of one upload
MOST_FILES = 20_000
MOST_CHUNK = 4 * 1024**2
KEEP_FREE = 1024**3                             # bytes of disk that an upload leaves
UPLOAD_AGE = 24 * 3600.0                        # seconds after which an upload that no run uses is removed
ACTIVE = ("starting", "running", "measuring")
DEEPEST = 8                                     # folders of a file's path that are kept, its name included
DROPPED = "dropped.json"                        # of an upload: kinds and numbers of files that the browser left out


class JobError(Refused):
    """What was asked cannot be done; one sentence, and a key with values by which the page says it in another language."""

    def __init__(self, sentence: str, key: str = "", **values: Any) -> None:
        super().__init__(sentence)
        self.key, self.values = key, values


class Log:
    """The lines of a growing ``log.jsonl``; each call reads only what is new, and the first of a long one its end. Where there are more
    than ``MOST_ROWS`` they are averaged, so that a call's work is bounded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, float]] = []
        self._lock = threading.Lock()
        self._file, self._offset = -1, 0

    def read(self) -> list[dict[str, float]]:
        """All complete lines so far; a file that was replaced (by a resume) is read anew."""
        with self._lock:
            try:
                with open(inside(self.path.parent, self.path.name), "rb") as f:
                    known = os.fstat(f.fileno())
                    if known.st_ino != self._file or known.st_size < self._offset:
                        self.rows, self._file, self._offset = [], known.st_ino, 0
                    self._offset = max(self._offset, known.st_size - log.MOST_BYTES)
                    f.seek(self._offset)
                    new = f.read(log.MOST_BYTES)
            except (OSError, Outside):
                self.rows, self._offset = [], 0
                return []
            whole = new[:new.rfind(b"\n") + 1]
            self._offset += len(whole)
            rows = [*self.rows, *log.parse(whole)]
            self.rows = log.thin(rows, MOST_ROWS // 2) if len(rows) > MOST_ROWS else rows
            return self.rows


def curves(rows: list[dict[str, float]], points: int = POINTS) -> dict[str, list[list[float]]]:
    """Each logged term as at most ``points`` pairs [images, value]; more lines are averaged in equal parts."""
    out: dict[str, list[list[float]]] = {}
    for name in dict.fromkeys(k for r in rows for k in r if k not in ("images", "seconds", "images_per_second")):
        pairs = np.array([[r["images"], r[name]] for r in rows if name in r], np.float64)
        if len(pairs) > points:
            pairs = np.stack([part.mean(0) for part in np.array_split(pairs, points)])
        out[name] = [[round(x), float(f"{y:.5g}")] for x, y in pairs.tolist()]
    return out


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

    def survey(self, token: str, dropped: dict[str, int]) -> dict[str, Any]:
        """How many files can be images, and notes on what will be left out, the browser's ``dropped`` (kind → files) among them, which
        are kept for the monitor. Raises JobError where that is too little to train on."""
        try:
            found = survey(self._place(token))
        except DataError as e:
            raise JobError(str(e), e.key, **e.values) from e
        kinds = {k: n for k, n in dropped.items() if k in notes.LEFT_OUT and 0 < n <= MOST_FILES}
        write_json(self.root / token / DROPPED, kinds)
        told = merged([*found.notes, *(notes.Note(k, n) for k, n in kinds.items())])
        if found.images < FEWEST:
            sentence = " ".join((f"Training needs at least {FEWEST} images; these are {found.images}.", *map(notes.sentence, told)))
            raise JobError(sentence, "train.error.upload.few", least=FEWEST, n=found.images, notes=as_json(told))
        return dict(images=found.images, notes=as_json(told))

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
        used = {_job(p.parents[1]).get("upload") for p in self.root.parent.glob(f"*/{JOB.as_posix()}")}
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


def as_json(told: list[notes.Note]) -> list[dict[str, Any]]:
    """Notes as the page takes them."""
    return [dict(dataclasses.asdict(n), sentence=notes.sentence(n)) for n in told]


def _job(folder: Path) -> dict[str, Any]:
    """What ``start`` kept for a resume, {} where there is nothing or it is damaged."""
    try:
        value = read_json(inside(folder, JOB), 2**16)
    except (OSError, ValueError, Outside):
        return {}
    return value if isinstance(value, dict) else {}


def _changed(path: Path) -> int:
    """When a file was changed, 0 where there is none (any more)."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def describe(family: Family) -> dict[str, Any]:
    """What the form needs of a family: texts, recipes and settings, as JSON has it."""
    fields = []
    for f in dataclasses.fields(family.Config):
        default = list(f.default) if isinstance(f.default, tuple) else f.default
        fields.append(dict(f.metadata, name=f.name, kind="numbers" if isinstance(f.default, tuple) else type(f.default).__name__,
                           default=default))
    found = dict(name=family.name, title=family.title, paper=family.paper, equation=family.equation, summary=family.summary,
                 settings=fields, recipes=family.recipes)
    return json.loads(json.dumps(found))        # tuples as lists


def chosen(family: Family, settings: dict[str, Any]) -> dict[str, Any]:
    """A form's values in the types of the family's Config; what it does not know is left for ``Config.from_dict`` to refuse."""
    kinds = {f.name: f.default for f in dataclasses.fields(family.Config)}
    out = {}
    for name, value in settings.items():
        default = kinds.get(name)
        if isinstance(default, tuple):
            if isinstance(value, str):
                value = value.replace(",", " ").split()
            try:
                value = tuple(type(default[0])(v) for v in value)
            except (TypeError, ValueError) as e:
                raise JobError(f"{name} must be whole numbers with commas between them.", "train.error.numbers", name=name) from e
        elif isinstance(default, int) and not isinstance(default, bool) and isinstance(value, float) and value.is_integer():
            value = int(value)
        out[name] = value
    return out


def arguments(settings: dict[str, Any]) -> list[str]:
    """Settings as options of ``python -m training train``."""
    out = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            out.append(f"--{flag}" if value else f"--no-{flag}")
        elif isinstance(value, tuple):
            out += [f"--{flag}", *map(str, value)]
        else:
            out.append(f"--{flag}={value}")
    return out


class Jobs:
    """The trainings of the runs in ``trained``. One at a time, whoever started it and wherever; may be used by several threads."""

    def __init__(self, trained: Path, access: Access, save_seconds: float | None = None, evaluate: bool = True) -> None:
        self.trained, self.access = Path(trained).resolve(), access
        self.save_seconds, self.evaluate = save_seconds, evaluate
        self.uploads = Uploads(self.trained / UPLOADS)
        self._lock = threading.RLock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, Log] = {}
        self._tracked: dict[str, bool] = {}

    # What there is.

    def form(self) -> dict[str, Any]:
        """Everything the form shows: families with their settings, data sets, names that are taken."""
        cache = cache_folder()
        return dict(training=self.access.training, families=[describe(f) for f in families.families().values()],
                    data=[dict(name=n, title=t, ready=n == OWN or (cache / f"{n}.npz").is_file()) for n, t in TITLES.items()],
                    own=OWN, sizes=list(SIZES), first=FIRST, quick=QUICK, taken=[p.name for p in self._folders() if not self._free(p)])

    def _folders(self) -> list[Path]:
        """The folders that may hold runs, by name."""
        try:
            return [p for p in checkpoint.folders(self.trained) if NAME.fullmatch(p.name)]
        except OSError:
            return []

    def _free(self, folder: Path) -> bool:
        """Whether a new run may use this folder: there is nothing, or only what a training left that never saved."""
        if not folder.exists():
            return True
        return not (folder / checkpoint.CARD).exists() and (folder / STATUS).is_file() and not self._busy(folder)

    def _process(self, folder: Path) -> psutil.Process | None:
        """The live process that trains this run: its pid is in the status, and it really is such a training."""
        there = status.read(folder)
        mine = self._processes.get(folder.name)
        if there is not None and mine is not None and mine.pid == there.pid and mine.poll() is not None:
            return None
        return status.process(folder, there)

    def _busy(self, folder: Path) -> bool:
        """Whether a process trains this run, also one that cannot be told from the status."""
        return self._process(folder) is not None or lock.held(folder)

    def running(self) -> list[str]:
        """Names of the runs that are being trained now."""
        return [p.name for p in self._folders() if (p / STATUS).is_file() and self._busy(p)]

    def snapshot(self, name: str | None = None) -> dict[str, Any]:
        """How a training goes: ``name``'s, else that of the one that runs, else of the one that ran last.

        ``state``: idle (there is none), starting, running, measuring, finished, stopped, failed, diverged, or interrupted (its process is
        gone). ``terms``: see ``curves``. ``alarms``: those of the loop that have not ended, with values. ``can``: what may be done with it.
        """
        now = self.running()
        known = {p.name: p for p in self._folders() if (p / STATUS).is_file()}
        if name not in known:
            name = now[0] if now else max(known, key=lambda n: _changed(known[n] / STATUS), default=None)
        out: dict[str, Any] = dict(training=self.access.training, running=now, recent=self._recent(known, now))
        if name is None:
            return dict(out, state="idle", name=None)
        folder, there = known[name], status.read(known[name]) or Status()
        rows = self._logs.setdefault(name, Log(folder / checkpoint.LOG)).read()
        total, images = there.images, int(rows[-1]["images"]) if rows else 0
        state, message = self._state(folder, there, name in now, images >= total > 0, bool(rows))
        speeds = [r["images_per_second"] for r in rows[-10:] if r.get("images_per_second", 0) > 0]
        speed = float(np.median(speeds)) if speeds else None
        card, mtime = (folder / checkpoint.CARD).is_file(), _changed(folder / checkpoint.SAMPLES)
        looks = alarms.of(folder) if state in ("running", "measuring", "finished", "stopped") else {}
        live, mine, kept = state in ACTIVE, self.access.training, card and (folder / "resume" / "current.json").is_file()
        told, key, values = notes.read(folder)
        told = merged([*told, *self.uploads.dropped(_job(folder).get("upload"))])
        return dict(out, notes=as_json(told), error=dict(key=key, values=values) if state == "failed" and key else None,
                    state=state, name=name, family=there.family, data=there.data, message=message,
                    started=there.started, images=images, total=total, images_per_second=speed,
                    seconds=rows[-1].get("seconds") if rows else None,
                    seconds_left=round((total - images) / speed, 1) if speed and state == "running" else None,
                    terms=curves(rows), samples_mtime=str(mtime) if mtime else None, alarms=looks, resumable=kept,
                    can=dict(stop=mine and state in ("starting", "running"), open=card, delete=mine and not live and self._ours(folder),
                             resume=mine and not now and kept and state in ("stopped", "interrupted", "failed")))

    def _recent(self, known: dict[str, Path], now: list[str]) -> list[dict[str, str]]:
        """The last runs trained here, newest first, and how they ended."""
        newest = sorted(known, key=lambda n: _changed(known[n] / STATUS), reverse=True)[:8]
        states = {n: (status.read(known[n]) or Status()).state for n in newest}
        return [dict(name=n, state="interrupted" if s == "running" and n not in now else s) for n, s in states.items()]

    def _state(self, folder: Path, there: Status, alive: bool, all_seen: bool, any_seen: bool) -> tuple[str, str]:
        if there.state != "running":
            return there.state, there.message
        if alive:
            if all_seen:
                return "measuring", ""
            return ("running" if any_seen and not there.message else "starting"), self._last_line(folder, "data:")
        process = self._processes.get(folder.name)
        if process is not None and (process.returncode or 0) > 0:
            return "failed", self._last_line(folder)
        return "interrupted", ""

    @staticmethod
    def _last_line(folder: Path, start: str = "") -> str:
        """The last line that the process printed and that begins with ``start``."""
        try:
            text = tail(inside(folder, PROCESS_LOG), 4000).decode("utf-8", "replace")
        except (OSError, Outside):
            return ""
        return next((s.strip() for s in reversed(text.splitlines()) if s.strip() and s.startswith(start)), "")

    def samples(self, name: str) -> bytes | None:
        """The run's sheet of samples (WebP), None where there is none. The name is only looked up, never made a path."""
        folder = next((p for p in self._folders() if p.name == name), None)
        try:
            return tail(inside(folder, checkpoint.SAMPLES), MOST_SHEET) if folder is not None else None
        except (OSError, Outside):
            return None

    # What changes something.

    def start(self, family: str, data: str, recipe: str, settings: dict[str, Any], name: str, upload: str | None = None,
              size: int | None = None) -> str:
        """Check everything, then start a training; returns the run's name. Raises JobError or VisitorError with one sentence."""
        self.access.require_training()
        try:
            kind = families.get(family)
            values = chosen(kind, settings)
            checkpoint.check_name(name)
            config = kind.Config.from_dict({**(kind.recipe(recipe, data) if recipe else {}), **values})
        except (SettingError, checkpoint.CheckpointError) as e:
            raise JobError(str(e), "train.error.name" if isinstance(e, checkpoint.CheckpointError) else "") from e
        if data not in TITLES:
            raise JobError(f"There is no data set {data!r}; there are {', '.join(TITLES)}.")
        options = [f"--recipe={recipe}"] if recipe else []
        job: dict[str, Any] = {}
        if data == OWN:
            if not upload:
                raise JobError("Choose images first: at least 20, or a .zip of them.", "train.error.upload.none")
            job = dict(upload=upload, size=size if size in SIZES else SIZES[-1])
            options += self._own(job)
        if name != f"{family}-{data}":
            options.append(f"--title={name}")
        with self._slot():
            folder = self.trained / name
            if not self._free(folder):
                raise JobError(f"There is a run {name} already; choose another name.", "train.error.taken", name=name)
            self._clear()
            self._make(folder, job)
            quick = recipe == QUICK
            try:
                self._launch(folder, family, data, config.images, [f"--data={data}", *options, *arguments(values)], 3.0 if quick else 20.0)
            except OSError:
                self._discard(folder)               # a full disk: the name stays free
                raise
        return name

    def _make(self, folder: Path, job: dict[str, Any]) -> None:
        """A new run's folder, as a whole or not at all; what a training left there that never saved goes."""
        new = self.trained / f"{NEW}{secrets.token_hex(4)}"
        try:
            (new / JOB.parent).mkdir(parents=True)
            write_json(new / JOB, job)
            status.write(new, Status(message="starting"))
            if folder.exists():
                self._discard(folder)
            new.rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _discard(self, folder: Path) -> None:
        gone = self.trained / f"{DELETED}{secrets.token_hex(4)}"
        folder.replace(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _clear(self) -> None:
        """Remove what a kill left of ``_make`` and ``_discard``."""
        for begins in (NEW, DELETED):
            for left in self.trained.glob(f"{begins}*"):
                shutil.rmtree(left, ignore_errors=True)

    def resume(self, name: str) -> str:
        """Go on with a run that was stopped or interrupted."""
        self.access.require_training()
        with self._slot():
            folder = self._known(name)
            try:
                card = checkpoint.read_card(folder)
            except checkpoint.CheckpointError as e:
                raise JobError(str(e)) from e
            if not (folder / "resume" / "current.json").is_file():
                raise JobError(f"There is nothing to go on from: {name} has no saved state.", "train.error.nostate", name=name)
            job = _job(folder)
            options = self._own(job) if job.get("upload") else []
            data = OWN if job.get("upload") else card.data.name
            self._launch(folder, card.family, data, int(card.config.get("images", 0)), ["--resume", *options],
                         3.0 if card.recipe == QUICK else 20.0)
        return name

    def stop(self, name: str | None = None) -> str | None:
        """Ask the training to save and stop; returns its name, None where none runs."""
        self.access.require_training()
        with self._lock:
            for folder in self._folders():
                process = self._process(folder)
                if process is not None and name in (None, folder.name):
                    with contextlib.suppress(psutil.Error):
                        process.terminate()
                    return folder.name
        return None

    def delete(self, name: str) -> None:
        """Remove a run that was trained here, and a person's own images with the last run on them. Raises JobError for one that is running
        or came with the program."""
        self.access.require_training()
        with self._lock:
            folder = self._known(name)
            if self._busy(folder):
                raise JobError(f"{name} is being trained; stop it first.", "train.error.busy", name=name)
            if not self._ours(folder):
                raise JobError(f"{name} came with the program and is not deleted from here.", "train.error.shipped", name=name)
            upload, own = _job(folder).get("upload"), self._own_data(folder)
            self._discard(folder)
            if own is not None and not any(c.data.key == own.key for c in checkpoint.runs(self.trained)[0]):
                shutil.rmtree(heldout.folder_of(self.trained, own), ignore_errors=True)
                if upload:
                    forget(own)
            for kept in (self._logs, self._processes, self._tracked):
                kept.pop(name, None)
            if upload and not any(_job(p).get("upload") == upload for p in self._folders()):
                self.uploads.remove(upload)

    def begin_upload(self, title: str) -> str:
        """A token for images to come."""
        self.access.require_training()
        return self.uploads.begin(title)

    def add_upload(self, token: str, path: str, piece: bytes, first: bool) -> None:
        """A piece of a file of an upload."""
        self.access.require_training()
        self.uploads.add(token, path, piece, first)

    def check_upload(self, token: str, dropped: dict[str, int] | None = None) -> dict[str, Any]:
        """What an upload holds, see ``Uploads.survey``. Raises JobError where there is nothing to train on."""
        self.access.require_training()
        return self.uploads.survey(token, dropped or {})

    @staticmethod
    def _own_data(folder: Path) -> DataSpec | None:
        """The data set of a run, where it is a person's own."""
        try:
            data = checkpoint.read_card(folder).data
        except checkpoint.CheckpointError:
            return None
        return data if data.own else None

    def _own(self, job: dict[str, Any]) -> list[str]:
        size = job.get("size")
        return [f"--source={self.uploads.source(job['upload'])}", f"--size={size if size in SIZES else SIZES[-1]}"]

    def _known(self, name: str) -> Path:
        for folder in self._folders():
            if folder.name == name:
                return folder
        raise JobError("There is no run of that name here; it may have been renamed or deleted.", "train.error.unknown")

    def _ours(self, folder: Path) -> bool:
        """Whether a run was trained here and is not part of the program's repository."""
        if not (folder / STATUS).is_file():
            return False
        if folder.name not in self._tracked:
            command = ["git", "ls-files", "--error-unmatch", "--", checkpoint.CARD]
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, timeout=10)
                self._tracked[folder.name] = done.returncode == 0
            except (OSError, subprocess.TimeoutExpired):
                self._tracked[folder.name] = False
        return not self._tracked[folder.name]

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        """Hold the right to start, in this process and against other servers on the same folder; JobError when a training runs."""
        try:
            self.trained.mkdir(parents=True, exist_ok=True)
            with self._lock, filelock.FileLock(self.trained / ".training.lock", timeout=10):
                if now := self.running():
                    raise JobError(f"{now[0]} is being trained, and there is one training at a time; stop it or wait for it.",
                                   "train.error.slot", name=now[0])
                yield
        except filelock.Timeout as e:
            raise JobError("Another training is just being started.", "train.error.starting") from e
        except OSError as e:
            raise JobError(f"The folder of runs cannot be written ({e.strerror or e}).", "train.error.disk") from e

    def _launch(self, folder: Path, family: str, data: str, images: int, options: list[str], save_seconds: float) -> None:
        every = self.save_seconds if self.save_seconds is not None else save_seconds
        cores = _threads()
        command = [sys.executable, "-m", "training", "train", family, "--name", folder.name, f"--trained={self.trained}",
                   f"--save-seconds={every:g}", f"--threads={cores}", *options, *([] if self.evaluate else ["--no-evaluate"])]
        environment = dict(os.environ, OMP_NUM_THREADS=str(cores), PYTHONIOENCODING="utf-8")
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")    # spinning threads were measured 4 to 16 times slower on busy cores
        quiet = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        try:
            with lock.Lock(folder):
                started = datetime.now(UTC).isoformat(timespec="seconds")
                starting = Status("running", os.getpid(), family, data, images, started, "starting")
                status.write(folder, starting)          # on a full disk nothing is started
                with open(inside(folder, PROCESS_LOG), "wb") as log:
                    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment,
                                               cwd=Path(training.__file__).parent.parent, start_new_session=True, creationflags=quiet)
                self._processes[folder.name] = process
                try:
                    status.write(folder, dataclasses.replace(starting, pid=process.pid))
                except OSError:
                    process.kill()
                    raise
                _named(process)
        except lock.Taken as e:
            raise JobError(str(e), "train.error.slot", name=folder.name) from e
        except Outside as e:
            raise JobError(str(e)) from e
        lanes.stand_behind(process.pid)


def _named(process: subprocess.Popen[bytes]) -> None:
    """Return when the system shows a new process's command line. On Linux that may come a tenth of a second after its start; whoever looked
    before would take the training for one that is gone."""
    with contextlib.suppress(psutil.Error):
        while process.poll() is None and not psutil.Process(process.pid).cmdline():
            time.sleep(0.002)


def _threads() -> int:
    """CPU threads for a training: all but one, which the page keeps, where there are more than two."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores - 1 if cores > 2 else cores
