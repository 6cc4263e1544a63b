"""The Collapse view: panels that learn before one's eyes, a scrubber that goes back, and figures that the drawn points bear out."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.i18n import words
from training import points
from training.live import PAUSED
from training.live_panel import UNIT

BOX = "(document.querySelector('#lx-collapse [data-frames]')?.dataset || {})"
PIXELS = "[...document.querySelectorAll('#lx-collapse .lx-live-plane')].map((c) => c.toDataURL())"
MODES = "[...document.querySelectorAll('#lx-collapse .lx-live-modes b')].map((e) => +e.textContent)"
GREEN = """[...document.querySelectorAll('#lx-collapse .lx-live-plane')].map((c) => {
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
  for (let i = 0; i < d.length; i += 4) if (d[i + 1] > d[i] + 40 && d[i + 1] > d[i + 2] + 20) n++;
  return n; })"""
# figures that are wider than their place
OVER = """() => [...document.querySelectorAll('.lx-live-figures dd')]
    .filter((e) => e.scrollWidth > e.parentElement.clientWidth + 1).map((e) => e.textContent)"""


@pytest.fixture
def live(drive):
    """The view with its first frame, paused."""
    def opened(query: str = "live=ring.3"):
        drive.page.goto(f"{drive.server}/?run=tiny&view=collapse&{query}")
        drive.until(f"{BOX}.frames === '1' && {BOX}.drawn > 0")
        return drive.page
    yield opened
    drive.page.goto("about:blank")                     # which ends the process


def rest(drive) -> None:
    """Pause. The process takes orders one after another: a step that was asked for after the pause is its last frame."""
    drive.page.get_by_role("button", name="Pause").click()
    drive.page.get_by_role("button", name="One step").click()
    drive.until(f"document.querySelector('#lx-collapse [data-frames]').lxFrames().at(-1).state === {PAUSED}")
    drive.until(f"+{BOX}.at === {BOX}.frames - 1")


def frames(page, expression: str = "f => f.step"):
    return page.evaluate(f"document.querySelector('#lx-collapse [data-frames]').lxFrames().map({expression})")


def test_plays_steps_and_goes_back(live, drive):
    page = live()
    assert [p.evaluate("e => e.textContent") for p in page.locator(".lx-live-head > b").all()] == ["GAN", "WGAN", "WGAN-GP"]
    first = page.evaluate(PIXELS)
    page.get_by_role("button", name="One step").click()
    drive.until(f"{BOX}.at === '1'")
    second = page.evaluate(PIXELS)
    page.get_by_role("button", name="One step").click()
    drive.until(f"{BOX}.at === '2'")
    assert frames(page) == [0, 1, 2]                   # one step adds exactly one frame
    assert all(a != b for a, b in zip(first, second, strict=True))
    page.get_by_label("Speed", exact=True).select_option("1")
    page.get_by_role("button", name="Play").click()
    drive.until(f"+{BOX}.frames >= 8")
    rest(drive)
    steps = frames(page)
    assert steps == list(range(len(steps)))
    last = page.evaluate(PIXELS)
    assert all(a != b for a, b in zip(second, last, strict=True))
    drive.slide("#lx-collapse .lx-transport input", 1)
    drive.until(f"{BOX}.at === '1'")
    assert page.evaluate(PIXELS) == second             # what was drawn of that frame the first time
    expect(page.locator("#lx-collapse output")).to_contain_text("step 1 ")
    page.get_by_role("button", name="One step").click()
    drive.until(f"+{BOX}.at === {len(steps)}")
    assert frames(page)[-1] == len(steps)              # goes on from the end, not from where one looked


COUNTS = "f => [f.step, f.critic, f.generator]"


def test_one_side_alone_from_where_it_stands_and_the_link_takes_the_same_way(live, drive, context):
    page = live()
    page.get_by_role("button", name="One step").click()
    drive.until(f"{BOX}.at === '1'")
    page.get_by_label("How many updates").select_option("10")
    side = page.get_by_role("button", name="Only D")
    before = side.bounding_box()
    side.click()
    drive.until(f"{BOX}.at === '11'")
    assert frames(page, COUNTS) == [[0, 0, 0], [1, 0, 0], *([1, n, 0] for n in range(1, 11))]
    points = "f => f.panels.map((p) => Array.from(p.xy).join())"
    heat = "f => f.panels.map((p) => Array.from(p.heat).join())"
    still, moved = frames(page, points), frames(page, heat)
    assert still[1] == still[11], "the generator rests"
    assert all(a != b for a, b in zip(moved[1], moved[11], strict=True)), "the critic does not"
    expect(page.locator(".lx-live-alone-told")).to_have_text("so far alone: D 10 · G 0")
    assert side.bounding_box() == before, "the other side's button does not come under the pointer"
    assert page.evaluate(OVER) == [], "no figure runs into the next"
    updates = page.locator(".lx-live-figures div:last-child dd")
    assert updates.all_text_contents() == ["11 · 1", "15 · 1", "15 · 1"]
    page.get_by_role("button", name="Only G").click()
    drive.until(f"{BOX}.at === '21'")
    moved = frames(page, "f => f.panels.map((p) => p.fake)")
    assert all(b > a for a, b in zip(moved[11], moved[21], strict=True)), "a generator alone climbs its critic"
    drive.settled()
    link, expected = page.evaluate("location.href"), frames(page, points)[-1]
    assert "-1d10-1g10" in link
    other = type(drive)(context.new_page(), drive.server)
    other.page.goto(link)
    other.until(f"{BOX}.state === 'paused' && {BOX}.step === '1'")
    assert frames(other.page, points)[-1] == expected and frames(other.page, COUNTS)[-1] == [1, 10, 10]
    other.page.goto("about:blank")
    page.evaluate("lx.undo()")
    drive.until(f"{BOX}.at === '11'")
    drive.settled()
    page.get_by_label("How many updates").select_option("1")
    page.get_by_role("button", name="Only D").click()                # from where the scrubber stands: the same again, then another way
    drive.until(f"{BOX}.state === 'paused' && document.querySelector('.lx-live-alone-told').textContent.includes('D 11')")
    assert frames(page, COUNTS)[-1] == [1, 11, 0]
    drive.settled()
    page.evaluate("lx.undo()")
    drive.until(f"{BOX}.state === 'paused' && document.querySelector('.lx-live-alone-told').textContent.includes('D 10')")
    assert frames(page, points)[int(page.evaluate(f"{BOX}.at"))] == still[11]
    for width in (1280, 1024, 720, 420):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("""() => { for (const list of document.querySelectorAll('.lx-live-figures'))
            list.querySelectorAll('dd').forEach((e, k) => {
              e.textContent = k < list.children.length - 2 ? '−12.345' : '−12.84 · −12.84'; }); }""")
        assert page.evaluate(OVER) == [], width
    left = page.evaluate("""() => { document.querySelector("#lx-collapse [data-name=grid]").click();
        return document.querySelector('.lx-live-alone-told').textContent; }""")
    assert left == "", "nothing of the training before stands under the new panels"
    drive.until(f"{BOX}.data === 'grid' && +{BOX}.frames > 0")      # one that had only been asked for would hold its place


def test_figures_are_those_of_the_points(live, drive):
    page = live("live=grid.1")
    page.get_by_role("button", name="Play").click()
    drive.until(f"+{BOX}.frames >= 5")
    rest(drive)
    at = int(page.evaluate(f"{BOX}.at"))
    shown = [np.array(v).reshape(-1, 2) / UNIT for v in frames(page, "f => f.panels.map((p) => Array.from(p.xy))")[at]]
    counted = [points.modes_covered("grid", xy) for xy in shown]
    assert counted == page.evaluate(MODES)
    good = page.locator("#lx-collapse .lx-live-figures div:first-child dd").all_text_contents()
    assert good == [f"{100 * points.high_quality_share('grid', xy):.1f} %" for xy in shown]
    assert [c > 0 for c in page.evaluate(GREEN)] == [c > 0 for c in counted]      # a covered mode is ringed in green


def test_choice_and_seed_are_in_the_link_and_one_seed_is_one_training(live, drive):
    page = live("live=grid.12")
    expect(page.get_by_role("radio", name="Grid of 25")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#lx-collapse .lx-live-seed input")).to_have_value("12")
    points = "f => Array.from(f.panels[2].xy)"
    before = frames(page, points)[0]
    page.locator("#lx-collapse .lx-live-seed input").fill("4")
    page.get_by_role("button", name="Restart").click()
    drive.until(f"{BOX}.seed === '4' && +{BOX}.frames >= 2")
    drive.until("location.hash.includes('live=grid.4')")
    assert frames(page, points)[0] != before
    page.get_by_role("button", name="Pause").click()
    page.locator("#lx-collapse .lx-live-seed input").fill("12")
    page.get_by_role("button", name="Restart").click()
    drive.until(f"{BOX}.seed === '12' && +{BOX}.frames >= 1 && {BOX}.state === 'playing'")
    assert frames(page, points)[0] == before


def test_layers_can_be_switched_off_and_words_follow_the_language(live, drive):
    page = live()
    whole = page.evaluate(PIXELS)[0]
    page.get_by_role("button", name="Arrows", exact=True).click()
    drive.until(f"{PIXELS}[0] !== `{whole}`")
    without = page.evaluate(PIXELS)[0]
    page.get_by_role("button", name="Critic", exact=True).click()
    drive.until(f"{PIXELS}[0] !== `{without}`")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("#lx-collapse .lx-play")).to_have_text("재생")
    expect(page.locator("#lx-collapse .lx-live-figures dt").first).to_have_text(words("ko")["collapse.good"])


def test_a_link_shows_the_same_step_again_and_nothing_of_another_training_stays(live, drive, context):
    page = live()
    page.get_by_label("Speed", exact=True).select_option("3")
    page.get_by_role("button", name="Play").click()
    drive.until(f"+{BOX}.frames >= 6")
    rest(drive)
    drive.slide("#lx-collapse .lx-transport input", 3)
    page.locator("#lx-collapse .lx-transport input").dispatch_event("change")
    drive.until(f"{BOX}.at === '3' && {BOX}.step === '9'")
    page.get_by_role("button", name="Arrows", exact=True).click()
    drive.settled()
    points, picture = "f => f.panels.map((p) => Array.from(p.xy).join())", page.evaluate(PIXELS)
    expected = frames(page, points)[3]
    other = type(drive)(context.new_page(), drive.server)
    other.page.goto(page.evaluate("location.href"))
    other.until(f"{BOX}.step === '9' && {BOX}.state === 'paused'")
    expect(other.page.locator("#lx-collapse output")).to_contain_text("step 9 ")
    expect(other.page.get_by_label("Speed", exact=True)).to_have_value("3")
    expect(other.page.get_by_role("button", name="Arrows", exact=True)).to_have_attribute("aria-pressed", "false")
    assert frames(other.page, points)[-1] == expected and other.page.evaluate(PIXELS) == picture
    other.page.goto("about:blank")
    page.evaluate("""() => { const real = window.fetch; window.fetch = async (u, o) => {
        if (!window.free && String(u).endsWith('/hello')) await new Promise((ok) => { window.go = ok; window.held = true; });
        return real(u, o); }; }""")
    page.get_by_role("radio", name="Grid of 25").click()
    drive.until("window.held === true")
    assert set(page.locator(".lx-live-figures dd").all_text_contents()) == {"–"}
    assert set(page.locator(".lx-live-modes").all_text_contents()) == {"– modes"}, "the ring's eight are not the grid's"
    assert page.locator(".lx-live-panels.lx-stale").count() == 1 and page.locator("#lx-collapse output").text_content() == ""
    page.evaluate("() => { window.free = true; window.go(); }")
    drive.until(f"{BOX}.data === 'grid' && +{BOX}.drawn > 0 && !document.querySelector('.lx-live-panels.lx-stale')")
    page.get_by_role("button", name="Pause").click()
    drive.settled()
    page.go_back()
    drive.until(f"{BOX}.data === 'ring' && {BOX}.step === '9' && {BOX}.state === 'paused'")
    assert frames(page, points)[-1] == expected
