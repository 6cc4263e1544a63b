"""Reconstruct keeps a person's code, shows no picture of another input, and its link brings back the input and what was done to it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Driver

from .held import Held
from .test_reconstruct import BOX, count, encoded, judged, judged_root, pixels, ranked, stroke, taken

__all__ = ["judged", "judged_root"]
REC = "#lx-reconstruct "
READY = "+document.querySelector('#lx-reconstruct [data-ready]')?.dataset.n > 0"
BLANK = """(s) => { const c = document.querySelector('#lx-reconstruct ' + s);
  return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.every((v) => v === 0); }"""
NAME, ERROR, NOTE = REC + ".lx-out-name", REC + ".lx-error", REC + ".lx-source-note"


def w(drive) -> list[float]:
    return drive.state("[...s.w]")


def again(drive, context, server) -> Driver:
    """The page's link in a page of its own, opened and at rest."""
    drive.settled()
    other = Driver(context.new_page(), server)
    other.page.goto(drive.page.evaluate("lx.link()"))
    other.until(READY)
    other.settled()
    return other


def seen(drive) -> dict:
    """All that a person sees of it."""
    return {"code": w(drive), "source": drive.page.evaluate(f"{BOX}.source"), "name": drive.page.locator(NAME).inner_text(),
            "error": drive.page.locator(ERROR).inner_text(), "note": drive.page.locator(NOTE).inner_text(),
            "hint": drive.page.locator(REC + ".lx-hint").text_content(), **{c: pixels(drive, c) for c in (".lx-given", ".lx-out canvas")}}


@pytest.mark.parametrize("opening", ["the tab", "a link"])
def test_opening_it_keeps_the_code(drive, context, server, opening):
    """Whatever the code is: it stays, and its own image is the input until another is chosen."""
    page = drive.open("run=tiny&view=codes").page
    page.evaluate("lx.sample(7)")
    drive.until("lx.state.origin.kind === 'seed'")
    code = w(drive)
    if opening == "the tab":
        page.get_by_role("tab", name="Reconstruct").click()
    else:
        page.goto(page.evaluate("lx.link()").replace("view=codes", "view=reconstruct"))
    drive.until(READY)
    drive.settled()
    assert w(drive) == code and drive.state("s.origin.seed") == 7
    expect(page.locator(NOTE)).to_contain_text("The code stays as it is")
    expect(page.locator(NAME)).to_have_text("Reconstruction")
    expect(page.get_by_role("radio", name="Current image")).to_have_attribute("aria-checked", "true")
    assert pixels(drive, ".lx-given") == drive.pixels(), "the input is the image of the code"
    assert pixels(drive) != pixels(drive, ".lx-given")
    n = count(drive)
    page.evaluate("lx.slide(0, 1.5)")
    encoded(drive, n)
    drive.settled()
    assert pixels(drive, ".lx-given") == drive.pixels(), "and follows it"
    code, kept = w(drive), pixels(drive, ".lx-given")
    page.get_by_role("button", name="Take the encoder's code").click()
    drive.settled()
    assert w(drive) != code and pixels(drive, ".lx-given") == kept
    expect(page.locator(NAME)).to_have_text("Reconstruction")
    expect(page.locator(NOTE)).to_contain_text("had before you changed it")
    page.evaluate("lx.undo()")
    drive.until("(was) => was.every((v, i) => v === lx.state.w[i])", code)
    expect(page.locator(NOTE)).to_contain_text("The code stays as it is")


def test_coming_back_shows_what_the_code_is_by_then(drive):
    page = taken(drive)
    index = drive.state("s.origin.index")
    page.get_by_role("tab", name="Codes").click()
    page.get_by_role("tab", name="Reconstruct").click()
    drive.settled()
    assert drive.state("s.origin.index") == index
    expect(page.get_by_role("radio", name="Test image")).to_have_attribute("aria-checked", "true")
    page.get_by_role("tab", name="Codes").click()
    page.evaluate("lx.sample(3)")
    drive.until("lx.state.origin.kind === 'seed'")
    page.get_by_role("tab", name="Reconstruct").click()
    drive.settled()
    assert drive.state("s.origin.seed") == 3
    expect(page.get_by_role("radio", name="Current image")).to_have_attribute("aria-checked", "true")
    assert pixels(drive, ".lx-given") == drive.pixels()


