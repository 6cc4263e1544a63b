"""Takes of the tiny runs of tests/explorer, and of one that a stranger named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from explorer.runs.session import Session
from tests.explorer.conftest import data, make, session, tiny, trained
from tests.site.conftest import torch_knows_its_operations

__all__ = ["session", "tiny", "torch_knows_its_operations", "trained"]

CLASSES = ("bar\tof\nsoap", "사각형 \u2028<b>")
FIELDS = (("index", ("left", "right")), ("Class", ("a\tb", "c")))


@pytest.fixture(scope="session")
def named(tmp_path_factory) -> Session:
    """ "hostile": its classes and attributes have names with tabs, line breaks and our own columns' names. "lone": no test images."""
    root: Path = tmp_path_factory.mktemp("named")
    own = data()
    split = dataclasses.replace(own.test, attributes=own.test.attributes.repeat(2, 1))
    spec = dataclasses.replace(own.spec, classes=CLASSES, attributes=FIELDS)
    make(root, "hostile", dataclasses.replace(own, spec=spec, train=split, test=split), z_dim=4)
    make(root, "lone", dataclasses.replace(own, spec=dataclasses.replace(own.spec, fingerprint="2" * 64)), with_map=False, z_dim=4)
    return Session(root)
