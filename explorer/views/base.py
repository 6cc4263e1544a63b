"""What the requests of all views share: their base classes, the kinds of their fields, and the check with its sentence.

Every live interaction is one class: a checked request, and a function of (run, request) to pixels (Draw) or to JSON (Ask). Unknown
fields, NaN and sizes beyond the bounds are refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from .. import Refused, images
from ..latent import directions, layers, moves
from ..runs.run import Label, Run

MOST_PIXELS = 4096 * 4096                       # of one answer
MOST_TILES = 256


def _codes(value: object) -> np.ndarray:
    if not isinstance(value, str):
        raise Refused("A latent code is sent as base64 text.")
    return moves.from_text(value)


Codes = Annotated[np.ndarray, BeforeValidator(_codes), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]


class Request(BaseModel):
    """What every request has: the run's name, and a class where the run needs one."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)
    route: ClassVar[str] = ""                   # where it is asked, below /gradio_api/explorer/
    run: Annotated[str, Field(max_length=64)]
    label: int | None = None


class Draw(Request):
    """A request that is answered with pixels."""

    route = "render"
    lossless: ClassVar[bool] = False            # whether every pixel of a large picture in colour matters more than a moment

    def draw(self, run: Run) -> np.ndarray:
        """(H, W, C) uint8."""
        raise TypeError(f"{type(self).__name__} draws nothing.")


class DrawOne(Draw):
    """A single image, or one that is drawn as a single image where ``plain`` says so: it may go through the network with others' images."""

    @property
    def plain(self) -> bool:
        """Whether ``code`` is all that it takes."""
        return True

    def code(self, run: Run) -> np.ndarray:
        """(1, d)."""
        raise TypeError(f"{type(self).__name__} has no code.")

    def draw(self, run: Run) -> np.ndarray:
        return tiles(run, self.code(run), 1, self.label)


class PixelNoise(BaseModel):
    """What the noise of each resolution is multiplied by, and the seed it is drawn from; without one it is the model's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    strengths: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)]], Field(min_length=1, max_length=16)]
    seed: Seed | None = None

    @property
    def noise(self) -> layers.Noise:
        return layers.Noise(tuple(self.strengths), self.seed)


def tiles(run: Run, w: np.ndarray, columns: int, label: Label, noise: PixelNoise | None = None) -> np.ndarray:
    """Codes (n, d) or (n, L, w) as images in rows of ``columns``, (H, W, C) uint8. Raises Refused where they are too many."""
    run.require_images()
    _, h, width = run.spec.shape
    if len(w) > MOST_TILES or len(w) * h * width > MOST_PIXELS:
        raise Refused(f"That would be {len(w)} images; ask for fewer at once.")
    return images.grid(images.to_uint8(layers.images(run, w, label, None if noise is None else noise.noise)), columns)


class Ask(Request):
    """A request that is answered with JSON."""

    route = "code"

    def answer(self, run: Run) -> Mapping[str, Any]:
        """JSON-able: a TypedDict of each operation's own, or one of several."""
        raise TypeError(f"{type(self).__name__} has no answer.")


class NotReady(TypedDict):
    """The answer of what takes long, until it is there. ``done``: the share of it, 0 to 1."""

    ready: Literal[False]
    done: float


class ChangeTold(TypedDict):
    """What a direction changes in one field, from -2 to 2 sigma: ``high`` is read more often by ``change``, a share, ``low`` less often."""

    field: str
    low: str
    high: str
    change: float


class StatisticTold(TypedDict):
    """The statistic of the image that a direction changes most, None where nothing clear came out; ``change`` in its deviations."""

    label: str | None
    change: float


class DirectionSaid(TypedDict):
    """What a direction of unit length changes. ``sigma``: the codes' deviation along it; ``name``: field and category of an attribute
    direction, ``accuracy``: of its classifier, a share. ``main``: what it changes most, ``side``: what else."""

    kind: str
    sigma: float
    name: list[str] | None
    accuracy: float | None
    main: ChangeTold | None
    side: list[ChangeTold]
    statistic: StatisticTold


class DirectionTold(DirectionSaid):
    """The same with the direction itself, base64 of float32."""

    vector: str


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


def direction_told(d: directions.Direction) -> DirectionTold:
    """A direction with what it changes, as JSON."""
    def told(c: directions.Change) -> ChangeTold:
        return {"field": c.field, "low": c.low, "high": c.high, "change": short(c.change)}
    top = directions.main(d)
    return {"kind": d.kind, "vector": moves.to_text(d.vector), "sigma": short(d.sigma), "name": None if d.name is None else list(d.name),
            "accuracy": None if d.accuracy is None else short(d.accuracy), "main": None if top is None else told(top),
            "side": [told(c) for c in directions.side(d)], "statistic": {"label": d.statistic.label, "change": short(d.statistic.change)}}


T = TypeVar("T")
Kind = TypeVar("Kind", bound=BaseModel)


def parse(adapter: TypeAdapter[T], body: bytes) -> T:
    """A request's JSON, checked. Raises Refused with a sentence about the first thing that is wrong."""
    try:
        return adapter.validate_json(body)
    except ValidationError as e:
        raise Refused(_sentence(e)) from e


def checked(kind: type[Kind], value: object) -> Kind:
    """A request that is JSON no more, checked. Raises Refused as ``parse`` does."""
    try:
        return kind.model_validate(value)
    except ValidationError as e:
        raise Refused(_sentence(e)) from e


def draw(run: Run, request: Draw) -> tuple[bytes, str]:
    """The answer as a file, and its media type."""
    return images.encode(request.draw(run), request.lossless)


def short(value: float) -> float:
    """Five digits of it, for JSON."""
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
