"""Every live interaction is one class here: a checked request, and a function of (run, request) to pixels or to a code.

``DRAW`` requests are answered with an image, ``CODE`` requests with JSON. Unknown fields, NaN and sizes beyond the bounds are refused.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema

from training.model import standard_normal
from training.ranges import ranges

from . import NotThere, Refused, images
from .latent import arithmetic, code_slices, directions, galleries, layers, moves, reconstruction, run_directions
from .latent.neighbours import pca
from .runs.run import Label, Run
from .views.microscope import few_labels
from .views.pyramid import levels, stages
from .views.reconstruct import confusion
from .views.styles import mixing

MOST_PIXELS = 4096 * 4096                       # of one answer
MOST_TILES = 256
MOST_EXEMPLARS = 12                             # of each of A, B and C


def _codes(value: Any) -> np.ndarray:
    if not isinstance(value, str):
        raise Refused("A latent code is sent as base64 text.")
    return moves.from_text(value)


Codes = Annotated[np.ndarray, BeforeValidator(_codes), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Place = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class Request(BaseModel):
    """What every request has: the run's name, and a class where the run needs one."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)
    run: Annotated[str, Field(max_length=64)]
    label: int | None = None


class Draw(Request):
    """A request that is answered with pixels."""

    def draw(self, run: Run) -> np.ndarray:
        """(H, W, C) uint8."""
        raise TypeError(f"{type(self).__name__} draws nothing.")


class PixelNoise(BaseModel):
    """What the noise of each resolution is multiplied by, and the seed it is drawn from; without one it is the model's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    strengths: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)]], Field(min_length=1, max_length=16)]
    seed: Seed | None = None

    @property
    def noise(self) -> layers.Noise:
        return layers.Noise(tuple(self.strengths), self.seed)


def _tiles(run: Run, w: np.ndarray, columns: int, label: Label, noise: PixelNoise | None = None) -> np.ndarray:
    run.require_images()
    _, h, width = run.spec.shape
    if len(w) > MOST_TILES or len(w) * h * width > MOST_PIXELS:
        raise Refused(f"That would be {len(w)} images; ask for fewer at once.")
    return images.grid(images.to_uint8(layers.images(run, w, label, None if noise is None else noise.noise)), columns)


def _sampled(run: Run, n: int, seed: int, label: int | None) -> tuple[np.ndarray, Label]:
    """Codes (n, d) of a seed, and their classes."""
    asked: Label = run.label(label) if label is not None or not run.spec.num_classes else np.arange(n) % run.spec.num_classes
    return run.map_z(run.sample_z(n, seed), asked), asked


class DrawImage(Draw):
    """One code as an image."""

    op: Literal["image"]
    w: Codes
    noise: PixelNoise | None = None

    def draw(self, run: Run) -> np.ndarray:
        return _tiles(run, moves.codes(self.w, run.d, most=1), 1, self.label, self.noise)


class DrawGrid(Draw):
    """Several codes, row by row."""

    op: Literal["grid"]
    w: Codes
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)]

    def draw(self, run: Run) -> np.ndarray:
        return _tiles(run, moves.codes(self.w, run.d, most=MOST_TILES), self.columns, self.label)


class DrawTraverse(Draw):
    """One code with its coordinate along each direction (a row) set to each value (a column), in sigmas from the mean."""

    op: Literal["traverse"]
    w: Codes
    directions: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=16)]
    values: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=20)]], Field(min_length=1, max_length=64)]

    def draw(self, run: Run) -> np.ndarray:
        w = moves.codes(self.w, run.d, most=1)[0]
        if max(self.directions) >= len(run.directions.vectors):
            raise Refused(f"This run has {len(run.directions.vectors)} directions, counted from 0.")
        values = np.array(self.values, np.float32)
        rows = [run.directions.moved(w, k, values) for k in self.directions]
        return _tiles(run, np.concatenate(rows), len(values), self.label)


class Side(BaseModel):
    """What runs along one side of a grid of codes: see coding.Axis."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    of: Literal["class", "code", "direction", "noise"]
    values: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=2**53)]], Field(min_length=1, max_length=32)]
    name: Annotated[str, Field(max_length=64)] = ""
    index: Annotated[int, Field(ge=0, le=64)] = 0

    @property
    def axis(self) -> code_slices.Axis:
        return code_slices.Axis(self.of, tuple(self.values), self.name, self.index)


