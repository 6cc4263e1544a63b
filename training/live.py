"""Several families at once on the same points from one seed, frame by frame: what the Collapse view draws.

``python -m training live --data ring --seed 0`` writes a line of JSON (``Live.hello``) and then binary frames to standard output, and
takes a line of JSON for each command from standard input: {"play": true}, {"speed": 5}, {"step": 1}, {"until": 240}, {"alone": "critic",
"updates": 50}: updates of one side only, while the other rests; {"until": 240, "plan": [[120, "critic", 50]]}: on to step 240, with 50
of them at step 120. It ends with its input, and when its share of training time or steps is used up. Nothing is kept: no file is written.

A frame, little-endian: HEAD (bytes in all, index, step, seconds trained, state, and the updates that critic and generator took alone), and
for each preset PANEL (the critic's lowest and highest value, the longest arrow, reverse KL, high-quality share, modes covered, distance,
the critic's mean at real and at generated points, all updates of critic and of generator), then ``POINTS`` points as int16 (n, 2) in
units of 1 / UNIT, the critic's values as uint8 (SIDE, SIDE) from lowest to highest, top row first, and arrows as int16 (ARROWS, ARROWS,
2) in units of the longest / 32767.
"""

from __future__ import annotations

import json
import math
import queue
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import data, families, points
from .checkpoint import Card
from .loop import Trainer
from .typeset import typeset
from .world import World

POINTS, SIDE, ARROWS = 512, 40, 14
VIEW = 1.15                                       # half the side of the square that critic and arrows cover
UNIT = 16384                                      # points are kept to 1 / UNIT, up to ±2
HEAD, PANEL = struct.Struct("<IIIfIII"), struct.Struct("<fffffIfffII")
PAUSED, PLAYING, OVER, DIVERGED = range(4)        # states of a frame
SECONDS, STEPS = 180.0, 4_000                     # of training, at most
FASTEST = 15.0                                    # frames a second
BUDGET = 0.07                                     # seconds of training a frame where the speed is "as fast as it can"
SIDES = ("critic", "generator")
MOST_ALONE, MOST_TURNS = 500, 200                 # updates of one side at once, and such turns of a plan
SHOWN = 10                                        # frames in which updates of one side are shown
REPLAY = 0.5                                      # and on the way to a step that was asked for, where frames only tell how far it is


@dataclass(frozen=True)
class Preset:
    """A panel: a family, its settings on points, and what its critic's number means ("probability": its sigmoid is one; "score")."""

    name: str
    family: str
    output: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)     # data set ("*": any) → settings


# Found by trial, seed 0, 2,500 samples. Ring: GAN 3 of 8 modes at step 1,000, 4 at 2,000 (Lin et al. 2018: 6.3 in the end); WGAN 8, high
# quality 2 % and 12 %; WGAN-GP 8, high quality 89 % at step 4,000. Grid: GAN 1 and 3 of 25; WGAN 17 and 20. At the ring's rates the GAN
# finds none of the grid, and at the grid's none of the ring.
SHARED: dict[str, Any] = dict(batch_size=128, z_dim=8, width=64, ema_images=0)
PRESETS = (
    Preset("gan", "gan", "probability", {"*": dict(learning_rate=1e-3, beta1=0.0), "ring": dict(learning_rate=5e-4, generator_rate=3.0)}),
    Preset("wgan", "wgan", "score", {"*": dict(learning_rate=5e-4, clip=0.1)}),
    Preset("wgan-gp", "wgan-gp", "score", {"*": dict(learning_rate=2e-3, beta1=0.5, penalty=0.1, decay="cosine")}),
)


