"""What a command tells the person who gave it, while it works."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from .model import DataSpec

if TYPE_CHECKING:
    from .data import Dataset


class Failed(Exception):
    """A command cannot do what was asked; the message goes to the person, without a traceback."""


class Bar:
    """One line on a terminal that says how far it is; plain lines now and then in a file."""

    def __init__(self) -> None:
        self.live, self.last = sys.stderr.isatty(), 0.0

    def show(self, text: str, done: bool = False) -> None:
        """Print ``text`` over the line before."""
        now = time.monotonic()
        if self.live:
            print(f"\r\x1b[K{text}", end="\n" if done else "", file=sys.stderr, flush=True)
        elif done or now - self.last > 20:
            print(text, file=sys.stderr, flush=True)
            self.last = now


def tell(sentence: str) -> None:
    """A sentence that stays, unlike the bar's."""
    print(sentence, file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss or m:ss."""
    minutes, s = divmod(int(seconds), 60)
    h, m = divmod(minutes, 60)
    return f"{h}:{m:02d}:{s:02d}" if h else f"{m}:{s:02d}"


def load_data(args: argparse.Namespace, again: DataSpec | None = None) -> Dataset:
    """The data set that the arguments name, or a card's (``again``), with a progress line while it is fetched or drawn."""
    from . import data
    bar = Bar()

    def progress(done: int, total: int) -> None:
        bar.show(f"data: {done:,} of {total:,}", done == total)
    reading = data.Reading(args.turned, args.part)
    if again is not None:
        return data.load_again(again, cache=args.cache, source=args.source, progress=progress, reading=reading)
    return data.load(args.data, cache=args.cache, source=args.source, size=args.size, progress=progress, reading=reading)
