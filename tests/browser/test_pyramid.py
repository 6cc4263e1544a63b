"""The Pyramid view, by its pixels: levels that stay and levels that change, blends, swaps, a real image taken apart, the link."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.explorer.conftest import data, make
from tests.explorer.generators import make_generator
from training import heldout

from .conftest import Driver
from .held import Held

BOX = "(document.querySelector('#lx-pyramid [data-ready]') || {dataset: {}}).dataset"
SETTINGS = {"z_dim": 6, "noise": 3, "channels": 4, "network": "conv"}
READ = """([level, row]) => { const c = document.querySelector(`.lx-level[data-level="${level}"] [data-row=${row}] canvas`);
  return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 !== 3); }"""
OTHER = """(level) => { const c = document.querySelector(`.lx-level[data-level="${level}"] .lx-other canvas`);
  return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 !== 3); }"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """grey, 28 × 28 with three levels; colour, 64 × 64 with four; tiny, a VAE without any."""
    made = tmp_path_factory.mktemp("pyramids")
    colour = data(3, 64)
    make_generator(made, "grey", "lapgan", data(), **SETTINGS)
    make_generator(made, "colour", "lapgan", colour, seed=1, **SETTINGS)
    make(made, "tiny", data(), z_dim=8)
    heldout.write_missing(colour, made)
    return made


@pytest.fixture
def pyramids(pages, root):
    """The page's address."""
    return pages.over(root)


@pytest.fixture
def drive(context, pyramids, watch):
    return Driver(context.new_page(), pyramids)


def opened(drive, run="colour", more=""):
    page = drive.open(f"run={run}&view=pyramid{more}").page
    drive.until(f"+{BOX}.n > 0 && +{BOX}.second > 0 && {BOX}.run === '{run}'")
    drive.settled()
    return page


def tile(drive, level, row="sum") -> np.ndarray:
    return np.array(drive.page.evaluate(READ, [level, row]))


def sums(drive, levels=4) -> list[np.ndarray]:
    return [tile(drive, k) for k in range(levels)]


def others(drive, levels=4) -> list[np.ndarray]:
    return [np.array(drive.page.evaluate(OTHER, k)) for k in range(levels)]


def same(a, b) -> list[bool]:
    return [np.array_equal(x, y) for x, y in zip(a, b, strict=True)]


def after(drive, act) -> None:
    """Do it, and wait for the pictures that follow."""
    n = drive.page.evaluate(f"+{BOX}.n")
    act()
    drive.until(f"+{BOX}.n > {n}")
    drive.settled()


def hero(drive) -> np.ndarray:
    return np.array(drive.page.evaluate("""() => { const c = document.querySelector('.lx-hero canvas');
        return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 !== 3); }"""))


def test_a_blend_can_be_set_by_hand_on_every_screen(drive):
    page = opened(drive)
    for width, height in ((1280, 800), (1024, 768), (640, 400), (420, 860)):      # the third: 1280 × 800 enlarged to 200 %
        page.set_viewport_size({"width": width, "height": height})
        boxes = [e.bounding_box()["width"] for e in page.locator(".lx-blend .lx-range").all()]
        assert len(boxes) == 3 and min(boxes) >= 90, (width, boxes)


def test_new_noise_at_a_level_leaves_the_coarser_ones_as_they_are(drive):
    page = opened(drive)
    assert np.array_equal(sums(drive)[3], hero(drive)), "the last level is the image of the code"
    for level in (3, 1, 0):
        before, code = sums(drive), drive.state("[...s.w]")
        after(drive, lambda k=level: page.locator(f".lx-level[data-level='{k}'] .lx-reseed").click())
        assert same(before, sums(drive)) == [k < level for k in range(4)]
        changed = np.flatnonzero(np.array(code) != np.array(drive.state("[...s.w]")))
        at = np.cumsum((0, 6, 3, 3, 3))
        assert at[level] <= changed.min() and changed.max() < at[level + 1]
    assert drive.state("s.origin.kind") == "levels"
    expect(page.locator("#lx-right .lx-origin")).to_have_text("noise set level by level")


