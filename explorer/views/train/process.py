"""The process of a training: its command line, its cores, and when the system knows it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil


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
