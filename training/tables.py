"""What the README says of all families, from the families themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import families
from .card import Card


def of_families(cards: Sequence[Card]) -> str:
    """A Markdown table: every family with its papers, the oldest first, and the titles of the data sets that ``cards`` were trained on."""
    lines = ["| family | paper | shipped on |", "|---|---|---|"]
    for name, family in sorted(families.families().items(), key=lambda item: (_year(item[1].paper), item[0])):
        on = sorted({card.data.title for card in cards if card.family == name})
        lines.append(f"| `{name}` | {'; '.join((family.paper, *family.variants))} | {', '.join(on) or '—'} |")
    return "\n".join(lines)


def _year(paper: str) -> int:
    """Of the first four digits in "authors, year, title"; 9999 where there are none."""
    found = re.search(r"\b(\d{4})\b", paper)
    return int(found[1]) if found else 9999


__all__ = ["of_families"]
