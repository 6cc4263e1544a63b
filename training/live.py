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
import queue
import struct
import time
from collections.abc import Callable
from typing import IO, Any

from . import data, points
from .live_panel import ARROWS, POINTS, PRESETS, SIDE, SIDES, STEPS, UNIT, VIEW, Panel, Preset
from .typeset import typeset

HEAD = struct.Struct("<IIIfIII")
PAUSED, PLAYING, OVER, DIVERGED = range(4)        # states of a frame
SECONDS = 180.0                                   # of training, at most
FASTEST = 15.0                                    # frames a second
BUDGET = 0.07                                     # seconds of training a frame where the speed is "as fast as it can"
MOST_ALONE, MOST_TURNS = 500, 200                 # updates of one side at once, and such turns of a plan
SHOWN = 10                                        # frames in which updates of one side are shown
REPLAY = 0.5                                      # and on the way to a step that was asked for, where frames only tell how far it is


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


__all__ = ["Live", "commands"]
