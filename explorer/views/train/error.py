"""What a training from the page cannot do, in one sentence."""

from __future__ import annotations

from typing import Any

from ... import Refused


class JobError(Refused):
    """What was asked cannot be done; one sentence, and a key with values by which the page says it in another language."""

    def __init__(self, sentence: str, key: str = "", **values: Any) -> None:
        super().__init__(sentence)
        self.key, self.values = key, values
