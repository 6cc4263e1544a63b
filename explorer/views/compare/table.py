"""Cards side by side: what the runs are, what was measured of them, and which settings differ. Pure functions of cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from typing_extensions import TypedDict

from training import families
from training.checkpoint import Card
from training.metric_registry import Better, FigureTold, direction, figure, text

from ... import Refused
from ...runs import point_tiles

MOST = 4                                        # runs side by side


class SeedsTold(TypedDict):
    """The seeds that a run was chosen from: which, by what, and what each had of ``metric``."""

    tried: list[int]
    by: str
    metric: str
    values: list[str]


class Head(TypedDict):
    """What a run is. ``classes``: of a conditional one; ``seconds``: of training."""

    name: str
    title: str
    family: str
    dataset: str
    shape: list[int]
    z_dim: int
    num_classes: int
    classes: list[str]
    parameters: int
    images_seen: int
    seconds: float
    hardware: str
    seed: int
    seeds: SeedsTold | None
    recipe: str
    init_from: str
    source: str


class MetricCell(FigureTold):
    """A figure of a card; ``best``: of those that were measured alike."""

    best: bool


class MetricRow(TypedDict):
    """A figure of all cards in their order, None where one has it not; ``better``: which way, where either is."""

    name: str
    better: Better | None
    cells: list[MetricCell | None]


class SettingRow(TypedDict):
    """A setting of all cards in their order, None where the family has no such setting; ``help``: in English."""

    name: str
    help: str
    values: list[Any]


class CompareAnswer(TypedDict):
    """The table."""

    runs: list[Head]
    metrics: list[MetricRow]
    settings: list[SettingRow]


def compare(cards: Sequence[Card], titles: Mapping[str, str] | None = None) -> CompareAnswer:
    """Rows for a table whose columns are the cards, in their order. ``titles``: of data sets by their key, where not the cards' own.

    Raises Refused unless there are 1 to MOST.
    """
    if not 1 <= len(cards) <= MOST:
        raise Refused(f"1 to {MOST} runs can stand side by side; these are {len(cards)}.")
    titles = titles or {}
    return {"runs": [_head(c, titles.get(c.data.key, c.data.title)) for c in cards], "metrics": metrics(cards), "settings": settings(cards)}


def _head(card: Card, dataset: str) -> Head:
    family, can = families.get(card.family), point_tiles.shown(card.spec)
    return Head(name=card.name, title=card.title or family.title, family=family.title, dataset=dataset, shape=list(can.shape),
                z_dim=can.z_dim, num_classes=can.num_classes, classes=list(card.data.classes) if can.num_classes else [],
                parameters=card.parameters, images_seen=card.images_seen, seconds=round(card.seconds, 1), hardware=card.hardware,
                seed=card.seed, seeds=_seeds(card), recipe=card.recipe, init_from=card.init_from, source=card.source)


def _seeds(card: Card) -> SeedsTold | None:
    """The seeds that a run was chosen from: which, by what, and what each had of the metric that the picker shows."""
    if card.seeds is None:
        return None
    return {"tried": card.seeds["tried"], "by": card.seeds["chosen_by"], "metric": card.headline,
            "values": [text(card.headline, v) for v in card.seeds["figures"].get(card.headline, [])]}


def metrics(cards: Sequence[Card]) -> list[MetricRow]:
    """A row for each figure that any card has. ``best`` among cards that measured it alike: same data, unit and protocol."""
    rows: list[MetricRow] = []
    for name in dict.fromkeys(k for c in cards for k in c.metrics):
        cells = [None if name not in c.metrics else MetricCell(**figure(c, name), best=False) for c in cards]
        better = direction(name)
        alike: dict[tuple[str, str, str], list[int]] = {}
        for k, cell in enumerate(cells):
            if cell is not None:
                alike.setdefault((cards[k].data.key, cards[k].metrics[name]["unit"], cell["protocol"]), []).append(k)
        for group in alike.values():
            values = {k: cell["value"] for k in group if (cell := cells[k]) is not None}
            if better is not None and len(set(values.values())) > 1:
                top = (min if better == "lower" else max)(values.values())
                shown = {k: text(name, v) for k, v in values.items()}
                best = {k for k in group if shown[k] == text(name, top)}            # as one reads them: 9.99 is no better than 9.99
                for k in best if len(best) < len(group) else ():
                    if (cell := cells[k]) is not None:
                        cell["best"] = True
        rows.append({"name": name, "better": better, "cells": cells})
    return sorted(rows, key=lambda r: -sum(c is not None for c in r["cells"]))


def settings(cards: Sequence[Card]) -> list[SettingRow]:
    """A row for each setting in which the cards differ, those that all of them have first; None: that card's family has no such setting."""
    rows: list[SettingRow] = []
    for name in dict.fromkeys(k for c in cards for k in c.config):
        values = [c.config.get(name) for c in cards]
        if any(v != values[0] for v in values):
            rows.append({"name": name, "help": _help(cards, name), "values": values})
    return sorted(rows, key=lambda r: sum(v is None for v in r["values"]))


def _help(cards: Sequence[Card], name: str) -> str:
    for card in cards:
        for f in fields(families.get(card.family).Config):
            if f.name == name:
                return f.metadata.get("help", "")
    return ""


__all__ = ["MOST", "compare", "metrics", "settings"]
