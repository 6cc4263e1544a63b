"""One image in many runs at once: each one's code, reconstruction and error, in one answer."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from ... import NotThere, Refused, images
from ...latent import moves, reconstruction
from ...runs.run import Run
from ...runs.session import Session
from ..base import CodeImage, HeldOutImage, Pixels, Request, Seed, pixels_of, short

MOST = 12                                       # runs of one answer


class Noise(BaseModel):
    """What is put on the image first. ``amount``: of gaussian noise its std on the [0, 1] scale, else the share of pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["gaussian", "dropout", "block"]
    amount: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
    seed: Seed = 0


class Beside(Request):
    """An image, as the run ``run`` would take it, for ``runs``: all that encode images of its shape. ``label``: the image's class, where a
    person says it. With ``noise`` errors are taken against the image without it."""

    runs: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=MOST)]
    image: str | HeldOutImage | Pixels | CodeImage
    invert: bool = False                        # dark on light, for a model that knows light on dark
    noise: Noise | None = None


class BesideProblem(TypedDict):
    """Why a run could not take the image in, a sentence."""

    run: str
    problem: str


_Class = TypedDict("_Class", {"class": int | None})


class BesideTaken(_Class):
    """An image's code and its doubt (base64 of float32), the squared ``error`` summed over pixels as [0, 1], what a conditional model drew
    it as, and the share of held-out images with a larger error, None where that is not known yet."""

    run: str
    w: str
    error: float
    sigma: str | None
    percentile: float | None


class BesideAnswer(TypedDict):
    """``picture``: a data: URL of the image and the reconstructions in a row, as many as ``runs`` have one, and with noise the image
    without it at the end; ``noise``: the noise's own squared error; of a held-out image, which, and what it shows."""

    picture: str
    runs: list[BesideTaken | BesideProblem]
    noise: NotRequired[float]
    index: NotRequired[int]
    label: NotRequired[int | None]
    attributes: NotRequired[dict[str, str]]


BESIDE: TypeAdapter[Beside] = TypeAdapter(Beside)


def answer(session: Session, request: Beside) -> BesideAnswer:
    """The image in each run; one that cannot take it in has a ``problem`` instead.

    Raises Refused for what is no image, NotThere for an unknown ``run``."""
    first = session.run(request.run)
    clean, noise = pixels_of(first, request.image, request.invert), request.noise
    pixels = clean if noise is None else reconstruction.noisy(clean, noise.kind, noise.amount, noise.seed)
    index = request.image.index if isinstance(request.image, HeldOutImage) else None
    known = request.label if index is None else first.class_of(index)
    rows: list[BesideTaken | BesideProblem] = []
    tiles = [pixels.transpose(1, 2, 0)]
    for name in dict.fromkeys(request.runs):
        try:
            run = session.run(name)
            if run.spec.shape != first.spec.shape:
                raise Refused(f"This run takes images of {run.spec.shape[1]} × {run.spec.shape[2]} × {run.spec.shape[0]}.")
            taken = reconstruction.take_in(run, pixels, _class(first, run, known), clean)
        except (Refused, NotThere) as e:
            rows.append({"run": name, "problem": str(e)})
            continue
        tiles.append(taken.again)
        rows.append({"run": name, "w": moves.to_text(taken.w), "error": short(taken.error), "class": taken.label,
                     "sigma": None if taken.sigma is None else moves.to_text(taken.sigma),
                     "percentile": None if noise else reconstruction.nearer_than(run, taken.error)})
    if noise:
        tiles.append(clean.transpose(1, 2, 0))
    out: BesideAnswer = {"picture": images.data_url(images.grid(np.stack(tiles), len(tiles))), "runs": rows}
    if noise:
        out["noise"] = short((((pixels.astype(float) - clean) / 255) ** 2).sum())
    if index is not None:
        out["index"], out["label"], out["attributes"] = index, known, first.attributes_of(index)
    return out


def _class(first: Run, run: Run, known: int | None) -> int | None:
    """The image's class as a run counts classes; None where it is not known, or is one of another data set."""
    same = run.card.data.classes == first.card.data.classes
    return known if run.spec.num_classes and known is not None and same and known < run.spec.num_classes else None


__all__ = ["BESIDE", "MOST", "Beside", "Noise", "answer"]
