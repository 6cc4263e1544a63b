"""A kill at any point of a save: what was saved before or what is being saved opens and goes on, and the next start leaves no litter."""

import os
import shutil
import sys

import pytest
import torch

from training import checkpoint, families, resume_state
from training.checkpoint import CARD, MAP, WEIGHTS
from training.files import sha256
from training.lock import Lock
from training.maps import Map, read, write

from .test_contract import trainer

OPERATIONS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT      # of opening; a kill while a file is written leaves what one just after it does, or less
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills are tried on systems that can fork")


def killed_before(operation, folder, work):
    """Do ``work`` in a process of its own that dies, without a word or a clean-up, before its n-th operation on a file of ``folder``.
    Returns whether it died; False: the work has fewer operations and is done."""
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 9), code
        return code == 9
    left = [operation]

    def die(event, arguments):
        changes = event in OPERATIONS or event == "open" and arguments[2] & WRITES
        if changes and isinstance(arguments[0], str | os.PathLike) and str(folder) in str(arguments[0]):
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
    code = 1
    try:
        sys.addaudithook(die)
        work()
        code = 0
    finally:
        os._exit(code)


def every_kill(start, tmp_path, work):
    """For each operation of ``work(folder)``: a copy of the folder ``start``, in which it was killed there."""
    for n in range(1, 500):
        folder = tmp_path / str(n) / "run"
        shutil.copytree(start, folder)
        died = killed_before(n, folder, lambda folder=folder: work(folder))
        yield folder
        if not died:
            assert n > 10
            return
    pytest.fail("the work has no end")


def next_start(folder):
    """What a training does first."""
    with Lock(folder):
        checkpoint.mend(folder)
        resume_state.mend(folder / "resume")


def litter(folder):
    return [str(p.relative_to(folder)) for p in folder.rglob(".*")] + [p.name for p in (folder / "resume").glob("*/") if p.is_dir()][1:]


@pytest.fixture
def training(tmp_path):
    """A training that has seen 8 images and was saved, its folder's copy, and what a save of two steps more writes."""
    t = trainer(families.get("vae"))
    t.step()
    t.card = checkpoint.replace(t.card, name="run")
    t.save(tmp_path / "old" / "run")
    t.step()
    t.step()
    shutil.copytree(tmp_path / "old" / "run", tmp_path / "new" / "run")
    new = sha_of_save(t, tmp_path / "new" / "run")
    return t, tmp_path / "old" / "run", new


def sha_of_save(t, folder):
    kept = t.card
    t.save(folder)
    t.card = kept
    return sha256(folder / WEIGHTS)


@needs_fork
def test_a_kill_in_a_save_leaves_the_old_or_the_new_run(training, tmp_path):
    t, old, new = training
    before, seen = sha256(old / WEIGHTS), set()
    model = t.finished_model()
    for folder in every_kill(old, tmp_path / "kills", lambda folder: t.save(folder, model)):
        for _ in range(2):                              # as it lies there, and after the next start has mended it
            card = checkpoint.load(folder)[1]
            assert (card.images_seen, card.weights_sha256) in ((8, before), (24, new))
            kept = resume_state.load(folder / "resume")
            assert kept["steps"] in (1, 3) and kept["steps"] * 8 >= card.images_seen
            next_start(folder)
        seen.add((card.images_seen, kept["steps"]))
        assert litter(folder) == [] and len(list((folder / "resume").iterdir())) == 2
    assert seen == {(8, 1), (8, 3), (24, 3)}
    again = trainer(families.get("vae"))
    again.restore(resume_state.load(folder / "resume"))
    assert all(torch.equal(a, b) for a, b in zip(again.average.parameters(), t.average.parameters(), strict=True))


@needs_fork
def test_a_kill_in_the_first_save_is_no_dead_end(training, tmp_path):
    t, old, new = training
    begun = tmp_path / "begun" / "run"
    begun.mkdir(parents=True)
    (begun / "status.json").write_text('{"state": "running", "pid": 0}')
    ways = set()
    model = t.finished_model()
    for folder in every_kill(begun, tmp_path / "kills", lambda folder: t.save(folder, model)):
        cards, problems = checkpoint.runs(folder.parent)
        assert not problems
        next_start(folder)
        ways.add(has_card := (folder / CARD).exists())
        if has_card:                                    # --resume is what is left, and works
            assert checkpoint.load(folder)[1].weights_sha256 == new and resume_state.load(folder / "resume")["steps"] == 3
        else:                                           # starting anew is what is left, and finds nothing in its way
            resume_state.forget(folder / "resume")
            assert not resume_state.there(folder / "resume") and not (folder / WEIGHTS).exists()
        assert litter(folder) == []
    assert ways == {True, False}


@needs_fork
def test_a_kill_while_a_map_is_written_leaves_the_old_or_the_new_map(training, tmp_path):
    _, old, _ = training
    zeros, ones = torch.zeros(5, 2).numpy(), torch.ones(5, 2).numpy()
    write(old / MAP, Map(zeros))
    found = set()
    for n, folder in enumerate(every_kill(old, tmp_path / "kills", lambda folder: [write(folder / MAP, Map(ones)) for _ in range(3)])):
        found.add(float(read(folder / MAP).codes.mean()))
        next_start(folder)
        assert litter(folder) == [], n
    assert found == {0.0, 1.0}


def test_a_save_between_its_two_renames_opens_and_is_finished_by_the_next_start(training):
    t, folder, new = training
    card = checkpoint.stage(folder, t.finished_model(), checkpoint.replace(t.card, images_seen=24))
    os.replace(folder / checkpoint.NEXT_WEIGHTS, folder / WEIGHTS)
    assert checkpoint.load(folder)[1] == card and checkpoint.read_card(folder).images_seen == 8
    next_start(folder)
    assert checkpoint.read_card(folder) == card and litter(folder) == []


def test_weights_changed_by_hand_are_no_save_in_between(training):
    _, folder, _ = training
    with open(folder / WEIGHTS, "ab") as f:
        f.write(b"x")
    with pytest.raises(checkpoint.CheckpointError, match="hash differs"):
        checkpoint.load(folder)
    next_start(folder)
    with pytest.raises(checkpoint.CheckpointError, match="hash differs"):
        checkpoint.load(folder)


def test_scratch_of_a_killed_start_goes_and_another_trainings_stays(training):
    _, folder, _ = training
    for path in (folder / ".try-x", folder.parent / ".data-old", folder.parent / ".data-new"):
        path.mkdir()
        (path / "card.json").write_text("{}")
    os.utime(folder.parent / ".data-old", (0, 0))
    next_start(folder)
    assert litter(folder) == [] and [p.name for p in folder.parent.glob(".*")] == [".data-new"]
