"""What the Microscope view asks: each question is a checked request, answered with JSON; pictures are data: URLs of tiles in a grid.

What takes long answers {"ready": false, "done": share} until it is there.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field

from ... import Refused, images
from ...latent import moves, seed_to_image
from ...runs.run import Run
from ..base import Ask, Codes, HeldOutImage, NotReady, Pixels, Seed, pixels_of, short
from . import answers, code_length, code_statistics, few_labels, linear_and_pca, sampling, units

COLUMNS = 8                                     # of a page of units
SHOWN = 12                                      # of sampled images in a row, and of components
LayerNumber = Annotated[int, Field(ge=-32, le=31)]
Units = Annotated[list[Annotated[int, Field(ge=0, le=65535)]], Field(min_length=1, max_length=units.PAGE)]


class Question(Ask):
    """A question about an encoder, on a route of its own."""

    route = "microscope"


class Source(Question):
    """An image to look at: a held-out one, pixels, or, where neither is sent, the image of the code ``w``."""

    w: Codes | None = None
    image: HeldOutImage | Pixels | None = None

    def code(self, run: Run) -> np.ndarray:
        """The code (d,): ``w``, else the image's."""
        if self.w is not None:
            return moves.codes(self.w, run.d, most=1)[0]
        return run.encode(self.pixels(run)[None])[0][0]

    def pixels(self, run: Run) -> np.ndarray:
        """(C, H, W) uint8."""
        units.require(run)
        if self.image is not None:
            return pixels_of(run, self.image, False)
        if self.w is None:
            raise Refused("Send an image, or the code of one.")
        return run.decode(moves.codes(self.w, run.d, most=1), self.label)[0].transpose(2, 0, 1)


class AskFacts(Question):
    """What the run's encoder has: its layers, whether its first one can be drawn, how many layers have a mirror in the decoder, whether the
    decoder is linear and the code's numbers are activities."""

    op: Literal["facts"]

    def answer(self, run: Run) -> answers.FactsAnswer:
        run.require_images()
        if not run.spec.encodes:                # its generator's layers can be seen all the same
            return {"layers": [], "filters": False, "mirrors": 0, "linear": False, "threshold": None, "d": run.spec.w_dim}
        return {"layers": units.names(run), "filters": units.filters(run) is not None, "mirrors": run.model.mirrors(),
                "linear": run.model.axes() is not None, "threshold": run.model.threshold(), "d": units.dimensions(run)}


class AskUnits(Question):
    """A page of a layer's units, those that vary most first, or the one that ``unit`` is on. ``alive``: without the dead ones."""

    op: Literal["units"]
    layer: LayerNumber = 0
    page: Annotated[int, Field(ge=0, le=4096)] = 0
    unit: Annotated[int, Field(ge=0, le=65535)] | None = None
    alive: bool = False

    def answer(self, run: Run) -> answers.UnitsAnswer | NotReady:
        layers, done = units.watch(run)
        if layers is None:
            return {"ready": False, "done": short(done)}
        at = units.layer_of(run, layers, self.layer)
        layer = layers[at]
        page = self.page if self.unit is None else layer.page_of(self.unit, self.alive)
        chosen, pages = layer.page(page, self.alive)
        return {"ready": True, "layer": at, "total": len(layer.mean), "dead": int(layer.dead.sum()), "pages": pages, "page": page,
                "seen": len(units.watched(run)), "units": [
                    {"unit": int(k), "dead": bool(layer.dead[k]), "std": short(layer.std[k]), "mean": short(layer.mean[k]),
                     "low": short(layer.low[k]), "high": short(layer.high[k]), "exciting": int(layer.exciting[k, 0])} for k in chosen]}


class AskFilters(Question):
    """Units of the first layer as pictures of their weights, and of their mirrors in the decoder, each on a scale of its own."""

    op: Literal["filters"]
    units: Units

    def answer(self, run: Run) -> answers.FiltersAnswer:
        told = units.filters(run)
        if told is None:
            raise Refused("This run's first layer is not dense, or its decoder's last layer is no mirror of it.")
        wanted = units.units_of(run, 0, self.units)
        alike = units.likeness(*told)
        drawn = [images.data_url(images.grid(units.signed(part[wanted], run.spec.shape), COLUMNS)) for part in told]
        return {"encoder": drawn[0], "decoder": drawn[1], "tile": list(run.spec.shape[1:]), "alike": [short(v) for v in alike[wanted]],
                "mean": short(alike.mean())}


