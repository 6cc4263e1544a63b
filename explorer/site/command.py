"""``python app.py export DIR``: the command line of a site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import Refused
from ..runs.session import Session
from . import folder, one_file


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command ``export`` of a parser."""
    export = commands.add_parser("export", help="write the page as a folder, or one file, that needs no server")
    export.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder to write: a new or an empty one")
    export.add_argument("--one-file", nargs=2, metavar=("RUN", "PAGE"), help="write one run's page as one file that opens from the disk")
    export.add_argument("--runs", default="", metavar="A,B,…", help="which runs [default: all]")
    export.add_argument("--replace", action="store_true", help="write anew what was exported before")
    export.add_argument("--runtime", type=Path, metavar="DIR", help="folder of ONNX Runtime Web's files, instead of fetching them once")
    export.add_argument("--trained", type=Path, action="append", metavar="DIR",
                        help="where runs are kept; may be given again: of runs of one name that of the first folder [default: trained]")
    export.set_defaults(usage_error=export.error)


def run(args: argparse.Namespace, folders: Sequence[Path]) -> int:
    """The exit status: 1 where runs were left out, 2 where nothing was written, after a sentence. ``folders``: where runs are. Raises
    KeyboardInterrupt; then nothing was written either."""
    if (args.folder is None) == (args.one_file is None):
        args.usage_error("name either a folder or --one-file RUN PAGE, one of the two.")
    if missing := next((place for place in folders if not place.is_dir()), None):
        print(f"There is no folder {missing}; --trained says where runs are kept.", file=sys.stderr)
        return 2
    session = Session(folders, keep=0)
    try:
        return _one(session, args) if args.one_file else _folder(session, args)
    except Refused as e:
        print(e, file=sys.stderr)
    except OSError as e:
        print(f"The site could not be written: {e}", file=sys.stderr)
    return 2


def _folder(session: Session, args: argparse.Namespace) -> int:
    names = [name.strip() for name in args.runs.split(",") if name.strip()]
    done = folder.write(session, args.folder, names, args.replace, args.runtime, lambda s: print(s, flush=True))
    problems = session.runs()[1]
    for name, sentence in problems.items() if not names else ():
        print(f"{name}: left out: {sentence}", file=sys.stderr)
    print(f"{args.folder}: {done.told}; look at it with: python -m http.server --directory {args.folder}")
    return 1 if done.problems else 0


def _one(session: Session, args: argparse.Namespace) -> int:
    name, path = args.one_file
    if args.runs:
        args.usage_error("--one-file names its run itself.")
    size, left = one_file.write(session, name, Path(path), args.runtime, args.replace)
    print(f"{path}: {name}, {size / 2**20:.1f} MB")
    for sentence in left:
        print(f"To fit: {sentence}")
    return 0
