"""Waiting for what another process or thread does: no test knows how long that takes, and pytest-timeout ends what never comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
HANGS = 240                     # seconds after which nothing comes any more, on the busiest machine


def until(ask: Callable[[], T]) -> T:
    """The first answer that is true."""
    while not (answer := ask()):
        time.sleep(0.02)
    return answer
