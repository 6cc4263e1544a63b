"""A site as a folder: written beside its place under another name, and put there once it is whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from training.version import code_version

from .. import Refused
from ..runs.session import Session
from . import answers, files, runtime
from .page_files import page_files

MARK = "latent-explorer.json"                   # says that a folder is a site of ours
FORMAT = 1
Say = Callable[[str], None]


@dataclass
class Written:
    """What became of an export: its runs, those that could not be written with a sentence each, and its bytes."""

    runs: list[files.Made] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    nbytes: int = 0

    @property
    def told(self) -> str:
        """How many runs, how large, and how near the images are to the models' own."""
        pixels = [made.pixels for made in self.runs if made.pixels is not None]
        compared = f", pixels within {max(pixels)} of 255" if pixels else ""
        return f"{counted(len(self.runs), 'run')}, {self.nbytes / 2**20:.1f} MB{compared}, {sum(made.seconds for made in self.runs):.0f} s"


def counted(n: int, what: str) -> str:
    """So many of it: "1 run", "2 runs"."""
    return f"{n} {what}" + ("" if n == 1 else "s")


def is_site(folder: Path) -> bool:
    """Whether a folder is a site that was written by this."""
    try:
        told = json.loads((folder / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("what") == "latent-explorer-site"


def check_place(folder: Path, replace: bool) -> None:
    """Raise Refused where a site cannot be put there: nothing is ever written over but a site of ours, and that when asked for."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise Refused(f"{folder} is no folder; name a new one for the site.")
    if not any(folder.iterdir()):
        return
    if not is_site(folder):
        raise Refused(f"{folder} is not empty and no site of Latent Explorer; name a new folder, or an empty one.")
    if not replace:
        raise Refused(f"{folder} holds a site already; say --replace to write it anew.")


def write(session: Session, folder: Path, runs: list[str], replace: bool = False, runtime_folder: Path | None = None,
          say: Say = lambda s: None) -> Written:
    """Write a site of these runs, of all without any. Raises Refused; then nothing is changed."""
    files.require()
    folder = Path(os.path.abspath(folder))
    check_place(folder, replace)
    names = files.chosen(session, runs)
    shared = runtime.packed(runtime_folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        done = _fill(session, new, names, shared, say)
        new.chmod(0o755)
        _put(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return done


def _fill(session: Session, folder: Path, names: list[str], shared: Mapping[str, bytes], say: Say) -> Written:
    done, maker = Written(), files.Maker(session)
    for name in names:
        try:
            made = maker.make(name)
        except Refused as e:
            done.problems[name] = str(e)
            say(f"{name}: left out: {e}")
            continue
        done.nbytes += save(folder, made.files)
        made.files = {path: b"" for path in made.files}
        done.runs.append(made)
        say(line(made))
    if not done.runs:
        raise Refused("None of the runs could be written.")
    kept = [made.name for made in done.runs]
    shown = answers.shown(session, kept)
    mark = {"what": "latent-explorer-site", "format": FORMAT, "version": code_version(), "runs": kept}
    done.nbytes += save(folder, {**page_files(session, shown), **shared, "data/runs.json": answers.listed(session, kept),
                                 MARK: (json.dumps(mark, indent=1) + "\n").encode()})
    return done


def line(made: files.Made) -> str:
    """What is said of a run that was written."""
    told = "not compared" if made.pixels is None else f"pixels within {made.pixels} of 255"
    return f"{made.name}: {counted(made.nets, 'network')}, {made.size / 2**20:.1f} MB, {told}, {made.seconds:.0f} s"


def save(folder: Path, bodies: Mapping[str, bytes]) -> int:
    """Write files below a folder; how many bytes that were."""
    for path, body in bodies.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return sum(map(len, bodies.values()))


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