class DrawCodes(Draw):
    """A code with two things changed: one along the rows, one along the columns (a class, a code, a direction, the noise)."""

    op: Literal["codes"]
    w: Codes
    rows: Side
    columns: Side

    def draw(self, run: Run) -> np.ndarray:
        if len(self.rows.values) * len(self.columns.values) > MOST_TILES:
            raise Refused(f"That would be {len(self.rows.values) * len(self.columns.values)} images; ask for fewer at once.")
        w = moves.codes(self.w, run.d, most=1)[0]
        made, labels = code_slices.cells(run, w, self.label, self.rows.axis, self.columns.axis)
        return _tiles(run, made, len(self.columns.values), labels)


class DrawSamples(Draw):
    """Images of a seed: of one class, or, where none is asked for, of all classes in turn."""

    op: Literal["samples"]
    seed: Seed = 0
    n: Annotated[int, Field(ge=1, le=MOST_TILES)] = 40
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)] = 8

    def draw(self, run: Run) -> np.ndarray:
        w, labels = _sampled(run, self.n, self.seed, self.label)
        return _tiles(run, w, self.columns, labels)


class DrawManifold(Draw):
    """The plane of a 2-D code, evenly spaced from lo to hi in both; the top row has the highest y."""

    op: Literal["manifold"]
    lo: Annotated[float, Field(allow_inf_nan=False, ge=-1e4, le=1e4)] = -3.0
    hi: Annotated[float, Field(allow_inf_nan=False, ge=-1e4, le=1e4)] = 3.0
    n: Annotated[int, Field(ge=2, le=24)] = 15

    def draw(self, run: Run) -> np.ndarray:
        if run.d != 2:
            raise Refused(f"A manifold grid needs a code of 2 numbers; this run's has {run.d}.")
        if self.lo >= self.hi:
            raise Refused("The grid's lower end must lie below its upper end.")
        run.require_images()
        x, y = np.meshgrid(np.linspace(self.lo, self.hi, self.n), np.linspace(self.hi, self.lo, self.n))
        codes = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)
        if len(codes) * run.spec.shape[1] * run.spec.shape[2] > MOST_PIXELS:
            raise Refused("That grid is too large for images of this size; ask for fewer.")
        return images.grid(run.decode(codes, self.label), self.n)


class Path(Request):
    """Keys that a path goes through, and how."""

    keys: Codes
    method: Literal["lerp", "slerp"] = "lerp"
    loop: bool = False
    space: Literal["code", "pixels"] = "code"

    def frames(self, run: Run, times: np.ndarray, most: int = 64) -> np.ndarray:
        """Pixels (len(times), H, W, C) at times in [0, 1]. In pixel space the decoded keys are cross-faded, for comparison."""
        run.require_images()
        keys = moves.codes(self.keys, run.d, least=1, most=most)
        if self.space == "code":
            return run.decode(np.stack([moves.walk(keys, float(t), self.method, self.loop) for t in times]), self.label)
        ends = (run.images(keys, self.label).clamp(-1, 1).flatten(1)).cpu().numpy()
        mixed = np.stack([moves.walk(ends, float(t), "lerp", self.loop) for t in times])
        return images.to_uint8(torch.from_numpy(mixed).view(-1, *run.spec.shape))


class DrawWalk(Path, Draw):
    """Where a path is at time t."""

    op: Literal["walk"]
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]

    def draw(self, run: Run) -> np.ndarray:
        return self.frames(run, np.array([self.t]))[0]


