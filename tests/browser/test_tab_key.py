"""Tab goes once through all that can be used, from the skip link to the end and out, as the eye goes: in no view is it caught."""

from __future__ import annotations

import pytest

from explorer.views import VIEWS

from .conftest import Driver

RUNS = {"codes": "info", "styles": "styled", "pyramid": "levels", "microscope": "stack", "collapse": "wide", "compare": "wide"}
MOST = 400                                        # presses: more would be a trap
# where the focus is: a number for each element, in the order in which it first had it; 0: none has it. window.against: what it went to
# against the eye, an element above the one before it that begins no column to the right of it, within one part of the page
AT = """() => { const e = document.activeElement, all = window.visited, was = all.at(-1);
  if (!e || e === document.body) return 0;
  if (all.includes(e)) return all.indexOf(e) + 1;
  const parts = ['#lx-header', '#lx-left', '#lx-main', '#lx-right', '#lx-here'], part = (x) => parts.findIndex((p) => x.closest(p));
  const name = (x) => `${x.tagName}#${x.id}.${x.className} "${(x.getAttribute('aria-label') || x.textContent || '').trim().slice(0, 30)}"`;
  if (was && !was.matches('.lx-skip')) {
    const [a, b] = [was, e].map((x) => x.getBoundingClientRect()), back = b.bottom <= a.top + 1 && b.left < a.right - 1;
    if (part(e) < part(was) || (part(e) === part(was) && back)) window.against.push(`${name(was)} → ${name(e)}`);
  }
  return all.push(e); }"""


@pytest.mark.parametrize("width", [1280, 420])
def test_tab_goes_through_every_view_as_the_eye_does_and_out(context, everything, watch, width):
    drive = Driver(context.new_page(), everything)
    page = drive.page
    page.set_viewport_size({"width": width, "height": 800})
    drive.open("run=tiny")
    for view in VIEWS:
        page.evaluate("([view, run]) => { lx.show(view); return lx.state.run === run || lx.open(run); }", [view, RUNS.get(view, "tiny")])
        drive.settled()
        page.evaluate("() => { document.activeElement.blur(); getSelection().setPosition(document.body, 0); }")
        page.evaluate("() => { window.visited = []; window.against = []; }")
        seen = []
        while not seen or (seen[-1] and len(seen) < MOST):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(AT))
        assert seen == [*range(1, len(seen)), 0], f"{view}: caught, or the same twice: {seen}"
        tabs = page.evaluate("window.visited.filter((e) => e.matches('[role=tab]')).map((e) => e.dataset.view)")
        assert tabs == [view], "one tab is reached by Tab, the others by arrows"
        assert page.evaluate("window.visited.some((e) => e.closest('[role=tabpanel]'))"), view
        assert page.evaluate("window.against") == [], view
