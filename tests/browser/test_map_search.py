"""Searching the map by class and attribute: what is highlighted, what is said, what becomes a lasso's set, and the link."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.runs.session import Session

pytestmark = pytest.mark.webgl

PLANE = "document.querySelector('#lx-plane [data-points]').dataset"
TRACE = "document.querySelector('#lx-plane .lx-plot').data[0]"
FIELD, TOLD = "#lx-plane .lx-seek-text", "#lx-plane .lx-seek-told"


def known(trained) -> tuple[np.ndarray, np.ndarray]:
    """Class and side of each held-out image: 0 a bar, 1 a square; 0 left, 1 right."""
    held = Session(trained).run("tiny").held
    return held.labels, held.attributes[:, 0]


def shown(drive) -> list[int]:
    """The points that are drawn in colour, the others being grey and faint."""
    colours, opacity = np.array(drive.page.evaluate(f"[[...{TRACE}.marker.color], [...{TRACE}.marker.opacity]]"))
    assert np.array_equal(colours >= 0, opacity > 0.5) and opacity.min() < 0.3
    return np.flatnonzero(colours >= 0).tolist()


def look_for(drive, text: str) -> None:
    drive.page.locator(FIELD).fill(text)
    drive.page.locator(FIELD).press("Enter")
    drive.settled()


def test_terms_are_an_and_a_minus_excludes_and_what_matches_can_be_a_lasso(drive, trained):
    drive.map()
    labels, sides = known(trained)
    square, left = labels == 1, sides == 0
    for text, matches in (("bar", ~square), ("square left", square & left), ("-bar, -side:left", square & ~left),
                          ("class square -RIGHT", square & left)):
        look_for(drive, text)
        assert 0 < matches.sum() < 120 and shown(drive) == np.flatnonzero(matches).tolist()
        expect(drive.page.locator(TOLD + " output")).to_have_text(f"{matches.sum()} of 120")
    drive.page.get_by_role("button", name="Select these").click()
    drive.until(f"{PLANE}.means === '1'")
    assert drive.page.evaluate(f"{TRACE}.selectedpoints") == np.flatnonzero(matches).tolist()
    assert drive.page.evaluate(f"[{PLANE}.mode, {PLANE}.lasso]") == ["lasso", str(matches.sum())]
    expect(drive.page.locator(".lx-set").first).to_contain_text(f"A · {matches.sum()} images")
    mean = Session(trained).run("tiny").codes[matches].mean(0)
    assert np.allclose(drive.state("Array.from(s.w)"), mean, atol=1e-4) and drive.state("s.origin.kind") == "lasso"
    look_for(drive, "bar, square")                                           # an image is of one class: any of them
    expect(drive.page.locator(TOLD + " output")).to_have_text("120 of 120")
    look_for(drive, "bar -bar")
    expect(drive.page.locator(TOLD + " output")).to_have_text("0 of 120")
    expect(drive.page.get_by_role("button", name="Select these")).to_be_hidden()
    look_for(drive, "")
    expect(drive.page.locator(TOLD)).to_be_hidden()
    assert drive.page.evaluate(f"[{TRACE}.marker.opacity, Math.min(...{TRACE}.marker.color)]") == [0.74, 0]


def test_names_are_offered_while_one_is_typed_and_an_unknown_one_is_told_with_the_nearest(drive, trained):
    drive.map()
    labels, sides = known(trained)
    page, field, options = drive.page, drive.page.locator(FIELD), drive.page.locator("#lx-plane .lx-seek-list li")
    assert field.get_attribute("placeholder") == "Search: bar, square, side left"
    field.press_sequentially("-squ")
    expect(options).to_have_text(["square"])
    expect(page.locator(TOLD)).to_be_hidden()            # no mistake yet
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("-square ")
    field.press_sequentially("si")
    expect(options).to_have_text(["side left", "side right"])
    options.nth(1).click()
    expect(field).to_have_value("-square side right ")
    drive.settled()
    assert shown(drive) == np.flatnonzero((labels == 0) & (sides == 1)).tolist()
    look_for(drive, "bar rihgt")
    expect(page.locator(TOLD + " output")).to_have_text(
        f"{(labels == 0).sum()} of 120 · Nothing here is called “rihgt”. Nearest: right, side right, side left.")
    page.get_by_role("button", name="Lasso").click()
    field.fill("squ")
    field.press("Escape")
    expect(options).to_be_hidden()
    expect(field).to_have_value("squ")
    field.press("Escape")
    expect(field).to_have_value("")
    assert page.evaluate(f"{PLANE}.mode") == "lasso", "the map's own Escape is another one"


def test_a_search_is_in_the_link_in_both_languages_and_undone(drive, context, trained):
    drive.map()
    labels, sides = known(trained)
    look_for(drive, "bar")
    look_for(drive, "bar -left")
    matches = np.flatnonzero((labels == 0) & (sides == 1)).tolist()
    link = drive.page.evaluate("location.href").split("?", 1)[1]
    other = type(drive)(context.new_page(), drive.server).map(link.replace("lang=en", "lang=ko"))
    other.until(f"{PLANE}.found === '{len(matches)}'")
    assert shown(other) == matches
    expect(other.page.locator(TOLD + " output")).to_have_text(f"120개 가운데 {len(matches)}개")
    other.page.close()
    drive.page.locator(FIELD).blur()
    drive.page.keyboard.press("Control+z")
    drive.until(f"{PLANE}.found === '{(labels == 0).sum()}'")
    expect(drive.page.locator(FIELD)).to_have_value("bar")
    drive.page.go_back()
    drive.until(f"{PLANE}.found === ''")
    expect(drive.page.locator(FIELD)).to_have_value("")
