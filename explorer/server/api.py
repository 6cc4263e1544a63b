"""What a program can ask by name: each question checked, its answer worked out by the functions that the page uses.

A question is one class: its docstring and its fields' descriptions are what programs are told of it (``gradio_client``, OpenAPI, MCP), its
``answer`` says by its type what comes back. Others are in api_paths.py and api_maps.py; api_endpoints.py and mcp_tools.py expose them all.
No gradio here. Whatever is wrong with a question is one sentence.
"""

from __future__ import annotations

import base64
import binascii
import inspect
from typing import Annotated, Any, ClassVar, cast

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import TypedDict

from training.checkpoint import to_dict

from .. import Refused, images
from ..latent import moves, neighbours, seed_to_image
from ..runs.run import Label, Run
from ..runs.session import Session
from ..views import films
from ..views.base import MOST_PIXELS, MOST_TILES
from .answers import CardTold

MOST_IMAGES = 16                                # files of one question
MAX_TEXT = images.MAX_FILE * 4 // 3 * 2         # characters of one image: base64, its lines broken, with a header
Number = Annotated[float, Field(allow_inf_nan=False, ge=-moves.LIMIT, le=moves.LIMIT)]
Code = Annotated[list[Number], Field(fail_fast=True, min_length=1, max_length=2**16)]     # else each wrong number is a message of its own
Codes = Code | Annotated[list[Code], Field(fail_fast=True, min_length=1, max_length=MOST_TILES)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Class = Annotated[int, Field(ge=0, lt=2**31)]
File = Annotated[str, Field(max_length=MAX_TEXT)]
OneCode = Annotated[Code, Field(description="a list of finite numbers, num_layers * w_dim of them")]
SomeCodes = Annotated[Codes, Field(
    description=f"a list of finite numbers, num_layers * w_dim of them, or a list of up to {MOST_TILES} such lists")]
OneClass = Annotated[Class | None, Field(description="the number of a class, from 0, or nothing (the first, where the run has classes)")]
SomeClasses = Annotated[Class | Annotated[list[Class], Field(fail_fast=True, min_length=1, max_length=MOST_TILES)] | None, Field(
    description="the number of a class, from 0, or nothing (the first, where the run has classes); of several one for all, or a list of "
                "one for each")]


class Question(BaseModel):
    """What every question has. ``lane``: the threads that answer it (server/thread_pools.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: ClassVar[str]
    lane: ClassVar[str] = "quick"

    def answer(self, session: Session) -> Any:
        """JSON-able, of the type that this method is annotated with."""
        raise TypeError(f"{type(self).__name__} has no answer.")

    @classmethod
    def told(cls) -> str:
        """What programs are told of it: its docstring, in one line for each paragraph."""
        return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(cls.__doc__ or "").split("\n\n"))

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        """Of an answer the images in base64, and the rest: for those who can look at images (server/mcp_tools.py)."""
        return [], answer


class OfRun(Question):
    """A question about one run."""

    run: Annotated[str, Field(max_length=64, description="the name of a run, as list_runs gives it")]

    def opened(self, session: Session) -> Run:
        """The run, loaded. Raises NotThere, Refused."""
        return session.run(self.run)


class ListRuns(Question):
    """All trained runs: their cards, with name, family, data set, spec, metrics and settings."""

    title = "list_runs"

    def answer(self, session: Session) -> list[CardTold]:
        return [cast(CardTold, to_dict(card)) for card in session.runs()[0].values()]

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        """In short, for who pays for each word: what a run is called, and what it can do."""
        def row(card: CardTold) -> dict[str, Any]:
            spec, data = card["spec"], card["data"]
            return {"name": card["name"], "title": card["title"], "family": card["family"], "data": data["title"],
                    "classes": data["classes"], "numbers": spec["num_layers"] * spec["w_dim"], "encodes": spec["encodes"],
                    "conditional": spec["num_classes"] > 0}
        return [], [row(card) for card in answer]


class Sample(OfRun):
    """A code drawn from the run's prior: num_layers * w_dim numbers; for several seeds a list of codes.

    The same seed gives the same code everywhere, alone or among others.
    """

    title = "sample"
    seed: Annotated[Seed | Annotated[list[Seed], Field(fail_fast=True, min_length=1, max_length=MOST_TILES)], Field(
        description=f"a whole number from 0 to 2 to the power of 63, or a list of up to {MOST_TILES} of them")]
    label: SomeClasses = None

    def answer(self, session: Session) -> list[float] | list[list[float]]:
        run = self.opened(session)
        seeds = self.seed if isinstance(self.seed, list) else [self.seed]
        labels = classes(run, self.label, len(seeds))
        codes = [seed_to_image.codes(run, [s], labels[k:k + 1] if isinstance(labels, np.ndarray) else labels)[0].tolist()
                 for k, s in enumerate(films.wanted(seeds))]
        return codes if isinstance(self.seed, list) else codes[0]


class MapZ(OfRun):
    """The code that a noise z, z_dim numbers of the run's prior, is mapped to; for several z a list of codes."""

    title = "map_z"
    z: Annotated[Codes, Field(description=f"a list of z_dim finite numbers, or a list of up to {MOST_TILES} such lists")]
    label: SomeClasses = None

    def answer(self, session: Session) -> list[float] | list[list[float]]:
        run = self.opened(session)
        z, one = rows(self.z, run.spec.z_dim)
        codes = run.map_z(z, classes(run, self.label, len(z))).tolist()
        return codes[0] if one else codes


class Decode(OfRun):
    """The image of a code, as a PNG or JPEG in base64; for several codes a list of images."""

    title = "decode"
    code: SomeCodes
    label: SomeClasses = None

    def answer(self, session: Session) -> str | list[str]:
        run = self.opened(session)
        codes, one = rows(self.code, run.d)
        few(run, len(codes))
        drawn = [as_text(pixels) for pixels in films.wanted(run.decode(codes, classes(run, self.label, len(codes))))]
        return drawn[0] if one else drawn

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        return ([answer] if isinstance(answer, str) else answer), None


class Encode(OfRun):
    """The code of an image file (PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF, at most 4 MiB), for runs that encode; for several files a list of
    codes."""

    title = "encode"
    image_base64: Annotated[File | Annotated[list[File], Field(fail_fast=True, min_length=1, max_length=MOST_IMAGES)], Field(
        description=f"an image file of up to {images.MAX_FILE // 2**20} MB in base64 or as a data: URL, or a list of up to {MOST_IMAGES} "
                    "of them")]

    def answer(self, session: Session) -> list[float] | list[list[float]]:
        run = self.opened(session)
        given = [self.image_base64] if isinstance(self.image_base64, str) else self.image_base64
        if not run.spec.encodes:
            raise Refused("This run has no encoder, so it cannot take an image in.")
        codes = run.encode(np.stack([images.decode_upload(file_of(text), run.spec.shape, deep=run.deep) for text in given]))[0].tolist()
        return codes[0] if isinstance(self.image_base64, str) else codes


class Near(TypedDict):
    """A held-out image: its number, how far off its code is, and its class, where it has one."""

    index: int
    distance: float
    label: int | None


class Nearest(OfRun):
    """The k (1 to 24) held-out images whose codes are nearest to a code, the nearest first; for several codes a list of such lists."""

    title = "nearest"
    code: SomeCodes
    k: Annotated[int, Field(ge=1, le=24, description="a whole number between 1 and 24")]

    def answer(self, session: Session) -> list[Near] | list[list[Near]]:
        run = self.opened(session)
        codes, one = rows(self.code, run.d)
        among = neighbours.of_run(run)
        found = [[Near(index=int(i), distance=float(d), label=run.class_of(int(i))) for i, d in zip(*among.nearest(w, self.k), strict=True)]
                 for w in films.wanted(codes)]
        return found[0] if one else found


def asked(kind: type[Question], **values: Any) -> Any:
    """The question of these values, checked. Raises Refused with a sentence about the first thing that is wrong."""
    try:
        return kind(**values)
    except ValidationError as e:
        name = str(e.errors(include_url=False, include_input=False)[0]["loc"][0])
        field = kind.model_fields.get(name)
        known = ", ".join(kind.model_fields) or "nothing"
        raise Refused(f"{kind.title}: {name} is {field.description}." if field is not None else
                      f"{kind.title}: there is no {name[:40]!r} to be said; there is {known}.") from e


def rows(given: list[float] | list[list[float]], d: int) -> tuple[np.ndarray, bool]:
    """One code or several, of ``d`` numbers each, as (n, d); and whether it was one. Raises Refused where one has not so many."""
    if not isinstance(given[0], list):
        return moves.codes(np.asarray(given, np.float32), d, 1, 1), True
    return np.concatenate([moves.codes(np.asarray(row, np.float32), d, 1, 1) for row in given]), False


def classes(run: Run, label: int | list[int] | None, n: int) -> Label:
    """One class for all of n, or (n,) one for each, each checked; None for a run without. Raises Refused."""
    if not isinstance(label, list):
        return run.label(label)
    if len(label) != n:
        raise Refused(f"label: these are {len(label)} classes; {n} are needed, or one for all.")
    known = [run.label(one) for one in label]
    return np.array(known) if run.spec.num_classes else None


def few(run: Run, n: int) -> None:
    """Raise Refused where n images are more pixels than the page draws at once."""
    run.require_images()
    _, h, w = run.spec.shape
    if n > MOST_TILES or n * h * w > MOST_PIXELS:
        raise Refused(f"That would be {n} images; ask for fewer at once.")


def as_text(pixels: np.ndarray) -> str:
    """(H, W, C) uint8 as a PNG or JPEG in base64."""
    return base64.b64encode(images.encode(pixels)[0]).decode("ascii")


def file_of(text: str) -> bytes:
    """The bytes of a file given in base64, plain, with line breaks or as a data: URL. Raises Refused."""
    head, comma, rest = text.partition(",")
    if head.lstrip().lower().startswith("data:"):
        if not comma or not head.rstrip().lower().endswith(";base64"):
            raise Refused("The data: URL is not base64; one begins with data:image/png;base64, for example.")
        text = rest
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as e:
        raise Refused("The image is not base64.") from e


__all__ = ["Code", "Codes", "Decode", "Encode", "ListRuns", "MapZ", "Near", "Nearest", "OfRun", "OneClass", "OneCode", "Question", "Sample",
           "SomeClasses", "SomeCodes", "as_text", "asked", "classes", "few", "file_of", "rows"]
