"""What every family must keep, whatever it is: one test over all of them, found by themselves."""

import copy
import dataclasses

import numpy as np
import pytest
import torch

from training import checkpoint, families
from training.checkpoint import Card
from training.distributed import World
from training.loop import Trainer
from training.model import DataSpec, SettingError

from .small import shapes, spec

SMALL = {"width": 16, "channels": 8, "z_dim": 6, "hidden": (24, 12), "units": 12, "batch_size": 8, "images": 64, "labels": 8,
         "dropout": 0.0, "stage_images": 16, "r1_interval": 1, "dense": 16}


def small_config(family):
    known = {f.name for f in dataclasses.fields(family.Config)}
    return family.Config.from_dict({k: v for k, v in SMALL.items() if k in known})


def trainer(family, **changes):
    config = dataclasses.replace(small_config(family), **changes)
    data = spec()
    card = Card("small", family.name, config.to_dict(), data, family.Model(config, data).spec)
    return Trainer(family, config, card, *shapes(), World())


@pytest.fixture(params=families.names())
def family(request):
    return families.get(request.param)


def test_two_steps_move_every_trained_parameter(family):
    """A family that grows needs as many as bring it through all its stages."""
    t = trainer(family)
    before = [[p.detach().clone() for p in phase.parameters] for phase in t.phases]
    for _ in range(8 if t.objective.milestone(0) else 2):
        t.step()
    for phase, old in zip(t.phases, before, strict=True):
        assert old, phase.name
        for a, b in zip(old, phase.parameters, strict=True):
            assert torch.isfinite(b).all()
            assert not torch.equal(a, b), f"{phase.name}: a parameter of shape {tuple(a.shape)} did not move"


def test_every_parameter_of_the_model_belongs_to_a_phase(family):
    t = trainer(family)
    trained = {id(p) for phase in t.phases for p in phase.parameters}
    assert all(id(p) in trained for p in t.model.parameters())


def test_shapes_and_ranges_are_those_of_the_spec(family):
    t = trainer(family)
    t.step()
    model, s = t.finished_model(), t.model.spec
    label = torch.arange(4) % s.num_classes if s.num_classes else None
    z = model.sample_z(4, torch.Generator().manual_seed(3))
    assert z.shape == (4, s.z_dim) and z.dtype == torch.float32
    assert torch.equal(z, model.sample_z(4, torch.Generator().manual_seed(3)))
    w = model.map(z, label)
    assert w.shape == (4, s.num_layers, s.w_dim)
    x = model.synthesize(w, label)
    assert x.shape == (4, *s.shape) and (x.min() >= -1 and x.max() <= 1) and torch.isfinite(x).all()
    images = torch.from_numpy(shapes(4)[0]).float() / 127.5 - 1
    if s.encodes:
        w = model.encode(images)
        assert w.shape == (4, s.num_layers, s.w_dim)
        assert model.repeats() == (s.num_layers > 1 and bool((w == w[:, :1]).all()))
    else:
        with pytest.raises(TypeError):
            model.encode(images)
    if s.stochastic:
        mean, sigma = model.posterior(images)
        torch.testing.assert_close(mean, model.encode(images))
        assert sigma.shape == mean.shape and (sigma > 0).all()


@pytest.mark.parametrize("z_dim", [1, 6, 16, 74, 300])
def test_a_seed_is_a_row_of_numbers_however_many_are_drawn(family, z_dim):
    """Bit for bit: torch's own generator redraws the last 16 numbers of a length that 16 does not divide, and goes another way below."""
    config, data = small_config(family), spec()
    model = family.Model(dataclasses.replace(config, z_dim=z_dim) if hasattr(config, "z_dim") else config, data).eval()
    r = torch.Generator().manual_seed(9)
    with torch.no_grad():                       # as a fit after training would leave them
        for b in (b for name, b in model.named_buffers() if name.startswith("code_")):
            b.copy_(torch.randn(b.shape, generator=r).abs())

    def drawn(n: int) -> torch.Tensor:
        return model.sample_z(n, torch.Generator().manual_seed(4))
    whole, before = drawn(65), torch.get_num_threads()
    assert len({tuple(row.tolist()) for row in whole}) > 1
    for n in (1, 2, 3, 8, 64):
        assert torch.equal(drawn(n), whole[:n]), n
    torch.set_num_threads(1 if before > 1 else 2)
    try:
        assert torch.equal(drawn(65), whole)
    finally:
        torch.set_num_threads(before)
    if model.spec.prior in ("normal", "mapped"):
        assert abs(float(drawn(4000).std()) - 1) < 0.05 and abs(float(drawn(4000).mean())) < 0.06


def test_a_seed_is_an_image_however_many_are_drawn(family):
    """Within one step of 255: a product's last bits may differ with how many rows it has."""
    model = trainer(family).finished_model()

    def pixels(n: int) -> torch.Tensor:
        label = torch.arange(n) % model.spec.num_classes if model.spec.num_classes else None
        w = model.map(model.sample_z(n, torch.Generator().manual_seed(4)), label)
        return ((model.synthesize(w, label) + 1) * 127.5).round()
    whole = pixels(64)
    for n in (1, 8):
        assert (pixels(n) - whole[:n]).abs().max() <= 1


