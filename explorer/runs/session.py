"""The runs of some folders, loaded when asked for and kept while in use. Shared by all requests: every method may be called from any
thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from training import checkpoint, data_folders, devices, families, features, heldout, maps, memory, run_label
from training.checkpoint import Card, CheckpointError
from training.data import DataError
from training.features import FeatureError, FeatureNet
from training.files import Outside, inside
from training.heldout import HeldOut, open_heldout
from training.model import DataSpec, LatentModel

from .. import NotThere, Refused
from . import datasets
from .cache import Recent
from .folders import Folders
from .run import DAMAGED, Run

T = TypeVar("T")
KEPT = 5 * 2**25                                # bytes of runs that stay loaded, weights and all: nearly all of the forty that are shipped


class Session:
    """What the page knows of ``trained``, a folder of runs, or several: then the first alone is written to (runs/folders.py)."""

    def __init__(self, trained: Path | Iterable[Path], device: str = "cpu", keep: int = KEPT,
                 given: Mapping[Path, LatentModel] | None = None) -> None:
        """``keep``: bytes of the runs that stay loaded; the one opened last does in any case. ``given``: models that are in memory already,
        by the folders of their runs: those that the owner named when she started the page."""
        self.given = dict(given or {})
        self.folders, self.device = Folders(trained), str(devices.find(device))    # raises DeviceError
        self._runs, self._held, self._small = Recent(keep, lambda run: run.nbytes), Recent(4), Recent(64)
        self.places: Mapping[str, Path] = {}    # of those listed last: such a run is looked up without listing all again

    def runs(self) -> tuple[dict[str, Card], dict[str, str]]:
        """Cards of all runs by name, with the titles that their owners gave them, and for each folder that is none a sentence."""
        return self.listing()[:2]

    def listing(self) -> tuple[dict[str, Card], dict[str, str], dict[str, run_label.Label]]:
        """What ``runs`` gives, and what the owner calls each run and says of it. Read again when the folder has changed."""
        stamp = tuple((str(p), *map(_stamp, (p, p / checkpoint.CARD, p / checkpoint.WEIGHTS, p / run_label.LABEL)))
                      for p in self.folders.candidates())

        def make() -> tuple[dict[str, Card], dict[str, str], dict[str, run_label.Label]]:
            found = self.folders.read()
            self.places = found.places
            labels = {name: self._label(found.places[name], card) for name, card in found.cards.items()}
            return {n: _titled(c, labels[n]) for n, c in found.cards.items()}, {**found.problems, **found.hidden}, labels
        return self._small.get("runs", (stamp, self.folders.stamp()), make)

    def _label(self, folder: Path, card: Card) -> run_label.Label:
        """What was said of a run here, else in its own folder."""
        kept = self.folders.kept(folder, card)
        return run_label.read(kept if (kept / run_label.LABEL).is_file() else folder)

    @property
    def trained(self) -> Path:
        """The folder that is written to: where new trainings go, and whatever is changed or kept of a run."""
        return self.folders.first

    def place(self, name: str) -> Path:
        """The folder of a listed run, which is only written to where ``kept`` says the same. Raises NotThere, Refused."""
        self.card(name)
        return self.places[name]

    def kept(self, name: str) -> Path:
        """Where what is changed or kept of a listed run lies; it need not be there yet. Raises NotThere, Refused."""
        card = self.card(name)
        return self.folders.kept(self.places[name], card)

    def titled(self, card: Card) -> Card:
        """A listed run's card, with the title that its owner gave it."""
        place = self.places.get(card.name)
        return card if place is None else _titled(card, self._label(place, card))

    def first(self, cards: Mapping[str, Card] | None = None) -> str | None:
        """The run to open with: one that was named at the start, else see ``first_of``; None without runs. ``cards``: as ``runs`` gives."""
        cards = self.runs()[0] if cards is None else cards
        return self.named(cards) or first_of(cards)

    def named(self, cards: Mapping[str, Card]) -> str | None:
        """That of ``cards`` that the owner named when she started the page."""
        return next((name for name in cards if self.places.get(name) in self.given), None)

    def card(self, name: str) -> Card:
        """The card of a listed run. Raises NotThere: a name from a request is only ever looked up, never made a path."""
        cards, problems = self.runs()
        if name not in cards:
            if name in problems:
                raise Refused(problems[name])
            raise NotThere("There is no run of that name here; it may have been renamed or deleted.")
        return cards[name]

    def run(self, name: str) -> Run:
        """The run, loaded. Raises NotThere, or Refused with a sentence when it cannot be loaded."""
        folder = self.places.get(name)
        if folder is None or not (folder / checkpoint.CARD).is_file():
            folder = self.place(name)           # gone, or never whole: this says which
        stamp = (str(folder), *(_stamp(folder / f) for f in (checkpoint.CARD, checkpoint.WEIGHTS, checkpoint.MAP)))
        return self._runs.get(name, stamp, partial(self._load, folder))

    def loaded(self, name: str) -> bool:
        """Whether ``run`` need not load it first, as far as is known without a look at the disk."""
        return name in self._runs

    def _load(self, folder: Path) -> Run:
        memory.release()                        # what was worked on before took its share
        try:
            named = self.given.get(folder)
            model, card = checkpoint.load(folder, self.device) if named is None else (named, checkpoint.read_card(folder))
            path = inside(folder, checkpoint.MAP)
            kept = maps.read(path) if path.is_file() else None
        except (CheckpointError, maps.MapError, Outside) as e:
            raise Refused(str(e)) from e
        try:
            held = self.held_of(card.data)
        except Refused:                         # the run can be explored without them
            held = None
        if kept is None and model.spec.encodes and held is not None and tuple(held.spec.shape) == model.spec.shape:
            kept = maps.Map(None)               # a training that was stopped before it was measured
        if self.device == "cpu" and named is None:       # as convolutions want their weights there: 1 to 1.3 times as many images a second
            model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return Run(folder, card, model, self.device, kept, held, partial(self.classifier, card.data, folder.parent),
                   self.folders.kept(folder, card), self._beside)

    def _beside(self) -> Mapping[Path, Card]:
        """The cards of all listed runs, by their folders."""
        cards = self.runs()[0]
        return {self.places[name]: card for name, card in cards.items()}

    def classifier(self, data: DataSpec, root: Path | None = None) -> FeatureNet | None:
        """The classifier of exactly this data set (training/features.py), that in the folder ``root`` before others'; None where there is
        none. Raises Refused when it is damaged."""
        roots = sorted(self.folders, key=lambda r: r != root)
        folders = {r: features.folder_of(r, data, self._net_of) for r in roots}
        root = next((r for r in roots if (folders[r] / features.CARD).is_file()), self.trained)
        folder = folders[root]
        try:
            return self._small.get(f"classifier {folder}", (_stamp(folder / features.CARD), _stamp(folder / features.WEIGHTS)),
                                   lambda: features.load(root, data))
        except FeatureError as e:
            raise Refused(str(e)) from e

    def held(self, folder: str) -> HeldOut:
        """The held-out images in a folder that belongs to one of the runs. Raises NotThere, or Refused when they are damaged."""
        sets = {c.data.key: c.data for c in self.runs()[0].values() if folder in (c.data.name, c.data.key)}
        there = [root / heldout.FOLDER / folder for root in self.folders]
        data = next((d for place in there for d in sets.values() if self._sheets(d) == place), sets.get(folder))
        if data is None and sets and any((p / heldout.SHEET).is_file() and self._sheets_of(p) is None for p in there):
            raise Refused(DAMAGED)
        if data is None:
            raise NotThere("There are no test images of that data set here.")
        return self.held_of(data)

    def held_of(self, data: DataSpec) -> HeldOut:
        """The held-out images of exactly this data set, not of another of its name. Raises NotThere, or Refused when they are damaged."""
        folder = self._sheets(data)
        if folder is None:
            raise NotThere("There are no test images of that data set here.")
        try:
            return self._held.get(str(folder), _stamps(folder), partial(open_heldout, folder))
        except DataError as e:
            raise Refused(DAMAGED) from e

    def _sheets(self, data: DataSpec) -> Path | None:
        found = (data_folders.find(root / heldout.FOLDER, data, self._sheets_of) for root in self.folders)
        return next((folder for folder in found if folder is not None), None)

    def asked_as(self, held: HeldOut) -> str:
        """The name by which ``held`` finds these images: that of their folder, unless an earlier one has another of that name."""
        name = held.folder.name
        first = next((f for f in (root / heldout.FOLDER / name for root in self.folders) if self._sheets_of(f) is not None), held.folder)
        return name if first == held.folder else held.spec.key

    def _sheets_of(self, folder: Path) -> str | None:
        return self._fingerprint(heldout.SHEET, heldout.fingerprint, folder)

    def _net_of(self, folder: Path) -> str | None:
        return self._fingerprint(features.CARD, features.fingerprint, folder)

    def _fingerprint(self, card: str, read: data_folders.Known, folder: Path) -> str | None:
        """What ``read`` finds in a folder, whose file ``card`` says it; kept until that file changes."""
        path = folder / card
        return self._small.get(f"fingerprint {path}", _stamp(path), partial(read, folder)) if path.is_file() else None

    def others_images(self, data: DataSpec) -> bool:
        """Whether there are held-out images of this name here, but of another data set, so that none are shown."""
        places = (root / heldout.FOLDER for root in self.folders)
        return self._sheets(data) is None and any(data_folders.others(place, data, self._sheets_of) for place in places)

    def titles(self) -> dict[str, str]:
        """A title for each data set of the runs, by its key; no two are alike."""
        return datasets.titles(c.data for c in self.runs()[0].values())

    def file(self, path: Path, make: Callable[[Path], T]) -> T:
        """``make(path)``, kept until the file changes. For small things only. Raises NotThere when there is no such file in its folder."""
        try:
            there = inside(path.parent, path.name).is_file()
        except Outside:
            there = False
        if not there:
            raise NotThere("There is no such file.")
        return self._small.get(f"{make.__qualname__} {path}", _stamp(path), partial(make, path))

    def about(self, run: str | Card) -> dict[str, str]:
        """Paper, equation and summary of the family a run belongs to, for showing."""
        family = families.get((self.card(run) if isinstance(run, str) else run).family)
        return {"paper": "; ".join((family.paper, *family.variants)), "equation": family.equation, "summary": family.summary,
                "family_title": family.title}


def _titled(card: Card, told: run_label.Label) -> Card:
    return dataclasses.replace(card, title=told.title) if told.title else card


def first_of(cards: Mapping[str, Card]) -> str | None:
    """The run whose map explains itself: best one whose code is the plane itself and known to be anywhere in it, then one that keeps its
    classes apart; without any the first by name; None without runs."""
    def clear(name: str) -> tuple[float, float]:
        spec, apart = cards[name].spec, cards[name].value("map_accuracy") or 0.0
        plane = spec.w_dim * spec.num_layers == 2 and spec.stochastic
        return (float(bool(apart) and plane), apart)
    return max(cards, key=clear, default=None)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        s = path.stat()
    except OSError:
        return (0, 0)
    return (s.st_mtime_ns, s.st_size)


def _stamps(folder: Path) -> tuple[Hashable, ...]:
    return tuple((p.name, *_stamp(p)) for p in sorted(folder.iterdir()))
