"""Arguments of ``python -m training``, made from each family's Config, and what each command does."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import disk, families, measured, notes, precision, tables
from .model import Config, DataSpec, Family

if TYPE_CHECKING:
    from .checkpoint import Card
    from .data import Dataset

TRAINED, DATA = Path("trained"), "mnist"


class Failed(Exception):
    """A command cannot do what was asked; the message goes to the person, without a traceback."""


def count(text: str) -> int:
    """A number from 1 on; an argparse error otherwise."""
    if not text.isdecimal() or not 0 < int(text) <= 4096:
        raise argparse.ArgumentTypeError(f"give a number from 1 on, not {text!r}")
    return int(text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def add_settings(parser: argparse.ArgumentParser, config: type[Config]) -> None:
    """One option for each field of a Config. None means: as the recipe or the default says."""
    for f in dataclasses.fields(config):
        default = " ".join(map(str, f.default)) if isinstance(f.default, tuple) else f.default
        text = f"{f.metadata['help']} [default: {default}]".replace("%", "%%")
        if isinstance(f.default, bool):
            parser.add_argument(_flag(f.name), action=argparse.BooleanOptionalAction, default=None, help=text)
        elif isinstance(f.default, tuple):
            parser.add_argument(_flag(f.name), type=type(f.default[0]), nargs="+", default=None, help=text, metavar="N")
        else:
            parser.add_argument(_flag(f.name), type=type(f.default), choices=f.metadata.get("choices"), default=None, help=text,
                                metavar=None if f.metadata.get("choices") else "X")


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from .data import TITLES
    parser = argparse.ArgumentParser(prog="python -m training", description="Train small generative models and measure them.")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a run, or go on with one (--resume)")
    kinds = train.add_subparsers(dest="family", required=True, metavar="FAMILY")
    for name, family in families.families().items():
        later = [_flag(f.name) for f in dataclasses.fields(family.Config) if f.metadata["later"]]
        p = kinds.add_parser(name, help=family.title, description=f"{family.title}. {family.summary} {family.paper}.")
        p.add_argument("--data", choices=sorted(TITLES), help=f"the data set [default: {DATA}]")
        p.add_argument("--source", type=Path, help="with --data folder: a folder or zip of images")
        p.add_argument("--size", type=int, choices=(28, 32, 64), help="with --data folder: side of the images in pixels")
        p.add_argument("--recipe", choices=sorted(family.recipes), help="tested settings; single options overrule it")
        p.add_argument("--name", help="the run's name, a folder under --trained [default: FAMILY-DATA]")
        p.add_argument("--title", default="", help="what the picker shows")
        p.add_argument("--trained", type=Path, default=TRAINED, help="where runs are kept [default: trained]")
        p.add_argument("--cache", type=Path, help="where data sets are kept [default: LATENT_EXPLORER_DATA or the user's cache]")
        p.add_argument("--begin", metavar="RUN", help="begin with the weights of another run under --trained, where names and sizes agree")
        p.add_argument("--seed", type=int, help="of weights, data order and noise [default: 0]")
        p.add_argument("--device", default="auto", help="auto, cpu, cuda, mps [default: auto]")
        p.add_argument("--threads", type=count, help="CPU threads [default: all cores]")
        p.add_argument("--precision", choices=precision.CHOICES, help="what networks compute in: float32, bf16 (bfloat16), or auto, the "
                       "quicker of the two on this machine, timed at the start [default: auto, on a resume the run's own]")
        p.add_argument("--resume", action="store_true", help="go on from the last save; settings come from the run's card, "
                       f"but for {', '.join(later)}")
        p.add_argument("--save-seconds", type=float, default=60.0, help="seconds between saves [default: 60]")
        p.add_argument("--evaluate", action=argparse.BooleanOptionalAction, default=True, help="measure on the test set when done")
        p.add_argument("--map", action=argparse.BooleanOptionalAction, default=True, help="with --evaluate: lay out the UMAP too")
        add_settings(p.add_argument_group("settings"), family.Config)  # type: ignore[arg-type]
    lister = commands.add_parser("list", help="the runs that are there, and what is wrong with others")
    lister.add_argument("--trained", type=Path, default=TRAINED)
    lister.add_argument("--table", action="store_true", help="as a Markdown table, the README's")
    lister.add_argument("--families", action="store_true", help="the README's table of families")
    evaluate = commands.add_parser("evaluate", help="measure runs on their test set and write their cards")
    evaluate.add_argument("runs", nargs="+")
    evaluate.add_argument("--trained", type=Path, default=TRAINED)
    evaluate.add_argument("--cache", type=Path)
    evaluate.add_argument("--source", type=Path, help="for a run on a person's own images: their folder or zip")
    evaluate.add_argument("--device", default="cpu")
    evaluate.add_argument("--labels", action="store_true", help="also train classifiers on the encoder with 100, 500 and 1,000 labels")
    evaluate.add_argument("--map", action=argparse.BooleanOptionalAction, default=True)
    features = commands.add_parser("features", help="train the small classifier that judges images of a data set")
    features.add_argument("data", metavar="DATASET", choices=sorted(TITLES))
    features.add_argument("--images", type=int, help="training images to see in all [default: 200,000 to 480,000, by data set]")
    features.add_argument("--seed", type=int, default=0)
    features.add_argument("--out", type=Path, default=TRAINED, help="where runs are kept; it goes to _features/ there [default: trained]")
    features.add_argument("--threads", type=count, default=1)
    features.add_argument("--cache", type=Path)
    features.add_argument("--source", type=Path, help="with folder: a folder or zip of images by class")
    features.add_argument("--size", type=int, choices=(28, 32, 64))
    data = commands.add_parser("data", help="fetch or draw a data set, and its held-out sheet for the page")
    data.add_argument("data", metavar="NAME", choices=sorted(TITLES))
    data.add_argument("--cache", type=Path)
    data.add_argument("--source", type=Path)
    data.add_argument("--size", type=int, choices=(28, 32, 64))
    data.add_argument("--trained", type=Path, default=TRAINED)
    data.add_argument("--sheet", action="store_true", help="write the held-out sheet under --trained")
    choose = commands.add_parser("choose", help="copy the best of runs that differ in their seeds alone, by a sign on training images; its "
                                 "card tells what the others had")
    choose.add_argument("runs", nargs="+")
    choose.add_argument("--name", required=True, help="of the copy")
    choose.add_argument("--trained", type=Path, default=TRAINED)
    choose.add_argument("--cache", type=Path)
    choose.add_argument("--source", type=Path, help="for runs on a person's own images: their folder or zip")
    every = commands.add_parser("all", help="train the runs that are shipped, one after the other; the same command again goes on",
                                epilog="What stands after -- goes to each training: -- --device cuda --no-evaluate")
    every.add_argument("--recipe", choices=("quick", "cpu", "gpu"), default="cpu", help="[default: cpu]")
    every.add_argument("--out", type=Path, required=True, help="the folder that they go to")
    every.add_argument("--only", nargs="+", default=[], metavar="RUN", help="these alone")
    every.add_argument("--estimate", action="store_true", help="train nothing: say what each would cost, counted over five of its steps")
    every.add_argument("more", nargs="*", help=argparse.SUPPRESS)
    live = commands.add_parser("live", help="several families side by side on points, as frames on standard output (the Collapse view's)")
    live.add_argument("--data", default="ring", choices=("ring", "grid"))
    live.add_argument("--seed", type=int, default=0)
    live.add_argument("--seconds", type=float, help="of training, at most [default: 180]")
    live.add_argument("--steps", type=int, help="at most [default: 4000]")
    return parser


def chosen_settings(args: argparse.Namespace, family: Family) -> Config:
    """Defaults, overruled by the recipe, overruled by single options."""
    values = family.recipe(args.recipe, args.data) if args.recipe else {}
    for f in dataclasses.fields(family.Config):
        if (v := getattr(args, f.name)) is not None:
            values[f.name] = tuple(v) if isinstance(v, list) else v
    return family.Config.from_dict(values)


def code_version() -> str:
    """The commit of the program, empty when it runs outside of git."""
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True,
                              timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class Bar:
    """One line on a terminal that says how far it is; plain lines now and then in a file."""

    def __init__(self) -> None:
        self.live, self.last = sys.stderr.isatty(), 0.0

    def show(self, text: str, done: bool = False) -> None:
        """Print ``text`` over the line before."""
        now = time.monotonic()
        if self.live:
            print(f"\r\x1b[K{text}", end="\n" if done else "", file=sys.stderr, flush=True)
        elif done or now - self.last > 20:
            print(text, file=sys.stderr, flush=True)
            self.last = now


def tell(sentence: str) -> None:
    """A sentence that stays, unlike the bar's."""
    print(sentence, file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss or m:ss."""
    minutes, s = divmod(int(seconds), 60)
    h, m = divmod(minutes, 60)
    return f"{h}:{m:02d}:{s:02d}" if h else f"{m}:{s:02d}"


def load_data(args: argparse.Namespace, again: DataSpec | None = None) -> Dataset:
    """The data set that the arguments name, or a card's (``again``), with a progress line while it is fetched or drawn."""
    from . import data
    bar = Bar()

    def progress(done: int, total: int) -> None:
        bar.show(f"data: {done:,} of {total:,}", done == total)
    if again is not None:
        return data.load_again(again, cache=args.cache, source=args.source, progress=progress)
    return data.load(args.data, cache=args.cache, source=args.source, size=args.size, progress=progress)


def command_train(args: argparse.Namespace) -> int:
    """Train, save, measure: see train.py."""
    from . import train
    return train.train(args)


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


def print_card(folder: Path) -> None:
    """A run's figures, a line each."""
    from . import checkpoint
    card = checkpoint.read_card(folder)
    begun = f", begun with {card.begun_with}" if card.begun_with else ""
    in_bf16 = " in bf16" if card.trained_in == "bf16" else ""
    print(f"{card.name}: {card.images_seen:,} images in {clock(card.seconds)} on {card.hardware}{in_bf16}, {card.parameters:,} parameters"
          f"{begun}")
    if card.seeds:
        print(f"  seed {card.seed} of {', '.join(map(str, card.seeds['tried']))}, chosen by {card.seeds['chosen_by']}: "
              f"{', '.join(f'{v:g}' for v in card.seeds['signs'])}")
    for k, m in card.metrics.items():
        print(f"  {k:22} {m['value']:<10g} {m['unit']}  ({m['protocol']})")


def _among(card: Card, metric: str) -> str:
    """Of the metric that the picker shows: what all seeds had."""
    if card.seeds is None or metric != card.headline or metric not in card.seeds["figures"]:
        return ""
    return f" (seeds {', '.join(map(str, card.seeds['tried']))}: {', '.join(f'{v:.4g}' for v in card.seeds['figures'][metric])})"


def table(cards: Sequence[Card]) -> str:
    """Runs and their main figures in Markdown."""
    def seen(card: Card) -> str:
        return f"{card.images_seen / 1e6:.2g} M" + (f" after {card.begun_with}" if card.begun_with else "")
    rows = ["| run | data | code | images seen | trained on | measured |", "|---|---|---|---|---|---|"]
    for card in cards:
        figures = ", ".join(f"{one.short} {card.metrics[k]['value']:.4g}{_among(card, k)}"
                            for k, one in measured.METRICS.items() if one.short and k in card.metrics)
        code = f"{card.spec.num_layers} × {card.spec.w_dim}-D" if card.spec.num_layers > 1 else f"{card.spec.w_dim}-D"
        rows.append(f"| `{card.name}` | {card.data.title} | {code} | {seen(card)} | {card.hardware}, "
                    f"{clock(card.seconds)} | {figures} |")
    return "\n".join(rows)


def command_list(args: argparse.Namespace) -> int:
    """Print the runs, and a sentence for each folder that is none."""
    from . import checkpoint
    _there(args.trained)
    cards, problems = checkpoint.runs(args.trained)
    if args.table or args.families:
        print(tables.of_families(cards) if args.families else table(cards))
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
    print(f"{s.title}: {len(dataset.train.images):,} training and {len(dataset.test.images):,} held-out images of "
          f"{' × '.join(map(str, s.shape))}, {len(s.classes)} classes, {len(s.attributes)} attributes")
    for note in s.notes:
        print(notes.sentence(note))
    if s.attribution:
        print(s.attribution)
    if args.sheet:
        from . import heldout
        sheet = heldout.write(dataset, args.trained)
        print(f"{sheet.n:,} held-out images in {args.trained / '_data' / s.name}")
    return 0


def command_choose(args: argparse.Namespace) -> int:
    """Copy the best of several seeds."""
    from . import seeds
    _there(args.trained)
    card = seeds.choose(args.trained, args.runs, args.name, lambda c: load_data(args, c.data), say=tell)
    print_card(args.trained / card.name)
    return 0


def command_all(args: argparse.Namespace) -> int:
    """Train what is shipped, or say what that would cost."""
    from . import shelf
    runs = shelf.chosen(args.only)
    if args.estimate:
        from . import estimate
        estimate.table(runs, args.recipe)
        return 0
    return 1 if shelf.train(runs, args.recipe, args.out, args.more) else 0


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
        command = {"train": command_train, "list": command_list, "evaluate": command_evaluate, "data": command_data, "live": command_live,
                   "features": command_features, "all": command_all, "choose": command_choose}[args.command]
        return command(args)
    except KeyboardInterrupt as e:
        print(f"\nInterrupted. {e}".rstrip(), file=sys.stderr)
        return 130
    except (Failed, ValueError, ArithmeticError) as e:
        print(f"\n{e}" if Bar().live else str(e), file=sys.stderr)
        return 2
    except OSError as e:
        if (sentence := disk.sentence(e)) is None:
            raise
        print(sentence, file=sys.stderr)
        return 2
