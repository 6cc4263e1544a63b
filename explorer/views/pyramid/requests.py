"""What the Pyramid view asks: the levels of a code or of an image, their sum alone or as a film, and the samples that a training kept."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import numpy as np
import torch
from pydantic import Field
from typing_extensions import TypedDict

from ... import Refused, images
from ...latent import moves
from ...runs import lanes
from ...runs.run import Run
from ..base import Ask, Codes, Draw, HeldOutImage, Pixels, Request, Share, pixels_of, short
from ..films import MOST_KEYS, Film
from . import levels, stages

_Class = TypedDict("_Class", {"class": NotRequired[int | None]})


class PyramidAnswer(_Class):
    """A data: URL of all tiles, each ``side`` pixels wide; ``scales``: what a residual's full colour stands for, [-1, 1] being black to
    white. Of a real image itself: a data: URL of it, how far the last sum is off, at most and as a root mean square (of [-1, 1] and of
    [0, 1]); of a held-out one its number and class."""

    picture: str
    scales: list[float]
    side: int
    input: NotRequired[str]
    most: NotRequired[float]
    error: NotRequired[float]
    index: NotRequired[int]


Blend = Annotated[list[Share], Field(max_length=16)]


class Levels(Request):
    """A code, or a real image, whose levels are shown. ``drawn``: residuals that the model draws in place of the image's own."""

    w: Codes
    image: str | HeldOutImage | Pixels | None = None
    invert: bool = False
    drawn: Annotated[list[bool], Field(max_length=16)] | None = None

    def apart(self, run: Run, blend: list[float], pixels: np.ndarray | None) -> list[levels.Level]:
        """The levels of the code, or of an image (C, H, W) uint8, with so much of each residual."""
        drawn = None if pixels is None else self.drawn or [False] * len(blend)
        levels.require(run.model, blend, drawn)
        w = torch.from_numpy(moves.codes(self.w, run.d, most=1)).to(run.device).view(1, run.spec.num_layers, run.spec.w_dim)
        label = run.labels(1, self.label)
        with torch.inference_mode():
            if pixels is None or drawn is None:
                return levels.of_code(run.model, w, label, blend)
            return levels.of_image(run.model, images.to_tensor(pixels[None], run.device), w, label, blend, drawn)

    def pixels(self, run: Run) -> np.ndarray | None:
        """The real image, where there is one."""
        return None if self.image is None else pixels_of(run, self.image, self.invert)


class AskPyramid(Levels, Ask):
    """The levels of a code, or of a real image: a picture of low-pass images, residuals and sums, and what each residual's colours stand
    for. ``blend``: how much of each residual is added."""

    op: Literal["pyramid"]
    blend: Blend

    def answer(self, run: Run) -> PyramidAnswer:
        out: PyramidAnswer = {"picture": "", "scales": [], "side": run.spec.shape[1]}
        pixels = self.pixels(run)
        shown = self.apart(run, self.blend, pixels)
        if pixels is not None:
            off = (shown[-1].image - images.to_tensor(pixels[None], run.device)).abs()
            out["input"], out["most"] = images.data_url(pixels.transpose(1, 2, 0)), short(off.max().item())
            out["error"] = short((off / 2).square().mean().sqrt().item())
            if isinstance(self.image, HeldOutImage):
                out["index"], out["class"] = self.image.index, run.class_of(self.image.index)
        picture, out["scales"] = levels.picture(shown)
        out["picture"] = images.data_url(picture)
        return out


class Blended(Levels):
    """The sum of all levels while what is added of each residual goes from one list of shares to the next."""

    blends: Annotated[list[Blend], Field(min_length=1, max_length=MOST_KEYS)]
    loop: bool = False

    def sums(self, run: Run, times: np.ndarray) -> np.ndarray:
        """Pixels (len(times), H, W, C) at times in [0, 1]. Raises Refused, Abandoned."""
        if len({len(b) for b in self.blends}) > 1:
            raise Refused("Each list of shares has as many as there are residuals.")
        pixels, keys, out = self.pixels(run), np.array(self.blends), []
        for t in times:
            lanes.check()
            out.append(images.to_uint8(self.apart(run, moves.walk(keys, float(t), "lerp", self.loop).tolist(), pixels)[-1].image))
        return np.concatenate(out)


class DrawBlended(Blended, Draw):
    """The sum at a time."""

    op: Literal["blended"]
    t: Share

    def draw(self, run: Run) -> np.ndarray:
        return self.sums(run, np.array([self.t]))[0]


class FilmBlended(Blended, Film):
    """The sum from the first shares to the last."""

    op: Literal["blended"]

    def shown(self, run: Run, count: int) -> np.ndarray:
        return self.sums(run, self.times(count, self.loop))


class AskStages(Ask):
    """The samples that the run's training kept at the end of each stage."""

    op: Literal["stages"]

    def answer(self, run: Run) -> stages.StagesAnswer | stages.NoStages:
        return stages.kept(run)
