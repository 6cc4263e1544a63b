"""The numbers behind the Styles view: a cell is the mixed code's image, psi of 0 gives one image, noise comes from its seed."""

import base64
import dataclasses
import io

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer import Refused, images
from explorer.latent import layers, moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from explorer.views import supported
from explorer.views.styles import mixing
from training.layer_ranges import Range, ranges
from training.model import LatentSpec

from .conftest import data, make
from .generators import make_generator
from .styled import make_styled

ROWS, COLUMNS = [3, 4], [5, 6, 7]
LAYERS = [False, False, True, True, False, False]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """grey: 7, 14 and 28 pixels, six layers; mirror: the same with an encoder. colour: 4 to 64, ten layers. plain: a GAN. flat: a VAE."""
    root = tmp_path_factory.mktemp("styles")
    make_styled(root, "grey", data())
    make_styled(root, "mirror", data(), family="stylealae")
    make_styled(root, "colour", data(3, 64), seed=1)
    make_generator(root, "plain", "gan", data(), z_dim=6)
    make(root, "flat", data(), z_dim=4)
    return Session(root)


@pytest.fixture(scope="module")
def http(session):
    return TestClient(Starlette(routes=make_routes(session, Access(True), supported)))


@pytest.fixture(scope="module")
def draw(http):
    def ask(run, **more):
        answer = http.post(f"{PREFIX}/render", json={"run": run, **more})
        if answer.status_code != 200:
            return answer
        with Image.open(io.BytesIO(answer.content)) as image:
            return np.asarray(image)
    return ask


@pytest.fixture(scope="module")
def ask(http):
    return lambda run, **more: http.post(f"{PREFIX}/code", json={"run": run, **more})


def mixing_grid(**more):
    return {"op": "styles", "rows": ROWS, "columns": COLUMNS, "layers": LAYERS, **more}


def tile(sheet, r, c, side=28):
    """r, c: -1 for the sources."""
    return sheet[(r + 1) * side:(r + 2) * side, (c + 1) * side:(c + 2) * side]


def source(run, seed):
    return run.map_z(run.sample_z(1, seed))


def alike(a, b):
    """But for the last digit of sums that are taken in another order."""
    return a.shape == b.shape and np.abs(a.astype(int) - b.astype(int)).max() <= 1


def pixels(run, w, noise=None):
    return images.to_uint8(layers.images(run, w, None, noise))[0].squeeze()


def test_a_cell_is_the_image_of_the_chosen_layers_of_its_column_and_the_others_of_its_row(session, draw):
    run, sheet = session.run("grey"), draw("grey", **mixing_grid())
    assert sheet.shape == (3 * 28, 4 * 28)
    for r, row in enumerate(ROWS):
        assert alike(tile(sheet, r, -1), pixels(run, source(run, row)))
        for c, column in enumerate(COLUMNS):
            w, other = source(run, row).reshape(6, 8), source(run, column).reshape(6, 8)
            w[2:4] = other[2:4]
            with torch.inference_mode():
                known = images.to_uint8(run.model.synthesize(torch.from_numpy(w)[None]))[0, ..., 0]
            assert alike(tile(sheet, r, c), known)
            assert alike(tile(sheet, -1, c), pixels(run, source(run, column)))
            assert not alike(tile(sheet, r, c), tile(sheet, r, -1)) and not alike(tile(sheet, r, c), tile(sheet, -1, c))
    mean = np.tile(run.model.w_avg.numpy(), 6)[None]
    assert alike(tile(sheet, -1, -1), pixels(run, mean)), "the corner is the mean of W"


def test_no_layer_gives_the_row_every_layer_the_column_and_a_blend_lies_between(session, draw):
    none, every = (draw("grey", **mixing_grid(layers=[on] * 6)) for on in (False, True))
    for r in range(2):
        for c in range(3):
            assert alike(tile(none, r, c), tile(none, r, -1)) and alike(tile(every, r, c), tile(every, -1, c))
    assert np.array_equal(draw("grey", **mixing_grid(blend=0)), draw("grey", **mixing_grid(layers=[False] * 6)))
    run, half = session.run("grey"), draw("grey", **mixing_grid(layers=[True] * 6, blend=0.5))
    assert alike(tile(half, 1, 2), pixels(run, (source(run, ROWS[1]) + source(run, COLUMNS[2])) / 2))


