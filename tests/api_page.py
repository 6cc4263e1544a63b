"""What docs/api.md says: the lists of values that it must hold, and its examples as one program."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.server.api import Question

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
ADDRESS = "http://127.0.0.1:7860"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def values(kind: type[Question]) -> str:
    """A line for each value of a question: its name, what it is when nothing is said, what it may be."""
    return "\n".join(f"- `{name}`{'' if f.is_required() else f' ({_shown(f.default)})'}: {f.description}" for name, f in
                     kind.model_fields.items())


def _shown(default: object) -> str:
    """A default as it is written in Python."""
    return "optional" if default is None else f"`{default!r}`"


def sections(text: str) -> dict[str, str]:
    """The text below each heading of the second order."""
    return {part.partition("\n")[0].strip("` "): part.partition("\n")[2] for part in text.split("\n## ")[1:]}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for kind, body in BLOCK.findall(text) if kind == language]
