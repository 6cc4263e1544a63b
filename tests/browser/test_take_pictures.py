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


def written(svg: bytes) -> tuple[list[str], int]:
    """The words in a picture of lines that are no ticks of axes, and how many points it has."""
    root = ElementTree.fromstring(svg)
    told = [e for kind in ("annotation-text", "legendtext", "gtitle", "xtitle") for e in root.iterfind(f".//*[@class='{kind}']")]
    return ["".join(e.itertext()) for e in told], len(root.findall(".//*[@class='scatterlayer mlayer']//*[@class='point']"))


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
    texts, marks = written(taken(drive, "SVG"))
    title = drive.page.locator(".lx-dialog[open] li span").first.text_content()
    assert title.endswith(" · UMAP")
    assert sorted(texts) == sorted([f"{title} · 120 test images", "bar", "square", "bar", "square", "The current code"])
    assert marks == 120 + 1                                      # each image, and the current code: lines, not pixels


def test_curves_are_saved_with_what_the_page_says_around_them(drive):
    drive.page.goto(f"{drive.server}/?view=compare&cmp=tiny,plane")
    drive.page.wait_for_selector("#lx-compare [data-panels]:not([data-panels='0'])", state="attached")
    opened(drive, "compare")
    names = drive.page.locator(".lx-dialog[open] li").filter(has_text="SVG").locator("span").all_text_contents()
    assert names[0] == "loss" and len({*names}) == len(names)
    texts, _ = written(taken(drive, "SVG"))
    runs = drive.page.locator(".lx-cmp-table thead th").all_text_contents()
    assert len(runs) == 2 and {"loss", "images seen"} <= {*texts} and [*runs] == [t for t in texts if t in runs]


@pytest.mark.parametrize("view", ["walk", "reconstruct", "microscope"])
def test_every_view_has_what_it_shows(drive, view):
    drive.open(f"run=tiny&view={view}")
    opened(drive, view)
    rows = drive.page.locator(f"#view-{view} .lx-dialog[open] li")
    assert rows.count() >= 1 and all(text.strip() for text in rows.locator("span").all_text_contents())
    drive.page.keyboard.press("Escape")
    expect(drive.page.locator(f"#view-{view} .lx-dialog:has(.lx-takes)")).to_be_hidden()
    expect(drive.page.locator(f"#view-{view} .lx-pictures")).to_be_focused()
