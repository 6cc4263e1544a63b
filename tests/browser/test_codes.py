"""The traversal grid."""

from __future__ import annotations

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
    grid = page.evaluate(GRID)
    drive.slide("#lx-slider-0 input[type=range]", -2)
    drive.until(f"(was) => {GRID} !== was", grid)
    expect(page.locator(".lx-cell[data-row='0'][data-column='1']")).to_have_class("lx-cell on")
    page.locator(".lx-cell[data-row='0'][data-column='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drive.until("Math.abs(window.lx.coordinate(1) + 2) < 1e-3")
