"""One training at a time in a folder, whoever starts it and wherever; a lock that nobody holds any more is no lock."""

import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from explorer.server.access import Access
from explorer.views.train.error import JobError
from explorer.views.train.jobs import Jobs
from training import checkpoint, families, lock, status
from training.cli import main
from training.lock import Gone, Lock, Taken, held
from training.status import Status

from ..waiting import HANGS, until
from .test_cli import options, own
from .test_contract import trainer

__all__ = ["own"]


@pytest.fixture
def run(own, tmp_path, monkeypatch):
    """A run of 16 images, and the words of a command line that trains it."""
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate")) == 0
    return tmp_path / "trained" / "own"


def say_running(folder, pid):
    (folder / "status.json").write_text(json.dumps(dict(state="running", pid=pid, images=1000, family="vae", data="folder")))


def test_a_second_training_of_a_name_is_refused_and_told_of_the_first(run, own, tmp_path, capsys):
    with Lock(run):
        say_running(run, 12345)
        before = {p.name: p.read_bytes() for p in run.iterdir() if p.is_file()}
        for more in (["--resume", "--images", "32"], []):
            assert main(options(own, tmp_path, "own", *more, "--no-evaluate")) == 2
            assert "own is being trained by process 12345" in capsys.readouterr().err
        assert main(["evaluate", "own", "--trained", str(run.parent), "--cache", str(tmp_path / "cache")]) == 2
        assert "own is being trained by process 12345" in capsys.readouterr().err
        assert {p.name: p.read_bytes() for p in run.iterdir() if p.is_file()} == before
    assert main(options(own, tmp_path, "own", "--resume", "--images", "32", "--no-evaluate")) == 0


def test_the_page_sees_a_training_of_the_command_line_by_its_lock_alone(run):
    page = Jobs(run.parent, Access(True))
    say_running(run, 12345)
    assert page.snapshot("own")["state"] == "interrupted" and page.running() == []
    with Lock(run):
        assert page.running() == ["own"] and page.snapshot("own")["state"] == "running"
        for change in (lambda: page.start("vae", "mnist", "quick", {}, "new"), lambda: page.resume("own"), lambda: page.delete("own")):
            with pytest.raises(JobError, match="own is being trained"):
                change()
    assert page.running() == [] and not (run.parent / "new").exists()


def test_a_training_that_the_page_has_just_started_counts_before_it_has_the_lock(run):
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "-m", "training", "train", "vae", "--name", "own"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as starting:
        until(psutil.Process(starting.pid).cmdline)     # which a system shows only a moment after the start
        say_running(run, starting.pid)
        with pytest.raises(Taken, match=f"process {starting.pid}"), Lock(run):
            pass
        starting.communicate()
    with Lock(run):
        pass


def test_a_training_waits_for_the_page_that_is_just_starting_it(run, monkeypatch):
    """However long it takes the page to write down whom it has started."""
    looked, read = threading.Event(), status.read

    def seen(folder):
        looked.set()
        return read(folder)
    with ThreadPoolExecutor(1) as one:
        with Lock(run):
            status.write(run, Status("running", os.getpid(), message=status.STARTING))
            monkeypatch.setattr(status, "read", seen)
            started = one.submit(Lock(run).take)
            assert looked.wait(HANGS)
            status.write(run, Status("running", os.getpid(), "vae", message=status.STARTING))
        started.result(HANGS).release()
    assert not held(run)


def test_a_lock_of_a_killed_training_is_seen_through(run, own, tmp_path):
    code = f"from pathlib import Path; from training.lock import Lock; own = Lock(Path({str(run)!r})).take(); print('held', flush=True)"
    code += "; input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        say_running(run, holder.pid)
        assert held(run)
        psutil.Process(holder.pid).kill()
        holder.wait()
    assert (run / lock.FILE).exists() and not held(run)
    assert main(options(own, tmp_path, "own", "--resume", "--images", "32", "--no-evaluate")) == 0
    assert checkpoint.load(run)[1].images_seen == 32 and not (run / lock.FILE).exists()


def test_a_training_whose_folder_is_removed_ends_in_a_sentence_and_makes_no_other(tmp_path):
    t, folder = trainer(families.get("vae")), tmp_path / "runs" / "own"
    folder.mkdir(parents=True)
    with Lock(folder) as own:
        with pytest.raises(Gone, match="own was removed or replaced while it was trained"):
            t.run(folder, log_seconds=0, check=own.check, report=lambda p: shutil.rmtree(folder))
        assert not folder.exists()
        folder.mkdir()                                  # another of that name is not ours
        with pytest.raises(Gone):
            own.check()
    assert list(folder.iterdir()) == []


def test_a_lock_goes_where_it_was_taken_in_vain(tmp_path):
    (tmp_path / "run").mkdir()
    assert not held(tmp_path / "run")
    with Lock(tmp_path / "run"):
        assert held(tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []
