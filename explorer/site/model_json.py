"""What a browser is told of a run's model beside its networks: data/model/RUN/model.json, and the codes of its test images."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import Refused
from ..latent import galleries, layers, moves, neighbours, reconstruction, run_directions
from ..latent.statistics import Basis
from ..runs.run import Run
from ..views.base import short
from . import sheets
from .byte_planes import SUFFIX
from .networks import Net, maps

WIDEST = 128                                    # numbers of a code, beyond which codes are encoded anew in the browser: megabytes else
ALIKE = 1                                       # of 255, that a pixel of a rounded code's image may differ by
AT_ONCE = 500


def near(run: Run) -> tuple[bytes, str] | None:
    """The codes of the test images as float16, row by row, and whether these are "exact", draw images that are "alike" to within 1 of 255,
    or are "rounded" to others; of an encoder that gives all layers one style that style alone. None where they are too long, too large or
    not there."""
    width = run.spec.w_dim if run.model.repeats() else run.d
    if width > WIDEST or run.codes is None:
        return None
    codes = np.ascontiguousarray(run.codes[:, :width], np.float32)
    with np.errstate(over="ignore"):
        half = codes.astype("<f2")
    if not np.isfinite(half).all():
        return None
    if np.array_equal(half.astype(np.float32), codes):
        return half.tobytes(), "exact"
    return half.tobytes(), "alike" if _alike(run, run.codes) else "rounded"


def _alike(run: Run, codes: np.ndarray) -> bool:
    """Whether the images of codes (n, d) and of the same as float16 differ by at most ALIKE, each pixel of each."""
    for k in range(0, len(codes), AT_ONCE):
        own = np.ascontiguousarray(codes[k:k + AT_ONCE], np.float32)
        half = own.astype(np.float16).astype(np.float32)
        if np.abs(run.decode(own).astype(int) - run.decode(half)).max() > ALIKE:
            return False
    return True


def model(run: Run, nets: list[Net], judge: str | None, kept: str | None, single: bool = False) -> dict[str, Any]:
    """model.json. ``judge``: the folder of the classifier that reads the run's images; ``kept``: how ``near`` has its codes; ``single``:
    for a page that is one file."""
    draws, average = run.model.draws(), layers.w_avg(run)
    by, encodes = galleries.reader(run), run.spec.encodes and run.held is not None
    told: dict[str, Any] = {
        "nets": {net.key: {"file": f"{net.key}.onnx{SUFFIX}", "inputs": [g.name for g in net.given], "outputs": list(net.outputs)}
                 for net in nets},
        "drawn": {"kind": draws.kind, "width": draws.width}, "mapped": maps(run), "classes": run.spec.num_classes,
        "average": None if average is None else moves.to_text(average),
        "apart": None if run.codes is None else [short(v) for v in neighbours.of_run(run).apart],
        "near": kept, "points": points(run) if kept is None else {},
        "whole": None if run.held is None else sheets.whole(run.held, opens_on(run), single),
        "plane": None if run.map is None else _basis(run_directions.basis(run)),
        "spread": moves.to_text(galleries.spread(run)),
        "errors": _errors(run) if encodes else None,
        "reader": {"fields": [{"name": f.name, "categories": list(f.categories), "measured": f.measured} for f in by.fields],
                   "middle": by.middle.tolist(), "spread": by.spread.tolist(), "judge": judge}}
    if run.spec.pixel_noise:
        told["noise"] = [{"side": n.side, "seed": n.seed, "level": n.level} for n in run.model.noise_layers()]
    return told


def points(run: Run) -> dict[str, str]:
    """Codes of the test images that the page opens on and that Arithmetic begins with, by their numbers: so that nothing needs the encoder
    before a visitor does."""
    if run.codes is None or run.held is None or run.map is None:
        return {}
    start = galleries.gallery_of(run, "real", None)[1]
    first = opens_on(run)
    wanted = {int(ref[1:]) for ref in (*start.a, *start.b, *start.c) if ref[0] == "r"} | ({first} if first is not None else set())
    return {str(k): moves.to_text(run.codes[k]) for k in sorted(wanted)}


def opens_on(run: Run) -> int | None:
    """The test image that a run's page opens on; None where it opens on a sample."""
    origin = neighbours.first_code(run)["origin"]
    return origin["index"] if origin["kind"] == "point" else None


def _basis(b: Basis) -> dict[str, Any]:
    return {"mean": moves.to_text(b.mean), "vectors": moves.to_text(b.vectors)}


def _errors(run: Run) -> str | None:
    try:
        found = reconstruction.usual_errors(run)
    except Refused:
        return None
    return None if found is None else moves.to_text(found)
