"""What ``test_full_disk`` has done in a mount namespace: trainings, starts from the page and looks at runs while a disk is full or
read-only. ``python -m tests.training.full_disk FOLDER IMAGES HOW``; HOW: disks, or limit where none can be mounted. Prints JSON."""

import contextlib
import io
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

from explorer import Refused
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.views.train.jobs import Jobs
from training import checkpoint
from training.cli import main
from training.files import sha256

FOLDER, IMAGES, HOW = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
DISK, SMALL, CACHE = FOLDER / "disk", FOLDER / "small", FOLDER / "cache"
TINY = ["--network", "dense", "--width", "16", "--z-dim", "2", "--batch-size", "16", "--threads", "1", "--no-evaluate"]


def mount(folder: Path, size: str) -> None:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as f:
        while True:
            f.write(bytes(1024))
    return filler


def said(*arguments: str) -> dict:
    """Exit status and what was said of a command."""
    out = io.StringIO()
    with contextlib.redirect_stderr(out), contextlib.redirect_stdout(out):
        code = main(arguments)
    return {"code": code, "said": out.getvalue()}


def train(trained: Path, name: str, *more: str, cache: Path = CACHE) -> dict:
    return said("train", "vae", "--data", "folder", "--source", IMAGES, "--size", "28", *TINY, "--cache", str(cache),
                "--trained", str(trained), "--name", name, *more)


def refused(ask) -> str:
    try:
        ask()
    except Refused as e:
        return str(e)
    return ""


def disks() -> dict:
    mount(DISK, "2m")
    mount(SMALL, "16k")
    out = {"first": train(DISK, "own", "--images", "160")}
    weights, filler = sha256(DISK / "own" / checkpoint.WEIGHTS), fill(DISK)
    page = Jobs(DISK, Access(True))
    out["full"] = train(DISK, "own", "--images", "3200", "--resume")
    out["full, new"] = train(DISK, "new", "--images", "3200")
    out["full, page"] = refused(lambda: page.start("vae", "mnist", "quick", {}, "page"))
    out["names"] = [p.name for p in checkpoint.folders(DISK)]
    out["litter"] = [str(p.relative_to(DISK)) for p in DISK.rglob(".*") if p.name != ".training.lock"]
    out["whole"] = sha256(DISK / "own" / checkpoint.WEIGHTS) == weights == checkpoint.load(DISK / "own")[1].weights_sha256
    filler.unlink()
    out["taken"] = page.form()["taken"]
    out["again"] = train(DISK, "own", "--images", "320", "--resume")
    out["seen"] = checkpoint.load(DISK / "own")[1].images_seen
    fill(SMALL)
    out["full cache"] = train(FOLDER / "trained", "own", "--images", "160", cache=SMALL / "cache")
    subprocess.run(["mount", "-o", "remount,ro", DISK], check=True)
    out["read-only"] = train(DISK, "own", "--images", "640", "--resume")
    out["read-only, evaluate"] = said("evaluate", "own", "--trained", str(DISK), "--cache", str(CACHE), "--source", IMAGES)
    out["read-only, page"] = refused(lambda: page.start("vae", "mnist", "quick", {}, "page"))
    out["read-only, looked at"] = [page.snapshot("own")["state"], Session(DISK).run("own").card.name]
    out["read-only cache"] = train(FOLDER / "trained", "other", "--images", "160", cache=DISK / "cache")
    return out


def limit() -> dict:
    out = {"limit, first": train(FOLDER / "limited", "own", "--images", "160")}
    weights = sha256(FOLDER / "limited" / "own" / checkpoint.WEIGHTS)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    out["limit"] = train(FOLDER / "limited", "own", "--images", "320", "--resume")
    out["limit, whole"] = sha256(FOLDER / "limited" / "own" / checkpoint.WEIGHTS) == weights
    return out


print(json.dumps((disks() if HOW == "disks" else {}) | limit()), file=sys.__stdout__)
