"""The map: click, empty plane, hover, lasso, direction, interpolation, keyboard, manifold grid, refit."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from explorer import projection
from explorer.session import Session
from training import heldout

PLANE = "document.querySelector('#lx-plane [data-points]').dataset"


def test_click_on_a_point_and_on_empty_plane(drive):
    drive.map()
    i, before = drive.alone(), drive.pixels()
    x, y = drive.at(i)
    drive.hover(x, y)
    drive.until(f"+{PLANE}.hover === {i}")
    drive.page.mouse.click(x, y)
    drive.until(f"window.lx.state.origin.index === {i}")
    drive.changed(before)
    before = drive.pixels()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    drive.page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until(f"{PLANE}.hover === undefined")
    drive.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until("window.lx.state.origin.kind === 'place'")
    drive.changed(before)
    assert drive.state("s.origin.approximate") is True
    expect(drive.page.locator(".lx-origin")).to_contain_text("decoded near (")


def test_two_quick_clicks_are_two_places_and_a_double_click_brings_the_whole_map_back(drive):
    drive.map()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    x, y = drive.at(drive.alone())
    drive.hover(x, y)
    drive.page.mouse.click(x, y)
    drive.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)        # sooner than a double click's 300 ms
    drive.until("window.lx.state.origin.kind === 'place'")
    ranges = "(() => { const l = document.querySelector('#lx-plane .lx-plot')._fullLayout; return l.xaxis.range.join(); })()"
    whole = drive.page.evaluate(ranges)
    drive.page.mouse.wheel(0, -400)
    drive.until(f"{ranges} !== {whole!r}")
    drive.page.mouse.dblclick(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until(f"{ranges} === {whole!r}")


def test_hover_shows_the_right_thumbnail(drive, trained):
    drive.map()
    i = drive.alone()
    drive.hover(*drive.at(i))
    drive.until(f"+{PLANE}.shown === {i}")
    shown = drive.page.evaluate("Array.from(document.querySelector('.lx-tip canvas').getContext('2d').getImageData(0, 0, 28, 28).data)")
    real = heldout.open_heldout(trained / "_data" / "shapes").images(np.array([i]))[0, 0]
    assert np.abs(np.array(shown, np.uint8).reshape(28, 28, 4)[..., 0].astype(int) - real).max() <= 2
    tip, stage = drive.page.locator(".lx-tip").bounding_box(), drive.page.locator(".lx-map").bounding_box()
    assert tip["x"] >= stage["x"] and tip["x"] + tip["width"] <= stage["x"] + stage["width"]
    assert f"#{i}" in drive.page.locator(".lx-tip").inner_text()


def lasso(drive, corners) -> None:
    mouse = drive.page.mouse
    mouse.move(*corners[0])
    drive.page.wait_for_timeout(400)            # Plotly takes a press only after it has seen the pointer for a while
    mouse.down()
    for corner in (*corners[1:], corners[0]):
        mouse.move(*corner, steps=5)
    mouse.up()


def test_two_lassos_make_a_direction(drive):
    drive.map()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    drive.page.get_by_role("button", name="Lasso").click()
    lasso(drive, [(x + 10, y + 60), (x + w / 2, y + 60), (x + w / 2, y + h - 50), (x + 10, y + h - 50)])
    drive.until(f"{PLANE}.means === '1'")
    first = int(drive.page.evaluate(f"{PLANE}.lasso"))
    assert 5 < first < 120
    expect(drive.page.locator(".lx-set").first).to_contain_text(f"A · {first} images")
    expect(drive.page.locator(".lx-set").first).to_contain_text("%")
    lasso(drive, [(x + w / 2 + 4, y + h / 2), (x + w - 10, y + h / 2), (x + w - 10, y + h - 50), (x + w / 2 + 4, y + h - 50)])
    drive.until(f"{PLANE}.means === '2'")
    before, w0 = drive.pixels(), np.array(drive.state("Array.from(s.w)"))
    drive.slide(".lx-move input", 1.5)
    drive.changed(before)
    assert np.abs(np.array(drive.state("Array.from(s.w)")) - w0).max() > 0.01
    drive.slide(".lx-move input", 0)
    assert np.allclose(drive.state("Array.from(s.w)"), w0)


def test_interpolate_and_open_in_walk(drive):
    drive.map()
    drive.page.get_by_role("button", name="Interpolate").click()
    i = drive.alone()
    x, y = drive.at(i)
    drive.hover(x, y)
    drive.until(f"+{PLANE}.hover === {i}")
    drive.page.mouse.click(x, y)
    drive.until(f"window.lx.state.origin.index === {i}")
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    drive.page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until(f"{PLANE}.hover === undefined")
    drive.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until(f"{PLANE}.strip === '9'")
    drive.page.get_by_role("button", name="Open in Walk").click()
    drive.until("document.querySelector('#lx-film [data-keys]').dataset.keys === '2'")
    assert drive.state("s.view") == "walk"


def test_arrow_keys_move_the_marker(drive):
    drive.map()
    before = drive.pixels()
    drive.page.locator("#lx-plane .lx-plot").focus()
    for _ in range(3):
        drive.page.keyboard.press("Shift+ArrowRight")
    drive.until("window.lx.state.origin.kind === 'place'")
    drive.changed(before)
    drive.page.keyboard.press("Enter")
    drive.until("window.lx.state.origin.kind === 'point'")


def test_projections_colours_and_legend(drive):
    drive.map()
    page = drive.page
    page.get_by_role("radio", name="PCA").click()
    drive.until(f"{PLANE}.projection === 'pca' && {PLANE}.ready")
    page.get_by_label("Colour by").first.select_option("side")
    expect(page.locator(".lx-legend button").first).to_have_text("left")
    page.locator(".lx-legend button").first.click()
    colours = page.evaluate("Array.from(document.querySelector('#lx-plane .lx-plot').data[0].marker.color)")
    assert set(colours) == {-1, 0}


def test_plane_of_a_two_number_code(drive):
    drive.map("run=plane")
    assert drive.page.evaluate(f"{PLANE}.projection") == "code"
    drive.page.get_by_role("button", name="Manifold grid").click()
    drive.until(f"{PLANE}.manifold === '20'")
    expect(drive.page.locator(".lx-manifold")).to_be_visible()
    before, box = drive.pixels(), drive.page.locator("#lx-plane .lx-plot").bounding_box()
    drive.page.mouse.move(box["x"] + 200, box["y"] + 300)
    drive.page.mouse.click(box["x"] + 202, box["y"] + 300)
    drive.until("window.lx.state.origin.kind === 'place'")
    drive.changed(before)
    assert np.allclose(drive.state("Array.from(s.w)"), drive.state("[s.origin.x, s.origin.y]"), atol=1e-5)
    assert drive.state("s.origin.approximate") is False


def test_of_two_clicks_the_last_is_meant_whichever_answer_comes_last(drive):
    drive.map()
    drive.page.evaluate("""() => { const real = window.fetch; window.late = 0; window.fetch = async (u, o) => {
        const answer = await real(u, o); if (!String(o?.body).includes('"op":"point"')) return answer;
        await new Promise((ok) => setTimeout(ok, 1500)); window.late++; return answer; }; }""")
    x, y = drive.at(drive.alone())
    drive.hover(x, y)
    drive.page.mouse.click(x, y)
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    drive.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until("window.lx.state.origin.kind === 'place' && window.late === 1")
    drive.settled()
    assert drive.state("s.origin.kind") == "place"


def test_a_refit_is_one_s_own_beside_the_shipped_map(drive, trained):
    drive.map()
    page, xy = drive.page, "[...document.querySelector('#lx-plane .lx-plot').data[0].x]"
    shipped, file = page.evaluate(xy), (trained / "tiny" / "map.npz").read_bytes()
    page.get_by_role("button", name="Neighbours 5 · refit").click()
    page.locator("#lx-fit").click()
    drive.until("+document.querySelector('#lx-fit-foot [data-share]')?.dataset.share > 0")
    expect(page.locator("#lx-plane .lx-refit")).to_contain_text("Fitting: ")
    expect(page.locator(".lx-fit-now output")).to_contain_text("% done")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".lx-fit-now")).to_be_hidden()
    expect(page.locator("#lx-plane .lx-refit")).to_have_text("Neighbours 5 · refit")
    assert page.get_by_role("radio", name="Yours").count() == 0
    page.locator("#lx-refit input[type=number]").first.fill("7")
    page.locator("#lx-fit").click()
    drive.until(f"{PLANE}.projection === 'own:7-0.1-euclidean' && {PLANE}.ready")
    own = page.evaluate(xy)
    assert np.abs(np.array(own) - shipped).max() > 0.1 and (trained / "tiny" / "map.npz").read_bytes() == file
    box = page.locator("#lx-plane .lx-plot").bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until("window.lx.state.origin.kind === 'place'")
    drive.settled()
    place = drive.state("[s.origin.x, s.origin.y]")
    run, points = Session(trained).run("tiny"), [own, page.evaluate(xy.replace(".x]", ".y]"))]
    expected = projection.place_among(np.array(points, np.float32).T, run.codes, np.array(place))
    assert np.allclose(drive.state("Array.from(s.w)"), expected.code, atol=1e-3)
    page.get_by_role("radio", name="UMAP").click()
    drive.until(f"{PLANE}.projection === 'umap' && {PLANE}.ready")
    assert page.evaluate(xy) == shipped
    page.get_by_role("radio", name="Yours: 7").click()
    drive.until(f"{PLANE}.projection === 'own:7-0.1-euclidean' && {PLANE}.ready")
    assert page.evaluate(xy) == own
    drive.map()
    page.get_by_role("radio", name="Yours: 7").click()
    drive.until(f"{PLANE}.projection === 'own:7-0.1-euclidean' && {PLANE}.ready")
    assert page.evaluate(xy) == own, "it is there in the next visit"