def test_psi_of_zero_gives_the_mean_for_all_seeds_and_one_changes_nothing(draw):
    mean = draw("grey", **mixing_grid(psi=0, cutoff=6))
    first = tile(mean, -1, -1)
    assert all(alike(tile(mean, r, c), first) for r in range(-1, 2) for c in range(-1, 3))
    assert np.ptp(first) > 10, "a picture, not a plain colour"
    plain, cut, half = (draw("grey", **mixing_grid(**more)) for more in ({}, {"psi": 0, "cutoff": 2}, {"psi": 0.5, "cutoff": 6}))
    assert np.array_equal(draw("grey", **mixing_grid(psi=1, cutoff=6)), plain) and np.array_equal(draw("grey", **mixing_grid(psi=0)), plain)
    assert not np.array_equal(tile(cut, 0, -1), tile(cut, 1, -1)), "beyond the cutoff seeds stay apart"
    far, near = (np.stack([tile(x, *at) for at in ((0, -1), (1, -1), (-1, 0), (-1, 1), (-1, 2))]).std(0).mean() for x in (plain, half))
    assert 0 < near < far


def test_truncation_is_towards_the_mean_and_leaves_the_layers_beyond_the_cutoff():
    w, mean = np.random.default_rng(0).normal(size=(3, 6, 8)).astype(np.float32), np.arange(8, dtype=np.float32)
    out = layers.truncated(w, mean, -1, 4)
    np.testing.assert_allclose(out[:, :4], 2 * mean - w[:, :4], rtol=1e-5, atol=1e-6)
    assert np.array_equal(out[:, 4:], w[:, 4:]) and np.array_equal(layers.truncated(w, mean, 1, 0), w)


def test_a_strip_over_psi_holds_the_mean_the_code_and_what_is_added_after(session, draw):
    run, values = session.run("grey"), [-1, -0.5, 0, 0.5, 1, 1.5]
    w, plus = source(run, 9)[0], np.full(run.d, 0.3, np.float32)
    mean = np.tile(run.model.w_avg.numpy(), 6)
    row = draw("grey", op="truncated", w=moves.to_text(w), values=values, cutoff=6)
    for k, psi in enumerate(values):
        assert alike(tile(row, -1, k - 1), pixels(run, (mean + psi * (w - mean))[None].astype(np.float32)))
    more = draw("grey", op="truncated", w=moves.to_text(w), values=values, cutoff=6, plus=moves.to_text(plus))
    assert alike(tile(more, -1, 1), pixels(run, (mean + plus)[None])) and not alike(more, row)


def test_noise_off_is_deterministic_a_seed_decides_and_strength_zero_at_a_resolution_counts(session, draw):
    run = session.run("grey")
    own = draw("grey", **mixing_grid())
    assert np.array_equal(draw("grey", **mixing_grid(noise={"strengths": [1, 1, 1]})), own)
    off = draw("grey", **mixing_grid(noise={"strengths": [0, 0, 0]}))
    for seed in (1, 2):
        assert np.array_equal(draw("grey", **mixing_grid(noise={"strengths": [0, 0, 0], "seed": seed})), off)
    assert not np.array_equal(off, own)
    one, two = (draw("grey", **mixing_grid(noise={"strengths": [1, 1, 1], "seed": s})) for s in (1, 2))
    assert not np.array_equal(one, two) and not np.array_equal(one, own)
    assert np.array_equal(one, draw("grey", **mixing_grid(noise={"strengths": [1, 1, 1], "seed": 1})))
    w = source(run, 3)
    assert np.array_equal(draw("grey", op="image", w=moves.to_text(w), noise={"strengths": [0, 0, 0]}),
                          pixels(run, w, layers.Noise((0, 0, 0))))
    fine = [pixels(run, w, layers.Noise((0, 0, s))).astype(int) for s in (0, 0.5, 1)]
    assert 0 < np.abs(fine[1] - fine[0]).mean() < np.abs(fine[2] - fine[0]).mean()


