"""A training as a process: Ctrl-C, what a resume may change, devices that are not there, numbers that float16 has no room for."""

import json
import re
import shlex
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.runs.session import Session
from training import checkpoint, families, maps, train
from training.card import check
from training.checkpoint import WEIGHTS, Card
from training.cli import main
from training.devices import DeviceError, find

from .small import spec
from .test_cli import options, own

__all__ = ["own"]


def interrupt(times, *arguments):
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_while_images_are_read_answers_and_leaves_no_run(own, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(train, "load_data", lambda *a: interrupt(1))
    assert main(options(own, tmp_path, "own", "--images", "32")) == 130
    said = capsys.readouterr().err
    assert said.startswith("A folder of images: 160.\nThey are stored with 28 × 28 pixels.\nThey are grey.\n2 classes: bar, square.\n")
    assert said.endswith("\nInterrupted. Nothing was saved.\n") and list((tmp_path / "trained").iterdir()) == []


def test_ctrl_c_saves_and_the_line_that_it_prints_goes_on(own, tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as m:
        m.setattr(train._Training, "_report", lambda self, p: interrupt(1))
        assert main(options(own, tmp_path, "own", "--images", "100000", "--no-evaluate", "--save-seconds", "2.5")) == 0
    folder = tmp_path / "trained" / "own"
    seen = checkpoint.load(folder)[1].images_seen
    assert 0 < seen < 100000 and json.loads((folder / "status.json").read_text())["state"] == "stopped"
    line = re.search("Go on with: (.*)", capsys.readouterr().err)[1]
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "training"] and words[-1] == "--resume"
    for option, value in (("--trained", tmp_path / "trained"), ("--cache", tmp_path / "cache"), ("--save-seconds", 2.5)):
        assert words[words.index(option) + 1] == str(value)
    assert main([*words[3:], "--images", str(seen + 16)]) == 0
    assert checkpoint.load(folder)[1].images_seen == seen + 16


@pytest.mark.parametrize("saved", [True, False])
def test_a_second_ctrl_c_does_not_wait(own, tmp_path, monkeypatch, capsys, saved):
    if saved:
        assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate")) == 0
    monkeypatch.setattr(train._Training, "_report", lambda self, p: interrupt(2))
    more = ["--resume"] if saved else []
    assert main(options(own, tmp_path, "own", "--images", "100000", "--no-evaluate", *more)) == 130
    errors = capsys.readouterr().err
    assert ("The last save, at 16 images, is kept. Go on with: python" if saved else "Nothing was saved.") in errors.splitlines()[-1]
    status = json.loads((tmp_path / "trained" / "own" / "status.json").read_text())
    assert status["state"] == "stopped" and "KeyboardInterrupt" not in status["message"]


def test_signals_are_again_whose_they_were(own, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate"))
    assert signal.getsignal(signal.SIGINT) is before


def test_a_resume_changes_what_may_change_and_refuses_the_rest(own, tmp_path, capsys):
    assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate", "--seed", "3")) == 0
    for more, words in ((["--batch-size", "32"], "batch_size was 16 and cannot become 32"), (["--recipe", "cpu"], "recipe was not given"),
                        (["--learning-rate", "0.1"], "learning_rate was 0.001"), (["--seed", "4"], "seed was 3 and cannot become 4"),
                        (["--data", "mnist"], "data was folder"), (["--init-from", "other"], "init_from was not given")):
        assert main(options(own, tmp_path, "own", "--resume", "--images", "32", "--no-evaluate", *more)) == 2
        errors = capsys.readouterr().err
        assert words in errors and "What may change is images" in errors
    assert main(options(own, tmp_path, "own", "--resume", "--images", "32", "--no-evaluate", "--batch-size", "16", "--seed", "3")) == 0


def test_what_was_never_saved_is_begun_and_not_resumed(own, tmp_path, capsys):
    folder = tmp_path / "trained" / "own"
    folder.mkdir(parents=True)
    (folder / ".next.card.json").write_text("{")               # as a kill in the first save leaves it
    assert main(options(own, tmp_path, "own", "--resume")) == 2
    assert "nothing of own was saved" in (said := capsys.readouterr().err) and "without --resume" in said
    assert main(options(own, tmp_path, "own", "--images", "32", "--no-evaluate")) == 0
    assert not list(folder.glob(".next*"))


def test_a_run_without_its_state_is_not_said_to_go_on(own, tmp_path, capsys):
    assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate")) == 0
    assert main(options(own, tmp_path, "own")) == 2 and "go on with --resume, or" in capsys.readouterr().err
    (tmp_path / "trained" / "own" / "resume" / "current.json").unlink()
    assert main(options(own, tmp_path, "own")) == 2
    assert (errors := capsys.readouterr().err) and "--resume" not in errors and "or delete" in errors


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "meta", ""])
def test_a_device_that_is_not_there_is_a_sentence_at_the_start(own, tmp_path, capsys, name):
    assert main(options(own, tmp_path, "own", "--device", name)) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1 and repr(name) in errors and not (tmp_path / "trained").exists()
    with pytest.raises(DeviceError, match=repr(name)):
        Session(tmp_path, device=name)


