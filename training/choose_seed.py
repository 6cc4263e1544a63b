"""Which of several seeds is shipped: the one with the best sign on *training* images, never on the test set; its card keeps what all had.

A family may name a sign of its own (``Family.sign``); others are judged by the Fréchet distance of their samples to training images.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch

from . import checkpoint, families, features, figures, metrics
from .card import Card, CheckpointError, Seeds, to_dict
from .data import Dataset
from .files import write_json
from .lock import FILE, Lock
from .model import Batch, LatentModel

IMAGES = 5000                                     # of the training set, that a family's own sign is taken on
NEW = ".new"


def comparable(cards: Sequence[Card]) -> None:
    """Raise CheckpointError unless the runs are finished and measured, and differ in their seeds alone."""
    if len(cards) < 2:
        raise CheckpointError("name two runs or more to choose from.")
    first = cards[0]
    for card in cards:
        if not card.finished or not card.metrics:
            raise CheckpointError(f"{card.name} is not trained to its end or not measured: `python -m training evaluate {card.name}`.")
        for what in ("family", "data", "config", "init_from"):
            if getattr(card, what) != getattr(first, what):
                raise CheckpointError(f"{card.name} and {first.name} differ in more than their seeds: {what}.")
    if len({card.seed for card in cards}) < len(cards):
        raise CheckpointError("two of these runs have the same seed.")


@torch.no_grad()
def _frechet(model: LatentModel, net: features.FeatureNet, dataset: Dataset) -> float:
    n = min(figures.SAMPLES, len(dataset.train))
    made, _ = net.classify(x for _, x, _ in figures.draw(model, n))
    real, _ = net.classify(figures.real(dataset.train, n, torch.device("cpu")))
    return metrics.frechet(made.numpy(), real.numpy())


def sign_of(root: Path, card: Card, dataset: Dataset) -> tuple[Callable[[LatentModel], float], str]:
    """What is asked of a model, the higher the better, and in words. Raises CheckpointError where a family has no sign of its own and the
    data set no feature net."""
    family = families.get(card.family)
    if family.sign is not None:
        what, ask = family.sign
        images = torch.from_numpy(dataset.train.images[:IMAGES])
        return (lambda model: ask(model, Batch.of(images).images)), f"{what}; {len(images):,} training images"
    net = features.load(root, card.data) if len(card.data.shape) == 3 else None
    if net is None:
        raise CheckpointError(f"{family.title} has no sign of its own, and {card.data.title} no feature net to judge samples by.")
    classifier = net
    return (lambda model: -_frechet(model, classifier, dataset)), (
        f"minus the Fréchet distance of samples to as many training images (feature net {net.card['data']['name']}, "
        f"weights {net.sha256[:8]})")


def choose(root: Path, names: Sequence[str], to: str, dataset: Callable[[Card], Dataset],
           say: Callable[[str], None] = lambda s: None) -> Card:
    """Copy the best of the runs to ``to`` and return its card, which says how many seeds there were, by what it was chosen and what each
    had. ``dataset``: what gives a card's data set. Raises CheckpointError for runs that differ in more, and where ``to`` is taken."""
    target = root / checkpoint.check_name(to)
    if target.exists():
        raise CheckpointError(f"{to} is there already; give another --name, or move it away.")
    cards = [checkpoint.read_card(root / checkpoint.check_name(name)) for name in names]
    comparable(cards)
    ask, what = sign_of(root, cards[0], dataset(cards[0]))
    signs = []
    for card in cards:
        torch.manual_seed(0)                       # a sign may draw: every model is asked the same
        signs.append(float(f"{ask(checkpoint.load(root / card.name)[0]):.5g}"))
        say(f"{card.name}: seed {card.seed}, sign {signs[-1]:g}")
    best = cards[max(range(len(cards)), key=signs.__getitem__)]
    shared = [k for k in best.metrics if all(k in c.metrics for c in cards)]
    seeds = cast(Seeds, {"tried": [c.seed for c in cards], "chosen_by": what, "signs": signs,
                         "figures": {k: [c.metrics[k]["value"] for c in cards] for k in shared}})
    chosen = replace(best, name=to, seeds=seeds)
    new = target.with_name(to + NEW)
    shutil.rmtree(new, ignore_errors=True)
    with Lock(root / best.name):                   # else a training may write into what is copied
        shutil.copytree(root / best.name, new, ignore=shutil.ignore_patterns(FILE.name))
    write_json(new / checkpoint.CARD, to_dict(chosen))
    new.rename(target)
    return chosen


__all__ = ["choose", "comparable", "sign_of"]
