"""Named questions about ways through codes: walks, films of them, A − B + C, directions and a code's place along one."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from .. import Refused
from ..latent import arithmetic, galleries, moves, run_directions
from ..runs.run import Run
from ..runs.session import Session
from ..views import films, paths
from ..views.arithmetic.requests import MOST_EXEMPLARS, SumLine, lines_told
from ..views.base import DirectionSaid
from ..views.samples import AskDirections, FieldTold
from .api import Code, OfRun, OneClass, OneCode, Seed, as_text, few, rows

MOST_STEPS = 64                                 # keys, and frames, of a walk; values along a direction
Method = Annotated[Literal["lerp", "slerp"], Field(description='"lerp", straight, or "slerp", along an arc about the origin')]
Loop = Annotated[bool, Field(description="true where it ends where it began, else false")]
Space = Annotated[Literal["code", "pixels"], Field(
    description='"code", or "pixels" where the keys\' images fade into each other instead, for comparison')]


class WalkTold(TypedDict):
    """Frame by frame the codes and their images, PNG or JPEG in base64."""

    codes: list[list[float]]
    images: list[str]


class Walk(OfRun):
    """A path through codes, at even times: its frames' codes, and their images unless they are not wanted."""

    title = "walk"
    keys: Annotated[list[Code], Field(fail_fast=True, min_length=1, max_length=MOST_STEPS, description=(
        f"a list of 1 to {MOST_STEPS} codes that the path goes through, each a list of num_layers * w_dim finite numbers"))]
    frames: Annotated[int, Field(ge=1, le=MOST_STEPS, description=f"a whole number from 1 to {MOST_STEPS}")] = 16
    method: Method = "lerp"
    loop: Loop = False
    label: OneClass = None
    images: Annotated[bool, Field(description="true, or false where the codes alone are wanted")] = True
    space: Space = "code"

    def answer(self, session: Session) -> WalkTold:
        run = self.opened(session)
        keys, times = rows(self.keys, run.d)[0], moves.times(self.frames, self.loop)
        codes = np.stack([moves.walk(keys, float(t), self.method, self.loop) for t in times])
        if not self.images:
            return {"codes": codes.tolist(), "images": []}
        few(run, max(len(keys), self.frames))
        path = paths.Path.model_validate({"run": self.run, "keys": moves.to_text(keys), "method": self.method, "loop": self.loop,
                                          "label": run.label(self.label), "space": self.space})
        return {"codes": codes.tolist(), "images": [as_text(pixels) for pixels in path.frames(run, times)]}

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        return answer["images"], {"codes": answer["codes"]}


class Film(OfRun):
    """A film of a path through codes, as a file in base64: an endless GIF, or an MP4. Pixels stay squares."""

    title = "film"
    lane = "making"
    keys: Annotated[list[Code], Field(fail_fast=True, min_length=1, max_length=films.MOST_KEYS, description=(
        f"a list of 1 to {films.MOST_KEYS} codes that the path goes through, each a list of num_layers * w_dim finite numbers"))]
    frames: Annotated[int, Field(ge=2, le=films.MOST_FRAMES, description=f"a whole number from 2 to {films.MOST_FRAMES}")] = 48
    fps: Annotated[int, Field(ge=1, le=60, description="the frames of a second, from 1 to 60")] = 24
    method: Method = "lerp"
    loop: Loop = False
    back: Annotated[bool, Field(description="true where it goes there and back, else false")] = False
    format: Annotated[Literal["gif", "mp4"], Field(description='"gif" or "mp4"')] = "gif"
    size: Annotated[int, Field(ge=16, le=512, description="the longer side in pixels, at most: from 16 to 512")] = 256
    label: OneClass = None
    space: Space = "code"

    def answer(self, session: Session) -> str:
        if self.frames > 60 * self.fps:
            raise Refused(f"That film would last {self.frames / self.fps:g} seconds; up to 60 can be made.")
        run = self.opened(session)
        keys = rows(self.keys, run.d)[0]
        asked = paths.FilmWalk.model_validate({
            "op": "walk", "run": self.run, "keys": moves.to_text(keys), "method": self.method, "loop": self.loop, "space": self.space,
            "label": run.label(self.label), "seconds": self.frames / self.fps, "fps": self.fps, "size": self.size, "format": self.format,
            "back": self.back})
        return base64.b64encode(films.film(run, asked)[0]).decode("ascii")

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        return [answer], None


Ref = Annotated[str, Field(pattern=galleries.REF.pattern, max_length=12)]
Refs = Annotated[list[Ref], Field(fail_fast=True, min_length=1, max_length=MOST_EXEMPLARS)]
Some = Annotated[list[Code], Field(fail_fast=True, min_length=1, max_length=MOST_EXEMPLARS)]
Group = Annotated[Ref | Code | Refs | Some, Field(description=(
    "a code (a list of num_layers * w_dim finite numbers), or an exemplar by its name (s and a seed, like s12, or r and the number of a "
    f"held-out image, like r40), or a list of up to {MOST_EXEMPLARS} of either, whose mean is meant"))]


