"""What the browser's calls of Train are answered with."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")
State = Literal["starting", "running", "measuring", "finished", "stopped", "failed", "diverged", "interrupted"]
Setting = float | str | bool | list[float]


class Value(TypedDict, Generic[T]):
    """What was asked for."""

    value: T


class Problem(TypedDict):
    """The sentence of why it could not be done, in English; ``key`` says it in another language, of ``values``, "" where it does not."""

    error: str
    key: str
    values: dict[str, Any]


class NoteTold(TypedDict):
    """One thing that is told of a person's images (training/model.py, Note), and its sentence in English."""

    kind: str
    n: int
    name: str
    low: float
    high: float
    sentence: str


class SettingTold(TypedDict):
    """A setting of a family: its bounds, None where there are none, and what it may be, where only some values are. ``numbers``: several
    whole numbers; ``later``: may change on a resume."""

    name: str
    kind: Literal["int", "float", "str", "bool", "numbers"]
    help: str
    default: Setting
    low: float | None
    high: float | None
    choices: list[float | str] | None
    advanced: bool
    later: bool


class FamilyTold(TypedDict):
    """A family; ``recipes``: by name and data set ("*": any) the settings."""

    name: str
    title: str
    paper: str
    equation: str
    summary: str
    settings: list[SettingTold]
    recipes: dict[str, dict[str, dict[str, Setting]]]


class DataTold(TypedDict):
    """A data set; ``ready``: nothing is to be fetched first."""

    name: str
    title: str
    ready: bool


class FormAnswer(TypedDict):
    """Everything the form shows. ``own``: the data set that is a person's own images, ``sizes``: in pixels that they may be made; ``first``
    and ``quick``: the family and the recipe that are proposed; ``taken``: names that are."""

    training: bool
    families: list[FamilyTold]
    data: list[DataTold]
    own: str
    sizes: list[int]
    first: str
    quick: str
    taken: list[str]


class Recent(TypedDict):
    """A run that was trained here, and how that ended."""

    name: str
    state: str


class Failure(TypedDict):
    """The key of why a training failed, and its values."""

    key: str
    values: dict[str, float | str]


class Can(TypedDict):
    """What may be done with a training."""

    stop: bool
    open: bool
    delete: bool
    resume: bool


class Idle(TypedDict):
    """There is no training, now or before. ``running``: names of runs that are being trained."""

    training: bool
    running: list[str]
    recent: list[Recent]
    state: Literal["idle"]
    name: None


class Snapshot(TypedDict):
    """How a training goes. ``images`` of ``total``, at the median speed of the last rows of its log; ``terms``: of the loss pairs [images,
    value]; ``samples_mtime``: changes with the picture of samples; ``alarms``: those that have not ended, with their values."""

    training: bool
    running: list[str]
    recent: list[Recent]
    notes: list[NoteTold]
    error: Failure | None
    state: State
    name: str
    family: str
    data: str
    message: str
    started: str
    images: int
    total: int
    images_per_second: float | None
    seconds: float | None
    seconds_left: float | None
    terms: dict[str, list[list[float]]]
    samples_mtime: str | None
    alarms: dict[str, dict[str, float | str]]
    resumable: bool
    can: Can


class SurveyAnswer(TypedDict):
    """How many images an upload can have, what it is (``found``), and what is left out; ``sheet``: some of them as the address of a PNG, ""
    for none. ``table``: it is of numbers, so that a person may say whether rows and columns are ``turned``; ``parts``: names of the sets
    within, where there are several, ``part``: of which one was read."""

    images: int
    notes: list[NoteTold]
    found: list[NoteTold]
    sheet: str
    table: bool
    turned: str
    parts: list[str]
    part: str


class FitAnswer(TypedDict):
    """What follows for a training from an upload's images: how many are trained on and how many held out, the ``batch``, whether it is
    no larger than that, and the ``settings`` that the images decide (a pixel model), by name."""

    training: int
    held_out: int
    batch: int
    enough: bool
    grey: bool
    settings: dict[str, Setting]