class AskAscent(Question):
    """The inputs that excite units most, found by gradient ascent."""

    op: Literal["ascent"]
    layer: LayerNumber
    units: Units

    def answer(self, run: Run) -> answers.AscentAnswer | NotReady:
        found, done = units.ascent(run, self.layer, self.units)
        if found is None:
            return {"ready": False, "done": short(done)}
        tiles = images.to_uint8(torch.from_numpy(found.inputs))
        return {"ready": True, "picture": images.data_url(images.grid(tiles, COLUMNS)), "tile": list(tiles.shape[1:3]),
                "values": [short(v) for v in found.values], "grey": [short(v) for v in found.grey]}


class AskValues(Source):
    """What units of a layer make of an image."""

    op: Literal["values"]
    layer: LayerNumber
    units: Units

    def answer(self, run: Run) -> answers.ValuesAnswer:
        wanted = units.units_of(run, self.layer, self.units)
        return {"values": [short(v) for v in units.at(run, self.pixels(run)[None])[self.layer][0, wanted]]}


class AskUnit(Source):
    """One unit: what it makes of an image, the held-out images that excite it most, and, of the code, what it draws."""

    op: Literal["unit"]
    layer: LayerNumber
    unit: Annotated[int, Field(ge=0, le=65535)]

    def answer(self, run: Run) -> answers.UnitAnswer | NotReady:
        layers, done = units.watch(run)
        if layers is None:
            return {"ready": False, "done": short(done)}
        at = units.layer_of(run, layers, self.layer)
        k, layer = int(units.units_of(run, at, [self.unit])[0]), layers[at]
        out: answers.UnitAnswer = {
            "ready": True, "layer": at, "unit": k, "value": short(units.at(run, self.pixels(run)[None])[at][0, k]),
            "mean": short(layer.mean[k]), "std": short(layer.std[k]), "low": short(layer.low[k]),
            "high": short(layer.high[k]), "dead": bool(layer.dead[k]), "exciting": layer.exciting[k].tolist(),
            "values": [short(v) for v in units.excited(run, at, k, layer.exciting[k])]}
        if at == len(layers) - 1 and k < units.dimensions(run):
            step = float(layer.std[k])
            out["column"] = images.data_url(images.grid(units.column(run, self.code(run), k, step, run.label(self.label)), 3))
            out["step"] = short(step)
        return out


class AskActivity(Question):
    """What is usual of the run's codes: mean and standard deviation of each number, and of activities how many light up."""

    op: Literal["activity"]

    def answer(self, run: Run) -> answers.ActivityAnswer:
        units.require(run)
        told = code_statistics.usual(run)
        return {"mean": moves.to_text(told.mean), "sigma": moves.to_text(told.sigma), "threshold": told.threshold,
                "counts": told.counts.tolist(), "edges": told.edges.tolist(), "lit": short(told.lit), "activity": short(told.activity)}


class AskParts(Question):
    """The image of a code as a sum: what each of its strongest numbers adds, and the images of the strongest ``counts`` alone."""

    op: Literal["parts"]
    w: Codes

    def answer(self, run: Run) -> answers.PartsAnswer:
        units.require(run)
        added, which, growing, counts = code_statistics.parts(run, moves.codes(self.w, run.d, most=1)[0], run.label(self.label))
        return {"added": images.data_url(images.grid(added, len(which))), "units": which,
                "growing": images.data_url(images.grid(growing, len(counts))), "counts": counts}


class AskDepth(Source):
    """Reconstructions through the first 1 … K layers alone: after the image a tile for each, and their errors."""

    op: Literal["depth"]

    def answer(self, run: Run) -> answers.DepthAnswer:
        pixels = self.pixels(run)
        again, errors = code_length.layered(run, pixels)
        if not len(again):
            raise Refused("This run's decoder is no mirror of its encoder, so there is no way back from the layers between.")
        tiles = np.concatenate([pixels.transpose(1, 2, 0)[None], again])
        return {"picture": images.data_url(images.grid(tiles, len(tiles))), "errors": [short(v) for v in errors],
                "units": [layer["units"] for layer in units.names(run)][:len(errors)]}


