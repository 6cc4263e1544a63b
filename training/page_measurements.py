"""What follows a training or an evaluation: the page's own measurements."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def measure_for_page(trained: Path, names: Sequence[str], device: str) -> None:
    """What the page shows of runs (directions, galleries, units), measured once and kept with them: the page's own command, as a process of
    its own, where the page is installed. Says so where it fails; the runs can be used all the same."""
    if importlib.util.find_spec("explorer") is None:
        return
    print("measuring what the page shows", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "explorer", "measure", *names, "--trained", str(trained), "--device", device],
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    if done.returncode:
        print("What the page shows could not be measured beforehand; the page does it when it is opened.", file=sys.stderr)
