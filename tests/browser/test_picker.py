"""The list of runs: search, groups, what does not fit the view, keys, names that its owner gives, hundreds of runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route, expect

from explorer.i18n import words
from tests.explorer.conftest import data, make
from tests.explorer.generators import make_generator
from tests.explorer.styled import make_styled
from training import checkpoint
from training.run_label import LABEL

from .conftest import Driver
from .held import Held

pytestmark = pytest.mark.webgl

SHOWN = "[...document.querySelectorAll('#lx-picker .lx-run')].filter((e) => e.checkVisibility()).map((e) => e.dataset.run)"
FOCUS = "document.activeElement.dataset.run ?? document.activeElement.className"


def called(folder: Path, **changes) -> None:
    """Another data set's name and title in a run's card."""
    path = folder / checkpoint.CARD
    card = json.loads(path.read_text())
    card["data"] |= changes
    path.write_text(json.dumps(card))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """Three named as shipped ones are, on digits, faces and other images, and two of one's own: ours, and gan, which has no encoder."""
    root = tmp_path_factory.mktemp("shelf")
    for name, kind in (("vae-mnist", {"name": "mnist", "title": "MNIST"}), ("vae-faces", {"name": "faces", "title": "Cartoon faces"}),
                       ("vae-fashion", {"name": "zebras", "title": "Zebras"}), ("ours", {})):
        folder = make(root, name, data(), z_dim=4)
        if kind:
            called(folder, fingerprint=name.encode().hex().ljust(64, "0")[:64], **kind)
    make_generator(root, "gan", "gan", data(), z_dim=6)
    return root


@pytest.fixture
def drive(context, pages, shelf, watch) -> Driver:
    return Driver(context.new_page(), pages.over(shelf))


def groups(drive: Driver) -> dict[str, list[str]]:
    return drive.page.evaluate("""Object.fromEntries([...document.querySelectorAll('#lx-picker [role=group]')].map((g) =>
        [g.getAttribute('aria-label'), [...g.querySelectorAll('[role=option]')].map((e) => e.dataset.run)]))""")


def test_runs_are_in_groups_with_ones_own_first_and_marked(drive):
    drive.open("run=ours&view=walk")
    assert groups(drive) == {"Yours": ["gan", "ours"], "Digits": ["vae-mnist"], "Faces": ["vae-faces"], "Zebras": ["vae-fashion"]}
    assert list(groups(drive)) == ["Yours", "Digits", "Faces", "Zebras"]
    expect(drive.page.locator(".lx-run:has(em)")).to_have_count(2)
    drive.page.evaluate("lx.setLang('ko')")
    assert list(groups(drive)) == ["내 실행", "숫자", "얼굴", "Zebras"]


def test_what_does_not_fit_is_folded_away_and_opens_all_the_same(drive):
    drive.open("run=ours&view=map")
    page = drive.page
    assert "gan" not in page.evaluate(SHOWN)
    fold = page.locator(".lx-unfit summary")
    expect(fold).to_have_text("1 do not fit this view")
    fold.click()
    page.locator(".lx-run[data-run=gan]").click()
    drive.until("lx.state.run === 'gan'")
    expect(page.locator("#lx-now b")).to_have_text(drive.state("lx.runOf('gan').title"))
    expect(page.locator("#lx-now i")).to_have_text("not for this view")
    page.locator("[role=tab][data-view=walk]").click()
    drive.until("lx.state.view === 'walk'")
    expect(fold).to_be_hidden()
    assert drive.state("s.run") == "gan" and "gan" in page.evaluate(SHOWN)


def test_a_search_finds_by_every_word_of_what_is_told(drive):
    drive.open("run=ours&view=map")
    page, find = drive.page, drive.page.get_by_role("searchbox", name="Find a run")
    for search, runs in (("CARTOON vae", ["vae-faces"]), ("digits", ["vae-mnist"]), ("yours", ["ours"]),
                         ("vae-fa", ["vae-faces", "vae-fashion"])):
        find.fill(search)
        drive.until("(runs) => JSON.stringify(" + SHOWN + ") === JSON.stringify(runs)", runs)
    find.fill("no such run")
    expect(page.locator(".lx-run-none")).to_have_text(words("en")["run.find.none"])
    assert page.evaluate(SHOWN) == []
    find.press("Escape")
    assert len(page.evaluate(SHOWN)) == 4 and find.input_value() == ""
    find.fill("zebras")
    find.press("Enter")
    drive.until("lx.state.run === 'vae-fashion'")


