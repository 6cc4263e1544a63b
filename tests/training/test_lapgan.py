"""LAPGAN: levels that are independent of each other, in their noise and in their training, and what each network sees."""

import argparse
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from training import pyramid
from training.checkpoint import Card
from training.distributed import World
from training.families import lapgan
from training.loop import Trainer
from training.model import Batch, SettingError

from .small import shapes, spec

SMALL = {"width": 16, "channels": 4, "z_dim": 6, "noise": 3, "batch_size": 8, "images": 64}


def made(data=None, **settings):
    config = lapgan.LAPGANConfig.from_dict({**SMALL, **settings})
    torch.manual_seed(0)
    model = lapgan.Pyramid(config, data or spec())
    return model, lapgan.LAPGANObjective(model, config)


def trainer(**settings):
    config = lapgan.LAPGANConfig.from_dict({**SMALL, **settings})
    card = Card("small", "lapgan", config.to_dict(), spec(), lapgan.Pyramid(config, spec()).spec)
    return Trainer(lapgan.FAMILY, config, card, *shapes(), World())


def batch(n=8, size=28, channels=1):
    images, labels = shapes(n, size, channels)
    return Batch(torch.from_numpy(images).float() / 127.5 - 1, torch.from_numpy(labels))


@pytest.mark.parametrize(("size", "channels", "levels"), [(28, 1, (7, 14, 28)), (32, 3, (8, 16, 32)), (64, 3, (8, 16, 32, 64))])
def test_levels_are_shown_one_by_one_and_the_last_is_the_image(size, channels, levels):
    model, _ = made(spec(size, channels))
    model.eval()
    assert model.spec.levels == levels and model.spec.noise == (6, *[3] * (len(levels) - 1)) and model.spec.w_dim == sum(model.spec.noise)
    w = model.map(model.sample_z(3, torch.Generator().manual_seed(0)))
    images = model.synthesize_levels(w)
    assert [tuple(x.shape) for x in images] == [(3, channels, r, r) for r in levels]
    assert all(x.abs().max() <= 1 for x in images)
    assert torch.equal(images[-1], model.synthesize(w))
    for k in range(1, len(levels)):
        low = pyramid.up(images[k - 1])
        torch.testing.assert_close((low + model.residual(k, low, w)).clamp(-1, 1), images[k])


def test_noise_of_a_level_changes_that_level_and_finer_ones_only():
    model, _ = made(spec(64, 3))
    model.eval()
    w = model.map(model.sample_z(2, torch.Generator().manual_seed(0)))
    before, at = model.synthesize_levels(w), 0
    for k, d in enumerate(model.spec.noise):
        other = w.clone()
        other[:, :, at:at + d] = torch.randn(2, 1, d, generator=torch.Generator().manual_seed(k))
        after, at = model.synthesize_levels(other), at + d
        for j, (a, b) in enumerate(zip(before, after, strict=True)):
            assert torch.equal(a, b) == (j < k), (k, j)


def test_each_discriminator_sees_the_low_pass_with_the_residual_added_beside_the_low_pass():
    model, objective = made(spec(64, 3))
    seen = {}
    for k, d in enumerate(objective.discriminator):
        d.register_forward_pre_hook(lambda _, inputs, k=k: seen.setdefault(k, []).append(inputs[:2]))
    b = batch(4, 64, 3)
    objective.discriminator_loss(b)
    real = pyramid.lowpass(b.images, model.spec.levels)
    for k in range(4):
        (image, low), (fake, same) = seen[k]
        torch.testing.assert_close(image, real[k])
        assert torch.equal(low, same) and fake.shape == image.shape and not torch.equal(fake, image)
        if k:
            torch.testing.assert_close(low, pyramid.up(real[k - 1]))
            torch.testing.assert_close(low + pyramid.decompose(b.images, model.spec.levels)[k], image)


def test_levels_train_independently():
    """One level alone moves exactly as it does among all: its loss knows nothing of the others."""
    model, objective = made()
    b = batch()
    for loss in (objective.discriminator_loss, objective.generator_loss):
        gradients = []
        for level in (0, 2):
            objective.config = dataclasses.replace(objective.config, level=level)
            objective.zero_grad(set_to_none=True)
            torch.manual_seed(5)
            loss(b)["loss"].backward()
            gradients.append({k: p.grad.clone() for k, p in objective.named_parameters() if p.grad is not None})
        both, alone = gradients
        assert alone and set(alone) < set(both)
        assert all(k.startswith(("model.finer.0.", "discriminator.1.")) for k in alone)
        for k in alone:
            torch.testing.assert_close(alone[k], both[k])


