"""The only training loop. It runs a step's phases in order and never asks which family it trains.

set_progress → each phase, ``repeats`` times on fresh batches: loss, backward, average over processes, step, ``after_step`` →
average of the weights → every so often a log line, fixed-seed samples, a checkpoint and the state to resume from.
"""

from __future__ import annotations

import copy
import math
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import alarms, checkpoint, log, memory_map, old_names, pixels, points, precision, resume_state, stages
from .augment import NONE as UNCHANGED
from .augment import augmented
from .checkpoint import Card
from .distributed import World
from .files import write_atomically
from .model import Batch, Config, Family, LatentModel, Objective, Phase
from .sample_watch import Watch

FIRST_SAVE = 5.0                                  # seconds until the first save: what cannot be saved is found out soon
POINTS = 2048                                     # drawn in the sample picture of a model of the plane


class Diverged(ArithmeticError):
    """The loss or the weights became NaN; the message says what was kept and what to try."""


@dataclass(frozen=True)
class Progress:
    """One line of ``log.jsonl``: means of every logged term since the line before."""

    images: int
    seconds: float
    images_per_second: float
    terms: dict[str, float]
    alarms: tuple[str, ...] = ()               # sentences on what has begun to look wrong

    def row(self) -> dict[str, float]:
        """As the log keeps it."""
        return dict(images=self.images, seconds=self.seconds, images_per_second=self.images_per_second,
                    **{k: float(f"{v:.6g}") for k, v in self.terms.items()})


def _on(images: np.ndarray, device: torch.device) -> Tensor:
    """Images on a device; those that lie in a file go there in pieces, and stay in it for the CPU."""
    whole = torch.from_numpy(np.require(images, requirements=["C", "W"]))
    if device.type == "cpu":
        return whole
    out = torch.empty_like(whole, device=device)
    for span in memory_map.spans(images):
        out[span] = whole[span].to(device)
        memory_map.let_go(images)
    return out


class Stream:
    """An endless, reproducible order of the training images: each pass a new permutation of (seed, pass). Its state is one number."""

    def __init__(self, images: np.ndarray, labels: np.ndarray | None, batch_size: int, seed: int, world: World,
                 augment: str = UNCHANGED) -> None:
        """``augment``: what is changed of each image of a batch (training/augment.py)."""
        if len(images) < batch_size:
            raise ValueError(f"the data set has {len(images)} training images, fewer than one batch of {batch_size}; "
                             "choose a smaller batch_size.")
        if batch_size % world.size:
            raise ValueError(f"batch_size {batch_size} must be a multiple of the {world.size} processes.")
        self.images, self._touched = _on(images, world.device), memory_map.Touched(images)
        self.labels = None if labels is None else torch.from_numpy(np.require(labels, requirements=["C", "W"])).to(world.device)
        self.batch_size, self.seed, self.world, self.augment = batch_size, seed, world, augment
        self.position = 0                      # batches drawn
        self._pass, self._order = -1, torch.empty(0)

    def next(self) -> Batch:
        """This process's share of the next batch, in [-1, 1]."""
        per_pass = len(self.images) // self.batch_size
        number, k = divmod(self.position, per_pass)
        if number != self._pass:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
            self._pass, self._order = number, torch.randperm(len(self.images), generator=generator)
        share = self.batch_size // self.world.size
        start = k * self.batch_size + self.world.rank * share
        self.position += 1
        index = self._order[start:start + share].to(self.images.device)
        self._touched.more(share)
        return self._batch(augmented(self.images[index], self.augment), index)

    def take(self, index: Tensor) -> Batch:
        """The images at ``index`` as they are, in [-1, 1]."""
        index = index.to(self.images.device)
        self._touched.more(len(index))
        return self._batch(self.images[index], index)

    def _batch(self, images: Tensor, index: Tensor) -> Batch:
        return Batch.of(images, None if self.labels is None else self.labels[index])

    def first(self, count: int, chunk: int = 500) -> Iterator[Batch]:
        """The first ``count`` training images, in chunks: for fitting, never for measuring."""
        for part in torch.arange(min(count, len(self.images))).split(chunk):
            yield self.take(part)


@contextmanager
def aside() -> Iterator[None]:
    """Random numbers drawn inside do not disturb the training's own."""
    kept = resume_state.rng_state()
    try:
        yield
    finally:
        resume_state.set_rng_state(kept)


