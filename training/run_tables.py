"""Runs and their figures as text: of one run line by line, of all as the README's tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import families
from .files import write_atomically
from .metric_registry import METRICS, figure, said
from .terminal import clock

if TYPE_CHECKING:
    from .checkpoint import Card


def print_card(folder: Path) -> None:
    """A run's figures, a line each."""
    from . import checkpoint
    card = checkpoint.read_card(folder)
    begun = f", begun with {card.init_from}" if card.init_from else ""
    in_bf16 = " in bf16" if card.trained_in == "bf16" else ""
    trained = f"{card.images_seen:,} images in {clock(card.seconds)} on {card.hardware}{in_bf16}"
    print(f"{card.name}: {f'trained elsewhere ({card.source})' if card.source else trained}, {card.parameters:,} parameters{begun}")
    if card.seeds:
        print(f"  seed {card.seed} of {', '.join(map(str, card.seeds['tried']))}, chosen by {card.seeds['chosen_by']}: "
              f"{', '.join(f'{v:g}' for v in card.seeds['signs'])}")
    for k in card.metrics:
        told = figure(card, k)
        print(f"  {said(told)}\n      {told['protocol']}")


def _among(card: Card, metric: str) -> str:
    """Of the metric that the picker shows: what all seeds had."""
    if card.seeds is None or metric != card.headline or metric not in card.seeds["figures"]:
        return ""
    return f" (seeds {', '.join(map(str, card.seeds['tried']))}: {', '.join(f'{v:.4g}' for v in card.seeds['figures'][metric])})"


def table(cards: Sequence[Card]) -> str:
    """Runs and their main figures in Markdown."""
    def seen(card: Card) -> str:
        return f"{card.images_seen / 1e6:.2g} M" + (f" after {card.init_from}" if card.init_from else "")
    rows = ["| run | data | code | images seen | trained on | measured |", "|---|---|---|---|---|---|"]
    for card in cards:
        figures = ", ".join(f"{one.short} {card.metrics[k]['value']:.4g}{_among(card, k)}"
                            for k, one in METRICS.items() if one.short and k in card.metrics)
        code = f"{card.spec.num_layers} × {card.spec.w_dim}-D" if card.spec.num_layers > 1 else f"{card.spec.w_dim}-D"
        rows.append(f"| `{card.name}` | {card.data.title} | {code} | {seen(card)} | {card.hardware}, "
                    f"{clock(card.seconds)} | {figures} |")
    return "\n".join(rows)


def of_families(cards: Sequence[Card]) -> str:
    """A Markdown table: every family with its papers, the oldest first, and the titles of the data sets that ``cards`` were trained on."""
    lines = ["| family | paper | shipped on |", "|---|---|---|"]
    for name, family in sorted(families.families().items(), key=lambda item: (_year(item[1].paper), item[0])):
        on = sorted({card.data.title for card in cards if card.family == name})
        lines.append(f"| `{name}` | {'; '.join((family.paper, *family.variants))} | {', '.join(on) or '—'} |")
    return "\n".join(lines)


def write_tables(readme: Path, cards: Sequence[Card]) -> None:
    """Both tables into a Markdown file, each between its marks. Raises OSError, and ValueError where a mark is not there once."""
    text = readme.read_text("utf-8")
    for mark, rows in (("runs", table(cards)), ("families", of_families(cards))):
        parts = re.split(f"(<!-- /?{mark} -->)", text)
        if parts[1::2] != [f"<!-- {mark} -->", f"<!-- /{mark} -->"]:
            raise ValueError(f"there must be one <!-- {mark} --> and one <!-- /{mark} --> after it")
        text = "".join([*parts[:2], f"\n{rows}\n", *parts[3:]])
    write_atomically(readme, lambda path: path.write_text(text, "utf-8"))


def _year(paper: str) -> int:
    """Of the first four digits in "authors, year, title"; 9999 where there are none."""
    found = re.search(r"\b(\d{4})\b", paper)
    return int(found[1]) if found else 9999
