import io

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from explorer import Refused
from explorer.latent import moves
from explorer.views import base
from explorer.views.walk import export


def keys(count: int, d: int = 4) -> str:
    return moves.to_text(np.random.default_rng(0).normal(size=(count, d)))


def made(run, **fields):
    return export.export(run, base.parse(export.EXPORT, export.Export(run=run.card.name, keys=keys(3), **fields).model_dump_json(
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
    image = Image.open(io.BytesIO(export.gif(frames, fps)))
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
    with av.open(io.BytesIO(export.mp4(frames, 5))) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (18, 28)


def test_bounds(session):
    run = session.run("tiny")
    with pytest.raises(Refused, match="240"):
        made(run, seconds=30, fps=24)
    with pytest.raises(Refused, match="12"):
        export.export(run, export.Export(run="tiny", keys=keys(13)))
    start = b'{"run":"tiny","keys":"AAAAAA=="'
    base.parse(export.EXPORT, start + b"}")
    for body in (start + b',"size":4000}', start + b',"format":"exe"}', start + b',"seconds":NaN}', start + b',"fps":0}',
                 b'{"run":"tiny","keys":"AADAfw=="}', b"{}"):
        with pytest.raises(Refused, match=r"\.$"):
            base.parse(export.EXPORT, body)
