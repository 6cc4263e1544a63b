"""Picker, inspector, language, light and dark, phone width, keyboard."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from explorer.i18n import words

pytestmark = pytest.mark.webgl


def test_opens_on_something_and_says_what_it_is(drive):
    drive.open("")
    page = drive.page
    assert len(set(drive.pixels())) > 10
    expect(page.locator("#view-map")).to_be_visible()
    expect(page.locator("#view-map .lx-about")).to_contain_text("Each dot is a test image")
    expect(page.locator("#view-map .lx-eq")).to_contain_text("KL")
    drive.until("document.title.endsWith(' · Map · Latent Explorer')")


def test_picker_opens_runs_and_lists_damaged_ones(drive):
    drive.open("run=tiny")
    before = drive.pixels()
    drive.page.get_by_role("option", name="Tiny VAE yours Shapes · 2-D").click()
    drive.until("window.lx.state.run === 'plane'")
    drive.changed(before)
    expect(drive.page.locator(".lx-run[data-run=plane]")).to_have_attribute("aria-selected", "true")
    drive.page.locator(".lx-damaged summary").click()
    expect(drive.page.locator(".lx-damaged li")).to_contain_text("never opened")


def test_a_page_that_shows_nothing_new_asks_for_no_frames(drive):
    drive.open("run=tiny")
    drive.until("window.lx.busy === 0")
    asked = [30]
    while asked[-1] > 2 and len(asked) < 20:
        asked.append(drive.page.evaluate("""async () => { const before = requestAnimationFrame.asked;
            for (let k = 0; k < 30; k++) await new Promise(requestAnimationFrame);
            return requestAnimationFrame.asked - before - 30; }"""))
    assert asked[-1] < 3, f"a loading timer that is never stopped asks for one whenever the screen shows one: {asked}"


def test_globals_are_those_that_gradio_calls(drive):
    """js= and js_on_load run outside of any module: the store (sliders, language), the map's fit, and what mounts a component."""
    drive.open("run=tiny")
    drive.until("window.lx.busy === 0")
    ours = drive.page.evaluate("Object.keys(window).filter((k) => /^lx/i.test(k)).sort()")
    assert [k for k in ours if k != "lxBegun"] == ["lx", "lxFit", "lxMount"], "lxBegun is the tests' own (rest.py)"


def test_runs_by_keyboard(drive):
    drive.open("run=tiny")
    drive.page.locator(".lx-run[data-run=tiny]").focus()
    drive.page.keyboard.press("ArrowUp")
    drive.until("document.activeElement.dataset.run === 'plane'")
    assert drive.state("s.run") == "tiny"
    drive.page.keyboard.press("Enter")
    drive.until("window.lx.state.run === 'plane'")


def test_slider_changes_pixels_and_is_labelled(drive):
    drive.open()
    before, w = drive.pixels(), drive.state("Array.from(s.w)")
    slider = drive.page.locator("#lx-slider-0 input[type=range]")
    expect(slider).to_have_attribute("aria-label", re.compile("for 1 · "))
    drive.slide("#lx-slider-0 input[type=range]", 2.5)
    drive.changed(before)
    drive.until("Math.abs(window.lx.coordinate(0) - 2.5) < 1e-3")
    moved = np.array(drive.state("Array.from(s.w)")) - np.array(w)
    direction = np.array(drive.state("Array.from(s.info.directions[0].vector)"))
    assert abs(abs(moved @ direction) - np.linalg.norm(moved)) < 1e-3 * np.linalg.norm(moved)
    assert drive.state("s.origin.kind") == "sliders"


def test_sliders_follow_the_code_without_changing_it(drive):
    drive.open()
    drive.page.locator(".lx-seed").click()
    drive.until("window.lx.state.origin.kind === 'seed'")
    w = drive.state("window.lx.b64(s.w)")
    shown = "document.querySelector('#lx-slider-0 input[type=range]').value"
    drive.until(f"Math.abs(window.lx.coordinate(0) - {shown}) < 0.011")
    drive.until("document.querySelectorAll('.lx-near canvas[data-drawn]').length === 6")
    assert drive.state("window.lx.b64(s.w)") == w


