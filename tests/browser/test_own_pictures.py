"""A person's own pictures in Reconstruct: photographs of digits prepared, faces framed, the camera."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.conftest import ARGUMENTS, HANGS, LOOK, Driver
from tests.browser.test_reconstruct import BOX, count, encoded, opened
from tests.explorer.conftest import data, make
from tests.install_chromium import find

STAGE = "#lx-reconstruct"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """digits, digits2: of a data set named as MNIST. colour: 32 × 32 in colour. tiny: other grey images."""
    root = tmp_path_factory.mktemp("own-pictures")
    grey = data()
    written = dataclasses.replace(grey, spec=dataclasses.replace(grey.spec, name="mnist", title="MNIST", fingerprint="1" * 64))
    make(root, "digits", written, z_dim=8)
    make(root, "digits2", written, z_dim=4)
    make(root, "colour", data(3, 32), z_dim=8, likelihood="gaussian")
    make(root, "tiny", grey, z_dim=8)
    return root


@pytest.fixture
def server(pages, trained) -> str:
    return pages.over(trained)


def file_of(image: Image.Image, kind: str = "PNG", **more) -> dict:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return {"name": f"photo.{kind.lower()}", "mimeType": f"image/{kind.lower()}", "buffer": out.getvalue()}


def seven(width: int, height: int, place: tuple[int, int], size: int, pen: int, ink: float = 0.25) -> Image.Image:
    """A photograph of a 7 on paper with a shadow across it."""
    cover = Image.new("L", (width, height))
    x, y = place
    line = [(x, y), (x + 0.6 * size, y), (x + 0.2 * size, y + size)]
    ImageDraw.Draw(cover).line(line, 255, pen, "curve")
    down, along = np.mgrid[0:height, 0:width]
    paper = 220 - 90 * along / width - 30 * down / height + np.random.default_rng(0).normal(0, 3, (height, width))
    written = np.asarray(cover) / 255
    return Image.fromarray((paper * (1 - (1 - ink) * written)).clip(0, 255).astype(np.uint8)).convert("RGB")


def given(drive: Driver) -> np.ndarray:
    """What the model was given, (H, W, 3)."""
    h, w, values = drive.page.locator(f"{STAGE} .lx-given").evaluate("""(c) => [c.height, c.width,
        [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]""")
    return np.array(values).reshape(h, w, 4)[..., :3]


def choose(drive: Driver, file: dict) -> None:
    n = count(drive)
    drive.page.locator(f"{STAGE} input[type=file]").set_input_files(file)
    encoded(drive, n)
    drive.settled()


def lies_as_mnist(image: np.ndarray) -> None:
    """20 of 28 pixels, light on black, its mass in the middle."""
    values = image[..., 0].astype(float)
    rows, columns = np.flatnonzero(values.max(1) > 60), np.flatnonzero(values.max(0) > 60)
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
    assert np.allclose([(values.sum(k) @ (np.arange(28) + 0.5)) / values.sum() for k in (0, 1)], 14, atol=0.6)
    assert np.median(values) < 5 and values.max() > 230


def test_an_undone_picture_leaves_no_word_about_itself(drive):
    page = opened(drive, "run=digits&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    drive.settled()
    drive.pause()                                                            # a step of its own
    choose(drive, file_of(seven(420, 300, (40, 40), 130, 14)))
    expect(page.locator(f"{STAGE} .lx-prep")).to_be_visible()
    drive.until(f"{BOX}.kept === 'yes'")
    page.locator(".lx-undo").click()
    expect(page.locator(f"{STAGE} .lx-prep")).to_be_hidden()
    expect(page.locator(f"{STAGE} .lx-prep-note")).to_be_empty()
    expect(page.get_by_role("radio", name="Your image")).to_have_attribute("aria-checked", "true")


def test_a_photograph_of_a_digit_is_prepared_says_so_and_can_be_undone(drive):
    page = opened(drive, "run=digits&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    choose(drive, file_of(seven(420, 300, (40, 40), 130, 14)))
    note, box = page.locator(f"{STAGE} .lx-prep-note"), page.locator(f"{STAGE} [data-ready]")
    expect(note).to_have_text("Inverted, levelled, cropped, and centred, as the training images were.")
    expect(page.get_by_role("radio", name="Prepared")).to_have_attribute("aria-checked", "true")
    lies_as_mnist(made := given(drive))
    n = count(drive)
    page.get_by_role("radio", name="As it is").click()                       # undone
    encoded(drive, n)
    drive.settled()
    assert np.median(given(drive)) > 120 and "Taken as it is" in note.inner_text()
    n = count(drive)
    page.get_by_role("radio", name="Prepared").click()
    encoded(drive, n)
    drive.settled()
    assert np.array_equal(given(drive), made)
    drive.until(f"{BOX}.kept === 'yes'")
    page.reload()                                                            # the link has both
    page.wait_for_selector(f"{STAGE} [data-n][data-prep=prepared]", state="attached")
    drive.settled()
    assert np.array_equal(given(drive), made) and box.get_attribute("data-done") == "invert level crop centre"
    n = count(drive)
    page.get_by_role("radio", name="As it is").click()
    encoded(drive, n)
    drive.settled()
    assert np.median(given(drive)) > 120
    n = count(drive)
    page.get_by_role("radio", name="Prepared").click()
    encoded(drive, n)
    drive.settled()
    page.evaluate("lx.open('digits2')")                                      # the same picture in another run
    drive.until(f"{BOX}.run === 'digits2' && +{BOX}.n > {n}")
    drive.settled()
    assert np.array_equal(given(drive), made)
    expect(page.get_by_role("radio", name="Prepared")).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="한국어").click()
    expect(note).to_contain_text("학습 이미지처럼 다듬었습니다: 반전")


def test_invert_does_not_stick_and_pictures_of_other_sets_stay_as_they_are(drive):
    page = opened(drive, "run=digits&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    choose(drive, file_of(seven(300, 300, (90, 60), 150, 16)))
    n = count(drive)
    invert = page.get_by_role("button", name="Invert", exact=True)
    invert.click()
    encoded(drive, n)
    drive.settled()
    assert np.median(given(drive)) > 250
    choose(drive, file_of(seven(300, 420, (40, 200), 100, 12)))              # the next image
    expect(invert).to_have_attribute("aria-pressed", "false")
    lies_as_mnist(given(drive))
    choose(drive, file_of(Image.new("RGB", (80, 80), (200, 200, 200))))
    expect(page.locator(f"{STAGE} .lx-prep-note")).to_contain_text("Nothing clear stands on an even ground")
    assert (given(drive) == 200).all()
    opened(drive, "run=tiny&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    choose(drive, file_of(seven(300, 300, (90, 60), 150, 16)))
    expect(page.get_by_role("radio", name="As it is")).to_have_attribute("aria-checked", "true")
    assert np.median(given(drive)) > 120


def test_a_phones_photograph_is_shrunk_here_and_stands_upright(drive):
    """12 megapixels, over 4 MB, lying on its side by its EXIF tag; what is sent is small."""
    grain = np.random.default_rng(0).normal(0, 14, (3000, 4000, 1)).astype(np.int16)
    photo = np.asarray(seven(4000, 3000, (900, 500), 1900, 200)).astype(np.int16) + grain
    turned = Image.fromarray(photo.clip(0, 255).astype(np.uint8)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6                                                         # to be turned clockwise
    big = file_of(turned, "JPEG", quality=96, exif=exif)
    assert len(big["buffer"]) > 4 * 2**20
    page, sent = opened(drive, "run=digits&view=reconstruct"), []
    page.on("request", lambda r: sent.append(len(r.post_data_buffer or b"")) if "/beside" in r.url else None)
    page.get_by_role("radio", name="Your image").click()
    choose(drive, big)
    lies_as_mnist(made := given(drive))
    choose(drive, file_of(Image.fromarray(photo[::8, ::8].clip(0, 255).astype(np.uint8))))
    assert np.abs(given(drive).astype(int) - made).mean() < 12, "as the same picture upright"
    n = count(drive)
    page.get_by_role("radio", name="As it is").click()
    encoded(drive, n)
    assert max(sent) < 6 * 2**20


def colour_photo() -> Image.Image:
    """96 × 64: three squares of one colour each, 32 wide: red, green, blue."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    for k in range(3):
        pixels[:, 32 * k:32 * k + 32, k] = 250
    return Image.fromarray(pixels).resize((960, 640), Image.Resampling.NEAREST)


def test_a_frame_is_dragged_and_zoomed_over_a_colour_picture(drive):
    page = opened(drive, "run=colour&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    choose(drive, file_of(colour_photo()))
    frame = page.locator(f"{STAGE} .lx-frame")
    expect(frame).to_be_visible()
    expect(page.locator(f"{STAGE} .lx-prep-note")).to_contain_text("Drag the frame")
    whole = given(drive).reshape(-1, 3).mean(0)
    assert whole[1] > whole[0] > 40 and whole[2] > 40                         # the middle: green, some of both others
    n = count(drive)
    drive.slide(f"{STAGE} .lx-zoom", 0.5)                                     # zoomed into the green
    encoded(drive, n)
    drive.settled()
    assert np.allclose(given(drive).reshape(-1, 3).mean(0), (0, 250, 0), atol=4)
    box, n = frame.bounding_box(), count(drive)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - box["width"] / 3, y, steps=6)                         # dragged onto the red
    page.mouse.up()
    encoded(drive, n)
    drive.settled()
    assert np.allclose(given(drive).reshape(-1, 3).mean(0), (250, 0, 0), atol=4)
    frame.focus()
    n = count(drive)
    for _ in range(70):
        page.keyboard.press("ArrowRight")
    encoded(drive, n)
    drive.settled()
    assert np.allclose(given(drive).reshape(-1, 3).mean(0), (0, 0, 250), atol=4)
    n = count(drive)
    for _ in range(30):
        page.keyboard.press("-")                                              # out again: as large as it can be
    encoded(drive, n)
    drive.settled()
    framed = given(drive)
    assert framed.reshape(-1, 3).mean(0)[2] > 100 and framed[..., 1].max() > 200
    n = count(drive)
    page.mouse.move(x + box["width"] * 0.3, y)
    drive.wheel(-400)
    encoded(drive, n)
    drive.until(f"{BOX}.kept === 'yes'")
    drive.settled()
    shown = given(drive)
    page.reload()
    page.wait_for_selector(f"{STAGE} [data-n][data-source=file]", state="attached")
    drive.settled()
    assert np.array_equal(given(drive), shown)
    expect(frame).to_be_hidden()                                              # the photograph stayed behind


def test_a_picture_fits_a_run_of_other_images_when_it_is_asked_for_again(drive):
    page = opened(drive, "run=digits&view=reconstruct")
    page.get_by_role("radio", name="Your image").click()
    choose(drive, file_of(seven(300, 300, (90, 60), 150, 16)))
    page.evaluate("lx.open('colour')")
    drive.until(f"{BOX}.run === 'colour'")
    drive.settled()
    n = count(drive)
    page.get_by_role("radio", name="Your image").click()
    encoded(drive, n)
    assert given(drive).shape == (32, 32, 3)
    expect(page.locator(f"{STAGE} .lx-frame")).to_be_visible()


FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def test_the_camera_is_asked_at_a_click_gives_a_still_and_is_off_again(playwright, pages, trained):
    browser = playwright.chromium.launch(executable_path=find(), args=[*ARGUMENTS, *FAKE])
    try:
        page = browser.new_page(**LOOK)
        page.set_default_timeout(HANGS)
        page.add_init_script("""window.asked = []; window.tracks = [];
            const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (c) => {
                asked.push(c); const s = await get(c); tracks.push(...s.getTracks()); return s; };""")
        drive = Driver(page, pages.over(trained))
        drive.open("run=colour&view=reconstruct")
        drive.until(f"+{BOX}.n > 0")
        page.get_by_role("radio", name="Your image").click()
        assert page.evaluate("asked.length") == 0
        page.get_by_role("button", name="Camera").click()
        video = page.locator(f"{STAGE} .lx-video")
        expect(video).to_be_visible()
        drive.until("document.querySelector('#lx-reconstruct .lx-video').videoWidth > 0 && tracks[0].readyState === 'live'")
        n = count(drive)
        page.get_by_role("button", name="Take the picture").click()
        encoded(drive, n)
        expect(video).to_be_hidden()
        assert page.evaluate("tracks.every((t) => t.readyState === 'ended') && asked.length === 1 && asked[0].audio === false")
        assert len(np.unique(given(drive).reshape(-1, 3), axis=0)) > 3, "what the camera saw"
        expect(page.locator(f"{STAGE} .lx-frame")).to_be_visible()           # the same path as a file
        for k, leave in enumerate(("Cancel", "view")):
            page.get_by_role("button", name="Camera").click()
            drive.until("(n) => tracks.length === n && tracks.at(-1).readyState === 'live'", k + 2)
            expect(video).to_be_visible()
            if leave == "view":
                page.evaluate("lx.show('map')")
            else:
                page.get_by_role("button", name=leave).click()
            drive.until("tracks.every((t) => t.readyState === 'ended')")
    finally:
        browser.close()
