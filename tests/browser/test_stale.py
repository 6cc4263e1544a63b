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


def test_the_server_draws_the_next_image_while_the_browser_shows_this_one(drive):
    page = drive.open().page
    drive.settled()
    page.evaluate("""() => {
      const decode = createImageBitmap;
      window.createImageBitmap = (blob) => new Promise((ok) => {
        window.shown = () => { window.createImageBitmap = decode; ok(decode(blob)); };
      });
    }""")
    held = Held(page, "render", '"image"')
    page.evaluate("lx.slide(0, 1)")
    held.asked()
    page.evaluate("lx.slide(0, 2)")
    before = page.evaluate("+document.querySelector('.lx-hero').dataset.n")
    held.waiting[0].continue_()
    held.asked(2)
    drive.until("!!window.shown")
    assert page.evaluate("+document.querySelector('.lx-hero').dataset.n") == before, "it was asked for before this one was shown"
    held.holding = False
    held.waiting[1].continue_()
    page.evaluate("window.shown()")
    drive.settled()
    assert page.evaluate("+document.querySelector('.lx-hero').dataset.n") == before + 2