class Panel:
    """One family in training, with random numbers of its own, so that it goes the same way whatever trains beside it."""

    def __init__(self, preset: Preset, dataset: data.Dataset, seed: int) -> None:
        family = families.get(preset.family)
        settings = {**SHARED, **preset.settings.get("*", {}), **preset.settings.get(dataset.spec.name, {})}
        config = family.Config.from_dict({"images": STEPS * settings["batch_size"], **settings})
        card = Card(preset.name, preset.family, config.to_dict(), dataset.spec, family.build(config, dataset.spec).spec, seed=seed)
        self.preset, self.family, self.config = preset, family, config
        self.trainer = Trainer(family, config, card, dataset.train.images, dataset.train.labels, World())
        self._random = torch.get_rng_state()
        self.z = self.trainer.model.sample_z(POINTS, torch.Generator().manual_seed(seed))
        self.real = self.trainer.stream.take(torch.arange(POINTS)).images
        self.updates = dict.fromkeys(SIDES, 0)

    def step(self) -> None:
        """One generator step, with the critic steps that belong to it."""
        self._own(self.trainer.step)
        for k, phase in enumerate(self.trainer.phases):
            self.updates[SIDES[self.trainer.trains_model(k)]] += phase.repeats

    def alone(self, side: str) -> None:
        """One update of the critic or of the generator by its own loss, while the other stays as it is."""
        self._own(lambda: self.trainer.update(model=side == "generator"))
        self.updates[side] += 1

    def _own(self, move: Callable[[], None]) -> None:
        """Move with this panel's random numbers."""
        torch.set_rng_state(self._random)
        self.trainer.terms()                     # a frame tells of its own step alone, whenever the one before it was drawn
        move()
        self._random = torch.get_rng_state()

    def says(self, xy: Tensor) -> tuple[Tensor, Tensor]:
        """Of points (n, 2): the critic's value (n,), a probability or a score, and what the generator's loss would raise there (n,)."""
        critic = self.trainer.objective.get_submodule("discriminator")
        value = critic(xy)
        return (value.sigmoid(), F.logsigmoid(value)) if self.preset.output == "probability" else (value, value)

    @torch.no_grad()
    def points(self) -> np.ndarray:
        """(POINTS, 2) int16: where the same noise is sent now, in units of 1 / UNIT."""
        model = self.trainer.model
        xy = model.synthesize(model.map(self.z)).numpy()
        return (np.nan_to_num(xy).clip(-1.999, 1.999) * UNIT).round().astype("<i2")

    def frame(self, name: str) -> bytes:
        """This panel's part of a frame."""
        xy = self.points()
        at = xy.astype(np.float64) / UNIT
        with torch.no_grad():
            value = self.says(_lattice(SIDE))[0].numpy()
            real, fake = (float(self.says(x)[0].mean()) for x in (self.real, torch.from_numpy(at).float()))
        place = _lattice(ARROWS).requires_grad_()
        pull, = torch.autograd.grad(self.says(place)[1].sum(), place)
        lo, hi, longest = float(value.min()), float(value.max()), float(pull.norm(dim=1).max())
        shade = (value - lo) * (255 / max(hi - lo, 1e-12))
        arrows = pull.numpy() * (32767 / max(longest, 1e-12))
        terms = self.trainer.terms()
        distance = next((v for k, v in terms.items() if k.endswith("/wasserstein")), math.nan)
        head = PANEL.pack(lo, hi, longest, points.reverse_kl(name, at), points.high_quality_share(name, at), points.modes_covered(name, at),
                          distance, real, fake, self.updates["critic"], self.updates["generator"])
        return b"".join((head, xy.tobytes(), shade.round().astype(np.uint8).tobytes(), arrows.round().astype("<i2").tobytes()))


def _lattice(side: int) -> Tensor:
    """(side², 2) middles of the squares that cut the view, row by row from the top."""
    middle = (torch.arange(side) + 0.5) / side * 2 * VIEW - VIEW
    y, x = torch.meshgrid(-middle, middle, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)


