"""The levels that the page shows: they add up, blend, stay apart; of a code, of a real image, and of models without residuals."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer import Refused, images
from explorer.latent import moves
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from explorer.views import supported
from explorer.views.pyramid import levels as pyramid
from tests.training.prototypes import PROTOTYPES, SmallConfig
from training import heldout
from training import pyramid as maths

from .conftest import data, make
from .generators import make_generator

SETTINGS = {"z_dim": 6, "noise": 3, "channels": 4, "network": "conv"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """grey: 28 × 28. colour: 64 × 64. asked: two classes. flat: a model without levels."""
    found = tmp_path_factory.mktemp("levels")
    grey, colour = data(), data(3, 64)
    make_generator(found, "grey", "lapgan", grey, **SETTINGS)
    make_generator(found, "colour", "lapgan", colour, **SETTINGS)
    make_generator(found, "asked", "lapgan", grey, conditional=True, **SETTINGS)
    make(found, "flat", grey, z_dim=4)
    heldout.write_missing(colour, found)
    return found


@pytest.fixture(scope="module")
def session(root):
    return Session(root)


@pytest.fixture(scope="module")
def ask(session):
    http = TestClient(Starlette(routes=make_routes(session, Access(True), supported)))
    return lambda run, **more: http.post(f"{PREFIX}/code", json={"op": "pyramid", "run": run, **more})


def code(run, seed=0):
    return run.map_z(run.sample_z(1, seed))[0]


def tensors(run, seed=0):
    return torch.from_numpy(code(run, seed)).view(1, 1, -1)


def picture(answer):
    with Image.open(io.BytesIO(base64.b64decode(answer["picture"].partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB"))


def tile(answer, level, row):
    s = answer["side"]
    return picture(answer)[row * s:(row + 1) * s, level * s:(level + 1) * s]


@pytest.mark.parametrize("name", ["grey", "colour"])
def test_low_pass_and_residual_add_up_to_the_image_of_the_code(session, name):
    run = session.run(name)
    w = tensors(run)
    blend = [1.0] * (len(run.spec.levels) - 1)
    levels = pyramid.of_code(run.model, w, None, blend)
    for mine, known in zip(levels, run.model.synthesize_levels(w), strict=True):
        torch.testing.assert_close(mine.image, known)
    for before, level in zip(levels[:-1], levels[1:], strict=True):
        assert torch.equal(level.low, maths.up(before.image))
        torch.testing.assert_close(level.low + level.residual, level.image, atol=1e-6, rtol=0)
    assert levels[0].low is None and levels[0].residual is None


def test_a_blend_of_zero_leaves_the_enlarged_low_pass_and_half_adds_half(session):
    run = session.run("colour")
    w = tensors(run)
    full = pyramid.of_code(run.model, w, None, [1, 1, 1])
    none, half = (pyramid.of_code(run.model, w, None, [1, 1, share]) for share in (0.0, 0.5))
    assert torch.equal(none[3].image, full[3].low) and not none[3].residual.any()
    inside = (full[3].image.abs() < 1).all(1, keepdim=True).expand_as(full[3].image)
    torch.testing.assert_close(half[3].residual[inside], full[3].residual[inside] / 2, atol=1e-6, rtol=0)
    earlier = pyramid.of_code(run.model, w, None, [0, 1, 1])
    assert torch.equal(earlier[1].image, maths.up(full[0].image)) and not torch.equal(earlier[3].image, full[3].image)


def test_a_real_image_comes_back_and_a_drawn_residual_changes_it_from_there_on(session):
    run = session.run("colour")
    w = tensors(run)
    real = torch.from_numpy(run.real(np.array([5]))).float() / 127.5 - 1
    own = pyramid.of_image(run.model, real, w, None, [1] * 3, [False] * 3)
    assert (own[-1].image - real).abs().max() <= 1e-6
    assert np.array_equal(images.to_uint8(own[-1].image)[0], run.real(np.array([5]))[0].transpose(1, 2, 0))
    mixed = pyramid.of_image(run.model, real, w, None, [1] * 3, [False, True, False])
    assert torch.equal(mixed[0].image, own[0].image) and torch.equal(mixed[1].image, own[1].image)
    low = maths.up(own[1].image)
    torch.testing.assert_close(mixed[2].image, (low + run.model.residual(2, low, w)).clamp(-1, 1))
    assert (mixed[3].image - real).abs().max() > 0.01
    other = pyramid.of_image(run.model, real, tensors(run, 1), None, [1] * 3, [False, True, False])
    assert not torch.equal(other[2].image, mixed[2].image)


def test_models_whose_levels_share_their_code_show_images_alone():
    config = SmallConfig()
    model = PROTOTYPES["progan"].Model(config, data().spec).eval()
    w = model.map(model.sample_z(1, torch.Generator().manual_seed(0)))
    pyramid.require(model, [], None)
    with torch.inference_mode():
        levels = pyramid.of_code(model, w, None, [])
        shown, scales = pyramid.picture(levels)
    assert [x.image.shape[-1] for x in levels] == list(model.spec.levels) and all(x.low is None for x in levels)
    assert shown.shape == (28, 56, 3) and scales == [0.0, 0.0]
    assert np.array_equal(shown[:, 28:, 0], images.to_uint8(levels[1].image)[0, ..., 0])
    with pytest.raises(Refused, match="no residuals"):
        pyramid.require(model, [], [])
    with pytest.raises(Refused, match="0 residuals"):
        pyramid.require(model, [1.0], None)


def test_colours_of_a_residual():
    r = torch.zeros(1, 3, 4, 4)
    r[0, 0, 0, 0], r[0, 2, 1, 1] = 0.25, -0.5
    drawn = pyramid.signed(r, 0.5)
    assert drawn[3, 3].tolist() == [128, 128, 128]
    assert drawn[0, 0].tolist() == [192, 128, 128] and drawn[1, 1].tolist() == [128, 128, 1]
    grey = pyramid.signed(r[:, :1] - r[:, 2:], 0.5)
    assert not grey[3, 3].any() and grey[1, 1, 0] > grey[1, 1, 2], "brighter is red"
    assert pyramid.signed(-r[:, :1], 0.5)[0, 0, 2] > 100, "darker is blue"


@pytest.mark.parametrize(("top", "shown"), [(0.431, 0.44), (0.43, 0.43), (1.203, 1.3), (0.0123, 0.013), (0.0, 0.0)])
def test_the_scale_is_the_largest_residual_rounded_up(top, shown):
    r = torch.zeros(1, 1, 2, 2)
    r[0, 0, 0, 1] = -top
    assert pyramid.scale(r) == shown >= top - 1e-7


def test_the_picture_holds_every_tile_enlarged(session, ask):
    run = session.run("colour")
    answer = ask("colour", w=moves.to_text(code(run)), blend=[1, 1, 1]).json()
    levels = pyramid.of_code(run.model, tensors(run), None, [1, 1, 1])
    assert answer["side"] == 64 and picture(answer).shape == (192, 256, 3) and len(answer["scales"]) == 4
    for k, level in enumerate(levels):
        times = 64 // level.image.shape[-1]
        assert np.array_equal(tile(answer, k, 2), images.enlarge(images.to_uint8(level.image)[0], times))
        if k:
            assert np.array_equal(tile(answer, k, 0), images.enlarge(images.to_uint8(level.low)[0], times))
            assert answer["scales"][k] == pyramid.scale(level.residual)
        else:
            assert not tile(answer, 0, 0).any() and not tile(answer, 0, 1).any()
    assert np.array_equal(tile(answer, 3, 2), run.decode(code(run)[None])[0])


def test_other_noise_at_a_level_leaves_coarser_tiles_as_they_are(session, ask):
    run = session.run("grey")
    one, two = code(run, 0), code(run, 1)
    at = np.cumsum((0, *run.spec.noise))
    for k in range(3):
        mixed = one.copy()
        mixed[at[k]:at[k + 1]] = two[at[k]:at[k + 1]]
        a, b = (ask("grey", w=moves.to_text(w), blend=[1, 1]).json() for w in (one, mixed))
        same = [np.array_equal(tile(a, j, 2), tile(b, j, 2)) for j in range(3)]
        assert same == [j < k for j in range(3)]


def test_a_held_out_image_by_its_number_says_how_far_it_is(session, ask):
    run = session.run("grey")
    w = moves.to_text(code(run))
    answer = ask("grey", w=w, blend=[1, 1], image={"index": 3}).json()
    assert answer["most"] <= 1e-6 and answer["index"] == 3 and answer["class"] == run.class_of(3)
    assert np.array_equal(tile(answer, 2, 2)[..., 0], run.real(np.array([3]))[0, 0])
    drawn = ask("grey", w=w, blend=[1, 1], image={"index": 3}, drawn=[True, False]).json()
    assert drawn["error"] > 0.001 and not np.array_equal(tile(drawn, 2, 2), tile(answer, 2, 2))
    own = run.real(np.array([3]))[0].transpose(1, 2, 0)
    sent = ask("grey", w=w, blend=[1, 1], image={"pixels": base64.b64encode(own.tobytes()).decode()}).json()
    assert sent["picture"] == answer["picture"]
    out = io.BytesIO()
    Image.fromarray(own[..., 0]).save(out, "PNG")
    assert ask("grey", w=w, blend=[1, 1], image=base64.b64encode(out.getvalue()).decode()).json()["picture"] == answer["picture"]


def test_a_class_is_asked_for(session, ask):
    w = moves.to_text(code(session.run("asked")))
    pictures = {ask("asked", w=w, blend=[1, 1], label=k).json()["picture"] for k in (0, 1)}
    assert len(pictures) == 2
    assert ask("asked", w=w, blend=[1, 1], label=2).status_code == 422


@pytest.mark.parametrize(("run", "more", "words"), [
    ("flat", {"blend": []}, "no levels"),
    ("grey", {"blend": [1]}, "2 residuals; these are 1"),
    ("grey", {"blend": [1, 1], "image": {"index": 0}, "drawn": [True]}, "2 residuals; these are 1"),
    ("grey", {"blend": [1, 2]}, "blend"),
    ("grey", {"blend": [1, 1], "image": {"pixels": "AAAA"}}, "3 pixel values"),
    ("grey", {"blend": [1, 1], "image": "AAAA"}, "not an image"),
])
def test_what_does_not_fit_is_refused_in_a_sentence(session, ask, run, more, words):
    answer = ask(run, w=moves.to_text(code(session.run(run))), **more)
    assert answer.status_code in (413, 422) and words in answer.json()["error"]


def test_the_view_asks_for_levels(session):
    cards = session.runs()[0]
    assert {n for n, c in cards.items() if "pyramid" in supported(c.spec)} == {"grey", "colour", "asked"}
