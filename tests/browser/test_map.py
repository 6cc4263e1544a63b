"""The map: click, empty plane, hover, lasso, direction, interpolation, keyboard, manifold grid, refit."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.i18n import words
from explorer.latent import moves, neighbours
from explorer.runs.session import Session
from tests.explorer.conftest import data, make
from training import checkpoint, heldout

from .conftest import HANGS, Driver
from .held import Held

pytestmark = pytest.mark.webgl

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
    expect(drive.page.locator(".lx-origin")).to_have_text(re.compile(r"^near \(.*\): the mean of the 8 nearest images' codes"))


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
    drive.wheel(-400)
    drive.until(f"{ranges} !== {whole!r}")
    drive.settled()                                                            # Plotly draws once more a while after the wheel's last turn
    drive.page.mouse.dblclick(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until(f"{ranges} === {whole!r}")


def test_what_is_said_of_the_distance_to_real_images_is_their_own_distances(drive, trained):
    """Away: farther from its nearest than nineteen of twenty held-out images are from theirs. Nothing is said of clusters."""
    drive.map()
    run, honest = Session(trained).run("tiny"), drive.page.locator(".lx-honest")
    labels = ("bar", "square")
    for scale, far in ((1.02, False), (4.0, True)):
        w = run.codes[5] * scale
        drive.page.evaluate("(w) => window.lx.setCode(Float32Array.from(w), {kind: 'sliders'})", w.tolist())
        indices, distances = neighbours.of_run(run).nearest(w.astype(np.float32), 12)
        share, ratio = neighbours.of_run(run).beyond(distances[0]), distances[0] / neighbours.of_run(run).usual
        assert (share > 0.95) == far and ratio > 0.02
        said = f"{'Away from' if far else 'Close to'} real images ({ratio:.1f} × the usual distance)."
        count = np.bincount([run.class_of(int(i)) for i in indices], minlength=2)
        if count.min() > 0 and count.max() < 9:
            a, b = count.argsort(kind="stable")[::-1]
            said += f" Nearest 12: {count[a]} of “{labels[a]}”, {count[b]} of “{labels[b]}”."
        expect(honest).to_have_text(re.compile(re.escape(said[:60])))
        expect(honest).to_have_class(re.compile("warn") if far else re.compile("^((?!warn).)*$"))
        assert f"{int(100 * share)} % of them have a nearer neighbour" in honest.get_attribute("title")


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


def test_a_lasso_around_nothing_says_so_and_leaves_nothing(drive):
    drive.map()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    x, y = box["x"] + 3, box["y"] + box["height"] / 2
    drive.page.get_by_role("button", name="Lasso").click()
    lasso(drive, [(x, y), (x + 14, y), (x + 14, y + 14), (x, y + 14)])
    expect(drive.page.locator("#lx-toast")).to_have_text(words("en")["map.lasso.nothing"])
    expect(drive.page.locator("#lx-plane .selectionlayer path")).to_have_count(0)
    panel, tools = (drive.page.locator(s).bounding_box() for s in (".lx-lassos", "#lx-plane .lx-tools"))
    assert panel["y"] >= tools["y"] + tools["height"], "the panel leaves the search in sight"


def test_a_lasso_is_drawn_through_its_card(drive):
    drive.map()
    page, mouse = drive.page, drive.page.mouse
    box = page.locator("#lx-plane .lx-plot").bounding_box()
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.get_by_role("button", name="Lasso").click()
    lasso(drive, [(x + 10, y + 60), (x + w / 2, y + 60), (x + w / 2, y + h - 50), (x + 10, y + h - 50)])
    drive.until(f"{PLANE}.means === '1'")
    said = page.locator(".lx-lassos .lx-breakdown").bounding_box()
    begin = said["x"] + said["width"] - 6, said["y"] + said["height"] / 2
    mouse.move(*begin)
    page.wait_for_timeout(400)                  # as in ``lasso``
    mouse.down()
    mouse.move(x + w - 10, y + h - 50, steps=5)
    drive.until("getComputedStyle(document.querySelector('.lx-lassos')).opacity < 0.5")
    for corner in ((x + w / 2 + 4, y + h - 50), (x + w / 2 + 4, y + 60), begin):
        mouse.move(*corner, steps=5)
    mouse.up()
    drive.until(f"{PLANE}.means === '2' && getComputedStyle(document.querySelector('.lx-lassos')).opacity === '1'")


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
    expect(drive.page.locator(".lx-set").first).to_contain_text(re.compile(r"\w+: \d+ %"))
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
    page.get_by_role("button", name="한국어").click()
    expect(page.locator(".lx-by option[value=class]")).to_have_text(words("ko")["map.by.class"])
    page.get_by_role("button", name="English").click()
    page.locator(".lx-legend button").first.click()
    drive.settled()
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
    expect(drive.page.locator(".lx-shadow")).to_have_text("The plane is the code itself")
    drive.page.get_by_role("radio", name="UMAP").click()
    drive.until(f"{PLANE}.projection === 'umap' && {PLANE}.ready")
    expect(drive.page.locator(".lx-shadow")).to_have_text("The code's two dimensions, laid out anew")


def test_an_image_that_is_chosen_last_stays_though_places_were_still_asked_for(drive):
    """Keys are pressed faster than a slow server answers: Enter means the image, and no place of the way comes after it."""
    drive.map()
    held = Held(drive.page, "code", '"place"')
    drive.page.locator("#lx-plane .lx-plot").focus()
    for _ in range(3):
        drive.page.keyboard.press("Shift+ArrowRight")
    before = drive.state("window.lx.b64(s.w)")
    drive.page.keyboard.press("Enter")
    drive.until("(was) => lx.state.origin.kind === 'point' && lx.b64(lx.state.w) !== was", before)
    image = drive.state("[s.origin.index, window.lx.b64(s.w)]")
    held.step()                                 # the first, and of those that waited for it the last
    held.step()
    drive.settled()
    assert drive.state("[s.origin.index, window.lx.b64(s.w)]") == image and drive.state("s.origin.kind") == "point"
    assert not held.waiting


def test_of_two_clicks_the_last_is_meant_whichever_answer_comes_last(drive):
    drive.map()
    held = Held(drive.page, "code", '"point"')
    x, y = drive.at(drive.alone())
    drive.hover(x, y)
    drive.page.mouse.click(x, y)
    held.asked()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    drive.page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    drive.until("window.lx.state.origin.kind === 'place'")
    held.let_go()
    drive.settled()
    assert drive.state("s.origin.kind") == "place"


def test_a_refit_is_one_s_own_beside_the_shipped_map(drive, trained):
    drive.map()
    page, xy = drive.page, "[...document.querySelector('#lx-plane .lx-plot').data[0].x]"
    page.set_default_timeout(300_000)           # UMAP itself, on a machine that may be busy
    shipped, file = page.evaluate(xy), (trained / "tiny" / "map.npz").read_bytes()
    page.get_by_role("button", name="Neighbours 5 · refit").click()
    held = Held(page, "fit/*")                  # each question how far it is: or a fast machine is done before one can cancel
    page.locator("#lx-fit").click()
    while not page.evaluate("+document.querySelector('#lx-fit-foot [data-share]')?.dataset.share > 0"):
        held.step()
    held.asked()
    held.holding = False
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
    expected = neighbours.place_among(np.array(points, np.float32).T, run.codes, np.array(place))
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


MARKED = "(document.querySelector('#lx-plane .lx-plot').data[0].selectedpoints || []).join()"
RANGES = "(() => { const l = document.querySelector('#lx-plane .lx-plot')._fullLayout; return [...l.xaxis.range, ...l.yaxis.range]; })()"


def two_lassos(drive):
    drive.page.get_by_role("button", name="Lasso").click()
    box = drive.page.locator("#lx-plane .lx-plot").bounding_box()
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    lasso(drive, [(x + 10, y + 60), (x + w / 2, y + 60), (x + w / 2, y + h - 50), (x + 10, y + h - 50)])
    drive.until(f"{PLANE}.means === '1'")
    lasso(drive, [(x + w / 2 + 4, y + h / 2), (x + w - 10, y + h / 2), (x + w - 10, y + h - 50), (x + w / 2 + 4, y + h - 50)])
    drive.until(f"{PLANE}.means === '2'")


def test_a_lasso_is_the_same_images_on_every_map_and_in_every_link(drive, context):
    drive.map()
    page = drive.page
    two_lassos(drive)
    marked, counts = page.evaluate(MARKED), page.evaluate(f"{PLANE}.lasso")
    assert len(marked.split(",")) == sum(map(int, counts.split())) < 120
    drive.slide(".lx-move input", 0.5)
    page.locator(".lx-move input").dispatch_event("change")
    page.get_by_role("radio", name="PCA").click()
    drive.until(f"{PLANE}.projection === 'pca' && {PLANE}.ready")
    assert page.evaluate(MARKED) == marked and page.evaluate(f"{PLANE}.lasso") == counts
    assert page.evaluate("document.querySelector('#lx-plane .lx-plot')._fullLayout.selections.length") == 0, "no outline of another map"
    page.get_by_label("Colour by").first.select_option("side")
    page.locator(".lx-legend button").first.click()
    box = page.locator("#lx-plane .lx-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    whole = page.evaluate(RANGES)
    drive.wheel(-300)
    drive.until(f"{RANGES}[0] !== {whole[0]}")
    drive.settled()
    w, ranges = drive.state("window.lx.b64(s.w)"), page.evaluate(RANGES)
    parts = "[...document.querySelectorAll('.lx-breakdown')].map((e) => e.textContent)"
    said = page.evaluate(parts)
    other = type(drive)(context.new_page(), drive.server)
    other.map(page.evaluate("location.href").split("?", 1)[1])
    other.until(f"{PLANE}.means === '2'")
    other.settled()
    assert other.page.evaluate(f"[{PLANE}.projection, {PLANE}.lasso, {MARKED}]") == ["pca", counts, marked]
    assert np.allclose(other.page.evaluate(RANGES), ranges, rtol=1e-4, atol=1e-4)
    assert other.state("window.lx.b64(s.w)") == w and other.page.evaluate(parts) == said
    expect(other.page.get_by_label("Colour by").first).to_have_value("side")
    expect(other.page.locator(".lx-legend button.on")).to_have_text("left")
    expect(other.page.locator(".lx-move output")).to_have_text("0.50")
    before = np.array(other.state("Array.from(s.w)"))
    other.slide(".lx-move input", 0.5)
    assert np.allclose(other.state("Array.from(s.w)"), before, atol=1e-5), "the slider goes on from where it was"


def test_back_and_undo_go_through_the_map_s_states(drive):
    drive.map()
    page, state = drive.page, f"[{PLANE}.projection, document.querySelector('.lx-by').value, {PLANE}.mode || 'pick']"
    page.get_by_role("radio", name="PCA").click()
    drive.until(f"{PLANE}.projection === 'pca' && {PLANE}.ready")
    page.get_by_label("Colour by").first.focus()
    page.keyboard.press("ArrowDown")
    drive.until(f"{PLANE}.ready && {state}[1] === 'side'")
    page.get_by_role("button", name="Interpolate").click()
    drive.settled()
    assert page.evaluate(state) == ["pca", "side", "between"]
    page.go_back()
    drive.until(f"{state}[2] === 'pick'")
    page.keyboard.press("Control+z")
    drive.until(f"{state}[1] === 'class' && {PLANE}.ready")
    page.go_back()
    drive.until(f"{PLANE}.projection === 'umap' && {PLANE}.ready")
    page.go_forward()
    drive.until(f"{PLANE}.projection === 'pca' && {PLANE}.ready")
    assert page.evaluate(state) == ["pca", "class", "pick"]


def test_a_path_is_drawn_where_its_codes_lie_and_is_in_the_link(drive, context, trained):
    drive.map()
    page = drive.page
    page.get_by_role("button", name="Interpolate").click()
    first = drive.alone()
    x, y = drive.at(first)
    far = page.evaluate("""([i, n]) => { const p = document.querySelector('#lx-plane .lx-plot'), d = p.data[0], l = p._fullLayout;
        const px = Array.from({length: n}, (_, k) => [l.xaxis.l2p(d.x[k]), l.yaxis.l2p(d.y[k])]);
        const away = (k) => Math.hypot(...px[k].map((v, c) => v - px[i][c]));
        const clear = (v, end) => v > 90 && v < end - 150;
        return px.map((_, k) => k).filter((k) => clear(px[k][0], p.clientWidth) && clear(px[k][1], p.clientHeight))
            .reduce((a, b) => away(a) > away(b) ? a : b); }""", [first, 120])
    picked = [first, far]
    for i in picked:
        page.mouse.click(*drive.at(i))
        drive.until(f"window.lx.state.origin.index === {i}")
    drive.until(f"{PLANE}.strip === '9' && {PLANE}.way")
    run = Session(trained).run("tiny")
    steps = [moves.walk(run.codes[picked], t, "lerp") for t in np.linspace(0, 1, 33)]
    nearest = [int(neighbours.of_run(run).nearest(w)[0][0]) for w in steps]
    assert page.evaluate(f"{PLANE}.way") == ",".join(map(str, nearest))
    dots = page.evaluate("[...document.querySelectorAll('.lx-pair .step')].map((c) => [+c.getAttribute('cx'), +c.getAttribute('cy')])")
    box = page.locator("#lx-plane .lx-plot").bounding_box()
    assert np.allclose(dots, [np.array(drive.at(i)) - [box["x"], box["y"]] for i in nearest], atol=0.5)
    drive.settled()
    other = type(drive)(context.new_page(), drive.server)
    other.map(page.evaluate("location.href").split("?", 1)[1])
    other.until(f"{PLANE}.way === '{','.join(map(str, nearest))}' && {PLANE}.strip === '9'")
    other.page.get_by_role("radio", name="PCA").click()
    other.until(f"{PLANE}.way === 'exact'")
    expect(other.page.locator(".lx-way-note")).to_contain_text("where the codes of the path lie")
    assert other.page.locator(".lx-pair .step").count() == 0


def test_a_visitor_s_map_is_in_her_browser_alone_and_a_link_to_it_says_so_elsewhere(drive, chromium, trained):
    """As a shared page does it: the server keeps nothing, and the points go to the browser that asked."""
    drive.map()
    page = drive.page
    places = (np.random.default_rng(5).normal(size=(120, 2)) * 3).astype(np.float32)
    page.evaluate("""(xy) => document.dispatchEvent(new CustomEvent('lx-fitted', {detail: {run: 'tiny', key: '33-0.5-cosine', kept: false,
        xy, weights: window.lx.state.info.card.weights_sha256.slice(0, 12)}}))""", moves.to_text(places))
    drive.until(f"{PLANE}.projection === 'own:33-0.5-cosine' && {PLANE}.ready")
    i = drive.alone()
    page.mouse.click(*drive.at(i))
    drive.until(f"window.lx.state.origin.index === {i}")
    drive.settled()
    page.reload()
    page.wait_for_selector("#lx-plane [data-projection='own:33-0.5-cosine'][data-ready=true]", state="attached")
    assert page.evaluate("[...document.querySelector('#lx-plane .lx-plot').data[0].x]") == places[:, 0].tolist()
    assert not list((trained / "tiny").glob("map-own-33*"))
    stranger = chromium.new_context(locale="en-US")
    stranger.set_default_timeout(HANGS)
    try:
        other = type(drive)(stranger.new_page(), drive.server).map(page.evaluate("location.href").split("?", 1)[1])
        assert other.page.evaluate(f"[{PLANE}.gone, {PLANE}.projection]") == ["33-0.5-cosine", "umap"]
        expect(other.page.locator("#lx-toast")).to_contain_text("33 neighbours, minimum distance 0.5, cosine")
        assert other.state("[s.origin.kind, s.origin.index]") == ["point", i]
    finally:
        stranger.close()


def test_another_colour_keeps_the_part_that_is_shown(drive):
    """What the address says is what is on the screen, and another map is shown whole again."""
    page = drive.map("run=tiny&view=map").page
    box, whole = page.locator("#lx-plane .lx-plot").bounding_box(), page.evaluate(RANGES)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    drive.wheel(-400)
    drive.until(f"{RANGES}[0] !== {whole[0]}")
    drive.settled()
    part = page.evaluate(RANGES)
    page.locator("#lx-plane .lx-by").select_option("none")
    drive.settled()
    assert page.evaluate(RANGES) == part and "cnone" in drive.state("s.kept.map") and "z" in drive.state("s.kept.map")
    page.locator("#lx-plane .lx-by").select_option("class")
    drive.settled()
    assert page.evaluate(RANGES) == part and "z" in drive.state("s.kept.map")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_what_is_said_of_the_plane_leaves_the_legend_its_room(context, pages, tmp_path_factory, watch, lang):
    """However many classes it has to name: it is as wide here as it may become."""
    root = tmp_path_factory.mktemp("trusted")
    make(root, "trusted", data(), z_dim=8)
    checkpoint.update(root / "trusted", metrics={"map_trustworthiness": {"value": 0.9521, "unit": "", "protocol": "5 neighbours"}})
    page = Driver(context.new_page(), pages.over(root)).map(f"run=trusted&view=map&lang={lang}").page
    expect(page.locator(".lx-shadow")).to_contain_text("95.2 %")
    legend, said = page.evaluate("""() => {
        const [legend, said] = ['legend', 'shadow'].map((c) => document.querySelector('#lx-plane .lx-' + c));
        legend.style.width = '100%';
        return [legend.getBoundingClientRect().right, said.getBoundingClientRect().left]; }""")
    assert legend <= said