def test_the_map_shows_where_noise_changes_pixels_and_nothing_without_noise(session, ask):
    run = session.run("grey")
    w = source(run, 3)
    moved = mixing.noise_map(run, w[0], [1, 1, 1], 16)
    drawn = np.stack([pixels(run, w, layers.Noise((1, 1, 1), s)).astype(float) for s in range(1, 17)])
    assert moved.shape == (28, 28) and moved.max() > 5
    np.testing.assert_allclose(moved, drawn.std(0), atol=0.6)
    answer = ask("grey", op="noise", w=moves.to_text(w), strengths=[1, 1, 1]).json()
    assert answer["seeds"] == 16 and answer["top"] == pytest.approx(moved.max(), rel=0.06)
    assert answer["mean"] == pytest.approx(moved.mean(), rel=1e-4)
    with Image.open(io.BytesIO(base64.b64decode(answer["picture"].partition(",")[2]))) as image:
        assert np.array_equal(np.asarray(image), mixing.heat(moved, answer["top"]))
    still = ask("grey", op="noise", w=moves.to_text(w), strengths=[0, 0, 0]).json()
    assert still["top"] == still["mean"] == 0
    assert mixing.heat(np.array([[0.0, 9.0]]), 4)[0].tolist() == [[0, 0, 0], [255, 250, 220]]


def test_paths_end_at_the_same_images_and_each_has_its_length(session, ask):
    run = session.run("colour")
    answer = ask("colour", op="paths", a=3, b=8, frames=5).json()
    with Image.open(io.BytesIO(base64.b64decode(answer["picture"].partition(",")[2]))) as image:
        rows = np.asarray(image)
    assert rows.shape == (128, 5 * 64, 3) and answer["space"] == "pixels"
    for k, seed in ((0, 3), (4, 8)):
        ends = [rows[y:y + 64, 64 * k:64 * (k + 1)] for y in (0, 64)]
        assert np.abs(ends[0].astype(int) - ends[1]).mean() < 3 and np.abs(ends[0].astype(int) - pixels(run, source(run, seed))).mean() < 3
    assert np.abs(rows[:64, 128:192].astype(int) - rows[64:, 128:192]).mean() > 1, "in between the ways part"
    assert answer["lengths"]["z"] > 0 and answer["lengths"]["w"] > 0 and answer["lengths"]["z"] != answer["lengths"]["w"]


def test_the_length_of_a_straight_path_is_its_squared_length(session):
    """Where the image moves in proportion to t, d / ε² is |G(1) - G(0)|² everywhere."""
    run = session.run("grey")
    ends = (layers.images(run, source(run, 3)), layers.images(run, source(run, 4)))

    class Straight:
        spec, device = run.spec, run.device

        def images(self, w, label):
            t = torch.from_numpy(w[:, :1]).view(-1, 1, 1, 1)
            return ends[0] + t * (ends[1] - ends[0])

    length = mixing.path_length(Straight(), lambda t: np.tile(t[:, None], (1, run.d)).astype(np.float32), None)
    assert length == pytest.approx(float(((ends[1] - ends[0]) / 2).square().sum()), rel=0.01)


def test_directions_are_zero_outside_the_chosen_layers_and_the_strongest_moves_w_most(session, ask):
    run = session.run("grey")
    deadline = 200
    while not (answer := ask("grey", op="style_directions", layers=LAYERS).json())["ready"]:
        deadline -= 1
        assert deadline and 0 <= answer["done"] < 1
    found = answer["directions"]
    assert {d["kind"] for d in found} == {"principal", "closed form"} and len(found) == 12
    points = layers.shaped(run, run.points_of_all())
    for d in found:
        v = moves.from_text(d["vector"]).reshape(6, 8)
        assert not v[[0, 1, 4, 5]].any() and np.allclose(v[2], v[3]) and np.linalg.norm(v) == pytest.approx(1, abs=1e-5)
        assert d["sigma"] == pytest.approx((points[:, 2] @ v[2] + points[:, 3] @ v[3]).std(), rel=1e-3)
    principal = [d["sigma"] for d in found if d["kind"] == "principal"]
    assert principal == sorted(principal, reverse=True)
    weight = torch.cat(run.model.style_weights()[2:4])
    closed = [moves.from_text(d["vector"]).reshape(6, 8)[2] for d in found if d["kind"] == "closed form"]
    pulls = [float((weight @ torch.from_numpy(v)).square().sum()) for v in closed]
    assert pulls == sorted(pulls, reverse=True)
    every, done = mixing.found_in(run, [True, False, True, False, False, False])
    assert done == 1 and len(every) == 12 and not every[0].changes, "scattered layers are not measured"


