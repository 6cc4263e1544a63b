import io
import json

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from explorer import Refused, images
from explorer.latent import layers, moves, reconstruction
from explorer.runs import lanes
from explorer.runs.lanes import Abandoned
from explorer.runs.session import Session
from explorer.views import base, films, operations, paths

from .conftest import data
from .generators import make_generator
from .styled import make_styled


def keys(count: int, d: int = 4) -> str:
    return moves.to_text(np.random.default_rng(0).normal(size=(count, d)))


def made(run, **fields):
    return films.film(run, base.parse(operations.FILM, paths.FilmWalk(op="walk", run=run.card.name, keys=keys(3), **fields).model_dump_json(
        exclude={"keys"}).replace("{", f'{{"keys":"{keys(3)}",', 1).encode()))


def test_gif_is_exact_for_grey(session):
    run = session.run("tiny")
    data, kind = made(run, seconds=1, fps=10, size=100, format="gif")
    image = Image.open(io.BytesIO(data))
    frames = [np.asarray(f.convert("L")) for f in ImageSequence.Iterator(image)]
    assert kind == "image/gif" and image.info["loop"] == 0 and len(frames) == 10 and frames[0].shape == (84, 84)
    first = run.decode(moves.from_text(keys(3)).reshape(3, 4)[:1])[0, ..., 0]
    assert abs(frames[0][::3, ::3].astype(int) - first).max() <= 1
    assert np.array_equal(frames[0][::3, ::3], frames[0][2::3, 2::3]), "pixels stay squares"


def test_gif_in_colour(session):
    run = session.run("colour")
    data, _ = made(run, seconds=0.5, fps=20, size=64, loop=True)
    image = Image.open(io.BytesIO(data))
    assert image.size == (64, 64) and image.n_frames == 10
    first = run.decode(moves.from_text(keys(3)).reshape(3, 4)[:1])[0]
    assert abs(np.asarray(image.convert("RGB"))[::2, ::2].astype(int) - first).mean() < 12, "256 colours for all frames"


@pytest.mark.parametrize("fps", [7, 24, 30])
def test_gif_keeps_time(fps):
    frames = np.random.default_rng(0).integers(0, 256, (2 * fps, 8, 8, 1)).astype(np.uint8)
    image = Image.open(io.BytesIO(films.gif(frames, fps)))
    total = sum(f.info["duration"] for f in ImageSequence.Iterator(image))
    assert total == pytest.approx(2000, abs=10)


