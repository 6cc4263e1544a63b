"""How trainings go: read from their runs' folders, whoever started them, without changing anything."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import cast

import numpy as np
import psutil

from training import alarms, checkpoint, lock, log, notes, status
from training.card import NAME
from training.files import Outside, inside, tail
from training.status import STATUS, Status

from ...runs.ownership import tracked
from .. import Access
from .answers import Can, Failure, Idle, Recent, Snapshot, State
from .uploads import UPLOADS, Uploads, as_json, job_of, merged

PROCESS_LOG = "process.log"
POINTS = 400                                    # of a curve
MOST_ROWS = 8000                                # of a log that are kept in memory
MOST_SHEET = 2**25                              # bytes of a sheet of samples
ACTIVE = ("starting", "running", "measuring")


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


def changed(path: Path) -> int:
    """When a file was changed, 0 where there is none (any more)."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class Monitor:
    """The trainings of the runs in ``trained``, whoever started them and wherever. May be used by several threads."""

    def __init__(self, trained: Path, access: Access) -> None:
        self.trained, self.access = Path(trained).resolve(), access
        self.uploads = Uploads(self.trained / UPLOADS)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, Log] = {}

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

    def snapshot(self, name: str | None = None) -> Idle | Snapshot:
        """How a training goes: ``name``'s, else that of the one that runs, else of the one that ran last.

        ``state``: idle (there is none), starting, running, measuring, finished, stopped, failed, diverged, or interrupted (its process is
        gone). ``terms``: see ``curves``. ``alarms``: those of the loop that have not ended, with values. ``can``: what may be done with it.
        """
        now = self.running()
        known = {p.name: p for p in self._folders() if (p / STATUS).is_file()}
        if name not in known:
            name = now[0] if now else max(known, key=lambda n: changed(known[n] / STATUS), default=None)
        allowed, recent = self.access.training, self._recent(known, now)
        if name is None:
            return Idle(training=allowed, running=now, recent=recent, state="idle", name=None)
        folder, there = known[name], status.read(known[name]) or Status()
        rows = self._logs.setdefault(name, Log(folder / checkpoint.LOG)).read()
        total, images = there.images, int(rows[-1]["images"]) if rows else 0
        state, message = self._state(folder, there, name in now, images >= total > 0, bool(rows))
        speeds = [r["images_per_second"] for r in rows[-10:] if r.get("images_per_second", 0) > 0]
        speed = float(np.median(speeds)) if speeds else None
        card, mtime = (folder / checkpoint.CARD).is_file(), changed(folder / checkpoint.SAMPLES)
        looks = alarms.of(folder) if state in ("running", "measuring", "finished", "stopped") else {}
        live, mine, kept = state in ACTIVE, allowed, card and (folder / "resume" / "current.json").is_file()
        told, key, values = notes.read(folder)
        told = merged([*told, *self.uploads.dropped(job_of(folder).get("upload"))])
        return Snapshot(
            training=allowed, running=now, recent=recent, notes=as_json(told),
            error=Failure(key=key, values=values) if state == "failed" and key else None, state=state, name=name, family=there.family,
            data=there.data, message=message, started=there.started, images=images, total=total, images_per_second=speed,
            seconds=rows[-1].get("seconds") if rows else None,
            seconds_left=round((total - images) / speed, 1) if speed and state == "running" else None,
            terms=curves(rows), samples_mtime=str(mtime) if mtime else None, alarms=looks, resumable=kept,
            can=Can(stop=mine and state in ("starting", "running"), open=card,
                    delete=mine and not live and name not in now and self._ours(folder),
                    resume=mine and not now and kept and state in ("stopped", "interrupted", "failed")))

    def _recent(self, known: dict[str, Path], now: list[str]) -> list[Recent]:
        """The last runs trained here, newest first, and how they ended."""
        newest = sorted(known, key=lambda n: changed(known[n] / STATUS), reverse=True)[:8]
        states = {n: (status.read(known[n]) or Status()).state for n in newest}
        return [Recent(name=n, state="interrupted" if s == "running" and n not in now else s) for n, s in states.items()]

    def _state(self, folder: Path, there: Status, alive: bool, all_seen: bool, any_seen: bool) -> tuple[State, str]:
        if there.state != "running":
            return cast(State, there.state), there.message
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

    def _ours(self, folder: Path) -> bool:
        """Whether a run was trained here and is not part of the program's repository."""
        return (folder / STATUS).is_file() and folder.name not in tracked(self.trained)