@pytest.mark.parametrize(("levels", "layers", "known"), [
    ((4, 8, 16, 32, 64), 10, [("coarse", 0, 4, 4, 8), ("middle", 4, 8, 16, 32), ("fine", 8, 10, 64, 64)]),
    ((4, 8, 16, 32), 8, [("coarse", 0, 4, 4, 8), ("middle", 4, 6, 16, 16), ("fine", 6, 8, 32, 32)]),
    ((7, 14, 28), 6, [("coarse", 0, 2, 7, 7), ("middle", 2, 4, 14, 14), ("fine", 4, 6, 28, 28)]),
    ((8, 16), 4, [("coarse", 0, 2, 8, 8), ("fine", 2, 4, 16, 16)]),
    (tuple(4 * 2**k for k in range(9)), 18, [("coarse", 0, 4, 4, 8), ("middle", 4, 8, 16, 32), ("fine", 8, 18, 64, 1024)]),
    ((), 7, [("coarse", 0, 3, 0, 0), ("middle", 3, 5, 0, 0), ("fine", 5, 7, 0, 0)]),
    ((), 2, [("coarse", 0, 1, 0, 0), ("fine", 1, 2, 0, 0)]),
])
def test_coarse_middle_and_fine_share_out_all_layers(levels, layers, known):
    spec = LatentSpec(shape=(3, 64, 64), z_dim=4, w_dim=4, num_layers=layers, levels=levels)
    assert [(r.name, r.first, r.last, r.low, r.high) for r in ranges(spec)] == known
    with_palette = ranges(dataclasses.replace(spec, palette=6))
    assert with_palette == [*ranges(spec), *([Range("colours", layers - 1, layers)] if layers > 2 else [])]


def test_sources_are_the_samples_of_their_seeds(session, ask):
    run = session.run("grey")
    answer = ask("grey", op="styles", rows=ROWS, columns=COLUMNS).json()
    w = moves.from_text(answer["w"]).reshape(5, run.d)
    np.testing.assert_allclose(w, np.concatenate([source(run, s) for s in ROWS + COLUMNS]), rtol=1e-5, atol=1e-5)
    assert np.array_equal(moves.from_text(answer["average"]), run.model.w_avg.numpy())
    assert [r["name"] for r in answer["ranges"]] == ["coarse", "middle", "fine", "colours"]


@pytest.mark.parametrize(("run", "more", "words"), [
    ("plain", mixing_grid(), "one code for all of its layers"),
    ("grey", mixing_grid(layers=[True] * 5), "6 layers; this is a choice among 5"),
    ("grey", mixing_grid(layers=[True] * 33), "layers"),
    ("grey", mixing_grid(rows=list(range(9))), "rows"),
    ("grey", mixing_grid(rows=[]), "rows"),
    ("grey", mixing_grid(columns=[-1]), "columns"),
    ("grey", mixing_grid(blend=1.5), "blend"),
    ("grey", mixing_grid(psi=5), "psi"),
    ("grey", mixing_grid(psi=0.5, cutoff=7), "6 layers; 7"),
    ("grey", mixing_grid(noise={"strengths": [1, 1]}), "3 resolutions; these are 2"),
    ("grey", mixing_grid(noise={"strengths": [1, 1, -1]}), "strengths"),
    ("grey", {"op": "image", "w": moves.to_text(np.zeros(7))}, "codes have 48"),
    ("grey", {"op": "truncated", "w": moves.to_text(np.zeros(48)), "values": [0] * 17, "cutoff": 6}, "values"),
    ("grey", {"op": "truncated", "w": moves.to_text(np.zeros(48)), "values": [0], "cutoff": 6, "plus": moves.to_text(np.zeros(4))}, "48"),
    ("plain", {"op": "image", "w": moves.to_text(np.zeros(6)), "noise": {"strengths": [1]}}, "adds no noise"),
])
def test_what_does_not_fit_is_not_drawn(draw, run, more, words):
    answer = draw(run, **more)
    assert answer.status_code == 422 and words in answer.json()["error"]


