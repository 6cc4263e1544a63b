"""The page as one HTML file that needs no other, with a run's files within it."""

from __future__ import annotations

import base64
import gzip
import json
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import dirname, join, normpath

from ..runs.session import Session
from .document import document
from .page_files import PLOTLY, page_files

SCRIPT = Path(__file__).with_name("unpack_single_page.js")
PLAIN = bytes.maketrans(b"<>&", b",.:")
IMPORT = re.compile(r"(\bfrom |\bimport )'(\.[^']+)\.js'")


def single_page(session: Session, files: Mapping[str, bytes], names: Sequence[str], plotly: bool = True) -> str:
    """``files``: those of ``data/`` and ``runtime/``, by path; ``names``: of the views that the run can be shown in. The page's own
    files are added; plotly.js where maps or spectra are to be drawn."""
    own = {path: body for path, body in page_files(session, names).items() if path != "index.html" and (plotly or path != PLOTLY)}
    modules = {path: linked(path, body.decode()).encode() for path, body in own.items() if path.startswith("js/")}
    files_of = f'<script type="text/plain" id="lx-files">{written(packed({**own, **modules, **files}))}</script>'
    return document(session, names, body=f"{files_of}<script>{SCRIPT.read_text('utf-8')}</script>")


def linked(path: str, text: str) -> str:
    """A module whose imports are names of an import map: './dom.js' of js/shell/x.js becomes 'lx/shell/dom'."""
    def named(found: re.Match[str]) -> str:
        return f"{found[1]}'lx/{normpath(join(dirname(path), found[2])).removeprefix('js/')}'"
    return IMPORT.sub(named, text)


def written(body: bytes) -> str:
    """Bytes as text that may stand in a script: their number, a blank, and base85 without what HTML has for its own. Five letters for four
    bytes, where base64 takes five and a third."""
    return f"{len(body)} {base64.b85encode(body, pad=True).translate(PLAIN).decode('ascii')}"


def packed(files: Mapping[str, bytes]) -> bytes:
    """All files as one (unpack_single_page.js tells how), packed; the same for the same files."""
    header, at = dict[str, tuple[int, int]](), 0
    for path, body in files.items():
        header[path] = (at, len(body))
        at += len(body)
    told = json.dumps(header).encode()
    return gzip.compress(struct.pack("<I", len(told)) + told + b"".join(files.values()), 9, mtime=0)


__all__ = ["linked", "packed", "single_page", "written"]
