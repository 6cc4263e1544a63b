"""``python -m explorer measure RUN …``: what the page shows of runs, measured once and kept in their folders; ``export DIR``: the page
without a server; ``take RUN``: what of a run goes into other tools. The page itself is app.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.signals import Signals

from . import Refused
from .named_model import needs
from .runs.record import FILE
from .runs.session import Session
from .site import command as export
from .take import command as take
from .views import measurements

PROGRAM = "python -m explorer"


def arguments(argv: Sequence[str] | None = None, program: str = PROGRAM) -> argparse.Namespace:
    """The command line; exits where it is none. ``program``: what it was started as."""
    parser = argparse.ArgumentParser(prog=program, description="The page is app.py; this works for it beforehand.")
    commands = parser.add_subparsers(dest="command", required=True)
    measure = commands.add_parser("measure", help="measure what the page shows of runs, and keep it in their folders")
    measure.add_argument("runs", nargs="*", metavar="RUN")
    measure.add_argument("--all", action="store_true", help="every run")
    measure.add_argument("--again", action="store_true", help="anew what is known already")
    measure.add_argument("--trained", type=Path, default=Path("trained"), help="where runs are kept [default: trained]")
    measure.add_argument("--device", default="cpu")
    export.add(commands)
    take.add(commands)
    args = parser.parse_args(argv)
    if args.command == "measure" and bool(args.runs) == args.all:
        parser.error("name runs, or say --all.")
    return args


def main(argv: Sequence[str] | None = None, program: str = PROGRAM, trained: Path = Path("trained")) -> int:
    """The exit status: 2 where something cannot be done, after a sentence; 130 where it was ended meanwhile, and nothing was written.
    ``trained``: where runs are that are exported or taken along, unless it is said."""
    args = arguments(argv, program)
    if work := {"export": export.run, "take": take.run}.get(args.command):
        try:
            with Signals():
                return work(args, args.trained or [trained])
        except KeyboardInterrupt:
            print("Ended; nothing was written.", file=sys.stderr)
            return 130
    return _measure(args)


def _measure(args: argparse.Namespace) -> int:
    status, session = 0, Session(args.trained, args.device, keep=0)
    for name in list(session.runs()[0]) if args.all else args.runs:
        try:
            run = session.run(name)
            if args.again:
                run.record.keep_only(set())
            before = set(run.record.names)
            written = measurements.measure(run, _say(name))
        except Refused as e:
            print(f"{name}: {e}", file=sys.stderr)
            status = 2
            continue
        path = args.trained / name / FILE
        fresh = len(set(run.record.names) - before)
        print(f"{name}: {fresh} measured, {len(before)} known, " + (f"{path.stat().st_size / 1024:.0f} KiB" if written else "not written"))
        status = status if written else 2
        if run.card.source:
            print("\n".join(needs(run.card)))
    return status


def _say(name: str) -> measurements.Say:
    def say(what: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{name}: {what}", end="\r", file=sys.stderr, flush=True)
    return say


if __name__ == "__main__":
    sys.exit(main())
