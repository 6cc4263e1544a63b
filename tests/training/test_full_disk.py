"""Disks that are full or read-only: real, small file systems. A sentence says so, the last save stays whole, and no name is burnt.

They are mounted in a mount namespace of one process (``full_disk.py``): by root, or by anyone where Linux lets users have namespaces.
Elsewhere only files are kept from growing (RLIMIT_FSIZE), which the system reports as another error.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from .small import shapes

ROOT = Path(__file__).parents[2]
WAYS = (("unshare", "--mount"), ("unshare", "--user", "--map-root-user", "--mount"))


def namespace(folder):
    """How a command gets a mount namespace here; None where it does not."""
    for way in WAYS:
        try:
            if subprocess.run([*way, "mount", "-t", "tmpfs", "none", folder], capture_output=True).returncode == 0:
                return way
        except OSError:
            return None
    return None


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disks")
    (folder / "images").mkdir()
    for i, x in enumerate(shapes(40)[0]):
        Image.fromarray(x[0]).save(folder / "images" / f"{i}.png")
    way = namespace(folder)
    command = [*(way or ()), sys.executable, "-m", "tests.training.full_disk", folder, folder / "images", "disks" if way else "limit"]
    found = subprocess.run(command, cwd=ROOT, env=dict(os.environ, OMP_NUM_THREADS="1"), capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout.splitlines()[-1])


@pytest.fixture
def disks(done):
    if "full" not in done:
        pytest.skip("whole disks are tried where one can be mounted")
    return done


def sentence(answer, *words):
    """The last line that a refused command said."""
    assert answer["code"] == 2 and "Traceback" not in answer["said"], answer
    last = answer["said"].strip().splitlines()[-1]
    assert all(w in last for w in words), last
    return last


def test_a_disk_that_fills_while_training_keeps_the_last_save(disks):
    assert disks["first"]["code"] == 0
    last = sentence(disks["full"], "the disk is full", "The last save, at 160 images, is kept. Go on with: python -m training train vae")
    assert "--trained" in last and last.endswith("--resume") and disks["whole"]
    assert disks["again"]["code"] == 0 and disks["seen"] == 320, "with room again it goes on"


def test_a_start_on_a_full_disk_burns_no_name(disks):
    sentence(disks["full, new"], "the disk is full", "Nothing was saved.")
    assert "No space left" in disks["full, page"]
    assert disks["names"] == disks["taken"] == ["own"] and disks["litter"] == []


def test_a_full_cache_promises_no_save(disks):
    last = sentence(disks["full cache"], "cache", "the disk is full")
    assert "save" not in last.replace("Nothing was saved.", "")


def test_a_read_only_disk_is_looked_at_and_not_trained_on(disks):
    for key in ("read-only", "read-only, evaluate", "read-only cache"):
        sentence(disks[key], "read-only disk")
    assert "Read-only" in disks["read-only, page"] and disks["read-only, looked at"] == ["finished", "own"]


def test_files_that_may_not_grow(done):
    assert done["limit, first"]["code"] == 0
    sentence(done["limit"], "files may not be so large here", "The last save, at 160 images, is kept.")
    assert done["limit, whole"]
