"""The files that the browser gets of the shell and of the views: scripts and styles."""

from __future__ import annotations

from functools import cache
from pathlib import Path

EXPLORER = Path(__file__).parent


@cache
def files(suffix: str) -> dict[str, Path]:
    """Those of a kind (".js", ".css") by their names without it, sorted; no name stands twice."""
    found = sorted([*EXPLORER.glob(f"shell/*{suffix}"), *EXPLORER.glob(f"views/*/*{suffix}")], key=lambda path: path.stem)
    return {path.stem: path for path in found}


def address(path: Path) -> str:
    """Where the page finds a module, below the folder of all of them: "views/map/plane"."""
    return path.relative_to(EXPLORER).with_suffix("").as_posix()
