"""The command line of ``python -m training``; the options of ``train`` are made from each family's Config."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from . import families, precision
from .model import Config, Family
from .table_options import TURNED

TRAINED, DATA = Path("trained"), "mnist"
Commands = Any                                  # what add_subparsers gives: argparse has no public name for it


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


KINDS = "a folder, .zip or .tar of images, .npz, .npy, a CSV of pixels, idx or .parquet"


def _source(parser: argparse.ArgumentParser, when: str, *, again: bool = False) -> None:
    """Options that say where a person's own images are and how they are read. ``again``: of a run that has their size."""
    parser.add_argument("--source", type=Path, help=f"{when}: {KINDS}")
    if not again:
        parser.add_argument("--size", type=int, choices=(28, 32, 64), help=f"{when}: side of the images in pixels")
    _reading(parser)


def _reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--turned", choices=TURNED, default=TURNED[0], help="whether a table stores each image with rows and columns "
                        "exchanged [default: auto, as EMNIST's do by their names]")
    parser.add_argument("--part", default="", help="which of several sets within, by its name (EMNIST's archive has six)")


def _train(commands: Commands) -> None:
    from .data import TITLES
    train = commands.add_parser("train", help="train a run, or go on with one (--resume)")
    kinds = train.add_subparsers(dest="family", required=True, metavar="FAMILY")
    for name, family in families.families().items():
        later = [_flag(f.name) for f in dataclasses.fields(family.Config) if f.metadata["later"]]
        p = kinds.add_parser(name, help=family.title, description=f"{family.title}. {family.summary} {family.paper}.")
        p.add_argument("--data", choices=sorted(TITLES), help=f"the data set [default: {DATA}]")
        _source(p, "with --data folder")
        p.add_argument("--recipe", choices=sorted(family.recipes), help="tested settings; single options overrule it")
        p.add_argument("--name", help="the run's name, a folder under --trained [default: FAMILY-DATA]")
        p.add_argument("--title", default="", help="what the picker shows")
        p.add_argument("--trained", type=Path, default=TRAINED, help="where runs are kept [default: trained]")
        p.add_argument("--cache", type=Path, help="where data sets are kept [default: LATENT_EXPLORER_DATA or the user's cache]")
        p.add_argument("--init-from", metavar="RUN", help="weights of another run under --trained where names and sizes agree")
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
        add_settings(p.add_argument_group("settings"), family.Config)


def _list(commands: Commands) -> None:
    lister = commands.add_parser("list", help="the runs that are there, and what is wrong with others")
    lister.add_argument("--trained", type=Path, default=TRAINED)
    lister.add_argument("--table", action="store_true", help="as a Markdown table, the README's")
    lister.add_argument("--families", action="store_true", help="the README's table of families")
    lister.add_argument("--readme", type=Path, metavar="FILE", help="write both tables into this file, between their marks")


def _evaluate(commands: Commands) -> None:
    evaluate = commands.add_parser("evaluate", help="measure runs on their test set and write their cards")
    evaluate.add_argument("runs", nargs="+")
    evaluate.add_argument("--trained", type=Path, default=TRAINED)
    evaluate.add_argument("--cache", type=Path)
    _source(evaluate, "for a run on a person's own images", again=True)
    evaluate.add_argument("--device", default="cpu")
    evaluate.add_argument("--labels", action="store_true", help="also train classifiers on the encoder with 100, 500 and 1,000 labels")
    evaluate.add_argument("--map", action=argparse.BooleanOptionalAction, default=True)


def _features(commands: Commands) -> None:
    from .data import TITLES
    features = commands.add_parser("features", help="train the small classifier that judges images of a data set")
    features.add_argument("data", metavar="DATASET", choices=sorted(TITLES))
    features.add_argument("--images", type=int, help="training images to see in all [default: 200,000 to 480,000, by data set]")
    features.add_argument("--seed", type=int, default=0)
    features.add_argument("--out", type=Path, default=TRAINED, help="where runs are kept; it goes to _features/ there [default: trained]")
    features.add_argument("--threads", type=count, default=1)
    features.add_argument("--cache", type=Path)
    _source(features, "with folder, images by class")


def _data(commands: Commands) -> None:
    from .data import TITLES
    data = commands.add_parser("data", help="fetch or draw a data set, and the sheet of its test images for the page")
    data.add_argument("data", metavar="NAME", choices=sorted(TITLES))
    data.add_argument("--cache", type=Path)
    _source(data, "with folder")
    data.add_argument("--trained", type=Path, default=TRAINED)
    data.add_argument("--sheet", action="store_true", help="write the sheet of its test images under --trained")


def _look(commands: Commands) -> None:
    look = commands.add_parser("look", help="say what images there are, and draw twelve of them, before anything is trained on them")
    look.add_argument("source", type=Path, help=KINDS)
    look.add_argument("--sheet", type=Path, default=Path("look.png"), help="the picture that is written [default: look.png]")
    _reading(look)


