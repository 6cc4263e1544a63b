"""Weights of a family of ours, from a safetensors file that calls them otherwise."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from .. import families
from ..card import Card, readable
from ..code_prior import GaussianCodes
from ..dataset import Dataset
from ..model import Config, LatentModel
from ..size_limits import SPARE, Bounded
from . import ImportFailed, matching
from .adapter import fit_prior
from .import_options import NO_SHAPE, Asked, Say, data_of

MOST_WEIGHTS = 2**29                              # bytes
PRIOR = ("code_mean", "code_factor", "code_rest")  # of a Gaussian over codes: fitted here where the file has none


def family_of(asked: Asked, dataset: Dataset | None, tell: Say) -> tuple[LatentModel, Card]:
    """The network with the file's weights, and a card without a name. Raises ImportFailed, SettingError."""
    assert asked.weights is not None
    path = asked.weights
    _check(asked, dataset)
    family, data = families.get(asked.family), data_of(asked, dataset, asked.shape)
    config = family.Config.from_dict(asked.settings)
    try:
        if path.stat().st_size > MOST_WEIGHTS:
            raise ImportFailed(f"{path.name} has {path.stat().st_size / 2**20:,.0f} MB; at most {MOST_WEIGHTS // 2**20} are taken.")
        with safe_open(path, framework="pt") as f:
            theirs = {k: tuple(f.get_slice(k).get_shape()) for k in f.keys()}  # noqa: SIM118  (safe_open is no dict)
            with _settings_told(asked, config), Bounded(2 * sum(map(math.prod, theirs.values())) + SPARE):
                model = family.build(config, data)
            state = model.state_dict()
            fitted = [k for k in PRIOR if isinstance(model, GaussianCodes) and k in state and k not in theirs]
            with _settings_told(asked, config):
                found = matching.match({k: tuple(v.shape) for k, v in state.items() if k not in fitted}, theirs, asked.names)
            weights = {mine: f.get_tensor(other) for mine, other in found.pairs.items()}
    except SafetensorError as e:
        raise ImportFailed(f"{readable(path.name)} is damaged: not a safetensors file.") from e
    _say_match(found, tell)
    for name, v in weights.items():
        if v.is_floating_point() != state[name].is_floating_point() or v.is_complex():
            raise ImportFailed(f"{found.pairs[name]} holds {str(v.dtype).removeprefix('torch.')} numbers, and {name} others.")
        if v.is_floating_point() and not torch.isfinite(v).all():
            raise ImportFailed(f"{found.pairs[name]} holds NaN or infinite numbers.")
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in weights.items()}, strict=False)
    model = model.eval().requires_grad_(False)
    if fitted and isinstance(model, GaussianCodes):
        told: list[str] = []
        if dataset is not None:
            fit_prior(model, dataset.test.images, told)
        tell(told[0] if told else "Seeds draw standard normal codes: without images no Gaussian is fitted to their codes.")
    return model, Card("imported", asked.family, _settings(config), data, model.spec)


def _check(asked: Asked, dataset: Dataset | None) -> None:
    """Raise ImportFailed that names all that is missing, each with what answers it."""
    missing, names, known = list[str](), families.names(), ""
    if asked.family not in names:
        said = f"there is no family {readable(asked.family)}" if asked.family else "of which family these weights are is not said"
        missing.append(f"{said} (--family, or family in config.json); there are {', '.join(names)}.")
    else:
        ours = _settings(families.get(asked.family).Config())
        known = f" Of {asked.family} they are {_listed(ours)}."
        if unknown := sorted(set(asked.settings) - set(families.get(asked.family).Config.__dataclass_fields__)):
            missing.append(f"unknown setting {readable(', '.join(unknown))} (--set, or settings in config.json); known are "
                           f"{', '.join(ours)}.")
    if asked.shape is None and dataset is None:
        missing.append(NO_SHAPE)
    if missing:
        rest = "" if asked.settings else f" Settings that are not the family's own: --set NAME=VALUE, or settings in config.json.{known}"
        raise ImportFailed(" Also, ".join(missing) + rest)


@contextmanager
def _settings_told(asked: Asked, config: Config) -> Iterator[None]:
    """What fails within may be due to settings that nobody said: they are told, with the option that sets them."""
    try:
        yield
    except ValueError as e:
        raise ImportFailed(f"{e} The network is of the family {asked.family} with {_listed(_settings(config))}; --set NAME=VALUE says "
                           "otherwise.") from e


def _listed(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in settings.items())


def _settings(config: Config) -> dict[str, Any]:
    """What makes the network, not what belongs to a training, of which nothing is known."""
    return {k: v for k, v in config.to_dict().items() if k not in Config.__dataclass_fields__}


def _say_match(found: matching.Match, tell: Say) -> None:
    by_rule = [(mine, other) for mine, other in found.pairs.items() if found.why[mine] not in ("name", "told")]
    told = sum(why == "told" for why in found.why.values())
    tell(f"{len(found.pairs)} tensors have a place: {len(found.pairs) - told - len(by_rule)} by the same name, {told} as told, "
         f"{len(by_rule)} by rule.")
    for mine, other in by_rule:
        tell(f"  {other} → {mine} (by {found.why[mine]})")
    if found.left:
        more = ", …" if len(found.left) > 12 else ""
        tell(f"Left out, since this network has no such: {', '.join(map(readable, found.left[:12]))}{more}.")


__all__ = ["family_of"]
