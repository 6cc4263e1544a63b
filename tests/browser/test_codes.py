"""The traversal grid, and codes that a model was trained with."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

GRID = "document.querySelector('.lx-cells canvas').toDataURL()"


def test_cells_sliders_and_keyboard(drive):
    drive.open("run=tiny&view=codes")
    page = drive.page
    page.wait_for_selector(".lx-cells[data-n]")
    page.wait_for_selector("#lx-traverse [data-spectrum]", state="attached")
    cells = page.locator(".lx-cell")
    assert cells.count() == 7 * int(page.locator("#lx-traverse [data-rows]").get_attribute("data-rows"))
    before = drive.pixels()
    page.locator(".lx-cell[data-row='1'][data-column='6']").click()
    drive.changed(before)
    drive.until("Math.abs(window.lx.coordinate(1) - 3) < 1e-3")
    expect(page.locator(".lx-cell[data-row='1'][data-column='6']")).to_have_class("lx-cell on")
    drive.settled()
    grid = page.evaluate(GRID)
    drive.slide("#lx-slider-0 input[type=range]", -2)
    drive.until(f"(was) => {GRID} !== was", grid)
    number = page.locator("#lx-slider-0 input[type=number]")
    expect(number).to_have_value("-2")
    number.fill("-1.25")                                    # typed in place of moved
    drive.until("Math.abs(window.lx.coordinate(0) + 1.25) < 1e-3")
    number.fill("")                                         # nothing yet is not zero
    assert abs(page.evaluate("window.lx.coordinate(0)") + 1.25) < 1e-3
    number.blur()                                           # and is no value to stay at
    knob = page.locator("#lx-slider-0 input[type=range]")
    expect(number).to_have_value("-1.25")
    expect(knob).to_have_value("-1.25")
    page.keyboard.press("Control+z")                        # what was moved by hand follows an undo too
    drive.until("Math.abs(window.lx.coordinate(0) + 1.25) > 0.1")
    drive.until("""['range', 'number'].every((of) => Math.abs(document.querySelector(`#lx-slider-0 input[type=${of}]`).value
        - window.lx.coordinate(0)) < 0.006)""")
    number.fill("-2")
    drive.until("Math.abs(window.lx.coordinate(0) + 2) < 1e-3")
    drive.settled()
    expect(page.locator(".lx-cell[data-row='0'][data-column='1']")).to_have_class("lx-cell on")
    page.locator(".lx-cell[data-row='0'][data-column='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drive.until("Math.abs(window.lx.coordinate(1) + 2) < 1e-3")


READ = "+document.querySelector('#lx-codes [data-read]').dataset.read"
CELL = """([r, c]) => {
  const g = document.querySelector('.lx-code-cells canvas');
  const b = document.querySelector(`.lx-code-cell[data-row="${r}"][data-column="${c}"]`);
  const k = g.width / g.clientWidth, x = (b.offsetLeft - g.offsetLeft) * k, y = (b.offsetTop - g.offsetTop) * k, s = b.offsetWidth * k;
  const p = g.getContext('2d').getImageData(x, y, s, s).data, at = (v) => Math.floor((v + 0.5) * s / 28);
  return Array.from({length: 784}, (_, i) => p[4 * (at(Math.floor(i / 28)) * s + at(i % 28))]); }"""
HERO = """() => { const p = document.querySelector('.lx-hero canvas').getContext('2d').getImageData(0, 0, 28, 28).data;
  return Array.from({length: 784}, (_, i) => p[4 * i]); }"""


def coded(made, query="run=info&view=codes"):
    made.open(query)
    made.page.wait_for_selector(".lx-code-cells[data-n]")
    made.page.wait_for_selector("#lx-codes [data-measured]", state="attached")
    made.until(f"{READ} > 0")
    return made.page


def settled(made, frames: int) -> None:
    """Wait for the grid and the hero to be drawn again, and the image to be read again."""
    made.until("(n) => +document.querySelector('.lx-code-cells').dataset.n > n", frames)
    made.settled()


def frames(made) -> int:
    return made.page.evaluate("+document.querySelector('.lx-code-cells').dataset.n")


def test_a_cell_is_the_image_that_it_takes_on(made):
    page = coded(made)
    assert page.locator(".lx-code-cell").count() == 4 * 9 and not page.locator("#lx-traverse").is_visible()
    for row, column in ((3, 0), (1, 8)):
        n, before = frames(made), made.pixels()
        page.locator(f".lx-code-cell[data-row='{row}'][data-column='{column}']").click()
        made.changed(before)
        settled(made, n)
        assert made.state("Array.from(s.w.slice(6, 11))") == [*(float(k == row) for k in range(4)), (column - 4) / 2]
        expect(page.locator(f".lx-code-cell[data-row='{row}'][data-column='{column}']")).to_have_class("lx-code-cell on")
        cell, hero = page.evaluate(CELL, [row, column]), page.evaluate(HERO)
        assert np.mean(np.abs(np.array(cell) - np.array(hero)) > 8) < 0.02
        assert np.std(hero) > 10


def test_buttons_and_sliders_set_codes_and_the_head_reads_the_image(made):
    page = coded(made)
    other = page.evaluate("[0, 1, 2, 3].find((k) => k !== +document.querySelector('[data-code=category]').dataset.value)")
    before, grid = made.pixels(), page.evaluate("document.querySelector('.lx-code-cells canvas').toDataURL()")
    made.slide("[data-code='code 2'] input", 1.7)
    made.changed(before)
    made.until("(was) => document.querySelector('.lx-code-cells canvas').toDataURL() !== was", grid)
    assert abs(made.state("s.w[11]") - 1.7) < 1e-6
    expect(page.locator("[data-code='code 2']")).to_have_class("lx-code beyond")
    before = made.pixels()
    page.locator(f"[data-code=category] button[data-k='{other}']").click()
    made.changed(before)
    assert made.state("Array.from(s.w.slice(6, 10))") == [float(k == other) for k in range(4)]
    made.settled()
    read = page.evaluate("window.lx.code({op: 'read', w: window.lx.b64(window.lx.state.w)})")["read"]
    bars = page.eval_on_selector_all("[data-code=category] button", "(all) => all.map((b) => +b.dataset.p)")
    assert np.allclose(bars, read["category"]) and abs(sum(bars) - 1) < 1e-3
    width = "(all) => all.map((e) => e.getBoundingClientRect().width / e.offsetWidth)"
    shown = page.eval_on_selector_all("[data-code=category] button i", width)
    assert np.allclose(shown, read["category"], atol=0.02)
    tick = page.locator("[data-code='code 1'] .lx-code-tick")
    assert np.isclose(float(tick.get_attribute("data-value")), read["code 1"][0])
    line, at = page.locator("[data-code='code 1'] .lx-code-line").bounding_box(), tick.bounding_box()
    expected = line["x"] + line["width"] * (np.clip(read["code 1"][0], -2, 2) + 2) / 4
    assert abs(at["x"] + at["width"] / 2 - expected) < 1.5


def test_new_noise_keeps_the_codes_and_the_link_keeps_all(made, context, generators):
    page = coded(made)
    expect(page.locator("#lx-right .lx-origin")).to_have_text("seed 0")
    expect(page.get_by_label("Seed of the noise")).to_have_value("0")
    page.locator("[data-code=category] button[data-k='2']").click()
    w = made.state("Array.from(s.w)")
    page.get_by_role("button", name="New noise").click()
    made.until("(was) => window.lx.state.w[0] !== was", w[0])
    after = made.state("Array.from(s.w)")
    assert after[6:] == w[6:] and all(a != b for a, b in zip(after[:6], w[:6], strict=True))
    seed = made.state("s.origin.seed")
    assert page.get_by_label("Seed of the noise").input_value() == str(seed)
    page.locator(".lx-of-rows").select_option("code:code 1")
    made.until("new URLSearchParams(location.hash.slice(1)).get('grid')?.startsWith('code:code 1~')")
    expect(page.locator(".lx-of-columns")).to_have_value("code:category")
    other = type(made)(context.new_page(), generators)
    coded(other, page.evaluate("location.href").split("?", 1)[1])
    assert other.state("Array.from(s.w)") == after
    expect(other.page.locator(".lx-of-rows")).to_have_value("code:code 1")
    assert other.page.locator(".lx-code-cell").count() == 9 * 4
    assert other.page.get_by_label("Seed of the noise").input_value() == str(seed)
    made.settled()
    other.settled()
    assert other.pixels() == made.pixels()


def test_each_code_says_what_it_was_measured_to_change(made):
    page = coded(made)
    expect(page.locator("#view-codes .lx-about")).to_contain_text("trained with codes or classes of its own")
    measured = page.evaluate("window.lx.api('codes/info')")
    assert [m["name"] for m in measured] == ["category", "code 1", "code 2"]
    for m in measured:
        said = page.locator(f"[data-code='{m['name']}'] .lx-code-name i").inner_text()
        if m["kind"] == "categorical":
            assert f"{round(100 * m['share'])} %" in said if m["label"] else said == "no clear effect"
        else:
            assert said == (f"{m['label']} {'↗' if m['change'] > 0 else '↘'}" if m["label"] else "no clear effect")


def test_keyboard_and_classes_side_by_side(made):
    page = coded(made, "run=asked&view=codes")
    expect(page.locator(".lx-of-rows")).to_have_value("class")
    assert page.locator(".lx-code-cell").count() == 2 * 8
    page.locator(".lx-code-cell[data-row='0'][data-column='0']").focus()
    before = made.pixels()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    made.changed(before)
    assert made.state("[s.label, s.origin.seed]") == [1, 1]
    w = page.evaluate("window.lx.code({op: 'sample', seed: 1}).then((d) => Array.from(d.w))")
    assert made.state("Array.from(s.w)") == w


def test_the_columns_of_noise_are_the_seeds_that_they_say(made):
    page = coded(made)
    page.locator(".lx-of-rows").select_option("code:category")
    page.locator(".lx-of-columns").select_option("noise")
    box = page.get_by_label("Seed of the noise")
    box.fill("41")
    box.press("Enter")
    heads = page.locator(".lx-code-top")
    expect(heads).to_have_text([f"#{k}" for k in range(41, 49)])
    made.settled()
    box.fill("68973")
    box.press("Enter")
    expect(heads).to_have_text([f"#{k}" for k in range(68973, 68981)])
    assert heads.evaluate_all("(all) => all.every((e) => e.scrollWidth <= e.clientWidth)"), "no figure of a seed is cut"
    box.fill("41")
    box.press("Enter")
    expect(heads.first).to_have_text("#41")
    made.settled()
    cell = page.locator(".lx-code-cell[data-row='2'][data-column='5']")
    assert "#46" in cell.get_attribute("aria-label")
    shown = page.evaluate(CELL, [2, 5])
    cell.click()
    made.until("lx.state.origin.seed === 46")
    made.settled()
    noise = page.evaluate("lx.code({op: 'sample', seed: 46}).then((d) => Array.from(d.w.slice(0, 6)))")
    assert made.state("Array.from(s.w.slice(0, 10))") == [*noise, 0, 0, 1, 0]
    expect(heads).to_have_text([f"#{k}" for k in range(41, 49)])
    expect(page.locator(".lx-code-cell.on")).to_have_attribute("data-column", "5")
    hero = np.array(page.evaluate(HERO))
    assert np.mean(np.abs(np.array(shown) - hero) > 8) < 0.02 and np.mean(np.abs(np.array(page.evaluate(CELL, [2, 5])) - hero) > 8) < 0.02
    page.get_by_role("button", name="New noise").click()
    made.until("lx.state.origin.seed !== 46")
    seed = made.state("s.origin.seed")
    expect(heads).to_have_text([f"#{seed + k}" for k in range(8)])
    expect(page.locator(".lx-code-cell.on")).to_have_attribute("data-column", "0")
    made.slide("#lx-slider-0 input[type=range]", 2.5)                # moved by hand: it is no seed's noise any more
    made.until("lx.state.origin.kind === 'sliders'")
    expect(page.locator(".lx-code-cell.on")).to_have_count(0)
    expect(box).to_have_value("")
