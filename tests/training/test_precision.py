"""Networks in bfloat16: what is made of what they give stays float32, a resume stays the same bits, the quicker of the two is chosen."""

import dataclasses
import itertools

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from training import card, checkpoint, families, loop, precision, resume_state
from training.cli import main

from . import test_cli
from .test_cli import options
from .test_contract import trainer
from .test_loop import weights

FINE = {"softplus", "logsumexp", "softmax", "log_softmax", "log", "log10", "exp", "mean", "sum", "var", "std", "norm", "sqrt", "rsqrt",
        "logsigmoid", "cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "square"}


own = test_cli.own                                             # a folder of images


class Watched(TorchFunctionMode):
    """Notes what is computed of bfloat16, and what has given it."""

    def __init__(self) -> None:
        super().__init__()
        self.coarse, self.gave = set(), set()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        out, name = func(*args, **(kwargs or {})), getattr(func, "__name__", "")
        halves = [v for v in tree_leaves(args) if isinstance(v, torch.Tensor) and v.dtype == torch.bfloat16]
        if name in FINE and halves and not (name == "softplus" and halves[0].dim() > 1):     # there it is an activation
            self.coarse.add(name)
        if isinstance(out, torch.Tensor) and out.dtype == torch.bfloat16:
            self.gave.add(name)
        return out


@pytest.mark.parametrize("name", families.names())
def test_losses_statistics_and_optimisers_stay_float32(name):
    t = trainer(families.get(name))
    t.precision = precision.BF16
    for _ in range(8 if t.objective.milestone(0) else 2):       # a family that grows comes through all its stages
        with Watched() as seen:
            t.step()
        assert not seen.coarse
        assert seen.gave & {"linear", "conv2d", "conv_transpose2d", "matmul", "gru"}, "networks compute in bfloat16"
    for value in tree_leaves([t.state()["objective"], t.state()["average"], t.state()["optimizers"], list(t._sums.values())]):
        assert not isinstance(value, torch.Tensor) or value.dtype not in (torch.bfloat16, torch.float16)
    assert all(map(torch.isfinite, t._sums.values()))


@pytest.mark.parametrize("name", ["vae", "wgan-gp", "stylegan"])
def test_a_resume_in_bf16_is_the_same_bits(name, tmp_path):
    def made():
        t = trainer(families.get(name), images=96)
        t.precision = precision.BF16
        return t
    whole, first = made(), None
    whole.run(tmp_path / "whole", log_seconds=0)
    first = made()
    assert not first.run(tmp_path / "part", stop=lambda: first.steps >= 5, log_seconds=0)
    second = made()
    second.restore(resume_state.load(tmp_path / "part" / "resume"))
    second.run(tmp_path / "part", log_seconds=0)
    a, b = weights(whole), weights(second)
    assert all(torch.equal(a[k], b[k]) for k in a)
    plain = trainer(families.get(name), images=96)
    plain.run(tmp_path / "plain", log_seconds=0)
    assert any(not torch.equal(v, weights(plain)[k]) for k, v in a.items()), "it was another precision"


@pytest.mark.parametrize(("cost", "chosen"), [({"float32": 3.0, "bf16": 1.0}, "bf16"), ({"float32": 1.0, "bf16": 4.0}, "float32"),
                                              ({"float32": 1.04, "bf16": 1.0}, "float32")])
def test_the_quicker_is_chosen_within_its_time(monkeypatch, cost, chosen):
    """A processor without bfloat16 instructions is slower with it, and then float32 stays; so it does where the two are about alike."""
    clock, steps = [0.0], []

    def step(name, k):
        clock[0] += cost[name] / 20
        steps.append((name, k))
    monkeypatch.setattr(precision.time, "perf_counter", lambda: clock[0])
    assert precision.quicker(step) == (chosen, pytest.approx(cost["float32"] / cost["bf16"]))
    assert {n for n, _ in steps} == {"float32", "bf16"} and 1.0 <= clock[0] <= 1.5
    assert precision.quicker(step, budget=0.0)[0] == chosen


def test_timing_leaves_the_training_as_it_was(monkeypatch):
    """Random numbers after it are those without it, and steps of networks that grow are timed when they have grown."""
    seen = []

    def both(step, wait):
        for name in ("float32", "bf16"):
            step(name, 0)
        return "bf16", 1.5
    monkeypatch.setattr(precision, "quicker", both)
    family = families.get("stylegan")
    t = trainer(family, images=4000)
    whole = family.Objective.set_progress
    monkeypatch.setattr(family.Objective, "set_progress", lambda self, n: (seen.append(n), whole(self, n)))
    torch.manual_seed(5)
    assert loop.quicker(family, t.config, t.card, t.stream.images.numpy(), t.stream.labels.numpy(), t.world) == ("bf16", 1.5)
    there = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(there, torch.rand(1))
    assert min(seen) == 4000 - 800


def test_the_card_says_it_and_a_resume_goes_on_in_it(tmp_path, own, capsys):
    def precisions():
        read = checkpoint.read_card(tmp_path / "trained" / "own")
        return read.trained_in, read.bf16_ratio
    first = options(own, tmp_path, "own", "--images", "640", "--no-evaluate", "--precision", "bf16")
    assert main(first) == 0 and precisions() == ("bf16", 0.0)
    on = options(own, tmp_path, "own", "--resume", "--no-evaluate", "--images")
    assert main([*on, "1280"]) == 0 and precisions() == ("bf16", 0.0)
    assert "goes on in" not in capsys.readouterr().err
    assert main([*on, "1920", "--precision", "float32"]) == 0 and precisions() == ("float32", 0.0)
    assert "It was trained in bf16 until here and goes on in float32." in capsys.readouterr().err


def test_auto_times_what_is_worth_it(tmp_path, own, monkeypatch, capsys):
    ratios = itertools.cycle([1.87])
    monkeypatch.setattr(loop, "quicker", lambda *a: ("bf16", next(ratios)))
    short = options(own, tmp_path, "short", "--images", "640", "--no-evaluate")
    assert main(short) == 0 and checkpoint.read_card(tmp_path / "trained" / "short").trained_in == "float32"
    monkeypatch.setattr(precision, "WORTH", 10)
    assert main(options(own, tmp_path, "long", "--images", "640", "--no-evaluate")) == 0
    long = checkpoint.read_card(tmp_path / "trained" / "long")
    assert (long.trained_in, long.bf16_ratio) == ("bf16", 1.87)
    assert "a step in bf16 is 1.87 × as fast as one in float32 here" in capsys.readouterr().err


def test_a_card_of_another_precision_is_refused():
    made = trainer(families.get("vae")).card
    with pytest.raises(card.CheckpointError, match="trained_in"):
        card.check(dataclasses.replace(made, trained_in="int4"))
