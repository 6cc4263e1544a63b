"""ONNX files say what they take and give, and ONNX Runtime makes of a seed what the page shows."""

from __future__ import annotations

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from explorer.take import onnx_files
from tests.site.test_networks import run_of
from tests.take.test_weights import points


def through(path, **given: np.ndarray) -> np.ndarray:
    """The first output of a file, of the inputs that it names."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: given[i.name] for i in session.get_inputs()})[0]


@pytest.mark.parametrize(("family", "names"), [
    ("vae", {"decode", "encode"}), ("cgan", {"decode"}), ("infogan", {"prior", "decode", "read"}),
    ("alae", {"mapping", "decode", "encode"})])
def test_onnx_runtime_draws_the_pages_images(family, names, tmp_path):
    run, n = run_of(family), 6
    onnx_files.write(run, tmp_path, tmp_path)
    assert {p.stem for p in tmp_path.iterdir()} == names
    label = np.arange(n) % run.spec.num_classes if run.spec.num_classes else np.empty(0)
    z = run.model.draws().draw(n, torch.Generator().manual_seed(2)).numpy()
    z = through(tmp_path / "prior.onnx", drawn=z) if "prior" in names else z
    w = through(tmp_path / "mapping.onnx", z=z, label=label) if "mapping" in names else z[:, None]
    own = run.images(run.map_z(run.sample_z(n, 2), label), label).numpy()
    np.testing.assert_allclose(through(tmp_path / "decode.onnx", w=w, label=label), own, atol=1e-4)


def test_a_file_tells_its_inputs_and_outputs(tmp_path):
    run = run_of("cgan")
    onnx_files.write(run, tmp_path, tmp_path)
    model = onnx.load(tmp_path / "decode.onnx")
    told, d = {p.key: p.value for p in model.metadata_props}, run.spec.w_dim
    onnx.checker.check_model(model, full_check=True)
    assert told["run"] == "small" and told["family"] == "cgan" and told["what"] == "codes as images"
    assert json.loads(told["inputs"]) == {"w": f"float32 (n, 1, {d}), codes", "label": "int64 (n,), classes from 0 to 1"}
    assert json.loads(told["outputs"]) == {"x": "float32 (n, 1, 28, 28), [-1, 1]"} and json.loads(told["classes"]) == ["bar", "square"]
    assert told["seed"].startswith("each row: torch.randn of")
    sizes = [[dim.dim_value or "any" for dim in value.type.tensor_type.shape.dim] for value in [*model.graph.input, *model.graph.output]]
    assert sizes == [["any", 1, d], ["any"], ["any", 1, 28, 28]]


def test_points_in_the_plane_are_points(tmp_path):
    run = points()
    assert "decode.onnx" in onnx_files.write(run, tmp_path, tmp_path)
    w = run.map_z(run.sample_z(3, 0))[:, None]
    np.testing.assert_allclose(through(tmp_path / "decode.onnx", w=w), run.model.inner.synthesize(torch.from_numpy(w)).numpy(), atol=1e-5)
