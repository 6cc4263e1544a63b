"""Alarms: each comes where it should and stays away where it should not; the loop raises them, keeps them and says them once."""

import dataclasses

import numpy as np
import pytest
import torch

from training import alarms, checkpoint, families, features, log, loop, points, resume_state
from training.checkpoint import Card
from training.distributed import World
from training.loop import Trainer
from training.model import DataSpec
from training.sample_watch import Watch

from . import small
from .test_contract import small_config


def rows(n=60, **terms):
    """Log lines of 100 images each; a term is a number or one for each line."""
    values = {k.replace("_", "/"): np.broadcast_to(np.asarray(v, float), n) for k, v in terms.items()}
    return [{"images": 100 * (i + 1), **{k: float(v[i]) for k, v in values.items()}} for i in range(n)]


HEALTHY = dict(discriminator_loss=1.2, generator_loss=1.0, discriminator_real=0.6, discriminator_fake=0.4)
WON = dict(discriminator_loss=0.01, generator_loss=6.0, discriminator_real=0.995, discriminator_fake=0.003)


def test_healthy_trainings_raise_nothing():
    assert alarms.found(rows(loss=np.linspace(5, 1, 60), kl=8), 6000) == {}
    assert alarms.found(rows(**HEALTHY), 6000, dict(coverage=9.7, k=10, least=0.5, alikeness=0.7)) == {}
    assert alarms.found(rows(critic_loss=np.linspace(-5, -0.0001, 60), critic_wasserstein=1e-4, generator_loss=1e-4), 6000) == {}, \
        "a critic's losses have no natural size"


def test_a_discriminator_that_has_won():
    assert set(alarms.found(rows(**WON), 6000)) == {"onesided"}
    assert alarms.found(rows(**{**WON, "generator_loss": 0.01}), 6000) == {}, "a generator that matches features is not held up"
    assert alarms.found(rows(n=10, **WON), 1000) == {}, "not in the first lines"
    assert alarms.found(rows(**WON), 10**6) == {}, "not in the first fifth of a run"
    late = {k: np.r_[np.full(50, HEALTHY[k]), np.full(10, v)] for k, v in WON.items()}
    assert alarms.discriminator_won(rows(**late)) and not alarms.discriminator_won(rows(**{k: v[::-1] for k, v in late.items()}))


def test_collapse_by_kinds_and_by_pixels():
    fine = rows(**HEALTHY)
    assert alarms.found(fine, 6000, dict(coverage=3.24, k=10, least=0.5, alikeness=0.4)) == {"collapse": {"n": 3.2, "k": 10}}
    assert alarms.found(fine, 6000, dict(coverage=5.0, k=8, least=0.75)) == {"collapse": {"n": 5.0, "k": 8}}
    assert alarms.found(fine, 6000, dict(coverage=6.0, k=8, least=0.75)) == {}
    assert alarms.found(fine, 6000, dict(alikeness=0.01)) == {"alike": {}}
    assert alarms.found(fine, 10**6, dict(alikeness=0.01)) == {}


def test_an_unused_code_and_a_rising_loss():
    assert set(alarms.found(rows(loss=np.linspace(5, 1, 60), kl=0.001), 6000)) == {"unused"}
    assert set(alarms.found(rows(loss=[5, 4, 3, 2, 1] + [0.5] * 35 + [6] * 20), 6000)) == {"rising"}


def test_losses_that_drive_each_other_apart():
    apart = alarms.found(rows(critic_loss=np.r_[np.full(50, -3.0), np.full(10, -900.0)], generator_loss=1.0), 6000)
    assert apart == {"diverging": {"term": "critic/loss", "n": 300}}
    assert alarms.diverging(rows(critic_loss=np.r_[np.full(50, -0.01), np.full(10, -0.5)])) is None, "small numbers may grow"


def test_every_alarm_says_what_to_try():
    values = dict(n=3, k=10, term="critic/loss")
    for name in alarms.TEXT:
        text = alarms.sentence(name, values)
        assert text.count(" try ") + text.count("Try ") == 1 or "need more images" in text
        assert "{" not in text


def test_alikeness_of_one_image_and_of_many():
    one, many = (torch.from_numpy(small.shapes(n)[0]).float() / 127.5 - 1 for n in (1, 64))
    assert alarms.alikeness(one.repeat(64, 1, 1, 1)) < 0.01 < 0.3 < alarms.alikeness(many)