class DrawStrip(Path, Draw):
    """A path as a contact strip: frames in a row, or in rows of ``columns``."""

    op: Literal["strip"]
    frames_: Annotated[int, Field(ge=1, le=64, alias="frames")]
    columns: Annotated[int | None, Field(ge=1, le=64)] = None

    def draw(self, run: Run) -> np.ndarray:
        shown = self.frames(run, moves.times(self.frames_, self.loop))
        return images.grid(shown, self.columns or len(shown))


class DrawPixels(Draw):
    """What a cross-fade between the decoded keys shows at time t: the same as a walk with space "pixels"."""

    op: Literal["pixels"]
    keys: Codes
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
    loop: bool = False

    def draw(self, run: Run) -> np.ndarray:
        path = Path.model_validate(dict(run=self.run, label=self.label, keys=moves.to_text(self.keys), loop=self.loop, space="pixels"))
        return path.frames(run, np.array([self.t]))[0]


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
        return _tiles(run, w + sigma * noise, self.columns, self.label)


Refs = Annotated[list[Annotated[str, Field(pattern=galleries.REF.pattern, max_length=12)]], Field(min_length=1, max_length=MOST_EXEMPLARS)]


class DrawExemplars(Draw):
    """Exemplars of the gallery as the model draws them, by their refs."""

    op: Literal["exemplars"]
    refs: Annotated[list[Annotated[str, Field(max_length=12)]], Field(min_length=1, max_length=MOST_TILES)]
    columns: Annotated[int, Field(ge=1, le=MOST_TILES)] = 12

    def draw(self, run: Run) -> np.ndarray:
        run.require_images()
        return _tiles(run, galleries.exemplars(run, self.refs, self.label), self.columns, self.label)


class Sum(Request):
    """A − B + C of averaged exemplars."""

    a: Refs
    b: Refs
    c: Refs
    strength: Annotated[float, Field(allow_inf_nan=False, ge=-4, le=4)] = 1.0
    noise: Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)] = arithmetic.NOISE
    seed: Seed = 0

    def codes(self, run: Run) -> list[np.ndarray]:
        """The exemplars' codes: three of (n, d)."""
        run.require_images()
        every = galleries.exemplars(run, [*self.a, *self.b, *self.c], self.label)
        return np.split(every, [len(self.a), len(self.a) + len(self.b)])


class DrawSum(Sum, Draw):
    """Nine images: the result in the middle, its noisy neighbours around it. With ``means`` instead three: the means of A, B and C."""

    op: Literal["sum"]
    means: bool = False

    def draw(self, run: Run) -> np.ndarray:
        parts = self.codes(run)
        if self.means:
            return _tiles(run, np.stack([p.mean(0) for p in parts]), 3, self.label)
        w = arithmetic.combine(parts[0], parts[1], parts[2], self.strength)
        return _tiles(run, arithmetic.neighbours(w, galleries.spread(run), self.noise, self.seed), 3, self.label)


Seeds = Annotated[list[Seed], Field(min_length=1, max_length=8)]
Layers = Annotated[list[bool], Field(min_length=1, max_length=32)]
Psi = Annotated[float, Field(allow_inf_nan=False, ge=-2, le=2)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]


class Cut(Request):
    """Truncation towards the mean of W: by psi, in the first ``cutoff`` layers."""

    psi: Psi = 1.0
    cutoff: Annotated[int, Field(ge=0, le=32)] = 0

    @property
    def truncation(self) -> layers.Truncation:
        return layers.Truncation(self.psi, self.cutoff)


class DrawStyles(Cut, Draw):
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
        sources = (layers.shaped(run, galleries.sampled(run, np.array(seeds), run.label(self.label))) if self.codes is None
                   else mixing.expanded(run, self.codes, len(seeds)))
        w = mixing.grid(run, sources, len(self.rows), self.layers, self.blend, self.truncation)
        return _tiles(run, w, len(self.columns) + 1, self.label, self.noise)


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
        return _tiles(run, mixing.strip(run, w, self.values, self.cutoff, plus), len(self.values), self.label, self.noise)


