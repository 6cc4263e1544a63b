"""``python -m training train``: a run from its first image to its figures, as a process that may be refused, stopped or killed anywhere."""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from . import (
    alarms,
    card,
    checkpoint,
    data_preview,
    disk_errors,
    families,
    log,
    loop,
    maps,
    notes,
    precision,
    readiness,
    resume_state,
    stages,
    status,
)
from .arguments import DATA, TRAINED, chosen_settings
from .card import Card
from .data import Dataset
from .distributed import World
from .files import inside
from .lock import Gone, Lock, Taken
from .model import Config, Family
from .page_measurements import measure_for_page
from .run_tables import print_card
from .signals import Signals
from .status import Status
from .terminal import Bar, Failed, clock, load_data, tell
from .version import code_version

RESUME = "resume"


@dataclass
class Plan:
    """What is to be trained. ``card`` and ``kept``: of a run that goes on."""

    family: Family
    config: Config
    card: Card | None = None
    kept: dict[str, Any] | None = None


def train(args: argparse.Namespace) -> int:
    """Train, save, measure. Ctrl-C and SIGTERM save first, where there is something to save; a second Ctrl-C does not wait."""
    if args.threads:
        torch.set_num_threads(args.threads)
    name = card.check_name(args.name or f"{args.family}-{args.data or DATA}")
    folder = args.trained / name
    with Signals() as signals:
        world = World.join(args.device)
        try:
            with _Folder(folder, world.rank == 0) as own:
                world.wait()
                plan = _resumed(args, folder) if args.resume else _begun(args, folder)
                own.make()
                return _Training(args, folder, own, world, signals, plan).go()
        finally:
            world.leave()


class _Folder:
    """A run's folder, locked by the first of the processes that train together and by no other training. One that was made here goes again
    where nothing came of it."""

    def __init__(self, folder: Path, lead: bool) -> None:
        self.folder, self.lead, self.made, self.lock = folder, lead, False, Lock(folder)

    def __enter__(self) -> _Folder:
        if self.lead and self.folder.is_dir():
            self._take()
        return self

    def make(self) -> None:
        """Have the folder, locked."""
        if self.lead and not self.folder.is_dir():
            self.folder.mkdir(parents=True)
            self.made = True
            self._take()

    def _take(self) -> None:
        self.lock.take()
        for name in (checkpoint.CARD, checkpoint.WEIGHTS, checkpoint.LOG, alarms.FILE, checkpoint.SAMPLES, checkpoint.MAP):
            inside(self.folder, name)              # nothing is written through a link that leads out of the folder
        checkpoint.mend(self.folder)
        resume_state.mend(self.folder / RESUME)

    def __exit__(self, *problem: object) -> None:
        self.lock.release()
        if self.made and not (self.folder / checkpoint.CARD).exists() and not (self.folder / checkpoint.LOG).exists():
            with suppress(OSError):
                for left in (status.STATUS, notes.FILE):
                    (self.folder / left).unlink(missing_ok=True)
                if (self.folder / RESUME).is_dir():
                    (self.folder / RESUME).rmdir()
                self.folder.rmdir()


def _begun(args: argparse.Namespace, folder: Path) -> Plan:
    args.data, args.seed = args.data or DATA, args.seed or 0
    if (folder / checkpoint.CARD).exists():
        on = "go on with --resume, " if resume_state.there(folder / RESUME) else ""
        raise Failed(f"there is a run {folder.name} already; give another --name, {on}or delete {folder}.")
    family = families.get(args.family)
    config = chosen_settings(args, family)
    if args.init_from:
        earlier = checkpoint.read_card(args.trained / checkpoint.check_name(args.init_from))
        follows = config.after(earlier.config, earlier.images_seen)
        config = dataclasses.replace(config, **{k: v for k, v in follows.items() if getattr(args, k) is None})
    return Plan(family, config)


def _resumed(args: argparse.Namespace, folder: Path) -> Plan:
    if not (folder / checkpoint.CARD).exists() and not (folder / checkpoint.WEIGHTS).exists():
        raise Failed(f"nothing of {folder.name} was saved, so there is nothing to go on from; begin it by the same command without "
                     "--resume.")
    there = checkpoint.read_card(folder)
    if there.family != args.family:
        raise Failed(f"{folder.name} is a run of {there.family}, not of {args.family}.")
    family = families.get(args.family)
    config = family.Config.from_dict(there.config)
    given = {f.name: getattr(args, f.name) for f in dataclasses.fields(config)}
    asked: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None}
    later = {f.name for f in dataclasses.fields(config) if f.metadata["later"]}
    fixed: dict[str, tuple[Any, Any]] = {k: (getattr(config, k), v) for k, v in asked.items() if k not in later}
    own = "folder" if there.data.own else there.data.name
    fixed |= {"data": (own, args.data and args.data.replace(there.data.name, own)), "recipe": (there.recipe, args.recipe),
              "seed": (there.seed, args.seed), "init_from": (there.init_from.partition(",")[0], args.init_from)}
    for k, (was, now) in fixed.items():
        if now is not None and now != was:
            raise Failed(f"{folder.name} goes on as it began: {k} was {was or 'not given'} and cannot become {now}. What may change is "
                         f"{', '.join(sorted(later))}; for other settings begin a run of another --name, if you like with "
                         f"--init-from {folder.name}.")
    config = dataclasses.replace(config, **{k: v for k, v in asked.items() if k in later})
    args.data = there.data.name
    there = dataclasses.replace(there, config=config.to_dict(), title=args.title or there.title)
    return Plan(family, config, there, resume_state.load(folder / RESUME))


