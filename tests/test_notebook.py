"""docs/explore.ipynb runs from its first cell to its last, here with fewer images, and what it shows are pictures."""

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tests import host
from tests.notebook import NOTEBOOK

MOST = 300_000                                  # bytes


def pictures(notebook: dict) -> list[np.ndarray]:
    found = (output["data"]["image/png"] for cell in notebook["cells"] for output in cell.get("outputs", []) if "data" in output
             and "image/png" in output["data"])
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("L")) for data in found]


def test_it_is_a_small_notebook_with_its_pictures():
    text = NOTEBOOK.read_text("utf-8")
    notebook = json.loads(text)
    assert len(text.encode()) < MOST and (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert len(pictures(notebook)) == 5 and str(host.ROOT) not in text and str(Path.home()) not in text
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1)), "its outputs are those of one run"


def test_it_runs(tmp_path, interpreters):
    into = tmp_path / "run.ipynb"
    done = subprocess.run([sys.executable, "-m", "tests.notebook", str(into)], cwd=host.ROOT, env=os.environ | {"IMAGES": "20000"},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    fresh, kept = (json.loads(path.read_text("utf-8")) for path in (into, NOTEBOOK))
    assert [cell["source"] for cell in fresh["cells"]] == [cell["source"] for cell in kept["cells"]]
    drawn = pictures(fresh)
    assert [p.shape for p in drawn] == [p.shape for p in pictures(kept)] and all(p.std() > 10 for p in drawn)
    real, again = np.split(drawn[1].astype(float), 2)
    assert np.corrcoef(real.ravel(), again.ravel())[0, 1] > 0.6, "it has learnt what it was shown"
