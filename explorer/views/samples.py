"""Operations of several views: codes as images, samples, held-out images and their neighbours, images taken in, directions."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from .. import NotThere, images
from ..latent import galleries, moves, neighbours, reconstruction, run_directions, seed_to_image
from ..runs.run import Run
from .base import (
    MOST_TILES,
    Ask,
    Codes,
    DirectionTold,
    Draw,
    DrawOne,
    HeldOutImage,
    NotReady,
    PixelNoise,
    Pixels,
    Seed,
    direction_told,
    pixels_of,
    short,
    tiles,
)


class DrawImage(DrawOne):
    """One code as an image."""

    op: Literal["image"]
    w: Codes
    noise: PixelNoise | None = None

    @property
    def plain(self) -> bool:
        return self.noise is None

    def code(self, run: Run) -> np.ndarray:
        return moves.codes(self.w, run.d, most=1)

    def draw(self, run: Run) -> np.ndarray:
        return tiles(run, self.code(run), 1, self.label, self.noise)


class DrawGrid(Draw):
    """Several codes, row by row."""

    op: Literal["grid"]
    w: Codes
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)]

    def draw(self, run: Run) -> np.ndarray:
        return tiles(run, moves.codes(self.w, run.d, most=MOST_TILES), self.columns, self.label)


class DrawSamples(Draw):
    """Images of a seed: of one class, or, where none is asked for, of all classes in turn."""

    op: Literal["samples"]
    seed: Seed = 0
    n: Annotated[int, Field(ge=1, le=MOST_TILES)] = 40
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)] = 8

    def draw(self, run: Run) -> np.ndarray:
        labels = seed_to_image.classes(run, self.n, self.label)
        return tiles(run, seed_to_image.samples(run, self.n, self.seed, labels), self.columns, labels)


class SampleAnswer(TypedDict):
    """A code and the z that it was mapped from, base64 of float32."""

    w: str
    z: str
    seed: int


class AskSample(Ask):
    """The code of a seed."""

    op: Literal["sample"]
    seed: Seed

    def answer(self, run: Run) -> SampleAnswer:
        z = run.sample_z(1, self.seed)
        return {"w": moves.to_text(run.map_z(z, self.label)[0]), "z": moves.to_text(z[0]), "seed": self.seed}


class ReadAnswer(TypedDict):
    """Probabilities: by code or "class" those of the model's own head, {} where it has none; the separate classifier's for each class."""

    read: dict[str, list[float]]
    judged: list[float] | None


class AskRead(Ask):
    """What is read from the image of a code: by the model's own head (by code, or "class"), and by a separate classifier."""

    op: Literal["read"]
    w: Codes

    def answer(self, run: Run) -> ReadAnswer:
        drawn = run.images(moves.codes(self.w, run.d, most=1), self.label).clamp(-1, 1)
        read = {k: [short(p) for p in v[0]] for k, v in run.read(drawn).items()} if run.spec.reads else {}
        classified = run.classified(drawn)
        return {"read": read, "judged": None if classified is None else [short(p) for p in classified[0]]}


class MapAnswer(TypedDict):
    """A code, base64 of float32."""

    w: str


class AskMap(Ask):
    """The code that a z is mapped to."""

    op: Literal["map"]
    z: Codes

    def answer(self, run: Run) -> MapAnswer:
        return {"w": moves.to_text(run.map_z(moves.codes(self.z, run.spec.z_dim, most=1), self.label)[0])}


class PointAnswer(TypedDict):
    """The code (base64 of float32) of held-out image ``index``, its class and what it shows, field by field."""

    w: str
    index: int
    label: int | None
    attributes: dict[str, str]


class AskPoint(Ask):
    """The code of a held-out image."""

    op: Literal["point"]
    index: Annotated[int, Field(ge=0)]

    def answer(self, run: Run) -> PointAnswer:
        if run.codes is not None and self.index < len(run.codes):
            w = run.codes[self.index]
        elif run.codes is not None:
            raise NotThere(f"The map has points 0 to {len(run.codes) - 1}; {self.index} is none of them.")
        else:
            w = run.encode(run.real(np.array([self.index])))[0][0]
        return {"w": moves.to_text(w), "index": self.index, "label": run.class_of(self.index), "attributes": run.attributes_of(self.index)}