def test_neighbours_are_clickable(drive):
    drive.open()
    drive.until("document.querySelectorAll('.lx-near canvas[data-drawn]').length === 6")
    before = drive.pixels()
    third = drive.page.locator(".lx-near button").nth(3)
    index = int(third.get_attribute("data-index"))
    third.click()
    drive.changed(before)
    assert drive.state("s.origin.index") == index
    expect(drive.page.locator(".lx-origin")).to_contain_text(f"test image {index}")


def test_language_switches_without_reload_and_is_remembered(drive):
    drive.open()
    page = drive.page
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("tab", name="지도")).to_be_visible()
    expect(page.locator("#lx-fit")).to_have_text(words("ko")["map.fit.go"])
    expect(page.locator("#lx-slider-0")).to_contain_text(words("ko")["effect." + (drive.state("s.info.directions[0].label") or "unclear")])
    assert page.evaluate("window.stayed") and page.evaluate("document.documentElement.lang") == "ko"
    drive.open()
    expect(page.get_by_role("tab", name="코드")).to_be_visible()
    drive.open("run=tiny&lang=en")
    expect(page.get_by_role("tab", name="Codes")).to_be_visible()


def test_both_languages_have_the_same_keys():
    en, ko = words("en"), words("ko")
    assert set(en) == set(ko)
    assert all(set(re.findall(r"\{(\w+)\}", en[k])) == set(re.findall(r"\{(\w+)\}", ko[k])) for k in en)


def test_light_and_dark(drive):
    drive.open()
    page, colour = drive.page, "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(colour) != light and page.evaluate("document.body.classList.contains('dark')")
    drive.open()
    drive.until("document.body.classList.contains('dark')")


def test_phone_width(drive):
    page = drive.page
    page.set_viewport_size({"width": 420, "height": 860})
    drive.map()
    for view in ("map", "codes", "walk"):
        page.locator(f"[role=tab][data-view={view}]").click()
        expect(page.locator(f"#view-{view}")).to_be_visible()
        drive.settled()
        assert page.evaluate("document.documentElement.scrollWidth") <= 420, view
    expect(page.locator("#lx-left")).to_be_hidden()
    page.get_by_role("button", name="Runs").click()
    expect(page.locator("#lx-left")).to_be_visible()
    page.locator(".lx-run[data-run=plane]").click()
    expect(page.locator("#lx-left")).to_be_hidden()
    assert drive.state("s.run") == "plane"
    drive.settled()
    stage, hero = page.locator("#lx-main").bounding_box(), page.locator(".lx-hero").bounding_box()
    assert hero["y"] > stage["y"] + stage["height"] - 1


def test_saved_image_is_enlarged_by_eight(drive):
    drive.open()
    with drive.page.expect_download() as found:
        drive.page.get_by_role("button", name="Save image").click()
    with Image.open(found.value.path()) as image:
        pixels = np.asarray(image.convert("L"))
    assert pixels.shape == (224, 224)
    assert (np.kron(pixels[::8, ::8], np.ones((8, 8), np.uint8)) == pixels).all()


def test_code_is_copied_as_json(drive, context, server):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    drive.open()
    drive.page.get_by_role("button", name="Copy code").click()
    expect(drive.page.locator("#lx-toast")).to_have_text(words("en")["copied.code"])
    copied = json.loads(drive.page.evaluate("navigator.clipboard.readText()"))
    assert copied["run"] == "tiny" and np.float32(copied["w"]).tolist() == drive.state("Array.from(s.w)")
    assert copied["weights_sha256"] == drive.state("s.info.card.weights_sha256")