class Ask(Request):
    """A request that is answered with JSON."""

    def answer(self, run: Run) -> dict[str, Any]:
        """JSON-able."""
        raise TypeError(f"{type(self).__name__} has no answer.")


class AskSample(Ask):
    """The code of a seed."""

    op: Literal["sample"]
    seed: Seed

    def answer(self, run: Run) -> dict[str, Any]:
        z = run.sample_z(1, self.seed)
        return {"w": moves.to_text(run.map_z(z, self.label)[0]), "z": moves.to_text(z[0]), "seed": self.seed}


class AskRead(Ask):
    """What is read from the image of a code: by the model's own head (by code, or "class"), and by a separate classifier."""

    op: Literal["read"]
    w: Codes

    def answer(self, run: Run) -> dict[str, Any]:
        drawn = run.images(moves.codes(self.w, run.d, most=1), self.label).clamp(-1, 1)
        read = {k: [short(p) for p in v[0]] for k, v in run.read(drawn).items()} if run.spec.reads else {}
        judged = run.judged(drawn)
        return {"read": read, "judged": None if judged is None else [short(p) for p in judged[0]]}


class AskMap(Ask):
    """The code that a z is mapped to."""

    op: Literal["map"]
    z: Codes

    def answer(self, run: Run) -> dict[str, Any]:
        return {"w": moves.to_text(run.map_z(moves.codes(self.z, run.spec.z_dim, most=1), self.label)[0])}


class AskPoint(Ask):
    """The code of a held-out image."""

    op: Literal["point"]
    index: Annotated[int, Field(ge=0)]

    def answer(self, run: Run) -> dict[str, Any]:
        if run.codes is not None and self.index < len(run.codes):
            w = run.codes[self.index]
        elif run.codes is not None:
            raise NotThere(f"The map has points 0 to {len(run.codes) - 1}; {self.index} is none of them.")
        else:
            w = run.encode(run.real(np.array([self.index])))[0][0]
        return {"w": moves.to_text(w), "index": self.index, "label": run.class_of(self.index), "attributes": run.attributes_of(self.index)}


class AskPlace(Ask):
    """The code for a place on the map, and how far the nearest real image's code is (1: the usual distance between neighbours)."""

    op: Literal["place"]
    projection: Literal["umap", "pca", "code"]
    x: Place
    y: Place

    def answer(self, run: Run) -> dict[str, Any]:
        found = run.place(self.projection, np.array([self.x, self.y]))
        ratio, nearest = run.neighbours.ratio(found.code)
        return {"w": moves.to_text(found.code), "approximate": found.approximate, "ratio": short(ratio), "nearest": nearest,
                "label": run.class_of(nearest)}


class AskNeighbours(Ask):
    """The held-out images whose codes are nearest, and how far off the nearest is: as a multiple of the usual distance between neighbours,
    and as the share of held-out images that have another one nearer (``beyond``)."""

    op: Literal["neighbours"]
    w: Codes
    k: Annotated[int, Field(ge=1, le=24)] = 8

    def answer(self, run: Run) -> dict[str, Any]:
        indices, distances = run.neighbours.nearest(moves.codes(self.w, run.d, most=1)[0], self.k)
        return {"indices": indices.tolist(), "distances": [short(d) for d in distances],
                "labels": [run.class_of(int(i)) for i in indices], "ratio": short(distances[0] / run.neighbours.usual),
                "beyond": short(run.neighbours.beyond(distances[0]))}


