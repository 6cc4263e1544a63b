"""What the page shows of a run is measured at the end of its training by another process, which imports all anew: here by this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from training import cli, page_measurements, train

REAL = page_measurements.measure_for_page


def measure(trained: Path, names: Sequence[str], device: str) -> None:
    """As the command does it."""
    from explorer.__main__ import main
    assert main(["measure", *names, "--trained", str(trained), "--device", device]) == 0


@pytest.fixture(autouse=True, scope="module")
def measured_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as change:
        for module in (cli, train):
            change.setattr(module, "measure_for_page", measure)
        yield


@pytest.fixture
def measured_by_the_command(measured_here: None) -> Iterator[None]:
    """As it is for a person: a process of its own."""
    with pytest.MonkeyPatch.context() as change:
        for module in (cli, train):
            change.setattr(module, "measure_for_page", REAL)
        yield
