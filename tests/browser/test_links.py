"""A link restores every view: in a fresh browser it shows the state and the pictures that it was copied from. So do undo and a reload.

A row of ROWS is a view: what a person does there, what then must be the same. To add one: ``act`` is done on the open page by hand (clicks,
keys, files); ``state`` is a JavaScript expression for what the view itself says of its dials (of its own elements, not of ``lx.state``);
``pictures`` are the canvases whose pixels are compared, each alike but for rounding.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from explorer.views import VIEWS

from .conftest import Driver

pytestmark = pytest.mark.webgl

HERE = "[s.run, s.view, s.label, JSON.stringify(s.origin), window.lx.b64(s.w), JSON.stringify(s.kept)]"
READ = """(selectors) => selectors.map((s) => { const c = document.querySelector(s); if (!c || !c.width || !c.height) return null;
  const u = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let t = '';
  for (let i = 0; i < u.length; i += 8192) t += String.fromCharCode(...u.subarray(i, i + 8192)); return [c.height, c.width, btoa(t)]; })"""
HERO = ".lx-hero canvas"
LIVE = "(document.querySelector('#lx-collapse [data-frames]')?.dataset || {})"
PLANE = "document.querySelector('#lx-plane .lx-plot')"
RANGES = f"[...{PLANE}._fullLayout.xaxis.range, ...{PLANE}._fullLayout.yaxis.range].map((v) => +v.toPrecision(4))"


@dataclass(frozen=True)
class Row:
    """One view's test: the run, what a person does, the view's own state as JavaScript, the canvases to compare."""

    run: str
    act: Callable[[Driver], None]
    state: str
    pictures: tuple[str, ...]
    ready: str = "true"                         # what is true at rest, where more than the page itself has to come to it
    view: str = ""                              # where the row is called otherwise


def click(*names: str) -> Callable[[Driver], None]:
    """Press buttons (CSS), one after another, each when the page is at rest."""
    def act(drive: Driver) -> None:
        for name in names:
            drive.page.locator(name).click()
            drive.settled()
    return act


def codes(drive: Driver) -> None:
    drive.page.locator(".lx-of-rows").select_option("code:code 2")
    drive.page.locator(".lx-of-columns").select_option("noise")
    drive.page.locator(".lx-code-seed").fill("41")
    drive.page.locator(".lx-code-seed").press("Enter")
    drive.until("lx.state.origin.seed === 41")
    drive.settled()
    drive.page.locator(".lx-code-cell[data-row='7'][data-column='5']").click()
    drive.until("lx.state.origin.seed === 46")


def styles(drive: Driver) -> None:
    click(".lx-kinds [data-kind=real]", ".lx-presets button:nth-of-type(2)", ".lx-sty-cell[data-r='2'][data-c='4']")(drive)
    for dial, value in (("psi", 65), ("cutoff", 4), ("blend", 55), ("noise", 30)):
        drive.slide(f"#lx-style-dials [data-dial={dial}] input", value)
        drive.settled()
    drive.page.locator(".lx-grain-seed").click()


def compare(drive: Driver) -> None:
    drive.page.locator(".lx-cmp-add").select_option("info")
    drive.settled()
    drive.page.locator(".lx-cmp-seed").fill("123")
    drive.page.locator(".lx-cmp-class").select_option(label="square")


def train(drive: Driver) -> None:
    drive.page.locator(".lx-families [data-value=gan]").click()
    drive.page.locator(".lx-data").select_option("sprites")
    drive.page.locator(".lx-recipes [data-value=cpu]").click()
    drive.page.evaluate("document.querySelectorAll('#lx-train .lx-form details').forEach((d) => { d.open = true; })")
    drive.page.locator("[data-setting=z_dim]").fill("33")
    drive.page.locator(".lx-name").fill("my own")


def latent_map(drive: Driver) -> None:
    drive.page.locator("[data-projection=pca]").click()
    drive.settled()
    drive.page.locator(".lx-by").focus()
    drive.page.keyboard.press("ArrowDown")
    drive.settled()
    drive.page.locator(".lx-legend button").first.click()
    drive.page.locator(".lx-between").click()
    for place in ({"x": 250, "y": 200}, {"x": 420, "y": 330}):
        drive.page.locator("#lx-plane .lx-plot").click(position=place)
        drive.settled()


def walk(drive: Driver) -> None:
    second = ".lx-key:nth-child(2) button:nth-of-type(2)"
    click(".lx-addseed", second, ".lx-shot-lerp canvas", "#lx-film .lx-both", "#lx-film .lx-loop")(drive)
    drive.page.locator("#lx-film .lx-length").focus()
    drive.page.keyboard.press("ArrowDown")
    drive.page.locator("#lx-film .lx-add").click()
    drive.settled()
    drive.page.locator("#lx-film .lx-transport input").focus()
    for key in ("Home", "PageUp", "PageUp"):
        drive.page.keyboard.press(key)
    drive.page.locator("#lx-film .lx-transport input").blur()


def collapse(drive: Driver) -> None:
    for at in ("1", "2", "3"):
        drive.page.locator(".lx-live-step").click()
        drive.page.wait_for_function(f"{LIVE}.at === '{at}'", timeout=180_000)
    drive.page.locator("#lx-collapse .lx-transport input").focus()
    drive.page.keyboard.press("ArrowLeft")
    drive.page.wait_for_function(f"{LIVE}.at === '2'")
    drive.settled()
    drive.page.locator(".lx-live-arrows").click()


REC, PYR, MIC, SUM = "#lx-reconstruct ", "#lx-pyramid ", "#lx-microscope ", "#lx-arithmetic "
TOLD = f"document.querySelector('{REC}[data-owing=\"0\"]') !== null"          # what is worked out behind, and asked for again, has come


def reconstruct(drive: Driver) -> None:
    drive.page.locator(REC + ".lx-index").fill("5")
    drive.page.locator(REC + ".lx-index").press("Enter")
    drive.settled()
    click(REC + ".lx-pin", REC + ".lx-another", REC + "[data-noise=block]", REC + "[data-mode=absolute]")(drive)
    drive.slide(REC + ".lx-way input", 0.25)


def drawing(drive: Driver) -> None:
    click(REC + "[data-source=draw]")(drive)
    box = drive.page.locator(REC + ".lx-pad").bounding_box()
    drive.page.mouse.move(box["x"] + 60, box["y"] + 60)
    drive.page.mouse.down()
    drive.page.mouse.move(box["x"] + 140, box["y"] + 160, steps=5)
    drive.page.mouse.up()
    drive.until("document.querySelector('#lx-reconstruct [data-ready]').dataset.kept === 'yes'")
    drive.settled()
    drive.until("+document.querySelector('#lx-reconstruct .lx-change').dataset.n > 0")
    drive.slide(REC + ".lx-edit:first-child input", 2)


def pyramid(drive: Driver) -> None:
    click(PYR + "[data-level='1'] .lx-reseed", PYR + "[data-level='0'] .lx-swap", PYR + ".lx-second")(drive)
    drive.slide(PYR + "[data-level='2'] .lx-blend input", 40)


def taken_apart(drive: Driver) -> None:
    click(PYR + "[data-source=held]")(drive)
    drive.page.locator(PYR + ".lx-index").fill("7")
    drive.page.locator(PYR + ".lx-index").press("Enter")
    click(PYR + "[data-level='1'] .lx-by", PYR + "[data-level='1'] .lx-reseed")(drive)


def directions(drive: Driver) -> None:
    click("#lx-directions [data-face=found]")(drive)
    drive.until("+document.querySelector('#lx-directions [data-found]')?.dataset.found > 0")
    click("#lx-directions [data-kind=principal] .lx-dir:nth-of-type(2) .lx-dir-name", "#lx-directions .lx-cells7 [data-value='2']")(drive)


def growing(drive: Driver) -> None:
    drive.slide(PYR + ".lx-fade input", 0.5)


def arithmetic(drive: Driver) -> None:
    click(SUM + "[data-slot=a] .lx-out:first-child", SUM + "[data-slot=c] h3", SUM + ".lx-ex:nth-child(12)", SUM + ".lx-noise")(drive)
    drive.slide(SUM + ".lx-strength input", 1.7)
    drive.settled()
    drive.page.locator(SUM + ".lx-filter").select_option("side\nright")


def microscope(drive: Driver) -> None:
    click(MIC + "[data-to=code]", MIC + "[data-order=strong]", MIC + "[data-to=units]", MIC + "[data-look=real]",
          MIC + ".lx-mic-cell[data-unit='7']")(drive)


def depth(drive: Driver) -> None:
    click(MIC + "[data-to=depth]")(drive)
    drive.until("document.querySelector('#lx-microscope [data-ready]').dataset.sizes > 0")
    drive.slide(MIC + ".lx-mic-k input", 2)


def texts(selector: str) -> str:
    return f"[...document.querySelectorAll({selector!r})].map((e) => e.textContent)"


def values(selector: str) -> str:
    return f"[...document.querySelectorAll({selector!r})].map((e) => e.type === 'checkbox' ? e.checked : e.value)"


def marked(selector: str) -> str:
    """Which of them are the chosen ones."""
    on = "e.classList.contains('on') || e.getAttribute('aria-checked') === 'true'"
    return f"[...document.querySelectorAll({selector!r})].map((e) => {on})"


def seen(expression: str) -> str:
    """Of the elements that it speaks of those alone that are in sight."""
    return expression.replace("].map(", "].filter((e) => e.checkVisibility()).map(")


ROWS = {
    "map": Row("tiny", latent_map, f"[{marked('.lx-projections button, .lx-map .lx-legend button')}, {values('.lx-by')}, {RANGES}, "
               f"[...{PLANE}.data[0].marker.color].join(), {texts('.lx-way-note')}, document.querySelectorAll('.lx-pair *').length]",
               (HERO, ".lx-latent"), "document.querySelector('#lx-plane [data-ready=true]') !== null"),
    "walk": Row("wide", walk, f"[{marked('#lx-film [data-way]')}, {values('#lx-film :is(.lx-length, .lx-transport input)')}, "
                f"{texts('#lx-film output, .lx-norm b')}, "
                "[...document.querySelectorAll('#lx-film [aria-pressed]')].map((e) => e.getAttribute('aria-pressed')), "
                "document.querySelectorAll('.lx-key').length]",
                (HERO, *(f".lx-key:nth-child({k}) canvas" for k in (1, 2, 3, 4)), ".lx-shot.chosen canvas")),
    "collapse": Row("tiny", collapse, f"[{texts('.lx-live-modes, .lx-live-figures dd')}, {LIVE}.step, {marked('.lx-live-data button')}, "
                    "document.querySelector('.lx-live-arrows').getAttribute('aria-pressed')]",
                    tuple(f".lx-live-panel:nth-child({k}) .lx-live-plane" for k in (1, 2, 3)),
                    f"{LIVE}.drawn > 0 && {LIVE}.state === 'paused'"),
    "codes": Row("info", codes, f"[{values('#lx-codes select, #lx-codes input')}, {texts('.lx-code-top, .lx-code-side')}, "
                 f"{marked('.lx-code-cell')}]", (HERO, ".lx-code-cells canvas")),
    "directions": Row("tiny", directions, seen(f"[{marked('#lx-directions :is(.lx-dir, .lx-switch button, .lx-cells7 button)')}, "
                      f"{texts('#lx-directions :is(.lx-which, .lx-tells)')}, {values('#lx-directions .lx-dir input')}]"),
                      (HERO,), view="codes"),
    "styles": Row("styled", styles, f"[{values('#lx-style-dials input, .lx-layers input, .lx-grain-one input')}, "
                  f"{texts('.lx-grain-from, #lx-right .lx-origin')}, {marked('.lx-sty-cell, .lx-presets button, .lx-kinds button')}]",
                  (HERO, ".lx-sheet", ".lx-psi-strip canvas")),
    "compare": Row("asked", compare, f"[{values('#lx-compare select, #lx-compare input')}]",
                   tuple(f".lx-cmp-run:nth-child({k}) canvas" for k in (1, 2, 3))),
    "reconstruct": Row("tiny", reconstruct,
                       seen(f"[{values(REC + ':is(.lx-index, .lx-spoil input, .lx-way input)')}, {marked(REC + 'button')}, "
                       f"{texts(REC + ':is(.lx-out-name, .lx-error, .lx-rank, .lx-source-note, .lx-spoil-told)')}]"),
                       (HERO, *(REC + c for c in (".lx-given", ".lx-out canvas", ".lx-diff canvas", ".lx-a canvas", ".lx-b canvas"))),
                       TOLD),
    "drawing": Row("tiny", drawing, seen(f"[{values(REC + '.lx-edit input')}, {marked(REC + 'button')}, "
                   f"{texts(REC + ':is(.lx-out-name, .lx-error, .lx-source-note)')}]"),
                   (HERO, *(REC + c for c in (".lx-given", ".lx-out canvas", ".lx-diff canvas"))), TOLD, view="reconstruct"),
    "pyramid": Row("levels", pyramid, seen(f"[{values(PYR + '.lx-blend input')}, {marked(PYR + 'button')}, {texts(PYR + '.lx-state')}]"),
                   (HERO, *(f"{PYR}[data-level='{k}'] {c} canvas" for k in range(3) for c in ("[data-row=sum]", ".lx-other")))),
    "taken apart": Row("levels", taken_apart,
                       seen(f"[{values(PYR + '.lx-index')}, {marked(PYR + 'button')}, {texts(PYR + '.lx-state')}]"),
                       (HERO, *(f"{PYR}[data-level='{k}'] [data-row=sum] canvas" for k in range(3))), view="pyramid"),
    "growing": Row("grown", growing, seen(f"[{values(PYR + '.lx-fade input')}, {texts(PYR + '.lx-fade-at')}]"),
                   (HERO, PYR + ".lx-fade canvas"), view="pyramid"),
    "arithmetic": Row("tiny", arithmetic,
                      seen(f"[{values(SUM + '.lx-strength input')}, {texts(SUM + ':is(.lx-verdict, .lx-said, .lx-count)')}, "
                      f"[...document.querySelectorAll('{SUM}.lx-ex')].map((e) => e.dataset.ref + e.dataset.in)]"),
                      (HERO, ".lx-nine canvas", *(f"{SUM}[data-slot={s}] .lx-mean canvas" for s in "abc"))),
    "microscope": Row("stack", microscope,
                      seen(f"[{marked(MIC + '[role=radio]')}, {texts(MIC + ':is(.lx-mic-title, .lx-mic-now, .lx-mic-told)')}]"),
                      (HERO, MIC + ".lx-mic-given", MIC + ".lx-mic-cell canvas")),
    "depth": Row("stack", depth,
                 seen(f"[{values(MIC + '.lx-mic-k input')}, {texts(MIC + '.lx-mic-size-three')}, "
                      f"{marked(MIC + '[role=radio]')}]"),
                 (HERO, *(f"{MIC}.lx-mic-size-three :nth-child({k}) canvas" for k in (1, 2, 3))), view="microscope"),
    "train": Row("tiny", train, f"[{values('#lx-train .lx-form :is(input,select)')}, {marked('#lx-train .lx-form [role=radio]')}]", ()),
}


def test_every_view_has_a_row():
    assert set(VIEWS) <= set(ROWS)


def opened(drive: Driver, address: str) -> Driver:
    """The page at an address, at rest."""
    drive.page.goto(address)
    drive.page.wait_for_selector(".lx-hero[data-n]", state="attached")
    drive.settled()
    return drive


def shown(drive: Driver, row: Row) -> tuple:
    drive.settled()
    drive.page.wait_for_function(row.ready, timeout=180_000)
    drive.settled()
    return drive.state(HERE), drive.page.evaluate(row.state), drive.page.evaluate(READ, list(row.pictures))


def far(a: list | None, b: list | None) -> float:
    """The largest difference of two pictures' pixels, of 255."""
    if a is None or b is None or a[:2] != b[:2]:
        return 256.0 if a != b else 0.0
    x, y = (np.frombuffer(base64.b64decode(p[2]), np.uint8).astype(int) for p in (a, b))
    return float(np.abs(x - y).max())


