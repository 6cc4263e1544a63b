"""``python -m benchmarks [training] [server] [page] [styles] [greedy]``: all of them when none is named."""

from __future__ import annotations

import importlib
import sys

NAMES = ("training", "server", "page", "styles", "greedy")


def main() -> None:
    """Run the named measurements in turn."""
    chosen = sys.argv[1:] or list(NAMES)
    if unknown := [n for n in chosen if n not in NAMES]:
        sys.exit(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
    for name in chosen:
        print(f"# {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