def test_auto_is_what_there_is():
    assert find("auto").type == ("cuda" if torch.cuda.is_available() else "cpu") and find("cpu").type == "cpu"


def test_a_mistyped_folder_of_runs_is_no_empty_one(tmp_path, capsys):
    for command in (["list"], ["evaluate", "own"]):
        assert main([*command, "--trained", str(tmp_path / "trainde")]) == 2
        assert "there is no folder" in capsys.readouterr().err


def large(tmp_path, number):
    """A run over half a megabyte with one number that float16 has no room for."""
    family = families.get("vae")
    config = family.Config(network="dense", width=200, z_dim=2)
    model = family.Model(config, spec())
    with torch.no_grad():
        next(model.parameters())[0, 0] = number
    return checkpoint.save(tmp_path / "big", model, Card("big", "vae", config.to_dict(), spec(), model.spec)), model


def test_what_does_not_fit_float16_is_kept_in_float32(tmp_path):
    card, model = large(tmp_path, 1e6)
    loaded, _ = checkpoint.load(tmp_path / "big")
    a, b = list(model.parameters()), list(loaded.parameters())
    assert torch.equal(a[0], b[0]) and b[0][0, 0] == 1e6
    assert card.precision == "float16" and not torch.equal(a[2], b[2]), "the other tensors are halved as ever"
    assert (tmp_path / "big" / WEIGHTS).stat().st_size < 4 * sum(p.numel() for p in a)
    with pytest.raises(checkpoint.CheckpointError, match="NaN or infinite numbers; not saved"):
        large(tmp_path, float("inf"))


@pytest.mark.parametrize("scale", [1e6, 1e38])
def test_a_run_with_very_large_codes_is_finished_and_opens(own, tmp_path, monkeypatch, measured_by_the_command, scale):
    """Codes beyond float16 are kept as they are; infinite ones make no map, no figure and no crash at the end."""
    model = families.get("vae").Model
    encode = model.encode
    monkeypatch.setattr(model, "encode", lambda self, x: encode(self, x) * scale * 100)
    assert main(options(own, tmp_path, "own", "--images", "32", "--no-map")) == 0
    folder = tmp_path / "trained" / "own"
    assert json.loads((folder / "status.json").read_text())["state"] == "finished"
    run = Session(tmp_path / "trained").run("own")
    assert all(np.isfinite(m["value"]) for m in run.card.metrics.values()) and "kl" in run.card.metrics
    if scale < 1e30:
        assert np.abs(maps.read(folder / checkpoint.MAP).codes).max() > 65504
    else:
        assert not (folder / checkpoint.MAP).exists()
    assert {n for n in run.card.metrics if n.startswith(("nn_", "svm_"))} == ({"nn_short", "svm_short"} if scale < 1e30 else set())


@pytest.mark.parametrize("name", ["log.jsonl", "alarms.jsonl", "samples.webp", "resume"])
def test_nothing_is_written_through_a_link_out_of_the_folder(own, tmp_path, capsys, name):
    assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate")) == 0
    folder, outside = tmp_path / "trained" / "own", tmp_path / "outside"
    if name == "resume":
        (folder / name).rename(outside)
    else:
        outside.write_text("mine")
        (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(outside)
    before = sorted(p.name for p in outside.iterdir()) if outside.is_dir() else outside.read_text()
    assert main(options(own, tmp_path, "own", "--resume", "--images", "32", "--no-evaluate")) == 2
    assert "leads out of the run's folder" in capsys.readouterr().err
    assert before == (sorted(p.name for p in outside.iterdir()) if outside.is_dir() else outside.read_text())


@pytest.mark.parametrize("change", [dict(classes=("caf\udce9", "thé")), dict(classes=tuple(map(str, range(1001)))), dict(title="x" * 5000),
                                    dict(shape=(1, 1024, 1024)), dict(shape=(4, 28, 28))])
def test_a_card_that_could_not_be_read_again_is_refused_before_a_training(change):
    family = families.get("vae")
    config = family.Config(network="dense", width=8, z_dim=2)
    known = Card("run", "vae", config.to_dict(), spec(), family.Model(config, spec()).spec)
    check(known)
    with pytest.raises(checkpoint.CheckpointError, match="^run: "):
        check(replace(known, data=replace(known.data, **change)))
