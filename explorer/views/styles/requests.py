"""What the Styles view asks: mixing grids, truncation, noise, paths, and directions of chosen layers."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from training.layer_ranges import ranges

from ... import images
from ...latent import galleries, layers, moves, reconstruction, seed_to_image
from ...runs.run import Run
from ..base import (
    Ask,
    Codes,
    DirectionTold,
    Draw,
    HeldOutImage,
    NotReady,
    PixelNoise,
    Pixels,
    Request,
    Seed,
    Share,
    direction_told,
    pixels_of,
    short,
    tiles,
)
from . import mixing

Seeds = Annotated[list[Seed], Field(min_length=1, max_length=8)]
Layers = Annotated[list[bool], Field(min_length=1, max_length=32)]
Psi = Annotated[float, Field(allow_inf_nan=False, ge=-2, le=2)]


class Truncated(Request):
    """Truncation towards the mean of W: by psi, in the first ``cutoff`` layers."""

    psi: Psi = 1.0
    cutoff: Annotated[int, Field(ge=0, le=32)] = 0

    @property
    def truncation(self) -> layers.Truncation:
        return layers.Truncation(self.psi, self.cutoff)


class DrawMixingGrid(Truncated, Draw):
    """A mixing grid: in the first row the mean of W and the columns' sources, in each further row its source and the mixtures.

    Sources are the samples of seeds, or have the ``codes`` of real images, rows first: as "reals" answers them.
    """

    op: Literal["styles"]
    rows: Seeds
    columns: Seeds
    codes: Codes | None = None
    layers: Layers
    blend: Share = 1.0
    noise: PixelNoise | None = None

    def draw(self, run: Run) -> np.ndarray:
        mixing.require(run)
        seeds = [*self.rows, *self.columns]
        sources = (layers.shaped(run, seed_to_image.codes(run, seeds, run.label(self.label))) if self.codes is None
                   else mixing.expanded(run, self.codes, len(seeds)))
        w = mixing.mixing_grid(run, sources, len(self.rows), self.layers, self.blend, self.truncation)
        return tiles(run, w, len(self.columns) + 1, self.label, self.noise)


class DrawTruncated(Draw):
    """A code truncated by each psi of ``values``, in a row; ``plus`` is added after that."""

    op: Literal["truncated"]
    w: Codes
    values: Annotated[list[Psi], Field(min_length=1, max_length=16)]
    cutoff: Annotated[int, Field(ge=0, le=32)]
    plus: Codes | None = None
    noise: PixelNoise | None = None

    def draw(self, run: Run) -> np.ndarray:
        w, plus = moves.codes(self.w, run.d, most=1)[0], None if self.plus is None else moves.codes(self.plus, run.d, most=1)[0]
        return tiles(run, mixing.strip(run, w, self.values, self.cutoff, plus), len(self.values), self.label, self.noise)


class RangeTold(TypedDict):
    """Layers ``first`` … ``last`` - 1, which draw the resolutions ``low`` to ``high`` (0 where the model names none)."""

    name: str
    first: int
    last: int
    low: int
    high: int


class StylesAnswer(TypedDict):
    """Codes of rows' and columns' sources, one after another, and the mean of W, None where the run has none: base64 of float32."""

    w: str
    average: str | None
    ranges: list[RangeTold]


class AskStyles(Ask):
    """The codes of a mixing grid's sources, the mean of W, and the layer ranges that have a name."""

    op: Literal["styles"]
    rows: Seeds
    columns: Seeds

    def answer(self, run: Run) -> StylesAnswer:
        mixing.require(run)
        w, mean = seed_to_image.codes(run, [*self.rows, *self.columns], self.label), layers.w_avg(run)
        return {"w": moves.to_text(w), "average": None if mean is None else moves.to_text(mean),
                "ranges": [{"name": r.name, "first": r.first, "last": r.last, "low": r.low, "high": r.high} for r in ranges(run.spec)]}


class RealsAnswer(TypedDict):
    """Codes one after another, base64 of float32, and a data: URL of the images in a row."""

    w: str
    picture: str


class AskReals(Ask):
    """The codes of several real images, each one style for all layers where the encoder gives such, and a row of the images as the run
    takes them."""

    op: Literal["reals"]
    images: Annotated[list[str | HeldOutImage | Pixels], Field(min_length=1, max_length=16)]

    def answer(self, run: Run) -> RealsAnswer:
        mixing.require(run)
        pixels = np.stack([pixels_of(run, image, False) for image in self.images])
        w, _ = reconstruction.codes_of(run, pixels)
        return {"w": moves.to_text(mixing.compact(run, w)),
                "picture": images.data_url(images.grid(pixels.transpose(0, 2, 3, 1), len(pixels)))}


class NoiseAnswer(TypedDict):
    """A data: URL; deviations of pixels of 255: the one that is drawn white, and the mean; over how many draws."""

    picture: str
    top: float
    mean: float
    seeds: int


class AskNoise(Ask):
    """Where noise changes the image of a code: a map of each pixel's std over draws, and what its white stands for (of 255)."""

    op: Literal["noise"]
    w: Codes
    strengths: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)]], Field(min_length=1, max_length=16)]
    seeds: Annotated[int, Field(ge=2, le=32)] = 16

    def answer(self, run: Run) -> NoiseAnswer:
        mixing.require(run)
        moved = mixing.noise_map(run, moves.codes(self.w, run.d, most=1)[0], self.strengths, self.seeds, self.label)
        top = float(f"{moved.max():.2g}")
        return {"picture": images.data_url(mixing.heat(moved, top)), "top": top, "mean": short(moved.mean()), "seeds": self.seeds}


class PathLengths(TypedDict):
    """How long the ways through Z and through W are."""

    z: float
    w: float


class PathsAnswer(TypedDict):
    """A data: URL of both ways, and their lengths in distances of features of a classifier, or of pixels where there is none."""

    picture: str
    lengths: PathLengths
    space: Literal["pixels", "features"]


class AskPaths(Truncated, Ask):
    """The way between two seeds' samples through Z (the upper row) and through W, and how long each is to the eye."""

    op: Literal["paths"]
    a: Seed
    b: Seed
    frames: Annotated[int, Field(ge=2, le=16)] = 8

    def answer(self, run: Run) -> PathsAnswer:
        ways, net = mixing.ways(run, self.a, self.b, self.truncation, self.label), galleries.reader(run).net
        t = moves.times(self.frames, False)
        picture = tiles(run, np.concatenate([way(t) for way in ways]), self.frames, self.label)
        z, w = (short(mixing.path_length(run, way, net, self.label)) for way in ways)
        return {"picture": images.data_url(picture), "lengths": {"z": z, "w": w}, "space": "pixels" if net is None else "features"}


class StyleDirectionsAnswer(TypedDict):
    """The directions that were found."""

    ready: Literal[True]
    directions: list[DirectionTold]


class AskStyleDirections(Ask):
    """Directions of the chosen layers' styles; while they are being measured, how far that is."""

    op: Literal["style_directions"]
    layers: Layers

    def answer(self, run: Run) -> StyleDirectionsAnswer | NotReady:
        every, done = mixing.found_in(run, self.layers, self.label)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "directions": [direction_told(d) for d in every]}
