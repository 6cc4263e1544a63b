"""What is on the screen belongs to the words beside it: while an answer is on its way the one before is dimmed, after a failure gone."""

from __future__ import annotations

from playwright.sync_api import expect

from .held import Held


def test_a_picture_of_another_code_is_dimmed_until_its_own_is_there_and_gone_where_that_fails(drive, watch):
    page = drive.open().page
    drive.settled()
    canvas = page.locator(".lx-hero canvas")
    held = Held(page, "render", '"image"')
    page.evaluate("lx.slide(0, 2.5)")
    expect(canvas).to_have_css("opacity", "0.25")
    held.let_go()
    expect(canvas).to_have_css("opacity", "1")
    watch.expected = "422"
    held.holding = True
    held.waiting.clear()
    page.evaluate("lx.slide(0, -2.5)")
    drive.until("document.querySelector('.lx-hero canvas').classList.contains('lx-stale')")
    held.refuse("It cannot be drawn.")
    expect(canvas).to_be_hidden()
    page.evaluate("lx.slide(0, 1)")
    expect(canvas).to_be_visible()
    expect(canvas).to_have_css("opacity", "1")
