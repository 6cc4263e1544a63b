"""All words of the page, English and Korean. The browser gets both and switches without a reload (store.js)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ko")


@cache
def words(lang: str) -> dict[str, str]:
    """Key to sentence for a language of LANGUAGES; raises KeyError for another one."""
    if lang not in LANGUAGES:
        raise KeyError(f"there is no language {lang!r}; there are {', '.join(LANGUAGES)}.")
    here = Path(__file__).parent
    found: dict[str, str] = {}
    for path in (here / f"{lang}.json", *sorted(here.glob(f"*.{lang}.json"))):      # train.en.json and others: words of one view
        found |= json.loads(path.read_text("utf-8"))
    return found


def text(key: str, lang: str = "en") -> str:
    """One sentence; English where the language has none, the key itself where nobody has."""
    return words(lang).get(key) or words("en").get(key, key)