def same(drive: Driver, row: Row, known: tuple) -> None:
    """Wait until the page shows what is known; say what differs where it does not."""
    for _ in range(20):
        now = shown(drive, row)
        distances = [far(a, b) for a, b in zip(known[2], now[2], strict=True)]
        if now[:2] == known[:2] and max(distances, default=0) <= 2:
            break
    assert now[0] == known[0]
    assert now[1] == known[1]
    assert max(distances, default=0) <= 2, dict(zip(row.pictures, distances, strict=True))


@pytest.mark.parametrize("view", ROWS)
def test_undo_redo_a_reload_and_a_link_in_a_fresh_browser_restore_the_view(context, tab, everything, watch, view):
    row, drive = ROWS[view], Driver(context.new_page(), everything)
    opened(drive, f"{everything}/?run={row.run}&view={row.view or view}")
    first = shown(drive, row)
    row.act(drive)
    known, link, steps = shown(drive, row), drive.page.evaluate("lx.link()"), drive.page.evaluate("history.state.lx")
    assert known[1] != first[1] and steps > 0, "what was done can be seen, and undone"
    assert all(p is not None for p in known[2])
    travel(drive, "lx.undo()", steps)
    same(drive, row, first)
    travel(drive, "lx.redo()", steps)
    same(drive, row, known)
    drive.page.reload()
    drive.page.wait_for_selector(".lx-hero[data-n]", state="attached")
    same(drive, row, known)
    tab.clean()                                                    # nothing kept, no past
    assert drive.page.evaluate("history.length") == 1 and not context.cookies()
    same(opened(Driver(context.new_page(), everything), link), row, known)


def travel(drive: Driver, call: str, steps: int) -> None:
    """Undo or redo so many steps, each at rest."""
    for _ in range(steps):
        drive.page.evaluate(call)
        drive.settled()
