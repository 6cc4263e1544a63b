"""Sets that lie in a file and not in memory: the same images, labels and fingerprint, and a training that goes the same way."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training import data, image_folder, loop, memory_map
from training.data import Dataset

from .test_tables import noise


def held(array: np.ndarray) -> bool:
    """Whether an array lies in a file."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return isinstance(base, mmap.mmap)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    np.savez(tmp_path / "a.npz", images=noise(300, 28, 28, 3), labels=np.arange(300) % 7)
    return tmp_path / "a.npz"


def both(source: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, Dataset, Path]:
    """A set in memory, and the same as a large one; the latter's cache."""
    small = data.load("folder", source=source, cache=source.parent / "small", size=28)
    monkeypatch.setattr(memory_map, "SMALL", 1000)
    monkeypatch.setattr(memory_map, "CHUNK", 50_000)                # several chunks
    large = data.load("folder", source=source, cache=source.parent / "large", size=28)
    return small, large, next((source.parent / "large").glob("own-*.npz"))


def test_a_large_set_is_the_same_mapped_and_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large, path = both(source, monkeypatch)
    assert not held(small.train.images) and held(large.train.images) and held(large.test.images)
    assert small.spec == large.spec and small.spec.fingerprint
    for a, b in ((small.train, large.train), (small.test, large.test)):
        assert np.array_equal(a.images, b.images) and np.array_equal(a.labels, b.labels)
    with np.load(path) as plain:
        assert np.array_equal(plain["train_images"], small.train.images), "numpy alone can read it"
    monkeypatch.setattr(image_folder, "read", lambda *_: pytest.fail("the cache should have served"))
    again = data.load("folder", source=source, cache=path.parent, size=28)
    assert again.spec == large.spec and np.array_equal(again.train.images, large.train.images)
    assert data.load_again(large.spec, cache=path.parent).spec == large.spec
    assert not [p for p in path.parent.iterdir() if p != path], "nothing else is left"


@pytest.mark.parametrize("damage", [lambda raw: raw[:-30_000], lambda raw: raw[:9000] + bytes([raw[9000] ^ 1]) + raw[9001:],
                                    lambda raw: b""])
def test_a_damaged_large_cache_is_made_again(source: Path, monkeypatch: pytest.MonkeyPatch, damage) -> None:
    _, large, path = both(source, monkeypatch)
    expected = large.train.images.copy()
    raw = path.read_bytes()
    path.unlink()                                               # the old file stays as it was for who has it mapped
    path.write_bytes(damage(raw))
    assert data._read(path, None) is None
    again = data.load("folder", source=source, cache=path.parent, size=28)
    assert np.array_equal(again.train.images, expected) and again.spec == large.spec


def test_pages_that_are_given_back_are_read_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training's batches are the same from memory and from a file, also right after its pages went."""
    small, large, _ = both(source, monkeypatch)
    monkeypatch.setattr(memory_map, "TOUCHED", 1)                   # after every batch
    world = loop.World(device=torch.device("cpu"))
    of_memory, of_file = (loop.Stream(s.train.images, s.train.labels, 16, 3, world, "both") for s in (small, large))
    for _ in range(40):
        torch.manual_seed(1)
        a = of_memory.next()
        torch.manual_seed(1)
        b = of_file.next()
        assert torch.equal(a.images, b.images) and torch.equal(a.labels, b.labels)


def test_rows_of_deep_files_in_several_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    x = np.random.default_rng(0).integers(0, 4096, (40, 32, 32)).astype(np.uint16)
    for k, image in enumerate(x):
        Image.fromarray(image if k % 3 else (image // 16).astype(np.uint8)).save(tmp_path / f"{k:02d}.png")
    whole = image_folder.read(tmp_path, 32)
    monkeypatch.setattr(memory_map, "CHUNK", 9000)
    parts = image_folder.read(tmp_path, 32)
    assert np.array_equal(whole.images, parts.images) and whole.notes == parts.notes and whole.images.shape == (40, 1, 32, 32)
    expected = np.where(np.arange(40)[:, None, None] % 3 > 0, x * (255 / 4095), x // 16)
    assert np.abs(whole.images[:, 0] - expected).max() <= 0.51


def test_rows_refuse_others_and_none_are_an_empty_array(tmp_path: Path) -> None:
    rows = memory_map.Rows((3,), np.uint8, tmp_path)
    with pytest.raises(ValueError, match="are needed"):
        rows.append(np.zeros((2, 4), np.uint8))
    assert rows.array().shape == (0, 3)
