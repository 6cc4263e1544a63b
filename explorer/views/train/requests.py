"""What the browser's calls of Train ask: every field bounded. What a field means to a training, ``jobs`` checks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from .uploads import MOST_CHUNK

Text = Annotated[str, Field(max_length=1000)]
Settings = Annotated[dict[Text, int | float | bool | str | list[float] | None], Field(max_length=500)]      # None: no number was typed
Names = Annotated[dict[Text, Text], Field(max_length=100)]
Counts = Annotated[dict[Text, int], Field(max_length=100)]


class Asked(BaseModel):
    """What all have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskForm(Asked):
    """What the form shows."""


class AskNamed(Asked):
    """Something of one run, by its name."""

    name: Text


class AskTraining(Asked):
    """Something of a training, None: the one that runs, or ran last."""

    name: Text | None = None


class AskStart(Asked):
    """A training as the form has it; ``upload`` and ``size`` in pixels where its images are a person's own."""

    family: Text
    data: Text
    recipe: Text
    settings: Settings
    name: Text
    upload: Text | None = None
    size: int | None = None


class BeginUpload(Asked):
    """Images are to come; ``title`` names their data set."""

    title: Text


class AddUpload(Asked):
    """A piece of a file, base64; ``first``: where the file begins."""

    token: Text
    path: Annotated[str, Field(max_length=10_000)]
    piece: Annotated[str, Field(max_length=MOST_CHUNK * 4 // 3 + 4)]
    first: bool


class CheckUpload(Asked):
    """All images are there; ``dropped``: how many files the browser left out, by kind, ``first``: the name of one of each; ``turned`` and
    ``part``: how a table is read."""

    token: Text
    dropped: Counts = {}
    first: Names = {}
    turned: Text = "auto"
    part: Text = ""


class AskOwnFit(Asked):
    """What follows for a training from an upload's images."""

    family: Text
    recipe: Text
    settings: Settings
    upload: Text


class AskAugmented(Asked):
    """Some images of a data set as an augmentation makes them."""

    how: Text
    data: Text
    upload: Text | None = None
    size: int | None = None
