"""What a program can ask by name (``gradio_client``): each question checked, its answer worked out by the functions that the page uses.

No gradio here: page.py exposes them. Whatever is wrong with a question is one sentence.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.checkpoint import to_dict

from .. import Refused, images
from ..latent import moves, neighbours
from ..runs.run import Run
from ..runs.session import Session

MOST_IMAGES = 16                                # of one question
MAX_TEXT = images.MAX_FILE * 4 // 3 * 2         # characters of one image: base64, its lines broken, with a header
Code = Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]], Field(min_length=1, max_length=2**16)]


class Question(BaseModel):
    """What every question has: the run that it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: ClassVar[str]
    run: Annotated[str, Field(max_length=64)]

    def opened(self, session: Session) -> Run:
        """The run, loaded. Raises NotThere, Refused."""
        return session.run(self.run)


class Sample(Question):
    """A code of the prior."""

    title = "sample"
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    label: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    def answer(self, session: Session) -> list[float]:
        """num_layers * w_dim numbers."""
        run = self.opened(session)
        return run.map_z(run.sample_z(1, self.seed), run.label(self.label))[0].tolist()


class Decode(Question):
    """The image of a code."""

    title = "decode"
    code: Code
    label: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    def answer(self, session: Session) -> str:
        """A PNG or JPEG in base64."""
        run = self.opened(session)
        return base64.b64encode(images.encode(run.decode(_flat(run, self.code), run.label(self.label))[0])[0]).decode("ascii")


class Encode(Question):
    """The codes of image files."""

    title = "encode"
    image_base64: Annotated[str, Field(max_length=MAX_TEXT)] | Annotated[
        list[Annotated[str, Field(max_length=MAX_TEXT)]], Field(min_length=1, max_length=MOST_IMAGES)]

    def answer(self, session: Session) -> list[float] | list[list[float]]:
        """num_layers * w_dim numbers; a list of such lists where a list was given."""
        run = self.opened(session)
        given = [self.image_base64] if isinstance(self.image_base64, str) else self.image_base64
        if not run.spec.encodes:
            raise Refused("This run has no encoder, so it cannot take an image in.")
        codes = run.encode(np.stack([images.decode_upload(file_of(text), run.spec.shape, deep=run.deep) for text in given]))[0].tolist()
        return codes[0] if isinstance(self.image_base64, str) else codes


class Nearest(Question):
    """The held-out images whose codes are nearest."""

    title = "nearest"
    code: Code
    k: int

    def answer(self, session: Session) -> list[dict[str, Any]]:
        """Index, distance, label of each, the nearest first."""
        if not 1 <= self.k <= 24:
            raise Refused("k must lie between 1 and 24.")
        run = self.opened(session)
        found = neighbours.of_run(run).nearest(_flat(run, self.code)[0], self.k)
        return [{"index": int(i), "distance": float(d), "label": run.class_of(int(i))} for i, d in zip(*found, strict=True)]


def list_runs(session: Session) -> list[dict[str, Any]]:
    """The cards of all runs."""
    return [to_dict(card) for card in session.runs()[0].values()]


def asked(kind: type[Question], **values: Any) -> Any:
    """The question of these values, checked. Raises Refused with a sentence about the first thing that is wrong."""
    try:
        return kind(**values)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise Refused(f"{kind.title}: {name} is {WANTED[name]}.") from e


WANTED = {"run": "the name of a run, as list_runs gives it", "seed": "a whole number from 0 to 2 to the power of 63",
          "label": "the number of a class, from 0, or nothing", "k": "a whole number between 1 and 24",
          "code": "a list of finite numbers, num_layers * w_dim of them",
          "image_base64": f"an image file of up to {images.MAX_FILE // 2**20} MB in base64 or as a data: URL, or a list of up to "
                          f"{MOST_IMAGES} of them"}


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


def _flat(run: Run, code: list[float]) -> np.ndarray:
    return moves.codes(np.asarray(code, np.float32), run.d, 1, 1)


__all__ = ["Decode", "Encode", "Nearest", "Question", "Sample", "asked", "file_of", "list_runs"]
