"""CONTRIBUTING is followed to the letter: what it says to write is written into a copy of the program, what it says to run is run there."""

import json
import os
import re
import shlex
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
        if kind != "sh":
            path = re.match(r"(?:#|//) (\S+)\n", body)
            files[path[1]] = body[path.end():]
        else:
            commands += body.strip().splitlines()
    return files, commands


def copied(folder: Path) -> Path:
    """The program without its shipped runs, in a folder of its own."""
    folder = folder / "copy"
    folder.mkdir()
    for name in ("explorer", "training", "tests", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("app.py", "pyproject.toml", "README.md", "CONTRIBUTING.md", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / "trained").mkdir()
    return folder


@pytest.fixture
def copy(tmp_path):
    return copied(tmp_path)


def environment(copy: Path) -> dict[str, str]:
    """For what runs in the copy: nothing of this suite's own."""
    mine = os.environ | {"PYTHONPATH": str(copy), "LATENT_EXPLORER_DATA": str(copy / "cache"), "OMP_NUM_THREADS": "1"}
    return {k: v for k, v in mine.items() if not k.startswith(("PYTEST_", "LX_"))}


def run(copy: Path, command: str) -> str:
    """What a command of the guide prints, run in the copy; it must end well."""
    words = shlex.split(command)
    assert words[0] == "python"
    done = subprocess.run([sys.executable, *words[1:]], cwd=copy, env=environment(copy), capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def write(copy: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(text, "utf-8")


def test_a_family_is_one_file(copy, interpreters):
    files, commands = section("Add a family")
    assert list(files) == ["training/families/narrow.py"] and len(commands) == 4
    write(copy, files)
    _, tested, told, trained = (run(copy, command) for command in commands)
    assert "| `narrow` | Hinton & Salakhutdinov 2006" in (copy / "README.md").read_text("utf-8")
    assert re.search(r"\b(1\d|[2-9]\d) passed", tested), "the contract's tests, this family's"
    assert re.search(r"\b[3-9] passed", told), "its figures and its words"
    assert "2,048 of 2,048 images" in trained
    card = json.loads((copy / "trained" / "narrow-sprites" / "card.json").read_text())
    assert card["family"] == "narrow" and card["images_seen"] == 2048


def test_a_data_set_is_one_file(copy, interpreters):
    files, commands = section("Add a data set")
    assert list(files) == ["training/datasets/stripes.py"] and len(commands) == 2
    write(copy, files)
    for command in commands:
        run(copy, command)
    assert list((copy / "trained" / "_data" / "stripes").glob("*.webp")), "the sheet"
    card = json.loads((copy / "trained" / "vae-stripes" / "card.json").read_text())
    assert card["data"]["title"] == "Stripes" and card["data"]["classes"] == ["lying", "standing"] and card["images_seen"] == 2048