@dataclass
class _Training:
    args: argparse.Namespace
    folder: Path
    own: _Folder
    world: World
    signals: Signals
    plan: Plan

    def __post_init__(self) -> None:
        self.lead, self.bar, self.told = self.world.rank == 0, Bar(), list[notes.Note]()
        self.began = datetime.now(UTC).isoformat(timespec="seconds")

    def go(self) -> int:
        with self._ending():
            trainer = self._trainer()
            before = trainer.steps
            with self.signals.gently():
                finished = trainer.run(self.folder, save_seconds=self.args.save_seconds, stop=lambda: self.signals.noted,
                                       report=self._report, check=self.own.lock.check)
            if not self.lead:
                return 0
            if not finished and trainer.steps == before:
                raise KeyboardInterrupt
            if not finished:
                self._say("stopped", f"stopped after {trainer.images_seen:,} images; it can go on")
                tell(f"Stopped and saved. Go on with: {self._go_on()}")
                return 0
            if self.args.evaluate:
                self._measure(trainer)
            self._opens()
            self._say("finished")
        return 0

    def _trainer(self) -> loop.Trainer:
        args, plan = self.args, self.plan
        self._say("running", "loading the data")
        if self.lead and plan.kept is None:
            self._clear()
            if args.source and plan.card is None and args.data == "folder":
                for sentence in data_preview.sentences(data_preview.at(args)):
                    tell(sentence)
        dataset = self.dataset = load_data(args, plan.card.data if plan.card else None)
        self.told = list(dataset.spec.notes)
        if plan.card is None:
            chosen = {f.name for f in dataclasses.fields(plan.config) if getattr(args, f.name) is not None}
            chosen |= set(plan.family.recipes.get(args.recipe or "", {}).get(dataset.spec.name, {}))
            config, follows = readiness.suited(plan.config, dataset.spec, len(dataset.train), chosen, self.world.size)
            plan = self.plan = dataclasses.replace(plan, config=config)
            self.told += follows
        known = plan.card or Card(name=self.folder.name, family=args.family, config=plan.config.to_dict(), data=dataset.spec,
                                  spec=plan.family.build(plan.config, dataset.spec).spec, title=args.title, seed=args.seed,
                                  recipe=args.recipe or "", code_version=code_version(), created=self.began)
        known = dataclasses.replace(known, hardware=loop.hardware(self.world.device, self.world.size))
        card.check(known)
        known = self._chosen(known, dataset)
        trainer = loop.Trainer(plan.family, plan.config, known, dataset.train.images, dataset.train.labels, self.world)
        if args.init_from and plan.kept is None:
            weights, unlike, other = checkpoint.shared(args.trained / checkpoint.check_name(args.init_from), trainer.model)
            trainer.begin_with(weights)
            trainer.card = dataclasses.replace(known, init_from=f"{other.name}, {other.images_seen:,} images")
            if unlike and self.lead:
                tell(f"{len(unlike)} of the weights that {other.name} has too are of another size there and begin anew; its recipe and "
                     "settings would fit.")
        if plan.kept is not None:
            trainer.restore(plan.kept)
        if self.lead:
            notes.write(self.folder, self.told)
            for note in self.told:
                tell(notes.sentence(note))
            readiness.rehearse(self.folder, trainer.card, trainer.average, dataset)
            for kept in (checkpoint.LOG, alarms.FILE):
                log.truncate(self.folder / kept, trainer.images_seen)
            self._say("running")
        return trainer

    def _chosen(self, known: Card, dataset: Dataset) -> Card:
        """The card with the precision that was asked for, or that is quicker here."""
        asked, was, device = self.args.precision or (self.plan.card and known.trained_in) or "auto", known.trained_in, self.world.device
        ratio = known.bf16_ratio if asked == was and self.plan.card else 0.0
        chosen, steps = asked, (self.plan.config.images - known.images_seen) // self.plan.config.batch_size
        if asked == "auto":
            chosen = precision.FLOAT32
            if len(precision.offered(device)) > 1 and steps >= precision.WORTH:
                chosen, ratio = loop.quicker(self.plan.family, self.plan.config, known, dataset.train.images, dataset.train.labels,
                                             self.world)
                if self.lead:
                    tell(f"Trained in {chosen}: a step in bf16 is {ratio:.2f} × as fast as one in float32 here.")
        elif chosen not in precision.offered(device):
            raise Failed(f"{device.type} trains in {' or '.join(precision.offered(device))} here, not in {chosen}.")
        if self.plan.card and chosen != was and self.lead:
            tell(f"It was trained in {was} until here and goes on in {chosen}.")
        return dataclasses.replace(known, trained_in=chosen, bf16_ratio=round(ratio, 3))

    def _clear(self) -> None:
        """Nothing of a training that never saved goes into this one."""
        resume_state.forget(self.folder / RESUME)
        for left in (checkpoint.LOG, checkpoint.SAMPLES, alarms.FILE, stages.LIST, stages.PICTURE, checkpoint.MAP):
            (self.folder / left).unlink(missing_ok=True)

    def _report(self, p: loop.Progress) -> None:
        left = (self.plan.config.images - p.images) / max(p.images_per_second, 1e-6)
        terms = "  ".join(f"{k} {v:.4g}" for k, v in p.terms.items())
        self.bar.show(f"{p.images:,} of {self.plan.config.images:,} images  {p.images_per_second:,.0f}/s  {clock(left)} left  {terms}",
                      p.images >= self.plan.config.images or bool(p.alarms))
        for sentence in p.alarms:
            tell(sentence)

    def _measure(self, trainer: loop.Trainer) -> None:
        from .evaluate import evaluate
        self._say("running", "measuring on the test set")
        evaluate(self.folder, self.dataset, with_map=self.args.map, device=str(self.world.device), say=self.bar.show, tell=tell)
        print_card(self.folder)
        measure_for_page(self.folder.parent, [self.folder.name], str(self.world.device))

    def _opens(self) -> None:
        """Finished means that it opens: raises where it does not."""
        checkpoint.load(self.folder)
        if (self.folder / checkpoint.MAP).exists():
            maps.read(self.folder / checkpoint.MAP)

    def _say(self, what: str, message: str = "") -> None:
        if self.lead:
            status.write(self.folder, Status(what, os.getpid(), self.args.family, self.args.data, self.plan.config.images, self.began,
                                             message))

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Have the status say how it ended, whatever ends it."""
        try:
            yield
        except (Gone, Taken):
            raise                                  # the folder is not ours any more
        except KeyboardInterrupt as e:
            self._say_at_last("stopped", kept := self._kept())
            raise KeyboardInterrupt(kept) from e
        except OSError as e:
            what = disk_errors.sentence(e)
            what = f"{what} {self._kept()}" if what else f"{type(e).__name__}: {e}"
            self._say_at_last("failed", what)
            if disk_errors.sentence(e):
                raise Failed(what) from e
            raise
        except BaseException as e:
            known = isinstance(e, Failed | ValueError | ArithmeticError)
            self._say_at_last("diverged" if isinstance(e, loop.Diverged) else "failed", str(e) if known else f"{type(e).__name__}: {e}", e)
            raise

    def _say_at_last(self, what: str, message: str, error: BaseException | None = None) -> None:
        if self.lead and error is not None:
            with suppress(OSError):                # before the status: who sees that it failed sees why
                notes.write(self.folder, self.told, error)
        try:
            self._say(what, message)
        except OSError:
            tell("Not even the status could be saved.")

    def _kept(self) -> str:
        """What there is to go on from."""
        try:
            seen = checkpoint.read_card(self.folder).images_seen
        except checkpoint.CheckpointError:
            return "Nothing was saved."
        kept = f"The last save, at {seen:,} images, is kept."
        return f"{kept} Go on with: {self._go_on()}" if resume_state.there(self.folder / RESUME) else kept

    def _go_on(self) -> str:
        """The whole command line that goes on."""
        args, size = self.args, self.world.size
        words = ["torchrun", "--standalone", "--nproc_per_node", str(size)] if size > 1 else ["python"]
        words += ["-m", "training", "train", args.family, "--name", self.folder.name]
        given = [("--trained", args.trained, TRAINED), ("--cache", args.cache, None), ("--source", args.source, None),
                 ("--turned", args.turned, "auto"), ("--part", args.part, ""),
                 ("--device", args.device, "auto"), ("--threads", args.threads, None), ("--save-seconds", args.save_seconds, 60.0)]
        for option, value, default in given:
            if value != default:
                words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
        words += [] if args.evaluate else ["--no-evaluate"]
        words += [] if args.map else ["--no-map"]
        return shlex.join([*words, "--resume"])
