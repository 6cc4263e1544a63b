"""All shipped runs in one command: each builds by each recipe, what is finished stays, what was begun goes on, a failure stops no other."""

import json
from pathlib import Path

import pytest

from training import checkpoint, estimate, shipped_runs
from training.cli import main
from training.families import get
from training.model import DataSpec

SHIPPED = Path(__file__).parents[2] / "trained"


def test_it_holds_what_is_shipped():
    cards = {c.name: c for c in checkpoint.runs(SHIPPED)[0]}
    assert {r.name: (r.family, r.data) for r in shipped_runs.RUNS} == {n: (c.family, c.data.name) for n, c in cards.items()}
    for run in shipped_runs.RUNS:
        assert run.title == cards[run.name].title
        assert not run.init_from or shipped_runs.RUNS.index(run) > [r.name for r in shipped_runs.RUNS].index(run.init_from)


@pytest.mark.parametrize("recipe", shipped_runs.RECIPES)
def test_every_run_builds_by_every_recipe(recipe):
    for run in shipped_runs.RUNS:
        data = DataSpec(run.data, run.data, estimate.SHAPES[run.data], tuple("0123456789"))
        assert get(run.family).Model(run.config(recipe), data).spec.shape == data.shape


@pytest.mark.training
def test_they_train_one_after_the_other_and_the_same_command_goes_on(tmp_path, capfd):
    command = ["all", "--recipe", "quick", "--out", str(tmp_path), "--only", "wgan-ring"]
    more = ["--", "--images", "1280", "--no-evaluate", "--threads", "1", "--cache", str(tmp_path / "cache")]
    assert main([*command, *more]) == 0
    assert json.loads((tmp_path / "wgan-ring" / "card.json").read_text())["images_seen"] == 1280
    assert "1 of 1  wgan-ring: done" in capfd.readouterr().err
    assert main([*command, "gan-ring", *more, "--batch-size", "1"]) == 1
    said = capfd.readouterr().err
    assert "1 of 2  gan-ring: batch_size must lie between 2 and 4096; it is 1." in said and "2 of 2  wgan-ring: finished already" in said
    arguments = shipped_runs.chosen(["wgan-ring"])[0].arguments("quick", tmp_path)
    assert arguments[-1] == "--resume" and "--recipe" not in arguments


def test_names_that_are_not_there_are_said(tmp_path, capsys):
    assert main(["all", "--out", str(tmp_path), "--only", "nobody"]) == 2
    assert "there is no nobody among the runs that are shipped; there are infogan-mnist" in capsys.readouterr().err


def test_what_it_would_cost_is_counted(tmp_path, capsys):
    assert main(["all", "--recipe", "gpu", "--out", str(tmp_path), "--only", "linear-mnist", "gan-ring", "--estimate"]) == 0
    said = capsys.readouterr().out
    assert "no GPU was asked" in said and "| linear-mnist |" in said and not list(tmp_path.iterdir())
    run = shipped_runs.chosen(["linear-mnist"])[0]
    config = run.config("gpu")
    c = estimate.cost(run, "gpu", 1)
    products = 2 * config.batch_size * 784 * config.z_dim       # forward: there and back; backward: weights twice, and the code once
    assert c.flops == 5 * products and c.kernels > 10 and c.hours > 0
