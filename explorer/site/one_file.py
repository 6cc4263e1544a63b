"""One run's site as one HTML file, which opens from the disk without a network."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from training.files import write_atomically

from .. import Refused
from ..runs.session import Session
from . import answers, files, one_file_omissions, runtime, sheets
from .page_files import PLOTLY
from .single_page import single_page

MOST = 12 * 2**20                               # bytes of the file
WEIGHTS = 2_000_000                             # parameters that it is meant for at most


def write(session: Session, name: str, path: Path, runtime_folder: Path | None = None, replace: bool = False) -> tuple[int, list[str]]:
    """Write the file of a run; its bytes, and a sentence for each thing that was left out of it for its size. Raises Refused; then nothing
    is changed."""
    files.require()
    if path.is_dir() or path.exists() and not replace:
        raise Refused(f"{path} is there already; " + ("name a file." if path.is_dir() else "say --replace to write it anew."))
    [name] = files.chosen(session, [name])
    made = files.Maker(session, single=True).make(name)
    bodies = {**made.files, **runtime.packed(runtime_folder), "data/runs.json": answers.listed(session, [name])}
    page, left = fitted(session, name, bodies)
    write_atomically(path, lambda temporary: temporary.write_bytes(page))
    return len(page), one_file_omissions.consequences(left, bodies)


def fitted(session: Session, name: str, bodies: Mapping[str, bytes]) -> tuple[bytes, list[str]]:
    """The page with as many of the files as it has room for, and the paths of the others. Raises Refused with figures."""
    bodies = sheets.once(bodies)
    names, kept, left, order = answers.shown(session, [name]), dict(bodies), list[str](), [*spare(bodies), PLOTLY]
    while True:
        told = {**kept, "data/left_out.json": json.dumps(left).encode()} if left else kept
        page = single_page(session, told, names, PLOTLY not in left).encode()
        over = len(page) - MOST
        if over <= 0:
            return page, left
        if not order:
            parameters = session.card(name).parameters
            raise Refused(f"The page of {name} would be {len(page) / 2**20:.1f} MB, more than {MOST // 2**20}: one file is for runs of at "
                          f"most {WEIGHTS / 1e6:g} M parameters, and this one has {parameters / 1e6:.1f} M. Export it as a folder.")
        while over > 0 and order:
            left.append(order.pop(0))
            over -= len(gzip.compress(kept.pop(left[-1], b""), 6)) * 5 // 4
            if left[-1].startswith("data/judge/"):
                kept[told_of(name)] = unread(kept[told_of(name)])


def spare(bodies: Mapping[str, bytes]) -> list[str]:
    """What can be done without, in the order in which it goes: the map in space, codes that a browser can work out anew, the classifier,
    test images from the last on. (After these, plotly.js: what draws the map.)"""
    near = [path for path in bodies if path.startswith("data/near/")]
    space = [path for path in bodies if path.endswith(".pca3.bin")]
    images = sorted((path for path in bodies if path.startswith(("data/sheet/", "data/tiles/"))), key=lambda path: -int(Path(path).stem))
    return [*space, *near, *(path for path in bodies if path.startswith("data/judge/")), *images]


def told_of(name: str) -> str:
    """Where a run's model is told."""
    return f"data/model/{name}/model.json"


def unread(model: bytes) -> bytes:
    """model.json of a page without the classifier: images are read for what is measured of them alone."""
    told = json.loads(model)
    told["reader"] |= {"judge": None, "fields": [f for f in told["reader"]["fields"] if f["measured"]]}
    return answers.as_json(told)


__all__ = ["fitted", "spare", "write"]