def edited(drive) -> None:
    drive.until("+document.querySelector('#lx-reconstruct .lx-change').dataset.n > 0")
    drive.slide(REC + ".lx-edit:first-child input", 2)
    expect(drive.page.locator(NAME)).to_have_text("Edited")


def drew(drive) -> None:
    drive.page.get_by_role("radio", name="Draw").click()
    stroke(drive, [(0.2, 0.2), (0.6, 0.2), (0.4, 0.7)])
    drive.until(f"{BOX}.kept === 'yes'")


def loaded(drive) -> None:
    out, n = io.BytesIO(), count(drive)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)).save(out, "PNG")
    drive.page.locator(REC + "input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()})
    encoded(drive, n)
    drive.until(f"{BOX}.kept === 'yes'")


def between(drive) -> None:
    page = drive.page
    page.get_by_role("button", name="Take the input as A").click()
    n = count(drive)
    page.get_by_role("button", name="Another").click()
    encoded(drive, n)
    drive.settled()
    drive.slide(REC + ".lx-way input", 0.25)
    drive.until("lx.state.origin.kind === 'images'")


def spoiled(drive) -> None:
    n = count(drive)
    drive.page.get_by_role("radio", name="Lost block").click()
    encoded(drive, n)
    n = count(drive)
    drive.slide(REC + ".lx-spoil input", 36)
    encoded(drive, n)
    drive.page.get_by_role("radio", name="Absolute").click()


@pytest.mark.parametrize("acts", [[edited], [drew, edited], [loaded, edited], [between], [spoiled]],
                         ids=["attribute", "drawing-attribute", "file-attribute", "between", "noise"])
def test_a_link_restores_the_input_and_what_was_done_to_it(drive, context, server, acts):
    page = taken(drive)
    n = count(drive)
    page.locator(REC + ".lx-index").fill("5")
    page.locator(REC + ".lx-index").press("Enter")
    encoded(drive, n)
    for act in acts:
        act(drive)
    drive.settled()
    before, other = seen(drive), again(drive, context, server)
    assert seen(other) == before
    for selector, attribute in ((".lx-way input", "value"), (".lx-spoil output", "textContent")):
        read = f"document.querySelector('{REC}{selector}').{attribute}"
        assert other.page.evaluate(read) == page.evaluate(read)
    for css in (".lx-a canvas", ".lx-diff canvas", ".lx-b canvas"):
        assert pixels(other, css) == pixels(drive, css), css
    if before["source"] == "held":
        assert other.page.locator(REC + ".lx-index").input_value() == page.locator(REC + ".lx-index").input_value()
    values = f"[...document.querySelectorAll('{REC}.lx-edit input')].map((e) => e.value)"
    other.until(f"({values}).length > 0")
    assert other.page.evaluate(values) == page.evaluate(values)
    assert other.page.evaluate("lx.state.kept.rec || ''") == page.evaluate("lx.state.kept.rec || ''")
    page.reload()
    drive.until(READY)
    drive.settled()
    assert seen(drive) == before


def test_a_link_without_its_image_says_so_and_shows_the_codes_own(drive):
    page = taken(drive)
    drew(drive)
    drive.settled()
    code = w(drive)
    link = page.evaluate("""() => { const u = new URL(lx.link()), h = new URLSearchParams(u.hash.slice(1));
        h.set('rec', 'd!'); u.hash = h; return u.href; }""")
    drive.anew(link)
    drive.until(READY)
    drive.settled()
    assert w(drive) == code and pixels(drive, ".lx-given") == drive.pixels()
    expect(page.locator(NOTE)).to_contain_text("came from an image that is not at hand")
    expect(page.locator("#lx-toast")).to_contain_text("too large for the link")


def test_back_brings_the_input_back(drive):
    page = taken(drive)
    drew(drive)
    drive.settled()
    before = seen(drive)
    page.get_by_role("radio", name="Test image").click()
    drive.until("lx.state.origin.kind === 'point'")
    drive.settled()
    page.go_back()
    drive.until("lx.state.origin.kind === 'image'")
    drive.settled()
    assert seen(drive) == before
    page.go_forward()
    drive.until("lx.state.origin.kind === 'point'")
    expect(page.get_by_role("radio", name="Test image")).to_have_attribute("aria-checked", "true")


def test_another_input_dims_what_is_there_until_its_own_is(drive):
    page = taken(drive)
    drive.settled()
    held = Held(page, "beside")
    page.locator(REC + ".lx-index").fill("9")
    page.locator(REC + ".lx-index").press("Enter")
    for css in (".lx-given", ".lx-out", ".lx-diff canvas", ".lx-figure", ".lx-models", ".lx-mixes"):
        expect(page.locator(REC + css)).to_have_css("opacity", "0.25")
    held.let_go()
    for css in (".lx-given", ".lx-out", ".lx-diff canvas", ".lx-figure", ".lx-models", ".lx-mixes"):
        expect(page.locator(REC + css)).to_have_css("opacity", "1")


def unreadable(drive, content, words):
    drive.page.locator(REC + "input[type=file]").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": content})
    expect(drive.page.locator(REC + ".lx-hint")).to_contain_text(words)


def cleared(drive):
    drew(drive)
    drive.page.get_by_role("button", name="Clear").click()


def refused(drive):
    held = Held(drive.page, "beside")
    drive.page.get_by_role("button", name="Another").click()
    drive.until(f"{BOX} && document.querySelector('{REC}.lx-out').classList.contains('lx-stale')")
    held.refuse("It cannot be encoded.")
    expect(drive.page.locator(REC + ".lx-hint")).to_have_text("It cannot be encoded.")


def test_without_an_input_nothing_of_another_stays(drive, watch):
    page = taken(drive)
    watch.expected = "422"
    for lose in (cleared, lambda d: unreadable(d, b"hello", "not an image"), lambda d: unreadable(d, bytes(5 * 2**20), "larger than 4 MB"),
                 refused):
        drive.settled()
        ranked(drive)
        lose(drive)
        expect(page.locator(ERROR)).to_have_text("—")
        expect(page.locator(REC + ".lx-rank")).to_be_empty()
        for css in (".lx-given", ".lx-out canvas", ".lx-diff canvas", ".lx-draws canvas"):
            assert page.evaluate(BLANK, css), css
        expect(page.locator(REC + ".lx-beside")).to_be_hidden()
        expect(page.locator(REC + ".lx-mix")).to_be_hidden()
        expect(page.locator(REC + ".lx-stale")).to_have_count(0)
        n = count(drive)
        page.get_by_role("radio", name="Test image").click()
        encoded(drive, n)
        drive.settled()
        assert not page.evaluate(BLANK, ".lx-out canvas") and page.locator(REC + ".lx-model").count() == 2


@pytest.mark.parametrize("late", ["runs", "run/tiny"])
def test_generators_are_listed_whichever_answer_comes_first(context, watch, judged, late):
    drive = Driver(context.new_page(), judged[1])
    held = Held(drive.page, late)
    with drive.page.expect_response("**/explorer/" + {"runs": "run/tiny", "run/tiny": "runs"}[late]):
        drive.page.goto(f"{judged[1]}/?run=tiny&view=reconstruct")
    drive.page.wait_for_selector("#lx-reconstruct [data-ready]", state="attached")
    held.let_go()
    expect(drive.page.locator(".lx-generator[data-run=gan]")).to_be_visible()
    drive.settled()
    assert drive.page.locator("#lx-toast").count() == 0, "nothing was ever said"