def test_one_image_at_a_time_is_the_same_as_many(family):
    model = trainer(family).finished_model()
    label = torch.arange(5) % model.spec.num_classes if model.spec.num_classes else None
    one = None if label is None else label[2:3]
    w = model.map(model.sample_z(5, torch.Generator().manual_seed(0)), label)
    torch.testing.assert_close(model.synthesize(w, label)[2:3], model.synthesize(w[2:3], one), rtol=1e-4, atol=1e-5)


def test_a_head_reads_what_the_spec_promises(family):
    model = trainer(family).finished_model()
    images = torch.from_numpy(shapes(4)[0]).float() / 127.5 - 1
    if not model.spec.reads:
        with pytest.raises(TypeError):
            model.read(images)
        return
    readings, kinds = model.read(images), {c.name: c for c in model.spec.codes}
    assert set(readings) == (set(kinds) or {"class"})
    for name, value in readings.items():
        if name == "class" or kinds[name].kind == "categorical":
            assert value.shape[0] == 4 and (value >= 0).all()
            torch.testing.assert_close(value.sum(1), torch.ones(4))
        else:
            assert value.shape == (4, kinds[name].size)


def test_codes_are_slices_of_z_within_their_ranges(family):
    model = trainer(family).model
    z = model.sample_z(200, torch.Generator().manual_seed(1))
    for code in model.spec.codes:
        part = z[:, code.start:code.start + code.size]
        assert part.min() >= code.low and part.max() <= code.high
        if code.kind == "categorical":
            assert torch.equal(part.sum(1), torch.ones(200)) and set(part.unique().tolist()) == {0.0, 1.0}
        else:
            assert part.std() > 0.4 * (code.high - code.low) / 2


def test_the_first_layer_acts_on_the_latent(family):
    """Moving w where the first layer does not look changes nothing; where it looks most, it changes something."""
    model = trainer(family).finished_model()
    weight = model.first_weight()
    if weight is None:
        return
    assert weight.shape[1] == model.spec.w_dim
    label = torch.zeros(1, dtype=torch.long) if model.spec.num_classes else None
    w = model.map(model.sample_z(1, torch.Generator().manual_seed(2)), label)
    strongest = torch.linalg.svd(weight.float()).Vh[0]
    assert (model.synthesize(w + 3 * strongest, label) - model.synthesize(w, label)).abs().max() > 1e-7


def test_points_in_the_plane(family):
    """Families that see numbers train on (n, 2) too, by dense layers where there is a choice; the others say that they need images."""
    data = DataSpec("dots", "Dots", (2,), classes=("left", "right"), fingerprint="0" * 64)
    config, r = small_config(family), np.random.default_rng(0)
    if family.images_only:
        with pytest.raises(SettingError, match="needs images; Dots is points in the plane"):
            family.build(config, data)
        return
    networks = [f.metadata["choices"] for f in dataclasses.fields(config) if f.name == "network"]
    if networks and "dense" in networks[0]:
        config = dataclasses.replace(config, network="dense")
    points, labels = r.uniform(-1, 1, (64, 2)).astype(np.float32), r.integers(0, 2, 64)
    t = Trainer(family, config, Card("dots", family.name, config.to_dict(), data, family.build(config, data).spec), points, labels, World())
    t.step()
    model = t.finished_model()
    label = torch.arange(4) % 2 if model.spec.num_classes else None
    assert model.synthesize(model.map(model.sample_z(4), label), label).shape == (4, 2)


def test_save_then_load_is_bit_identical(family, tmp_path):
    t = trainer(family)
    t.step()
    model = t.finished_model()
    folder = tmp_path / "small"
    written = checkpoint.save(folder, model, t.card)
    loaded, card = checkpoint.load(folder)
    assert card == written
    assert {k: v.tolist() for k, v in loaded.state_dict().items()} == {k: v.tolist() for k, v in model.state_dict().items()}


def test_measures_are_per_image_and_named_with_a_protocol(family):
    t = trainer(family)
    batch = t.stream.next()
    with torch.no_grad():
        values = family.Objective(copy.deepcopy(t.model), t.config).measure(batch)
    assert set(values) == set(family.measures)
    for v in values.values():
        assert v.shape == (len(batch),) and torch.isfinite(v).all()


def test_every_setting_is_explained_and_every_recipe_is_valid(family):
    for f in dataclasses.fields(family.Config):
        assert f.metadata["help"], f.name
    assert {"quick", "cpu", "gpu"} <= set(family.recipes)
    for recipe, sets in family.recipes.items():
        for data in sets:
            family.Config.from_dict(family.recipe(recipe, data))
    assert family.paper and family.equation and family.summary and family.title


def test_wrong_settings_are_refused_in_a_sentence(family):
    for wrong in ({"learning_rate": -1.0}, {"images": 0}, {"batch_size": "many"}, {"colour": 3}, {"learning_rate": float("nan")}):
        with pytest.raises(SettingError, match=next(iter(wrong))):
            family.Config.from_dict(wrong)