class AskWay(Ask):
    """Where the codes of a path lie on a map: exactly where the map has a place for every code, else as the nearest held-out images."""

    op: Literal["way"]
    keys: Codes
    frames: Annotated[int, Field(ge=2, le=65)] = 33
    method: Literal["lerp", "slerp"] = "lerp"
    projection: Literal["umap", "pca", "code"]

    def answer(self, run: Run) -> dict[str, Any]:
        keys = moves.codes(self.keys, run.d, least=2, most=12)
        w = np.stack([moves.walk(keys, t, self.method, False) for t in np.linspace(0, 1, self.frames)]).astype(np.float32)
        indices = [int(run.neighbours.nearest(v)[0][0]) for v in w]
        exact = pca(w, run.basis) if self.projection == "pca" else w[:, :2] if self.projection == "code" else None
        return {"indices": indices, "xy": None if exact is None else moves.to_text(exact)}


class HeldOutImage(BaseModel):
    """A held-out image by its number."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    index: Annotated[int, Field(ge=0)]


class Pixels(BaseModel):
    """An image as it is: base64 of uint8, rows of pixels, channels last, in the run's own size."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    pixels: str


class CodeImage(BaseModel):
    """The image that a code of the run is drawn as, by a class where the run needs one."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)
    w: Codes
    label: int | None = None


def pixels_of(run: Run, image: str | HeldOutImage | Pixels | CodeImage, invert: bool) -> np.ndarray:
    """An image that was sent, (C, H, W) uint8."""
    run.require_images()
    c, h, w = run.spec.shape
    if isinstance(image, CodeImage):
        return run.decode(moves.codes(image.w, run.d, most=1), image.label)[0].transpose(2, 0, 1)
    if isinstance(image, HeldOutImage):
        return run.real(np.array([image.index]))[0]
    raw = _bytes(image.pixels if isinstance(image, Pixels) else image)
    if isinstance(image, str):
        return images.decode_upload(raw, run.spec.shape, invert, run.deep)
    if len(raw) != h * w * c:
        raise Refused(f"These are {len(raw)} pixel values; this run takes {h} × {w} × {c} = {h * w * c}.")
    pixels = np.frombuffer(raw, np.uint8).reshape(h, w, c).transpose(2, 0, 1)
    return 255 - pixels if invert else pixels


class AskEncode(Ask):
    """An image's code and its reconstruction. ``image``: base64 of a file, a held-out image, or pixels."""

    op: Literal["encode"]
    image: str | HeldOutImage | Pixels
    invert: bool = False                        # dark on light, for a model that knows light on dark

    def answer(self, run: Run) -> dict[str, Any]:
        pixels = pixels_of(run, self.image, self.invert)
        taken, given = reconstruction.take_in(run, pixels, self.label), pixels.transpose(1, 2, 0)
        out = {"w": moves.to_text(taken.w), "error": short(taken.error), "input": images.data_url(given),
               "reconstruction": images.data_url(taken.again), "difference": images.data_url(images.difference(given, taken.again))}
        if taken.sigma is not None:
            out["sigma"] = moves.to_text(taken.sigma)
        if taken.label is not None:
            out["class"] = taken.label
        nearer = reconstruction.nearer_than(run, taken.error, wait=True)
        if nearer is not None:
            out["percentile"] = nearer
        if isinstance(self.image, HeldOutImage):
            out |= {"index": self.image.index, "label": run.class_of(self.image.index), "attributes": run.attributes_of(self.image.index)}
        return out


