"""Sites of the tiny runs of tests/explorer; what runs networks in a browser is a file of a few bytes here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from explorer.site import runtime
from tests.explorer.conftest import session, trained

__all__ = ["session", "trained"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a runtime, whose hashes are known."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name in runtime.FILES:
        (folder / name).write_bytes(f"of {name}".encode())
    monkeypatch.setattr(runtime, "FILES", {name: hashlib.sha256(f"of {name}".encode()).hexdigest() for name in runtime.FILES})
    return folder
