"""README's "Take it away", line by line: with a tiny run in place of the shipped one, and features of our own in place of Inception's,
whose weights need a network."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from explorer.__main__ import main
from tests.take.test_points import Projector
from tests.take.test_samples import FEATURE_EXTRACTORS_REGISTRY, Quarters, features, fid, of_pixels
from tests.test_readme import README
from training.metrics import frechet

SECTION = README.split("\n## Take it away\n")[1].split("\n## ")[0]
COMMANDS = re.findall(r"^python -m explorer ([^#\n]+)", SECTION, re.M)


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the commands answered, line by line."""
    return []


@pytest.fixture(scope="module")
def taken(trained, said, tmp_path_factory) -> Path:
    """A folder in which all commands were given."""
    place, printed = tmp_path_factory.mktemp("taken"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.chdir(place)
        for line in COMMANDS:
            words = shlex.split(line.replace(" vae-mnist ", " tiny ").replace("--n 10000", "--n 40"))
            assert "tiny" in words and main([*words, "--trained", str(trained)]) == 0, line
    said += printed.getvalue().splitlines()
    return place


def scored(run) -> float:
    """The Fréchet distance of our features of both sides."""
    return frechet(of_pixels(run.decode(run.map_z(run.sample_z(40, 0)))), of_pixels(run.real(np.arange(run.held.n)).transpose(0, 2, 3, 1)))


def test_every_command_wrote_its_folder(taken):
    assert len(COMMANDS) == 6 and {p.name for p in taken.iterdir()} == {"points", "board", "atlas", "images", "weights", "networks"}
    assert {p.name for p in (taken / "weights").iterdir()} == {"latent-explorer.json", "load.py", "networks.py", "weights.safetensors"}


def test_what_the_commands_say_to_do_is_what_the_section_says(taken, said):
    """The same words with the same paths, from the folder in which one stands."""
    asked = [line.partition("; open it with: ")[2] for line in said if "; open it with: " in line]
    assert [words.split()[0].partition("(")[0] for words in asked] == ["numpy.load", "tensorboard", "embedding-atlas"]
    assert all(words.replace("'", '"') in SECTION for words in asked), asked
    sides = re.search(r"--input1 (\S+) --input2 ([^\s`]+)", SECTION)
    assert said[3].endswith(f"40 samples of seed 0 in {sides[1]}, 120 test images in {sides[2]}")
    assert said[4].endswith("; draw with: python load.py, in the folder weights")
    onnx_file = re.search(r'InferenceSession\("([^"]+)"\)', SECTION)[1]
    assert f" {onnx_file} (within " in said[5]


def test_the_lines_of_python_run(taken, tiny, monkeypatch):
    """clean-fid resizes before it asks for features: what it is given here it takes as it is."""
    monkeypatch.chdir(taken)
    monkeypatch.setattr(fid, "build_feature_extractor", lambda mode, device, **more: features)
    read = fid.get_files_features
    monkeypatch.setattr(fid, "get_files_features", lambda *a, **more: read(*a, **more | {"custom_fn_resize": np.asarray, "num_workers": 0}))
    told: dict = {}
    exec(SECTION.split("```python\n")[1].split("```")[0], told)
    assert np.array_equal(told["points"]["codes"], tiny.codes)
    drawn = tiny.images(tiny.codes[:16]).numpy()
    np.testing.assert_allclose(told["images"][0], drawn, atol=1e-4)
    np.testing.assert_allclose(told["score"], scored(tiny), rtol=1e-3)


def test_the_line_of_torch_fidelity_runs(taken, tiny, monkeypatch, capsys):
    words = shlex.split(re.search(r"`(fidelity [^`]+)`", SECTION)[1])
    FEATURE_EXTRACTORS_REGISTRY.setdefault("quarters", Quarters)
    more = ["--feature-extractor", "quarters", "--feature-layer-fid", "4", "--no-cache", "--save-cpu-ram", "--json"]
    monkeypatch.chdir(taken)
    monkeypatch.setattr(sys, "argv", [*words, *more])
    importlib.import_module("torch_fidelity.fidelity").main()
    found = re.search(r'"frechet_inception_distance": ([\d.e+-]+)', capsys.readouterr().out)
    np.testing.assert_allclose(float(found[1]), scored(tiny), rtol=1e-3)


def test_the_tools_that_the_section_names_are_those_of_the_tests():
    pins = "".join((Path(__file__).parents[2] / f"requirements-{part}.txt").read_text() for part in ("atlas", "dev", "import"))
    named = dict(re.findall(r"([a-z-]+) (\d+\.\d+\.\d+)", SECTION))
    assert set(named) == {"tensorboard", "embedding-atlas", "clean-fid", "torch-fidelity", "onnxruntime"}
    assert all(f"{name}=={version}" in pins for name, version in named.items())


def test_what_the_comments_name_is_there(taken, tiny):
    folder = re.search(r"tensorboard --logdir (\w+)", SECTION)[1]
    assert Projector(taken / folder).ask("info", run=".").json["embeddings"][0]["tensorShape"] == [tiny.held.n, tiny.d]
    words = shlex.split(re.search(r"embedding-atlas (.+)", SECTION)[1])
    names = pyarrow.parquet.read_schema(taken / words[0]).names
    assert words[1::2] == ["--x", "--y", "--image"] and set(words[2::2]) <= set(names)
    assert (taken / "weights" / re.search(r"python (load\.py)", SECTION)[1]).is_file()
