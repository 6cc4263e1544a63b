"""Screens of every width, and a projector's: no tab out of sight, what a dial moves on the screen with it, full screen and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Driver

pytestmark = pytest.mark.webgl

PHONE, TWICE = {"width": 420, "height": 860}, {"width": 640, "height": 400}      # the second: 1280 × 800 enlarged to 200 %

# view, run, what is pressed first, dials, what they move: one of these pictures must be on the screen with the dial
DIALS = [
    ("map", "tiny", (), "#lx-sliders input[type=range]", ".lx-hero canvas"),
    ("codes", "info", (), ".lx-code-list :is(.lx-range,.lx-code-buttons)", ".lx-hero canvas,.lx-code-cells canvas"),
    ("codes", "tiny", ("#lx-directions [data-face=found]",), ".lx-found .lx-range", ".lx-seven canvas"),
    ("arithmetic", "tiny", (), ".lx-strength .lx-range", ".lx-nine canvas"),
    ("walk", "tiny", (), ".lx-transport .lx-range", ".lx-shot canvas"),
    ("styles", "styled", (), "#lx-style-dials .lx-range", ".lx-mixing>canvas"),
    ("styles", "styled", (), ".lx-grain-list .lx-range", ".lx-hero canvas"),
    ("pyramid", "levels", (), ".lx-blend .lx-range", ".lx-tile[data-row=sum] canvas"),
    ("pyramid", "grown", (), ".lx-fade .lx-range", ".lx-fade-pair>canvas"),
    ("reconstruct", "tiny", ("#lx-reconstruct [data-source=held]", "[data-noise=gaussian]"), ".lx-spoil .lx-range", ".lx-out canvas"),
    ("microscope", "stack", ("#lx-microscope [data-to=depth]",), ".lx-mic-k .lx-range", ".lx-mic-size-three canvas"),
    ("collapse", "wide", (), "#lx-collapse .lx-transport .lx-range", ".lx-live-plane"),
]
SEEN = """(e) => { const r = e.getBoundingClientRect(), h = Math.min(r.bottom, innerHeight) - Math.max(r.top, 0);
  return r.height && r.right > 0 && r.left < innerWidth ? Math.max(0, h) / r.height : 0; }"""
# the dial in the middle of the screen: whether a picture of it is there, or a copy of one that does not lie over the dial
WITH = f"""([dial, pictures]) => {{ const seen = {SEEN}, small = document.querySelector('.lx-in-sight'), a = dial.getBoundingClientRect();
  if ([...document.querySelectorAll(pictures)].some((e) => seen(e) > 0.5)) return seen(dial) === 1;
  const b = small.getBoundingClientRect(), apart = b.bottom <= a.top || b.top >= a.bottom || b.left >= a.right;
  return seen(dial) === 1 && seen(small) === 1 && apart; }}"""
SAME = """([copy, picture]) => { const of = (s) => document.querySelector(s).toDataURL(), c = document.querySelector(copy);
  return !c.hidden && of(copy) === of(picture); }"""


@pytest.fixture
def drive(context, everything, watch) -> Driver:
    return Driver(context.new_page(), everything)


def go(drive: Driver, view: str, run: str, *pressed: str) -> None:
    drive.page.evaluate("(run) => lx.state.run === run || lx.open(run)", run)
    drive.settled()
    drive.page.evaluate("(view) => lx.show(view)", view)
    drive.settled()
    for name in pressed:
        drive.page.locator(name).first.click()
        drive.settled()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 1024, "height": 768}, TWICE, PHONE],
                         ids=lambda size: str(size["width"]))
def test_every_tab_is_in_sight_under_no_other_and_no_word_beside_the_image_is_cut(drive, size):
    drive.page.set_viewport_size(size)
    drive.open("run=tiny")
    for lang in ("en", "ko"):
        drive.page.evaluate("(lang) => lx.setLang(lang)", lang)
        hidden = drive.page.evaluate("""() => [...document.querySelectorAll('[role=tab]')].filter((tab) => {
            const r = tab.getBoundingClientRect();
            return [[2, r.height / 2], [r.width - 2, r.height / 2], [r.width / 2, 2], [r.width / 2, r.height - 2]].some(([x, y]) =>
              !tab.contains(document.elementFromPoint(r.left + x, r.top + y))); }).map((tab) => tab.textContent)""")
        assert hidden == [], lang
        assert drive.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        cut = drive.page.evaluate("""() => { const pane = document.querySelector('#lx-right').getBoundingClientRect();
          return [...document.querySelectorAll('#lx-hero .lx-origin, #lx-hero .lx-btn')].filter((e) => e.offsetParent && (
            e.scrollHeight > e.clientHeight + 2 || e.getBoundingClientRect().right > pane.right)).map((e) => e.textContent); }""")
        assert cut == [], lang
        if size["width"] == 1280:
            assert drive.page.locator(".lx-bar").bounding_box()["height"] < 60, "one row on a desk"


@pytest.mark.parametrize("size", [PHONE, TWICE], ids=["phone", "200 %"])
def test_what_a_dial_moves_is_on_the_screen_with_the_dial(drive, size):
    drive.page.set_viewport_size(size)
    drive.open("run=tiny")
    for view, run, pressed, dials, pictures in DIALS:
        go(drive, view, run, *pressed)
        found = [e for e in drive.page.locator(dials).all() if e.is_visible()]
        assert found, (view, dials)
        for dial in [found[0], found[-1]]:
            dial.evaluate("(e) => { e.scrollIntoView({ block: 'center' }); e.dispatchEvent(new Event('pointerdown', { bubbles: true })); }")
            drive.settled()
            assert drive.page.evaluate(WITH, [dial.element_handle(), pictures]), (view, run, dials)


def test_the_copy_is_the_picture_while_the_dial_is_moved(drive):
    drive.page.set_viewport_size(PHONE)
    drive.open("run=tiny")
    last = drive.page.locator("#lx-slider-7 input[type=range]")
    last.evaluate("(e) => e.scrollIntoView({ block: 'end' })")
    drive.until("!document.querySelector('.lx-in-sight').hidden")
    before = drive.pixels()
    drive.slide("#lx-slider-7 input[type=range]", 3.4)
    drive.changed(before)
    drive.until(f"() => ({SAME})(['.lx-in-sight', '.lx-hero canvas'])")
    drive.page.locator(".lx-hero").evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    expect(drive.page.locator(".lx-in-sight")).to_be_hidden()


def test_at_200_percent_input_and_reconstruction_share_a_screen(drive):
    drive.page.set_viewport_size(TWICE)
    drive.open("run=tiny")
    go(drive, "reconstruct", "tiny", "#lx-reconstruct [data-source=held]")
    for name in (".lx-in", ".lx-out", ".lx-diff"):
        box = drive.page.locator("#lx-reconstruct .lx-in").bounding_box(), drive.page.locator(f"#lx-reconstruct {name}").bounding_box()
        assert abs(box[0]["y"] - box[1]["y"]) < 1 and box[1]["height"] < TWICE["height"], name


@pytest.mark.parametrize("size", [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}], ids=["720p", "1080p"])
def test_a_projector_shows_the_view_alone_and_large_and_gives_all_back(drive, size):
    page = drive.page
    page.set_viewport_size(size)
    drive.open("run=tiny&view=codes")
    drive.slide("#lx-slider-1 input[type=range]", 1.5)
    drive.settled()
    address, small = page.evaluate("location.href"), page.locator(".lx-traverse").bounding_box()
    page.locator(".lx-full").click()
    drive.settled()
    for name in ("#lx-left", "#lx-right", ".lx-bar", "#view-codes .lx-about"):
        expect(page.locator(name)).to_be_hidden()
    zoom = float(page.evaluate("getComputedStyle(document.body).getPropertyValue('--zoom')"))
    assert zoom > 1.3 and page.locator(".lx-cells .lx-top").first.bounding_box()["height"] > 12 * zoom
    large = page.locator(".lx-traverse").bounding_box()
    assert large["width"] > 0.95 * size["width"] > small["width"] and large["y"] + large["height"] <= size["height"]
    expect(page.locator(".lx-projector b")).to_have_text("Codes")
    page.locator(".lx-cell[data-row='0'][data-column='6']").click()
    drive.until("Math.abs(lx.coordinate(0) - 3) < 0.01")
    page.keyboard.press("Escape")
    expect(page.locator(".lx-bar")).to_be_visible()
    expect(page.locator("#lx-right")).to_be_visible()
    drive.until("!document.fullscreenElement")
    assert page.evaluate("document.activeElement.className").startswith("lx-btn lx-full")
    page.go_back()
    drive.until("(was) => location.href === was", address)


def test_on_a_projector_the_map_keeps_the_image_that_a_click_decodes(drive):
    page = drive.page
    page.set_viewport_size({"width": 1280, "height": 720})
    drive.map("run=tiny&view=map")
    page.locator(".lx-full").click()
    drive.settled()
    hero, plane = page.locator(".lx-hero canvas").bounding_box(), page.locator(".lx-map").bounding_box()
    assert hero["x"] >= plane["x"] + plane["width"] and hero["width"] > 200 and hero["y"] + hero["height"] <= 720
    before, index = drive.pixels(), drive.alone()
    page.mouse.click(*drive.at(index))
    drive.until("(i) => lx.state.origin.kind === 'point' && lx.state.origin.index === i", index)
    drive.changed(before)
    expect(page.locator("#lx-sliders")).to_be_hidden()


@pytest.mark.parametrize(("view", "run", "last"), [("collapse", "wide", "#lx-collapse .lx-play"),
                                                   ("pyramid", "levels", "#lx-pyramid .lx-tile[data-row=sum] canvas")])
def test_at_720p_a_projector_shows_all_that_a_class_needs(drive, view, run, last):
    page = drive.page
    page.set_viewport_size({"width": 1280, "height": 720})
    drive.open("run=tiny")
    go(drive, view, run)
    page.locator(".lx-full").click()
    drive.settled()
    boxes = [e.bounding_box() for e in page.locator(last).all() if e.is_visible()]
    assert boxes and all(box["height"] > 30 and box["y"] + box["height"] <= 720 for box in boxes), boxes


# view, run, what is pressed first, and what a low window must show whole
WHOLE = [
    ("collapse", "wide", (), "#lx-collapse :is(.lx-play,.lx-live-curve,.lx-live-plane,.lx-live-figures)"),
    ("styles", "styled", (), "#lx-styles .lx-mixing,#lx-style-dials .lx-range"),
    ("pyramid", "levels", (), ".lx-tile[data-row=sum] canvas"),
    ("reconstruct", "tiny", ("#lx-reconstruct [data-source=held]",), "#lx-reconstruct .lx-model .lx-duo"),
    ("codes", "tiny", (), "#lx-traverse .lx-cells .lx-name"),
    ("arithmetic", "tiny", (), "#lx-arithmetic .lx-ex:nth-child(-n+3)"),
]
CUT = """(pictures) => [...document.querySelectorAll(pictures)].filter((e) => e.offsetParent).filter((e) => {
  const r = e.getBoundingClientRect();
  for (let box = e.parentElement; box; box = box.parentElement) {
    const b = box === document.body ? { top: 0, bottom: innerHeight } : box.getBoundingClientRect();
    if (getComputedStyle(box).overflowY !== 'visible' && (r.top < b.top - 1 || r.bottom > b.bottom + 1)) return true; }
  return r.top < 0 || r.bottom > innerHeight || !r.height; }).map((e) => `${e.className}: ${JSON.stringify(e.getBoundingClientRect())}`)"""


def test_a_low_window_shows_what_a_view_is_about(drive):
    """A projector's 720 lines and a notebook's 800: what stands under the stage is folded, or the pictures are a little smaller."""
    page = drive.page
    for height in (720, 800):
        page.set_viewport_size({"width": 1280, "height": height})
        drive.open("run=tiny")
        for view, run, pressed, pictures in WHOLE:
            go(drive, view, run, *pressed)
            page.locator(pictures).first.wait_for()
            assert page.evaluate(CUT, pictures) == [], (height, view)
        assert page.locator("#view-codes .lx-about").evaluate("(e) => e.open") is (height == 800)


HALF = """() => { const small = document.querySelector('.lx-in-sight'), a = small.getBoundingClientRect();
  const seen = (b) => b.bottom > 0 && b.top < innerHeight && b.width && b.height;
  return small.hidden ? [] : [...document.querySelectorAll('input[type=range]')].filter((e) => {
    const b = e.getBoundingClientRect();
    return seen(b) && a.top < b.bottom && b.top < a.bottom && a.left < b.right && b.left < a.right &&
      !(a.left <= b.left && b.right <= a.right);
  }).map((e) => e.getAttribute('aria-label')); }"""


def test_the_floating_picture_covers_no_end_of_a_dial(drive):
    page = drive.page
    page.set_viewport_size(PHONE)
    drive.open("run=tiny")
    floated = 0
    for view, run in (("map", "tiny"), ("styles", "styled"), ("pyramid", "levels"), ("microscope", "stack"), ("codes", "info")):
        go(drive, view, run)
        for top in range(0, page.evaluate("document.documentElement.scrollHeight"), 170):
            page.evaluate("(top) => scrollTo(0, top)", top)
            drive.settled()
            assert page.evaluate(HALF) == [], (view, top)
            floated += not page.evaluate("document.querySelector('.lx-in-sight').hidden")
    assert floated > 5, "else nothing was seen"


def test_f_is_full_screen_but_a_letter_where_one_types(drive):
    page = drive.page
    drive.open("run=styled&view=styles")
    drive.settled()
    page.locator(".lx-find").press("f")
    assert page.locator(".lx-find").input_value() == "f"
    assert not page.evaluate("document.body.classList.contains('lx-projected')")
    page.locator(".lx-find").fill("")
    page.locator("#lx-tab-styles").press("f")
    expect(page.locator(".lx-projector")).to_be_visible()
    drive.settled()
    grid, dials = (page.locator(s).bounding_box() for s in (".lx-mixing", "#lx-style-dials"))
    assert dials["y"] >= grid["y"] + grid["height"] and dials["y"] + dials["height"] <= 800, "under the grid, and on the screen"
    page.keyboard.press("f")
    expect(page.locator(".lx-projector")).to_be_hidden()
    drive.until("!document.fullscreenElement")
    assert page.evaluate("document.activeElement.id") == "lx-tab-styles"
    assert page.locator("#lx-right #lx-style-dials").count() == 1


def test_where_the_whole_screen_is_refused_the_page_is_laid_out_so_all_the_same(drive):
    page = drive.page
    page.add_init_script("Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('refused'));")
    drive.open("run=tiny&view=map")
    page.locator(".lx-full").click()
    expect(page.locator("#lx-left")).to_be_hidden()
    page.wait_for_selector("#lx-plane [data-ready=true]", state="attached")
    drive.settled()
    index = drive.alone()
    page.mouse.click(*drive.at(index))
    drive.until("(i) => lx.state.origin.kind === 'point' && lx.state.origin.index === i", index)
    for label in page.locator(".lx-names span:not(.away)").all():
        box, (x, y) = label.bounding_box(), drive.at(int(label.get_attribute("data-at")))
        assert abs(box["x"] + box["width"] / 2 - x) < 40 and abs(box["y"] + box["height"] / 2 - y) < 40, "a name stands at its cluster"
    page.locator(".lx-leave").click()
    expect(page.locator("#lx-left")).to_be_visible()
