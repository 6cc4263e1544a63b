"""What a person feels, in a real Chromium: start, first paint, slider to pixels, frames while dragging, the map and its hover."""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.install_chromium import find

from .serve import page as served

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

SLIDER = "#lx-slider-0 input[type=range]"
HAND = """(slider) => { const input = document.querySelector(slider), host = document.querySelector('#lx-hero canvas').parentElement;
  const hand = window.hand = { times: [], drawn: 0 }; let told = null;
  input.addEventListener('input', () => { told ??= performance.now(); }, true);
  new MutationObserver(() => { hand.drawn++; if (told !== null) { hand.times.push(performance.now() - told); told = null; } })
    .observe(host, { attributes: true, attributeFilter: ['data-n'] }); }"""
REST = 90                                       # milliseconds between two moves of a hand that waits for the image


WATCH = """() => { const box = document.querySelector('#lx-reconstruct [data-ready]'); window.strokes = { up: 0, answered: 0 };
  addEventListener('pointerup', () => { window.strokes.up = window.strokes.answered = performance.now(); }, true);
  const answered = new MutationObserver(() => { window.strokes.answered = performance.now(); });
  answered.observe(box, { attributes: true, attributeFilter: ['data-n'] }); }"""


PAINT = """() => { const [html] = performance.getEntriesByType('navigation'),
    [paint] = performance.getEntriesByName('first-contentful-paint');
  return paint && html.responseEnd ? paint.startTime - html.responseEnd : null; }"""
PAINTS = 9


def paints(page: Page, address: str, count: int = PAINTS) -> list[float]:
    """Milliseconds from the last byte of the page's HTML to the first text or picture on the screen, each time in a browser that was never
    here."""
    times, chromium = [], page.context.browser
    assert chromium is not None
    for _ in range(count):
        context = chromium.new_context(viewport=page.viewport_size)
        fresh = context.new_page()
        fresh.goto(address)
        fresh.wait_for_function(f"({PAINT})() !== null", timeout=60_000)
        times.append(float(fresh.evaluate(PAINT)))
        context.close()
    return times


def strokes(page: Page, address: str, run: str, count: int = 30) -> tuple[list[float], int]:
    """Milliseconds from the end of each stroke on the pad until the last answer for it stands on the page, with every run that encodes
    such an image; and how many runs these are."""
    page.goto(f"{address}/?run={run}&view=reconstruct")
    page.wait_for_selector("#lx-reconstruct [data-ready=true][data-n]", timeout=60_000)
    page.locator("#lx-reconstruct [data-source=draw]").click()
    page.wait_for_timeout(20_000)                          # what is worked out once for a run, in the background
    page.evaluate(WATCH)
    pad, times = page.locator("#lx-reconstruct .lx-pad"), []
    for k in range(count + 5):
        if k % 6 == 0:
            page.locator("#lx-reconstruct .lx-clear").click()
        box = pad.bounding_box()
        assert box is not None
        for n, step in enumerate(range(9)):
            angle = k + step / 4
            x, y = box["x"] + box["width"] * (0.5 + 0.25 * math.cos(angle)), box["y"] + box["height"] * (0.5 + 0.3 * math.sin(angle * 1.3))
            page.mouse.move(x, y)
            if n == 0:
                page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(700)
        up, answered = page.evaluate("[window.strokes.up, window.strokes.answered]")
        if k >= 5:                                         # the first ones load the other runs
            times.append(answered - up)
    return times, page.locator("#lx-reconstruct .lx-model").count()


@contextmanager
def _held(page: Page) -> Iterator[Callable[[float], None]]:
    """A mouse button down on the first slider's knob: what moves it, by a phase of a sine around the middle.

    A real hand, since a move that a script of the page tells from a timer is another: the page's own timers then wait four milliseconds
    and more, and the frame with the knob in it is not drawn first.
    """
    page.evaluate(HAND, SLIDER)
    page.locator(SLIDER).scroll_into_view_if_needed()
    box = page.locator(SLIDER).bounding_box()
    assert box is not None
    middle, reach, y = box["x"] + box["width"] / 2, 0.3 * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(middle, y)
    page.mouse.down()
    page.wait_for_timeout(500)
    yield lambda phase: page.mouse.move(middle + reach * math.sin(phase), y)
    page.mouse.up()


