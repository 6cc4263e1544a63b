"""Several folders of runs seen as one: what each holds, and what of it has a name that is taken.

New trainings, and whatever is changed or kept of a run, go to the first folder alone; nothing is ever written into the others. What is kept
there of another folder's run (its title, maps fitted anew, what was measured) lies in ``_own/<run>-<its weights>``. Of two runs of one name
the one in the earlier folder is shown; the other is told to be hidden, unless it is the same run, weight for weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training import checkpoint
from training.checkpoint import Card

OWN = "_own"                                    # a name that no run can have
DIGITS = 12                                     # of the weights' SHA-256 in a folder's name


@dataclass(frozen=True)
class Listed:
    """``cards`` of all runs by name, ``places`` their folders; for each folder that is none ``problems`` has a sentence, and ``hidden`` one
    for each run that another hides."""

    cards: Mapping[str, Card]
    places: Mapping[str, Path]
    problems: Mapping[str, str]
    hidden: Mapping[str, str]


class Folders:
    """Folders of runs, each once, the one that is written to first."""

    def __init__(self, roots: Path | Iterable[Path]) -> None:
        given = [roots] if isinstance(roots, Path) else [Path(r) for r in roots]
        if not given:
            raise ValueError("there is no folder of runs")
        known: dict[Path, Path] = {}
        for root in given:
            known.setdefault(root.resolve(), root)
        self.all: tuple[Path, ...] = tuple(known.values())
        self.first = self.all[0]

    def __iter__(self) -> Iterator[Path]:
        return iter(self.all)

    def candidates(self) -> list[Path]:
        """Whatever may be a run. A folder that cannot be read is left out: ``read`` says why."""
        found: list[Path] = []
        for root in self.all:
            try:
                found += checkpoint.folders(root) if root.is_dir() else []
            except OSError:
                continue
        return found

    def read(self) -> Listed:
        """All cards, anew."""
        cards: dict[str, Card] = {}
        places: dict[str, Path] = {}
        problems: dict[str, str] = {}
        hidden: dict[str, str] = {}
        for root in self.all:
            here, wrong = checkpoint.runs(root)
            for card in here:
                if card.name not in cards:
                    cards[card.name], places[card.name] = card, root / card.name
                elif card.weights_sha256 != cards[card.name].weights_sha256:
                    key = f"{card.name} · {self.title(root)}"
                    hidden[key] = (f"{card.name} of {self.title(root)} is hidden: there is another run of that name in "
                                   f"{self.title(places[card.name].parent)}, which comes first.")
            for name, why in wrong.items():
                problems.setdefault(name, why)
                if problems[name] != why:
                    problems[f"{name} · {self.title(root)}"] = f"{self.title(root)}: {why}"
        return Listed(dict(sorted(cards.items())), places, problems, hidden)

    def stamp(self) -> tuple[int, ...]:
        """When what is kept of the others' runs was changed: their titles are among it."""
        if len(self.all) == 1:
            return ()
        return tuple(p.stat().st_mtime_ns for p in sorted((self.first / OWN).glob("*")) if p.is_dir())

    def title(self, root: Path) -> str:
        """What a folder is called where visitors read it: never its path; its number where two have one name."""
        names = [r.resolve().name for r in self.all]
        name = checkpoint.readable(root.resolve().name)
        return name if names.count(root.resolve().name) == 1 else f"{name} (folder {self.all.index(root) + 1})"

    def kept(self, folder: Path, card: Card) -> Path:
        """Where what is changed or kept of a run goes: its own folder if that is in the first, which may not be there yet otherwise."""
        if folder.parent == self.first:
            return folder
        return self.first / OWN / f"{card.name}-{card.weights_sha256[:DIGITS]}"


__all__ = ["DIGITS", "OWN", "Folders", "Listed"]
