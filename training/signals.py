"""Ctrl-C and SIGTERM: in a training's steps they are noted, so that it saves first; everywhere else they end what is done at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """Handles both while it is entered, in the main thread."""

    def __init__(self) -> None:
        self.noted = False
        self._gentle = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            self._before = {n: signal.signal(n, self._on) for n in NUMBERS}
        return self

    def __exit__(self, *problem: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def gently(self) -> Iterator[None]:
        """Inside, the first one is only noted; a second Ctrl-C does not wait."""
        self._gentle = True
        try:
            yield
        finally:
            self._gentle = False

    def _on(self, number: int, frame: object) -> None:
        if not self._gentle or self.noted and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.noted = True
