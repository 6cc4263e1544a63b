"""Whose a run is: one that came with the program, or one of whoever has this page."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from training import checkpoint, shipped_runs
from training.status import STATUS

SHIPPED = frozenset(r.name for r in shipped_runs.RUNS)


@lru_cache(8)
def tracked(root: Path) -> frozenset[str]:
    """The runs of a folder that are part of the program's repository; none where it is not under git."""
    command = ["git", "ls-files", "-z", "--", f"*/{checkpoint.CARD}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(path.partition("/")[0] for path in done.stdout.decode("utf-8", "replace").split("\0") if path.count("/") == 1)


def is_own(folder: Path) -> bool:
    """Whether a run did not come with the program: its name is none of the shelf's, or it was trained here and is not in the repository."""
    if folder.name not in SHIPPED:
        return True
    return (folder / STATUS).is_file() and folder.name not in tracked(folder.parent.resolve())
