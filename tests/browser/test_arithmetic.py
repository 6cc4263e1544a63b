"""A − B + C: opens on an example, takes exemplars by click, drag and key, and what is shown is what the codes say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.latent import arithmetic, galleries, seed_to_image
from explorer.runs.session import Session
from tests.explorer.conftest import data, make

from .held import Held

BOX = "document.querySelector('#lx-arithmetic [data-mounted]')"
DATA = f"{BOX}.dataset"
NINE = "document.querySelector('.lx-nine canvas')"
CELLS = f"""() => {{ const c = {NINE}, x = c.getContext('2d'), step = c.width / 3, out = [];
    for (let k = 0; k < 9; k++) {{
        const at = [k % 3, Math.floor(k / 3)].map((v) => Math.round((v + 0.2) * step)), side = Math.round(0.6 * step);
        const d = x.getImageData(...at, side, side).data; let s = 0;
        for (let i = 0; i < d.length; i += 4) s += d[i];
        out.push(4 * s / d.length); }}
    return out; }}"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """a-plain: nothing but classes. b-many: labelled by an attribute as well."""
    root = tmp_path_factory.mktemp("sums")
    labelled = data()
    split = dataclasses.replace(labelled.test, attributes=None)
    spec = dataclasses.replace(labelled.spec, name="plain-shapes", attributes=())
    plain = dataclasses.replace(labelled, spec=spec, train=split, test=split)
    make(root, "a-plain", plain, z_dim=6)
    card = make(root, "b-many", labelled, z_dim=6) / "card.json"
    values = json.loads(card.read_text("utf-8"))
    values["metrics"] |= {"arithmetic_changed": {"value": 0.88, "unit": "", "protocol": "none"},
                          "arithmetic_kept": {"value": 0.915, "unit": "", "protocol": "none"}}
    card.write_text(json.dumps(values), "utf-8")
    return root


@pytest.fixture
def server(pages, trained) -> str:
    return pages.over(trained)


@pytest.fixture(scope="module")
def run(trained):
    return Session(trained).run("b-many")


def opened(drive, query: str = "run=b-many&view=arithmetic"):
    drive.open(query)
    drive.until(f"{BOX} && +{DATA}.n > 0 && +{DATA}.means > 0 && +{DATA}.shown > 0 && +document.querySelector('.lx-nine').dataset.n > 0")
    return drive.page


def parts(page) -> list[list[str]]:
    return [p.split(".") for p in page.evaluate(f"{DATA}.parts").split("~")]


def code(run, groups: list[list[str]], strength: float = 1.0) -> np.ndarray:
    a, b, c = (galleries.exemplars(run, g) for g in groups)
    return arithmetic.combine(a, b, c, strength)


def settled(drive, run, groups: list[list[str]], strength: float = 1.0) -> None:
    """The current code is that sum."""
    drive.until("(w) => lx.state.origin.kind === 'arithmetic' && w.every((v, i) => Math.abs(v - lx.state.w[i]) < 1e-3)",
                code(run, groups, strength).tolist())


def test_opens_where_images_are_labelled_in_many_ways_on_a_sum(drive, run):
    page = opened(drive, "view=arithmetic")
    assert drive.state("s.run") == "b-many", "a-plain would be first by name"
    groups = parts(page)
    assert all(len(g) == 3 and all(r[0] == "r" for r in g) for g in groups)
    assert drive.state("s.origin.kind") == "point", "the code is still the one that the run was opened with"
    expect(page.locator(".lx-arith-take")).to_contain_text("Your current code is another one")
    page.get_by_role("button", name="Take the result").click()
    settled(drive, run, groups)
    expect(page.locator(".lx-arith-take")).to_be_empty()
    a, b, c = (galleries.exemplars(run, g) for g in groups)
    lines, _ = galleries.checked(run, a, b, c, 1.0)
    asked = [line for line in lines if line.wanted]
    assert page.evaluate(f"{DATA}.agrees") == (str(all(line.agrees for line in asked)).lower() if asked else "")
    expect(page.locator(".lx-mark.card")).to_have_text("In 200 trials: 88 % changed, 92 % kept")
    marks = page.locator(".lx-mark.good, .lx-mark.warn").count()
    assert marks >= len(asked)
    drawn = run.decode(arithmetic.neighbours(arithmetic.combine(a, b, c), galleries.spread(run)))
    h = drawn.shape[1]
    inside = drawn[:, round(0.2 * h):round(0.8 * h), round(0.2 * h):round(0.8 * h)].reshape(9, -1).mean(1)
    assert np.abs(np.array(page.evaluate(CELLS)) - inside).max() < 12, "the nine pictures are those of the nine codes"


def test_click_drag_and_key_put_exemplars_in(drive, run):
    page = opened(drive)
    groups = parts(page)
    listed = page.evaluate("[...document.querySelectorAll('.lx-ex')].map((b) => b.dataset.ref)")
    free = [r for r in listed if not any(r in g for g in groups)]
    before = page.evaluate(f"{NINE}.toDataURL()")
    page.locator(".lx-slot[data-slot=b] h3").click()
    page.locator(f".lx-ex[data-ref={free[0]}]").click()
    groups[1].append(free[0])
    settled(drive, run, groups)
    drive.until(f"(was) => {NINE}.toDataURL() !== was", before)
    page.drag_and_drop(f".lx-ex[data-ref={free[1]}]", ".lx-slot[data-slot=c] .lx-mean")
    groups[2].append(free[1])
    settled(drive, run, groups)
    page.locator(f".lx-ex[data-ref={free[2]}]").focus()
    page.keyboard.press("a")
    groups[0].append(free[2])
    settled(drive, run, groups)
    assert parts(page) == groups and page.evaluate(f"document.querySelector('.lx-ex[data-ref={free[2]}]').dataset.in") == "A"
    page.locator(f".lx-slot[data-slot=b] .lx-out[data-ref={free[0]}]").click()
    groups[1].remove(free[0])
    settled(drive, run, groups)


def test_a_group_can_be_cleared_so_that_it_holds_one_face_alone(drive, run):
    page = opened(drive)
    groups = parts(page)
    free = next(r for r in page.evaluate("[...document.querySelectorAll('.lx-ex')].map((b) => b.dataset.ref)") if r not in sum(groups, []))
    page.get_by_role("button", name="Clear C").click()
    drive.until(f"{DATA}.parts.endsWith('~')")
    expect(page.locator(".lx-slot[data-slot=c] .lx-out")).to_have_count(0)
    expect(page.locator(".lx-slot[data-slot=c] .lx-empty")).to_be_disabled()
    expect(page.locator(".lx-arith-take")).to_contain_text("A, B and C each need an exemplar. Drag one there")
    page.locator(f".lx-ex[data-ref={free}]").click()
    alone = [groups[0], groups[1], [free]]
    settled(drive, run, alone)
    drive.settled()
    link = page.evaluate("lx.link()")
    page.evaluate("lx.undo()")
    page.evaluate("lx.undo()")
    drive.until("(was) => " + DATA + ".parts === was", "~".join(".".join(g) for g in groups))
    page.locator(f".lx-ex[data-ref={free}]").press("c")
    settled(drive, run, [groups[0], groups[1], [*groups[2], free]])
    page.get_by_role("button", name="Last only in C").click()
    settled(drive, run, alone)
    page.goto("about:blank")
    opened(drive, link.split("?")[1])
    assert parts(page) == alone


def test_the_dial_the_noise_and_the_neighbours(drive, run):
    page = opened(drive)
    groups, before = parts(page), page.evaluate(f"{NINE}.toDataURL()")
    drive.slide(".lx-strength input", 2.5)
    settled(drive, run, groups, 2.5)
    drive.until(f"(was) => {NINE}.toDataURL() !== was", before)
    drive.slide(".lx-strength input", 0)
    settled(drive, run, [groups[0], groups[0], groups[2]])
    drive.until(f"{DATA}.strength === '0'")
    drive.settled()
    before, cells = page.evaluate(f"{NINE}.toDataURL()"), page.evaluate(CELLS)
    page.get_by_role("button", name="New noise").click()
    drive.until(f"(was) => {NINE}.toDataURL() !== was", before)
    assert abs(page.evaluate(CELLS)[4] - cells[4]) < 1, "the middle is the result itself"
    drive.settled()
    seed = int(drive.state("s.kept.abc").split("~")[4])
    page.get_by_role("button", name="Take neighbour 1").click()
    expected = arithmetic.neighbours(code(run, groups, 0.0), galleries.spread(run), seed=seed)[0]
    drive.until("(w) => w.every((v, i) => Math.abs(v - window.lx.state.w[i]) < 1e-3)", expected.tolist())


def test_new_noise_right_after_a_change_does_not_swallow_it(drive, run):
    page = opened(drive)
    page.evaluate("document.querySelector('.lx-slot[data-slot=a] .lx-out').click(); document.querySelector('.lx-noise').click();")
    settled(drive, run, parts(page))


def test_filters_and_samples(drive, run):
    page = opened(drive)
    page.get_by_label("Show only").select_option("side\nright")
    right = int((run.held.attributes[:, 0] == 1).sum())
    drive.until(f"{DATA}.gallery === '{right}'")
    refs = page.evaluate("[...document.querySelectorAll('.lx-ex')].map((b) => +b.dataset.ref.slice(1))")
    assert len(refs) == min(48, right) and (run.held.attributes[refs, 0] == 1).all()
    page.get_by_role("button", name="Do not filter by side right").click()
    drive.until(f"{DATA}.gallery === '120'")
    page.get_by_role("radio", name="Samples").click()
    drive.until(f"{DATA}.gallery === '{galleries.SAMPLES}' && document.querySelectorAll('.lx-ex canvas[data-drawn]').length === 48")
    shown = page.evaluate("[...document.querySelector('.lx-ex[data-ref=s7] canvas').getContext('2d').getImageData(0, 0, 28, 28).data]")
    drawn = seed_to_image.image(run, 7)[..., 0].astype(int)
    assert np.abs(np.array(shown).reshape(28, 28, 4)[..., 0] - drawn).max() <= 2
    page.get_by_role("button", name="Next exemplars").click()
    page.wait_for_selector(".lx-ex[data-ref=s48]")


def test_the_link_restores_everything(drive, run):
    page = opened(drive)
    page.locator(".lx-slot[data-slot=c] h3").click()
    page.locator(".lx-ex").nth(11).click()
    drive.slide(".lx-strength input", 1.7)
    page.get_by_role("button", name="New noise").click()
    page.get_by_label("Show only").select_option("side\nright")
    settled(drive, run, parts(page), 1.7)
    drive.settled()
    total = page.evaluate(f"{DATA}.gallery")
    link, groups, hero = page.evaluate("window.lx.link()"), parts(page), drive.pixels()
    nine = page.evaluate(f"{NINE}.toDataURL()")
    page.goto("about:blank")
    opened(drive, link.split("?", 1)[1])
    assert parts(page) == groups and page.evaluate("document.querySelector('.lx-strength output').textContent") == "1.70"
    drive.until(f"(was) => {NINE}.toDataURL() === was", nine)
    assert drive.pixels() == hero
    drive.until(f"(was) => {DATA}.gallery === was", total)
    expect(page.get_by_role("button", name="Do not filter by side right")).to_be_visible()
    page.locator(".lx-slot[data-slot=c] .lx-out").last.click()
    drive.until("(was) => lx.state.kept.abc.split('~').slice(0, 3).join('~') !== was", "~".join(".".join(g) for g in groups))
    page.go_back()
    drive.until(f"(was) => {DATA}.parts === was", "~".join(".".join(g) for g in groups))
    drive.until(f"(was) => {NINE}.toDataURL() === was", nine)


def test_what_belongs_to_another_sum_is_dimmed_and_goes_where_its_own_fails(drive, watch):
    page = opened(drive)
    drive.settled()
    held, watch.expected = Held(page, "code", '"sum"'), "422"
    page.locator(".lx-slot[data-slot=a] .lx-out").first.click()
    expect(page.locator(".lx-verdict")).to_have_css("opacity", "0.25")
    expect(page.locator(".lx-result .lx-said")).to_have_css("opacity", "0.25")
    held.refuse("It cannot be added up.")
    expect(page.locator(".lx-verdict")).to_have_css("opacity", "1")
    assert page.locator(".lx-mark:not(.card)").count() == 0
    expect(page.locator(".lx-result .lx-said")).to_be_empty()
    for _ in range(2):
        page.locator(".lx-slot[data-slot=a] .lx-out").first.click()
    expect(page.locator(".lx-nine canvas")).to_be_hidden()
    expect(page.locator(".lx-slot[data-slot=a] canvas").first).to_be_hidden()
    expect(page.get_by_role("button", name="Take the result")).to_be_disabled()
    held = Held(page, "code", '"gallery"')
    page.get_by_label("Show only").select_option("side\nright")
    expect(page.locator(".lx-gallery")).to_have_css("opacity", "0.25")
    held.refuse("It cannot be listed.")
    expect(page.locator(".lx-gallery")).to_have_css("opacity", "1")
    assert page.locator(".lx-filters button").count() == 0, "what is shown is not filtered"


def test_without_a_sum_the_code_stays_and_is_called_what_it_is(drive):
    page, origin = opened(drive), drive.page.locator("#lx-right .lx-origin")
    page.get_by_role("button", name="Take the result").click()
    for _ in range(len(parts(page)[0]) - 1):
        page.locator(".lx-slot[data-slot=a] .lx-out").first.click()
        drive.settled()
    expect(origin).to_have_text("A − B + C")
    w = drive.state("Array.from(s.w)")
    page.locator(".lx-slot[data-slot=a] .lx-out").click()
    expect(origin).to_have_text("result of an earlier A − B + C")
    assert drive.state("Array.from(s.w)") == w
    drive.settled()
    page.evaluate("lx.undo()")
    expect(origin).to_have_text("A − B + C")


def test_a_saved_direction_is_a_slider_and_a_file(drive, run):
    page = opened(drive)
    groups = parts(page)
    vector = code(run, groups) - code(run, groups, 0.0)
    page.get_by_role("textbox", name="Name of the direction").fill("my way")
    with page.expect_download() as file:
        page.get_by_role("button", name="Download the direction as JSON").click()
    saved = json.loads(Path(file.value.path()).read_text("utf-8"))
    assert saved["name"] == "my way" and saved["run"] == "b-many" and saved["exemplars"] == {"a": groups[0], "b": groups[1]}
    assert np.allclose(saved["vector"], vector, atol=1e-3) and saved["weights_sha256"] == run.card.weights_sha256
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("tab", name="Codes").click()
    page.get_by_role("radio", name="Directions found after training").click()
    slider = page.get_by_role("slider", name="my way")
    expect(slider).to_be_visible()
    drive.until("document.querySelector('section[data-kind=own] .lx-dir')?.dataset.effect !== 'being measured …'")
    before, unit = np.array(drive.state("Array.from(s.w)")), vector / np.linalg.norm(vector)
    slider.evaluate("(e) => { e.value = 2; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    drive.until("window.lx.state.origin.kind === 'found'")
    step = np.array(drive.state("Array.from(s.w)")) - before
    assert np.linalg.norm(step) > 0.1 and abs(step @ unit) / np.linalg.norm(step) > 0.999
    page.reload()
    expect(page.get_by_role("slider", name="my way")).to_be_visible()
    page.get_by_role("button", name="Remove my way").click()
    expect(page.get_by_role("slider", name="my way")).to_have_count(0)
    page.locator("#lx-directions input[type=file]").set_input_files(files=[
        {"name": "d.json", "mimeType": "application/json", "buffer": json.dumps(saved | {"name": "back"}).encode()}])
    expect(page.get_by_role("slider", name="back")).to_be_visible()
    page.locator("#lx-directions input[type=file]").set_input_files(files=[
        {"name": "d.json", "mimeType": "application/json", "buffer": json.dumps(saved | {"vector": [1, 2]}).encode()}])
    expect(page.locator("#lx-toast")).to_have_text("The direction has 2 numbers; this run's codes have 6.")


def test_another_run_has_a_sum_of_its_own(drive, run):
    page = opened(drive)
    drive.until("new URLSearchParams(new URL(window.lx.link()).hash.slice(1)).get('abc')")
    before = page.evaluate(f"{DATA}.parts")
    page.locator(".lx-run[data-run=a-plain]").click()
    drive.until(f"{DATA}.ready === 'a-plain' && +{DATA}.n > 1")
    drive.settled()
    assert drive.state("s.kept.abc").startswith(page.evaluate(f"{DATA}.parts"))
    page.locator(".lx-run[data-run=b-many]").click()
    drive.until(f"{DATA}.ready === 'b-many' && +{DATA}.n > 2")
    assert page.evaluate(f"{DATA}.parts") == before
    assert drive.state("s.origin.kind") == "point"