def test_arrow_keys_move_and_open_nothing(drive):
    drive.open("run=vae-mnist&view=map")
    page, asked = drive.page, []
    drive.settled()
    page.on("request", lambda r: asked.append(r.url) if "/explorer/run/" in r.url else None)
    page.get_by_role("searchbox").focus()
    for key, at in (("ArrowDown", "ours"), ("ArrowDown", "vae-mnist"), ("End", "vae-fashion"), ("ArrowDown", "vae-fashion"),
                    ("Home", "ours"), ("PageDown", "vae-fashion"), ("PageUp", "ours"), ("ArrowUp", "lx-find"), ("ArrowDown", "ours")):
        page.keyboard.press(key)
        assert page.evaluate(FOCUS) == at, key
    drive.settled()
    assert drive.state("s.run") == "vae-mnist" and not asked
    assert page.locator("#lx-picker .lx-run[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    drive.until("lx.state.run === 'ours'")
    assert page.evaluate(FOCUS) == "ours" and len(asked) == 1
    expect(page.locator("#lx-picker [aria-selected=true]")).to_have_attribute("data-run", "ours")


def test_a_run_that_is_being_opened_says_so(drive):
    drive.open("run=ours&view=map")
    page, held = drive.page, Held(drive.page, "run/vae-faces")
    page.locator(".lx-run[data-run=vae-faces]").click()
    expect(page.locator(".lx-run[data-run=vae-faces]")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#lx-now i")).to_have_text("Opening …")
    held.let_go()
    drive.until("lx.state.run === 'vae-faces'")
    expect(page.locator("#lx-picker [aria-busy=true]")).to_have_count(0)
    expect(page.locator("#lx-now i")).to_contain_text("Cartoon faces")


def test_its_owner_names_and_describes_a_run(drive, shelf, watch):
    drive.open("run=vae-mnist&view=map")
    page = drive.page
    edit = page.get_by_role("button", name="Rename and describe")
    expect(edit).to_be_hidden()                                 # it came with the program
    page.locator(".lx-run[data-run=ours]").click()
    edit.click()
    page.get_by_label("Title").fill("Night <b>shift</b>")
    page.get_by_label("Description").fill("Two hours, no sleep")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".lx-run[data-run=ours] b")).to_have_text("Night <b>shift</b>")
    expect(page.locator("#lx-now b")).to_have_text("Night <b>shift</b>")
    expect(page.locator(".lx-now-said")).to_have_text("Two hours, no sleep")
    drive.until("document.title.startsWith('Night <b>shift</b> · ')")
    assert json.loads((shelf / "ours" / LABEL).read_text()) == {"title": "Night <b>shift</b>", "description": "Two hours, no sleep"}
    page.get_by_role("searchbox").fill("sleep")
    assert page.evaluate(SHOWN) == ["ours"]
    drive.open("run=ours&view=map")
    expect(page.locator("#lx-now b")).to_have_text("Night <b>shift</b>")
    page.route("**/explorer/name", lambda r: r.fulfill(status=422, json={"error": "The disk is full."}))
    watch.expected = "422"
    edit.click()
    page.get_by_label("Title").fill("Lost?")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".lx-naming-wrong")).to_have_text("The disk is full.")
    assert page.get_by_label("Title").input_value() == "Lost?", "what was typed is still there"
    page.keyboard.press("Escape")
    expect(page.locator(".lx-naming")).to_be_hidden()
    (shelf / "ours" / LABEL).unlink()


def test_a_visitor_sees_no_way_to_name(drive):
    def shared(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"training": False})
    drive.page.route("**/explorer/runs", shared)
    drive.open("run=ours&view=map")
    expect(drive.page.locator("#lx-now b")).to_be_visible()
    expect(drive.page.locator(".lx-now-edit")).to_be_hidden()


