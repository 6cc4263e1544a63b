"""Growing, in the Pyramid view: one code at every resolution, faded from one to the next, and the samples kept while training."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.explorer.conftest import data
from tests.explorer.generators import make_generator
from training import checkpoint, stages

from .conftest import Driver

BOX = "document.querySelector('#lx-pyramid .lx-growing').dataset"
READ = """(selector) => { const c = document.querySelector(selector);
  return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 !== 3); }"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A grown run, 28 × 28 with three levels; bare, whose training kept nothing; whole, trained at 28 × 28 from the start; added, in which
    resolutions add up."""
    root = tmp_path_factory.mktemp("grown")
    usual = dict(z_dim=6, channels=8, channel_max=16, stage_images=64)
    make_generator(root, "whole", "progan", data(), **usual, start=28)
    make_generator(root, "added", "progan", data(), **usual | {"skip": True, "stage_images": 0})
    for name in ("grown", "bare"):
        folder = make_generator(root, name, "progan", data(), **usual)
    model, _ = checkpoint.load(root / "grown")
    model.grow(0, 1.0)
    stages.keep(root / "grown", model, stages.Stage("7 × 7", 64))
    assert folder.name == "bare"
    return root


@pytest.fixture
def server(pages, root):
    return pages.over(root)


@pytest.fixture
def drive(context, server, watch):
    return Driver(context.new_page(), server)


def pixels(drive, selector):
    return np.array(drive.page.evaluate(READ, selector), float)


def test_a_slider_fades_from_level_to_level(drive):
    drive.open("run=grown&view=pyramid")
    drive.until(f"+{BOX}.faded > 0")
    tiles = [pixels(drive, f".lx-level[data-level='{k}'] canvas") for k in range(3)]
    shown = ".lx-fade canvas"
    np.testing.assert_array_equal(pixels(drive, shown), tiles[2])                                # it opens on the whole image
    coarse = tiles[0].reshape(28, 28, 3)
    np.testing.assert_array_equal(coarse, coarse[::4, ::4].repeat(4, 0).repeat(4, 1))
    for at, expected in ((0, tiles[0]), (1, tiles[1]), (0.25, 0.75 * tiles[0] + 0.25 * tiles[1]), (1.5, (tiles[1] + tiles[2]) / 2)):
        drive.slide(".lx-fade input", at)
        assert np.abs(pixels(drive, shown) - expected).max() <= 0.51
    assert drive.page.locator(".lx-fade-at").text_content() == "14 × 14 with 28 × 28 faded in by α = 0.50"


def test_the_samples_of_each_stage_and_their_codes(drive):
    page = drive.open("run=grown&view=pyramid").page
    drive.until(f"+{BOX}.stages === 2 && +{BOX}.faded > 0")
    rows = page.locator(".lx-kept-stages > div")
    assert [t.split(" · ") for t in rows.locator("span").all_text_contents()] == [["7 × 7", "64 images"],
                                                                                  ["The finished model", "1,000 images"]]
    n = page.evaluate(f"+{BOX}.faded")
    last = ".lx-kept-stages > div:last-child button:nth-child(3) canvas"
    wanted = pixels(drive, last)
    rows.last.locator("button").nth(2).click()
    drive.until(f"+{BOX}.faded > {n}")
    np.testing.assert_array_equal(pixels(drive, ".lx-level[data-level='2'] canvas"), wanted)
    assert drive.state("s.origin.kind") == "stages"


def test_a_run_that_kept_no_stages_shows_its_levels_alone(drive):
    page = drive.open("run=bare&view=pyramid").page
    drive.until(f"{BOX}.stages === '0' && +{BOX}.faded > 0")
    assert page.locator(".lx-while").is_hidden()
    assert page.locator(".lx-fade").is_visible()


def test_only_a_run_that_grew_is_said_to_have_grown(drive):
    page = drive.open("run=grown&view=pyramid").page
    title, note = page.locator(".lx-fade h2"), page.locator(".lx-fade .lx-note")
    drive.until(f"{BOX}.grew === '7 14 28'")
    expect(title).to_have_text("Growing")
    expect(note).to_contain_text("This network grew: 7 × 7, 14 × 14, 28 × 28.")
    expect(note).to_contain_text("were fitted after training")
    page.evaluate("lx.open('whole')")
    drive.until(f"{BOX}.grew === '28'")
    expect(title).to_have_text("From level to level")
    expect(note).to_contain_text("did not grow: it was trained at 28 × 28 from the start")
    expect(note).to_contain_text("were fitted after training")
    page.evaluate("lx.open('added')")
    drive.until(f"{BOX}.grew === '28' && document.querySelector('.lx-fade .lx-note').textContent.includes('adds its colours')")
    expect(note).not_to_contain_text("fitted after training")
    assert "grew" not in page.locator("#view-pyramid .lx-about").text_content()
