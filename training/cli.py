"""What each command of ``python -m training`` does (arguments.py has their options)."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import disk_errors, notes
from .arguments import make_parser
from .page_measurements import measure_for_page
from .run_tables import of_families, print_card, table, write_tables
from .terminal import Bar, Failed, clock, load_data, tell
from .version import code_version


def command_train(args: argparse.Namespace) -> int:
    """Train, save, measure: see train.py."""
    from . import train
    return train.train(args)


def command_list(args: argparse.Namespace) -> int:
    """Print the runs, and a sentence for each folder that is none."""
    from . import checkpoint
    _there(args.trained)
    cards, problems = checkpoint.runs(args.trained)
    if args.readme:
        try:
            write_tables(args.readme, cards)
        except (OSError, ValueError) as e:
            print(f"{args.readme}: {e.strerror if isinstance(e, OSError) else e}", file=sys.stderr)
            return 1
        return 0
    if args.table or args.families:
        print(of_families(cards) if args.families else table(cards))
        return 0
    for card in cards:
        print_card(args.trained / card.name)
    for sentence in problems.values():
        print(sentence, file=sys.stderr)
    if not cards and not problems:
        print(f"There are no runs in {args.trained}. Train one: python -m training train vae --recipe quick", file=sys.stderr)
    return 1 if problems else 0


def command_evaluate(args: argparse.Namespace) -> int:
    """Measure each named run."""
    from . import checkpoint
    from .devices import find
    from .evaluate import evaluate
    from .lock import Lock
    bar = Bar()
    _there(args.trained)
    find(args.device)
    for name in args.runs:
        folder = args.trained / checkpoint.check_name(name)
        card = checkpoint.read_card(folder)
        with Lock(folder):                             # a training would write the card under it
            checkpoint.mend(folder)
            evaluate(folder, load_data(args, card.data), with_map=args.map, with_labels=args.labels, device=args.device,
                     say=lambda s: bar.show(s), tell=tell)
        print_card(folder)
    measure_for_page(args.trained, args.runs, args.device)
    return 0


def _there(trained: Path) -> None:
    """Raise Failed unless there is such a folder of runs: a mistyped one is not an empty one."""
    if not trained.is_dir():
        raise Failed(f"there is no folder {trained}; --trained says where runs are kept.")


def command_data(args: argparse.Namespace) -> int:
    """Fetch or draw, and say what there is."""
    dataset = load_data(args)
    s = dataset.spec
    print(f"{s.title}: {len(dataset.train.images):,} training and {len(dataset.test.images):,} test images of "
          f"{' × '.join(map(str, s.shape))}, {len(s.classes)} classes, {len(s.attributes)} attributes")
    for note in s.notes:
        print(notes.sentence(note))
    if s.attribution:
        print(s.attribution)
    if args.sheet:
        from . import heldout
        sheet = heldout.write(dataset, args.trained)
        print(f"{sheet.n:,} test images in {args.trained / '_data' / s.name}")
    return 0


def command_look(args: argparse.Namespace) -> int:
    """Say what is found, and write a sheet of some of it."""
    from . import data_preview
    found = data_preview.at(args)
    for sentence in data_preview.sentences(found):
        print(sentence)
    if len(found.tiles):
        data_preview.write(found, args.sheet)
        print(f"{len(found.tiles)} of them: {args.sheet}")
    if (least := data_preview.too_few(found)):
        print(least, file=sys.stderr)
    return 2 if least else 0


def command_import(args: argparse.Namespace) -> int:
    """Take in a model that was trained elsewhere, and measure it where there are images."""
    from .evaluate import evaluate
    from .outside import importing
    bar, dataset = Bar(), load_data(args) if args.data else None
    card = importing.take_in(args, dataset, tell)
    folder = args.trained / card.name
    if dataset is not None and args.evaluate:
        evaluate(folder, dataset, with_map=args.umap, say=lambda s: bar.show(s), tell=tell)
    print_card(folder)
    measure_for_page(args.trained, [card.name], "cpu")
    return 0


def command_choose(args: argparse.Namespace) -> int:
    """Copy the best of several seeds."""
    from . import choose_seed
    _there(args.trained)
    card = choose_seed.choose(args.trained, args.runs, args.name, lambda c: load_data(args, c.data), say=tell)
    print_card(args.trained / card.name)
    return 0


def command_all(args: argparse.Namespace) -> int:
    """Train what is shipped, or say what that would cost."""
    from . import shipped_runs
    runs = shipped_runs.chosen(args.only)
    if args.estimate:
        from . import estimate
        estimate.table(runs, args.recipe)
        return 0
    return 1 if shipped_runs.train(runs, args.recipe, args.out, args.more) else 0


def command_features(args: argparse.Namespace) -> int:
    """Train, score and save a feature net."""
    import torch

    from . import features, fit_features, loop
    torch.set_num_threads(args.threads)
    bar = Bar()
    dataset = load_data(args)
    card = fit_features.fit(dataset, args.out, images=args.images, seed=args.seed, code_version=code_version(),
                            hardware=loop.hardware(torch.device("cpu")), say=lambda s: bar.show(s))
    print(f"{features.folder_of(args.out, dataset.spec)}: {card['images_seen']:,} images in {clock(card['seconds'])} on "
          f"{card['hardware']}, {card['parameters']:,} parameters")
    for field, value in card["accuracy"].items():
        print(f"  {field:16} {value:.2%}")
    return 0


def command_live(args: argparse.Namespace) -> int:
    """Train beside each other until standard input ends; frames go to standard output, see training/live.py."""
    import queue
    import threading

    import torch

    from . import live
    torch.set_num_threads(1)
    shown = live.Live(args.data, args.seed, **{k: v for k in ("seconds", "steps") if (v := getattr(args, k)) is not None})
    asked: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    threading.Thread(target=live.commands, args=(sys.stdin, asked), daemon=True).start()
    out = sys.stdout.buffer

    def write(frame: bytes) -> None:
        out.write(frame)
        out.flush()
    try:
        write(json.dumps(shown.hello()).encode() + b"\n")
        shown.run(asked, write)
    except BrokenPipeError:                            # nobody looks any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a person's mistake ends in one sentence and exit status 2, a damaged run among others in 1."""
    try:
        args = make_parser().parse_args(argv)
        command = {"train": command_train, "list": command_list, "evaluate": command_evaluate, "import": command_import,
                   "data": command_data, "look": command_look, "live": command_live, "features": command_features, "all": command_all,
                   "choose": command_choose}[args.command]
        return command(args)
    except KeyboardInterrupt as e:
        print(f"\nInterrupted. {e}".rstrip(), file=sys.stderr)
        return 130
    except (Failed, ValueError, ArithmeticError) as e:
        print(f"\n{e}" if Bar().live else str(e), file=sys.stderr)
        return 2
    except OSError as e:
        if (sentence := disk_errors.sentence(e)) is None:
            raise
        print(sentence, file=sys.stderr)
        return 2
