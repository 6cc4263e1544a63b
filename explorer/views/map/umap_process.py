"""UMAP in a process of its own, so that the page answers while it is fitted. Imported by that process too: nothing heavy at the top."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

LOOKS = 0.1                                     # seconds between two looks whether the map is still wanted


class Cancelled(Exception):
    """Nobody wants the map any more; its process was ended."""


def _work(pipe: Connection, codes: np.ndarray, settings: dict[str, Any]) -> None:
    from training import maps
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)                          # live images come first
    try:
        pipe.send(("done", maps.fit_umap(codes, progress=lambda share: pipe.send(("share", share)), **settings)))
    except maps.MapError as e:
        pipe.send(("refused", str(e)))
    except BrokenPipeError:                     # the page is gone
        pass


def fit(codes: np.ndarray, wanted: Callable[[], bool] = lambda: True, **settings: Any) -> Iterator[tuple[str, Any]]:
    """Yields ("share", how much is done in [0, 1]) and at last ("done", places (n, 2) float32).

    Raises ValueError with one sentence, and Cancelled within a fraction of a second once ``wanted`` says no. Either way, and when the
    iterator is closed, the process is ended.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, codes, settings), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            there = False
            while not there:
                if not wanted():                # also where more and more is told
                    raise Cancelled
                there = ours.poll(LOOKS)
            try:
                kind, value = ours.recv()
            except EOFError as e:
                raise ValueError("Fitting the map ended unexpectedly; there may be too little memory for it.") from e
            if kind == "refused":
                raise ValueError(value)
            yield kind, value
            if kind == "done":
                return
    finally:
        process.kill()
        process.join()
        ours.close()


__all__ = ["Cancelled", "fit"]
