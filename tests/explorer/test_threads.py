"""Which thread answers a request, and how many cores a layer has there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import torch

from explorer.runs import lanes, session
from explorer.runs import run as run_module
from explorer.server import thread_pools
from tests.host import ROOT
from tests.waiting import HANGS

from .conftest import data, make

T = TypeVar("T")


def answered(question: Coroutine[Any, Any, T]) -> T:
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result()


def where() -> tuple[str, int, int]:
    """The lane, the cores that a layer has, the cores that images are shared out over."""
    return threading.current_thread().name.split("_")[0], torch.get_num_threads(), lanes.cores()


def test_a_layer_has_one_core_and_one_answers_images_have_all(monkeypatch):
    monkeypatch.setattr(lanes, "CORES", 3)
    before = torch.get_num_threads()
    try:
        pools = thread_pools.Threads()
        go = threading.Event()

        def held() -> tuple[str, int, int]:
            assert go.wait(HANGS)
            return where()

        async def ask() -> list[tuple[str, int, int]]:
            first = asyncio.create_task(pools.run(held, "wide"))
            await asyncio.sleep(0)
            others = [await pools.run(where, "wide"), await pools.run(where), await pools.run(where, "making")]
            go.set()
            return [await first, *others, await pools.run(where, "wide")]

        assert answered(ask()) == [("wide", 1, 3), ("grids", 1, 1), ("quick", 1, 1), ("making", 1, 1), ("wide", 1, 3)]
    finally:
        torch.set_num_threads(before)


def test_images_shared_out_over_cores_are_those_of_one_core_to_the_bit(tmp_path, monkeypatch):
    monkeypatch.setattr(lanes, "CORES", 3)
    monkeypatch.setattr(run_module, "WORTH", 1000)
    before = torch.get_num_threads()
    try:
        monkeypatch.setattr(lanes, "_parts", lanes.pool("part", 3))
        make(tmp_path, "tiny", data(), z_dim=8)
        run = session.Session(tmp_path).run("tiny")
        w, names = run.map_z(run.sample_z(64, 0)), set()
        synthesize = run.model.synthesize

        def drawn(*part: Any) -> torch.Tensor:
            names.add((threading.current_thread().name.split("_")[0], torch.get_num_threads()))
            return synthesize(*part)

        monkeypatch.setattr(run.model, "synthesize", drawn)
        pools = thread_pools.Threads()
        wide, quick = (answered(pools.run(lambda: run.images(w), lane)) for lane in ("wide", "quick"))
        assert names == {("part", 1), ("quick", 1)} and torch.equal(wide, quick)
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux gives each thread a niceness of its own")
def test_long_work_stands_behind_images_however_nice_the_page_itself_is():
    here = os.getpriority(os.PRIO_PROCESS, os.getpid())
    code = ("import os; os.nice(3); from explorer.runs import lanes; "
            "print(*(lanes.pool('x', 1, behind=by).submit(os.getpriority, os.PRIO_PROCESS, 0).result() for by in (0, 2, 99)))")
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(min(here + 3 + by, 19)) for by in (0, 2, 99)]


def test_work_that_fails_leaves_the_cores_to_the_next():
    before = torch.get_num_threads()
    try:
        pools = thread_pools.Threads()

        def fails() -> None:
            raise RuntimeError("no")

        async def ask() -> tuple[str, int, int]:
            for _ in range(2):
                with contextlib.suppress(RuntimeError):
                    await pools.run(fails, "wide")
            return await pools.run(where, "wide")

        assert answered(ask())[0] == "wide"
    finally:
        torch.set_num_threads(before)
