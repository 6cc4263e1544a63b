"""What the Microscope's questions are answered with. Pictures are data: URLs of tiles in a grid, codes base64 of float32."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict


class LayerNamed(TypedDict):
    """A layer: its name, how many units it has, and whether they are channels."""

    name: str
    units: int
    channels: bool


class FactsAnswer(TypedDict):
    """``filters``: whether the first layer can be drawn; ``mirrors``: how many layers have one in the decoder; ``threshold``: above what a
    number of the code counts as lit, None where they are no activities; ``d``: how many numbers a code has."""

    layers: list[LayerNamed]
    filters: bool
    mirrors: int
    linear: bool
    threshold: float | None
    d: int


class UnitTold(TypedDict):
    """A unit, its activity on held-out images, and the one that excites it most."""

    unit: int
    dead: bool
    std: float
    mean: float
    low: float
    high: float
    exciting: int


class UnitsAnswer(TypedDict):
    """A page of ``layer``; ``total`` units, ``dead`` of them dead; ``seen``: on how many held-out images."""

    ready: Literal[True]
    layer: int
    total: int
    dead: int
    pages: int
    page: int
    seen: int
    units: list[UnitTold]


class FiltersAnswer(TypedDict):
    """Pictures of weights and of their mirrors; ``tile``: height and width of one; ``alike``: the cosine of each pair, ``mean``: of all."""

    encoder: str
    decoder: str
    tile: list[int]
    alike: list[float]
    mean: float


class AscentAnswer(TypedDict):
    """The inputs, what each unit makes of its own, and of a grey image."""

    ready: Literal[True]
    picture: str
    tile: list[int]
    values: list[float]
    grey: list[float]


class ValuesAnswer(TypedDict):
    """The activity of each unit that was asked for."""

    values: list[float]


class UnitAnswer(TypedDict):
    """``value``: of the image; mean, deviation, lowest and highest over held-out images; the ones that excite it most, with their
    ``values``; of a number of the code a picture of what it draws, ``step`` lower, as it is, and higher."""

    ready: Literal[True]
    layer: int
    unit: int
    value: float
    mean: float
    std: float
    low: float
    high: float
    dead: bool
    exciting: list[int]
    values: list[float]
    column: NotRequired[str]
    step: NotRequired[float]


class ActivityAnswer(TypedDict):
    """Mean and deviation of each number; of activities a histogram of how many are lit, with one edge more than counts; the mean share
    that is lit, and the mean activity."""

    mean: str
    sigma: str
    threshold: float | None
    counts: list[int]
    edges: list[float]
    lit: float
    activity: float


class PartsAnswer(TypedDict):
    """Pictures of what each of the strongest numbers, ``units``, adds, and of the strongest ``counts`` alone."""

    added: str
    units: list[int]
    growing: str
    counts: list[int]


class DepthAnswer(TypedDict):
    """The image and its reconstructions; of each the squared error, summed over pixels as [0, 1], and how many units it went through."""

    picture: str
    errors: list[float]
    units: list[int]


class SizedAnswer(TypedDict):
    """The reconstructions, the image, and squared errors, summed over pixels as [0, 1], of the model's and of PCA's."""

    ready: Literal[True]
    picture: str
    input: str
    model: list[float]
    pca: list[float]


class SizesAnswer(TypedDict):
    """Mean squared errors by size, over how many images; None where there are no more components than images."""

    ready: Literal[True]
    sizes: list[int]
    model: list[float]
    pca: list[float | None]
    images: int


class DrawnAnswer(TypedDict):
    """The images in a row, and their codes one after another."""

    ready: Literal[True]
    picture: str
    w: str


class ColumnsAnswer(TypedDict):
    """Three rows of ``shown`` of ``of`` columns; the angles between the two spaces, in degrees."""

    ready: Literal[True]
    picture: str
    shown: int
    of: int
    angles: list[float]


class LessonStep(TypedDict):
    """The plane's corners after how many steps, its mean squared error, and the angle to PCA's in degrees."""

    taken: int
    plane: list[list[float]]
    error: float
    angle: float


class LessonAnswer(TypedDict):
    """Points and corners as three lists, of their x, y and z; ``plane`` and ``error`` are PCA's."""

    cloud: list[list[float]]
    plane: list[list[float]]
    error: float
    steps: list[LessonStep]


class LabelsFigure(TypedDict):
    """An accuracy on the card, a share, and how it was taken."""

    accuracy: float
    protocol: str


class LabelsKnown(TypedDict):
    """By number of labels and way what the card tells; the numbers that can be measured here; how many classes there are."""

    known: dict[str, dict[str, LabelsFigure]]
    sizes: list[int]
    classes: int


class LabelsMeasured(TypedDict):
    """One accuracy, a share."""

    ready: Literal[True]
    accuracy: float