def test_by_keyboard_alone_through_all_views_and_back(drive):
    """From the first key on: the skip link, the tabs in one round (Train too), each with a panel of its name, and the title follows."""
    drive.open()
    page = drive.page
    focus = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focus}.className") == "lx-skip" and "Skip" in page.evaluate(f"{focus}.textContent")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focus}.id") == "lx-main"
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(f"{focus}.getAttribute('role')") == "tab":
            break
    views, names = page.evaluate("lx.views.map((v) => v.name)"), words("en")
    assert page.evaluate(f"{focus}.dataset.view") == views[0] == "map" and views[-1] == "train"
    for view in [*views[1:], views[0]]:
        page.keyboard.press("ArrowRight")
        drive.until("(v) => lx.state.view === v && document.activeElement.dataset.view === v", view)
        tab = page.get_by_role("tab", selected=True)
        expect(tab).to_have_attribute("data-view", view)
        panel = page.locator(f"#{tab.get_attribute('aria-controls')}")
        assert (panel.get_attribute("role"), panel.get_attribute("aria-labelledby")) == ("tabpanel", tab.get_attribute("id"))
        others = drive.state("s.runs.filter((r) => r.name !== s.run)[0].title") if view == "compare" else ""
        runs = {"train": [], "collapse": [], "compare": ["Tiny VAE", others]}.get(view, ["Tiny VAE"])
        drive.until("(title) => document.title === title", " · ".join([*runs, names["view." + view], "Latent Explorer"]))
    for key, view in (("ArrowLeft", "train"), ("ArrowLeft", views[-2]), ("Home", "map"), ("End", "train"), ("ArrowRight", "map")):
        page.keyboard.press(key)
        drive.until("(v) => lx.state.view === v && document.activeElement.dataset.view === v", view)
    assert page.get_by_role("tablist").get_attribute("aria-owns") == page.get_by_role("tab", name="Train").get_attribute("id")
    assert page.get_by_role("heading", level=1).text_content() == "Latent Explorer"


def test_a_view_that_comes_after_the_header_is_its_tabs_panel_all_the_same(drive):
    drive.page.add_init_script("""const find = Document.prototype.getElementById;
        Document.prototype.getElementById = function (id) { return id === 'view-walk' && !window.come ? null : find.call(this, id); };""")
    page, panels = drive.open().page, drive.page.locator("[role=tabpanel][aria-labelledby]")
    views = page.evaluate("lx.views.length")
    expect(panels).to_have_count(views - 1)
    page.evaluate("() => { window.come = true; document.body.append(document.createElement('i')); }")
    expect(panels).to_have_count(views)


def test_layout_does_not_jump(drive):
    """The sliders stay where they are when the honesty notice and the neighbours arrive."""
    drive.open()
    y = drive.page.locator("#lx-slider-0").bounding_box()["y"]
    for value in (3.9, 0, -3.9):
        n = int(drive.page.locator("#lx-near [data-n]").get_attribute("data-n") or 0)
        drive.page.evaluate("(v) => window.lx.slide(0, v)", value)
        drive.until("(n) => +document.querySelector('#lx-near [data-n]').dataset.n > n", n)
        assert drive.page.locator("#lx-slider-0").bounding_box()["y"] == y


def test_the_bar_is_one_row_on_a_phone_but_for_its_tabs(drive):
    drive.page.set_viewport_size({"width": 420, "height": 860})
    drive.open()
    for lang in ("en", "ko"):
        drive.page.evaluate("(lang) => lx.setLang(lang)", lang)
        logo, train = (drive.page.locator(s).bounding_box() for s in (".lx-logo", ".lx-right [data-view=train]"))
        assert abs(logo["y"] + logo["height"] / 2 - train["y"] - train["height"] / 2) < 4 and train["x"] + train["width"] <= 420


def test_every_bar_of_progress_can_be_seen(drive):
    """In each view, whichever loads first: one that is half done has a fill of its own height and half its width."""
    drive.open("run=tiny&view=codes")
    bars = drive.page.evaluate("""() => [...document.querySelectorAll('.lx-progress')].map((bar) => {
        const own = bar.cloneNode(true); own.hidden = false; own.firstElementChild.style.width = '50%';
        own.style.width = '200px'; own.firstElementChild.style.transition = 'none'; bar.closest('[id^=lx-]').append(own);
        for (let e = own.parentElement; e; e = e.parentElement) if (getComputedStyle(e).display === 'none')
            e.style.setProperty('display', 'block', 'important');
        const fill = own.firstElementChild, seen = [own.offsetHeight, fill.offsetHeight, fill.offsetWidth];
        const other = getComputedStyle(own).backgroundColor !== getComputedStyle(fill).backgroundColor;
        own.remove(); return [...seen, other]; })""")
    assert len(bars) > 4 and all(height >= 4 and [fill, width, other] == [height, 100, True] for height, fill, width, other in bars), bars
