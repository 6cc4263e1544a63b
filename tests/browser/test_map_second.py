"""A second pane beside the map: the same points on another map; what is hovered, lassoed or looked for in one is marked in both."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.latent import neighbours
from explorer.runs.session import Session

from .test_map import lasso

pytestmark = pytest.mark.webgl

ROOT = "document.querySelector('#lx-plane [data-points]').dataset"
FIRST, OTHER = "#lx-plane .lx-plot", "#lx-plane .lx-map-second"
DATA = "(s) => { const d = document.querySelector(s).data[0]; return [[...d.x], [...d.y]]; }"
MARKED = "(s) => document.querySelector(s).data[0].selectedpoints || []"
RINGS = """[...document.querySelectorAll('#lx-plane .lx-ring')].map((c) => c.getAttribute('visibility') === 'visible'
    ? (() => { const b = c.getBoundingClientRect(); return [(b.left + b.right) / 2, (b.top + b.bottom) / 2]; })() : null)"""
PLACE = """([s, i]) => { const p = document.querySelector(s), l = p._fullLayout, d = p.data[0], b = p.getBoundingClientRect();
    return [b.left + l.xaxis._offset + l.xaxis.l2p(d.x[i]), b.top + l.yaxis._offset + l.yaxis.l2p(d.y[i])]; }"""
ALONE = """(s) => { const p = document.querySelector(s), l = p._fullLayout, d = p.data[0], w = p.clientWidth, h = p.clientHeight;
    const px = [...d.x].map((v, i) => [l.xaxis.l2p(v), l.yaxis.l2p(d.y[i])]);
    const gap = (i) => Math.min(...px.map((q, k) => k === i ? 1e9 : Math.hypot(q[0] - px[i][0], q[1] - px[i][1])));
    return px.map((_, i) => i).filter((i) => px[i][0] > 40 && px[i][0] < w - 40 && px[i][1] > 110 && px[i][1] < h - 60)
        .reduce((a, b) => gap(a) >= gap(b) ? a : b); }"""


def split(drive) -> None:
    drive.page.locator("#lx-plane .lx-map-seconds").select_option("pca")
    drive.until(f"{ROOT}.second === 'pca'")
    drive.settled()


def test_the_same_points_on_another_map_and_a_hover_marks_them_in_both(drive, trained):
    drive.map()
    page, run = drive.page, Session(trained).run("tiny")
    split(drive)
    assert np.allclose(page.evaluate(DATA, OTHER), neighbours.points(run, "pca").T) and page.evaluate(f"{ROOT}.projection") == "umap"
    a, b = page.locator(FIRST).bounding_box(), page.locator(OTHER).bounding_box()
    assert abs(a["x"] + a["width"] - b["x"]) < 2 and abs(a["width"] - b["width"]) < 4 and a["y"] == b["y"], "side by side"
    for here in (OTHER, FIRST):
        i = page.evaluate(ALONE, here)
        places = [page.evaluate(PLACE, [s, i]) for s in (FIRST, OTHER)]
        page.mouse.move(5, 5)                                                  # or what one waits for may be there already
        drive.until(f"({RINGS}).every((r) => r === null)")
        drive.hover(*places[(FIRST, OTHER).index(here)])
        drive.until(f"+document.querySelector('#lx-plane .lx-tip canvas').dataset.drawn === {i} && ({RINGS}).every((r) => r)")
        assert np.allclose(page.evaluate(RINGS), places, atol=1.5)
        assert f"#{i}" in page.locator("#lx-plane .lx-tip").inner_text()
    page.mouse.click(*page.evaluate(PLACE, [OTHER, i := page.evaluate(ALONE, OTHER)]))
    drive.until(f"window.lx.state.origin.index === {i}")
    page.mouse.move(5, 5)
    drive.until(f"({RINGS}).every((r) => r === null)")


def test_a_lasso_in_either_marks_both_and_so_does_a_search(drive, trained):
    drive.map()
    page = drive.page
    split(drive)
    page.get_by_role("button", name="Lasso").click()
    for k, (here, there) in enumerate(((OTHER, FIRST), (FIRST, OTHER))):
        box = page.locator(here).bounding_box()
        x, y, w, h = box["x"], box["y"], box["width"], box["height"]
        lasso(drive, [(x + 6, y + 110), (x + w / 2, y + 110), (x + w / 2, y + h - 50), (x + 6, y + h - 50)])
        drive.until(f"{ROOT}.means === '{k + 1}'")
        drive.settled()
        marked = page.evaluate(MARKED, here)
        assert 3 < len(marked) < 120 and page.evaluate(MARKED, there) == marked
    page.get_by_role("button", name="Clear").click()
    drive.settled()
    page.locator("#lx-plane .lx-seek-text").fill("bar")
    page.locator("#lx-plane .lx-seek-text").press("Enter")
    drive.settled()
    opacity = "(s) => [...document.querySelector(s).data[0].marker.opacity].map((v) => v > 0.5)"
    labels = Session(trained).run("tiny").held.labels
    assert page.evaluate(opacity, FIRST) == page.evaluate(opacity, OTHER) == (labels == 0).tolist()


def test_the_second_pane_is_in_the_link_and_undone_and_changes_places_with_the_first(drive, context):
    drive.map()
    page = drive.page
    split(drive)
    whole = page.locator(FIRST).bounding_box()["width"]
    other = type(drive)(context.new_page(), drive.server).map(page.evaluate("location.href").split("?", 1)[1].replace("lang=en", "lang=ko"))
    other.until(f"{ROOT}.second === 'pca'")
    expect(other.page.locator("#lx-plane .lx-map-seconds option:checked")).to_have_text("옆에 PCA")
    other.page.close()
    page.locator("[data-projection=pca]").click()
    drive.until(f"{ROOT}.projection === 'pca' && {ROOT}.second === 'umap' && {ROOT}.ready")
    drive.settled()
    page.keyboard.press("Control+z")
    drive.until(f"{ROOT}.projection === 'umap' && {ROOT}.second === 'pca' && {ROOT}.ready")
    drive.settled()
    page.keyboard.press("Control+z")
    drive.until(f"{ROOT}.second === ''")
    expect(page.locator(OTHER)).to_be_hidden()
    assert page.locator(FIRST).bounding_box()["width"] > 1.9 * whole


def test_on_a_phone_the_second_pane_lies_below(drive):
    drive.page.set_viewport_size({"width": 420, "height": 900})
    drive.map()
    split(drive)
    a, b = drive.page.locator(FIRST).bounding_box(), drive.page.locator(OTHER).bounding_box()
    assert abs(a["y"] + a["height"] - b["y"]) < 2 and a["x"] == b["x"] and min(a["height"], b["height"]) > 250