def slides(page: Page, count: int = 60) -> list[float]:
    """Milliseconds from each move of the first slider, as the page is told of it, until its image is drawn."""
    with _held(page) as move:
        page.evaluate("() => { hand.times.length = 0 }")
        for k in range(count):
            move(k + 1.0)
            page.wait_for_timeout(REST)
        page.wait_for_function("(n) => hand.times.length >= n", arg=count // 2)
        return [float(t) for t in page.evaluate("hand.times")]


def dragging(page: Page, seconds: float) -> float:
    """Images a second while the first slider's knob is moved without a rest."""
    with _held(page) as move:
        began, before = time.perf_counter(), page.evaluate("hand.drawn")
        while time.perf_counter() - began < seconds:
            move((time.perf_counter() - began) / 0.4)
        return float((page.evaluate("hand.drawn") - before) / (time.perf_counter() - began))


@contextmanager
def browser(width: int = 1280, height: int = 800, scheme: Any = "light") -> Iterator[Page]:
    """A page of a headless Chromium."""
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        chromium.close()


def quantiles(times: list[float]) -> str:
    """p50 and p95 in words."""
    cuts = statistics.quantiles(times, n=20)
    return f"p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms"


def least_and_median(times: list[float]) -> str:
    """For a machine that others use as well: the least is what the page itself takes."""
    return f"least {min(times):.0f} ms, median {statistics.median(times):.0f} ms of {len(times)}"


def main(options: list[str] | None = None) -> None:
    """Print a line per measurement; ``--runs NAME …``: of these alone, ``--paint``: the first paint alone. A run without a map is measured
    in Codes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks page")
    parser.add_argument("--runs", nargs="+", default=[])
    parser.add_argument("--paint", action="store_true")
    asked = parser.parse_args(options or [])
    only = asked.runs
    with served() as (address, seconds, _), browser() as page:
        print(f"page answers after {seconds:.1f} s")
        if not only:
            print(f"first paint after its HTML: {least_and_median(paints(page, address))}", flush=True)
        if asked.paint:
            return
        page.goto(address)
        page.wait_for_selector("#lx-plane [data-ready=true]", state="attached", timeout=60_000)
        rows = page.evaluate("lx.state.runs.map((r) => [r.name, r.views, r.encodes])")
        for run, views, _ in rows:
            if not only or run in only:
                print(f"{run:18} {measured(page, address, run, 'map' in views)}", flush=True)
        if only:
            return
        times, count = strokes(page, address, next(run for run, _, encodes in rows if encodes))
        print(f"stroke to the answers of all {count} encoders {quantiles(times)}", flush=True)


def measured(page: Page, address: str, run: str, has_map: bool) -> str:
    """How long a run takes to be there, and how its image follows a slider."""
    page.goto(f"{address}/?run={run}&view={'map' if has_map else 'codes'}")
    start, told = time.perf_counter(), "there"
    page.wait_for_selector("#lx-plane [data-ready=true]" if has_map else ".lx-hero[data-n]", state="attached", timeout=60_000)
    shown = time.perf_counter() - start
    if has_map:
        points, took = page.evaluate("(e => [e.dataset.points, e.dataset.ms])(document.querySelector('#lx-plane [data-ready]'))")
        told = f"map of {points} points {took} ms after opening the view"
    page.wait_for_timeout(800)
    times, rate = slides(page)[5:], dragging(page, 3)
    return (f"{told} ({shown:.1f} s after the address was entered); slider to pixels {quantiles(times)}; "
            f"{rate:.0f} frames/s while dragging")


if __name__ == "__main__":
    main()
