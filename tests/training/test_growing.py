"""Networks that grow: the schedule, what is seen while a resolution is faded in, and a resume in the middle of it."""

import dataclasses
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from training import checkpoint, families, growing, growing_objective, losses, resume_state
from training.checkpoint import Card
from training.distributed import World
from training.equalized import doubled, halved, smoothed
from training.growing import Schedule, channels_of, sides_of
from training.loop import Trainer
from training.model import Batch, SettingError
from training.stages import read

from .small import shapes, spec

FAMILIES = [name for name in families.names() if issubclass(families.get(name).Config, growing.GrowingConfig)]
SMALL = {"z_dim": 6, "w_dim": 5, "channels": 8, "channel_max": 16, "batch_size": 4, "images": 200, "stage_images": 8, "r1_interval": 1,
         "mapping_layers": 2}


def small(name, **settings):
    family = families.get(name)
    known = {f.name for f in dataclasses.fields(family.Config)}
    return family, family.Config.from_dict({k: v for k, v in {**SMALL, **settings}.items() if k in known})


def made(name, data=None, **settings):
    family, config = small(name, **settings)
    torch.manual_seed(0)
    model = family.Model(config, data or spec())
    return model, family.Objective(model, config)


def trainer(name, **settings):
    family, config = small(name, **settings)
    return Trainer(family, config, Card("small", name, config.to_dict(), spec(), family.Model(config, spec()).spec), *shapes(), World())


def batch(n=8, size=28, channels=1):
    return Batch(torch.from_numpy(shapes(n, size, channels)[0]).float() / 127.5 - 1)


def codes(model, n=3, seed=0):
    return model.map(model.sample_z(n, torch.Generator().manual_seed(seed)))


def randomised(model):
    """Biases and noise begin at zero, where much is equal by chance."""
    torch.manual_seed(5)
    with torch.no_grad():
        for p in model.parameters():
            if not p.abs().sum():
                p.normal_(std=0.3)
    return model


# -- the schedule

@pytest.mark.parametrize(("images", "at"), [
    (0, (0, 1.0)), (99, (0, 1.0)),                                        # the first stage is not faded in
    (100, (1, 0.0)), (150, (1, 0.5)), (199, (1, 0.99)),
    (200, (1, 1.0)), (299, (1, 1.0)),
    (300, (2, 0.0)), (325, (2, 0.25)), (400, (2, 1.0)), (499, (2, 1.0)),
    (500, (2, 1.0)), (10**9, (2, 1.0)),
])
def test_the_schedule_at_its_borders(images, at):
    assert Schedule(3, 100).at(images) == (at[0], pytest.approx(at[1]))


@pytest.mark.parametrize(("images", "at"), [
    (0, (1, 1.0)), (99, (1, 1.0)), (100, (2, 0.0)), (105, (2, 0.5)), (110, (2, 1.0)), (209, (2, 1.0)), (210, (3, 0.0)), (215, (3, 0.5)),
    (220, (3, 1.0)), (10**9, (3, 1.0)),
])
def test_a_schedule_that_begins_later_and_fades_faster(images, at):
    assert Schedule(4, 100, 10, 1).at(images) == (at[0], pytest.approx(at[1]))


@pytest.mark.parametrize(("start", "side"), [(4, 7), (8, 7), (12, 14), (16, 14), (32, 28), (1024, 28)])
def test_training_begins_with_the_resolution_nearest_to_the_one_asked_for(start, side):
    model, objective = made("stylegan", start=start)
    objective.set_progress(0)
    assert model.sides[model.grown()[0]] == side and objective.milestone(0) == f"{side} × {side}"


def test_without_stages_it_is_full_resolution_from_the_start():
    for schedule in (Schedule(5, 0), Schedule(1, 100)):
        assert {schedule.at(i) for i in (0, 1, 10**6)} == {(schedule.stages - 1, 1.0)}


