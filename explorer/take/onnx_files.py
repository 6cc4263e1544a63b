"""A run's networks as ONNX files, as the static explorer's browser runs them. Each says in its metadata what it takes and gives."""

from __future__ import annotations

import json
from pathlib import Path

from training.model import BLOCK

from ..runs.run import Run
from ..site import files, onnx_check, tracing
from ..site.networks import Net
from .networks import NAMES, RANGES, TOLD, Networks, networks_of, shape


def write(run: Run, folder: Path, place: Path) -> str:
    """Files of a run in an empty folder, which will stand at ``place``; what is said of them. Raises Refused, also where a network that was
    written gives other numbers than the model (onnxruntime compares, where it is there)."""
    files.require()
    import onnx

    taken, said = networks_of(run), list[str]()
    for net in taken.nets:
        written = tracing.traced(taken.model, net)
        found = onnx_check.checked(net, written)
        model = onnx.load_from_string(written)
        onnx.helper.set_model_props(model, _told(run, taken, net))
        (folder / f"{NAMES[net.key]}.onnx").write_bytes(model.SerializeToString(deterministic=True))
        said.append(str(place / f"{NAMES[net.key]}.onnx") + (f" (within {found.told})" if found else ""))
    return ", ".join(said)


def _told(run: Run, taken: Networks, net: Net) -> dict[str, str]:
    """What a file says of itself: metadata_props. Values are plain text or JSON."""
    spec, draws = taken.model.spec, taken.draws
    inputs = {g.name: f"{'int64' if g.high else 'float32'} {shape(g.shape)}, {RANGES[g.name]}" + (f" to {g.high - 1}" if g.high else "")
              for g in net.given}
    told = {"run": run.card.name, "family": run.card.family, "weights_sha256": run.card.weights_sha256,
            "what": TOLD[net.key], "inputs": json.dumps(inputs), "outputs": json.dumps(_outputs(net, spec.shape))}
    if net.key == "prior" or not taken.has("prior") and net.key in ("map", "draw") and (net.key == "map" or not taken.has("map")):
        numbers = f"{-(-draws.width // BLOCK) * BLOCK} numbers, of which the first {draws.width} count" if draws.kind == "normal" \
            else f"{draws.width} numbers"
        told["seed"] = f"each row: torch.{'randn' if draws.kind == 'normal' else 'rand'} of {numbers}, all rows by one torch.Generator"
    if spec.num_classes:
        told["classes"] = json.dumps(list(run.card.data.classes))
    return told


def _outputs(net: Net, image: tuple[int, ...]) -> dict[str, str]:
    return {name: f"float32 {shape(image)}, {RANGES['x']}" if name == "x" else f"float32, {RANGES.get(name, TOLD[net.key])}"
            for name in net.outputs}


__all__ = ["write"]
