"""CONTRIBUTING is followed to the letter: what it says to write is written into a copy of the program, what it says to run is run there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(title: str) -> tuple[dict[str, str], list[str]]:
    """Of a section of the guide the files that it says to write, text by path, and the commands, in order."""
    text = GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    files, commands = {}, []
    for kind, body in BLOCK.findall(text):
        if kind == "python":
            path = re.match(r"# (\S+)\n", body)
            files[path[1]] = body[path.end():]
        else:
            commands += body.strip().splitlines()
    return files, commands


@pytest.fixture
def copy(tmp_path):
    """The program without its shipped runs."""
    for name in ("explorer", "training", "tests", "benchmarks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("app.py", "pyproject.toml", "README.md", "CONTRIBUTING.md", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "trained").mkdir()
    return tmp_path


def run(copy: Path, command: str) -> str:
    """What a command of the guide prints, run in the copy; it must end well."""
    words = command.split()
    assert words[0] == "python"
    environment = os.environ | {"PYTHONPATH": str(copy), "LATENT_EXPLORER_DATA": str(copy / "cache"), "OMP_NUM_THREADS": "1"}
    environment = {k: v for k, v in environment.items() if not k.startswith(("PYTEST_", "LX_"))}
    done = subprocess.run([sys.executable, *words[1:]], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def test_a_family_is_one_file(copy, interpreters):
    files, commands = section("Add a family")
    assert list(files) == ["training/families/narrow.py"] and len(commands) == 2
    for path, text in files.items():
        (copy / path).write_text(text, "utf-8")
    tested, trained = (run(copy, command) for command in commands)
    assert re.search(r"\b(1\d|[2-9]\d) passed", tested), "the contract's tests, this family's"
    assert "2,048 of 2,048 images" in trained
    card = json.loads((copy / "trained" / "narrow-sprites" / "card.json").read_text())
    assert card["family"] == "narrow" and card["images_seen"] == 2048


def test_a_data_set_is_one_file(copy, interpreters):
    files, commands = section("Add a data set")
    assert list(files) == ["training/datasets/stripes.py"] and len(commands) == 2
    for path, text in files.items():
        (copy / path).write_text(text, "utf-8")
    for command in commands:
        run(copy, command)
    assert list((copy / "trained" / "_data" / "stripes").glob("*.webp")), "the sheet"
    card = json.loads((copy / "trained" / "vae-stripes" / "card.json").read_text())
    assert card["data"]["title"] == "Stripes" and card["data"]["classes"] == ["lying", "standing"] and card["images_seen"] == 2048
