"""What a hand that drags in each view of the page asks for, question by question, as the views' JavaScript does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .crowd import EXPLORER, Asked, post
from .live import Visitor

STEPS = 24                                      # of a drag, over and over
VALUES = [-3, -2, -1, 0, 1, 2, 3]               # of a traverse (codes/traverse.js)
Say = dict[str, Any]


def text(values: np.ndarray) -> str:
    """Base64 of float32, as the page sends codes."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


class Hand:
    """One that drags in a run: codes on a circle through two samples of it."""

    def __init__(self, visitor: Visitor, run: str) -> None:
        self.visitor, self.run = visitor, run
        self.info = json.loads(visitor.ask(f"{EXPLORER}/run/{run}"))
        spec = self.info["spec"]
        self.label = {"label": 0} if spec["num_classes"] else {}
        self.classes, self.layers = spec["num_classes"], spec["num_layers"]
        ends = [np.frombuffer(base64.b64decode(self.told({"op": "sample", "seed": s})["w"]), "<f4") for s in (1, 2)]
        middle, arm = (ends[0] + ends[1]) / 2, (ends[0] - ends[1]) / 2
        self.codes = [middle + np.cos(t) * arm for t in np.linspace(0, np.pi, STEPS)]

    def told(self, body: Say, path: str = "code") -> Any:
        """An answer before the drag."""
        return json.loads(self.visitor.ask(f"{EXPLORER}/{path}", {"run": self.run, **self.label, **body}))

    def ask(self, view: str, body: Say, path: str = "render", op: str = "") -> Asked:
        """A question of the drag."""
        return post(f"{view}: {op or body['op']}", path, {"run": self.run, **self.label, **body})

    def image(self, view: str, k: int) -> Asked:
        return self.ask(view, {"op": "image", "w": text(self.codes[k])})


def _map(hand: Hand, k: int) -> Iterator[Asked]:
    turn = 2 * np.pi * k / STEPS
    yield hand.ask("map", {"op": "place", "projection": hand.info["projections"][0], "x": 3 * np.cos(turn), "y": 3 * np.sin(turn)}, "code")
    yield hand.image("map", k)
    yield hand.ask("map", {"op": "neighbours", "w": text(hand.codes[k]), "k": 8}, "code")


def _walk(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.ask("walk", {"op": "walk", "keys": text(np.stack(hand.codes[::6])), "t": k / STEPS, "method": "slerp"})


def _traverse(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.image("codes", k)
    yield hand.ask("codes", {"op": "traverse", "w": text(hand.codes[k]), "directions": [0, 1, 2, 3], "values": VALUES})


def _classes(hand: Hand, k: int) -> Iterator[Asked]:
    rows = {"of": "class", "values": list(range(hand.classes))} if hand.classes else {"of": "direction", "index": 1, "values": VALUES}
    columns = {"of": "direction", "index": 0, "values": VALUES}
    yield hand.image("codes", k)
    yield hand.ask("codes", {"op": "codes", "w": text(hand.codes[k]), "rows": rows, "columns": columns})
    yield hand.ask("codes", {"op": "read", "w": text(hand.codes[k])}, "code")


def _styles(hand: Hand, k: int) -> Iterator[Asked]:
    layers = [n < hand.layers // 2 for n in range(hand.layers)]
    yield hand.image("styles", k)
    yield hand.ask("styles", {"op": "styles", "rows": [1, 2, 3, 4], "columns": [5, 6, 7, 8], "layers": layers, "blend": k / STEPS})


def _psi(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.image("styles", k)
    yield hand.ask("styles", {"op": "truncated", "w": text(hand.codes[k]), "values": [0, 0.25, 0.5, 0.75, 1], "cutoff": hand.layers})


def _arithmetic(hand: Hand, k: int) -> Iterator[Asked]:
    of = {"a": ["s1", "s2", "s3"], "b": ["s4", "s5", "s6"], "c": ["s7", "s8"]}
    yield hand.ask("arithmetic", {"op": "sum", **of, "strength": 2 * k / STEPS})
    yield hand.ask("arithmetic", {"op": "sum", **of, "strength": 2 * k / STEPS}, "code", "sum, its check")


def _pyramid(hand: Hand, k: int) -> Iterator[Asked]:
    more = len(hand.info["spec"]["levels"]) - 1
    yield hand.image("pyramid", k)
    yield hand.ask("pyramid", {"op": "pyramid", "w": text(hand.codes[k]), "blend": [k / STEPS] * more}, "code")


def _reconstruct(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.ask("reconstruct", {"op": "encode", "image": {"index": k}}, "code")
    yield hand.image("reconstruct", k)


def _beside(hand: Hand, k: int) -> Iterator[Asked]:
    noise = {"kind": "gaussian", "amount": k / STEPS}
    yield hand.ask("reconstruct", {"runs": ["vae-mnist", "conv-mnist", "denoising-mnist"], "image": {"index": 3}, "noise": noise}, "beside",
                   "beside")


def _units(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.ask("microscope", {"op": "values", "layer": 0, "units": list(range(12)), "w": text(hand.codes[k])}, "microscope")
    yield hand.image("microscope", k)


def _maps(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.ask("microscope", {"op": "maps", "w": text(hand.codes[k]), "layer": 2}, "microscope")
    yield hand.image("microscope", k)


def _compare(hand: Hand, k: int) -> Iterator[Asked]:
    yield hand.ask("compare", {"op": "samples", "seed": k, "n": 16, "columns": 4})


DRAGS: list[tuple[str, Callable[[Hand, int], Iterator[Asked]]]] = [
    ("vae-mnist", _map), ("progan-faces", _walk), ("dcgan-faces", _traverse), ("infogan-mnist", _classes), ("stylegan-faces-32", _styles),
    ("dcgan-faces", _arithmetic), ("lapgan-faces", _pyramid), ("vae-faces", _reconstruct), ("vae-mnist", _beside), ("conv-mnist", _units),
    ("dcgan-faces", _maps), ("vae-faces", _compare), ("stylegan-faces-32", _psi), ("conv-faces", _reconstruct), ("vae-faces", _walk),
    ("cgan-mnist", _classes)]


def drags(visitor: Visitor, n: int) -> list[list[Asked]]:
    """The questions of n visitors, each in another view while there are others."""
    hands = {run: Hand(visitor, run) for run, _ in DRAGS}
    dragged = (DRAGS * (n // len(DRAGS) + 1))[:n]
    return [[asked for k in range(STEPS) for asked in drag(hands[run], (k + at) % STEPS)] for at, (run, drag) in enumerate(dragged)]