class Live:
    """All presets on one data set of points. ``step`` and ``frame`` do the work, ``run`` obeys commands."""

    def __init__(self, name: str, seed: int = 0, seconds: float = SECONDS, steps: int = STEPS,
                 presets: tuple[Preset, ...] = PRESETS) -> None:
        if name not in points.MIXTURES:
            raise data.DataError(f"Live training is for points in the plane: {', '.join(points.MIXTURES)}.")
        self.name, self.seed, self.most_seconds, self.most_steps = name, seed, seconds, steps
        dataset = data.load(name, limit=points.COUNTS[0])
        self.panels = [Panel(p, dataset, seed) for p in presets]
        self.index, self.steps, self.seconds, self.speed = 0, 0, 0.0, 1
        self.state: int = PAUSED
        self.until: int | None = None                        # the step that is trained on to
        self.alone = dict.fromkeys(SIDES, 0)
        self.plan: list[tuple[int, str, int]] = []           # turns of one side that are due at a step, on the way to ``until``
        self._turns: list[tuple[str, int, int]] = []         # turns that were asked for: side, updates left, updates a frame

    def hello(self) -> dict[str, Any]:
        """What a viewer must know: the panels, the modes, and how a frame is laid out."""
        panels = [dict(name=p.preset.name, title=p.family.title, equation=p.family.equation, mathml=typeset(p.family.equation),
                       paper=p.family.paper, output=p.preset.output, settings=p.config.to_dict()) for p in self.panels]
        centres, sigma = points.centres(self.name).tolist(), points.sigma(self.name)
        return dict(data=self.name, seed=self.seed, panels=panels, centres=centres, sigma=sigma, near=points.HIGH_QUALITY,
                    points=POINTS, side=SIDE, arrows=ARROWS, view=VIEW, unit=UNIT, seconds=self.most_seconds, steps=self.most_steps)

    def step(self) -> None:
        """One step of every panel. Sets the state to OVER where nothing can follow."""
        self._all(Panel.step)
        self.steps += 1
        self._bound()

    def one_side(self, side: str) -> None:
        """One update of every panel's critic, or of every panel's generator. It counts as a step where these are bounded."""
        self._all(lambda panel: panel.alone(side))
        self.alone[side] += 1
        self._bound()

    def _all(self, move: Callable[[Panel], None]) -> None:
        began = time.perf_counter()
        for panel in self.panels:
            move(panel)
        self.seconds += time.perf_counter() - began

    def _bound(self) -> None:
        if self.steps + sum(self.alone.values()) >= self.most_steps or self.seconds >= self.most_seconds:
            self.state = OVER

    def frame(self) -> bytes:
        """What there is to see now."""
        began = time.perf_counter()
        if not all(panel.trainer.finite() for panel in self.panels):
            self.state = DIVERGED
        body = b"".join(panel.frame(self.name) for panel in self.panels)
        head = HEAD.pack(HEAD.size + len(body), self.index, self.steps, self.seconds, self.state,
                         self.alone["critic"], self.alone["generator"])
        self.index += 1
        self.seconds += time.perf_counter() - began
        return head + body

    def burst(self) -> None:
        """The steps until the next frame: ``speed`` of them, or for 0 as many as fit into BUDGET.

        On the way to ``until`` they are as many as fit into REPLAY, and there is a pause exactly there. A frame never tells of both sides'
        steps and of one side's alone: turns of the plan begin and end with a burst."""
        if self.until is not None:
            self._replay(self.until)
            return
        until, done = time.perf_counter() + BUDGET, 0
        while self.state in (PAUSED, PLAYING) and (done < self.speed if self.speed else not done or time.perf_counter() < until):
            self.step()
            done += 1

    def _replay(self, until: int) -> None:
        """Part of the way to a step and of the plan on it."""
        end = time.perf_counter() + REPLAY
        if self.plan and self.plan[0][0] <= self.steps:
            at, side, left = self.plan[0]
            while left and self.state == PLAYING and time.perf_counter() < end:
                self.one_side(side)
                left -= 1
            self.plan[:1] = [(at, side, left)] if left else []
        else:
            goal = min(until, self.plan[0][0]) if self.plan else until
            while self.state == PLAYING and self.steps < goal and time.perf_counter() < end:
                self.step()
        if self.state == PLAYING and self.steps >= until and not self.plan:
            self.state, self.until = PAUSED, None

    def _turn(self) -> None:
        """A frame's share of a turn that was asked for."""
        side, left, share = self._turns[0]
        for _ in range(min(share, left)):
            if self.state == PAUSED:
                self.one_side(side)
        self._turns[:1] = [(side, left - share, share)] if left > share else []

    def obey(self, command: dict[str, Any]) -> int:
        """Follow one command; returns the single steps that it asks for."""
        if "speed" in command:
            self.speed = max(0, min(int(command["speed"]), 100))
        if self.state not in (PAUSED, PLAYING):
            return 0
        if "play" in command:
            self._rest()
            self.state = PLAYING if command["play"] else PAUSED
        if "until" in command:
            plan = [(int(at), side, min(int(n), STEPS)) for at, side, n in command.get("plan", ())[:MOST_TURNS] if side in SIDES]
            if int(command["until"]) > self.steps or plan:
                self._rest()
                self.state, self.until = PLAYING, max(self.steps, int(command["until"]))
                self.plan = sorted(plan, key=lambda turn: turn[0])
        if command.get("alone") in SIDES:
            if self.state == PLAYING:
                self._rest()
            self.state, n = PAUSED, max(1, min(int(command.get("updates", 1)), MOST_ALONE))
            self._turns = [*self._turns, (command["alone"], n, -(-n // SHOWN))][:MOST_TURNS]
        return max(0, min(int(command.get("step", 0)), 100))

    def _rest(self) -> None:
        """Let go of what was still to be done."""
        self.until, self.plan, self._turns = None, [], []

    def run(self, commands: queue.SimpleQueue[dict[str, Any] | None], write: Callable[[bytes], None]) -> None:
        """Until a command is None, or time or steps are used up. Writes a frame first, then one after each burst and each single step."""
        write(self.frame())
        pending, last = 0, time.perf_counter()
        while self.state in (PAUSED, PLAYING):
            busy = pending or self._turns or self.state == PLAYING
            try:
                command = commands.get(block=not busy)
                if command is None:
                    return
                pending += self.obey(command)
                continue
            except queue.Empty:
                pass
            if self.state == PLAYING:
                self.burst()
            elif self._turns:
                self._turn()
            else:
                pending -= 1
                self.step()
            write(self.frame())
            time.sleep(max(0.0, last + 1 / FASTEST - time.perf_counter()))
            last = time.perf_counter()


def commands(lines: IO[str], into: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    """Put each line's JSON object into the queue, and None at the end. A line that is no object is left out."""
    for line in lines:
        try:
            value = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(value, dict):
            into.put(value)
    into.put(None)


__all__ = ["PRESETS", "Live", "Panel", "Preset", "commands"]
