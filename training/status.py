"""``status.json``: how the training of a run's folder goes or went, and which process it is. What is read is believed in nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from .files import Outside, inside, read_json, write_json

STATUS = "status.json"
STATES = ("running", "finished", "stopped", "failed", "diverged")
MOST_BYTES, LONGEST = 2**16, 2000
STARTING = "starting"                             # the message while the page starts a process that trains


@dataclass(frozen=True)
class Status:
    """Of one training. ``message``: what it says of itself, or why it ended."""

    state: str = "failed"
    pid: int = 0
    family: str = ""
    data: str = ""
    images: int = 0
    started: str = ""
    message: str = ""


def write(folder: Path, status: Status) -> None:
    """Atomically. Raises OSError."""
    plain = dataclasses.replace(status, message=status.message.encode("utf-8", "backslashreplace").decode()[:LONGEST])
    write_json(folder / STATUS, dataclasses.asdict(plain))


def read(folder: Path) -> Status | None:
    """None where there is none; of a damaged one what can be made of it, "failed" where nothing can."""
    try:
        path = inside(folder, STATUS)
        found = read_json(path, MOST_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, Outside):
        return Status()
    return _believed(found) if isinstance(found, dict) else Status()


def _believed(found: dict[str, Any]) -> Status:
    values: dict[str, Any] = {}
    for f in dataclasses.fields(Status):
        value = found.get(f.name)
        if isinstance(f.default, int) and type(value) is int and 0 <= value <= 10**15:
            values[f.name] = value
        elif isinstance(f.default, str) and isinstance(value, str):
            values[f.name] = value[:LONGEST]
    if values.get("state") not in STATES:
        values.pop("state", None)
    return Status(**values)


def process(folder: Path, status: Status | None) -> psutil.Process | None:
    """The live process of ``status`` if it looks like a training of this folder's name; None where there is none, as after a kill, or when
    its number belongs to another process by now."""
    if status is None or status.state != "running" or status.pid < 1:
        return None
    try:
        found = psutil.Process(status.pid)
        line = found.cmdline()
        if found.status() == psutil.STATUS_ZOMBIE:
            return None
    except (psutil.Error, ValueError, OverflowError):
        return None
    named = line[line.index("--name") + 1] if "--name" in line[:-1] else folder.name
    return found if "train" in line and any("training" in a for a in line) and named == folder.name else None
