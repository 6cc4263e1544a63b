"""The runs that are shipped, in the order in which training them matters most, and ``python -m training all``, which trains them all.

Each run is a process of its own by the command that a person would give, so that one that fails leaves the others alone. What is finished
is left as it is, and what was begun goes on, so the same command again goes on after a stop.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import checkpoint, families, resume_state
from .model import Config
from .terminal import Bar, Failed, tell

RECIPES = ("quick", "cpu", "gpu")


@dataclass(frozen=True)
class Run:
    """One of them. ``settings``: what it is, beside its recipe; ``recipe``: its only one, where it has one; ``init_from``: the run whose
    weights it begins with."""

    name: str
    family: str
    data: str
    title: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    recipe: str = ""
    init_from: str = ""

    def config(self, recipe: str) -> Config:
        """Its settings by a recipe. Raises SettingError."""
        family = families.get(self.family)
        return family.Config.from_dict({**family.recipe(self.recipe or recipe, self.data), **self.settings})

    def arguments(self, recipe: str, out: Path) -> list[str]:
        """Of ``python -m training``, to begin it or to go on."""
        words = ["train", self.family, "--name", self.name, "--trained", str(out)]
        if resume_state.there(out / self.name / "resume") and (out / self.name / checkpoint.CARD).exists():
            return [*words, "--resume"]
        words += ["--data", self.data, "--recipe", self.recipe or recipe, *(["--title", self.title] if self.title else [])]
        for name, value in self.settings.items():
            option = "--" + name.replace("_", "-")
            words += [option if value else "--no-" + name.replace("_", "-")] if isinstance(value, bool) else [option, str(value)]
        return words + (["--init-from", self.init_from] if self.init_from else [])


RUNS = (
    Run("infogan-mnist", "infogan", "mnist"),
    Run("sgan-mnist", "sgan", "mnist"),
    Run("wgan-mnist", "wgan", "mnist"),
    Run("wgan-gp-mnist", "wgan-gp", "mnist"),
    Run("alae-mnist", "alae", "mnist"),
    Run("alae-fashion-mnist", "alae", "fashion-mnist"),
    Run("bigan-mnist", "bigan", "mnist"),
    Run("bigan-fashion-mnist", "bigan", "fashion-mnist"),
    Run("vae-faces", "vae", "faces", "VAE"),
    Run("dcgan-faces", "dcgan", "faces"),
    Run("dcgan-fashion-mnist", "dcgan", "fashion-mnist"),
    Run("stylegan-faces-32", "stylegan", "faces-32"),
    Run("stylealae-faces-32", "stylealae", "faces-32", init_from="stylegan-faces-32"),
    Run("lapgan-faces", "lapgan", "faces"),
    Run("lapgan-fashion-mnist", "lapgan", "fashion-mnist"),
    Run("progan-faces", "progan", "faces"),
    Run("denoising-faces", "denoising", "faces"),
    Run("sparse-mnist", "sparse", "mnist"),
    Run("cgan-mnist", "cgan", "mnist"),
    Run("cgan-fashion-mnist", "cgan", "fashion-mnist"),
    Run("gan-mnist", "gan", "mnist"),
    Run("vae-mnist", "vae", "mnist", "VAE"),
    Run("vae-fashion", "vae", "fashion-mnist", "VAE"),
    Run("vae-plane-mnist", "vae", "mnist", "VAE, plane", recipe="plane"),
    Run("conv-faces", "autoencoder", "faces", "Convolutional autoencoder"),
    Run("conv-mnist", "autoencoder", "mnist", "Convolutional autoencoder", {"network": "conv"}),
    Run("stacked-mnist", "autoencoder", "mnist"),
    Run("tied-mnist", "autoencoder", "mnist", "Tied autoencoder", {"tied": True}),
    Run("greedy-mnist", "autoencoder", "mnist", "Greedy autoencoder", {"tied": True, "greedy": 0.6}),
    Run("denoising-mnist", "denoising", "mnist"),
    Run("denoising-dropout-mnist", "denoising", "mnist", "Denoising autoencoder · dropout", {"corruption": "dropout"}),
    Run("sparse-l1-mnist", "sparse", "mnist", "Sparse autoencoder · L1", {"z_dim": 500, "sparsity": "l1", "tied": False, "weight": 0.3}),
    Run("linear-mnist", "linear", "mnist", "Linear autoencoder"),
    Run("recurrent-mnist", "recurrent", "mnist"),
    *(Run(f"{family}-{data}", family, data, recipe="cpu") for family in ("gan", "wgan", "wgan-gp") for data in ("ring", "grid")),
)


def chosen(names: Sequence[str]) -> list[Run]:
    """The runs of these names, in the shelf's order; all for none. Raises Failed for a name that is not there."""
    if unknown := sorted(set(names) - {r.name for r in RUNS}):
        raise Failed(f"there is no {', '.join(unknown)} among the runs that are shipped; there are {', '.join(r.name for r in RUNS)}.")
    return [r for r in RUNS if r.name in names or not names]


def train(runs: Sequence[Run], recipe: str, out: Path, more: Sequence[str] = ()) -> int:
    """Train each into a folder under ``out``; ``more``: further options of each. Returns how many failed. Ctrl-C and SIGTERM let the run
    under way save, and then end with KeyboardInterrupt."""
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for k, run in enumerate(runs, 1):
        where = f"{k} of {len(runs)}  {run.name}"
        if _finished(out / run.name, "--no-evaluate" not in more):
            tell(f"{where}: finished already")
        elif _trained([sys.executable, "-m", "training", *run.arguments(recipe, out), *more], where):
            failed += 1
    return failed


def _finished(folder: Path, measured: bool) -> bool:
    try:
        card = checkpoint.read_card(folder)
    except checkpoint.CheckpointError:
        return False
    return card.finished and (bool(card.metrics) or not measured)


def _trained(words: list[str], where: str) -> int:
    """The exit status of one training, of which the last line it said is shown."""
    bar, last, stopped = Bar(), "", False
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
                               start_new_session=True)

    def stop(*signal_and_frame: object) -> None:
        nonlocal stopped
        stopped = True
        process.terminate()
    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert process.stderr
        for line in process.stderr:
            if line := line.strip():
                last = line
                bar.show(f"{where}: {line}")
        status = process.wait()
    finally:
        for s, handler in before.items():
            signal.signal(s, handler)
    bar.show(f"{where}: {'done' if not status and not stopped else last}", done=True)
    if stopped:
        raise KeyboardInterrupt("The same command goes on.")
    return status
