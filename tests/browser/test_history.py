"""Changes of code, run and view are steps: Back, Forward, Ctrl-Z and the buttons go through them; what no person did is none."""

from __future__ import annotations

import shutil

from playwright.sync_api import expect

from tests.explorer.conftest import data, make

from .conftest import Driver
from .held import Held

HERE = "[s.run, s.view, window.lx.b64(s.w), JSON.stringify(s.origin), s.kept]"
STEP = "history.state.lx"


def rest(drive):
    """The state at rest, and the hero's pixels."""
    drive.settled()
    return [*drive.state(HERE), drive.pixels()]


def travelled(drive, keys: str, to: int):
    """What is at rest at step ``to``, where ``keys`` lead."""
    drive.page.keyboard.press(keys)
    drive.until("(n) => history.state.lx === n", to)
    return rest(drive)


def step(drive) -> int:
    return drive.page.evaluate(STEP)


def test_each_change_is_a_step_for_back_and_forward(drive):
    drive.open("run=tiny&view=codes")
    page, seen = drive.page, [rest(drive)]
    assert step(drive) == 0
    acts = (lambda: page.locator(".lx-seed").click(), lambda: page.locator("[role=tab][data-view=walk]").click(),
            lambda: page.locator(".lx-run[data-run=plane]").click(), lambda: page.locator(".lx-seed").click())
    for k, act in enumerate(acts):
        act()
        drive.until("(n) => history.state.lx === n", k + 1)
        seen.append(rest(drive))
        assert step(drive) == k + 1 and seen[-1] != seen[-2]
    for was in seen[-2::-1]:
        page.evaluate("history.back()")
        drive.until("(n) => history.state.lx === n", seen.index(was))
        assert rest(drive) == was
    for was in seen[1:]:
        page.evaluate("history.forward()")
        drive.until("(n) => history.state.lx === n", seen.index(was))
        assert rest(drive) == was
    page.reload()
    page.wait_for_selector(".lx-hero[data-n]")
    assert rest(drive) == seen[-1]
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()


def test_undo_and_redo_by_key_and_button(drive):
    drive.open("run=tiny&view=codes")
    page, first = drive.page, rest(drive)
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    page.locator(".lx-seed").click()
    drive.until("window.lx.state.origin.kind === 'seed'")
    second = rest(drive)
    page.keyboard.press("Control+z")
    drive.until("history.state.lx === 0")
    assert rest(drive) == first
    expect(undo).to_be_disabled()
    redo.focus()
    page.keyboard.press("Enter")
    drive.until("history.state.lx === 1")
    assert rest(drive) == second
    expect(redo).to_be_disabled()
    undo.click()
    drive.until("history.state.lx === 0")
    page.keyboard.press("Control+Shift+z")
    drive.until("history.state.lx === 1")
    assert rest(drive) == second
    page.keyboard.press("Control+z")
    drive.until("history.state.lx === 0")
    page.locator("[role=tab][data-view=walk]").click()                       # another way from here: there is nothing to redo
    drive.until("history.state.lx === 1")
    expect(redo).to_be_disabled()
    assert drive.state(HERE)[2] == first[2]


def test_steps_to_a_run_that_was_deleted_are_passed_by(context, pages, trained, tmp_path, watch):
    root = tmp_path / "runs"
    shutil.copytree(trained, root)
    make(root, "gone", data(), z_dim=6)
    drive = Driver(context.new_page(), pages.over(root)).open("run=tiny&view=codes")
    page, first = drive.page, rest(drive)
    for k, act in enumerate((".lx-run[data-run=gone]", ".lx-seed", ".lx-run[data-run=plane]", ".lx-run[data-run=gone]")):
        page.locator(act).click()
        drive.until("(n) => history.state.lx === n", k + 1)
        last = rest(drive)
        if k == 2:
            plane = last
    shutil.rmtree(root / "gone")
    page.evaluate("lx.refresh()")
    drive.until("lx.state.run !== 'gone' && !lx.state.opening")      # the page goes on with a run that is there, whole
    instead = rest(drive)
    assert instead[0] in ("tiny", "plane") and instead[1] == "codes" and len(instead[2]) != len(last[2])
    assert travelled(drive, "Control+z", 3) == plane
    assert travelled(drive, "Control+z", 0) == first
    assert travelled(drive, "Control+y", 3) == plane
    assert page.locator("#lx-toast[data-kind=error]").count() == 0, "nothing was asked that could not be had"


