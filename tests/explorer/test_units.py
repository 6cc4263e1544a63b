"""Units, codes, depth, random codes and planes, against closed forms: filters, maximising inputs, dead units, PCA."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import Refused, images
from explorer.runs.run import Run
from explorer.runs.session import Session
from explorer.views.microscope import code_length, code_statistics, linear_and_pca, sampling, units
from training import pca

from .conftest import N, data, make
from .encoded import make_encoded


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    """stack: 784 → 20 (unit 3 dead) → 12 → 5. tied: the same, tied. conv: 4 and 8 channels. sparse: 40 sigmoid units. linear: random,
    6. exact: PCA itself, 6. vae: a dense one of 4."""
    root = tmp_path_factory.mktemp("encoded")
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20, 12), z_dim=5, dead=3)
    make_encoded(root, "tied", "autoencoder", data(), hidden=(20, 12), z_dim=5, tied=True)
    make_encoded(root, "conv", "autoencoder", data(), network="conv", channels=4, z_dim=5)
    make_encoded(root, "sparse", "sparse", data(), z_dim=40)
    make_encoded(root, "linear", "linear", data(), z_dim=6)
    make_encoded(root, "exact", "linear", data(), z_dim=6, exact=True)
    make_encoded(root, "recurrent", "recurrent", data(), units=8, z_dim=4)
    make(root, "vae", data(), z_dim=4)
    return Session(root)


def waited(ask, *given):
    """The value of what is worked out in the background."""
    for _ in range(400):
        value, done = ask(*given)
        if value is not None:
            return value
        assert 0 <= done < 1
    raise AssertionError("it never came")


def activations(run: Run, layer: int) -> np.ndarray:
    x = torch.from_numpy(run.real(np.arange(N))).float() / 127.5 - 1
    with torch.inference_mode():
        a = run.model.activations(x)[layer]
    return (a if a.dim() == 2 else a[:, :, a.shape[2] // 2, a.shape[3] // 2]).numpy()


@pytest.mark.parametrize(("name", "counts", "channels"), [("stack", [20, 12, 5], False), ("conv", [4, 8, 5], True), ("sparse", [40], False),
                                                          ("recurrent", [8, 4], False), ("vae", [16, 16, 4], False)])
def test_layers_are_named_and_watched(runs, name, counts, channels):
    run = runs.run(name)
    told = units.names(run)
    assert [t["units"] for t in told] == counts and told[0]["channels"] is channels and told[-1]["name"] == "code"
    for k, layer in enumerate(waited(units.watch, run)):
        seen = activations(run, k)
        assert np.allclose(layer.mean, seen.mean(0), rtol=1e-3, atol=1e-5)
        assert np.allclose(layer.std, seen.std(0), rtol=1e-3, atol=1e-5)
        assert np.array_equal(layer.exciting[:, 0], seen.argmax(0)) and np.allclose(layer.high, seen.max(0), rtol=1e-3)
        assert np.allclose(units.excited(run, k, 1, layer.exciting[1]), np.sort(seen[:, 1])[::-1][:units.EXCITING], atol=1e-5)
        assert (np.diff(layer.std[layer.order]) <= 0).all()


def test_a_unit_that_never_varies_is_dead_and_can_be_left_out(runs, monkeypatch):
    first = waited(units.watch, runs.run("stack"))[0]
    assert np.flatnonzero(first.dead).tolist() == [3]
    assert first.page(0, False)[0].tolist()[-1] == 3 and sorted(first.page(0, True)[0]) == [k for k in range(20) if k != 3]
    with pytest.raises(Refused, match="pages 0 to 0"):
        first.page(1, False)
    monkeypatch.setattr(units, "PAGE", 6)
    for alive in (False, True):
        assert all(k in first.page(first.page_of(k, alive), alive)[0] for k in range(20) if not alive or k != 3)
    assert first.page_of(3, True) == 0


def test_the_maximising_input_of_a_linear_unit_is_its_weight_vector(runs):
    run = runs.run("linear")
    found, far = waited(units.ascent, run, 0, [0, 4]), units.reach(run)
    weight, bias = run.model.encoder[1].weight.detach().numpy(), run.model.encoder[1].bias.detach().numpy()
    for k, unit in enumerate((0, 4)):
        x, length = found.inputs[k].reshape(-1), np.linalg.norm(weight[unit])
        assert x @ weight[unit] / length == pytest.approx(far, rel=1e-3), "along the weights, as far as it may go"
        assert found.values[k] == pytest.approx(far * length + bias[unit], rel=1e-3)
        assert found.grey[k] == pytest.approx(bias[unit], abs=1e-6)


@pytest.mark.parametrize(("name", "layer"), [("stack", 1), ("stack", 2), ("conv", 1), ("sparse", 0), ("recurrent", 1), ("vae", 2)])
def test_ascent_excites_units_within_its_bounds(runs, name, layer):
    run = runs.run(name)
    found = waited(units.ascent, run, layer, list(range(4)))
    assert (found.values > found.grey).all() and np.abs(found.inputs).max() <= 1
    assert (np.linalg.norm(found.inputs.reshape(4, -1), axis=1) <= units.reach(run) * 1.001).all()
    whole = np.zeros((4, *run.spec.shape), np.float32)
    if found.inputs.shape == whole.shape:
        with torch.inference_mode():
            again = run.model.activations(torch.from_numpy(found.inputs))[layer]
        assert np.allclose(again[torch.arange(4), torch.arange(4)].numpy(), found.values, rtol=1e-3, atol=1e-4)


def test_a_convolutions_unit_sees_its_kernel_alone(runs):
    run = runs.run("conv")
    found = waited(units.ascent, run, 0, [0, 1, 2, 3])
    kernel = run.model.encoder[0].weight.detach().numpy()
    assert found.inputs.shape == (4, 1, 3, 3)
    for x, w in zip(found.inputs, kernel, strict=True):
        assert (x * w).sum() / np.linalg.norm(x) / np.linalg.norm(w) > 0.97


def test_tied_filters_are_alike_and_others_are_not(runs):
    assert units.likeness(*units.filters(runs.run("tied"))) == pytest.approx(np.ones(20))
    assert np.abs(units.likeness(*units.filters(runs.run("stack")))).max() < 0.5
    assert units.filters(runs.run("conv")) is None


def test_weights_are_red_where_they_excite_and_blue_where_they_silence():
    weights = np.zeros((1, 784))
    weights[0, 5], weights[0, 9] = 2, -1
    r, g, b = units.signed(weights, (1, 28, 28))[0].reshape(-1, 3)[[5, 9, 100]]
    assert r[0] == 255 and r[0] > r[2] and g[2] > g[0] and not b.any()


def test_a_column_is_the_change_of_its_number_alone(runs):
    run = runs.run("exact")
    w = run.codes[7]
    before, after, change = units.column(run, w, 2, 1.5, None)
    more = w.copy()
    more[2] += 1.5
    assert np.array_equal(after[..., 0], run.decode(more[None])[0, ..., 0])
    assert np.array_equal(before[..., 0], run.decode(w[None])[0, ..., 0])
    assert not units.column(run, w, 2, 0.0, None)[2].any() and change.any()


def test_a_code_is_the_sum_of_its_parts(runs):
    run = runs.run("sparse")
    told, w = code_statistics.usual(run), run.codes[5]
    assert told.threshold == 0.5 and told.counts.sum() == N and told.lit == pytest.approx((run.codes > 0.5).mean())
    added, which, growing, counts = code_statistics.parts(run, w)
    assert which == np.argsort(-w, kind="stable")[:10].tolist() and counts[0] == 1 and counts[-1] == run.d
    assert np.array_equal(growing[-1], run.decode(w[None])[0]), "all of them together are the image"
    alone = np.where(np.arange(run.d) == which[0], w, 0).astype(np.float32)
    assert np.array_equal(growing[0], run.decode(alone[None])[0])
    assert len(added) == 10 and added.max() > 200, "the strongest change is at the end of the scale"
    plain = runs.run("stack")
    assert code_statistics.usual(plain).threshold is None and np.allclose(code_statistics.rest(plain), plain.codes.mean(0), rtol=1e-3)


def test_the_last_layers_way_back_is_the_reconstruction(runs):
    run = runs.run("stack")
    pixels = run.real(np.array([11]))
    drawn, errors = code_length.layered(run, pixels[0])
    again = run.images(run.encode(pixels)[0])
    assert len(drawn) == 3 and np.array_equal(drawn[-1], images.to_uint8(again)[0])
    assert errors[-1] == pytest.approx(run.errors(pixels)[0], rel=1e-4)
    assert not len(code_length.layered(runs.run("conv"), pixels[0])[0])


def test_sizes_of_exact_pca_are_pcas(runs):
    run = runs.run("exact")
    found, exact = waited(code_length.measured, run), pca.fit(run.real(np.arange(N)))
    assert found.sizes == [1, 2, 4, 6] and found.images == N
    for k, own, theirs in zip(found.sizes, found.model, found.pca, strict=True):
        assert theirs == pytest.approx(exact.error(run.real(np.arange(N)), k), rel=1e-4)
        assert own <= theirs * 1.001, "clamped to what an image can be it is no worse"
    assert (np.diff(found.pca) < 0).all()
    pixels = run.real(np.array([4]))[0]
    again, errors, _, flat = code_length.sized(run, pixels, run.encode(pixels[None])[0][0], [2, 6])
    assert np.array_equal(again[1], run.decode(run.encode(pixels[None])[0])[0]) and errors[1] < errors[0] and flat[1] < flat[0]


def test_principal_directions_by_either_matrix_are_the_same():
    x = np.random.default_rng(3).normal(size=(12, 40)) * np.linspace(3, 0.1, 40)
    wide, narrow = code_length.principal(x, 5), np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:5]
    assert pca.angles(wide.axes, narrow).max() < 1e-3
    assert np.allclose(wide.axes @ wide.axes.T, np.eye(5), atol=1e-5)
    assert np.allclose(wide.cut(x, 11), x.mean(0) + (x - x.mean(0)) @ wide.axes.T @ wide.axes, atol=1e-4)


def test_random_codes_of_three_kinds(runs):
    run = runs.run("stack")
    far = sampling.normal(run, 4000, 1)
    assert np.sqrt((far.astype(float) ** 2).mean()) == pytest.approx(np.sqrt((run.codes.astype(float) ** 2).mean()), rel=0.05)
    draw = waited(sampling.mixture, run)
    w = draw(4000, 2)
    assert w.shape == (4000, 5) and np.array_equal(draw(6, 2), draw(6, 2)) and not np.array_equal(draw(6, 2), draw(6, 3))
    assert np.allclose(w.mean(0), run.codes.mean(0), atol=0.25 * run.codes.std(0).max())
    lit = waited(sampling.mixture, runs.run("sparse"))(50, 0)
    assert lit.min() >= 0 and lit.max() <= 1


def test_the_columns_of_exact_pca_span_its_space_though_they_are_turned(runs):
    found = linear_and_pca.columns(runs.run("exact"))
    assert found.angles.max() < 0.05
    assert np.abs((found.turned * found.exact).sum(1)) == pytest.approx(np.ones(6), abs=1e-3), "in its principal axes it is PCA"
    alike = np.abs(found.plain @ found.exact.T) / np.linalg.norm(found.plain, axis=1)[:, None]
    assert alike.max(1).min() < 0.9, "the columns themselves are another basis"
    assert linear_and_pca.columns(runs.run("linear")).angles.max() > 10
    with pytest.raises(Refused, match="not linear"):
        linear_and_pca.columns(runs.run("stack"))


@pytest.mark.parametrize("seed", range(5))
def test_gradient_descent_finds_the_plane_of_pca(seed):
    found = linear_and_pca.lesson(seed)
    first, last = found.steps[0], found.steps[-1]
    assert first.error > 2 * found.error and last.error == pytest.approx(found.error, rel=0.01) and last.angle < 0.5
    assert min(s.error for s in found.steps) >= found.error * 0.999999, "nothing is better than PCA"
    normal = np.linalg.svd(found.corners - found.corners.mean(0))[2][2]
    off = (found.cloud - found.corners.mean(0)) @ normal
    assert (off**2).mean() == pytest.approx(found.error, rel=1e-4)
    assert np.allclose(last.corners, found.corners, atol=0.1)
