"""``card.json``: what is known of a run, in words. Written by trainings, read strictly: a stranger's card is believed in nothing."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from . import families, old_names
from .files import Outside, inside
from .model import DataSpec, LatentSpec, SettingError

FORMAT_VERSION = 1
CARD = "card.json"
MAX_CARD = 1_000_000                              # bytes
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
DATA_NAME, FINGERPRINT = re.compile(r"[\w][\w .-]{0,99}"), re.compile(r"[0-9a-f]{0,64}")
SIDE, CODE, LAYERS, CLASSES, ATTRIBUTES = 512, 2**16, 64, 1000, 256   # the largest of each that a card may name
PICKLES = (".pt", ".pth", ".pkl", ".ckpt", ".bin")


STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, str_max_length=4000)


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message says why in one sentence."""


@with_config(STRICT)
class Metric(TypedDict):
    """A figure, its unit, and how it was taken."""

    value: float
    unit: str
    protocol: str


@with_config(STRICT)
class Seeds(TypedDict):
    """Of a run that was chosen among several seeds: which there were, by what it was chosen (never the test set), and what each had."""

    tried: list[int]
    chosen_by: str
    signs: list[float]                     # the higher the better
    figures: dict[str, list[float]]        # of each metric the value of each seed


Count = Annotated[int, Field(ge=0, le=10**15)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Card:
    """What is known of a run. Everything is JSON."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: str
    family: str
    config: dict[str, Any]
    data: DataSpec
    spec: LatentSpec
    title: str = ""                        # what the picker shows; the family's title when empty
    images_seen: Count = 0
    seconds: float = 0.0                   # of training, summed over resumes
    hardware: str = ""
    seed: Annotated[int, Field(ge=-2**62, le=2**62)] = 0
    seeds: Seeds | None = None             # None: there was this one
    recipe: str = ""
    trained_in: Annotated[str, Field(pattern="^(float32|bf16)$")] = "float32"   # what networks computed in: see training/precision.py
    bf16_ratio: Annotated[float, Field(ge=0, le=1000)] = 0.0     # how many times as fast bf16 was than float32 when it began; 0: not timed
    init_from: str = ""                   # the run whose weights training began with, and what it had seen
    source: str = ""                      # where a model that was trained elsewhere comes from; empty for one that was trained here
    code_version: str = ""
    created: str = ""
    metrics: dict[str, Metric] = field(default_factory=dict)
    carried: dict[str, dict[str, Share]] = field(default_factory=dict)   # attribute → range of layers → share: disentanglement.carried
    headline: str = ""                     # name of the metric that the picker shows
    parameters: Count = 0
    weights_sha256: str = ""
    precision: str = "float32"
    format_version: int = FORMAT_VERSION

    @property
    def finished(self) -> bool:
        """Whether it has seen all images of its config."""
        return self.images_seen >= self.config.get("images", 0)

    def value(self, metric: str) -> float | None:
        """The figure of a metric; None where it was not measured."""
        return self.metrics[metric]["value"] if metric in self.metrics else None


_CARD = TypeAdapter(Card)


def check_name(name: str) -> str:
    """A run's name as a safe folder name: lower case letters, digits, dots, dashes; raises CheckpointError otherwise."""
    if not NAME.fullmatch(name) or ".." in name:
        raise CheckpointError(f"{readable(name)!r} is no name for a run: use lower case letters, digits and dashes, at most 64, "
                              "starting with a letter or digit.")
    return name


def readable(name: str, most: int = 80) -> str:
    """A file's name that every encoding can show: bytes that are not UTF-8 as \\x.., long ones cut."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text if len(text) <= most else text[:most] + "…"


def read_card(folder: Path, name: str = CARD) -> Card:
    """The card of a run. Raises CheckpointError in one sentence when it is missing, damaged, of another version, or names a family,
    settings or sizes that this program does not have. ``name``: of its file."""
    try:
        path = inside(folder, name)
        if not path.is_file():
            raise CheckpointError(_no_card(folder, name))
        with open(path, "rb") as f:
            raw = f.read(MAX_CARD + 1)
    except Outside as e:
        raise CheckpointError(str(e)) from e
    except OSError as e:
        raise CheckpointError(f"{folder.name}: {name} cannot be read ({e.strerror}).") from e
    if len(raw) > MAX_CARD:
        raise CheckpointError(f"{folder.name}: {name} is too large to be a card.")
    card = parse(raw, f"{folder.name}: {name}")
    if card.name != folder.name:
        raise CheckpointError(f"{folder.name}: {name} is the card of another run, {card.name!r}; rename the folder.")
    return card


def parse(raw: bytes, where: str) -> Card:
    """A card from its bytes. ``where``: how a CheckpointError's sentence begins."""
    try:
        values = orjson.loads(raw)
        version = values["format_version"]
    except orjson.JSONDecodeError as e:
        raise CheckpointError(f"{where} is damaged (not JSON).") from e
    except (KeyError, TypeError, IndexError) as e:
        raise CheckpointError(f"{where} names no format version.") from e
    if type(version) is not int or version < 1:
        raise CheckpointError(f"{where} names no format version.")
    if version > FORMAT_VERSION:
        raise CheckpointError(f"{where} was saved by a newer version of this program (format {version}, "
                              f"this one reads up to {FORMAT_VERSION}); update the program.")
    try:
        card = _CARD.validate_json(orjson.dumps(old_names.card(values)))
        check_name(card.name)
        _check_sizes(card.data, card.spec)
        families.get(card.family).Config.from_dict(card.config)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False)[0]
        at = ".".join(readable(str(p), 40) for p in first["loc"])
        raise CheckpointError(f"{where} is incomplete or not a card ({at}: {first['msg'].lower()}).") from e
    except SettingError as e:
        raise CheckpointError(f"{where} does not fit this program: {readable(str(e), 300)}") from e
    return card