@given(st.integers(1, 7), st.integers(0, 5000), st.integers(0, 60_000), st.integers(1, 600))
def test_the_fade_never_jumps(stages, stage_images, images, step):
    """What is shown, stage - 1 + α, never falls, and rises by at most a step's share of ``stage_images``."""
    schedule = Schedule(stages, stage_images)
    (a, alpha), (b, beta) = schedule.at(images), schedule.at(images + step)
    assert 0 <= alpha <= 1 and 0 <= a < stages
    assert schedule.at(images) == Schedule(stages, stage_images).at(images)
    if stage_images:
        assert -1e-9 <= (b + beta) - (a + alpha) <= step / stage_images + 1e-9
    assert schedule.at(2 * stages * stage_images + 1) == (stages - 1, 1.0), "it ends"


@pytest.mark.parametrize("name", FAMILIES)
def test_progress_depends_on_the_images_seen_alone(name):
    model, objective = made(name)
    for images in (35, 0, 12, 20, 4):
        objective.set_progress(images)
        assert model.grown() == objective.schedule.at(images)
        assert model.grew() == {35: (7, 14, 28), 0: (7,), 12: (7, 14), 20: (7, 14), 4: (7,)}[images]
    assert [objective.milestone(i) for i in (0, 4, 8, 12, 15, 16, 23, 24, 32, 999)] == [
        "7 × 7", "7 × 7", "14 × 14, fading in", "14 × 14, fading in", "14 × 14, fading in", "14 × 14", "14 × 14", "28 × 28, fading in",
        "28 × 28", "28 × 28"]


@pytest.mark.parametrize(("side", "sides"), [(64, (4, 8, 16, 32, 64)), (32, (4, 8, 16, 32)), (28, (7, 14, 28))])
def test_resolutions_are_halved_down_to_four(side, sides):
    assert sides_of((3, side, side)) == sides


@pytest.mark.parametrize("shape", [(3, 27, 27), (3, 36, 36), (3, 5, 5)])
def test_what_cannot_grow_is_refused_in_a_sentence(shape):
    with pytest.raises(SettingError, match="cannot be halved"):
        sides_of(shape)


def test_coarser_resolutions_have_more_channels_in_eights_up_to_the_most():
    config = SimpleNamespace(channels=16, channel_multiplier=2.0, channel_max=100)
    assert channels_of(config, (4, 8, 16, 32, 64)) == [100, 100, 64, 32, 16]
    assert channels_of(SimpleNamespace(channels=16, channel_multiplier=1.6, channel_max=96), (4, 8, 16, 32, 64)) == [96, 64, 40, 24, 16]
    assert channels_of(SimpleNamespace(channels=4, channel_multiplier=1.0, channel_max=96), (7, 14)) == [8, 8]


# -- the fade

@pytest.mark.parametrize("name", FAMILIES)
def test_a_fade_begins_with_the_coarser_image_doubled_and_ends_with_the_fine_one(name):
    model, _ = made(name)
    randomised(model).eval()
    w = codes(model)
    for stage in (1, 2):
        model.grow(stage - 1, 1.0)
        coarse = (smoothed if model.skip else doubled)(model.image(w))
        model.grow(stage, 0.0)
        torch.testing.assert_close(model.image(w), coarse)
        model.grow(stage, 1.0)
        fine, own = model.image(w), model.coloured(model.blocks(w, stage)[stage], w, stage)
        torch.testing.assert_close(fine, coarse + own if model.skip else own)
        model.grow(stage, 0.3)
        torch.testing.assert_close(model.image(w), 0.7 * coarse + 0.3 * fine, rtol=1e-5, atol=1e-5)
        assert fine.shape[-1] == model.sides[stage] and (fine - coarse).abs().max() > 1e-3


@pytest.mark.parametrize("name", FAMILIES)
def test_synthesize_shows_what_has_grown_at_full_size(name):
    model, _ = made(name)
    randomised(model).eval()
    w = codes(model)
    for grown in ((0, 1.0), (1, 0.0), (1, 0.4), (1, 1.0), (2, 0.7), (2, 1.0)):
        model.grow(*grown)
        x, image = model.synthesize(w), model.image(w)
        while image.shape[-1] < 28:
            image = doubled(image)
        assert torch.equal(x, image.clamp(-1, 1)) and x.shape == (3, 1, 28, 28)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("grown", [(0, 1.0), (1, 0.5), (1, 1.0), (2, 0.5), (2, 1.0)])
