"""What the Pyramid view asks: the levels of a code or of an image, and the samples that a training kept."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import torch
from pydantic import Field
from typing_extensions import TypedDict

from ... import images
from ...latent import moves
from ...runs.run import Run
from ..base import Ask, Codes, HeldOutImage, Pixels, Share, pixels_of, short
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


class AskPyramid(Ask):
    """The levels of a code, or of a real image: a picture of low-pass images, residuals and sums, and what each residual's colours stand
    for. ``blend``: how much of each residual is added; ``drawn``: those that the model draws in place of the image's own."""

    op: Literal["pyramid"]
    w: Codes
    blend: Annotated[list[Share], Field(max_length=16)]
    image: str | HeldOutImage | Pixels | None = None
    invert: bool = False
    drawn: Annotated[list[bool], Field(max_length=16)] | None = None

    def answer(self, run: Run) -> PyramidAnswer:
        drawn = None if self.image is None else self.drawn or [False] * len(self.blend)
        levels.require(run.model, self.blend, drawn)
        w = torch.from_numpy(moves.codes(self.w, run.d, most=1)).to(run.device).view(1, run.spec.num_layers, run.spec.w_dim)
        label = run.labels(1, self.label)
        out: PyramidAnswer = {"picture": "", "scales": [], "side": run.spec.shape[1]}
        with torch.inference_mode():
            if self.image is None or drawn is None:
                shown = levels.of_code(run.model, w, label, self.blend)
            else:
                pixels = pixels_of(run, self.image, self.invert)
                real = images.to_tensor(pixels[None], run.device)
                shown = levels.of_image(run.model, real, w, label, self.blend, drawn)
                off = (shown[-1].image - real).abs()
                out["input"], out["most"] = images.data_url(pixels.transpose(1, 2, 0)), short(off.max().item())
                out["error"] = short((off / 2).square().mean().sqrt().item())
                if isinstance(self.image, HeldOutImage):
                    out["index"], out["class"] = self.image.index, run.class_of(self.image.index)
        picture, out["scales"] = levels.picture(shown)
        out["picture"] = images.data_url(picture)
        return out


class AskStages(Ask):
    """The samples that the run's training kept at the end of each stage."""

    op: Literal["stages"]

    def answer(self, run: Run) -> stages.StagesAnswer | stages.NoStages:
        return stages.kept(run)
