"""Training from the page: one process of its own at a time, which outlives a reload, a closed tab and the page's server.

What is known of a training lies in its run's folder (``status.json``, ``log.jsonl``, ``alarms.jsonl``, ``samples.webp``, written by
``python -m training``), so whoever looks sees the same, also after a restart. Everything that changes something asks ``access`` first.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import filelock
import psutil

from training import augment, checkpoint, families, heldout, lock, status
from training.data import SIZES, TITLES, DataError, Reading, forget
from training.files import Outside, write_json
from training.model import DataSpec, Family, SettingError
from training.status import Status

from ...runs import lanes
from .. import Access
from .answers import FitAnswer, FormAnswer, SurveyAnswer
from .augmentation_preview import of_known, of_own
from .error import JobError
from .form import OWN, QUICK, arguments, chosen, fitted, form, refused
from .monitor import Monitor
from .start_training import start
from .uploads import JOB, job_of

MOST_PART = 80                                  # characters of the name of a set within
NEW, DELETED = ".new-", ".deleted-"             # how folders begin that are not there yet, or no more


def _family(name: str) -> Family:
    """The family of that name. Raises JobError where there is none."""
    try:
        return families.get(name)
    except SettingError as e:
        raise JobError(str(e)) from e


class Jobs(Monitor):
    """The trainings of the runs in ``trained``, and what changes them. One at a time, whoever started it and wherever."""

    def __init__(self, trained: Path, access: Access, save_seconds: float | None = None, evaluate: bool = True,
                 others: Sequence[Path] = ()) -> None:
        """``others``: further folders whose runs are shown; a name that one has there is no name for a new one."""
        super().__init__(trained, access)
        self.save_seconds, self.evaluate, self.others = save_seconds, evaluate, others
        self._lock = threading.RLock()

    def form(self) -> FormAnswer:
        """Everything the form shows: families with their settings, data sets, names that are taken."""
        return form(self.access.training, sorted({*(p.name for p in self._folders() if not self._free(p)), *self._elsewhere()}))

    def _elsewhere(self) -> set[str]:
        """Names of the runs in other folders."""
        return {card.name for root in self.others for card in checkpoint.runs(root)[0]}

    def start(self, family: str, data: str, recipe: str, settings: dict[str, Any], name: str, upload: str | None = None,
              size: int | None = None) -> str:
        """Check everything, then start a training; returns the run's name. Raises JobError or VisitorError with one sentence."""
        self.access.require_training()
        kind = _family(family)
        try:
            values = chosen(kind, settings)
            checkpoint.check_name(name)
            config = kind.Config.from_dict({**(kind.recipe(recipe, data) if recipe else {}), **values})
        except SettingError as e:
            raise refused(kind, e) from e
        except checkpoint.CheckpointError as e:
            raise JobError(str(e), "train.error.name") from e
        if data not in TITLES:
            raise JobError(f"There is no data set {data!r}; there are {', '.join(TITLES)}.")
        options = [f"--recipe={recipe}"] if recipe else []
        job: dict[str, Any] = {}
        if data == OWN:
            if not upload:
                raise JobError("Choose images first: at least 20, or an archive or table of them.", "train.error.upload.none")
            said = self.uploads.reading(upload)
            job = dict(upload=upload, size=size if size in SIZES else SIZES[-1], turned=said.turned, part=said.part)
            options += self._own(job)
        if name != f"{family}-{data}":
            options.append(f"--title={name}")
        with self._slot():
            folder = self.trained / name
            if not self._free(folder) or name in self._elsewhere():
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
            status.write(new, Status(message=status.STARTING))
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
            job = job_of(folder)
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
            upload, own = job_of(folder).get("upload"), self._own_data(folder)
            self._discard(folder)
            if own is not None and not any(c.data.key == own.key for c in checkpoint.runs(self.trained)[0]):
                shutil.rmtree(heldout.folder_of(self.trained, own), ignore_errors=True)
                if upload:
                    forget(own)
            for kept in (self._logs, self._processes):
                kept.pop(name, None)
            if upload and not any(job_of(p).get("upload") == upload for p in self._folders()):
                self.uploads.remove(upload)

    def begin_upload(self, title: str) -> str:
        """A token for images to come."""
        self.access.require_training()
        return self.uploads.begin(title)

    def add_upload(self, token: str, path: str, piece: bytes, first: bool) -> None:
        """A piece of a file of an upload."""
        self.access.require_training()
        self.uploads.add(token, path, piece, first)

    def check_upload(self, token: str, dropped: dict[str, int] | None = None, turned: str = "auto", part: str = "",
                     first: dict[str, str] | None = None) -> SurveyAnswer:
        """What an upload holds, see ``Uploads.survey``; ``turned`` and ``part``: how a table is read. Raises JobError where there is
        nothing to train on."""
        self.access.require_training()
        try:
            reading = Reading(turned, part[:MOST_PART])
        except DataError as e:
            raise JobError(str(e)) from e
        return self.uploads.survey(token, dropped or {}, reading, first or {})

    def fit(self, family: str, recipe: str, settings: dict[str, Any], upload: str) -> FitAnswer:
        """What follows for a training from an upload's images. Raises JobError."""
        self.access.require_training()
        images, held_out, grey = self.uploads.found(upload)
        kind = _family(family)
        try:
            return fitted(kind, recipe, chosen(kind, settings), images, held_out, grey)
        except SettingError as e:
            raise refused(kind, e) from e

    def augmented(self, data: str, how: str, upload: str | None, size: int | None) -> bytes | None:
        """A PNG of some images of a data set, and below them what an augmentation makes of them; None where no image of it is here yet.
        Raises JobError."""
        self.access.require_training()
        if how not in augment.CHOICES or data not in TITLES:
            raise JobError(f"An augmentation is one of {', '.join(augment.CHOICES)}, of a data set that there is.")
        if data != OWN:
            seen = (of_known(root, data, how) for root in (self.trained, *self.others))
            return next((picture for picture in seen if picture is not None), None)
        return of_own(self.uploads.source(upload), size, how, self.uploads.reading(upload)) if upload else None

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
        said = [f"--{k}={v}" for k, v in (("turned", job.get("turned")), ("part", job.get("part"))) if v]
        return [f"--source={self.uploads.source(job['upload'])}", f"--size={size if size in SIZES else SIZES[-1]}", *said]

    def _known(self, name: str) -> Path:
        for folder in self._folders():
            if folder.name == name:
                return folder
        raise JobError("There is no run of that name here; it may have been renamed or deleted.", "train.error.unknown")

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
        more = [] if self.evaluate else ["--no-evaluate"]

        def begun(process: subprocess.Popen[bytes]) -> None:
            self._processes[folder.name] = process
        try:
            starting = Status("running", os.getpid(), family, data, images, "", status.STARTING)
            process = start(folder, starting, every, [*options, *more], begun)
        except lock.Taken as e:
            raise JobError(str(e), "train.error.slot", name=folder.name) from e
        except Outside as e:
            raise JobError(str(e)) from e
        lanes.stand_behind(process.pid)
