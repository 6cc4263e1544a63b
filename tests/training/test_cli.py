"""The command line as a person uses it: in processes of its own, on images of their own."""

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from training import checkpoint, features
from training.cli import main
from training.families import vae

from ..waiting import until
from .small import shapes

ROOT = Path(__file__).parents[2]
TINY = ["--network", "dense", "--width", "16", "--z-dim", "2", "--batch-size", "16", "--threads", "1"]


@pytest.fixture
def own(tmp_path):
    """A folder of 160 grey images in two classes."""
    images, labels = shapes(160)
    for i, (x, label) in enumerate(zip(images, labels, strict=True)):
        folder = tmp_path / "images" / ("bar", "square")[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x[0]).save(folder / f"{i}.png")
    return tmp_path / "images"


def options(own, tmp_path, name="own", *more):
    return ["train", "vae", "--data", "folder", "--source", str(own), "--size", "28", "--cache", str(tmp_path / "cache"),
            "--trained", str(tmp_path / "trained"), "--name", name, *TINY, *more]


def start(arguments):
    return subprocess.Popen([sys.executable, "-m", "training", *arguments], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(process, condition):
    """Until it holds, while the process lives."""
    until(lambda: condition() or process.poll() is not None)
    assert process.poll() is None, process.communicate()


def test_train_list_evaluate(own, tmp_path, capsys, measured_by_the_command, interpreters):
    trained = tmp_path / "trained"
    assert main(options(own, tmp_path, "own", "--images", "640", "--no-map")) == 0
    assert sorted(p.name for p in (trained / "own").iterdir()) == [
        "card.json", "log.jsonl", "map.npz", "measured.safetensors.xz", "resume", "samples.webp", "status.json", "weights.safetensors"]
    model, card = checkpoint.load(trained / "own")
    assert card.images_seen == 640 and card.finished and card.headline == "negative_elbo"
    assert card.data.classes == ("bar", "square") and "CPU" in card.hardware and card.seconds > 0
    assert {"negative_elbo", "nll", "kl", "reconstruction_error", "psnr", "code_accuracy"} <= set(card.metrics)
    assert card.metrics["nll"]["value"] <= card.metrics["negative_elbo"]["value"]
    assert "test images" in card.metrics["negative_elbo"]["protocol"]
    assert json.loads((trained / "own" / "status.json").read_text())["state"] == "finished"
    assert (trained / "_data" / card.data.key / "sheet.json").is_file()
    first = card.metrics
    capsys.readouterr()
    again = ["evaluate", "own", "--trained", str(trained), "--cache", str(tmp_path / "cache"), "--no-map"]
    assert main([*again, "--source", str(own)]) == 0
    shutil.rmtree(own)                                           # the images themselves are kept in the cache
    assert main(again) == 0
    assert checkpoint.read_card(trained / "own").metrics == first
    assert main(["list", "--trained", str(trained)]) == 0
    assert "own: 640 images" in capsys.readouterr().out


def test_a_kill_in_the_middle_and_on_from_the_last_save(own, tmp_path):
    folder = tmp_path / "trained" / "own"
    p = start(options(own, tmp_path, "own", "--images", "100000000", "--save-seconds", "0.2", "--no-evaluate"))
    wait_for(p, (folder / "resume" / "current.json").exists)
    wait_for(p, lambda: len((folder / "log.jsonl").read_text().splitlines()) >= 3)
    p.kill()
    p.communicate()
    card = checkpoint.load(folder)[1]
    assert 0 < card.images_seen < 100_000_000
    assert json.loads((folder / "status.json").read_text())["state"] == "running"     # a killed process cannot say so
    goal = card.images_seen + 1600
    assert main(options(own, tmp_path, "own", "--resume", "--images", str(goal), "--no-evaluate")) == 0
    assert goal <= checkpoint.load(folder)[1].images_seen < goal + 16
    seen = [json.loads(line)["images"] for line in (folder / "log.jsonl").read_text().splitlines()]
    assert seen == sorted(set(seen)) and seen[-1] >= goal


def test_sigterm_saves_and_says_how_to_go_on(own, tmp_path, interpreters):
    folder = tmp_path / "trained" / "own"
    p = start(options(own, tmp_path, "own", "--images", "100000000", "--no-evaluate"))
    wait_for(p, (folder / "log.jsonl").exists)
    p.send_signal(signal.SIGTERM)
    _, errors = p.communicate()
    assert p.returncode == 0 and "--resume" in errors
    assert json.loads((folder / "status.json").read_text())["state"] == "stopped"
    assert checkpoint.load(folder)[1].images_seen > 0


def test_one_level_of_a_run_is_trained_on_and_its_figures_are_taken(own, tmp_path):
    folder = tmp_path / "trained" / "own"
    small = ["--width", "16", "--z-dim", "4", "--channels", "4", "--batch-size", "16", "--threads", "1"]
    given = [a for a in options(own, tmp_path)[2:] if a not in TINY]
    first = [*given[:given.index("--name") + 2], *small]
    assert main(["train", "lapgan", *first, "--images", "160", "--no-evaluate"]) == 0
    before, card = checkpoint.load(folder)
    assert card.config["level"] == 0 and card.spec.levels == (7, 14, 28)
    assert main(["train", "lapgan", *given[:given.index("--name") + 2], "--resume", "--level", "2", "--images", "320"]) == 0
    after, card = checkpoint.load(folder)
    assert card.images_seen == 320 and card.config["level"] == 2 and card.headline == "sliced_wasserstein"
    assert {"sliced_wasserstein", *(f"sliced_wasserstein_{r}" for r in (7, 14, 28))} <= set(card.metrics)
    assert (tmp_path / "trained" / "_data" / card.data.key / "sheet.json").is_file(), "for the page to take apart"
    moved = {k for k, v in before.state_dict().items() if not torch.equal(v, after.state_dict()[k])}
    assert moved and all(k.startswith("finer.0.") for k in moved)


TOLD = """
import os, sys
def told(event, arguments):
    if event in ("open", "os.rename", "os.mkdir", "os.remove") and isinstance(arguments[0], str) and {root!r} in arguments[0] and (
            event != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        os.write(told.file, f"{{arguments[0]}}\\n".encode())
if "RANK" in os.environ:
    told.file = os.open({log!r} + os.environ["RANK"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.addaudithook(told)
"""


def test_two_processes_train_one_model(own, tmp_path):
    """README's line. Two processes see half of every batch each and end with the weights that one process ends with; one of them writes."""
    line = re.search(r"`(torchrun .*) -m training train …`", (ROOT / "README.md").read_text("utf-8"))[1]
    (tmp_path / "site").mkdir()
    told = TOLD.format(root=str(tmp_path / "trained"), log=str(tmp_path / "told"))
    (tmp_path / "site" / "sitecustomize.py").write_text(told)
    arguments = options(own, tmp_path, "own", "--images", "320", "--no-evaluate")       # --device auto, on a CPU
    arguments = ["train", "autoencoder", *arguments[2:]]
    arguments[arguments.index("--width")] = "--hidden"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(tmp_path / "site"), "CUDA_VISIBLE_DEVICES": ""}
    command = [Path(sys.executable).parent / "torchrun", *line.split()[1:], "-m", "training", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert main([*arguments[:arguments.index("own")], "one", *arguments[arguments.index("own") + 1:]]) == 0
    (two, card), (one, _) = (checkpoint.load(tmp_path / "trained" / name) for name in ("own", "one"))
    assert card.images_seen == 320
    for a, b in zip(two.parameters(), one.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
    writes = [(tmp_path / f"told{rank}").read_text() for rank in (0, 1)]
    assert "weights.safetensors" in writes[0] and writes[1] == "", "only the first writes"


def test_accelerate_that_starts_one_process_of_two_is_told_of(own, tmp_path, monkeypatch, capsys):
    for name, value in (("ACCELERATE_MIXED_PRECISION", "no"), ("ACCELERATE_USE_CPU", "True"), ("MASTER_ADDR", "127.0.0.1")):
        monkeypatch.setenv(name, value)                 # what `accelerate launch --cpu --num_processes 2` sets, and no WORLD_SIZE
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert main(options(own, tmp_path)) == 2
    assert "torchrun --standalone --nproc_per_node 2 -m training" in capsys.readouterr().err


def test_a_feature_net_of_own_images_judges_their_runs(own, tmp_path, capsys):
    data = ["folder", "--source", str(own), "--size", "28", "--cache", str(tmp_path / "cache")]
    assert main(["features", *data, "--images", "2560", "--out", str(tmp_path / "trained")]) == 0
    assert "class" in capsys.readouterr().out
    assert main(options(own, tmp_path, "own", "--images", "640", "--no-map")) == 0
    card = checkpoint.read_card(tmp_path / "trained" / "own")
    net = features.load(tmp_path / "trained", card.data)
    assert net.card["images_seen"] == 2560 and net.fields == (("class", ("bar", "square")),)
    assert {"frechet", "frechet_ratio", "coverage"} <= set(card.metrics)
    assert net.sha256[:8] in card.metrics["frechet"]["protocol"] and 1 <= card.metrics["coverage"]["value"] <= 2
    last = json.loads((tmp_path / "trained" / "own" / "log.jsonl").read_text().splitlines()[-1])
    assert 1 <= last["coverage"] <= 2
    assert [c.name for c in checkpoint.runs(tmp_path / "trained")[0]] == ["own"]


@pytest.mark.parametrize(("more", "sentence"), [
    (["--beta", "-1"], "beta must lie between"),
    (["--name", "../up"], "is no name for a run"),
    (["--batch-size", "4096"], "choose a smaller batch_size"),
    (["--resume"], "nothing of own was saved"),
    (["--init-from", "other"], "there is no card.json"),
])
def test_mistakes_get_one_sentence_and_leave_no_run(own, tmp_path, capsys, more, sentence):
    assert main(options(own, tmp_path, "own", *more)) == 2
    error = capsys.readouterr().err
    assert sentence in error and "Traceback" not in error
    assert checkpoint.runs(tmp_path / "trained")[0] == []


def test_a_name_that_is_taken(own, tmp_path, capsys):
    assert main(options(own, tmp_path, "own", "--images", "16", "--no-evaluate")) == 0
    digest = checkpoint.read_card(tmp_path / "trained" / "own").weights_sha256
    assert main(options(own, tmp_path, "own", "--images", "32")) == 2
    assert "there is a run own already" in capsys.readouterr().err
    assert checkpoint.load(tmp_path / "trained" / "own")[1].weights_sha256 == digest


def test_a_run_begins_with_the_weights_of_another(own, tmp_path, capsys):
    assert main(options(own, tmp_path, "first", "--images", "32", "--no-evaluate")) == 0
    assert main(options(own, tmp_path, "second", "--images", "16", "--no-evaluate", "--learning-rate", "1e-7", "--seed", "9",
                        "--init-from", "first")) == 0
    (first, _), (second, card) = (checkpoint.load(tmp_path / "trained" / name) for name in ("first", "second"))
    assert card.init_from == "first, 32 images" and card.images_seen == 16
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert "another size" not in capsys.readouterr().err
    wider = options(own, tmp_path, "wider", "--images", "16", "--no-evaluate", "--width", "8", "--z-dim", "3", "--init-from", "first")
    assert main(wider) == 0, "what fits is taken: the decoder's last bias"
    assert "of another size there and begin anew" in capsys.readouterr().err
    other = ["train", "gan", *options(own, tmp_path)[2:options(own, tmp_path).index("--name")], "--name", "gan", "--init-from", "first",
             "--batch-size", "16", "--images", "16", "--no-evaluate"]
    assert main(other) == 2 and "none of its weights fit" in capsys.readouterr().err


def test_a_run_does_not_go_on_with_other_images(own, tmp_path, capsys):
    assert main(options(own, tmp_path, "own", "--images", "160", "--no-evaluate")) == 0
    shutil.rmtree(tmp_path / "cache")
    assert main(options(own, tmp_path, "own", "--images", "320", "--resume", "--no-evaluate")) == 0
    next(own.rglob("*.png")).unlink()
    assert main(options(own, tmp_path, "own", "--images", "480", "--resume", "--no-evaluate")) == 2
    assert "holds other images now" in capsys.readouterr().err


def test_what_was_left_out_is_said_and_kept_in_the_card(own, tmp_path, capsys):
    (own / "bar" / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (own / "square" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert main(options(own, tmp_path, "own", "--images", "160", "--no-evaluate")) == 0
    said = capsys.readouterr().err
    assert "1 × HEIC, an iPhone's format. Export them as JPEG." in said and "1 × damaged or cut short." in said
    card = json.loads((tmp_path / "trained" / "own" / "card.json").read_text("utf-8"))
    assert [(n["kind"], n["n"]) for n in card["data"]["notes"]] == [("damaged", 1), ("heic", 1), ("copies", 1)]
    assert main(["data", "folder", "--source", str(own), "--size", "28", "--cache", str(tmp_path / "cache")]) == 0
    assert "1 × HEIC" in capsys.readouterr().out


def test_too_few_images(tmp_path, capsys):
    (tmp_path / "few").mkdir()
    for i in range(3):
        Image.new("L", (28, 28), i).save(tmp_path / "few" / f"{i}.png")
    assert main(options(tmp_path / "few", tmp_path)) == 2
    assert "at least 20 images" in capsys.readouterr().err


def test_divergence_is_named_and_the_save_before_it_stays(own, tmp_path, capsys, monkeypatch):
    assert main(options(own, tmp_path, "own", "--images", "160", "--no-evaluate")) == 0
    digest = checkpoint.read_card(tmp_path / "trained" / "own").weights_sha256
    monkeypatch.setattr(vae, "gaussian_kl", lambda mean, log_variance: mean.sum(1) * math.nan)
    assert main(options(own, tmp_path, "own", "--resume", "--images", "320", "--no-evaluate")) == 2
    assert "Try a smaller learning_rate" in capsys.readouterr().err
    status = json.loads((tmp_path / "trained" / "own" / "status.json").read_text())
    assert status["state"] == "diverged" and "160 images, is kept" in status["message"]
    assert checkpoint.load(tmp_path / "trained" / "own")[1].weights_sha256 == digest


def test_help_is_made_from_the_config(capsys):
    with pytest.raises(SystemExit) as e:
        main(["train", "vae", "--help"])
    text = capsys.readouterr().out
    assert e.value.code == 0 and "--z-dim" in text and "Kingma" in text and "--no-binarize" in text


def test_an_empty_folder_is_no_error_but_a_hint(tmp_path, capsys):
    assert main(["list", "--trained", str(tmp_path)]) == 0
    assert "Train one" in capsys.readouterr().err