class AskPyramid(Ask):
    """The levels of a code, or of a real image: a picture of low-pass images, residuals and sums, and what each residual's colours stand
    for. ``blend``: how much of each residual is added; ``drawn``: those that the model draws in place of the image's own."""

    op: Literal["pyramid"]
    w: Codes
    blend: Annotated[list[Share], Field(max_length=16)]
    image: str | HeldOutImage | Pixels | None = None
    invert: bool = False
    drawn: Annotated[list[bool], Field(max_length=16)] | None = None

    def answer(self, run: Run) -> dict[str, Any]:
        drawn = None if self.image is None else self.drawn or [False] * len(self.blend)
        levels.require(run.model, self.blend, drawn)
        w = torch.from_numpy(moves.codes(self.w, run.d, most=1)).to(run.device).view(1, run.spec.num_layers, run.spec.w_dim)
        label = run.labels(1, self.label)
        with torch.inference_mode():
            if self.image is None or drawn is None:
                shown, told = levels.of_code(run.model, w, label, self.blend), {}
            else:
                pixels = pixels_of(run, self.image, self.invert)
                real = torch.from_numpy(np.array(pixels))[None].to(run.device).float() / 127.5 - 1
                shown = levels.of_image(run.model, real, w, label, self.blend, drawn)
                off = (shown[-1].image - real).abs()
                told = {"input": images.data_url(pixels.transpose(1, 2, 0)), "most": short(off.max().item()),
                        "error": short((off / 2).square().mean().sqrt().item())}
                if isinstance(self.image, HeldOutImage):
                    told |= {"index": self.image.index, "class": run.class_of(self.image.index)}
        picture, scales = levels.picture(shown)
        return {"picture": images.data_url(picture), "scales": scales, "side": run.spec.shape[1], **told}


class AskStyles(Ask):
    """The codes of a mixing grid's sources, the mean of W, and the layer ranges that have a name."""

    op: Literal["styles"]
    rows: Seeds
    columns: Seeds

    def answer(self, run: Run) -> dict[str, Any]:
        mixing.require(run)
        w, mean = galleries.sampled(run, np.array([*self.rows, *self.columns]), self.label), layers.average(run)
        return {"w": moves.to_text(w), "average": None if mean is None else moves.to_text(mean),
                "ranges": [asdict(r) for r in ranges(run.spec)]}


class AskReals(Ask):
    """The codes of several real images, each one style for all layers where the encoder gives such, and a row of the images as the run
    takes them."""

    op: Literal["reals"]
    images: Annotated[list[str | HeldOutImage | Pixels], Field(min_length=1, max_length=16)]

    def answer(self, run: Run) -> dict[str, Any]:
        mixing.require(run)
        pixels = np.stack([pixels_of(run, image, False) for image in self.images])
        w, _ = reconstruction.codes_of(run, pixels)
        return {"w": moves.to_text(mixing.compact(run, w)),
                "picture": images.data_url(images.grid(pixels.transpose(0, 2, 3, 1), len(pixels)))}


class AskNoise(Ask):
    """Where noise changes the image of a code: a map of each pixel's deviation over draws, and what its white stands for (of 255)."""

    op: Literal["noise"]
    w: Codes
    strengths: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)]], Field(min_length=1, max_length=16)]
    seeds: Annotated[int, Field(ge=2, le=32)] = 16

    def answer(self, run: Run) -> dict[str, Any]:
        mixing.require(run)
        moved = mixing.noise_map(run, moves.codes(self.w, run.d, most=1)[0], self.strengths, self.seeds, self.label)
        top = float(f"{moved.max():.2g}")
        return {"picture": images.data_url(mixing.heat(moved, top)), "top": top, "mean": short(moved.mean()), "seeds": self.seeds}


class AskPaths(Cut, Ask):
    """The way between two seeds' samples through Z (the upper row) and through W, and how long each is to the eye."""

    op: Literal["paths"]
    a: Seed
    b: Seed
    frames: Annotated[int, Field(ge=2, le=16)] = 8

    def answer(self, run: Run) -> dict[str, Any]:
        ways, net = mixing.ways(run, self.a, self.b, self.truncation, self.label), galleries.reader(run).net
        t = moves.times(self.frames, False)
        picture = _tiles(run, np.concatenate([way(t) for way in ways]), self.frames, self.label)
        z, w = (short(mixing.path_length(run, way, net, self.label)) for way in ways)
        return {"picture": images.data_url(picture), "lengths": {"z": z, "w": w}, "space": "pixels" if net is None else "features"}