def test_levels_are_shown_one_by_one_and_the_last_is_the_image(name, grown):
    model, _ = made(name)
    randomised(model).eval()
    model.grow(*grown)
    w = codes(model)
    images = model.synthesize_levels(w)
    assert model.spec.levels == model.sides == (7, 14, 28)
    assert [tuple(x.shape) for x in images] == [(3, 1, r, r) for r in model.sides] and all(x.abs().max() <= 1 for x in images)
    assert torch.equal(images[-1], model.synthesize(w))
    features, before = model.blocks(w, grown[0]), 0
    for k in range(grown[0]):
        mine = model.to_rgb[k](features[k]) + before
        torch.testing.assert_close(images[k], mine.clamp(-1, 1))
        before = smoothed(mine) if model.skip else 0
    for k in range(grown[0], 2):
        assert torch.equal(images[k + 1], doubled(images[k])), "what has not grown yet is enlarged"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_adversary_too_begins_a_fade_as_the_coarser_one(name):
    """At α = 0 it says of an image what it said of its halves' means before the stage; there is no jump in the game."""
    model, objective = made(name)
    randomised(objective)
    x = batch().images
    model.grow(2, 0.0)
    begins = objective.logits(x)
    model.grow(1, 1.0)
    torch.testing.assert_close(begins, objective.logits(halved(x)), rtol=1e-4, atol=1e-5)
    model.grow(2, 1.0)
    assert (objective.logits(x) - begins).abs().max() > 1e-4