@pytest.mark.parametrize(("run", "more", "words"), [
    ("plain", {"op": "styles", "rows": ROWS, "columns": COLUMNS}, "one code"),
    ("plain", {"op": "paths", "a": 1, "b": 2}, "one code"),
    ("grey", {"op": "paths", "a": 1, "b": 2, "frames": 17}, "frames"),
    ("grey", {"op": "noise", "w": moves.to_text(np.zeros(48)), "strengths": [1]}, "3 resolutions"),
    ("grey", {"op": "noise", "w": moves.to_text(np.zeros(48)), "strengths": [1, 1, 1], "seeds": 99}, "seeds"),
    ("grey", {"op": "style_directions", "layers": [False] * 6}, "at least one layer"),
    ("grey", {"op": "style_directions", "layers": [True]}, "6 layers"),
])
def test_what_does_not_fit_is_not_answered(ask, run, more, words):
    answer = ask(run, **more)
    assert answer.status_code == 422 and words in answer.json()["error"]


def test_a_run_without_a_mean_is_not_truncated(session):
    run = session.run("flat")
    with pytest.raises(Refused, match="keeps no mean"):
        layers.Truncation(0.5, 1).apply(run, np.zeros((1, 1, 4), np.float32))
    w = np.ones((1, 1, 4), np.float32)
    assert layers.Truncation(1, 1).apply(run, w) is w


def test_the_view_asks_for_layers(session):
    assert {n for n, c in session.runs()[0].items() if "styles" in supported(c.spec)} == {"grey", "mirror", "colour"}


def test_real_images_are_sources_by_their_codes(session, draw, ask):
    run, held = session.run("mirror"), [{"index": k} for k in (4, 5, 6, 7, 8)]
    told = ask("mirror", op="reals", images=held).json()
    w = np.frombuffer(base64.b64decode(told["w"]), "<f4").reshape(5, run.spec.w_dim)
    indices = np.array([4, 5, 6, 7, 8])
    codes, _ = run.encode(run.real(indices))
    assert np.array_equal(np.repeat(w, run.spec.num_layers, 0), codes.reshape(-1, run.spec.w_dim)), "one style for all layers"
    with Image.open(io.BytesIO(base64.b64decode(told["picture"].partition(",")[2]))) as row:
        assert np.array_equal(np.asarray(row), np.concatenate(run.real(indices)[:, 0], 1))
    sheet = draw("mirror", op="styles", rows=[0, 0], columns=[0, 0, 0], layers=LAYERS, codes=told["w"])
    cells = sheet.reshape(3, 28, 4, 28).transpose(0, 2, 1, 3)
    shown = run.decode(codes)[..., 0]
    assert np.abs(cells[1:, 0].astype(int) - shown[:2]).max() <= 1 and np.abs(cells[0, 1:].astype(int) - shown[2:]).max() <= 1
    both = mixing.mix_styles(layers.shaped(run, codes[:2]), layers.shaped(run, codes[2:]), LAYERS)
    assert np.abs(cells[2, 3].astype(int) - run.decode(both[1, 2].reshape(1, -1))[0, ..., 0]).max() <= 1
    whole = moves.to_text(codes)
    assert np.array_equal(draw("mirror", op="styles", rows=[0, 0], columns=[0, 0, 0], layers=LAYERS, codes=whole), sheet)


def test_real_images_that_do_not_fit_are_refused(draw, ask):
    assert "no encoder" in ask("grey", op="reals", images=[{"index": 0}]).json()["error"]
    assert "test images 0 to" in ask("mirror", op="reals", images=[{"index": 10**6}]).json()["error"]
    assert ask("mirror", op="reals", images=[{"index": 0}] * 17).status_code == 422
    assert "not base64" in ask("mirror", op="reals", images=["?"]).json()["error"]
    few = draw("mirror", op="styles", rows=[0], columns=[0], layers=LAYERS, codes=moves.to_text(np.zeros((3, 8), np.float32)))
    assert few.status_code == 422 and "codes" in few.json()["error"]
