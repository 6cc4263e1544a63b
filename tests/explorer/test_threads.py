"""Which thread answers a request, and how many cores a layer has there."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch

from explorer import threads

T = TypeVar("T")


def answered(question: Coroutine[Any, Any, T]) -> T:
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result()


def where() -> tuple[str, int]:
    return threading.current_thread().name.split("_")[0], torch.get_num_threads()


def test_one_image_at_a_time_has_all_cores_and_nothing_waits_for_it(monkeypatch):
    monkeypatch.setattr(threads, "CORES", 3)
    before = torch.get_num_threads()
    try:
        pools = threads.Threads()
        go = threading.Event()

        def held() -> tuple[str, int]:
            assert go.wait(10)
            return where()

        async def ask() -> list[tuple[str, int]]:
            first = asyncio.create_task(pools.run(held, "wide"))
            await asyncio.sleep(0)
            others = [await pools.run(where, "wide"), await pools.run(where), await pools.run(where, "making")]
            go.set()
            return [await first, *others, await pools.run(where, "wide")]

        assert answered(ask()) == [("wide", 3), ("quick", 1), ("quick", 1), ("making", 1), ("wide", 3)]
    finally:
        torch.set_num_threads(before)


def test_work_that_fails_leaves_the_cores_to_the_next():
    before = torch.get_num_threads()
    try:
        pools = threads.Threads()

        def fails() -> None:
            raise RuntimeError("no")

        async def ask() -> tuple[str, int]:
            for _ in range(2):
                with contextlib.suppress(RuntimeError):
                    await pools.run(fails, "wide")
            return await pools.run(where, "wide")

        assert answered(ask())[0] == "wide"
    finally:
        torch.set_num_threads(before)
