"""``python -m explorer take RUN --as KIND --out DIR``: the command line of what goes into other tools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from training.devices import DeviceError

from .. import Refused, output_folder
from ..output_folder import Kind
from ..runs.run import Run
from ..runs.session import Session
from . import arrays, atlas, onnx_files, projector, samples, weights

TAKEN = Kind("latent-explorer-taken", "export", "an")
KINDS: dict[str, Callable[[Run, Path, Path], str]] = {
    "npz": arrays.write, "projector": projector.write, "atlas": atlas.write, "weights": weights.write, "onnx": onnx_files.write}
SAMPLES = "samples"
TOLD = """npz: codes, map, labels and attributes of the test images, for numpy.
projector: the same and small images, for TensorBoard's projector.
atlas: the same as a Parquet file, for Embedding Atlas (pip install -r requirements-parquet.txt).
samples: PNGs of samples and of test images, for clean-fid, torch-fidelity and other scores.
weights: safetensors, the networks as plain PyTorch, and a loader of ten lines.
onnx: the networks as ONNX files (pip install -r requirements-export.txt)."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command ``take`` of a parser."""
    take = commands.add_parser("take", help="write what of a run goes into other tools", description=TOLD,
                               formatter_class=argparse.RawDescriptionHelpFormatter)
    take.add_argument("run", metavar="RUN")
    take.add_argument("--as", dest="kind", required=True, choices=[*KINDS, SAMPLES], help="which of these")
    take.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write: a new or an empty one")
    take.add_argument("--replace", action="store_true", help="write anew what was taken before")
    take.add_argument("--n", type=_count, metavar="N", help=f"how many samples, up to {samples.MOST:,} [default: 10,000]")
    take.add_argument("--seed", type=_seed, metavar="SEED", help="of the samples [default: 0]")
    take.add_argument("--zip", action="store_true", help="samples as generated.zip and real.zip, in place of folders")
    take.add_argument("--trained", type=Path, action="append", metavar="DIR",
                      help="where runs are kept; may be given again: of runs of one name that of the first folder [default: trained]")
    take.add_argument("--device", default="cpu", help="where the model runs: cpu, cuda, mps [default: cpu]")
    take.set_defaults(usage_error=take.error)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= samples.MOST:
        raise argparse.ArgumentTypeError(f"samples are 1 to {samples.MOST:,}, not {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"a seed is a number from 0 to {2**32 - 1:,}, not {text!r}")
    return int(text)


def run(args: argparse.Namespace, folders: Sequence[Path]) -> int:
    """The exit status: 2 where nothing was written, after a sentence. ``folders``: where runs are. Raises KeyboardInterrupt; then nothing
    was written either."""
    of_samples = {"n": args.n, "seed": args.seed, "zip": args.zip or None}
    if args.kind != SAMPLES and (given := [name for name, value in of_samples.items() if value is not None]):
        args.usage_error(f"--{given[0]} is for --as {SAMPLES}.")
    if missing := next((place for place in folders if not place.is_dir()), None):
        print(f"There is no folder {missing}; --trained says where runs are kept.", file=sys.stderr)
        return 2
    try:
        print(f"{args.out}: {write(Session(folders, args.device, keep=0), args)}")
    except (Refused, DeviceError) as e:
        print(e, file=sys.stderr)
    except OSError as e:
        print(f"{args.out} could not be written: {e}", file=sys.stderr)
    else:
        return 0
    return 2


def write(session: Session, args: argparse.Namespace) -> str:
    """The folder, whole or not at all; what is said of it. Raises Refused, OSError, KeyboardInterrupt."""
    TAKEN.check(args.out, args.replace)         # before anything is worked out
    run = session.run(args.run)
    n, seed = args.n or 10_000, args.seed or 0
    work = partial(samples.write, n=n, seed=seed, zipped=args.zip) if args.kind == SAMPLES else KINDS[args.kind]
    more = {"n": n, "seed": seed} if args.kind == SAMPLES else {}
    with TAKEN.written(args.out, args.replace) as new:
        said = work(run, new, args.out)
        (new / output_folder.MARK).write_bytes(TAKEN.mark(
            new, kind=args.kind, run=run.card.name, weights_sha256=run.card.weights_sha256, data=run.card.data.title, **more))
    return said


__all__ = ["add", "run", "write"]
