"""The loop: resume is the same as never having stopped; what it logs, keeps and refuses."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from training import checkpoint, families, log, resume_state
from training.distributed import World
from training.loop import Diverged, Stream, Trainer

from .small import spec
from .test_contract import trainer


def weights(t: Trainer) -> dict:
    return {k: v.clone() for k, v in {**t.objective.state_dict(), **{f"a.{k}": v for k, v in t.average.state_dict().items()}}.items()}


@pytest.mark.parametrize("name", families.names())
def test_resume_is_bit_identical_to_an_uninterrupted_run(name, tmp_path):
    family = families.get(name)
    whole = trainer(family, images=96)
    whole.run(tmp_path / "whole", log_seconds=0)
    first = trainer(family, images=96)
    assert not first.run(tmp_path / "part", stop=lambda: first.steps >= 5, log_seconds=0)
    torch.manual_seed(12345)                                    # a new process starts from any random state
    second = trainer(family, images=96)
    second.restore(resume_state.load(tmp_path / "part" / "resume"))
    assert second.images_seen == 40
    second.run(tmp_path / "part", log_seconds=0)
    a, b = weights(whole), weights(second)
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert checkpoint.sha256(tmp_path / "whole" / "weights.safetensors") == checkpoint.sha256(tmp_path / "part" / "weights.safetensors")


def test_a_resume_changes_the_images_as_the_whole_run_does(tmp_path):
    """Those of an augmentation are drawn anew at each step."""
    family = families.get("gan")
    whole = trainer(family, images=96, augment="both")
    whole.run(tmp_path / "whole", log_seconds=0)
    first = trainer(family, images=96, augment="both")
    first.run(tmp_path / "part", stop=lambda: first.steps >= 5, log_seconds=0)
    second = trainer(family, images=96, augment="both")
    second.restore(resume_state.load(tmp_path / "part" / "resume"))
    second.run(tmp_path / "part", log_seconds=0)
    a, b, plain = weights(whole), weights(second), trainer(family, images=96)
    plain.run(tmp_path / "plain", log_seconds=0)
    assert all(torch.equal(a[k], b[k]) for k in a) and not all(torch.equal(a[k], v) for k, v in weights(plain).items())


def test_saving_in_between_does_not_change_the_training(tmp_path):
    family = families.get("vae")
    quiet = trainer(family)
    for _ in range(6):
        quiet.step()
    busy = trainer(family)                                      # after the other: they share torch's random state
    for _ in range(6):
        busy.step()
        busy.save(tmp_path / "busy")
    a, b = weights(quiet), weights(busy)
    assert all(torch.equal(a[k], b[k]) for k in a)


def test_nan_is_caught_and_the_save_before_it_is_kept(tmp_path):
    t = trainer(families.get("vae"), images=8000)
    t.run(tmp_path / "run", images=16, log_seconds=0)
    kept = checkpoint.sha256(tmp_path / "run" / "weights.safetensors")
    next(t.model.parameters()).data.fill_(math.nan)
    with pytest.raises(Diverged, match="The save before it, at 16 images, is kept. Try a smaller learning_rate"):
        t.run(tmp_path / "run", log_seconds=0)
    assert checkpoint.sha256(tmp_path / "run" / "weights.safetensors") == kept


def test_a_kill_between_saves_leaves_the_last_state(tmp_path):
    resume_state.save(tmp_path, {"steps": 1, "x": torch.arange(3)})
    (tmp_path / "2").mkdir()                                    # killed while writing the next one
    (tmp_path / "2" / "tensors.safetensors").write_bytes(b"half")
    assert torch.equal(resume_state.load(tmp_path)["x"], torch.arange(3))
    resume_state.save(tmp_path, {"steps": 2, "x": torch.arange(4)})
    assert resume_state.load(tmp_path)["steps"] == 2


def test_state_keeps_structure_and_bits(tmp_path):
    kept = {"a": [1, 2.5, None, True, "x", (1, 2)], "t": torch.randn(3), "nested": {0: {"m": torch.zeros(2, dtype=torch.int64)}}}
    resume_state.save(tmp_path, kept)
    back = resume_state.load(tmp_path)
    assert back["a"] == kept["a"] and torch.equal(back["t"], kept["t"]) and back["nested"][0]["m"].dtype == torch.int64


def test_a_damaged_state_is_named(tmp_path):
    with pytest.raises(resume_state.StateError, match="nothing to resume"):
        resume_state.load(tmp_path)
    resume_state.save(tmp_path, {"x": torch.arange(3)})
    (tmp_path / "1" / "tensors.safetensors").write_bytes(b"")
    with pytest.raises(resume_state.StateError, match="damaged"):
        resume_state.load(tmp_path)


def test_state_of_other_settings_is_refused():
    family = families.get("vae")
    with pytest.raises(resume_state.StateError, match="does not fit"):
        trainer(family, z_dim=5).restore(trainer(family).state())


def test_the_log_has_every_term_and_no_line_twice(tmp_path):
    t = trainer(families.get("vae"))
    t.run(tmp_path / "r", log_seconds=0)
    path = tmp_path / "r" / "log.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [x["images"] for x in lines] == list(range(8, 65, 8))
    assert {"loss", "reconstruction", "kl", "seconds", "images_per_second"} <= set(lines[0])
    with open(path, "a") as f:
        f.write('{"images": 72, "lo')                            # a kill in the middle of a line
    log.truncate(path, 32)
    assert [json.loads(line)["images"] for line in path.read_text().splitlines()] == [8, 16, 24, 32]


def test_a_finished_trainings_log_is_thinned_to_means(tmp_path):
    path = tmp_path / "log.jsonl"
    for k in range(10):
        log.append(path, {"images": k * 8, "seconds": float(k), "loss": float(k), **({"coverage": 5.0} if k == 3 else {})})
    log.shorten(path, 5)
    rows = log.read(path)
    assert [r["loss"] for r in rows] == [0.5, 2.5, 4.5, 6.5, 8.5] and [r["images"] for r in rows] == [8, 24, 40, 56, 72]
    assert [r.get("coverage") for r in rows] == [None, 5.0, None, None, None]
    before = path.read_bytes()
    log.shorten(path, 5)
    assert path.read_bytes() == before


def test_the_stream_shows_every_image_once_a_pass_and_shards_do_not_overlap():
    images = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    one = Stream(images, None, 4, seed=3, world=World())
    seen = torch.cat([one.next().images for _ in range(5)]).flatten().add(1).mul(127.5).round().int().tolist()
    assert sorted(seen) == list(range(20))
    whole, a, b = (Stream(images, None, 4, seed=3, world=w) for w in (World(), World(0, 2), World(1, 2)))
    assert torch.equal(whole.next().images, torch.cat([a.next().images, b.next().images]))


def test_a_batch_larger_than_the_data_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="fewer than one batch of 128; choose a smaller batch_size"):
        Stream(np.zeros((20, 1, 28, 28), np.uint8), None, 128, 0, World())


def test_images_are_in_minus_one_to_one():
    batch = Stream(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1), np.array([4, 5]), 2, 0, World()).next()
    assert batch.images.min() == -1 and batch.images.max() == 1 and sorted(batch.labels.tolist()) == [4, 5]


def test_the_average_follows_its_half_life():
    t = trainer(families.get("vae"), ema_images=0)
    t.step()
    assert all(torch.equal(a, b) for a, b in zip(t.average.parameters(), t.model.parameters(), strict=True))
    slow = trainer(families.get("vae"), ema_images=10**8)
    slow.steps = 10**6                                           # far past the warm-up, so that the half-life is as set
    old = [p.clone() for p in slow.average.parameters()]
    slow._average_weights()
    keep = 0.5 ** (8 / min(10**8, slow.images_seen / 20))
    for was, now, live in zip(old, slow.average.parameters(), slow.model.parameters(), strict=True):
        torch.testing.assert_close(now, was * keep + live * (1 - keep))


def test_cosine_decay_ends_at_zero_and_starts_at_the_rate():
    t = trainer(families.get("vae"), images=800)
    t.step()
    assert t.phases[0].optimizer.param_groups[0]["lr"] == pytest.approx(1e-3)
    t.steps = 50
    t.step()
    assert t.phases[0].optimizer.param_groups[0]["lr"] == pytest.approx(5e-4)


def test_samples_of_a_save_have_a_fixed_seed(tmp_path):
    t = trainer(families.get("autoencoder"))
    t.step()
    t.save(tmp_path / "a")
    t.save(tmp_path / "b")
    assert (tmp_path / "a" / "samples.webp").read_bytes() == (tmp_path / "b" / "samples.webp").read_bytes()


def test_a_config_survives_its_card():
    for family in families.families().values():
        config = family.Config()
        assert family.Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config
        assert dataclasses.replace(config, images=5).images == 5


def test_data_of_the_right_size_is_needed():
    with pytest.raises(ValueError, match="cannot be cut into patches"):
        families.get("vae").Model(families.get("vae").Config(), dataclasses.replace(spec(), shape=(1, 9, 9)))