@pytest.mark.parametrize("height", [720, 900])
def test_the_row_that_the_page_itself_opens_is_in_sight(context, pages, watch, height):
    """Of the shipped runs, whose rows above it are higher than one supposes of rows out of sight."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": height})
    drive = Driver(page, pages.over(Path(__file__).parents[2] / "trained")).open("view=arithmetic")
    drive.settled()
    drive.until("""() => { const box = (s) => document.querySelector(s).getBoundingClientRect(), r = box('.lx-run.on'),
        l = box('.lx-run-list'); return r.top >= l.top - 1 && r.bottom <= Math.min(l.bottom, innerHeight) + 1; }""")


def test_four_hundred_runs(context, pages, watch, tmp_path):
    """They are listed at once and found at once, the open one is in sight, and not every picture is asked for."""
    first = make(tmp_path, "run-000", data(), with_map=False, z_dim=2)
    for k in range(1, 400):
        folder = tmp_path / f"run-{k:03d}"
        shutil.copytree(first, folder)
        card = json.loads((folder / checkpoint.CARD).read_text())
        (folder / checkpoint.CARD).write_text(json.dumps(card | {"name": folder.name, "title": f"Run {k}"}))
    page, asked = context.new_page(), []

    def heard(request: Request) -> None:
        if "/explorer/thumb/" in request.url:
            asked.append(request.url)
    page.on("request", heard)
    drive = Driver(page, pages.over(tmp_path)).open("run=run-250&view=codes")
    drive.until("document.querySelectorAll('.lx-run').length === 400")
    row = page.locator(".lx-run[data-run=run-250]")
    drive.until("""() => { const box = (s) => document.querySelector(s).getBoundingClientRect(), r = box('.lx-run.on'),
        l = box('.lx-run-list'); return r.top >= l.top - 1 && r.bottom <= l.bottom + 1; }""")
    drive.settled()
    assert len(set(asked)) < 200, f"{len(set(asked))} pictures"
    took = page.evaluate("""() => { const find = document.querySelector('.lx-find'), start = performance.now();
        for (const text of ['3', '39', '399', '']) { find.value = text; find.dispatchEvent(new Event('input')); }
        return performance.now() - start; }""")
    assert took < 4000
    page.get_by_role("searchbox").fill("run 399")
    assert page.evaluate(SHOWN) == ["run-399"]
    page.keyboard.press("Enter")
    drive.until("lx.state.run === 'run-399'")
    expect(row).to_have_count(0)


@pytest.fixture(scope="module")
def first_visit(tmp_path_factory) -> Path:
    """a-gan, which draws alone; plane: a VAE of two numbers whose map was measured; info: an InfoGAN; styled: StyleALAE."""
    root = tmp_path_factory.mktemp("first")
    make_generator(root, "a-gan", "gan", data(), z_dim=6)
    plane = make(root, "plane", data(), z_dim=2)
    checkpoint.update(plane, metrics={"map_accuracy": {"value": 0.8, "unit": "", "protocol": ""}})
    clear = make(root, "clear", data(), z_dim=4)
    checkpoint.update(clear, metrics={"map_accuracy": {"value": 0.9, "unit": "", "protocol": ""}})
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    make_styled(root, "styled", data(), family="stylealae")
    return root


@pytest.fixture
def fresh(context, pages, first_visit, watch) -> Driver:
    return Driver(context.new_page(), pages.over(first_visit))


def test_a_first_visit_is_told_what_it_sees_and_what_to_do_once(fresh):
    page = fresh.map("").page
    assert fresh.state("[s.run, s.view]") == ["plane", "map"]
    expect(page.locator(".lx-manifold, .lx-grid").first).to_be_attached()
    box = page.locator(".lx-welcome")
    expect(box).to_contain_text("“Tiny VAE”, trained on Shapes")
    expect(box).to_contain_text(words("en")["start.map"])
    page.evaluate("lx.setLang('ko')")
    expect(box).to_contain_text(words("ko")["start.map"])
    page.locator("[role=tab][data-view=codes]").click()
    expect(box).to_contain_text(words("ko")["start.codes"])
    page.locator("[role=tab][data-view=microscope]").click()
    expect(box).to_contain_text(words("ko")["start.microscope"])
    page.evaluate("lx.open('a-gan')")
    expect(box).to_contain_text(words("ko")["start.microscope.generator"])    # it has no units to click
    box.get_by_role("button").click()
    expect(box).to_be_hidden()
    fresh.open("")
    expect(page.locator("#lx-now b")).to_have_text("Tiny VAE")
    expect(box).to_be_hidden()


def test_a_run_that_was_to_show_a_view_is_not_opened_once_the_view_is_left(fresh):
    page = fresh.map("").page
    held = Held(page, "run/info*")
    page.locator("[role=tab][data-view=codes]").click()
    fresh.until("lx.state.opening === 'info'")
    held.asked()
    page.locator("[role=tab][data-view=map]").click()
    fresh.until("lx.state.view === 'map'")
    held.let_go()
    fresh.settled()
    assert fresh.state("[s.run, s.view, s.opening]") == ["plane", "map", None]


def test_a_view_that_is_chosen_before_any_run_is_there_opens_on_its_own(fresh):
    page, held = fresh.page, Held(fresh.page, "run/plane*")
    page.goto(f"{fresh.server}/")
    fresh.until("lx.state.opening === 'plane'")
    page.locator("[role=tab][data-view=codes]").click()
    fresh.until("lx.state.view === 'codes'")
    held.let_go()
    fresh.until("lx.state.run === 'info'")
    fresh.settled()
    assert fresh.state("[s.run, s.view, s.opening, s.shows]") == ["info", "codes", None, "codes"]


@pytest.mark.parametrize("width", [1280, 420])
def test_no_stage_lies_over_what_stands_below_it(fresh, width):
    """With the first visit's line, which takes its place from them."""
    page = fresh.page
    page.set_viewport_size({"width": width, "height": 800})
    fresh.open("")
    for view in [*page.evaluate("lx.views.map((v) => v.name)"), "clear"]:
        if view == "clear":
            fresh.open("run=clear&view=codes")         # directions alone, and the chart under them
        else:
            page.evaluate("(v) => lx.show(v)", view)
        fresh.settled()
        over = page.evaluate("""() => [...document.querySelectorAll('.lx-fill>.html-container>div')].filter((e) => e.checkVisibility())
            .map((e) => [e.closest('[id]').id, e.scrollHeight - e.clientHeight]).filter(([, by]) => by > 1)""")
        assert over == [], (view, fresh.state("s.run"))