@pytest.mark.parametrize("name, size, side", [("tiny", 100, 84), ("colour", 96, 96)])
def test_mp4_can_be_read_back(session, name, size, side):
    run = session.run(name)
    data, kind = made(run, seconds=1, fps=12, size=size, format="mp4", method="slerp")
    assert kind == "video/mp4"
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.video[0]
        frames = [f.to_ndarray(format="rgb24") for f in file.decode(stream)]
        assert (stream.width, stream.height) == (side, side) and float(stream.average_rate) == 12 and len(frames) == 12
    first = run.decode(moves.from_text(keys(3)).reshape(3, 4)[:1])[0]
    assert abs(frames[0][1::side // first.shape[0], 1::side // first.shape[0]].astype(int) - first).mean() < 16


def test_mp4_of_an_odd_size():
    frames = np.random.default_rng(0).integers(0, 256, (3, 27, 17, 1)).astype(np.uint8)
    with av.open(io.BytesIO(films.mp4(frames, 5))) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (18, 28)


def decoded(film: bytes) -> np.ndarray:
    """Its frames (n, H, W, 3) uint8."""
    with av.open(io.BytesIO(film)) as file:
        return np.stack([f.to_ndarray(format="rgb24") for f in file.decode(file.streams.video[0])])


@pytest.mark.parametrize("write", [films.gif, films.mp4])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_film_is_made_large_frame_by_frame(write, channels, monkeypatch):
    """All at once would hold every other thread for as long as that takes; who leaves ends it after the frame under way."""
    frames, sizes, real = np.random.default_rng(0).integers(0, 256, (40, 8, 8, channels)).astype(np.uint8), [], images.enlarge

    def enlarge(pixels, times):
        sizes.append(len(pixels) if pixels.ndim == 4 else 1)
        return real(pixels, times)
    monkeypatch.setattr(films.images, "enlarge", enlarge)
    whole = write(frames, 10, 3)
    assert sizes.count(1) == 40 and max(sizes) <= 16, "the palette is of sixteen"
    monkeypatch.undo()
    large = write(real(frames, 3), 10)
    if write is films.gif:
        assert whole == large, "the same film as of large frames"
    else:                                   # x264 (av 18.1) at times makes another file of the same frames: 2 of 255 apart, others' are 85
        assert np.abs(decoded(whole).astype(int) - decoded(large)).mean() < 6

    def left():
        raise Abandoned
    monkeypatch.setattr(lanes, "check", left)
    sizes.clear()
    monkeypatch.setattr(films.images, "enlarge", enlarge)
    with pytest.raises(Abandoned):
        write(frames, 10, 3)
    assert sizes.count(1) == 0


def test_bounds(session):
    run = session.run("tiny")
    with pytest.raises(Refused, match="240"):
        made(run, seconds=30, fps=24)
    with pytest.raises(Refused, match="12"):
        films.film(run, paths.FilmWalk(op="walk", run="tiny", keys=keys(13)))
    start = b'{"run":"tiny","op":"walk","keys":"AAAAAA=="'
    base.parse(operations.FILM, start + b"}")
    for body in (start + b',"size":4000}', start + b',"format":"exe"}', start + b',"seconds":NaN}', start + b',"fps":0}',
                 b'{"run":"tiny","op":"walk","keys":"AADAfw=="}', b"{}"):
        with pytest.raises(Refused, match=r"\.$"):
            base.parse(operations.FILM, body)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """styled: noise, a mean of W. levels: residuals."""
    root = tmp_path_factory.mktemp("kinds")
    make_styled(root, "styled", data())
    make_generator(root, "levels", "lapgan", data(), z_dim=6, noise=3, channels=4, network="conv")
    return Session(root)


def frames_of(run, **request) -> np.ndarray:
    """The frames of a film as a GIF keeps them, in the images' own size: exact for grey."""
    body = json.dumps({"run": run.card.name, "format": "gif", "size": 28, **request}).encode()
    with Image.open(io.BytesIO(films.film(run, base.parse(operations.FILM, body))[0])) as image:
        return np.stack([np.asarray(f.convert("L")) for f in ImageSequence.Iterator(image)])


def drawn(run, **request) -> np.ndarray:
    return base.parse(operations.DRAW, json.dumps({"run": run.card.name, **request}).encode()).draw(run)[..., 0]


def test_psi_goes_from_one_end_to_the_other(kinds):
    """Truncation is straight in W, so its film is a path between two codes."""
    run = kinds.run("styled")
    w = run.map_z(run.sample_z(1, 5))
    values = [-1.0, -0.5, 0.0, 0.5, 1.0]
    row = drawn(run, op="truncated", w=moves.to_text(w), values=values, cutoff=run.spec.num_layers).reshape(28, 5, 28).transpose(1, 0, 2)
    ends = [layers.Truncation(v, run.spec.num_layers).apply(run, layers.shaped(run, w)) for v in (-1.0, 1.0)]
    shown = frames_of(run, op="walk", keys=moves.to_text(np.stack(ends)), seconds=1, fps=5)
    assert np.abs(shown.astype(int) - row).max() <= 1 and len({f.tobytes() for f in shown}) == 5


def test_noise_grows_and_its_seeds_are_drawn_anew(kinds):
    run = kinds.run("styled")
    w, levels = moves.to_text(run.map_z(run.sample_z(1, 5))), len(run.spec.levels)

    def at(strength, seed=None):
        return drawn(run, op="image", w=w, noise={"strengths": [strength] * levels, **({} if seed is None else {"seed": seed})})
    grown = frames_of(run, op="walk", keys=w, seconds=1, fps=5, noise={"strengths": [[0.0] * levels, [2.0] * levels], "seed": 3})
    assert all(np.abs(f.astype(int) - at(0.5 * k, 3)).max() <= 1 for k, f in enumerate(grown)) and len({f.tobytes() for f in grown}) == 5
    body = {"op": "walk", "run": "styled", "keys": w, "noise": {"strengths": [[1.0] * levels], "seed": 3, "draws": 4}}
    anew = base.parse(operations.FILM, json.dumps(body).encode()).shown(run, 8)[..., 0]    # a GIF joins frames that are alike
    assert [next(s for s in range(3, 7) if np.array_equal(f, at(1.0, s))) for f in anew] == [3, 3, 4, 4, 5, 5, 6, 6]
    own = frames_of(run, op="walk", keys=w, seconds=1, fps=2, noise={"strengths": [[0.0] * levels, [1.0] * levels]})
    assert np.array_equal(own[-1], drawn(run, op="image", w=w)), "without a seed it is the model's own"


def test_residuals_are_blended_in(kinds):
    run = kinds.run("levels")
    w, k = moves.to_text(run.map_z(run.sample_z(1, 5))), len(run.spec.levels) - 1
    shown = frames_of(run, op="blended", w=w, blends=[[0.0] * k, [1.0] * k], seconds=1, fps=5)
    assert np.array_equal(shown[-1], drawn(run, op="image", w=w)) and len({f.tobytes() for f in shown}) == 5
    for n, frame in enumerate(shown):
        assert np.array_equal(frame, drawn(run, op="blended", w=w, blends=[[0.0] * k, [1.0] * k], t=n / 4))
    middle = drawn(run, op="blended", w=w, blends=[[0.5] * k], t=0)
    assert np.abs(shown[2].astype(int) - middle).max() <= 1


@pytest.mark.parametrize("wrong, sentence", [
    ({"noise": {"strengths": [[1.0]]}}, "resolutions"), ({"noise": {"strengths": [[1.0], [1.0, 1.0]]}}, "as many strengths"),
    ({"noise": {"strengths": []}}, "strengths"), ({"noise": {"strengths": [[9.0]]}}, "strengths"),
    ({"noise": {"strengths": [[1.0] * 3], "draws": 1000}}, "draws"), ({"noise": {"strengths": [[1.0] * 3]}, "space": "pixels"}, "fade"),
    ({"op": "blended", "blends": [[1.0]]}, "residual"), ({"op": "other"}, "operation")])
def test_what_no_film_is_made_of(kinds, wrong, sentence):
    run = kinds.run("styled")
    w = moves.to_text(run.map_z(run.sample_z(1, 5)))
    body = {"op": "walk", "run": "styled", "seconds": 1, "fps": 2} | wrong
    body["w" if body["op"] == "blended" else "keys"] = w
    with pytest.raises(Refused, match=sentence):
        films.film(run, base.parse(operations.FILM, json.dumps(body).encode()))


def test_noise_on_the_input_grows_beside_what_is_made_of_it(session):
    run = session.run("tiny")
    w = run.map_z(run.sample_z(1, 2))
    body = {"op": "spoiled", "run": "tiny", "image": {"w": moves.to_text(w)}, "kind": "gaussian", "amounts": [0.0, 1.0], "seed": 5}
    shown = base.parse(operations.FILM, json.dumps(body).encode()).shown(run, 5)[..., 0]
    clean = run.decode(w)[0].transpose(2, 0, 1)
    for k, frame in enumerate(shown):
        noisy = reconstruction.noisy(clean, "gaussian", k / 4, 5)
        assert np.array_equal(frame[:, :28], noisy[0]) and np.array_equal(frame[:, 28:], reconstruction.take_in(run, noisy).again[..., 0])
    assert np.array_equal(shown[0][:, :28], clean[0]) and len({f.tobytes() for f in shown}) == 5
    anew = base.parse(operations.FILM, json.dumps(body | {"amounts": [0.5], "draws": 3}).encode()).shown(run, 3)[..., 0]
    assert all(np.array_equal(f[:, :28], reconstruction.noisy(clean, "gaussian", 0.5, 5 + k)[0]) for k, f in enumerate(anew))
    assert np.array_equal(drawn(run, **{k: v for k, v in body.items() if k != "run"}, t=0.25), shown[1])
