"""Answers that a browser keeps: samples, maps, colours of a map's points, sheets of held-out images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from training import checkpoint

from .. import NotThere, images
from ..latent import neighbours, seed_to_image
from ..runs import point_tiles
from ..runs.session import Session
from .http import cached, tagged

MOST_SIDE = 8192                                # pixels of a sheet of samples


def thumb(session: Session, request: Request) -> Response:
    """A run's first sample, PNG; drawn where its sheet of samples is not there or damaged."""
    card = session.card(request.path_params["run"])
    c, h, w = point_tiles.shown(card.spec).shape

    def cut(path: Path) -> bytes:
        with Image.open(path, formats=("WEBP",)) as sheet:
            if max(sheet.size) > MOST_SIDE:
                raise NotThere("There is no sheet of samples of that size.")
            whole = sheet.convert("RGB" if c == 3 else "L")
            tile = whole.crop((0, 0, w, h)) if len(card.spec.shape) == 3 else whole.resize((w, h), Image.Resampling.BOX)
            return images.encode(np.asarray(tile).reshape(h, w, -1))[0]
    try:
        data = session.file(session.place(card.name) / checkpoint.SAMPLES, cut)
    except (OSError, NotThere, ValueError, Image.DecompressionBombError):    # no samples yet, or damaged: draw one
        run = session.run(card.name)
        data = images.encode(seed_to_image.image(run, 0))[0]
    return cached(request, data, "image/png")


def points(session: Session, request: Request) -> Response:
    """Places of the held-out images on a map, float32 (n, 2); (n, 3) of pca3."""
    run = session.run(request.path_params["run"])
    name = request.query_params.get("projection") or (neighbours.projections(run) or ["umap"])[0]
    if name not in ("umap", "pca", "code", "pca3"):
        raise NotThere("There is no such map; there are umap, pca, code and pca3.")
    found = neighbours.space(run) if name == "pca3" else neighbours.points(run, name)
    return cached(request, found.astype("<f4").tobytes(), "application/octet-stream")


def colours(session: Session, request: Request) -> Response:
    """What each point of a map is coloured by, uint8 (n,): its class, or one of its attributes."""
    held, by = session.held(request.path_params["dataset"]), request.query_params.get("by", "class")
    names = [n for n, _ in held.spec.attributes]
    if by == "class" and held.labels is not None:
        values = held.labels
    elif by in names and held.attributes is not None:
        values = held.attributes[:, names.index(by)]
    else:
        raise NotThere("This data set has no such labels.")
    return cached(request, values.clip(0, 255).astype(np.uint8).tobytes(), "application/octet-stream")


def fields(session: Session, request: Request) -> Response:
    """All that is known of a data set's held-out images, uint8 (k, n): their classes where they have any, then each attribute."""
    held = session.held(request.path_params["dataset"])
    rows = [] if held.labels is None or not held.spec.classes else [held.labels]
    rows += [] if held.attributes is None else list(held.attributes[:, :len(held.spec.attributes)].T)
    values = np.stack(rows) if rows else np.empty((0, held.n))
    return cached(request, values.clip(0, 255).astype(np.uint8).tobytes(), "application/octet-stream")


def sheet_file(session: Session, request: Request) -> Response:
    """A sheet of a data set's held-out images, WebP."""
    held, k = session.held(request.path_params["dataset"]), request.path_params["k"]
    if k >= held.num_sheets:
        raise NotThere(f"There are sheets 0 to {held.num_sheets - 1}.")
    path = held.sheet_path(k)
    return tagged(request, held.sheet["files"][path.name], "image/webp", path.read_bytes)
