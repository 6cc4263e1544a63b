"""UMAP in a process of its own, so that the page answers while it is fitted. Imported by that process too: nothing heavy at the top."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import numpy as np


def _work(pipe: Connection, codes: np.ndarray, settings: dict[str, Any]) -> None:
    from training import maps
    try:
        pipe.send(("done", maps.fit_umap(codes, progress=lambda epoch, epochs: pipe.send(("epoch", (epoch, epochs))), **settings)))
    except maps.MapError as e:
        pipe.send(("refused", str(e)))


def fit(codes: np.ndarray, **settings: Any) -> Iterator[tuple[str, Any]]:
    """Yields ("epoch", (done, of)) and at last ("done", places (n, 2) float32). Raises ValueError with one sentence.

    Closing the iterator ends the process.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, codes, settings), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
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
        process.terminate()
        process.join()
        ours.close()