def _import(commands: Commands) -> None:
    from .data import TITLES
    from .outside.image_layout import LAYOUTS, VALUES
    taken = commands.add_parser("import", help="take in a model that was trained elsewhere: safetensors, ONNX, or a repository of these",
                                description="Take in a model that was trained elsewhere, as a run. A pickle (.pt, .pth, .bin) is refused, "
                                            "and it is said how to convert it.")
    taken.add_argument("model", nargs="?", metavar="MODEL", help="a .safetensors or .onnx file, a folder with config.json, or "
                       "hf://owner/name[@revision]")
    taken.add_argument("--decoder", type=Path, help="ONNX: codes to images")
    taken.add_argument("--encoder", type=Path, help="ONNX: images to codes")
    for name, what in (("input", "the decoder's input"), ("output", "the decoder's output"), ("encoder-input", "the encoder's input"),
                       ("encoder-output", "the encoder's output")):
        taken.add_argument(f"--{name}", metavar="NAME", help=f"ONNX: {what} [default: its only one]")
    taken.add_argument("--code", type=count, nargs="+", metavar="N", help="ONNX: shape of one code, where the graph does not say it")
    taken.add_argument("--layout", choices=LAYOUTS, help="ONNX: how the decoder lays images out [default: told by its sizes]")
    taken.add_argument("--values", choices=tuple(VALUES), help="ONNX: range of pixels [default: measured]")
    taken.add_argument("--prior", choices=("normal", "uniform", "fitted"), help="ONNX: what seeds draw from [default: fitted to the codes "
                       "of held-out images where there is an encoder and images, else normal]")
    taken.add_argument("--config", type=Path, help="safetensors: the JSON that says family and settings [default: config.json beside it]")
    taken.add_argument("--family", help="safetensors: the family whose weights they are")
    taken.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="safetensors: a setting of the family")
    taken.add_argument("--map", action="append", default=[], metavar="OLD=NEW", help="safetensors: a tensor of the file, or the beginning "
                       "of names, and what it is called here")
    taken.add_argument("--shape", type=count, nargs=3, metavar=("C", "H", "W"), help="of an image, where no data set says it")
    taken.add_argument("--data", choices=sorted(TITLES), help="the data set of its held-out images; without any there is no map of them")
    _source(taken, "with --data folder")
    taken.add_argument("--name", help="the run's name, a folder under --trained [default: of the file or repository]")
    taken.add_argument("--title", default="", help="what the picker shows")
    taken.add_argument("--trained", type=Path, default=TRAINED, help="where runs are kept [default: trained]")
    taken.add_argument("--cache", type=Path)
    taken.add_argument("--evaluate", action=argparse.BooleanOptionalAction, default=True, help="measure on the test set")
    taken.add_argument("--umap", action=argparse.BooleanOptionalAction, default=True, help="with --evaluate: lay out the UMAP too")


def _choose(commands: Commands) -> None:
    choose = commands.add_parser("choose", help="copy the best of runs that differ in their seeds alone, by a sign on training images; its "
                                 "card tells what the others had")
    choose.add_argument("runs", nargs="+")
    choose.add_argument("--name", required=True, help="of the copy")
    choose.add_argument("--trained", type=Path, default=TRAINED)
    choose.add_argument("--cache", type=Path)
    _source(choose, "for runs on a person's own images", again=True)


def _all(commands: Commands) -> None:
    every = commands.add_parser("all", help="train the runs that are shipped, one after the other; the same command again goes on",
                                epilog="What stands after -- goes to each training: -- --device cuda --no-evaluate")
    every.add_argument("--recipe", choices=("quick", "cpu", "gpu"), default="cpu", help="[default: cpu]")
    every.add_argument("--out", type=Path, required=True, help="the folder that they go to")
    every.add_argument("--only", nargs="+", default=[], metavar="RUN", help="these alone")
    every.add_argument("--estimate", action="store_true", help="train nothing: say what each would cost, counted over five of its steps")
    every.add_argument("more", nargs="*", help=argparse.SUPPRESS)


def _live(commands: Commands) -> None:
    live = commands.add_parser("live", help="several families side by side on points, as frames on standard output (the Collapse view's)")
    live.add_argument("--data", default="ring", choices=("ring", "grid"))
    live.add_argument("--seed", type=int, default=0)
    live.add_argument("--seconds", type=float, help="of training, at most [default: 180]")
    live.add_argument("--steps", type=int, help="at most [default: 4000]")


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Train small generative models and measure them.")
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (_train, _list, _evaluate, _import, _features, _data, _look, _choose, _all, _live):
        add(commands)
    return parser


def chosen_settings(args: argparse.Namespace, family: Family) -> Config:
    """Defaults, overruled by the recipe, overruled by single options."""
    values = family.recipe(args.recipe, args.data) if args.recipe else {}
    for f in dataclasses.fields(family.Config):
        if (v := getattr(args, f.name)) is not None:
            values[f.name] = tuple(v) if isinstance(v, list) else v
    return family.Config.from_dict(values)
