"""Networks as a browser runs them give what the models give: of every family, for batches of several sizes and classes."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from explorer.runs.run import Run
from explorer.site import half_precision, networks, onnx_check, tracing
from tests.training.small import spec
from tests.training.test_contract import small_config
from training import families
from training.card import Card
from training.features import FeatureNet
from training.model import Draws, LatentModel, standard_normal

ELSEWHERE = {"stylealae": ("noisy", "levels"), "lapgan": ("draw",)}     # the same layers as stylegan's, and as pyramid's: they take long


def run_of(name: str) -> Run:
    """A run of random weights, such as a checkpoint keeps."""
    family, data = families.get(name), spec()
    config = small_config(family)
    if hasattr(config, "depth"):                # half of the layers, in half of the time
        config = dataclasses.replace(config, depth=1)
    torch.manual_seed(1)
    model = family.Model(config, data).half().float().eval().requires_grad_(False)
    for buffer in model.buffers():
        if buffer.shape[:1] and buffer.is_floating_point() and buffer.numel() > 2:      # means and deviations that are not 0 and 1
            buffer.copy_((buffer + 0.1 * torch.rand_like(buffer)).half())
    return Run(Path("none"), Card("small", name, config.to_dict(), data, model.spec), model, "cpu", None, None)


@pytest.fixture(params=families.names(), scope="module")
def run(request):
    return run_of(request.param)


@pytest.fixture(scope="module")
def model(run):
    """The run's model, as it is written."""
    return tracing.settled(run.model)


@pytest.fixture(scope="module")
def nets(run, model):
    """The run's networks, by their keys."""
    return {net.key: net for net in networks.networks(run, model)}


@pytest.fixture(scope="module")
def written(model, nets):
    """The file of the network with a key, made once."""
    return functools.cache(lambda key: tracing.traced(model, nets[key]))


def test_every_network_of_every_family_gives_what_the_model_gives(run, nets, written):
    s, made = run.spec, {key: (net, written(key)) for key, net in nets.items() if key not in ELSEWHERE.get(run.card.family, ())}
    assert "draw" in nets and ("encode" in nets) == s.encodes and ("read" in nets) == s.reads and ("noisy" in nets) == s.pixel_noise
    assert ("levels" in nets) == (bool(s.levels) and not s.noise) and ("pyramid" in nets) == ("apart" in nets) == bool(s.noise)
    for net, file in made.values():
        found = onnx_check.difference(net, file)
        assert (found.pixels or 0) <= 1 and found.numbers < 1e-4, net.key


def test_a_seed_becomes_the_same_code(run, nets, written):
    """What a browser draws, through prior and map, is what sample_z gives."""
    import onnxruntime

    drawn = run.model.draws().draw(3, torch.Generator().manual_seed(7))
    z = run.model.sample_z(3, torch.Generator().manual_seed(7))
    assert torch.equal(run.model.prior(drawn), z) and not networks.own_sampling(run.model)
    if "prior" in nets:
        session = onnxruntime.InferenceSession(written("prior"))
        np.testing.assert_allclose(session.run(None, {"drawn": drawn.numpy()})[0], z.numpy(), atol=2e-5)
    else:
        assert torch.equal(drawn, z)
    if "map" not in nets:
        assert np.array_equal(run.map_z(z.numpy()), z.numpy())


def test_settling_leaves_the_live_model_alone():
    model = families.get("progan").Model(small_config(families.get("progan")), spec()).eval()
    model.grow(1, 0.5)
    copy = tracing.settled(model)
    assert copy.grown() == model.grown() == (1, 0.5)
    model.grow(2, 1.0)
    assert model.grown() == (2, 1.0) and copy.grown() == (1, 0.5) and model.settled is None


