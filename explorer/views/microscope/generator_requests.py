"""What the Microscope asks of a generator: its layers, their feature maps, runs of one shape, and the image of two of them mixed."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from ... import Refused, images
from ...latent import moves
from ...runs.run import Run
from ..base import Ask, Codes, Draw, Share, short
from . import generator_layers, two_networks

COLUMNS = 8
Dials = Annotated[list[Share], Field(min_length=1, max_length=64)]


class GeneratorLayer(TypedDict):
    """A layer: its channels and their height and width; of a dense one its numbers, with a height and width of 0."""

    dense: bool
    channels: int
    height: int
    width: int


class GeneratorAnswer(TypedDict):
    """The layers of a generator in the order in which they draw."""

    layers: list[GeneratorLayer]


class AskGenerator(Ask):
    """A generator's layers."""

    route = "microscope"
    op: Literal["generator"]

    def answer(self, run: Run) -> GeneratorAnswer:
        def told() -> list[GeneratorLayer]:
            found = generator_layers.shown(generator_layers.of_code(run, run.points_of_all()[:1], self.label))
            return [{"dense": layer.dense, "channels": layer.channels, "height": 0 if layer.dense else layer.shape[1],
                     "width": 0 if layer.dense else layer.shape[2]} for layer in found]
        return {"layers": run.once("layers that draw", told)}


class MapsAnswer(TypedDict):
    """A picture of the maps of ``channels``, ``columns`` beside each other, each from its own lowest value to its highest; of each its mean
    absolute value for this code, and its deviation over ``codes`` codes. ``of``: how many channels the layer has."""

    picture: str
    tile: list[int]
    columns: int
    channels: list[int]
    strength: list[float]
    varies: list[float]
    of: int
    codes: int


class AskMaps(Ask):
    """What a layer's channels make of a code, the strongest or the most varying first."""

    route = "microscope"
    op: Literal["maps"]
    w: Codes
    layer: Annotated[int, Field(ge=0, lt=64)]
    by: Literal["strong", "varies"] = "strong"

    def answer(self, run: Run) -> MapsAnswer:
        w = moves.codes(self.w, run.d, most=1)
        layers = generator_layers.shown(generator_layers.of_code(run, w, self.label))
        if self.layer >= len(layers):
            raise Refused(f"This generator has {len(layers)} layers, counted from 0.")
        if layers[self.layer].dense:
            raise Refused("This layer is dense: its numbers have no places, so there is no map to show.")
        grey, order, strength, varies = generator_layers.maps(run, layers, self.label, self.layer, self.by)
        return {"picture": images.data_url(images.grid(grey.repeat(3, 3), COLUMNS)), "tile": list(grey.shape[1:3]), "columns": COLUMNS,
                "channels": order, "strength": [short(strength[k]) for k in order], "varies": [short(varies[k]) for k in order],
                "of": len(strength), "codes": min(generator_layers.CODES, len(run.points_of_all()))}


class PartnerTold(TypedDict):
    """Another run whose weights have the same names and shapes."""

    name: str
    title: str
    data: str
    seed: int


class PartnersAnswer(TypedDict):
    """The runs that can be mixed with this one, and in how many layers."""

    layers: int
    partners: list[PartnerTold]


class AskPartners(Ask):
    """Which runs have the same shape."""

    route = "microscope"
    op: Literal["partners"]

    def answer(self, run: Run) -> PartnersAnswer:
        told: list[PartnerTold] = [{"name": c.name, "title": c.title or c.name, "data": c.data.title, "seed": c.seed}
                                   for c in two_networks.partners(run)]
        return {"layers": len(two_networks.layers(run)) if told else 0, "partners": told}


class DrawNetworks(Draw):
    """A code by this network, by the other, and by a mixture with each of ``rows`` of dials."""

    op: Literal["networks"]
    w: Codes
    other: Annotated[str, Field(max_length=64)]
    rows: Annotated[list[Dials], Field(min_length=1, max_length=two_networks.STRIP + 2)]

    def draw(self, run: Run) -> np.ndarray:
        w = moves.codes(self.w, run.d, most=1)
        return images.grid(two_networks.draw(run, self.other, w, self.label, self.rows), len(self.rows))
