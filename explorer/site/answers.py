"""The files of a site that stand for the server's answers, made by the server's own functions: ``data/`` but for the networks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from training.heldout import HeldOut
from training.layer_ranges import ranges
from training.model import LatentSpec

from .. import Refused, plots, views
from ..latent import attributes, code_slices, galleries, moves, neighbours, run_directions
from ..runs.run import Run
from ..runs.session import Session, first_of
from ..server import cached_files
from ..server.access import Access
from ..server.http import json_answer
from ..server.immutable_scripts import pack
from ..server.run_info import describe, list_runs
from ..views import base, operations
from . import VIEWS, sheets

Files = Iterator[tuple[str, bytes]]
PLAIN = re.compile(r"[\w .,()-]{1,80}")         # names that a file may have anywhere
PROJECTIONS = ("umap", "pca", "code", "pca3")


def fitting(spec: LatentSpec) -> list[str]:
    """The site's views that can show a run of this spec."""
    return [name for name in views.supported(spec) if name in VIEWS]


def shown(session: Session, names: list[str]) -> list[str]:
    """The site's views that can show any of these runs."""
    able = {view for name in names for view in fitting(session.run(name).spec)}
    return [view for view in VIEWS if view in able]


def as_json(value: object) -> bytes:
    """As the server answers it."""
    return bytes(json_answer(value).body)


def listed(session: Session, names: list[str]) -> bytes:
    """data/runs.json: what GET runs answers, of these runs alone."""
    told, cards = list_runs(session, Access(training=False), fitting), session.runs()[0]
    chosen = {name: cards[name] for name in cards if name in names}
    told["runs"] = [row for row in told["runs"] if row["name"] in chosen]
    told["first"], told["problems"] = first_of(chosen), {}
    told["firsts"] = {view: name for view, name in views.firsts(chosen).items() if view in VIEWS}
    return as_json(told)


def asked(work: Callable[[Session, Request], Response], session: Session, path: Mapping[str, Any], **query: str) -> bytes:
    """The body of what a function of server/cached_files.py answers."""
    query_string = urlencode(query).encode()
    request = Request({"type": "http", "method": "GET", "path_params": dict(path), "query_string": query_string, "headers": []})
    return bytes(work(session, request).body)


def of_run(session: Session, name: str) -> Files:
    """A run's own files. Raises Refused."""
    run = session.run(name)
    can = fitting(run.spec)
    yield f"data/run/{name}.json", as_json(opened(session, name))
    if "codes" in can:
        yield f"data/codes/{name}.json", as_json([m.to_dict() for m in code_slices.measured(run)])
    yield f"data/plot/{name}/spectrum.json", as_json(plots.spectrum(run_directions.basis(run).spectrum))
    yield f"data/thumb/{name}.png", asked(cached_files.thumb, session, {"run": name})
    for projection in PROJECTIONS:
        try:
            yield f"data/map/{name}.{projection}.bin", asked(cached_files.points, session, {"run": name}, projection=projection)
        except Refused:                         # it has no such map
            continue
    yield f"data/known/{name}.packed", pack(as_json(dict(known(run, can))))


def opened(session: Session, name: str) -> dict[str, Any]:
    """What the server answers when a run is opened; its test images laid out as the site's files are, and the ``picture`` that the page
    begins with as an address, so that it is there before any network is."""
    run, told = session.run(name), dict[str, Any](describe(session, name, fitting))
    if run.held is not None and told["dataset"] is not None:
        told["dataset"] = {**told["dataset"], **sheets.layout(run.held)}
    first = moves.from_text(neighbours.first_code(run)["w"]).reshape(1, run.d)
    return {**told, "picture": sheets.data_url(run.decode(first)[0])}


def of_images(session: Session, held: HeldOut, single: bool = False) -> Files:
    """A data set's files: its held-out images, and what is known of these. ``single``: for a page that is one file."""
    name = held.folder.name
    yield f"data/fields/{name}.bin", asked(cached_files.fields, session, {"dataset": name})
    for by in ["class", *(field for field, _ in held.spec.attributes)]:
        try:
            if PLAIN.fullmatch(by):
                yield f"data/colours/{name}.{by}.bin", asked(cached_files.colours, session, {"dataset": name}, by=by)
        except Refused:                         # it has no classes
            continue
    yield from sheets.tiles(held)
    if sheets.in_pieces(held, single):
        yield from sheets.pieces(held)
        return
    for k in () if held.lossless else range(held.num_sheets):
        yield f"data/sheet/{name}/{k}.webp", asked(cached_files.sheet_file, session, {"dataset": name, "k": k})


def key_of(body: Mapping[str, Any]) -> str:
    """A question, without its run, as the key of its answer."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def questions(run: Run, can: list[str]) -> Iterator[dict[str, Any]]:
    """What takes long to work out, or takes what a site has not."""
    spec = run.spec
    labels: list[int | None] = [None, *(range(spec.num_classes) if spec.num_classes <= galleries.CLASSES else ())]
    if "codes" in can:
        yield from (_with({"op": "directions"}, label) for label in labels)
        if spec.stochastic:
            yield {"op": "kl"}
    if "reconstruct" in can:
        yield {"op": "kept"}
    if "pyramid" in can:
        yield {"op": "stages"}
    if "styles" in can:
        masks = [[r.first <= k < r.last for k in range(spec.num_layers)] for r in ranges(spec)]
        masks.append([True] * spec.num_layers)
        yield from (_with({"op": "style_directions", "layers": mask}, label) for mask in masks for label in labels)


def _with(body: dict[str, Any], label: int | None) -> dict[str, Any]:
    return body if label is None else {**body, "label": label}


def known(run: Run, can: list[str]) -> Iterator[tuple[str, Any]]:
    """data/known/RUN.packed, JSON by gzip: answers by their questions; of what this run cannot be asked there is none."""
    for body in questions(run, can):
        try:
            yield key_of(body), answered(run, body)
        except Refused:                         # as of test images that are not here
            continue
    if "styles" in can:
        told = answered(run, {"op": "styles", "rows": [0], "columns": [0]})
        yield key_of({"op": "styles"}), {k: v for k, v in told.items() if k != "w"}
    if "arithmetic" in can:
        classes = range(min(run.spec.num_classes, galleries.CLASSES)) or [0]
        for label in classes:
            yield "gallery samples" + (f" {label}" if label else ""), gallery(run, "samples", label)
        if run.map is not None and run.held is not None:
            yield "gallery real", gallery(run, "real", None)


def answered(run: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    """The server's answer to POST code, however long it takes. Raises Refused."""
    request = base.parse(operations.CODE, json.dumps({"run": run.card.name, **body}).encode())
    while True:
        told = dict(request.answer(run))
        if told.get("ready", True):
            return told


def gallery(run: Run, source: str, label: int | None) -> dict[str, Any]:
    """All exemplars of a source, what each shows, and what A, B and C begin with."""
    found, start = galleries.gallery_of(run, source, label)
    return {"refs": list(found.refs), "fields": [{"name": f.name, "categories": list(f.categories), "measured": f.measured}
                                                 for f in found.fields],
            "sure": base64.b64encode((found.readings >= attributes.SURE).astype(np.uint8).tobytes()).decode("ascii"),
            "start": {"a": list(start.a), "b": list(start.b), "c": list(start.c), "field": start.field}}
