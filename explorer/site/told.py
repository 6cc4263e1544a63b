"""What a browser is told of a run's model beside its networks: data/model/RUN/model.json, and the codes of its test images."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import Refused
from ..latent import galleries, layers, moves, neighbours, reconstruction, run_directions
from ..latent.statistics import Basis
from ..runs.run import Run
from ..views.base import short
from .networks import Net, maps

WIDEST = 64                                     # numbers of a code, beyond which codes are encoded anew in the browser: megabytes else


def near(run: Run) -> tuple[bytes, str] | None:
    """The codes of the test images as float16, row by row, and whether these are "exact" or "rounded"; of an encoder that gives all layers
    one style that style alone. None where they are too long, too large or not there."""
    width = run.spec.w_dim if run.model.repeats() else run.d
    if width > WIDEST or run.codes is None:
        return None
    codes = np.ascontiguousarray(run.codes[:, :width], np.float32)
    with np.errstate(over="ignore"):
        half = codes.astype("<f2")
    if not np.isfinite(half).all():
        return None
    return half.tobytes(), "exact" if np.array_equal(half.astype(np.float32), codes) else "rounded"


def model(run: Run, nets: list[Net], judge: str | None) -> dict[str, Any]:
    """model.json. ``judge``: the folder of the classifier that reads the run's images."""
    draws, average, kept = run.model.draws(), layers.average(run), near(run)
    by, encodes = galleries.reader(run), run.spec.encodes and run.held is not None
    told: dict[str, Any] = {
        "nets": {net.key: {"file": f"{net.key}.onnx", "inputs": [g.name for g in net.given], "outputs": list(net.outputs)} for net in nets},
        "drawn": {"kind": draws.kind, "width": draws.width}, "mapped": maps(run), "classes": run.spec.num_classes,
        "average": None if average is None else moves.to_text(average),
        "apart": None if run.codes is None else [short(v) for v in neighbours.of_run(run).apart],
        "near": None if kept is None else kept[1],
        "plane": None if run.map is None else _basis(run_directions.basis(run)),
        "spread": moves.to_text(galleries.spread(run)),
        "errors": _errors(run) if encodes else None,
        "reader": {"fields": [{"name": f.name, "categories": list(f.categories), "measured": f.measured} for f in by.fields],
                   "middle": by.middle.tolist(), "spread": by.spread.tolist(), "judge": judge}}
    if run.spec.pixel_noise:
        told["noise"] = [{"side": n.side, "seed": n.seed, "level": n.level} for n in run.model.noise_layers()]
    return told


def _basis(b: Basis) -> dict[str, Any]:
    return {"mean": moves.to_text(b.mean), "vectors": moves.to_text(b.vectors)}


def _errors(run: Run) -> str | None:
    try:
        found = reconstruction.usual_errors(run)
    except Refused:
        return None
    return None if found is None else moves.to_text(found)
