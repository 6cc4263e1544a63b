"""All words of the page, English and Korean. The browser gets both and switches without a reload (store.js).

A family that has no words here is told by its own: its summary, and what each setting's help says, in English; a metric by its title.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

from training import families
from training.metric_registry import METRICS

LANGUAGES = ("en", "ko")


@cache
def written(lang: str) -> dict[str, str]:
    """Key to sentence as the files of a language of LANGUAGES have it; raises KeyError for another one."""
    if lang not in LANGUAGES:
        raise KeyError(f"there is no language {lang!r}; there are {', '.join(LANGUAGES)}.")
    here = Path(__file__).parent
    found: dict[str, str] = {}
    views = here.parent / "views"                          # each view has its own words
    parts = [*here.glob(f"*.{lang}.json"), *views.glob(f"*/{lang}.json"), *views.glob(f"*/*.{lang}.json")]
    for path in (here / f"{lang}.json", *sorted(parts)):
        found |= json.loads(path.read_text("utf-8"))
    return found


@cache
def own(name: str) -> dict[str, str]:
    """What a family says of itself and of its settings; where a default comes from stands in parentheses at a help's end: left out."""
    family = families.get(name)
    found = {f"family.{name}": family.summary}
    for setting in fields(family.Config):
        found[f"setting.{setting.name}"] = setting.name.replace("_", " ").capitalize()
        said = re.sub(r"\s*\([^()]*\)$", "", setting.metadata["help"])
        found[f"setting.{setting.name}.help"] = f"{said[:1].upper()}{said[1:]}."
    return found


@cache
def words(lang: str) -> dict[str, str]:
    """Key to sentence for a language of LANGUAGES; raises KeyError for another one."""
    found = {f"metric.{name}": metric.title for name, metric in METRICS.items()}
    found |= {f"metric.{name}.one": metric.one for name, metric in METRICS.items() if metric.one}
    for name in (*families.names(), *families.OUTSIDE):
        found |= own(name)
    return found | written("en") | written(lang)


def text(key: str, lang: str = "en") -> str:
    """One sentence; English where the language has none, the key itself where nobody has."""
    return words(lang).get(key) or words("en").get(key, key)
