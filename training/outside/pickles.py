"""Pickles: files that may hold code. They are never opened here; a sentence says how to convert one where it is trusted."""

from __future__ import annotations

import os
import shlex
import subprocess
import zipfile
from pathlib import Path

from ..card import readable
from . import ImportFailed

SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".th")
COMMAND = ("python -c \"import sys, torch; from safetensors.torch import save_file; state = torch.load(sys.argv[1], map_location='cpu', "
           "weights_only=True); state = state.get('state_dict', state); save_file({{k: v.clone().contiguous() for k, v in state.items() if "
           "isinstance(v, torch.Tensor)}}, sys.argv[2])\" {given} {made}")      # names are arguments, so that no name is code


def is_pickle(path: Path) -> bool:
    """Whether a file's name or first bytes say that it is a pickle, bare or within a zip as torch writes it."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with open(path, "rb") as f:
            head = f.read(9)
        if head[:2] == b"PK":
            return _holds_pickle(path)
        return head[:1] == b"\x80" and len(head) > 1 and head[1] <= 5 and not _has_header(head, path.stat().st_size)
    except OSError:
        return False


def _has_header(head: bytes, size: int) -> bool:
    """Whether a file begins as safetensors does: the length of its header in 8 bytes, little end first, and a brace. A header of 640,
    896, 1,152 or 1,408 bytes begins with a pickle's two bytes."""
    return len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") <= size - 8


def _holds_pickle(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as z:
            return any(name.endswith(".pkl") for name in z.namelist())
    except zipfile.BadZipFile:
        return False


def check(path: Path) -> None:
    """Raise ImportFailed, with the command that converts it, for a pickle."""
    if is_pickle(path):
        made = path.with_suffix(".safetensors")
        if made == path:                          # a pickle that is called so
            made = path.with_name(f"{path.stem}-converted.safetensors")
        raise ImportFailed(f"{readable(path.name)} may hold code (a pickle) and is not opened. Where you trust it, convert it: "
                           f"{COMMAND.format(given=_typed(path), made=_typed(made))}")


def _typed(path: Path) -> str:
    """As it is typed on the command line of this system, from the folder in which one stands."""
    return subprocess.list2cmdline([path]) if os.name == "nt" else shlex.quote(str(path))


__all__ = ["COMMAND", "SUFFIXES", "check", "is_pickle"]
