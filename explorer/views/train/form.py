"""What the form of a training shows, and the options that a filled one stands for."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from training import families, readiness
from training.data import SIZES, TITLES, cache_folder
from training.model import DataSpec, Family, SettingError
from training.settings import MOST_ITEMS

from .answers import DataTold, FamilyTold, FitAnswer, FormAnswer
from .error import JobError

OWN = "folder"                                  # the data set that is a person's own images
FIRST, QUICK = "vae", "quick"                    # what the form proposes to a newcomer, where there is such a family and recipe


def describe(family: Family) -> FamilyTold:
    """What the form needs of a family: texts, recipes and settings, as JSON has it."""
    fields = []
    for f in dataclasses.fields(family.Config):
        default = list(f.default) if isinstance(f.default, tuple) else f.default
        fields.append(dict(f.metadata, name=f.name, kind="numbers" if isinstance(f.default, tuple) else type(f.default).__name__,
                           default=default))
    found = dict(name=family.name, title=family.title, paper=family.paper, equation=family.equation, summary=family.summary,
                 settings=fields, recipes=family.recipes)
    return json.loads(json.dumps(found))        # tuples as lists


def chosen(family: Family, settings: dict[str, Any]) -> dict[str, Any]:
    """A form's values in the types of the family's Config; what it does not know is left for ``Config.from_dict`` to refuse."""
    kinds = {f.name: f.default for f in dataclasses.fields(family.Config)}
    out = {}
    for name, value in settings.items():
        default = kinds.get(name)
        if isinstance(default, tuple):
            if isinstance(value, str):
                value = value.replace(",", " ").split()
            try:
                value = tuple(type(default[0])(v) for v in value)
            except (TypeError, ValueError) as e:
                raise refused(family, SettingError(f"{name} must be whole numbers with commas between them.", name)) from e
        elif isinstance(default, int) and not isinstance(default, bool) and isinstance(value, float) and value.is_integer():
            value = int(value)
        out[name] = value
    return out


def refused(family: Family, error: SettingError) -> JobError:
    """Why a setting of a family cannot be taken: of a field the page says in its language what it may be, of all else there is the
    sentence alone."""
    field = next((f for f in dataclasses.fields(family.Config) if f.name == error.setting), None)
    if field is None:
        return JobError(str(error))
    low, high, choices = (field.metadata[k] for k in ("low", "high", "choices"))
    if choices:
        return JobError(str(error), "train.error.setting.choices", setting=field.name, choices=list(choices))
    kind = "numbers" if isinstance(field.default, tuple) else type(field.default).__name__
    if kind not in ("int", "float", "numbers") or low is None or high is None:
        return JobError(str(error))
    most = dict(most=MOST_ITEMS) if kind == "numbers" else {}
    return JobError(str(error), f"train.error.setting.{kind}", setting=field.name, low=low, high=high, **most)


def arguments(settings: dict[str, Any]) -> list[str]:
    """Settings as options of ``python -m training train``."""
    out = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            out.append(f"--{flag}" if value else f"--no-{flag}")
        elif isinstance(value, tuple):
            out += [f"--{flag}", *map(str, value)]
        else:
            out.append(f"--{flag}={value}")
    return out


def fitted(family: Family, recipe: str, settings: dict[str, Any], images: int, held_out: int, grey: bool) -> FitAnswer:
    """What follows from so many images of a person's own, as the training will have it (``readiness.suited``). Raises SettingError."""
    of_recipe = family.recipe(recipe, OWN) if recipe else {}
    config = family.Config.from_dict({**of_recipe, **settings})
    asked = {*settings, *(family.recipes.get(recipe, {}).get(OWN, {}))}
    of_colours, of_grey = (DataSpec(OWN, OWN, (channels, SIZES[0], SIZES[0])) for channels in (3, 1))
    training = images - held_out
    found, _ = readiness.suited(config, of_grey if grey else of_colours, training, asked)
    decided = {*config.suited(of_colours, training), *config.suited(of_grey, training)} - set(settings)
    return FitAnswer(training=training, held_out=held_out, batch=found.batch_size, enough=found.batch_size <= training, grey=grey,
                     settings={k: getattr(found, k) for k in sorted(decided)})


def form(training: bool, taken: list[str]) -> FormAnswer:
    """Everything the form shows: families with their settings, data sets, names that are ``taken``; whether ``training`` is allowed."""
    cache = cache_folder()
    return FormAnswer(
        training=training, families=[describe(f) for f in families.families().values()],
        data=[DataTold(name=n, title=t, ready=n == OWN or (cache / f"{n}.npz").is_file()) for n, t in TITLES.items()],
        own=OWN, sizes=list(SIZES), first=FIRST, quick=QUICK, taken=taken)
