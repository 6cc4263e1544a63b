"""``python -m benchmarks [training] [server] [page] [styles] [greedy] [live] [memory] [precision] [profile] [processes] [visitors]
[site] [own]``: all of them when none is named. One alone may be given options of its own: ``python -m benchmarks training --help``."""

from __future__ import annotations

import importlib
import sys

NAMES = ("training", "server", "page", "styles", "greedy", "live", "memory", "precision", "profile", "processes", "visitors", "site",
         "own")


def main() -> None:
    """Run the named measurements in turn."""
    first = next((k for k, word in enumerate(sys.argv) if k and word.startswith("-")), len(sys.argv))
    chosen, options = sys.argv[1:first] or list(NAMES), sys.argv[first:]
    if unknown := [n for n in chosen if n not in NAMES]:
        sys.exit(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
    if options and len(chosen) != 1:
        sys.exit("options go with one benchmark.")
    for name in chosen:
        print(f"# {name}", flush=True)
        module = importlib.import_module(f"benchmarks.{name}")
        module.main(options) if options else module.main()


if __name__ == "__main__":
    main()