def test_noise_layers_are_the_models_own():
    """Each layer's own noise is what its seed draws; given as it is, the image is the model's own."""
    family = families.get("stylegan")
    model = family.Model(small_config(family), spec()).eval().requires_grad_(False)
    with torch.no_grad():
        for layer in model.layers:
            layer.strength.fill_(0.5)
    noise = [torch.randn(1, 1, n.side, n.side, generator=torch.Generator().manual_seed(n.seed)) for n in model.noise_layers()]
    w = model.map(model.sample_z(2, torch.Generator().manual_seed(0)))
    assert torch.equal(model.synthesize_given(w, None, noise), model.synthesize(w))
    assert not torch.equal(model.synthesize_given(w, None, [None] * len(noise)), model.synthesize(w))
    strengths = [float(k) for k in range(len(model.spec.levels))]
    weighed = [x * strengths[n.level] for x, n in zip(noise, model.noise_layers(), strict=True)]
    torch.testing.assert_close(model.synthesize_given(w, None, weighed), model.synthesize_noisy(w, None, strengths))


def test_a_family_that_draws_in_its_own_way_is_known():
    class Own(LatentModel):
        def sample_z(self, n, generator=None):
            return torch.zeros(n, 2)
    assert networks.own_sampling(Own()) and not networks.own_sampling(LatentModel())


def test_what_a_seed_draws_is_a_row_of_numbers():
    for draws in (Draws(5), Draws(40), Draws(7, "uniform")):
        whole = draws.draw(9, torch.Generator().manual_seed(2))
        assert whole.shape == (9, draws.width) and torch.equal(draws.draw(2, torch.Generator().manual_seed(2)), whole[:2])
    assert torch.equal(Draws(40).draw(3, torch.Generator().manual_seed(2)), standard_normal(3, 40, torch.Generator().manual_seed(2)))
    uniform = Draws(7, "uniform").draw(99)
    assert uniform.min() >= 0 and uniform.max() < 1


@pytest.mark.parametrize("side, others", [(28, (28, 32)), (64, (32,))])
def test_a_classifier_reads_the_same(side, others):
    """Of images of its own size, of larger and of smaller ones; a field may be called class, which is no name of a variable."""
    torch.manual_seed(0)
    net = FeatureNet((("class", ("a", "b", "c")), ("smile", ("no", "yes"))), (1, side, side)).eval()
    for other in others:
        judge = networks.ClassifierNet(net)
        reading = judge.reading((1, other, other))
        found = onnx_check.difference(reading, tracing.traced(judge, reading))
        assert found.numbers < 1e-4 and reading.outputs == ("class", "smile", "features")
    x = torch.rand(2, 1, side, side) * 2 - 1
    told = dict(zip(reading.outputs, judge(x), strict=True))
    assert torch.equal(told["class"], net(x)["class"]) and torch.equal(told["features"], net.embed(x))


def test_weights_are_halved_where_no_bit_is_lost():
    r = np.random.default_rng(0)
    exact, other = r.normal(size=(40, 3)).astype(np.float16).astype(np.float32), r.normal(size=100).astype(np.float32)
    half = half_precision.halved(exact)
    assert half is not None and half.dtype == np.float16 and np.array_equal(half.astype(np.float32), exact)
    assert half_precision.halved(other) is None and half_precision.halved(np.full(64, 1e6, np.float32)) is None
    assert half_precision.halved(exact[:2]) is None, "too few to be worth a cast"
    assert half_precision.halved(np.full(64, np.nan, np.float32)) is None


def test_a_written_network_has_half_weights_and_says_nothing_of_this_machine():
    run = run_of("vae")
    model = tracing.settled(run.model)
    written = tracing.traced(model, next(n for n in networks.networks(run, model) if n.key == "draw"))
    found = {t.name: numpy_helper.to_array(t) for t in onnx.load_from_string(written).graph.initializer}
    own = {tuple(p.shape) for p in run.model.decoder.parameters() if p.numel() >= half_precision.LEAST}
    halves = [v for v in found.values() if v.dtype == np.float16]
    assert own <= {v.shape for v in halves} | {v.shape[::-1] for v in halves}
    assert not any(v.dtype == np.float32 and v.size >= half_precision.LEAST for v in found.values())
    assert b"site-packages" not in written and str(Path(__file__).parents[2]).encode() not in written
    assert written == tracing.traced(model, next(n for n in networks.networks(run, model) if n.key == "draw"))
