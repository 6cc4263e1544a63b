"""Pictures that a view shows, saved: the pixels are those on the screen."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.webgl


def taken(drive, kind="PNG", chart=True):
    """The bytes of the first chart of the open dialogue, or of the first picture that is none."""
    rows = drive.page.locator(".lx-dialog[open] li").filter(**{"has_text" if chart else "has_not_text": "SVG"})
    with drive.page.expect_download() as got:
        rows.first.get_by_role("button", name=f" as {kind}").click()
    return open(got.value.path(), "rb").read()


def opened(drive, view):
    drive.settled()
    drive.page.locator(f"#view-{view} .lx-pictures").click()
    drive.until(f"+document.querySelector('#view-{view} .lx-dialog[open]')?.dataset.ready > 0")


def test_a_grid_is_saved_pixel_by_pixel(drive):
    drive.open("run=tiny&view=codes")
    opened(drive, "codes")
    image = np.asarray(Image.open(io.BytesIO(taken(drive, chart=False))).convert("RGBA"))
    shown = drive.page.evaluate("""() => { const c = [...document.querySelectorAll('#view-codes canvas')].find((c) =>
        !c.closest('dialog, .js-plotly-plot') && c.getBoundingClientRect().width > 8 && c.width > 1);
        return [c.width, c.height, [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]; }""")
    width, height, pixels = shown
    k = image.shape[1] // width
    assert image.shape[:2] == (k * height, k * width) and max(image.shape) >= 1024
    assert np.array_equal(image[k // 2::k, k // 2::k], np.array(pixels, np.uint8).reshape(height, width, 4))


def test_the_map_is_saved_as_lines_too(drive):
    drive.open("run=tiny&view=map")
    opened(drive, "map")
    picture = np.asarray(Image.open(io.BytesIO(taken(drive))).convert("RGB"))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10 and picture.shape[1] > 600
    assert ElementTree.fromstring(taken(drive, "SVG")).tag.endswith("svg")


@pytest.mark.parametrize("view", ["walk", "reconstruct", "microscope"])
def test_every_view_has_what_it_shows(drive, view):
    drive.open(f"run=tiny&view={view}")
    opened(drive, view)
    rows = drive.page.locator(f"#view-{view} .lx-dialog[open] li")
    assert rows.count() >= 1 and all(text.strip() for text in rows.locator("span").all_text_contents())
    drive.page.keyboard.press("Escape")
    expect(drive.page.locator(f"#view-{view} .lx-dialog:has(.lx-takes)")).to_be_hidden()
    expect(drive.page.locator(f"#view-{view} .lx-pictures")).to_be_focused()