class AskSized(Source):
    """An image from a few directions of its code alone (upper row), and from as many principal components (lower row), with errors."""

    op: Literal["sized"]
    sizes: Annotated[list[Annotated[int, Field(ge=1, le=8192)]], Field(min_length=1, max_length=16)]

    def answer(self, run: Run) -> answers.SizedAnswer | NotReady:
        pixels = self.pixels(run)
        ready, done = code_length.spaces(run)
        if ready is None:
            return {"ready": False, "done": short(done)}
        w = run.encode(pixels[None])[0][0]
        again, errors, by_pca, pca = code_length.sized(run, pixels, w, self.sizes, run.label(self.label))
        return {"ready": True, "picture": images.data_url(images.grid(np.concatenate([again, by_pca]), len(self.sizes))),
                "input": images.data_url(pixels.transpose(1, 2, 0)), "model": [short(v) for v in errors], "pca": [short(v) for v in pca]}


class AskSizes(Question):
    """Mean errors of held-out images from 1, 2, 4 … directions of the code and as many principal components."""

    op: Literal["sizes"]

    def answer(self, run: Run) -> answers.SizesAnswer | NotReady:
        found, done = code_length.measured(run)
        if found is None:
            return {"ready": False, "done": short(done)}
        return {"ready": True, "sizes": found.sizes, "model": [short(v) for v in found.model],
                "pca": [None if v is None else short(v) for v in found.pca], "images": found.images}


class AskDrawn(Question):
    """A row of images from codes drawn at random, and their codes: of a normal cloud, the model's own distribution, or a mixture."""

    op: Literal["drawn"]
    by: Literal["normal", "own", "mixture"]
    seed: Seed = 0

    def answer(self, run: Run) -> answers.DrawnAnswer | NotReady:
        units.require(run)
        if self.by == "mixture":
            draw, done = sampling.mixture(run)
            if draw is None:
                return {"ready": False, "done": short(done)}
            w = draw(SHOWN, self.seed)
        elif self.by == "own":
            w = seed_to_image.samples(run, SHOWN, self.seed, run.label(self.label))
        else:
            w = sampling.normal(run, SHOWN, self.seed)
        return {"ready": True, "picture": images.data_url(images.grid(run.decode(w, run.label(self.label)), SHOWN)), "w": moves.to_text(w)}


class AskColumns(Question):
    """A linear decoder beside PCA: rows of its columns, of the same space in its principal axes, and of the exact components; angles."""

    op: Literal["columns"]

    def answer(self, run: Run) -> answers.ColumnsAnswer | NotReady:
        units.require(run)
        if run.model.axes() is None:
            raise Refused("This run's decoder is not linear, so it has no columns to compare with principal components.")
        ready, done = code_length.spaces(run)
        if ready is None:
            return {"ready": False, "done": short(done)}
        found = linear_and_pca.columns(run)
        n = min(SHOWN, len(found.plain))
        rows = [units.signed(part[:n], run.spec.shape) for part in (found.plain, found.turned, found.exact)]
        return {"ready": True, "picture": images.data_url(images.grid(np.concatenate(rows), n)), "shown": n, "of": len(found.plain),
                "angles": [short(v) for v in found.angles]}


class AskLesson(Question):
    """A cloud in three dimensions and a linear autoencoder 3 → 2 → 3 that learns its plane, step by step, beside PCA's."""

    op: Literal["lesson"]
    seed: Seed = 0

    def answer(self, run: Run) -> answers.LessonAnswer:
        found = linear_and_pca.lesson(self.seed)
        return {"cloud": found.cloud.round(4).T.tolist(), "plane": found.corners.round(4).T.tolist(), "error": short(found.error),
                "steps": [{"taken": s.taken, "plane": s.corners.round(4).T.tolist(), "error": short(s.error), "angle": short(s.angle)}
                          for s in found.steps]}


class AskLabels(Ask):
    """What an encoder does for classifiers with few labels: without ``n`` what is known and what can be measured here, with it one
    accuracy, or how far its measurement is."""

    op: Literal["labels"]
    n: Annotated[int, Field(ge=1, le=10_000)] | None = None
    way: Annotated[str, Field(max_length=20)] = "frozen"

    def answer(self, run: Run) -> answers.LabelsKnown | answers.LabelsMeasured | NotReady:
        few_labels.require(run)
        if self.n is None:
            return {"known": few_labels.known(run), "sizes": few_labels.possible(run), "classes": len(run.card.data.classes)}
        value, done = few_labels.measured(run, self.n, self.way)
        if value is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "accuracy": short(value)}


__all__ = ["COLUMNS", "SHOWN"]
