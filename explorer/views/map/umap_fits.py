"""Maps fitted anew, each for whoever asked: one at a time on this machine, the others in a short queue, and given up when nobody asks.

The owner's map is kept beside the shipped one (own_maps.py); a visitor's goes to that browser alone. Nothing shipped is written over.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from training import maps

from ... import NotThere, Refused
from ...latent import moves
from ...runs.background import Wanted, make_room, refusal
from ...runs.lanes import Lane
from ...runs.run import Run
from ...runs.session import Session
from .. import Access
from . import own_maps
from .umap_process import Cancelled, fit

MOST, EACH, KEPT = 4, 3, 8                      # fits under way and waiting, over all visitors and for one; done ones to be fetched
PATIENCE, LONGEST = 15.0, 900.0                 # seconds without a question after which one is given up; seconds that one may take
_lane = Lane("fit", 1)
log = logging.getLogger(__name__)


class AskFit(BaseModel):
    """How to lay out which run's codes, and the fit of the same browser that this one replaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    run: Annotated[str, Field(max_length=64)]
    n_neighbors: Annotated[int, Field(ge=2, le=200)]
    min_dist: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    metric: Literal["euclidean", "cosine", "manhattan", "correlation"]
    replaces: Annotated[str, Field(max_length=64)] = ""


class FitWaiting(TypedDict):
    """It stands in the queue, behind how many."""

    state: Literal["waiting"]
    ahead: int


class FitGoing(TypedDict):
    """``share``: how far it is, 0 to 1."""

    state: Literal["fitting"]
    share: float


class FitDone(TypedDict):
    """The places (``xy``: base64 of float32) of which run's codes, ``weights`` being the first of its weights' hash; ``key``: what it
    was laid out with; ``kept``: in the run's folder, being the owner's."""

    state: Literal["done"]
    run: str
    weights: str
    key: str
    kept: bool
    xy: str


class OwnMaps(TypedDict):
    """Keys of the owner's maps of a run."""

    maps: list[str]


FIT: TypeAdapter[AskFit] = TypeAdapter(AskFit)


class Fit(Wanted):
    """One fit, from the queue to its places."""

    def __init__(self, run: Run, asked: AskFit, keep: bool, who: str) -> None:
        super().__init__(who, PATIENCE)
        self.run, self.keep, self.settings = run, keep, asked
        self.key = own_maps.key_of(asked.n_neighbors, asked.min_dist, asked.metric)
        self.share, self.begun, self.kept = 0.0, False, False
        self.done = _lane.submit(self._work, who).done

    def _work(self) -> np.ndarray:
        if not self.wanted():
            raise Cancelled
        self.begun, end = True, time.monotonic() + LONGEST
        s, codes = self.settings, self.run.codes
        if codes is None:
            raise Refused(f"{self.run.card.name} has no codes of real images to lay out.")
        places = np.empty((0, 2), np.float32)
        try:
            for kind, value in fit(codes, lambda: self.wanted() and time.monotonic() < end, n_neighbors=s.n_neighbors,
                                   min_dist=round(s.min_dist, 2), metric=s.metric):
                if kind == "share":
                    self.share = max(self.share, value)
                else:
                    places = value
        except ValueError as e:
            raise Refused(str(e)) from e
        except Cancelled:
            if time.monotonic() < end:          # given up, even if somebody asks again by now
                raise
            raise Refused("This map takes longer to lay out than the page allows.") from None
        if self.keep:
            try:
                if self.run.keeps_in != self.run.folder:
                    self.run.keeps_in.mkdir(parents=True, exist_ok=True)
                own_maps.write(self.run.keeps_in, self.run.card.weights_sha256,
                               maps.Map(None, places, s.n_neighbors, round(s.min_dist, 2), s.metric))
                self.kept = True
            except OSError:                     # a folder that cannot be written: the browser keeps it, as a visitor's
                log.warning("the map could not be kept in %s", self.run.keeps_in, exc_info=True)
        return places


class Fits:
    """All fits of a page, by a name that only their browser knows. May be used by several threads."""

    def __init__(self, session: Session, access: Access) -> None:
        self.session, self.access = session, access
        self._lock, self._all = threading.Lock(), OrderedDict[str, Fit]()

    def start(self, asked: AskFit, who: str = "") -> str:
        """Put one into the queue. Raises Busy when it is full, Refused where the run cannot be laid out so."""
        run = self.session.run(asked.run)
        if run.map is None:
            raise Refused(f"{asked.run} has no codes of real images to lay out.")
        n = len(run.map.codes) if run.map.codes is not None else len(run.map.umap) if run.map.umap is not None else 0
        if n or run.held is not None:
            try:
                maps.check_umap(n or run.held.n, asked.n_neighbors, asked.min_dist, asked.metric)  # type: ignore[union-attr]
            except maps.MapError as e:
                raise Refused(f"{e}") from e
        with self._lock:
            old = self._all.pop(asked.replaces, None)
            if old is not None:
                old.cancel()
            for name in [n for n, f in self._all.items() if not f.done.done() and not f.wanted()]:
                self._all.pop(name).cancel()
            make_room(self._all, who, MOST, EACH, KEPT, "{n} maps are being fitted or wait for it; try again in a minute.")
            name = secrets.token_urlsafe(16)
            self._all[name] = Fit(run, asked, self.access.training, who)
            return name

    def get(self, name: str) -> Fit:
        """Raises NotThere for one that was given up, or never was."""
        with self._lock:
            if name not in self._all:
                raise NotThere("This map is no longer being fitted.")
            self._all[name].ask()
            return self._all[name]

    def stop(self, name: str) -> None:
        """Give one up; nothing happens when there is none of that name."""
        with self._lock:
            one = self._all.pop(name, None)
        if one is not None:
            one.cancel()

    def news(self, name: str) -> FitWaiting | FitGoing | FitDone:
        """How far it is. Raises Refused with a sentence where it could not be done."""
        one = self.get(name)
        if not one.done.done():
            with self._lock:
                before = list(self._all.values())
            ahead = sum(not f.done.done() for f in before[:before.index(one)]) if one in before else 0
            if one.begun:
                return {"state": "fitting", "share": round(one.share, 3)}
            return {"state": "waiting", "ahead": max(ahead, 1)}
        if one.done.cancelled() or isinstance(error := one.done.exception(), Cancelled):
            self.stop(name)
            raise NotThere("This map is no longer being fitted.")
        if error is not None:
            self.stop(name)
            raise refusal(error)
        return {"state": "done", "run": one.run.card.name, "weights": one.run.card.weights_sha256[:own_maps.DIGITS], "key": one.key,
                "kept": one.kept, "xy": moves.to_text(one.done.result())}

    def own(self, name: str) -> list[str]:
        """Keys of the owner's maps of a run; a visitor is shown none."""
        card = self.session.card(name)
        return own_maps.keys(self.session.kept(name), card.weights_sha256) if self.access.training else []

    def points(self, name: str, key: str) -> bytes:
        """Places of one of the owner's maps, float32 (n, 2). Raises NotThere, Refused."""
        card = self.session.card(name)
        try:
            found = own_maps.read(self.session.kept(name), card.weights_sha256, key) if self.access.training else None
        except maps.MapError as e:
            raise Refused("This map of your own is damaged; fit it again.") from e
        if found is None:
            raise NotThere("There is no such map of this run here.")
        return found.astype("<f4").tobytes()


__all__ = ["FIT", "AskFit", "Fits"]
