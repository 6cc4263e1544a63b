"""The page's side of live training: ``python -m training live`` in a process of its own, whose frames are kept until they are fetched.

Open to visitors, since it is bounded: at most MOST processes, each some small networks for a few minutes of training, no file kept. A
process ends with its time, when nobody has asked for it for IDLE seconds, after LONGEST seconds in any case, and with the page's server,
whose pipe it reads. It trains no faster than its frames are fetched: BACKLOG of them wait at most.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import struct
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

import training
from training.live import MOST_ALONE, MOST_TURNS
from training.live_panel import STEPS

from ... import NotThere
from ...runs import lanes
from ...runs.shares import Busy

MOST = 2                                        # processes at once
IDLE, LONGEST = 45.0, 900.0                     # seconds without a request, and in all
YIELDS = 20.0                                   # seconds paused after which another visitor may have the place
BACKLOG = 48                                    # frames that wait to be fetched
LARGEST = 2**20                                 # bytes of a frame, at most


class Start(BaseModel):
    """What to train on, from which seed, and the training of the same viewer that this one replaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    data: Literal["ring", "grid"]
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    replaces: Annotated[str, Field(max_length=64)] = ""


Side = Literal["critic", "generator"]
Turn = tuple[Annotated[int, Field(ge=0, le=100_000)], Side, Annotated[int, Field(ge=1, le=STEPS)]]


class Command(BaseModel):
    """Play or pause, steps a frame (0: as many as fit), single steps, updates of one side alone, or on to a step by a plan of those."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    play: bool | None = None
    speed: Annotated[int, Field(ge=0, le=100)] | None = None
    step: Annotated[int, Field(ge=1, le=10)] | None = None
    alone: Side | None = None
    updates: Annotated[int, Field(ge=1, le=MOST_ALONE)] | None = None
    until: Annotated[int, Field(ge=0, le=100_000)] | None = None
    plan: Annotated[list[Turn], Field(max_length=MOST_TURNS)] | None = None


class PanelTold(TypedDict):
    """One of the families: what its critic's ``output`` means, and the settings of its preset."""

    name: str
    title: str
    equation: str
    mathml: str
    paper: str
    output: str
    settings: dict[str, Any]


class HelloAnswer(TypedDict):
    """What a viewer must know (training/live.py). ``near``: how many sigmas off a point still counts as of high quality; ``points``,
    ``side``, ``arrows``, ``view`` and ``unit``: how a frame is laid out; ``seconds`` and ``steps``: of training, at most."""

    data: str
    seed: int
    panels: list[PanelTold]
    centres: list[list[float]]
    sigma: float
    near: float
    points: int
    side: int
    arrows: int
    view: float
    unit: int
    seconds: float
    steps: int