class ArithmeticTold(TypedDict):
    """The code of A − B + C, the direction A − B, and nine codes: the result in the middle, around it its noisy neighbours. ``lines``: what
    became of each field that images are read for; ``said``: of A, of B, of C and of the result what they agree on, field by field."""

    code: list[float]
    direction: list[float]
    neighbours: list[list[float]]
    lines: list[SumLine]
    said: list[dict[str, str]]


class Arithmetic(OfRun):
    """mean(C) + strength · (mean(A) − mean(B)), as the Arithmetic view works it out, and whether its image shows what was asked for."""

    title = "arithmetic"
    a: Group
    b: Group
    c: Group
    strength: Annotated[float, Field(allow_inf_nan=False, ge=-4, le=4, description="a number from -4 to 4")] = 1.0
    noise: Annotated[float, Field(
        allow_inf_nan=False, ge=0, le=4, description="how far off the neighbours are, from 0 to 4")] = arithmetic.NOISE
    seed: Annotated[Seed, Field(description="a whole number from 0 to 2 to the power of 63")] = 0
    label: OneClass = None

    def answer(self, session: Session) -> ArithmeticTold:
        run = self.opened(session)
        run.require_images()
        label = run.label(self.label)
        a, b, c = (_group(run, given, label) for given in (self.a, self.b, self.c))
        lines, said = galleries.checked(run, a, b, c, self.strength, label)
        w = arithmetic.combine(a, b, c, self.strength)
        return {"code": w.tolist(), "direction": (a.mean(0) - b.mean(0)).tolist(), "lines": lines_told(lines), "said": said,
                "neighbours": arithmetic.neighbours(w, galleries.spread(run), self.noise, self.seed).tolist()}


def _group(run: Run, given: str | list[float] | list[str] | list[list[float]], label: int | None) -> np.ndarray:
    """The codes (n, d) of a group. Raises Refused, NotThere."""
    if isinstance(given, str):
        return galleries.exemplars(run, [given], label)
    if isinstance(given[0], str):
        return galleries.exemplars(run, [str(ref) for ref in given], label)
    return rows(given, run.d)[0]


class DirectionRow(DirectionSaid):
    """What a direction changes, and the direction itself."""

    vector: list[float]


class DirectionsTold(TypedDict):
    """The directions, and all that images are read for; both empty until they are worked out, ``done`` being the share of that."""

    ready: bool
    done: float
    directions: list[DirectionRow]
    fields: list[FieldTold]


class Directions(OfRun):
    """Directions found after training, each with what it was measured to change. Where ``ready`` is false they are still being worked out:
    ask again in a while."""

    title = "directions"
    label: OneClass = None

    def answer(self, session: Session) -> DirectionsTold:
        run = self.opened(session)
        told = AskDirections(op="directions", run=self.run, label=run.label(self.label)).answer(run)
        if not told["ready"]:
            return {"ready": False, "done": told["done"], "directions": [], "fields": []}
        found: list[DirectionRow] = [{**d, "vector": moves.from_text(d["vector"]).tolist()} for d in told["directions"]]
        return {"ready": True, "done": 1.0, "directions": found, "fields": told["fields"]}

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        """Without the vectors: ``move`` takes a direction by its number."""
        return [], {**answer, "directions": [{"number": k, **{n: v for n, v in d.items() if n != "vector"}}
                                             for k, d in enumerate(answer["directions"])]}


class Move(OfRun):
    """A code with its coordinate along a direction set to each of some values, in the codes' standard deviations from their mean: a list of
    codes, one for each value. All else in the code stays as it was."""

    title = "move"
    code: OneCode
    direction: Annotated[Annotated[int, Field(ge=0, le=999)] | Code, Field(
        description="the number of a direction in the list that directions gives, from 0, or a direction of your own: a list of "
                    "num_layers * w_dim finite numbers")]
    values: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=20)]], Field(
        fail_fast=True, min_length=1, max_length=MOST_STEPS, description=f"a list of up to {MOST_STEPS} numbers from -20 to 20")]
    label: OneClass = None

    def answer(self, session: Session) -> list[list[float]]:
        run = self.opened(session)
        w = rows(self.code, run.d)[0][0]
        if not isinstance(self.direction, int):
            return run_directions.moved(run, w, rows(self.direction, run.d)[0][0], self.values).tolist()
        every, done = run_directions.find(run, run.label(self.label))
        if every is None:
            raise Refused(f"This run's directions are still being worked out ({done:.0%}); ask again in a moment.")
        if self.direction >= len(every):
            raise Refused(f"This run has {len(every)} directions, counted from 0.")
        found = every[self.direction]
        return run_directions.moved(run, w, found.vector, self.values, found.sigma).tolist()


__all__ = ["Arithmetic", "Directions", "Film", "Move", "Walk"]