class NeighboursAnswer(TypedDict):
    """The nearest first: held-out images, how far off in the space of codes, their classes; ``ratio``: 1 is usual; ``beyond``: a share."""

    indices: list[int]
    distances: list[float]
    labels: list[int | None]
    ratio: float
    beyond: float


class AskNeighbours(Ask):
    """The held-out images whose codes are nearest, and how far off the nearest is: as a multiple of the usual distance between neighbours,
    and as the share of held-out images that have another one nearer (``beyond``)."""

    op: Literal["neighbours"]
    w: Codes
    k: Annotated[int, Field(ge=1, le=24)] = 8

    def answer(self, run: Run) -> NeighboursAnswer:
        indices, distances = neighbours.of_run(run).nearest(moves.codes(self.w, run.d, most=1)[0], self.k)
        return {"indices": indices.tolist(), "distances": [short(d) for d in distances],
                "labels": [run.class_of(int(i)) for i in indices], "ratio": short(distances[0] / neighbours.of_run(run).usual),
                "beyond": short(neighbours.of_run(run).beyond(distances[0]))}


_Class = TypedDict("_Class", {"class": NotRequired[int]})


class EncodeAnswer(_Class):
    """A code and its doubt ``sigma`` (base64 of float32), where the encoder has any; data: URLs of the image, its reconstruction and the
    difference; the squared ``error`` summed over pixels as [0, 1]; ``percentile``: the share of held-out images with a larger one;
    ``class``: what a conditional model drew it as; of a held-out image, which, and what it shows."""

    w: str
    error: float
    input: str
    reconstruction: str
    difference: str
    sigma: NotRequired[str]
    percentile: NotRequired[float]
    index: NotRequired[int]
    label: NotRequired[int | None]
    attributes: NotRequired[dict[str, str]]


class AskEncode(Ask):
    """An image's code and its reconstruction. ``image``: base64 of a file, a held-out image, or pixels."""

    op: Literal["encode"]
    image: str | HeldOutImage | Pixels
    invert: bool = False                        # dark on light, for a model that knows light on dark

    def answer(self, run: Run) -> EncodeAnswer:
        pixels = pixels_of(run, self.image, self.invert)
        taken, given = reconstruction.take_in(run, pixels, self.label), pixels.transpose(1, 2, 0)
        out: EncodeAnswer = {
            "w": moves.to_text(taken.w), "error": short(taken.error), "input": images.data_url(given),
            "reconstruction": images.data_url(taken.again), "difference": images.data_url(images.difference(given, taken.again))}
        if taken.sigma is not None:
            out["sigma"] = moves.to_text(taken.sigma)
        if taken.label is not None:
            out["class"] = taken.label
        nearer = reconstruction.nearer_than(run, taken.error, wait=True)
        if nearer is not None:
            out["percentile"] = nearer
        if isinstance(self.image, HeldOutImage):
            out["index"], out["label"] = self.image.index, run.class_of(self.image.index)
            out["attributes"] = run.attributes_of(self.image.index)
        return out


class FieldTold(TypedDict):
    """Something that images are read for, and its categories; ``measured``: two halves of a statistic, told apart by no classifier."""

    name: str
    categories: list[str]
    measured: bool


class DirectionsAnswer(TypedDict):
    """The directions, and all that images are read for."""

    ready: Literal[True]
    directions: list[DirectionTold]
    fields: list[FieldTold]


class AskDirections(Ask):
    """Directions found after training, and what each was measured to change; while that is being worked out, how far it is."""

    op: Literal["directions"]

    def answer(self, run: Run) -> DirectionsAnswer | NotReady:
        every, done = run_directions.find(run, self.label)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "directions": [direction_told(d) for d in every], "fields": [
            {"name": f.name, "categories": list(f.categories), "measured": f.measured} for f in galleries.reader(run).fields]}
