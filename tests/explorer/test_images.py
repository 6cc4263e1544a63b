import base64
import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer import images
from explorer.images import ImageError
from training import image_folder

GREY, COLOUR = (1, 28, 28), (3, 32, 32)


def saved(image: Image.Image, kind: str = "PNG", **more) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_to_uint8():
    x = torch.tensor([-1, 1, 0.0, -9, 9, float("nan"), float("inf"), -1 + 2 / 255]).view(1, 1, 2, 4)
    assert images.to_uint8(x).flatten().tolist() == [0, 255, 128, 0, 255, 0, 255, 1]


@given(st.binary(min_size=12, max_size=12))
def test_uint8_round_trip(raw):
    pixels = np.frombuffer(raw, np.uint8).reshape(1, 3, 2, 2)
    again = images.to_uint8(torch.from_numpy(pixels.copy()).float() / 127.5 - 1)
    assert np.array_equal(again, pixels.transpose(0, 2, 3, 1))


@given(st.integers(1, 9), st.integers(1, 5))
def test_grid_puts_each_tile_in_its_place(n, columns):
    tiles = noise(n, 3, 4, 3)
    sheet = images.grid(tiles, columns)
    assert sheet.shape == (-(-n // columns) * 3, columns * 4, 3)
    for i, tile in enumerate(tiles):
        y, x = divmod(i, columns)
        assert np.array_equal(sheet[3 * y:3 * y + 3, 4 * x:4 * x + 4], tile)


def test_encode_is_exact_for_grey_and_small_colour():
    for shape in ((28, 28, 1), (700, 600, 1), (64, 64, 3), (256, 256, 3)):
        pixels = noise(*shape)
        data, kind = images.encode(pixels)
        assert kind == "image/png" and np.array_equal(np.asarray(Image.open(io.BytesIO(data))).reshape(shape), pixels)
    data, kind = images.encode(np.full((300, 300, 3), 99, np.uint8))
    assert kind == "image/jpeg" and abs(np.asarray(Image.open(io.BytesIO(data))).astype(int) - 99).max() <= 2


def test_data_url():
    head, _, body = images.data_url(noise(4, 4, 1)).partition(",")
    assert head == "data:image/png;base64" and base64.b64decode(body)[:4] == b"\x89PNG"


def test_enlarge_keeps_squares():
    pixels = noise(2, 3, 3, 1)
    large = images.enlarge(pixels, 4)
    assert large.shape == (2, 12, 12, 1) and np.array_equal(large[:, ::4, ::4], pixels) and np.array_equal(large[:, 3::4, 3::4], pixels)


def test_difference():
    a, b = np.zeros((2, 2, 1), np.uint8), np.array([[[0], [255]], [[0], [0]]], np.uint8)
    d = images.difference(a, b)
    assert not d[0, 0].any() and d[0, 1, 0] > d[0, 1, 2] and images.difference(b, a)[0, 1, 2] > 200


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 64, 3), (1, 1, 1), (128, 128, 3), (1, 200, 3), (129, 128, 1)])
def test_a_png_holds_every_pixel(shape):
    """As Pillow reads it, checksums included: noise, one value, and a slope that wraps around 255."""
    slope = (np.arange(np.prod(shape)) * 37 % 256).astype(np.uint8).reshape(shape)
    for pixels in (np.random.default_rng(0).integers(0, 256, shape, np.uint8), np.full(shape, 255, np.uint8), slope):
        data, kind = images.encode(pixels)
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert (kind, picture.format, picture.mode) == ("image/png", "PNG", "L" if shape[2] == 1 else "RGB")
            assert (np.asarray(picture).reshape(shape) == pixels).all()
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("shape", [GREY, COLOUR])
def test_every_format(kind, mode, shape):
    image = Image.new(mode, (100, 60), 200 if mode == "L" else (200, 200, 200))
    out = images.decode_upload(saved(image, kind), shape)
    assert out.shape == shape and out.dtype == np.uint8 and abs(out.astype(int) - 200).max() <= 3


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "I", "CMYK"])
def test_every_mode(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    deep = mode.startswith("I")
    image = Image.fromarray(np.full((40, 40), 40000, np.uint16)) if deep else Image.new("RGB", (40, 40), "white").convert(mode)
    out = images.decode_upload(saved(image, kind), GREY)
    assert out.shape == GREY and (abs(out.astype(int) - 155).max() <= 1 if deep else out.min() >= 250)


def test_the_middle_is_taken_and_averaged():
    wide = np.zeros((4, 12), np.uint8)
    wide[:, :4], wide[:, 4:8], wide[:, 8:] = 10, [[0, 100, 200, 40]] * 4, 250
    out = images.decode_upload(saved(Image.fromarray(wide)), (1, 2, 2))
    expected = Image.fromarray(wide[:, 4:8]).resize((2, 2), Image.Resampling.LANCZOS)
    assert out[0].tolist() == np.asarray(expected).tolist() and out[0, 0, 0] < 100 < out[0, 0, 1]


def test_the_same_size_is_taken_as_it_is():
    pixels = noise(28, 28)
    assert np.array_equal(images.decode_upload(saved(Image.fromarray(pixels)), GREY)[0], pixels)
    assert np.array_equal(images.decode_upload(saved(Image.fromarray(pixels)), GREY, invert=True)[0], 255 - pixels)


def test_alpha_lies_on_white():
    image = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
    assert images.decode_upload(saved(image), GREY).min() == 255
    clear = Image.new("P", (28, 28), 0)
    clear.putpalette([0, 0, 0] * 256)
    assert images.decode_upload(saved(clear, "GIF", transparency=0), GREY).min() == 255


def test_the_page_sees_the_very_pixels_that_training_saw(tmp_path):
    """One decoder: transparent, turned, grey, deep and odd-sized files alike."""
    turned = Image.Exif()
    turned[0x0112] = 6
    clear = Image.fromarray(noise(90, 70, 4))
    deep = Image.fromarray(noise(64, 80).astype(np.uint16) * 13)
    files = [saved(clear), saved(Image.fromarray(noise(91, 70, 4)), "WEBP", lossless=True),
             saved(Image.fromarray(noise(300, 200, 3)), "JPEG", exif=turned), saved(Image.fromarray(noise(33, 57)))]
    files += [saved(Image.fromarray(noise(40, 40, 3) // (k + 1))) for k in range(20)]
    for i, raw in enumerate(files):
        (tmp_path / f"{i:02d}.{'jpg' if raw[:2] == bytes([255, 216]) else 'png'}").write_bytes(raw)
    learnt = image_folder.read(tmp_path, 32).images
    assert [np.array_equal(images.decode_upload(raw, COLOUR), x) for raw, x in zip(files, learnt, strict=True)] == [True] * len(files)

    (tmp_path / "deep").mkdir()
    raw = [saved(Image.fromarray(np.asarray(deep) // (k + 1))) for k in range(20)]
    for i, one in enumerate(raw):
        (tmp_path / "deep" / f"{i:02d}.png").write_bytes(one)
    found = image_folder.read(tmp_path / "deep", 28)
    note, = found.notes
    assert (note.kind, note.n, note.low, note.high) == ("deep", 20, 0, 4095), "12 bits"
    again = [images.decode_upload(one, GREY, deep=(note.low, note.high)) for one in raw]
    assert np.array_equal(again, found.images)


def test_a_phones_photograph_is_taken_and_shrunk_while_it_is_decoded():
    photo = saved(Image.new("RGB", (8000, 6000), (10, 120, 200)), "JPEG")
    out = images.decode_upload(photo, COLOUR)
    assert abs(out.astype(int) - np.array([10, 120, 200])[:, None, None]).max() <= 3
    with pytest.raises(ImageError, match="more pixels"):
        images.decode_upload(saved(Image.new("L", (8000, 6000)), "JPEG", progressive=True), COLOUR)


def test_sixteen_bits_are_shrunk_before_they_are_widened():
    """16-bit files of 4096² pixels were 64 MB of floats each."""
    raw = saved(Image.fromarray(np.full((4096, 4096), 30000, np.uint16)))
    tracemalloc.start()
    assert abs(images.decode_upload(raw, GREY).astype(int) - round(30000 / 257)).max() <= 1
    assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    tracemalloc.stop()


def test_exif_turns_it_upright():
    pixels = np.zeros((28, 28), np.uint8)
    pixels[:14] = 255                                              # the top is light; turned by 180° it is the bottom
    exif = Image.Exif()
    exif[0x0112] = 3
    out = images.decode_upload(saved(Image.fromarray(pixels), "JPEG", exif=exif, quality=95), GREY)[0]
    assert out[20:].mean() > 240 and out[:8].mean() < 15


def test_first_frame_of_an_animation():
    frames = [Image.new("L", (28, 28), v) for v in (30, 200)]
    assert images.decode_upload(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), GREY).max() == 30


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


GOOD = saved(Image.fromarray(noise(64, 64)))
HOSTILE = {
    "empty": b"", "text": b"hello, I am not an image", "zeros": bytes(5000), "html": b"<html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "pdf": b"%PDF-1.4\n",
    "truncated png": GOOD[:len(GOOD) // 2], "head of a png": GOOD[:30], "broken crc": GOOD[:60] + b"xxxx" + GOOD[64:],
    "cut jpeg head": saved(Image.fromarray(noise(64, 64)), "JPEG")[:40],
    "bomb": png(60000, 60000, zlib.compress(bytes(10**6))), "wide": png(60_000, 300, zlib.compress(bytes(60_001 * 300))),
    "lies": png(4000, 4000, zlib.compress(b"\0" * 100)), "no width": png(0, 10, zlib.compress(b"")),
    "large file": GOOD + bytes(images.MAX_FILE),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "jxl": b"\xff\x0a" + bytes(90), "ico": saved(Image.fromarray(noise(16, 16)), "ICO"),
    "truncated gif": saved(Image.fromarray(noise(64, 64)), "GIF")[:200],
    "truncated webp": saved(Image.fromarray(noise(64, 64)), "WEBP")[:60],
    "truncated bmp": saved(Image.fromarray(noise(64, 64)), "BMP")[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_a_sentence(name):
    with pytest.raises(ImageError, match=r"^[A-Z].*\.$"):
        images.decode_upload(HOSTILE[name], GREY)


def test_sentences_say_what_is_wrong():
    for name, word in (("empty", "empty"), ("text", "not an image"), ("wide", "16 million"), ("heic", "iPhone"), ("svg", "SVG"),
                       ("large file", "4 MB"),
                       ("truncated png", "damaged")):
        with pytest.raises(ImageError, match=word):
            images.decode_upload(HOSTILE[name], GREY)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_flipped_bytes_never_crash(at, junk):
    damaged = GOOD[:at] + junk + GOOD[at + len(junk):]
    with contextlib.suppress(ImageError):
        assert images.decode_upload(damaged, GREY).shape == GREY


HEADS = [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\x20\0\0\0WEBPVP8 ", b"\xff\xd8\xff\xe0"]


@given(st.binary(max_size=200), st.sampled_from(HEADS))
def test_random_bytes_never_crash(raw, head):
    with contextlib.suppress(ImageError):
        assert images.decode_upload(head + raw, COLOUR).shape == COLOUR