def test_one_act_is_one_step(drive):
    """A drag, a run of arrow keys, digits in a field; and what follows by itself is part of it."""
    drive.open("run=tiny&view=codes")
    page = drive.page
    drive.settled()
    slider = page.locator("#lx-slider-0 input[type=range]")
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for k in range(20):
        page.mouse.move(box["x"] + box["width"] * (0.5 + k / 50), y)
    page.mouse.up()
    dragged = rest(drive)
    assert step(drive) == 1 and dragged[3] == '{"kind":"sliders"}'
    page.evaluate("Object.defineProperty(Event.prototype, 'timeStamp', { get: () => 1e6 })")     # in quick succession, on any machine
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    moved = rest(drive)
    assert step(drive) == 2 and moved[2] != dragged[2]
    page.evaluate("for (let k = 0; k < 30; k++) lx.setCode(lx.state.w.map((v) => v + 0.01), {kind: 'walk', t: k / 30})")
    played = rest(drive)
    assert step(drive) == 2 and played[3].startswith('{"kind":"walk"')
    assert travelled(drive, "Control+z", 1) == dragged
    assert travelled(drive, "Control+y", 2) == played


def test_ctrl_z_in_a_field_is_the_field_s(made):
    made.page.goto(f"{made.server}/?run=wide&view=compare&cmp=wide,tiny")
    made.page.wait_for_selector("#lx-compare [data-panels]", state="attached")
    made.settled()
    seed = made.page.locator(".lx-cmp-seed")
    seed.click()
    seed.press("Control+a")
    seed.press_sequentially("123")
    made.until("window.lx.state.kept.seed === '123'")
    made.settled()
    assert step(made) == 1                                                     # three digits, one step
    seed.press("Control+z")
    made.until("document.querySelector('.lx-cmp-seed').value !== '123'")
    made.settled()
    assert step(made) == 1


def test_back_during_a_load_wins_over_it(drive):
    """An answer that was asked for before a restore does not arrive after it."""
    drive.open("run=tiny&view=codes")
    page, first = drive.page, rest(drive)
    page.locator("[role=tab][data-view=walk]").click()
    drive.until("history.state.lx === 1")
    drive.settled()
    held = Held(page, "code", '"sample"')
    page.locator(".lx-seed").click()
    held.asked()
    page.evaluate("history.back()")
    drive.until("history.state.lx === 0")
    drive.until("window.lx.state.view === 'codes'")
    held.let_go()
    assert rest(drive) == first


def test_a_link_pasted_over_the_address_is_restored(drive):
    """It differs behind the # alone, so that no browser loads the page anew."""
    drive.open("run=tiny&view=codes")
    page, first = drive.page, rest(drive)
    page.locator(".lx-seed").click()
    drive.until("history.state.lx === 1")
    second, link = rest(drive), page.evaluate("window.lx.link()")
    page.keyboard.press("Control+z")
    drive.until("history.state.lx === 0")
    page.evaluate("window.stayed = true")
    page.evaluate("(link) => { location.href = link; }", link)
    drive.until("history.state?.lx === 1")
    assert rest(drive) == second and page.evaluate("window.stayed")
    page.evaluate("history.back()")
    drive.until("history.state.lx === 0")
    assert rest(drive) == first


def test_many_changes_do_not_reach_a_browser_s_limit(drive):
    drive.open("run=tiny&view=codes")
    page = drive.page
    drive.settled()
    calls = page.evaluate("""async () => { const calls = [], b = document.createElement('button');
      for (const k of ['pushState', 'replaceState']) { const was = history[k].bind(history);
        history[k] = (...a) => { calls.push(performance.now()); was(...a); }; }
      document.body.append(b);
      b.onclick = () => lx.setCode(lx.state.w.map((v) => v + 0.01), {kind: 'sliders'});
      for (let k = 0; k < 120; k++) {
        for (const type of ['pointerdown', 'pointerup']) b.dispatchEvent(new PointerEvent(type, {bubbles: true}));
        b.click();
        await new Promise((ok) => setTimeout(ok, 2));                          // each act is over before the next
      }
      return calls; }""")
    most = max(sum(at <= later < at + 30_000 for later in calls) for at in calls)
    assert most <= 95, f"{most} in 30 seconds"
    assert step(drive) >= 40
