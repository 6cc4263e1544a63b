"""An image in: held-out, drawn, chosen; its reconstruction, its code, and what bad files get."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

BOX = "document.querySelector('#lx-reconstruct [data-ready]').dataset"


def opened(drive, query="run=tiny&view=reconstruct"):
    page = drive.open(query).page
    drive.until(f"+{BOX}.n > 0")
    return page


def pixels(drive, canvas=".lx-out canvas") -> str:
    return drive.page.evaluate(f"document.querySelector('#lx-reconstruct {canvas}').toDataURL()")


def encoded(drive, n: int) -> None:
    drive.until(f"+{BOX}.n > {n}")


def count(drive) -> int:
    return int(drive.page.evaluate(f"+{BOX}.n"))


def stroke(page, points) -> None:
    box = page.locator("#lx-reconstruct .lx-pad").bounding_box()
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_it_opens_with_a_held_out_image_and_goes_to_the_next(drive):
    page = opened(drive)
    assert drive.state("s.origin.kind") == "point"
    assert page.locator("#lx-reconstruct .lx-index").input_value() == str(drive.state("s.origin.index"))
    expect(page.locator("#lx-reconstruct .lx-rank")).to_contain_text("of held-out images")
    before, n = pixels(drive, ".lx-given"), count(drive)
    page.locator("#lx-reconstruct .lx-index").fill("3")
    page.locator("#lx-reconstruct .lx-index").press("Enter")
    encoded(drive, n)
    assert drive.state("s.origin.index") == 3 and pixels(drive, ".lx-given") != before
    n = count(drive)
    page.get_by_role("button", name="Another").click()
    encoded(drive, n)
    signed = pixels(drive, ".lx-diff canvas")
    page.get_by_role("radio", name="Absolute").click()
    assert pixels(drive, ".lx-diff canvas") != signed
    drive.until("+document.querySelector('#lx-reconstruct .lx-draws').dataset.n > 0")


def test_drawing_is_encoded_live(drive):
    page = opened(drive)
    page.get_by_role("radio", name="Draw").click()
    before, n = pixels(drive), count(drive)
    stroke(page, [(0.2, 0.2), (0.6, 0.2), (0.4, 0.7)])
    encoded(drive, n + 3)
    drive.until("lx.state.origin.kind === 'image'")
    assert pixels(drive) != before
    centred, n = pixels(drive, ".lx-given"), count(drive)
    page.get_by_label("Centre like MNIST").click()
    encoded(drive, n)
    assert pixels(drive, ".lx-given") != centred
    n = count(drive)
    pad = page.locator("#lx-reconstruct .lx-pad")
    pad.focus()
    for key in ("Delete", "Space", "ArrowDown", "ArrowDown", "ArrowRight"):
        pad.press(key)
    encoded(drive, n)


def test_centring_puts_strokes_where_mnist_has_them(drive):
    """The box of the strokes is 20 of 28 pixels, and their centre of mass is in the middle, wherever they were drawn."""
    page = opened(drive)
    for x, y in ((0.15, 0.15), (0.6, 0.5)):
        page.get_by_role("radio", name="Draw").click()
        page.get_by_role("button", name="Clear").click()
        n = count(drive)
        stroke(page, [(x, y), (x + 0.2, y), (x, y + 0.3)])
        encoded(drive, n)
        drive.until("(n) => new Promise((ok) => setTimeout(() => ok(true), 300))")
        values = np.array(page.evaluate("""() => { const c = document.querySelector('#lx-reconstruct .lx-given');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            return [...Array(c.width * c.height)].map((_, i) => d[4 * i]); }"""))
        image = values.reshape(28, 28).astype(float)
        rows, columns = np.flatnonzero(image.max(1) > 40), np.flatnonzero(image.max(0) > 40)
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
        middle = [(image.sum(k) @ (np.arange(28) + 0.5)) / image.sum() for k in (0, 1)]
        assert np.allclose(middle, 14, atol=0.6)


def test_files_good_and_bad(drive, watch):
    page = opened(drive)
    watch.expected = "422"
    page.get_by_role("radio", name="Your image").click()
    out, n = io.BytesIO(), count(drive)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)).save(out, "PNG")
    chooser = page.locator("#lx-reconstruct input[type=file]")
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()})
    encoded(drive, n)
    hint = page.locator("#lx-reconstruct .lx-hint")
    bad = (("b.png", b"hello", "not an image this page can read"), ("c.png", out.getvalue()[:400], "damaged or cut short"),
           ("d.png", b"", "file is empty"), ("e.png", bytes(5 * 2**20), "larger than 4 MB"))
    for name, content, sentence in bad:
        chooser.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
        expect(hint).to_contain_text(sentence)


def test_sliders_edit_the_code_and_back(drive):
    page = opened(drive)
    before = pixels(drive)
    page.evaluate("lx.slide(0, 2.5)")
    expect(page.locator("#lx-reconstruct .lx-out-name")).to_have_text("Edited")
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() !== was", before)
    page.get_by_role("button", name="Back to the encoder's code").click()
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() === was", before)


def test_the_same_image_in_another_model(drive):
    page = opened(drive)
    drive.until(f"+{BOX}.others > 0")
    other = page.locator(".lx-row-others button").first
    index = drive.state("s.origin.index")
    other.click()
    drive.until(f"document.body.dataset.run !== 'tiny' && {BOX}.run === document.body.dataset.run && lx.state.origin.index === {index}")
