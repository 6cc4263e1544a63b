"""Where a training is started: ``python -m training train`` as a process of its own, its command line, its cores, and when the system
knows it. Who may start one, and whether there is room, is asked before (jobs.py)."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

import training
from training import lock, status
from training.files import inside
from training.status import Status

from .monitor import PROCESS_LOG


def start(folder: Path, starting: Status, save_seconds: float, options: list[str],
          begun: Callable[[subprocess.Popen[bytes]], None]) -> subprocess.Popen[bytes]:
    """Start the training of the run in ``folder``, whose ``status.json`` says so first; ``begun`` is told of the process at once.

    Raises lock.Taken where one works there already, OSError on a full disk: nothing runs then."""
    cores = cores_for_training()
    line = command(folder, starting.family, cores, save_seconds, options)
    quiet = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with lock.Lock(folder):
        starting = dataclasses.replace(starting, started=datetime.now(UTC).isoformat(timespec="seconds"))
        status.write(folder, starting)          # on a full disk nothing is started
        with open(inside(folder, PROCESS_LOG), "wb") as log:
            process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment(cores),
                                       cwd=Path(training.__file__).parent.parent, start_new_session=True, creationflags=quiet)
        begun(process)
        try:
            status.write(folder, dataclasses.replace(starting, pid=process.pid))
        except OSError:
            process.kill()
            raise
        await_name(process)
    return process


def command(folder: Path, family: str, cores: int, save_seconds: float, options: list[str]) -> list[str]:
    """The command line that trains the run in ``folder``."""
    return [sys.executable, "-m", "training", "train", family, "--name", folder.name, f"--trained={folder.parent}",
            f"--save-seconds={save_seconds:g}", f"--threads={cores}", *options]


def environment(cores: int) -> dict[str, str]:
    """What the process finds around it."""
    found = dict(os.environ, OMP_NUM_THREADS=str(cores), PYTHONIOENCODING="utf-8")
    found.setdefault("OMP_WAIT_POLICY", "PASSIVE")          # spinning threads were measured 4 to 16 times slower on busy cores
    return found


def await_name(process: subprocess.Popen[bytes]) -> None:
    """Return when the system shows a new process's command line. On Linux that may come a tenth of a second after its start; whoever looked
    before would take the training for one that is gone."""
    with contextlib.suppress(psutil.Error):
        while process.poll() is None and not psutil.Process(process.pid).cmdline():
            time.sleep(0.002)


def cores_for_training() -> int:
    """CPU threads for a training: all but one, which the page keeps, where there are more than two."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores - 1 if cores > 2 else cores
