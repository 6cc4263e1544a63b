"""A folder that a command writes: made beside its place under another name and put there once it is whole. Nothing is written over but
what the same command wrote, and that when asked for; Ctrl-C, SIGTERM or an error leave what was there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from training.signals import Signals
from training.version import code_version

from . import Refused

MARK = "latent-explorer.json"                   # says what a folder of ours is
FORMAT = 1
NOBODYS = {"__pycache__", ".DS_Store", "Thumbs.db"}             # what looking at a folder leaves in it


@dataclass(frozen=True)
class Kind:
    """What a command writes: ``what`` stands in the mark, ``noun`` in sentences, behind its ``article``."""

    what: str
    noun: str
    article: str = "a"

    def is_at(self, folder: Path) -> bool:
        """Whether a folder was written by this command."""
        try:
            told = json.loads((folder / MARK).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(told, dict) and told.get("what") == self.what

    def check(self, folder: Path, replace: bool) -> None:
        """Raise Refused where nothing may be put."""
        if not folder.exists() and not folder.is_symlink():
            return
        if not folder.is_dir() or folder.is_symlink():
            raise Refused(f"{folder} is no folder; name a new one for the {self.noun}.")
        if not any(folder.iterdir()):
            return
        if not self.is_at(folder):
            raise Refused(f"{folder} is not empty and no {self.noun} of Latent Explorer; name a new folder, or an empty one.")
        if not replace:
            raise Refused(f"{folder} holds {self.article} {self.noun} already; say --replace to write it anew.")
        if others := _others(folder):
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            raise Refused(f"{folder} holds {others[0]}{more} beside the {self.noun}, which would be lost; move it away, "
                          "or name a new folder.")

    def mark(self, folder: Path, **told: object) -> bytes:
        """The file MARK of a folder that is whole but for it: it lists the files that are ours."""
        values = {"what": self.what, "format": FORMAT, "version": code_version(), **told, "files": _files(folder)}
        return (json.dumps(values, indent=1) + "\n").encode()

    @contextmanager
    def written(self, folder: Path, replace: bool) -> Iterator[Path]:
        """An empty folder to fill, which then takes the place of ``folder``. Raises Refused, KeyboardInterrupt on a signal; whatever is
        raised, within or here, nothing has changed."""
        folder = Path(os.path.abspath(folder))
        self.check(folder, replace)
        with Signals() as signals:
            folder.parent.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
            try:
                yield new
                new.chmod(0o755)
                with signals.gently():
                    _put(new, folder)
            finally:
                shutil.rmtree(new, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    """All files below a folder, by their paths in it, without what nobody put there."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.as_posix() for path in found if not NOBODYS & set(path.parts) and path.as_posix() != MARK)


def _others(folder: Path) -> list[str]:
    """Files in a folder of ours that we did not write. None of a folder whose mark has no list, as before 29 November 2026."""
    ours = json.loads((folder / MARK).read_text("utf-8")).get("files")
    return sorted(set(_files(folder)) - set(ours)) if isinstance(ours, list) else []


def _put(new: Path, folder: Path) -> None:
    """Rename a whole folder to its place. What was there goes once the new one stands."""
    old = None
    if folder.is_dir():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.")) / "old"
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old is not None:
            old.rename(folder)
        raise
    if old is not None:
        shutil.rmtree(old.parent, ignore_errors=True)