def test_a_blend_of_zero_shows_the_enlarged_low_pass(drive):
    page = opened(drive)
    before = sums(drive)
    finest = ".lx-level[data-level='3'] .lx-blend input"
    after(drive, lambda: drive.slide(finest, 0))
    assert np.array_equal(tile(drive, 3), tile(drive, 3, "low")) and not np.array_equal(tile(drive, 3), before[3])
    assert (tile(drive, 3, "residual") == 128).all(), "grey: nothing is added"
    assert same(before, sums(drive)) == [True, True, True, False]
    expect(page.locator(".lx-level[data-level='3'] .lx-blend output")).to_have_text("0.00")
    after(drive, lambda: drive.slide(finest, 50))
    half = tile(drive, 3)
    assert not np.array_equal(half, before[3]) and not np.array_equal(half, tile(drive, 3, "low"))
    after(drive, lambda: page.locator(finest).press("End"))
    assert same(before, sums(drive)) == [True] * 4


def test_swapping_noise_with_the_second_sample_and_back(drive):
    page = opened(drive)
    mine, theirs = sums(drive), others(drive)
    swap = page.get_by_role("button", name="Swap the noise at 16 pixels with the partner's")
    after(drive, swap.click)
    assert same(mine, sums(drive)) == [True, False, False, False]
    drive.until(f"+{BOX}.second > 1")
    assert same(theirs, others(drive)) == [True, False, False, False]
    link = page.evaluate("lx.link()")
    swapped, swapped_too = sums(drive), others(drive)
    after(drive, swap.click)
    assert all(same(mine, sums(drive))) and all(same(theirs, others(drive)))
    after(drive, page.locator(".lx-level[data-level='0'] .lx-swap").click)
    assert not any(same(mine, sums(drive))), "the coarsest level's noise decides what all are given"
    before = others(drive)
    after(drive, page.get_by_role("button", name="New partner").click)
    assert not any(same(before, others(drive)))
    drive.anew(link)
    drive.until(f"+{BOX}.n > 0 && +{BOX}.second > 0")
    drive.settled()
    assert all(same(swapped, sums(drive))) and all(same(swapped_too, others(drive))), "the link restores both samples"


def test_a_real_image_sums_back_to_itself_until_a_residual_is_drawn(drive, root):
    page = opened(drive)
    after(drive, page.get_by_role("radio", name="Test image").click)
    index = page.locator("#lx-pyramid .lx-index")
    after(drive, lambda: (index.fill("7"), index.press("Enter")))
    real = heldout.open_heldout(root / "_data" / "colour-shapes").images(np.array([7]))[0]
    assert np.array_equal(tile(drive, 3), real.transpose(1, 2, 0).ravel())
    expect(page.locator("#lx-pyramid .lx-state")).to_contain_text("The levels add up to the image")
    own = sums(drive)
    by = page.get_by_role("button", name="Let the model draw the residual at 32 pixels")
    after(drive, by.click)
    assert same(own, sums(drive)) == [True, True, False, False]
    expect(by).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lx-pyramid .lx-state")).to_contain_text("Off from the real image by 0.")
    drawn = sums(drive)
    after(drive, page.locator(".lx-level[data-level='2'] .lx-reseed").click)
    assert same(drawn, sums(drive)) == [True, True, False, False]
    link, shown = page.evaluate("lx.link()"), sums(drive)
    after(drive, lambda: drive.slide(".lx-level[data-level='2'] .lx-blend input", 0))
    assert np.array_equal(tile(drive, 2), tile(drive, 2, "low"))
    drive.anew(link)
    drive.until(f"+{BOX}.n > 0")
    drive.settled()
    assert page.locator("#lx-pyramid .lx-index").input_value() == "7" and all(same(shown, sums(drive)))