def test_a_record_tells_beginnings_once_and_goes_on_after_a_stop(tmp_path):
    record = alarms.Record(tmp_path)
    assert record.update(100, {}) == [] and not record.path.exists()
    assert record.update(200, {"collapse": {"n": 2.0, "k": 10}}) == [alarms.sentence("collapse", {"n": 2.0, "k": 10})]
    assert record.update(300, {"collapse": {"n": 1.5, "k": 10}}) == []
    again = alarms.Record(tmp_path)
    assert again.update(400, {"collapse": {"n": 1.2, "k": 10}}) == [], "it goes on, so it is not told anew"
    assert again.update(500, {"unused": {}}) == [alarms.TEXT["unused"]]
    lines = alarms.read(tmp_path / alarms.FILE)
    assert [(x["images"], x.get("alarm"), x.get("over")) for x in lines] == [
        (200, "collapse", None), (500, "unused", None), (500, None, "collapse")]
    assert alarms.active(lines) == {"unused": {}} and "2.0 of 10" in lines[0]["text"]
    with open(tmp_path / alarms.FILE, "a") as f:
        f.write('{"images": 600, "al')
    assert alarms.read(tmp_path / alarms.FILE) == lines


RING = DataSpec("ring", "Ring", (2,), classes=tuple(map(str, range(8))), fingerprint="0" * 64)


def on_the_ring(**changes) -> Trainer:
    """A GAN of points that learns nothing, so that it covers no mode."""
    family = families.get("gan")
    config = dataclasses.replace(small_config(family), learning_rate=1e-7, images=320, **changes)
    card = Card("run", family.name, config.to_dict(), RING, family.Model(config, RING).spec)
    return Trainer(family, config, card, *points.draw("ring", 200, 0), World())


def test_the_loop_logs_coverage_and_raises_collapse_once(tmp_path):
    told: list[loop.Progress] = []
    on_the_ring().run(tmp_path / "run", log_seconds=0, save_seconds=0, report=told.append)
    rows = log.read(tmp_path / "run" / checkpoint.LOG)
    assert all(row["coverage"] < 2 for row in rows)
    kept = alarms.read(tmp_path / "run" / alarms.FILE)
    assert [(x["images"], x["alarm"], x["values"]["k"]) for x in kept] == [(alarms.FEWEST * 8, "collapse", 8)]
    assert [p.images for p in told if p.alarms] == [alarms.FEWEST * 8] and "Wasserstein" in kept[0]["text"]


def test_a_resumed_training_with_alarms_is_bit_identical_and_tells_nothing_twice(tmp_path):
    whole = on_the_ring()
    whole.run(tmp_path / "whole", log_seconds=0, save_seconds=0)
    first = on_the_ring()
    first.run(tmp_path / "run", log_seconds=0, save_seconds=0, stop=lambda: first.steps >= 20)
    second, told = on_the_ring(), []
    second.restore(resume_state.load(tmp_path / "run" / "resume"))
    second.run(tmp_path / "run", log_seconds=0, save_seconds=0, report=told.append)
    assert not any(p.alarms for p in told)
    assert (tmp_path / "whole" / alarms.FILE).read_text() == (tmp_path / "run" / alarms.FILE).read_text()
    a, b = whole.objective.state_dict(), second.objective.state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)
    logs = [[{k: v for k, v in row.items() if "second" not in k} for row in log.read(tmp_path / n / checkpoint.LOG)]
            for n in ("whole", "run")]
    assert logs[0] == logs[1]


def test_the_watch_uses_the_net_beside_the_runs_and_does_without(tmp_path):
    family, spec = families.get("gan"), small.spec()
    model = family.Model(small_config(family), spec).eval()
    assert set(Watch(tmp_path, spec).look(model)) == {"alikeness"}
    features.save(features.FeatureNet(features.fields_of(spec), spec.shape), tmp_path, spec, accuracy={"class": 0.5})
    seen = Watch(tmp_path, spec).look(model)
    assert 1 <= seen["coverage"] <= seen["k"] == 2 and seen["least"] == 0.5
    plain = families.get("autoencoder")            # samples from a fitted Gaussian: counted, never an alarm
    assert Watch(tmp_path, spec).look(plain.Model(small_config(plain), spec).eval())["least"] == 0
    (features.folder_of(tmp_path, spec) / features.WEIGHTS).write_bytes(b"damaged")
    assert set(Watch(tmp_path, spec).look(model)) == {"alikeness"}


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_samples_that_are_no_numbers_are_not_judged(tmp_path, bad):
    family = families.get("gan")
    model = family.Model(small_config(family), RING).eval()
    next(model.parameters()).data.fill_(bad)
    assert Watch(tmp_path, RING).look(model) == {}
