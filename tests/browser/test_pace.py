"""Milliseconds and frames a second, where one asks: off by default, remembered, and no work of its own while the page rests."""

from __future__ import annotations

from playwright.sync_api import expect

BOX = "document.querySelector('#lx-pace [data-ready]').dataset"
# frames that the page's own modules ask for; Gradio's transitions have some of their own
RESTING = """async () => {
  const real = window.requestAnimationFrame, asked = [];
  window.requestAnimationFrame = (f) => { asked.push(new Error().stack + f); return real.call(window, f); };
  for (let k = 0; k < 12; k++) await new Promise((ok) => real.call(window, ok));
  window.requestAnimationFrame = real;
  return asked.filter((from) => from.includes(window.lxScripts)); }"""


def test_it_is_off_until_asked_and_says_what_a_drawing_took(drive):
    page = drive.open("run=tiny&view=codes").page
    readout = page.locator(".lx-pace")
    drive.settled()
    expect(readout).to_be_hidden()
    page.evaluate("""() => { const heard = (name, first) => document.addEventListener('lx-drawn', ({ detail }) => {
          window[name] = performance.now() - detail.sent; window.timing = detail.timing; }, first);
        heard('least', true); heard('most', false); }""")                      # before and after the page's own clock is read
    page.keyboard.press("m")
    expect(readout).to_be_visible()
    with page.expect_response("**/gradio_api/explorer/render") as answered:
        drive.slide("#lx-slider-0 input[type=range]", 1.5)
    drive.settled()
    own = float(answered.value.headers["server-timing"].partition("dur=")[2])
    assert own > 0
    told = page.evaluate(f"({{ ms: +{BOX}.ms, server: +{BOX}.server, least, most, timing }})")
    assert told["least"] <= told["ms"] <= told["most"] and told["timing"] == f"draw;dur={told['server']:.1f}"
    assert 0 < told["server"] <= told["ms"] + 0.1, "the server's part is within the whole"
    expect(readout).to_contain_text(" ms · server ")
    page.get_by_role("button", name="한국어").click()
    expect(readout).to_contain_text(" ms · 서버 ")


def test_frames_a_second_are_told_while_it_is_dragged_and_nothing_runs_at_rest(drive):
    page = drive.open("run=tiny&view=codes").page
    drive.settled()
    page.locator("#view-codes").get_by_role("button", name="Milliseconds (M)").click()
    expect(page.locator("#view-codes .lx-pace-on")).to_have_attribute("aria-pressed", "true")
    page.evaluate("""() => { window.told = []; const out = document.querySelector('.lx-pace');
        new MutationObserver(() => told.push(out.textContent)).observe(out, { childList: true, characterData: true, subtree: true }); }""")
    box = page.locator("#lx-slider-0 input[type=range]").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    k = 0
    while not page.evaluate("told.some((t) => / [0-9.]+ frames\\/s/.test(t))"):            # until it was drawn often enough within a second
        page.mouse.move(box["x"] + 20 + 5 * (k := (k + 1) % 30), box["y"] + box["height"] / 2)
    page.mouse.up()
    drive.until("!document.querySelector('.lx-pace').textContent.includes('frames')")          # the hand rests
    drive.settled()
    assert page.evaluate(RESTING) == []
    page.reload()
    page.wait_for_selector(".lx-hero[data-n]")
    expect(page.locator(".lx-pace")).to_be_visible()
    page.locator(".lx-seed").focus()
    page.keyboard.press("m")
    expect(page.locator(".lx-pace")).to_be_hidden()
    page.reload()
    page.wait_for_selector("#lx-pace [data-ready]", state="attached")
    page.wait_for_selector(".lx-hero[data-n]")
    expect(page.locator(".lx-pace")).to_be_hidden()


def test_the_key_is_a_letter_where_one_writes(drive):
    page = drive.open("run=tiny&view=codes").page
    page.get_by_placeholder("Find a run").focus()
    page.keyboard.press("m")
    expect(page.locator(".lx-pace")).to_be_hidden()
