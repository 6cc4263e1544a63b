"""Data sets of torchvision by name: fetched from a server on this machine, or read from files that a person put there. The real classes."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import struct
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from training import data, download, vision
from training.data import DataError


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">2x2B{array.ndim}I", 8, array.ndim, *array.shape) + array.tobytes()


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def md5(raw: bytes) -> str:
    return hashlib.md5(raw).hexdigest()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and its address."""
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    root = tmp_path / "served"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield root, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_kmnist_is_fetched_and_kept(served: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, address = served
    kind = vision.datasets().KMNIST
    parts = {"train": (noise(40, 28, 28), np.arange(40, dtype=np.uint8) % 10), "t10k": (noise(12, 28, 28, seed=1), np.zeros(12, np.uint8))}
    resources = []
    for part, (images, labels) in parts.items():
        for what, array in (("images-idx3", images), ("labels-idx1", labels)):
            raw = gzip.compress(idx(array))
            (root / f"{part}-{what}-ubyte.gz").write_bytes(raw)
            resources.append((f"{part}-{what}-ubyte.gz", md5(raw)))
    monkeypatch.setattr(kind, "mirrors", [address])
    monkeypatch.setattr(kind, "resources", resources)
    found = data.load("kmnist", cache=tmp_path / "cache")
    assert np.array_equal(found.train.images[:, 0], parts["train"][0]) and np.array_equal(found.train.labels, parts["train"][1])
    assert len(found.test) == 12 and found.spec.classes == tuple(kind.classes) and "CC BY-SA" in found.spec.attribution
    monkeypatch.setattr(kind, "mirrors", ["http://127.0.0.1:9/"])
    assert data.load("kmnist", cache=tmp_path / "cache").spec == found.spec, "kept"
    with pytest.raises(DataError, match="KMNIST: cursive kana could not be fetched") as e:
        data.load("kmnist", cache=tmp_path / "other")
    assert e.value.key == "data.error.fetched" and str(tmp_path / "other" / "torchvision") in str(e.value)


def test_emnist_letters_stand_upright_and_begin_with_a(tmp_path: Path) -> None:
    raw = tmp_path / "torchvision" / "EMNIST" / "raw"
    raw.mkdir(parents=True)
    upright = noise(30, 28, 28)
    for part, at in (("train", slice(0, 26)), ("test", slice(26, 30))):
        (raw / f"emnist-letters-{part}-images-idx3-ubyte").write_bytes(idx(np.ascontiguousarray(upright[at].swapaxes(1, 2))))
        (raw / f"emnist-letters-{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(30)[at] % 26 + 1).astype(np.uint8)))
    found = data.load("emnist-letters", cache=tmp_path)
    assert np.array_equal(found.train.images[:, 0], upright[:26]) and found.train.labels.tolist() == list(range(26))
    assert found.spec.classes[0] == "a" and len(found.spec.classes) == 26


def test_svhn_and_usps_are_read_from_files_put_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "torchvision"
    where.mkdir()
    svhn = vision.datasets().SVHN
    x = noise(25, 32, 32, 3)
    for part in ("train", "test"):
        out = io.BytesIO()
        scipy.io.savemat(out, {"X": x.transpose(1, 2, 3, 0), "y": (np.arange(25) % 10 + 1)[:, None]})
        (where / f"{part}_32x32.mat").write_bytes(out.getvalue())
        monkeypatch.setitem(svhn.split_list, part, ["nowhere", f"{part}_32x32.mat", md5(out.getvalue())])
    found = data.load("svhn", cache=tmp_path)
    assert np.array_equal(found.train.images, x.transpose(0, 3, 1, 2)) and found.train.labels.tolist() == [(k + 1) % 10 for k in range(25)]
    grey = np.linspace(-1, 1, 256).round(4)
    for name in ("usps.bz2", "usps.t.bz2"):
        rows = [f"{k % 10 + 1} " + " ".join(f"{j + 1}:{v}" for j, v in enumerate(np.roll(grey, 16 * k))) for k in range(11)]
        (where / name).write_bytes(bz2.compress("\n".join(rows).encode()))
    usps = data.load("usps", cache=tmp_path)
    assert usps.train.images.shape == (11, 1, 28, 28) and usps.train.labels.tolist() == [*range(10), 0]
    assert usps.train.images[0, 0, 0].mean() < 20 and usps.train.images[0, 0, -1].mean() > 235


def test_stl10_is_brought_to_64_pixels_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "torchvision" / "stl10_binary"
    where.mkdir(parents=True)
    kind = vision.datasets().STL10
    x = np.zeros((6, 3, 96, 96), np.uint8)
    x[:, 0, :48] = 200                                          # the upper half is red
    files = {"X": np.ascontiguousarray(x.swapaxes(2, 3)).tobytes(), "y": bytes([1, 2, 3, 4, 5, 10])}      # STL-10 stores columns first
    for part in ("train", "test"):
        for name, raw in files.items():
            (where / f"{part}_{name}.bin").write_bytes(raw)
        monkeypatch.setattr(kind, f"{part}_list", [[f"{part}_{name}.bin", md5(raw)] for name, raw in files.items()])
    found = data.load("stl10", cache=tmp_path)
    assert found.train.images.shape == (6, 3, 64, 64) and found.train.labels.tolist() == [0, 1, 2, 3, 4, 9]
    assert (found.train.images[:, 0, :30] == 200).all() and not found.train.images[:, 0, 34:].any() and not found.train.images[:, 1:].any()


def test_read_cifar100(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as tar:
        for name, n in (("train", 7), ("test", 3)):
            raw = b"".join(bytes([k, 90 + k]) + noise(3072, seed=k).tobytes() for k in range(n))
            info = tarfile.TarInfo(f"cifar-100-binary/{name}.bin")
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    images, labels, test, _ = download.read_cifar100(tmp_path / "c.tar.gz")
    assert labels.tolist() == list(range(90, 97)) and test.shape == (3, 3, 32, 32)
    assert np.array_equal(images[5], noise(3072, seed=5).reshape(3, 32, 32))
    with pytest.raises(DataError, match="damaged"):
        download.read_cifar10(tmp_path / "c.tar.gz")


def test_names_are_torchvisions_own() -> None:
    from training.datasets.by_torchvision import BALANCED, KANA

    known = vision.datasets()
    assert tuple(known.EMNIST.classes_split_dict["balanced"]) == BALANCED and tuple(known.KMNIST.classes) == KANA
