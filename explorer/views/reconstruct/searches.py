"""Searches for codes (inversion.py) on a thread of their own: asked about until they are done, and given up when nobody asks any more."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Literal

import numpy as np
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from ... import images
from ...latent import moves
from ...runs import lanes
from ...runs.background import Wanted, make_room, refusal
from ...runs.lanes import BEHIND, Lane
from ...runs.run import Run
from ..base import HeldOutImage, Pixels, Request, pixels_of, short
from . import inversion
from .inversion import Cancelled, Search

PATIENCE = 4.0                                  # seconds without a question after which a search is given up
MOST, EACH, KEPT = 4, 3, 24                     # searches under way and waiting, over all visitors and for one; done ones that are kept
_lane = Lane("search", 1, behind=BEHIND)        # one at a time, and behind live images


class AskSearch(Request):
    """The code of an image in a run without an encoder. Asking again tells how far it is; to stop asking, or ``cancel``, ends it."""

    image: str | HeldOutImage | Pixels
    invert: bool = False
    cancel: bool = False

    def pixels(self, run: Run) -> np.ndarray:
        """(C, H, W) uint8."""
        return pixels_of(run, self.image, self.invert)


SEARCH: TypeAdapter[AskSearch] = TypeAdapter(AskSearch)


class SearchCancelled(TypedDict):
    """It was ended."""

    ready: Literal[False]
    cancelled: Literal[True]


class SearchBegun(TypedDict):
    """Nothing was found yet; ``of`` how many steps there will be."""

    ready: Literal[False]
    step: int
    of: int


class SearchGoing(SearchBegun):
    """The best so far: a data: URL, and its squared ``error`` summed over pixels as [0, 1]."""

    error: float
    picture: str


_Class = TypedDict("_Class", {"class": int | None})


class SearchDone(_Class):
    """The code (base64 of float32), the class that it is drawn with, and a data: URL of the best of some ``steps`` in a row, with their
    ``errors``."""

    ready: Literal[True]
    step: int
    of: int
    error: float
    picture: str
    w: str
    film: str
    steps: list[int]
    errors: list[float]


SearchAnswer = SearchCancelled | SearchBegun | SearchGoing | SearchDone


class _Job(Wanted):
    def __init__(self, run: Run, pixels: np.ndarray, label: int | None, patience: float, clock: Callable[[], float]) -> None:
        super().__init__(lanes.who(), patience, clock)
        self.found = Search()
        self.done = _lane.submit(lambda: inversion.search(run, pixels, self.found, self.wanted, label), self.who).done

    @property
    def given_up(self) -> bool:
        """Whether it has ended without an answer, since nobody wanted it."""
        return self.done.done() and (self.done.cancelled() or isinstance(self.done.exception(), Cancelled))


class Searches:
    """All searches of a page, by run, image and class."""

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._jobs, self._patience, self._clock = threading.Lock(), OrderedDict[Hashable, _Job](), patience, clock

    def answer(self, run: Run, request: AskSearch) -> SearchAnswer:
        """``ready`` with the code ``w`` and the ``film``, frames in a row, with their ``steps`` and ``errors``; before that, the
        best so far. Raises Refused where too many are under way or it cannot be done."""
        pixels = request.pixels(run)
        label = None if request.label is None else run.label(request.label)
        key = (run.card.name, run.card.weights_sha256, label, hashlib.sha256(pixels.tobytes()).hexdigest())
        with self._lock:
            job = self._jobs.get(key)
            if request.cancel:
                if job is not None:
                    job.cancel()
                    del self._jobs[key]
                return {"ready": False, "cancelled": True}
            if job is None or job.given_up:
                make_room(self._jobs, lanes.who(), MOST, EACH, KEPT, "Other searches are under way; try again in a moment.")
                job = self._jobs[key] = _Job(run, pixels, label, self._patience, self._clock)
            job.ask()
            self._jobs.move_to_end(key)
        return self._told(key, job)

    def _told(self, key: Hashable, job: _Job) -> SearchAnswer:
        found = job.found
        if job.given_up:                        # just as this was asked: the next question begins it anew
            return {"ready": False, "step": 0, "of": inversion.STEPS}
        if job.done.done():
            error = job.done.exception()
            if error is not None:
                with self._lock:
                    self._jobs.pop(key, None)
                raise refusal(error)
        if found.image is None:
            return {"ready": False, "step": 0, "of": inversion.STEPS}
        picture = images.data_url(found.image)
        if not job.done.done() or found.w is None:
            return {"ready": False, "step": found.step, "of": inversion.STEPS, "error": short(found.error), "picture": picture}
        frames = np.stack([f[2] for f in found.film])
        return {"ready": True, "step": found.step, "of": inversion.STEPS, "error": short(found.error), "picture": picture,
                "w": moves.to_text(found.w), "class": found.label, "film": images.data_url(images.grid(frames, len(frames))),
                "steps": [f[0] for f in found.film], "errors": [short(f[1]) for f in found.film]}


__all__ = ["SEARCH", "AskSearch", "Searches"]