class AskStyleDirections(Ask):
    """Directions of the chosen layers' styles; while they are being measured, how far that is."""

    op: Literal["style_directions"]
    layers: Layers

    def answer(self, run: Run) -> dict[str, Any]:
        every, done = mixing.found_in(run, self.layers, self.label)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "directions": [_direction(d) for d in every]}


class AskLabels(Ask):
    """What an encoder does for classifiers with few labels: without ``n`` what is known and what can be measured here, with it one
    accuracy, or how far its measurement is."""

    op: Literal["labels"]
    n: Annotated[int, Field(ge=1, le=10_000)] | None = None
    way: Annotated[str, Field(max_length=20)] = "frozen"

    def answer(self, run: Run) -> dict[str, Any]:
        few_labels.require(run)
        if self.n is None:
            return {"known": few_labels.known(run), "sizes": few_labels.possible(run), "classes": len(run.card.data.classes)}
        value, done = few_labels.measured(run, self.n, self.way)
        return {"ready": False, "done": round(done, 3)} if value is None else {"ready": True, "accuracy": short(value)}


class AskStages(Ask):
    """The samples that the run's training kept at the end of each stage."""

    op: Literal["stages"]

    def answer(self, run: Run) -> dict[str, Any]:
        return stages.kept(run)


class AskSum(Sum, Ask):
    """The code of A − B + C, the direction A − B, the codes of the nine images, whether the result shows what was asked for, and what
    the exemplars of A, of B, of C, and the result are said to show."""

    op: Literal["sum"]

    def answer(self, run: Run) -> dict[str, Any]:
        a, b, c = self.codes(run)
        lines, said = galleries.judged(run, a, b, c, self.strength, self.label)
        w = arithmetic.combine(a, b, c, self.strength)
        cells = arithmetic.neighbours(w, galleries.spread(run), self.noise, self.seed)
        return {"w": moves.to_text(w), "vector": moves.to_text(a.mean(0) - b.mean(0)), "cells": moves.to_text(cells), "said": said,
                "lines": [dict(field=x.field, measured=x.measured, was=x.was, now=x.now, sure=short(x.sure), wanted=list(x.wanted),
                               agrees=x.agrees) for x in lines]}


class AskGallery(Ask):
    """Exemplars that show all of ``filters``, (field, category) …; while they are still being read, how far that is (``done``)."""

    op: Literal["gallery"]
    source: Literal["samples", "real"] = "samples"
    filters: Annotated[list[tuple[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]]], Field(max_length=8)] = []
    offset: Annotated[int, Field(ge=0)] = 0
    count: Annotated[int, Field(ge=1, le=MOST_TILES)] = 48

    def answer(self, run: Run) -> dict[str, Any]:
        ready, done = galleries.gallery(run, self.source, self.label)
        if ready is None:
            return {"ready": False, "done": round(done, 3)}
        gallery, start = ready
        rows, counts = gallery.matching(list(self.filters)), gallery.counts()
        shown = rows[self.offset:self.offset + self.count]
        return {"ready": True, "total": len(rows), "of": len(gallery.refs), "refs": [gallery.refs[k] for k in shown],
                "fields": [dict(name=f.name, categories=list(f.categories), measured=f.measured, counts=counts[f.columns].tolist())
                           for f in gallery.fields],
                "start": {"a": list(start.a), "b": list(start.b), "c": list(start.c), "field": start.field}}


class AskDirections(Ask):
    """Directions found after training, and what each was measured to change; while that is being worked out, how far it is."""

    op: Literal["directions"]

    def answer(self, run: Run) -> dict[str, Any]:
        every, done = run_directions.find(run, self.label)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "directions": [_direction(d) for d in every], "fields": [
            dict(name=f.name, categories=list(f.categories), measured=f.measured) for f in galleries.reader(run).fields]}


