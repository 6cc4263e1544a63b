"""Files of a run: written so that a kill leaves the old or the new one whole, read with a bound, and never outside of its folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

OS_ERROR = re.compile(r"\(os error (\d+)\)")      # what safetensors says of a failed write


class Outside(ValueError):
    """A file of a run is a link that leads out of its folder, or no plain file; one sentence."""


def inside(folder: Path, name: str | Path) -> Path:
    """The path of a run's file, which may not exist. Raises Outside where it leads out of ``folder`` or is no plain file (a folder, a
    pipe). The folder itself may be a link: whoever put it among the runs made it."""
    path = folder / name
    try:
        real = path.resolve()
        if not real.is_relative_to(folder.resolve()):
            raise Outside(f"{folder.name}: {name} is a link that leads out of the run's folder; it is not opened.")
        if real.exists() and not real.is_file():
            raise Outside(f"{folder.name}: {name} is no plain file.")
    except (OSError, RuntimeError) as e:            # not readable, or links in a circle
        raise Outside(f"{folder.name}: {name} cannot be read ({getattr(e, 'strerror', '') or 'links in a circle'}).") from e
    return path


def read_json(path: Path, most: int) -> Any:
    """What a JSON file of at most ``most`` bytes holds: no NaN, no lone surrogates, no depth over 1,024. Raises ValueError or OSError."""
    with open(path, "rb") as f:
        raw = f.read(most + 1)
    if len(raw) > most:
        raise ValueError(f"{path.name} is larger than {most:,} bytes.")
    return orjson.loads(raw)


def tail(path: Path, most: int) -> bytes:
    """The last ``most`` bytes of a file. Raises OSError."""
    with open(path, "rb") as f:
        f.seek(max(0, os.fstat(f.fileno()).st_size - most))
        return f.read(most)


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk. Windows cannot open folders, and needs not: its renames are durable by themselves."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Call ``write`` with a temporary path in the same folder, fsync it, and rename it to ``path``. On any error nothing changes; a kill
    leaves a file that ``clear`` removes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with open(temporary, "rb+") as f:
            os.fsync(f.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as e:
        e.filename = str(path)                     # for people, not the temporary one
        raise
    finally:
        temporary.unlink(missing_ok=True)


def clear(folder: Path, *names: str) -> None:
    """Remove what kills left of writing the files ``names`` of a folder."""
    for name in names:
        for left in folder.glob(f".{name}.*{Path(name).suffix}"):
            left.unlink(missing_ok=True)


def append(path: Path, text: str) -> None:
    """Add to the end of a file. Raises OSError that names it, also where only closing it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "a", encoding="utf-8") as f:
            f.write(text)
    except OSError as e:
        e.filename = str(path)
        raise


def write_json(path: Path, value: object) -> None:
    """``value`` as indented JSON, atomically. Raises ValueError for NaN, which JSON has no word for."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(path, lambda p: p.write_text(text, "utf-8"))


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """A safetensors file, atomically. Raises OSError with its number where safetensors only has words for it (a full disk)."""
    def save(p: Path) -> None:
        try:
            save_file(dict(tensors), p)
        except SafetensorError as e:
            if found := OS_ERROR.search(str(e)):
                raise OSError(int(found[1]), os.strerror(int(found[1])), str(path)) from e
            raise
    write_atomically(path, save)


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