def test_a_drawing_and_a_file_are_taken_apart(drive, watch):
    page = opened(drive, "grey")
    page.get_by_role("radio", name="Draw").click()
    expect(page.locator("#lx-pyramid .lx-state")).to_have_text("Draw something.")
    box = page.locator("#lx-pyramid .lx-pad").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    after(drive, lambda: page.mouse.move(box["x"] + 110, box["y"] + 110, steps=6))
    page.mouse.up()
    drive.settled()
    drawn = tile(drive, 2).reshape(28, 28, 3)[..., 0]
    assert drawn[14, 14] > 200 and drawn[4, 24] == 0 and drawn.min() == 0
    expect(page.locator("#lx-pyramid .lx-state")).to_contain_text("add up to the image")
    assert (tile(drive, 1, "residual").reshape(14, 2, 14, 2, 3)[:, 0, :, 0].max(2) > 0).any()
    page.get_by_role("radio", name="Your image").click()
    out, given = io.BytesIO(), np.random.default_rng(0).integers(0, 255, (28, 28), np.uint8)
    Image.fromarray(given).save(out, "PNG")
    chooser = page.locator("#lx-pyramid input[type=file]")
    after(drive, lambda: chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()}))
    assert np.array_equal(tile(drive, 2).reshape(28, 28, 3)[..., 0], given)
    after(drive, page.get_by_role("button", name="Invert").click)
    assert np.array_equal(tile(drive, 2).reshape(28, 28, 3)[..., 0], 255 - given)
    out, photograph = io.BytesIO(), np.repeat([[0, 255]], 1200, 0).repeat(600, 1).astype(np.uint8)
    Image.fromarray(photograph).convert("RGB").save(out, "BMP")
    assert len(out.getvalue()) > 4 * 2**20, "more than the server takes"
    after(drive, lambda: chooser.set_input_files({"name": "c.bmp", "mimeType": "image/bmp", "buffer": out.getvalue()}))
    assert np.array_equal(tile(drive, 2).reshape(28, 28, 3)[..., 0] > 127, np.repeat([[False, True]], 28, 0).repeat(14, 1))
    watch.expected = "422"
    chooser.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": b"hello"})
    drive.until(f"({BOX}.error || '').includes('not an image')")


def test_keys_languages_and_runs_without_levels(drive):
    page = opened(drive)
    page.get_by_role("radio", name="Sample", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Test image")).to_be_focused()
    expect(page.get_by_role("radio", name="Test image")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("radio", name="Draw")).to_be_hidden()
    page.evaluate("lx.setLang('ko')")
    expect(page.locator(".lx-level[data-level='2'] .lx-by")).to_have_text("모델이 그림")
    page.evaluate("lx.setLang('en')")
    page.evaluate("lx.open('grey')")
    drive.until(f"{BOX}.run === 'grey' && document.querySelectorAll('.lx-level').length === 3")
    drive.settled()
    expect(page.locator(".lx-level h3")).to_have_text(["7 × 7", "14 × 14", "28 × 28"])
    page.set_viewport_size({"width": 420, "height": 860})
    drive.settled()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    row = [page.locator(f".lx-level[data-level='1'] [data-row={r}]").bounding_box() for r in ("low", "residual", "sum")]
    assert len({round(b["y"]) for b in row}) == 1 and row[0]["x"] < row[1]["x"] < row[2]["x"], "side by side on a phone too"
    page.evaluate("lx.open('tiny')")
    expect(page.locator("#lx-why")).to_contain_text("no levels to show")


STALE = "document.querySelector('#lx-pyramid .lx-tiles').classList.contains('lx-stale')"
BLANK = """() => [...document.querySelectorAll('#lx-pyramid .lx-tile canvas')].every((c) =>
  c.getContext('2d').getImageData(0, 0, c.width, c.height).data.every((v) => v === 0))"""


def test_pictures_of_another_source_are_dimmed_until_its_own_are_there(drive):
    """What stands under the words "Held-out" while its answer is on its way is the sample's, and looks like it."""
    page = opened(drive)
    held = Held(page, "code", '"pyramid"')
    page.get_by_role("radio", name="Test image").click()
    assert page.evaluate(STALE)
    expect(page.locator("#lx-pyramid .lx-tile canvas").first).to_have_css("opacity", "1")    # its parent is dimmed, not it
    expect(page.locator("#lx-pyramid .lx-tiles").first).to_have_css("opacity", "0.25")
    held.let_go()
    drive.until(f"!({STALE})")
    expect(page.locator("#lx-pyramid .lx-state")).to_contain_text("add up to the image")


def test_a_failed_answer_leaves_no_picture_of_another_image(drive, watch):
    page = opened(drive)
    watch.expected = "422"
    page.get_by_role("radio", name="Your image").click()
    expect(page.locator("#lx-pyramid .lx-state")).to_have_text("Drop an image here, or choose one.")
    assert page.evaluate(BLANK)
    after(drive, page.get_by_role("radio", name="Sample", exact=True).click)
    assert not page.evaluate(BLANK)
    page.locator("#lx-pyramid input[type=file]").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": b"hello"})
    expect(page.locator("#lx-pyramid .lx-state")).to_contain_text("not an image")
    assert page.evaluate(BLANK) and not page.evaluate(STALE)
