"""The loop trains, saves and resumes families of every kind, without a special case for any."""

import ast
from pathlib import Path

import pytest
import torch

from training import loop, resume_state
from training.checkpoint import Card
from training.distributed import World
from training.loop import Trainer

from .prototypes import PROTOTYPES, SmallConfig
from .small import shapes, spec


@pytest.fixture(params=PROTOTYPES)
def make(request):
    family = PROTOTYPES[request.param]
    config = SmallConfig()
    card = Card("prototype", family.name, config.to_dict(), spec(), family.Model(config, spec()).spec)
    return lambda: Trainer(family, config, card, *shapes(), World())


def test_a_few_steps_move_every_parameter_and_stay_finite(make):
    t = make()
    before = {k: v.clone() for k, v in t.objective.named_parameters()}
    for _ in range(8):
        t.step()
    for k, v in t.objective.named_parameters():
        assert torch.isfinite(v).all() and not torch.equal(v, before[k]), k
    assert set(t.terms()) >= {f"{p.name}/loss" for p in t.phases}


def test_resume_is_bit_identical(make, tmp_path):
    whole = make()
    for _ in range(9):
        whole.step()
    first = make()
    for _ in range(4):
        first.step()
    resume_state.save(tmp_path, first.state())
    torch.manual_seed(99)
    second = make()
    second.restore(resume_state.load(tmp_path))
    for _ in range(5):
        second.step()
    a, b = whole.objective.state_dict(), second.objective.state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)


def test_phases_leave_what_is_not_theirs_alone(make):
    t = make()
    for phase in t.phases:
        own = {id(p) for p in phase.parameters}
        for p in t.trained:
            p.requires_grad_(id(p) in own)
        phase.loss(t.stream.next())["loss"].backward()
        assert all(p.grad is None for p in t.trained if id(p) not in own), phase.name
        assert any(p.grad is not None for p in phase.parameters)
        phase.optimizer.zero_grad(set_to_none=True)


def test_wgan_clips_after_each_critic_step_and_repeats_it():
    family, config = PROTOTYPES["wgan"], SmallConfig()
    t = Trainer(family, config, Card("p", "wgan", config.to_dict(), spec(), family.Model(config, spec()).spec), *shapes(), World())
    t.step()
    assert t.stream.position == 6                               # five critic batches and the generator's
    assert max(p.abs().max() for p in t.objective.critic.parameters()) <= 0.01


def test_levels_are_those_of_the_spec_and_the_last_is_the_image():
    for name in ("lapgan", "progan"):
        family, config = PROTOTYPES[name], SmallConfig()
        model = family.Model(config, spec()).eval()
        w = model.map(model.sample_z(2, torch.Generator().manual_seed(0)))
        levels = model.synthesize_levels(w)
        assert [x.shape[-1] for x in levels] == list(model.spec.levels)
        assert torch.equal(levels[-1], model.synthesize(w))


def test_a_fade_in_is_kept_in_the_checkpoint():
    family, config = PROTOTYPES["progan"], SmallConfig()
    t = Trainer(family, config, Card("p", "progan", config.to_dict(), spec(), family.Model(config, spec()).spec), *shapes(), World())
    for _ in range(6):
        t.step()
    assert 0 < t.average.state_dict()["stage"].item() == t.model.stage.item() < 1


def test_the_loop_names_no_family():
    names = {n.id for n in ast.walk(ast.parse(Path(loop.__file__).read_text())) if isinstance(n, ast.Name)}
    assert not {n.lower() for n in names} & {"vae", "gan", "wgan", "lapgan", "progan", "autoencoder", "alae"}