START: TypeAdapter[Start] = TypeAdapter(Start)
COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class Training:
    """One process and the frames that it has written and nobody has fetched yet."""

    who = ""                                    # the address that it is for

    def __init__(self, data: str, seed: int, *options: str) -> None:
        environment = dict(os.environ, OMP_NUM_THREADS="1", PYTHONIOENCODING="utf-8")
        quiet = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        self.process = subprocess.Popen(self.command(data, seed, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=environment, cwd=Path(training.__file__).parent.parent,
                                        creationflags=quiet)
        lanes.stand_behind(self.process.pid, 5)
        self.began = self.asked = time.monotonic()
        self.paused_since: float | None = self.began
        self.hello: HelloAnswer | None = None
        self.over = False
        self._frames: deque[tuple[int, bytes]] = deque()
        self._room = threading.Condition()
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    @staticmethod
    def command(data: str, seed: int, options: tuple[str, ...]) -> list[str]:
        """The command line of the process."""
        return [sys.executable, "-m", "training", "live", f"--data={data}", f"--seed={seed}", *options]

    def _read(self, out: IO[bytes]) -> None:
        """Take in what the process writes, until it ends. Waits while BACKLOG frames are there."""
        try:
            hello = json.loads(out.readline(LARGEST))
            with self._room:
                self.hello = hello
            while len(head := out.read(8)) == 8:
                size, index = struct.unpack("<II", head)
                if not 8 < size <= LARGEST or len(body := out.read(size - 8)) < size - 8:
                    break
                with self._room:
                    self._room.wait_for(lambda: len(self._frames) < BACKLOG or self.over)
                    self._frames.append((index, head + body))
        except (OSError, ValueError):           # it ended in the middle
            pass
        with self._room:
            self.over = True

    def frames(self, after: int) -> list[bytes]:
        """The frames beyond index ``after``; those up to it were received and are let go."""
        with self._room:
            self.asked = time.monotonic()
            while self._frames and self._frames[0][0] <= after:
                self._frames.popleft()
            self._room.notify_all()
            return [frame for _, frame in self._frames]

    def order(self, command: Command) -> None:
        """Tell the process. One that has ended does not hear it."""
        self.asked = time.monotonic()
        if command.play is not None:
            self.paused_since = None if command.play else self.asked
        if command.until is not None:
            self.paused_since = None
        elif command.alone is not None:
            self.paused_since = self.asked
        line = json.dumps(command.model_dump(exclude_none=True)) + "\n"
        with contextlib.suppress(OSError, ValueError):
            assert self.process.stdin is not None
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()

    @property
    def yields(self) -> bool:
        """Whether another viewer may have its place: it has ended, or rests."""
        return self.over or self.paused_since is not None and time.monotonic() - self.paused_since > YIELDS

    @property
    def forgotten(self) -> bool:
        """Whether nobody looks any more, or it has been there for too long."""
        now = time.monotonic()
        return now - self.asked > IDLE or now - self.began > LONGEST

    def end(self) -> None:
        """Stop the process and wait for it."""
        with self._room:
            self.over = True
            self._frames.clear()
            self._room.notify_all()
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        self._reader.join(2)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


class Trainings:
    """Those that are there, by a name that only their viewer knows. May be used by several threads."""

    def __init__(self, most: int = MOST, options: tuple[str, ...] = (), each: Callable[[], int] = lambda: MOST) -> None:
        self.most, self.options, self.each = most, options, each
        self._all: dict[str, Training] = {}
        self._lock = threading.Lock()
        self._watched = False
        atexit.register(self.close)

    def start(self, asked: Start, who: str = "") -> str:
        """Begin one, paused, for the address ``who``. Raises Busy when all places are taken, or all that one address may have."""
        with self._lock:
            self._drop([n for n, t in self._all.items() if n == asked.replaces or t.forgotten])
            own = [n for n, t in self._all.items() if t.who == who]
            if len(own) >= self.each():
                self._drop([n for n in own if self._all[n].yields][:1])
                if len(own) == sum(n in self._all for n in own):
                    raise Busy("A live training of yours is in use already; end it, or pause it for a moment.")
            if len(self._all) >= self.most:
                self._drop([n for n, t in self._all.items() if t.yields][:1])
            if len(self._all) >= self.most:     # who has several keeps the youngest when another comes
                held = Counter(t.who for t in self._all.values())
                self._drop([n for n, t in self._all.items() if t.who != who and held[t.who] > 1][:1])
            if len(self._all) >= self.most:
                raise Busy(f"This page runs {len(self._all)} live trainings at once, and all are in use; try again in a minute.")
            name = secrets.token_urlsafe(16)
            self._all[name] = Training(asked.data, asked.seed, *self.options)
            self._all[name].who = who
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
            return name

    def get(self, name: str) -> Training:
        """Raises NotThere for one that was ended, or never was."""
        with self._lock:
            if name not in self._all:
                raise NotThere("This live training has ended; start it again with the same seed to see the same.")
            return self._all[name]

    def stop(self, name: str) -> None:
        """End one; nothing happens when there is none of that name."""
        with self._lock:
            self._drop([n for n in self._all if n == name])

    def close(self) -> None:
        """End all."""
        with self._lock:
            self._drop(list(self._all))

    def __len__(self) -> int:
        with self._lock:
            return len(self._all)

    def _drop(self, names: list[str]) -> None:
        for name in names:
            self._all.pop(name).end()

    def _watch(self) -> None:
        """End what is forgotten, for as long as there is any."""
        while True:
            time.sleep(min(IDLE, 2.0))
            with self._lock:
                self._drop([n for n, t in self._all.items() if t.forgotten])
                if not self._all:
                    self._watched = False
                    return