def test_features_of_the_trunk_fade_linearly_where_they_meet():
    model, objective = made("progan")
    trunk = randomised(objective).discriminator.trunk
    x, met = batch().images, {}
    trunk.blocks[0].register_forward_pre_hook(lambda _, inputs: met.update(f=inputs[0].detach().clone()))
    for alpha in (0.0, 0.25, 1.0):
        trunk(x, 2, alpha)
        met[alpha] = met["f"]
    torch.testing.assert_close(met[0.25], 0.75 * met[0.0] + 0.25 * met[1.0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(met[0.0], trunk.from_rgb[1](halved(x)), rtol=1e-5, atol=1e-6)


def test_real_images_are_faded_as_generated_ones_are():
    model, objective = made("stylegan")
    b = batch()
    for grown, expected in (((0, 1.0), halved(halved(b.images))), ((1, 1.0), halved(b.images)), ((2, 1.0), b.images),
                            ((2, 0.0), doubled(halved(b.images))), ((2, 0.25), 0.75 * doubled(halved(b.images)) + 0.25 * b.images)):
        model.grow(*grown)
        torch.testing.assert_close(objective.real(b), expected)
        assert objective.real(b).shape == model.image(codes(model, 8)).shape


# -- colours of the coarse resolutions

@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_fitted_colours_come_nearer_to_the_final_image(name, alpha):
    model, _ = made(name, skip=False)
    randomised(model).eval()
    model.grow(2, alpha)
    w, fresh = codes(model, 64), codes(model, 64, seed=1)

    def errors(w):
        features = model.blocks(w, 2)
        target, out = model.image(w), []
        for k in (1, 0):
            target = halved(target)
            out.insert(0, (model.to_rgb[k](features[k]) - target).square().mean().item())
        return out
    with torch.no_grad():
        before, image = errors(fresh), model.image(fresh)
        others = {k: p.clone() for k, p in model.state_dict().items()}
        model.fit_colours(w)
        after = errors(fresh)
        assert torch.equal(model.image(fresh), image), "what is trained stays as it is"
    assert after[0] < 0.5 * before[0]
    moved = {k for k, p in model.state_dict().items() if not torch.equal(p, others[k])}
    if alpha == 1:
        assert after[1] < 0.5 * before[1] and moved == {f"to_rgb.{k}.{p}" for k in (0, 1) for p in ("weight", "bias")}
    else:                                                                 # the resolution before is still being seen
        assert after[1] == before[1] and moved == {"to_rgb.0.weight", "to_rgb.0.bias"}


def test_fitted_colours_are_least_squares():
    """No other colouring is nearer: with each weight or bias moved either way, the error grows."""
    model, _ = made("progan")
    randomised(model).eval()
    w = codes(model, 200)
    with torch.no_grad():
        model.fit_colours(w)
        feature, target = model.blocks(w, 0)[0], halved(halved(model.image(w)))
        layer = model.to_rgb[0]
        ridge = 1e-4

        def cost():
            error = (layer(feature) - target).square().mean()
            return (error + ridge * (layer.used().square().sum() + layer.bias.square().sum())).item()
        least = cost()
        for p in layer.parameters():
            for k in range(p.numel()):
                for by in (0.03, -0.03):
                    p.view(-1)[k] += by
                    assert cost() > least
                    p.view(-1)[k] -= by


def test_a_stage_that_has_not_grown_has_nothing_to_fit():
    model, _ = made("progan")
    model.grow(0, 1.0)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    model.fit_colours(codes(model))
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


# -- the losses

def test_the_critics_score_drifts_at_a_price():
    model, objective = made("progan", loss="wgan-gp")
    torch.manual_seed(1)
    terms = objective.discriminator_loss(batch())
    torch.manual_seed(1)
    real, fake = objective.logits(objective.real(batch())), objective.logits(model.image(objective.drawn(8)))
    torch.testing.assert_close(terms["loss"], fake.mean() - real.mean() + 0.001 * real.square().mean())
    torch.testing.assert_close(terms["distance"], real.mean() - fake.mean())
    torch.manual_seed(2)
    loss = objective.generator_loss(batch())["loss"]
    torch.manual_seed(2)
    torch.testing.assert_close(loss, -objective.logits(model.image(objective.drawn(8))).mean())


@pytest.mark.parametrize("name", FAMILIES)
def test_the_logistic_loss_is_binary_cross_entropy(name):
    model, objective = made(name, loss="logistic")
    torch.manual_seed(1)
    terms = objective.discriminator_loss(batch())
    torch.manual_seed(1)
    with torch.no_grad():
        made_ = model.image(objective.drawn(8))
    real, fake = objective.logits(objective.real(batch())), objective.logits(made_)
    expected = F.binary_cross_entropy_with_logits(real, torch.ones(8)) + F.binary_cross_entropy_with_logits(fake, torch.zeros(8))
    torch.testing.assert_close(terms["loss"], expected)


@pytest.mark.parametrize("name", FAMILIES)
def test_r1_is_half_the_squared_slope_at_real_images_as_heavy_as_it_is_rare(name):
    model, objective = made(name, loss="logistic", r1=3.0, r1_interval=4)
    randomised(objective)
    model.grow(1, 0.5)
    b = batch()
    terms = objective.penalty_loss(b)
    x = objective.real(b).requires_grad_(True)
    slope, = torch.autograd.grad(objective.logits(x).sum(), x)
    torch.testing.assert_close(terms["size"], 0.5 * slope.square().flatten(1).sum(1).mean())
    torch.testing.assert_close(terms["loss"], 4 * 3.0 * terms["size"])
    assert next(p for p in objective.phases() if p.name == "penalty").every == 4


def test_the_gradient_penalty_pulls_the_slope_to_one_as_heavy_as_it_is_rare():
    model, objective = made("progan", loss="wgan-gp", r1_interval=4)
    randomised(objective)
    model.grow(1, 0.5)
    b = batch()
    torch.manual_seed(3)
    terms = objective.penalty_loss(b)
    torch.manual_seed(3)
    fake = model.image(objective.drawn(8)).detach()
    torch.testing.assert_close(terms["size"], losses.gradient_penalty(objective.logits, objective.real(b), fake).mean())
    torch.testing.assert_close(terms["loss"], 4 * 10 * terms["size"])
    terms["loss"].backward()
    assert all(p.grad is None for p in model.parameters()), "the generator is not asked to make the critic smooth"
    assert any(p.grad.abs().sum() > 0 for p in objective.discriminator.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_penalty_trains_what_the_adversary_trains_by_the_same_optimiser(name):
    phases = {p.name: p for p in made(name)[1].phases()}
    assert phases["penalty"].optimizer is phases["discriminator"].optimizer
    assert {id(p) for p in phases["penalty"].parameters} == {id(p) for p in phases["discriminator"].parameters}
    assert all(g["betas"] == (0.0, 0.99) for p in phases.values() for g in p.optimizer.param_groups)


def test_the_penalty_is_taken_at_each_nth_step():
    t = trainer("progan", r1_interval=3, loss="logistic")
    counted = []
    penalty = t.phases[1].loss
    t.phases[1] = dataclasses.replace(t.phases[1], loss=lambda b: counted.append(t.steps) or penalty(b))
    for _ in range(7):
        t.step()
    assert counted == [0, 3, 6]


# -- training

@pytest.fixture
def few(monkeypatch):
    """Coarse colours fitted on few samples, so that a save is quick."""
    monkeypatch.setattr(growing_objective, "FITTED", 32)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_resume_in_the_middle_of_a_fade_is_bit_identical(name, few, tmp_path):
    """Stopped at 12 and again at 28 images: halfway into the fades of the second and of the third resolution."""
    whole, parts = tmp_path / "whole" / "small", tmp_path / "parts" / "small"
    first = trainer(name, images=36)
    first.run(whole, log_seconds=0)
    second = trainer(name, images=36)
    for stop in (3, 7):
        assert 0 < second.objective.schedule.at(stop * 4)[1] < 1
        assert not second.run(parts, stop=lambda t=second, stop=stop: t.steps >= stop, log_seconds=0)
        kept, _ = checkpoint.load(parts)
        assert kept.grown() == second.objective.schedule.at((stop - 1) * 4), "a checkpoint knows how far it has grown"
        torch.manual_seed(12345)                                           # a new process starts from any random state
        second = trainer(name, images=36)
        second.restore(resume_state.load(parts / "resume"))
    second.run(parts, log_seconds=0)
    for a, b in ((first.objective, second.objective), (first.average, second.average)):
        assert all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())
    assert checkpoint.sha256(whole / "weights.safetensors") == checkpoint.sha256(parts / "weights.safetensors")
    assert read(whole) == read(parts) and (whole / "stages.webp").read_bytes() == (parts / "stages.webp").read_bytes()


def test_samples_are_kept_whenever_the_training_reaches_another_stage(few, tmp_path):
    t = trainer("progan", images=40)
    t.run(tmp_path / "run", log_seconds=0)
    assert [(s.what, s.images) for s in read(tmp_path / "run")] == [
        ("7 × 7", 8), ("14 × 14, fading in", 16), ("14 × 14", 24), ("28 × 28, fading in", 32)]


@pytest.mark.parametrize("name", FAMILIES)
def test_what_has_not_grown_yet_is_not_trained(name):
    t = trainer(name)
    before = {k: v.clone() for k, v in t.objective.named_parameters()}
    t.step()
    last = len(t.model.sides) - 1
    names = ("model.masks" if getattr(t.model, "palette", None) else "model.to_rgb", "discriminator.trunk.from_rgb", "model.encoder.blocks")
    fine = [k for k in before if k.startswith(tuple(f"{n}.{last}." for n in names))]
    assert fine and all(torch.equal(before[k], v) for k, v in t.objective.named_parameters() if k in fine)
    t.steps = 7                                                            # into the fade of the last
    for _ in range(2):
        t.step()
    moved = {k for k, v in t.objective.named_parameters() if not torch.equal(v, before[k])}
    assert set(fine) <= moved


@pytest.mark.parametrize("name", FAMILIES)
def test_saving_in_between_changes_neither_the_training_nor_what_is_saved_at_the_end(name, few, tmp_path):
    """Though the average's coarse colours are fitted at each save."""
    finals = []
    for busy in (False, True):
        t = trainer(name)
        for _ in range(8):
            t.step()
            if busy and t.steps % 2:
                t.save(tmp_path / "run")
        finals.append((t.objective.state_dict(), {k: v.clone() for k, v in t.finished_model().state_dict().items()}))
    for a, b in zip(*finals, strict=True):
        assert all(torch.equal(v, b[k]) for k, v in a.items())


def test_samples_are_judged_only_at_full_resolution():
    """Classifiers of whole images see few kinds in 4 × 4 pixels; that is no collapse."""
    for settings, expected in (({"stage_images": 10}, [False, False, False, True]), ({"stage_images": 0}, [True] * 4)):
        _, objective = made("progan", **settings)
        assert [objective.whole(n) for n in (0, 29, 39, 40)] == expected
