"""Operations of several views on a path through codes: where it is at a time, as a strip, as a film. Noise may change along it, too."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field

from .. import Refused, images
from ..latent import layers, moves
from ..runs import lanes
from ..runs.run import Run
from .base import Codes, Draw, DrawOne, Request, Seed
from .films import MOST_FRAMES, MOST_KEYS, Film

Strengths = Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=4)]], Field(min_length=1, max_length=16)]


class NoiseOnPath(BaseModel):
    """What the noise of each resolution is multiplied by at even times of a path, straight in between; and the seed that it is drawn from,
    or ``draws`` seeds from that one on, one after another. Without a seed it is the model's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    strengths: Annotated[list[Strengths], Field(min_length=1, max_length=MOST_KEYS)]
    seed: Seed | None = None
    draws: Annotated[int, Field(ge=1, le=MOST_FRAMES)] = 1

    def at(self, t: float, loop: bool) -> layers.Noise:
        """The noise at a time in [0, 1]. Raises Refused where its strengths are not equally many."""
        if len({len(s) for s in self.strengths}) > 1:
            raise Refused("Noise along a path has as many strengths at one time as at another.")
        now = moves.walk(np.array(self.strengths), t, "lerp", loop)
        seed = None if self.seed is None else self.seed + min(int(t * self.draws), self.draws - 1)
        return layers.Noise(tuple(now.tolist()), seed)


class Path(Request):
    """Keys that a path goes through, and how."""

    keys: Codes
    method: Literal["lerp", "slerp"] = "lerp"
    loop: bool = False
    space: Literal["code", "pixels"] = "code"
    noise: NoiseOnPath | None = None

    def codes(self, run: Run, times: np.ndarray, most: int = 64) -> np.ndarray:
        """Codes (len(times), d) at times in [0, 1]."""
        keys = moves.codes(self.keys, run.d, least=1, most=most)
        return np.stack([moves.walk(keys, float(t), self.method, self.loop) for t in times])

    def frames(self, run: Run, times: np.ndarray, most: int = 64) -> np.ndarray:
        """Pixels (len(times), H, W, C) at times in [0, 1]. In pixel space the decoded keys are cross-faded, for comparison."""
        run.require_images()
        keys = moves.codes(self.keys, run.d, least=1, most=most)
        if self.space == "code":
            w = self.codes(run, times, most)
            return run.decode(w, self.label) if self.noise is None else self.noisy(run, w, times, self.noise)
        if self.noise is not None:
            raise Refused("Images that fade into each other have no noise of their own.")
        ends = (run.images(keys, self.label).clamp(-1, 1).flatten(1)).cpu().numpy()
        mixed = np.stack([moves.walk(ends, float(t), "lerp", self.loop) for t in times])
        return images.to_uint8(torch.from_numpy(mixed).view(-1, *run.spec.shape))

    def noisy(self, run: Run, w: np.ndarray, times: np.ndarray, noise: NoiseOnPath) -> np.ndarray:
        """The images of codes (n, d), each with the noise of its time. Raises Abandoned."""
        drawn = []
        for one, t in zip(w, times, strict=True):
            lanes.check()
            drawn.append(images.to_uint8(layers.images(run, one[None], self.label, noise.at(float(t), self.loop))))
        return np.concatenate(drawn)


class DrawWalk(Path, DrawOne):
    """Where a path is at time t."""

    op: Literal["walk"]
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]

    @property
    def plain(self) -> bool:
        return self.space == "code" and self.noise is None

    def code(self, run: Run) -> np.ndarray:
        return self.codes(run, np.array([self.t]))

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


class FilmWalk(Path, Film):
    """A path from its beginning to its end, through at most 12 keys."""

    op: Literal["walk"]

    def shown(self, run: Run, count: int) -> np.ndarray:
        return self.frames(run, self.times(count, self.loop), most=MOST_KEYS)
