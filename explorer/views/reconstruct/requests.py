"""What the Reconstruct view asks of one run: what else its encoder thought of, what its codes keep, and noise on its input as a film."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from typing_extensions import TypedDict

from training.model import standard_normal

from ... import images
from ...latent import moves, reconstruction
from ...runs import lanes
from ...runs.run import Run
from ..base import Ask, CodeImage, Codes, Draw, HeldOutImage, NotReady, Pixels, Request, Seed, Share, pixels_of, short, tiles
from ..films import MOST_FRAMES, MOST_KEYS, Film
from . import confusion


class DrawResample(Draw):
    """Images of w + sigma ε: what else the encoder thought of."""

    op: Literal["resample"]
    w: Codes
    sigma: Codes
    n: Annotated[int, Field(ge=1, le=16)] = 8
    seed: Seed = 0
    columns: Annotated[int, Field(ge=1, le=16)] = 4

    def draw(self, run: Run) -> np.ndarray:
        w, sigma = (moves.codes(v, run.d, most=1) for v in (self.w, self.sigma))
        noise = standard_normal(self.n, run.d, torch.Generator().manual_seed(self.seed)).numpy()
        return tiles(run, w + sigma * noise, self.columns, self.label)


class Spoiled(Request):
    """An image with noise, beside what the run makes of it. ``amounts``: how much at even times, straight in between; of ``draws`` seeds
    from ``seed`` on, one after another."""

    image: str | HeldOutImage | Pixels | CodeImage
    invert: bool = False
    kind: Literal["gaussian", "dropout", "block"]
    amounts: Annotated[list[Share], Field(min_length=1, max_length=MOST_KEYS)]
    seed: Seed = 0
    draws: Annotated[int, Field(ge=1, le=MOST_FRAMES)] = 1

    def pairs(self, run: Run, times: np.ndarray) -> np.ndarray:
        """Pixels (len(times), H, 2 W, C): the input and its reconstruction. Raises Refused, Abandoned."""
        clean = pixels_of(run, self.image, self.invert)
        label = run.class_of(self.image.index) if isinstance(self.image, HeldOutImage) else self.label
        out, amounts = [], np.array(self.amounts)[:, None]
        for t in times:
            lanes.check()
            seed = self.seed + min(int(t * self.draws), self.draws - 1)
            noisy = reconstruction.noisy(clean, self.kind, float(moves.walk(amounts, float(t))[0]), seed)
            known = label if run.spec.num_classes else None
            out.append(images.grid(np.stack([noisy.transpose(1, 2, 0), reconstruction.take_in(run, noisy, known).again]), 2))
        return np.stack(out)


class DrawSpoiled(Spoiled, Draw):
    """The pair at a time."""

    op: Literal["spoiled"]
    t: Share

    def draw(self, run: Run) -> np.ndarray:
        return self.pairs(run, np.array([self.t]))[0]


class FilmSpoiled(Spoiled, Film):
    """The pair from the first amount to the last."""

    op: Literal["spoiled"]

    def shown(self, run: Run, count: int) -> np.ndarray:
        return self.pairs(run, self.times(count, False))


class ConfusionTold(TypedDict):
    """Images read as category ``was`` whose reconstructions are read as ``now``: ``count`` of the ``of`` read as ``was``."""

    was: int
    now: int
    count: int
    of: int


class FieldKept(TypedDict):
    """Of one field: ``counts`` of images by what they (rows) and their reconstructions (columns) are read as; the ``share`` read alike."""

    name: str
    categories: list[str]
    counts: list[list[int]]
    share: float
    confusions: list[ConfusionTold]


class KeptAnswer(TypedDict):
    """Of how many held-out images, field by field."""

    ready: Literal[True]
    images: int
    fields: list[FieldKept]


class AskKept(Ask):
    """What the run's codes keep and lose, by a classifier of its data set; while that is being counted, how far it is."""

    op: Literal["kept"]

    def answer(self, run: Run) -> KeptAnswer | NotReady:
        every, done = confusion.kept(run)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "images": int(every[0].counts.sum()) if every else 0, "fields": [
            {"name": k.name, "categories": list(k.categories), "counts": k.counts.tolist(), "share": short(k.share),
             "confusions": [{"was": c.was, "now": c.now, "count": c.count, "of": c.of} for c in k.confusions()]} for k in every]}