class AskMeasure(Ask):
    """What a direction of one's own changes."""

    op: Literal["measure"]
    vector: Codes

    def answer(self, run: Run) -> dict[str, Any]:
        run.require_images()
        return _direction(run_directions.measure(run, moves.codes(self.vector, run.d, most=1)[0], self.label))


class AskKept(Ask):
    """What the run's codes keep and lose, by a classifier of its data set; while that is being counted, how far it is."""

    op: Literal["kept"]

    def answer(self, run: Run) -> dict[str, Any]:
        every, done = confusion.kept(run)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "images": int(every[0].counts.sum()) if every else 0, "fields": [
            {"name": k.name, "categories": list(k.categories), "counts": k.counts.tolist(), "share": short(k.share),
             "confusions": [asdict(c) for c in k.confusions()]} for k in every]}


def _direction(d: directions.Direction) -> dict[str, Any]:
    def told(c: directions.Change) -> dict[str, Any]:
        return {"field": c.field, "low": c.low, "high": c.high, "change": short(c.change)}
    top = directions.main(d)
    return {"kind": d.kind, "vector": moves.to_text(d.vector), "sigma": short(d.sigma), "name": None if d.name is None else list(d.name),
            "accuracy": None if d.accuracy is None else short(d.accuracy), "main": None if top is None else told(top),
            "side": [told(c) for c in directions.side(d)], "statistic": {"label": d.statistic.label, "change": short(d.statistic.change)}}


DRAW: TypeAdapter[Draw] = TypeAdapter(Annotated[
    DrawImage | DrawGrid | DrawTraverse | DrawCodes | DrawSamples | DrawManifold | DrawWalk | DrawStrip | DrawPixels | DrawResample
    | DrawExemplars | DrawSum | DrawStyles | DrawTruncated,
    Field(discriminator="op")])
CODE: TypeAdapter[Ask] = TypeAdapter(Annotated[
    AskSample | AskRead | AskMap | AskPoint | AskPlace | AskNeighbours | AskWay | AskEncode | AskPyramid | AskStages | AskLabels | AskSum
    | AskStyles | AskReals | AskNoise | AskPaths | AskStyleDirections | AskGallery | AskDirections | AskMeasure | AskKept,
    Field(discriminator="op")])


def parse(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """A request's JSON, checked. Raises Refused with a sentence about the first thing that is wrong."""
    try:
        return adapter.validate_json(body)
    except ValidationError as e:
        raise Refused(_sentence(e)) from e


def draw(run: Run, request: Draw) -> tuple[bytes, str]:
    """The answer as a file, and its media type."""
    return images.encode(request.draw(run))


def short(value: float) -> float:
    return float(f"{float(value):.5g}")


def _bytes(text: str) -> bytes:
    text = text.partition(",")[2] if text.startswith("data:") else text
    if len(text) > images.MAX_FILE * 4 // 3 + 4:
        raise images.ImageError(f"The file is larger than {images.MAX_FILE // 2**20} MB; save it smaller and try again.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise Refused("The image is not base64 text.") from e


def _sentence(e: ValidationError) -> str:
    first = e.errors(include_url=False)[0]
    cause = (first.get("ctx") or {}).get("error")
    if isinstance(cause, Refused):
        return str(cause)
    kind, where = first["type"], ".".join(str(p) for p in first["loc"] if not str(p).startswith(("Draw", "Ask")))
    if kind == "json_invalid":
        return "The request is not JSON."
    if kind == "union_tag_invalid":
        return f"There is no operation {str(first['ctx']['tag'])[:40]!r}; there are {first['ctx']['expected_tags']}."
    if kind == "union_tag_not_found":
        return "The request names no operation (op)."
    return f"The request does not fit: {where[:80] or 'body'}: {first['msg'][0].lower()}{first['msg'][1:]}."


__all__ = ["CODE", "DRAW", "Ask", "Draw", "HeldOutImage", "Path", "Pixels", "Request", "Seed", "draw", "parse", "pixels_of", "short"]
