"""A batch of seeds to take along: a zip with a PNG for each and a JSON that says what they are, or one sheet of all."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from PIL import PngImagePlugin
from pydantic import Field, TypeAdapter

from .. import Refused, images
from ..latent import layers, seed_to_image
from ..runs import lanes
from ..runs.run import Run
from .base import MOST_PIXELS, MOST_TILES, Request, Seed

FORMAT, VERSION = "latent-explorer-seeds", 1
WRITTEN = (1980, 1, 1, 0, 0, 0)                 # of every file in the zip: the same seeds give the same bytes
TYPES = {"zip": "application/zip", "sheet": "image/png"}
ENDS = {"zip": ".zip", "sheet": ".png"}


class Batch(Request):
    """``count`` seeds from ``first`` on, of one class or of each; truncated by ``psi`` in all layers where one is given."""

    first: Seed
    count: Annotated[int, Field(ge=1)] = 16
    each_class: bool = False
    psi: Annotated[float, Field(allow_inf_nan=False, ge=-2, le=2)] | None = None
    format: Literal["zip", "sheet"] = "zip"


BATCH: TypeAdapter[Batch] = TypeAdapter(Batch)


@dataclass(frozen=True)
class One:
    """An image of the batch: (H, W, C) uint8, and what its file is called."""

    seed: int
    label: int | None
    name: str
    pixels: np.ndarray


def batch(run: Run, request: Batch) -> tuple[bytes, str, str]:
    """The file, its media type and its name. Raises Refused beyond 256 images, or so many that they are too many pixels."""
    run.require_images()
    columns = run.spec.num_classes if request.each_class and run.spec.num_classes else 0
    n, (_, h, w) = request.count * max(columns, 1), run.spec.shape
    most = min(MOST_TILES, MOST_PIXELS // (h * w))
    if n > most:
        raise Refused(f"That would be {n:,} images; up to {most} can be saved at once.")
    if request.first + request.count > 2**63:
        raise Refused("Seeds go up to 2 to the power of 63.")
    made, last = list(drawn(run, request)), request.first + request.count - 1
    data = (zipped if request.format == "zip" else sheet)(run, request, made, columns)
    seeds = f"seed-{last}" if request.count == 1 else f"seeds-{request.first}-{last}"
    return data, TYPES[request.format], f"{run.card.name}-{seeds}{ENDS[request.format]}"


def drawn(run: Run, request: Batch) -> Iterator[One]:
    """Each image as the page draws its seed: alone, so that no pixel depends on how many there are. Raises Abandoned."""
    classes = range(run.spec.num_classes) if request.each_class and run.spec.num_classes else [run.label(request.label)]
    digits = len(str(request.first + request.count - 1))
    for seed in range(request.first, request.first + request.count):
        for label in classes:
            lanes.check()
            w = seed_to_image.codes(run, [seed], label)
            if request.psi is not None:
                w = layers.Truncation(request.psi, run.spec.num_layers).apply(run, layers.shaped(run, w)).reshape(1, -1)
            name = f"seed-{seed:0{digits}}" + ("" if label is None else f"-{class_part(run, label)}")
            yield One(seed, label, f"{name}.png", run.decode(w, label)[0])


def class_part(run: Run, label: int) -> str:
    """A class as a part of a file's name: its number, and of its name what any system can write."""
    names = run.card.data.classes
    said = re.sub(r"[^\w]+", "-", names[label] if label < len(names) else "").strip("-_")[:40]
    return f"class-{label}" + (f"-{said}" if said and said != str(label) else "")


def told(run: Run, request: Batch, made: list[One]) -> dict[str, Any]:
    """What the images are: whose, of which weights, which seed and class each has."""
    names = run.card.data.classes
    psi = 1.0 if request.psi is None and layers.w_avg(run) is not None else request.psi
    return {"format": FORMAT, "version": VERSION, "run": run.card.name, "family": run.card.family,
            "weights_sha256": run.card.weights_sha256, "images_seen": run.card.images_seen, "psi": psi,
            "images": [{"file": one.name, "seed": one.seed} | ({} if one.label is None else {
                "class": one.label, "class_name": names[one.label] if one.label < len(names) else ""}) for one in made]}


def zipped(run: Run, request: Batch, made: list[One], columns: int) -> bytes:
    """A PNG for each image, stored as it is, and seeds.json."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        def put(name: str, data: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), data)
        put("seeds.json", json.dumps(told(run, request, made), ensure_ascii=False, indent=1).encode())
        for one in made:
            lanes.check()
            put(one.name, png(one.pixels))
    return out.getvalue()


def sheet(run: Run, request: Batch, made: list[One], columns: int) -> bytes:
    """All on one PNG: a row for each seed where each has all classes, else about as wide as high. What they are stands in it as text."""
    about = PngImagePlugin.PngInfo()
    about.add_itxt(FORMAT, json.dumps(told(run, request, made), ensure_ascii=False))
    return png(images.grid(np.stack([one.pixels for one in made]), columns or math.ceil(math.sqrt(len(made)))), about)


def png(pixels: np.ndarray, about: PngImagePlugin.PngInfo | None = None) -> bytes:
    """(H, W, C) uint8 as a file, however large: nothing is lost."""
    out = io.BytesIO()
    images.to_pillow(pixels).save(out, "PNG", pnginfo=about)
    return out.getvalue()
