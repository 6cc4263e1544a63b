"""Latent codes for the fuzzing: drawn as a text that says what the code is like, made one once it is known of which run."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from hypothesis import strategies

KINDS = {"normal": 1.0, "far": 1e6, "huge": 1e38, "none": 0.0}
MARK = re.compile(r"code of (\d+) × (\d+), (\w+)")
TEXTS = strategies.builds("code of {} × {}, {}".format, strategies.sampled_from([1, 1, 1, 2, 3, 8, 0, 300]), strategies.integers(0, 9),
                          strategies.sampled_from([*KINDS, "normal", "normal", "nan", "short", "text"]))


def made(text: str, dimension: int) -> str:
    """The code in base64 that a text of ``TEXTS`` stands for; any other text as it is."""
    found = MARK.fullmatch(text)
    if found is None or found[3] == "text":
        return text
    n, seed, kind = int(found[1]), int(found[2]), found[3]
    numbers = np.random.default_rng(seed).normal(size=(n, dimension + (kind == "short"))) * KINDS.get(kind, 1.0)
    if kind == "nan":
        numbers = numbers * np.nan
    with np.errstate(over="ignore"):
        return base64.b64encode(numbers.astype("<f4").tobytes()).decode()


class Fitting:
    """What makes questions of the runs and data sets that are there of most that name others. ``dimensions``: numbers of a code, by run."""

    def __init__(self, dimensions: Mapping[str, int], datasets: Sequence[str]) -> None:
        self.dimensions, self.datasets = dimensions, datasets

    def _one(self, given: Any, known: Sequence[str], mark: int) -> Any:
        """``given``, or one of those that are known: the same for the same question."""
        return known[mark // 8 % len(known)] if isinstance(given, str) and given not in known and mark % 8 else given

    def place(self, parts: Any) -> Any:
        """The parts of a path."""
        if not isinstance(parts, dict):
            return parts
        mark = crc32(repr(parts).encode("utf-8", "backslashreplace"))
        found = {**parts}
        for part, known in (("run", list(self.dimensions)), ("dataset", self.datasets)):
            if part in found:
                found[part] = self._one(found[part], known, mark)
        if isinstance(found.get("k"), int) and mark % 3:
            found["k"] = 0
        return found

    def asked(self, body: Any) -> Any:
        """A body: of Gradio's functions the first of ``data`` names the run."""
        if not isinstance(body, dict):
            return body
        mark, names = crc32(repr(body).encode("utf-8", "backslashreplace")), list(self.dimensions)
        data = body.get("data")
        if isinstance(data, list) and data:
            run = self._one(data[0], names, mark)
            return body | {"data": [run, *(self._within(v, run, True) for v in data[1:])]}
        run = self._one(body.get("run"), names, mark)
        found = {k: self._within(v, run, False) for k, v in body.items()}
        if isinstance(found.get("label"), int) and mark % 4:
            found["label"] = None
        return found | {"run": run} if "run" in body else found

    def _within(self, value: Any, run: Any, numbers: bool) -> Any:
        if isinstance(value, dict):
            return {k: self._within(v, run, numbers) for k, v in value.items()}
        if isinstance(value, list):
            return [self._within(v, run, numbers) for v in value]
        if not isinstance(value, str):
            return value
        text = made(value, self.dimensions.get(run, 8) if isinstance(run, str) else 8)
        if text == value or not numbers:
            return text
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(np.frombuffer(base64.b64decode(text), "<f4")).astype(float).tolist()


__all__ = ["TEXTS", "Fitting", "made"]
