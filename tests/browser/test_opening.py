"""A page opened by link shows one thing, whichever answer comes first; a view that is opened leaves the current code as it is."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Response, Route

from explorer.views import VIEWS

from .conftest import HANGS, Driver
from .held import Held

# all that can be seen: words, values, marks, pictures (each as a hash of its pixels, coarse enough for rounding)
SEEN = """() => { const shown = (e) => e.checkVisibility(), all = (s) => [...document.querySelectorAll('#lx ' + s)].filter(shown);
  const hash = (c) => { if (!c.width || !c.height) return 0; const x = document.createElement('canvas'); x.width = x.height = 16;
    const y = x.getContext('2d', {willReadFrequently: true}); y.drawImage(c, 0, 0, 16, 16);
    return Array.from(y.getImageData(0, 0, 16, 16).data, (v) => Math.round(v / 24)).join(''); };
  const words = () => { const found = [], walk = document.createTreeWalker(document.getElementById('lx'), NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const text = n.data.trim(), e = n.parentElement;
      if (text && shown(e) && !e.closest('.js-plotly-plot')) found.push(text);
    }
    return found; };
  return { words: words(), toast: document.getElementById('lx-toast')?.textContent || '',
    values: all('input, select').map((e) => e.type === 'checkbox' ? e.checked : e.value),
    marks: all('.on, [aria-checked=true], [aria-selected=true], [aria-pressed=true]').map((e) => e.className + e.textContent.slice(0, 40)),
    pictures: all('canvas').filter((c) => !c.closest('.js-plotly-plot')).map(hash) }; }"""
# supported and not; views that need the list of runs and views that do not
LINKS = ("run=tiny&view=reconstruct", "run=wide&view=reconstruct", "run=tiny&view=styles", "run=styled&view=styles",
         "run=tiny&view=compare&cmp=tiny,info", "run=wide&view=microscope", "run=stack&view=microscope", "run=tiny&view=pyramid",
         "run=tiny&view=arithmetic", "run=info&view=codes", "run=wide&view=map", "run=tiny&view=map")


def opened(drive: Driver, link: str, order: tuple[str, str]) -> dict:
    """All that can be seen of a page that is opened anew, in one tab: a second tab would have its scripts to compile. The answers of
    ``run/…`` and ``runs`` are let through in ``order``, each after the one before has arrived."""
    drive.page.goto("about:blank")
    Held.end()
    held = {"run": Held(drive.page, "run/*"), "runs": Held(drive.page, "runs")}
    drive.page.goto(f"{drive.server}/?{link}", wait_until="commit")
    for one in held.values():
        one.asked()
    for name in order:
        with drive.page.expect_response(held[name].waiting[0].url) as answered:
            held[name].let_go()
        answered.value.finished()
        drive.page.evaluate("new Promise(requestAnimationFrame)")
    drive.page.wait_for_selector("#lx-header [data-ready]", state="attached")
    drive.page.wait_for_selector(".lx-hero[data-n]", state="attached")
    drive.settled()
    return drive.page.evaluate(SEEN)


@pytest.fixture
def refused(context):
    """What was asked for and not answered."""
    found = []

    def heard(answer: Response) -> None:
        if answer.status >= 400:
            found.append(f"{answer.status} {answer.url} {answer.request.post_data}")
    context.on("response", heard)
    yield found
    context.remove_listener("response", heard)


@pytest.mark.parametrize("link", LINKS)
def test_either_answer_may_come_first(context, everything, watch, refused, link):
    drive, until = Driver(context.new_page(), everything), time.monotonic() + HANGS / 1000
    while True:
        one, other = (opened(drive, link, order) for order in (("run", "runs"), ("runs", "run")))
        assert not refused, "nothing is asked that a run cannot answer"
        if one == other or time.monotonic() > until:                           # what is worked out once on the server may come later
            break
    for what in one:
        assert one[what] == other[what], what
    assert not one["toast"]


OPENED = {"map": "tiny", "codes": "info", "arithmetic": "tiny", "walk": "tiny", "styles": "styled", "pyramid": "levels",
          "reconstruct": "tiny", "microscope": "stack", "collapse": "tiny", "compare": "tiny", "train": "tiny"}
assert set(OPENED) == set(VIEWS)


def test_a_view_that_is_opened_leaves_the_code(context, everything, watch):
    drive = Driver(context.new_page(), everything).open("run=tiny&view=codes")
    for view, run in OPENED.items():
        drive.page.evaluate("(run) => lx.state.run === run || lx.open(run)", run)
        drive.page.locator(f"[role=tab][data-view={'walk' if view == 'codes' else 'codes'}]").click()
        drive.settled()
        drive.page.locator(".lx-seed").click()
        drive.settled()
        assert drive.state("[s.run, s.origin.kind]") == [run, "seed"]
        read = "[window.lx.b64(s.w), JSON.stringify(s.origin), s.label, window.lx.state.view]"
        *mine, _ = drive.state(read)
        steps = drive.page.evaluate("history.state.lx")
        drive.page.locator(f"[role=tab][data-view={view}]").click()
        drive.settled()
        assert drive.state(read) == [*mine, view]
        assert drive.page.evaluate("history.state.lx") == steps + 1, view


def test_a_list_that_was_overtaken_does_not_bring_back_what_was_deleted(context, everything, watch):
    """Of two lists the earlier comes last, and still has a run that the later has no more."""
    drive = Driver(context.new_page(), everything).open("run=tiny&view=walk")     # which every run fits
    early, gone = [], drive.page.locator("#lx .lx-run[data-run=wide]")

    def answer(route: Route) -> None:
        if early:
            listed = route.fetch().json()
            listed["runs"] = [r for r in listed["runs"] if r["name"] != "wide"]
            route.fulfill(json=listed)
        else:
            early.append(route)
    gone.wait_for(state="attached")                                            # the page's own list is there
    drive.page.route("**/gradio_api/explorer/runs", answer)
    drive.page.evaluate("void (window.first = lx.refresh())")
    drive.page.evaluate("void (window.second = lx.refresh())")
    gone.wait_for(state="detached")
    early[0].continue_()
    drive.page.evaluate("Promise.all([first, second])")
    assert not gone.count()
    assert "wide" not in drive.page.evaluate("first.then((runs) => runs.map((r) => r.name))")