def check(card: Card) -> None:
    """Raise CheckpointError unless the card can be written and read again: before a training, not after it."""
    try:
        raw = json.dumps(to_dict(card), ensure_ascii=False, allow_nan=False).encode()
    except ValueError as e:
        raise CheckpointError(f"{card.name}: what is known of this run cannot be written into its card ({readable(str(e), 200)}); are all "
                              "names of classes and folders plain text?") from e
    parse(raw, f"{card.name}: the card that it would get")


def to_dict(card: Card) -> dict[str, Any]:
    """The card as JSON-able values, in the order of its fields, format version first."""
    d = asdict(card)
    return {"format_version": d.pop("format_version"), **d}


def _no_card(folder: Path, name: str) -> str:
    stray = next((p.name for p in sorted(folder.glob("*")) if p.suffix in PICKLES), None)
    if stray:
        return f"{folder.name}: {readable(stray)} may hold code (a pickle) and is never opened; train or convert to safetensors."
    return f"{folder.name}: there is no {name}."


def _check_sizes(data: DataSpec, spec: LatentSpec) -> None:
    """Raise SettingError for sizes that nothing here could draw, before anything is made of them."""
    if not DATA_NAME.fullmatch(data.name) or ".." in data.name or not FINGERPRINT.fullmatch(data.fingerprint):
        raise SettingError(f"its data set has no usable name or fingerprint ({data.name!r}).")      # folders are named after them
    for shape in (data.shape, spec.shape):
        if len(shape) not in (1, 3) or min(shape) < 1 or len(shape) == 1 and shape != (2,) or len(shape) == 3 and shape[0] not in (1, 3):
            raise SettingError(f"its data is neither images of 1 or 3 channels nor points in the plane, but {_times(shape)}.")
        if max(shape) > SIDE:
            raise SettingError(f"its images are {_times(shape)}; this program draws up to {SIDE} × {SIDE}.")
    numbers = spec.num_layers * spec.w_dim
    if not (1 <= spec.z_dim <= CODE and 1 <= spec.w_dim <= CODE and 1 <= spec.num_layers <= LAYERS and numbers <= CODE):
        raise SettingError(f"its codes have more than {CODE:,} numbers, or none.")
    if len(data.classes) > CLASSES or not 0 <= spec.num_classes <= CLASSES:
        raise SettingError(f"it has more than {CLASSES:,} classes.")
    if len(data.attributes) > ATTRIBUTES or any(len(c) > CLASSES for _, c in data.attributes):
        raise SettingError(f"its data has more than {ATTRIBUTES} attributes, or one of more than {CLASSES:,} categories.")
    if len(spec.codes) > ATTRIBUTES or len(spec.levels) > LAYERS or len(spec.noise) > LAYERS:
        raise SettingError("it has more codes or levels than any network here.")


def _times(shape: tuple[int, ...]) -> str:
    return readable(" × ".join(map(str, shape[:4])), 60)
