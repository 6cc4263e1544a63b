"""A site as a folder, whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .. import Refused, output_folder
from ..output_folder import Kind
from ..runs.session import Session
from . import answers, files, runtime
from .page_files import page_files

SITE = Kind("latent-explorer-site", "site")
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


def write(session: Session, folder: Path, runs: list[str], replace: bool = False, runtime_folder: Path | None = None,
          say: Say = lambda s: None) -> Written:
    """Write a site of these runs, of all without any. Raises Refused; then nothing is changed."""
    files.require()
    SITE.check(folder, replace)
    names = files.chosen(session, runs)
    shared = runtime.packed(runtime_folder)
    with SITE.written(folder, replace) as new:
        return _fill(session, new, names, shared, say)


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
    done.nbytes += save(folder, {**page_files(session, shown), **shared, "data/runs.json": answers.listed(session, kept)})
    done.nbytes += save(folder, {output_folder.MARK: SITE.mark(folder, runs=kept)})
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
