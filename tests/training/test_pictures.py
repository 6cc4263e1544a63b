"""The one decoder of people's files: a rule for each kind, named refusals, and the values that become black and white."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from training import pictures, pixels
from training.notes import LEFT_OUT
from training.pictures import Unreadable, decode, kind_of, span


def saved(image: Image.Image, kind: str = "PNG", **more) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize(("low", "high", "whole", "black", "white"), [
    (0, 1, False, 0, 1), (0.2, 0.7, False, 0, 1), (-0.5, 1, False, -1, 1), (0, 200, False, 0, 255), (3, 60_000, False, 0, 65535),
    (-3, 9, False, -3, 9), (0, 1e6, False, 0, 1e6),
    (0, 200, True, 0, 255), (0, 900, True, 0, 1023), (0, 4000, True, 0, 4095), (9, 9000, True, 0, 16383), (0, 65535, True, 0, 65535),
    (0, 100_000, True, 0, 100_000), (-5, 20, True, -5, 20),
])
def test_span(low, high, whole, black, white):
    assert span(low, high, whole) == (black, white)


def test_floats_between_0_and_1_are_no_longer_black():
    values = np.linspace(0, 1, 48 * 48, dtype=np.float32).reshape(48, 48)
    found = decode(saved(Image.fromarray(values), "TIFF"), 48, 48)
    assert found.deep and not found.whole and (found.low, found.high) == (0, 1)
    assert np.array_equal(found.eight_bit(0, 1)[..., 0], (values * 255).round().astype(np.uint8))


@pytest.mark.parametrize("mode", ["<u2", ">u2"])
def test_twelve_bits_in_sixteen(mode):
    values = (np.arange(28 * 28).reshape(28, 28) * 5).astype(np.uint16)
    image = Image.fromarray(values) if mode == "<u2" else Image.frombytes("I;16B", (28, 28), values.astype(">u2").tobytes())
    found = decode(saved(image, "PNG" if mode == "<u2" else "TIFF"), 28, 28)
    assert (found.low, found.high) == (0, 3915) and span(found.low, found.high, found.whole) == (0, 4095)
    assert np.array_equal(found.eight_bit(0, 4095)[..., 1], (values / 4095 * 255).round().astype(np.uint8))


def test_a_large_deep_file_is_the_mean_of_its_parts_in_bands_or_not(monkeypatch):
    values = np.random.default_rng(0).integers(0, 60_000, (500, 700)).astype(np.uint16)
    whole = decode(saved(Image.fromarray(values)), 32, 32)
    monkeypatch.setattr(pictures, "BAND", 5000)
    banded = decode(saved(Image.fromarray(values)), 32, 32)
    assert np.array_equal(whole.pixels, banded.pixels) and (whole.low, whole.high) == (banded.low, banded.high)
    assert abs(whole.pixels.mean() - values[:, 100:600].mean()) < 200


@pytest.mark.parametrize("clear", [Image.new("RGBA", (64, 64), (200, 40, 40, 0)), Image.new("LA", (64, 64), (9, 0))])
def test_transparent_parts_lie_on_white(clear):
    clear.paste((200, 40, 40, 255) if clear.mode == "RGBA" else (9, 255), (16, 16, 48, 48))
    for raw in (saved(clear), saved(clear, "WEBP", lossless=True)) if clear.mode == "RGBA" else (saved(clear),):
        found = decode(raw, 64, 64)
        assert found.transparent and (found.pixels[:10] == 255).all()
        assert found.pixels[32, 32].tolist() == ([200, 40, 40] if clear.mode == "RGBA" else [9] * 3)
    assert not decode(saved(Image.new("RGBA", (64, 64), (1, 2, 3, 255))), 32, 32).transparent


def test_a_picture_is_turned_upright_after_it_is_shrunk():
    wide = np.zeros((80, 160, 3), np.uint8)
    wide[:, :80] = 255                                    # white on the left; the tag 8 asks for a quarter turn
    exif = Image.Exif()
    exif[0x0112] = 8
    found = decode(saved(Image.fromarray(wide), exif=exif.tobytes()), 8, 8).pixels
    assert found[-2:].min() > 200 and found[:2].max() < 50, "white ends at the bottom"
    tall = decode(saved(Image.fromarray(wide), exif=exif.tobytes()), 16, 8).pixels
    assert tall.shape == (16, 8, 3) and tall[-4:].min() > 200 and tall[:4].max() < 50


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_turn_is_that_of_the_exif_standard(turn):
    from PIL import ImageOps
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = turn
    raw = saved(Image.fromarray(pixels), exif=exif.tobytes())
    assert np.array_equal(decode(raw, 24, 24).pixels, np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(raw)))))


def test_a_png_with_a_novel_in_it_is_read():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 3_000_000, zip=True)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    assert np.array_equal(decode(saved(Image.fromarray(pixels), pnginfo=text), 32, 32).pixels, pixels)


@pytest.mark.parametrize("kind", ["AVIF", "JPEG2000", "TIFF", "WEBP", "BMP", "PPM"])
def test_formats(kind):
    found = decode(saved(Image.new("RGB", (40, 30), (10, 120, 200)), kind), 16, 16).pixels
    assert abs(found.astype(int) - [10, 120, 200]).max() <= 4


@pytest.mark.parametrize(("head", "name", "kind"), [
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic", "heic"), (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a.jpg", "heic"),
    (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "a", "image"), (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "a.mp4", "video"),
    (b"\0\0\0\x0cJXL \r\n", "a.jxl", "jxl"), (b"8BPS\0\1", "a.psd", "psd"), (b"%PDF-1.7", "a", "pdf"), (b"II*\0", "a.NEF", "raw"),
    (b'<?xml version="1.0"?>\n<svg xmlns="x">', "a", "svg"), (b"PK\x03\x04", "a.zip", "archive"), (b"Rar!", "a", "archive"),
    (b"PK\x03\x04", "codes.npz", "table"), (b"PAR1", "a.parquet", "table"), (b"\x1f\x8b", "x-idx3-ubyte.gz", "table"),
    (b"RIFF\0\0\0\0AVI LIST", "a", "video"), (b"", "a.png", "damaged"), (b"hello", "a.txt", "other"), (b"hello", "a.jpg", "damaged"),
    (b"\0\0\1\0", "a.ico", "format"), (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image"),
])
def test_kinds_by_their_first_bytes(head, name, kind):
    assert kind_of(head, name) == kind and kind in {*LEFT_OUT, "image"}
    if kind != "image":
        with pytest.raises(Unreadable) as e:
            decode(head, 8, 8, name)
        assert e.value.kind == kind


def test_a_cut_file_is_damaged_and_a_large_one_large(monkeypatch):
    raw = saved(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 64 * 64)
    assert decode(raw, 8, 8).pixels.shape == (8, 8, 3)
    for damaged, kind in ((raw[:len(raw) // 2], "damaged"), (saved(Image.new("L", (65, 64))), "large")):
        with pytest.raises(Unreadable) as e:
            decode(damaged, 8, 8)
        assert e.value.kind == kind


def test_a_contact_sheet_and_its_tiles():
    tiles = np.random.default_rng(0).integers(1, 256, (5, 4, 3, 1)).astype(np.uint8)
    sheet = pixels.grid(tiles, 2)
    assert sheet.shape == (12, 6, 1) and np.array_equal(sheet[4:8, 3:], tiles[3]) and not sheet[8:, 3:].any()
    assert np.array_equal(pixels.tiles_of(sheet, 4, 3)[:5], tiles) and np.asarray(pixels.to_pillow(sheet)).shape == (12, 6)
    shades = torch.tensor([-2.0, -1, 0, 1, 2, float("nan"), float("inf"), -float("inf")]).view(1, 1, 2, 4)
    assert pixels.to_uint8(shades).ravel().tolist() == [0, 0, 128, 255, 255, 0, 255, 0]