def hardware(device: torch.device, processes: int = 1) -> str:
    """The card's words for where it was trained: cores and memory or GPU, never a host name."""
    if device.type == "cuda":
        return f"{processes} × {torch.cuda.get_device_name(device)}"
    cores = torch.get_num_threads()
    return f"{cores} CPU core{'s' * (cores > 1)} ({platform.machine()})"


def quicker(family: Family, config: Config, card: Card, images: np.ndarray, labels: np.ndarray | None,
            world: World) -> tuple[str, float]:
    """The precision in which a step of this training is quicker, and how many times as fast bf16 is: timed on a training of its own, at the
    end of the schedule, where networks that grow have grown. The first process decides for all. Random numbers are left as they were."""
    share = replace(config, batch_size=max(2, config.batch_size // world.size))
    with aside():
        trial = Trainer(family, share, card, images, labels, World(device=world.device))
        last = max(0, config.images // share.batch_size - 100)

        def step(name: str, k: int) -> None:
            trial.precision, trial.steps = name, last + k
            trial.step()
        wait = torch.cuda.synchronize if world.device.type == "cuda" else lambda: None
        chosen, ratio = precision.quicker(step, wait)
    if world.any(world.rank == 0 and chosen == precision.BF16):
        return precision.BF16, ratio
    return precision.FLOAT32, ratio


class Trainer:
    """A training that can be saved after any step and go on from there, bit for bit."""

    def __init__(self, family: Family, config: Config, card: Card, images: np.ndarray, labels: np.ndarray | None,
                 world: World | None = None) -> None:
        self.precision = card.trained_in
        self.family, self.config, self.card, self.world = family, config, card, world or World.join()
        torch.manual_seed(card.seed)
        self.model: LatentModel = family.build(config, card.data).to(self.world.device)
        self.objective: Objective = family.Objective(self.model, config).to(self.world.device)
        self._average, self._behind = copy.deepcopy(self.model).eval().requires_grad_(False), False
        precision.give_float32(self.objective)
        self.phases = self.objective.phases()
        self.own = [set(p.parameters) for p in self.phases]
        self.trained = set().union(*self.own)
        pairs = [(a, b) for a, b in zip(self._average.parameters(), self.model.parameters(), strict=True) if b in self.trained]
        self._averaged: tuple[list[Tensor], list[Tensor]] = [a for a, _ in pairs], [b for _, b in pairs]
        self.rates = [[g["lr"] for g in p.optimizer.param_groups] for p in self.phases]
        self.stream = Stream(images, labels, config.batch_size, card.seed, self.world, config.augment)
        self.objective.prepare(self.stream.first(10_000))
        self.steps, self.seconds = 0, 0.0
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        torch.manual_seed(card.seed * 1_000_003 + 17 + self.world.rank)

    def begin_with(self, weights: dict[str, Tensor]) -> None:
        """Start from some weights of another run, in the model and in its average."""
        for m in (self.model, self._average):
            m.load_state_dict(weights, strict=False)

    @property
    def average(self) -> LatentModel:
        """What is kept: the model with its weights averaged."""
        if self._behind:
            self._average_weights()
        return self._average

    @property
    def images_seen(self) -> int:
        return self.steps * self.config.batch_size

    def step(self) -> None:
        """One step: all phases that are due, then the average of the weights."""
        self.objective.set_progress(self.images_seen)
        for k, phase in enumerate(self.phases):
            if self.steps % phase.every or not phase.due():
                continue
            self._turn(k)
            for _ in range(phase.repeats):
                self._update(phase)
        self.steps += 1
        self._behind = True
        if self.config.ema_images:                 # else the last weights are the average: taken when somebody asks
            self._average_weights()

    def update(self, *, model: bool) -> None:
        """One update of the phases that train the model alone (a GAN's generator), or of all others (its critic). The schedule rests."""
        self.objective.set_progress(self.images_seen)
        for k, phase in enumerate(self.phases):
            if self.trains_model(k) == model and phase.due():
                self._turn(k)
                self._update(phase)
        self._behind = True

    def trains_model(self, k: int) -> bool:
        """Whether phase k moves what is kept for inference."""
        return not self.own[k].isdisjoint(self.model.parameters())

    def _turn(self, k: int) -> None:
        """Only phase k's parameters learn, at the rate of the schedule."""
        factor = self.objective.rate(self.images_seen)
        for p in self.trained:
            p.requires_grad_(p in self.own[k])
        for group, rate in zip(self.phases[k].optimizer.param_groups, self.rates[k], strict=True):
            group["lr"] = rate * factor

    def _update(self, phase: Phase) -> None:
        """One update of a phase, on a fresh batch."""
        phase.optimizer.zero_grad(set_to_none=True)
        with precision.casting(self.precision, self.world.device):
            terms = phase.loss(self.stream.next())
        terms["loss"].backward()
        self.world.average(phase.parameters)
        phase.optimizer.step()
        if phase.after_step:
            phase.after_step()
        for k, v in terms.items():
            name = k if len(self.phases) == 1 else f"{phase.name}/{k}"
            self._sums[name] = self._sums.get(name, 0) + v.detach()
            self._counts[name] = self._counts.get(name, 0) + 1

    @torch.no_grad()
    def _average_weights(self) -> None:
        """EMA with a half-life of ``ema_images``, warmed up (Karras et al. 2020), of what is trained; buffers are copied."""
        half_life = min(self.config.ema_images, self.images_seen / 20)
        keep = 0.5 ** (self.config.batch_size / half_life) if half_life > 0 else 0.0
        mine, theirs = self._averaged
        torch._foreach_lerp_(mine, theirs, 1 - keep)
        for a, b in zip(self._average.buffers(), self.model.buffers(), strict=True):
            a.copy_(b)
        self._behind = False

    def terms(self) -> dict[str, float]:
        """Means of every logged term since the last call."""
        means = {k: float(v) / self._counts[k] for k, v in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means

    def finite(self) -> bool:
        """Whether all weights are numbers."""
        return all(bool(torch.isfinite(p).all()) for p in self.model.parameters())

    def state(self) -> dict[str, Any]:
        """All that a resume needs."""
        return {"steps": self.steps, "seconds": self.seconds, "position": self.stream.position, "rng": resume_state.rng_state(),
                "objective": dict(self.objective.state_dict()), "average": dict(self.average.state_dict()),
                "optimizers": [None if any(p.optimizer is q.optimizer for q in self.phases[:k]) else p.optimizer.state_dict()
                               for k, p in enumerate(self.phases)]}             # one that phases share stands once

    def restore(self, kept: dict[str, Any]) -> None:
        """Go back to a state of ``state``; raises StateError when it belongs to other settings."""
        try:
            self.objective.load_state_dict(old_names.tensors(kept["objective"]))
            self._average.load_state_dict(old_names.tensors(kept["average"]))
            self._behind = False
            for phase, d in zip(self.phases, kept["optimizers"], strict=True):
                if d is not None:
                    phase.optimizer.load_state_dict(d)
            self.steps, self.seconds, self.stream.position = kept["steps"], kept["seconds"], kept["position"]
            resume_state.set_rng_state(kept["rng"])
        except (KeyError, RuntimeError, ValueError) as e:
            raise resume_state.StateError(f"the resume state does not fit the run's settings ({e}).") from e

    def finished_model(self) -> LatentModel:
        """The averaged model, after the family's last touch (fitting a prior, …)."""
        with aside():
            self.objective.finish(self.average, self.stream.first(10_000))
        return self.average.eval()

    def save(self, folder: Path, model: LatentModel | None = None) -> None:
        """Samples, the state to resume from, weights and card. ``model``: what ``finished_model`` gave, where it is known already.

        The state comes before the card: where a first save is cut short there is no run yet, and later ones go on from this state or the
        one before. Both are checked and on the disk before anything old goes.
        """
        model = model or self.finished_model()
        card = checkpoint.stage(folder, model, replace(self.card, images_seen=self.images_seen, seconds=round(self.seconds, 3)))
        try:
            save_samples(folder / checkpoint.SAMPLES, model)
            resume_state.save(folder / "resume", self.state())
        except OSError:
            checkpoint.unstage(folder)
            raise
        checkpoint.switch(folder)
        self.card = card

    def run(self, folder: Path, *, save_seconds: float = 60.0, log_seconds: float = 1.0, stop: Callable[[], bool] = lambda: False,
            report: Callable[[Progress], None] = lambda p: None, images: int | None = None,
            check: Callable[[], None] = lambda: None) -> bool:
        """Train until ``config.images`` (or ``images``) are seen; returns False when ``stop`` ended it before. Saves in either case, unless
        there was no step. ``check`` is called before anything is written, and raises where that must not be."""
        goal = self.config.images if images is None else min(images, self.config.images)
        lead = self.world.rank == 0
        began = logged = saved = time.monotonic()
        if not (folder / checkpoint.CARD).exists():
            saved -= save_seconds - min(save_seconds, FIRST_SAVE)
        first, logged_at, base, finished = self.steps, self.images_seen, self.seconds, True
        watch, record = Watch(folder.parent, self.card.data), alarms.Record(folder)
        rows, drawn, model = log.read(folder / checkpoint.LOG), {}, None
        while self.images_seen < goal:
            if self.world.any(stop()) if self.steps % 10 == 0 or self.world.size == 1 else False:
                finished = False
                break
            at = self.objective.milestone(self.images_seen)
            self.step()
            now = time.monotonic()
            self.seconds = base + now - began
            if at and lead and at != self.objective.milestone(self.images_seen):
                check()
                stages.keep(folder, self.finished_model(), stages.Stage(at, self.images_seen))
            last = self.images_seen >= goal
            due = now - logged >= log_seconds or last
            if self.world.size > 1:            # all processes take the same branch
                due = self.steps % 50 == 0 or last
            if due:
                progress = Progress(self.images_seen, round(self.seconds, 2),
                                    round((self.images_seen - logged_at) / max(now - logged, 1e-6), 1), self.terms())
                if self.world.any(not all(map(math.isfinite, progress.terms.values())) or not self.finite()):
                    raise Diverged(self._diverged(folder))
                if lead:
                    check()
                saving = lead and (last or now - saved >= save_seconds)
                if saving:
                    model = self.finished_model()
                    with aside():
                        drawn = watch.look(model) if self.objective.whole(self.images_seen) else {}
                    if "coverage" in drawn:
                        progress.terms["coverage"] = drawn["coverage"]
                if lead:
                    rows.append({"images": progress.images, **progress.terms})
                    new = record.update(progress.images, alarms.found(rows, self.config.images, drawn))
                    log.append(folder / checkpoint.LOG, progress.row())
                    report(replace(progress, alarms=tuple(new)))
                logged, logged_at = now, self.images_seen
                if saving and not last:
                    self.save(folder, model)
                    saved, model = time.monotonic(), None
        if not self.finite():
            raise Diverged(self._diverged(folder))
        if lead and (finished or self.steps > first):
            check()
            self.save(folder, model)
            if finished:
                log.shorten(folder / checkpoint.LOG)
        return finished

    def _diverged(self, folder: Path) -> str:
        saved = (folder / checkpoint.CARD).exists()
        kept = f"The save before it, at {self.card.images_seen:,} images, is kept" if saved else "Nothing was saved yet"
        return (f"Training diverged: a loss or weight became NaN or infinite after {self.images_seen:,} images. {kept}. "
                f"Try a smaller learning_rate (it was {self.config.learning_rate:g}) or a larger batch_size "
                f"(it was {self.config.batch_size}).")


@torch.no_grad()
def save_samples(path: Path, model: LatentModel, count: int = 64, columns: int = 8, seed: int = 0) -> None:
    """A grid of ``count`` samples of a fixed seed as lossless WebP, drawn the same way at every save; of points one tile with POINTS."""
    from PIL import Image
    device = model.device
    generator = torch.Generator().manual_seed(seed)
    flat = len(model.spec.shape) == 1
    if flat:
        count = POINTS
    label = torch.arange(count, device=device) % model.spec.num_classes if model.spec.num_classes else None
    z = model.sample_z(count, generator).to(device)
    x = model.synthesize(model.map(z, label), label)
    if flat:
        tile = Image.fromarray((points.raster(x.cpu().numpy(), 256) * 255).round().astype(np.uint8))
        write_atomically(path, lambda p: tile.save(p, "WEBP", lossless=True))
        return
    image = pixels.to_pillow(pixels.grid(pixels.to_uint8(x), columns))
    write_atomically(path, lambda p: image.save(p, "WEBP", lossless=True))