def test_going_on_with_one_level_keeps_the_others_bit_for_bit():
    first = trainer(ema_images=20)
    for _ in range(4):
        first.step()
    kept = first.state()
    before = {k: v.clone() for k, v in first.finished_model().state_dict().items()}
    second = trainer(level=3, ema_images=20)
    second.restore(kept)
    torch.manual_seed(8)
    for _ in range(3):
        second.step()
    after = second.finished_model().state_dict()
    for k, v in before.items():
        if k.startswith("finer.1.") and "num_batches" not in k:
            assert not torch.equal(v, after[k]), k
        else:
            assert torch.equal(v, after[k]), k
    third = trainer(ema_images=20)                       # and then with all of them again
    third.restore(second.state())
    third.step()
    assert not torch.equal(third.model.coarsest[0].weight, second.model.coarsest[0].weight)


def test_finer_levels_may_learn_less_often():
    t = trainer(finest_every=4)
    moved = []
    for _ in range(4):
        before = {k: v.clone() for k, v in t.objective.named_parameters()}
        t.step()
        moved.append({k for k, v in t.objective.named_parameters() if not torch.equal(v, before[k])})
    for k, name in enumerate(("model.coarsest", "model.finer.0", "model.finer.1")):
        steps = [any(p.startswith(name) for p in m) and any(p.startswith(f"discriminator.{k}.") for p in m) for m in moved]
        assert steps == [[True] * 4, [True, False, True, False], [True, False, False, False]][k]
    alone = trainer(finest_every=4, level=3)
    for _ in range(2):
        before = alone.model.finer[1].body[0].weight.clone()
        alone.step()
        assert not torch.equal(before, alone.model.finer[1].body[0].weight)


def test_the_command_line_changes_the_level_of_a_run_that_goes_on():
    from training.arguments import make_parser
    options = {f.name for f in dataclasses.fields(lapgan.LAPGANConfig) if f.metadata["later"]}
    assert options == {"images", "level"}
    args = make_parser().parse_args(["train", "lapgan", "--resume", "--level", "2"])
    assert isinstance(args, argparse.Namespace) and args.level == 2 and args.resume


def test_batch_norm_is_estimated_on_real_low_pass_images():
    t = trainer()
    t.step()
    for m in t.average.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_mean.fill_(1e3)
    model, seen = t.finished_model(), []
    model.finer[0].first[1].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    t.objective.exercise(model, model.sample_z(64), t.stream.take(torch.arange(64)))
    real = pyramid.lowpass(t.stream.take(torch.arange(64)).images, model.spec.levels)
    torch.testing.assert_close(seen[0], nn.functional.pixel_unshuffle(pyramid.up(real[0]), 2))
    assert all(m.running_mean.abs().max() < 100 for m in model.modules() if isinstance(m, nn.BatchNorm2d))


def test_a_class_is_told_to_every_level():
    model, objective = made(conditional=True)
    model.eval()
    assert model.spec.num_classes == 2
    w = model.map(model.sample_z(2, torch.Generator().manual_seed(0)))
    a, b = (model.synthesize_levels(w, torch.full((2,), k)) for k in (0, 1))
    assert all(not torch.equal(x, y) for x, y in zip(a, b, strict=True))
    low = torch.zeros(2, 1, 14, 14)
    assert not torch.equal(model.residual(1, low, w, torch.tensor([0, 0])), model.residual(1, low, w, torch.tensor([1, 1])))
    objective.eval()
    told = nn.functional.one_hot(torch.tensor([0, 1]), 2).float()
    for d, x in zip(objective.discriminator, a, strict=True):
        assert not torch.equal(d(x, x, told), d(x, x, told.flip(0)))
    with pytest.raises(ValueError, match="class"):
        model.synthesize(w)


@pytest.mark.parametrize(("data", "settings", "words"), [
    (dataclasses.replace(spec(), classes=()), {"conditional": True}, "no classes"),
    (spec(), {"level": 4}, "between 0 and 3"),
])
def test_what_cannot_be_trained_is_refused_in_a_sentence(data, settings, words):
    with pytest.raises(SettingError, match=words):
        made(data, **settings)


def test_a_level_learns_what_is_missing():
    """On images of one colour each, the best residual is none: 150 steps of the middle level come near it."""
    config = lapgan.LAPGANConfig.from_dict({**SMALL, "level": 2, "learning_rate": 2e-3, "images": 10_000, "ema_images": 0})
    shades = np.linspace(0, 255, 64).astype(np.uint8)[:, None, None, None].repeat(28, 2).repeat(28, 3)
    card = Card("plain", "lapgan", config.to_dict(), spec(), lapgan.Pyramid(config, spec()).spec)
    t = Trainer(lapgan.FAMILY, config, card, shades, None, World())
    low = torch.linspace(-1, 1, 16)[:, None, None, None].expand(16, 1, 14, 14)
    w = t.model.map(t.model.sample_z(16, torch.Generator().manual_seed(0)))

    def wrong():
        return t.finished_model().residual(1, low, w).abs().mean().item()
    with torch.no_grad():
        t.model.finer[0].last.bias.fill_(0.5)
        t.average.load_state_dict(t.model.state_dict())
    before = wrong()
    for _ in range(150):
        t.step()
    assert before > 0.4 and wrong() < 0.4 * before