@pytest.mark.parametrize(("view", "run"), [("map", "plane"), ("codes", "info"), ("styles", "styled")])
def test_each_view_opens_on_the_run_that_shows_its_point(fresh, view, run):
    fresh.open(f"view={view}")
    assert fresh.state("[s.run, s.view]") == [run, view]


def test_styles_opens_on_real_images_and_colours_and_a_link_on_what_it_says(fresh):
    page = fresh.open("view=styles").page
    pressed = "[...document.querySelectorAll('#view-styles .lx-chip.on')].map((e) => e.textContent)"
    fresh.until(f"{pressed}.includes('Colours') && {pressed}.includes('Real images')")
    fresh.settled()
    kept = fresh.state("s.kept.sty")
    page.reload()
    fresh.until(f"window.lx?.state.run === 'styled' && {pressed}.includes('Colours') && {pressed}.includes('Real images')")
    fresh.settled()
    assert kept and fresh.state("s.kept.sty") == kept
    fresh.open("run=styled&view=styles")
    fresh.until(f"{pressed}.includes('Samples')")
    assert "Colours" not in page.evaluate(pressed)


def test_each_view_opens_on_its_run_until_somebody_chooses_one_or_changes_what_is_drawn(fresh):
    page = fresh.open("").page
    assert fresh.state("s.run") == "plane"
    page.locator("[role=tab][data-view=codes]").click()
    fresh.until("lx.state.run === 'info'")
    page.locator("[role=tab][data-view=styles]").click()
    fresh.until("lx.state.run === 'styled'")
    page.locator(".lx-undo").click()
    fresh.until("lx.state.run === 'info' && lx.state.view === 'codes'")
    fresh.settled()
    fresh.open("")
    page.get_by_role("button", name="New seed").first.click()
    fresh.until("lx.state.origin.kind === 'seed'")
    fresh.settled()
    code = fresh.state("lx.b64(s.w)")
    page.locator("[role=tab][data-view=codes]").click()
    fresh.settled()
    assert fresh.state("[s.run, lx.b64(s.w)]") == ["plane", code], "somebody's own image, which fits, stays"
    page.locator("[role=tab][data-view=styles]").click()
    fresh.until("lx.state.run === 'styled'")
    fresh.open("run=a-gan&view=codes")
    page.locator("[role=tab][data-view=map]").click()
    expect(page.locator("#lx-why button")).to_have_text("Open Tiny VAE")
    assert fresh.state("s.run") == "a-gan", "a run that somebody chose is nobody else's to change"
    page.locator("#lx-why button").click()
    fresh.until("lx.state.run === 'plane'")


def test_on_a_phone_the_open_run_is_always_on_the_screen(fresh):
    page = fresh.page
    page.set_viewport_size({"width": 420, "height": 860})
    fresh.open("run=info&view=codes")
    here = page.locator(".lx-here")
    expect(here).to_contain_text(fresh.state("lx.runOf('info').title"))
    fresh.settled()
    page.evaluate("scrollTo(0, 1500)")
    fresh.until("scrollY > 200")
    box = here.bounding_box()
    assert box["y"] >= 0 and 840 < box["y"] + box["height"] <= 861
    here.click()
    expect(page.locator("#lx-left")).to_be_visible()
    page.locator(".lx-run[data-run=a-gan]").click()
    expect(page.locator("#lx-left")).to_be_hidden()
    expect(here).to_contain_text(fresh.state("lx.runOf('a-gan').title"))
