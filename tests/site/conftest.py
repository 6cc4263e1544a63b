"""Sites of the tiny runs of tests/explorer; what runs networks in a browser is a file of a few bytes here."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.site import runtime
from tests.explorer.conftest import session, trained

__all__ = ["session", "torch_knows_its_operations", "trained"]


@pytest.fixture(scope="session", autouse=True)
def torch_knows_its_operations() -> Iterator[None]:
    """torch reads the sources of all that it can write as ONNX anew for each network: here once, which halves what a tiny one takes."""
    from torch.onnx._internal.exporter._registration import ONNXRegistry
    with pytest.MonkeyPatch.context() as change:
        change.setattr(ONNXRegistry, "from_torchlib", staticmethod(functools.cache(ONNXRegistry.from_torchlib)))
        yield


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a runtime, whose hashes are known."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name in runtime.FILES:
        (folder / name).write_bytes(f"of {name}".encode())
    monkeypatch.setattr(runtime, "FILES", {name: hashlib.sha256(f"of {name}".encode()).hexdigest() for name in runtime.FILES})
    return folder
