"""The Microscope view, by data and pixels: units and what excites them, codes, depth and size, random codes, PCA, the link."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.explorer.conftest import data
from tests.explorer.encoded import make_encoded
from tests.explorer.generators import make_generator

from .conftest import Driver
from .held import Held
from .test_styles import READ

BOX = "(document.querySelector('#lx-microscope [data-ready]') || {dataset: {}}).dataset"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """stack: 784 → 20 (unit 3 dead) → 5. tied: the same, tied. sparse: 40 sigmoid units. lin: exact PCA, 6.
    conv: 4 and 8 channels. gan: no encoder. colour: 32 × 32."""
    root = tmp_path_factory.mktemp("encoded")
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5, dead=3)
    make_encoded(root, "tied", "autoencoder", data(), hidden=(20,), z_dim=5, tied=True)
    make_encoded(root, "sparse", "sparse", data(), z_dim=40)
    make_encoded(root, "lin", "linear", data(), z_dim=6, exact=True)
    make_encoded(root, "conv", "autoencoder", data(), network="conv", channels=4, z_dim=5)
    make_generator(root, "gan", "gan", data(), z_dim=6)
    make_encoded(root, "colour", "autoencoder", data(3, 32), hidden=(20,), z_dim=5)
    return root


@pytest.fixture
def drive(context, pages, root, watch):
    return Driver(context.new_page(), pages.over(root))


def opened(drive, run, panel="units"):
    page = drive.open(f"run={run}&view=microscope").page
    drive.until(f"{BOX}.run === '{run}' && +{BOX}.units > 0")
    if panel != "units":
        page.locator(f"[data-to={panel}]").click()
        drive.until(f"+{BOX}.{panel} > 0")
    if panel != "pca":                                   # there a cloud is turned without end
        drive.settled()
    return page


def pixels(drive, selector: str) -> np.ndarray:
    h, w, text = drive.page.evaluate(READ, selector)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(h, w, 4)[..., :3].astype(int)


def hero(drive) -> np.ndarray:
    return pixels(drive, ".lx-hero canvas")


def told(page, selector: str, name: str) -> list[float]:
    return page.locator(selector).evaluate_all("(all, k) => all.map((e) => +e.dataset[k])", name)


def test_units_show_weights_inputs_which_are_dead_and_tied_ones_beside(drive):
    page = opened(drive, "stack")
    cells = page.locator(".lx-mic-grid:not([hidden]) .lx-mic-cell")
    expect(cells).to_have_count(20)
    expect(page.locator(".lx-mic-cell.is-dead")).to_have_attribute("data-unit", "3")
    assert not pixels(drive, ".lx-mic-cell[data-unit='3'] canvas").any() and pixels(drive, ".lx-mic-cell[data-unit='0'] canvas").max() > 200
    page.get_by_role("button", name="Hide 1 dead").click()
    expect(cells).to_have_count(19)
    page.get_by_role("radio", name="Maximising input").click()
    expect(page.locator(".lx-mic-cell[data-value]")).to_have_count(19)
    values, grey = (told(page, ".lx-mic-grid:not([hidden]) .lx-mic-cell", k) for k in ("value", "grey"))
    assert len(values) == 19 and all(v > g for v, g in zip(values, grey, strict=True)), "each input excites its unit"
    page.get_by_role("button", name="layer 1, unit 7", exact=True).click()
    page.wait_for_selector(".lx-mic-unit[data-unit='7'][data-best]")
    best, high = (float(page.locator(".lx-mic-unit").get_attribute(f"data-{k}")) for k in ("best", "high"))
    assert best == pytest.approx(values[told(page, ".lx-mic-cell[data-value]", "unit").index(7)], rel=1e-3) and best > high
    first = page.locator(".lx-mic-real button").first
    index = int(first.get_attribute("data-index"))
    first.click()
    drive.until(f"() => lx.state.origin.kind === 'point' && lx.state.origin.index === {index}")
    drive.until("""() => { const d = document.querySelector('.lx-mic-unit').dataset;
        return Math.abs(d.value - d.high) < 1e-4 * Math.abs(d.high); }""")
    page.get_by_role("radio", name="code · 5").click()
    page.wait_for_selector(".lx-mic-unit[data-layer='1'] .lx-mic-f-col2 canvas")
    drive.settled()
    before, after = (pixels(drive, f".lx-mic-f-col{k} canvas") for k in (0, 1))
    change = pixels(drive, ".lx-mic-f-col2 canvas")
    moved = (after != before)[..., 0]
    assert np.abs(before - hero(drive)).max() <= 1 and moved.any()
    assert np.array_equal((change[..., 0] > change[..., 2])[moved], (after > before)[..., 0][moved]), "red where it adds"
    page.get_by_role("radio", name="layer 1 · 20").click()
    page.get_by_role("radio", name="Encoder | decoder").click()
    page.wait_for_selector(".lx-mic-cell[data-alike]")
    expect(page.locator(".lx-mic-cell[data-alike='1'] canvas")).to_have_count(0)
    page.get_by_label("Another run beside it").select_option("tied")
    page.wait_for_selector(".lx-mic-other-grid .lx-mic-cell")
    drive.settled()
    assert told(page, ".lx-mic-other-grid .lx-mic-cell", "alike") == pytest.approx([1] * 12)
    two = ".lx-mic-other-grid .lx-mic-cell:first-child canvas:"
    assert np.array_equal(pixels(drive, two + "first-of-type"), pixels(drive, two + "last-of-type")), "tied weights are equal"
    page.get_by_label("Another run beside it").select_option("conv")
    expect(page.locator(".lx-mic-other-name")).to_contain_text("cannot be drawn")


def test_maximising_inputs_are_shown_as_they_come_and_can_be_stopped(drive):
    page = opened(drive, "stack")
    cells, there = page.locator(".lx-mic-grid:not([hidden]) .lx-mic-cell"), page.locator(".lx-mic-cell[data-value]")
    ids = [int(k) for k in told(page, ".lx-mic-grid:not([hidden]) .lx-mic-cell", "unit")]
    held = Held(page, "microscope", f'"units":{str(ids[1:8]).replace(" ", "")}')
    page.get_by_role("radio", name="Maximising input").click()
    expect(there).to_have_count(1)                       # the first alone, while the next seven are on their way
    expect(cells.first).to_have_attribute("data-value", re.compile("."))
    held.asked()
    page.get_by_role("button", name="Stop", exact=True).click()
    held.let_go()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    expect(there).to_have_count(8)
    expect(page.locator("#lx-microscope [data-panel=units] .lx-progress").first).to_be_hidden()
    page.get_by_role("button", name="Go on").click()
    expect(there).to_have_count(20)
    expect(page.locator(".lx-mic-halt")).to_be_hidden()


def test_a_code_is_counted_and_summed_and_its_bars_lead_to_units(drive):
    page = opened(drive, "sparse", "code")
    lit = drive.state("[...s.w].filter((v) => v > 0.5).length")
    assert int(page.locator("[data-panel=code][data-lit]").get_attribute("data-lit")) == lit
    expect(page.locator(".lx-mic-code-told")).to_contain_text(f"{lit} of 40 units are lit")
    assert np.abs(pixels(drive, ".lx-mic-cell[data-first='40'] canvas") - hero(drive)).max() <= 1, "all parts together are the image"
    assert told(page, "[data-panel=code] .lx-mic-cell", "unit")[0] == drive.state("s.w.indexOf(Math.max(...s.w))")
    page.get_by_role("button", name="Another").click()
    drive.until(f"+{BOX}.code > 1")
    page.get_by_role("radio", name="Strongest first").click()
    page.locator(".lx-mic-bars").focus()
    page.keyboard.press("ArrowRight")
    strongest = drive.state("s.w.indexOf(Math.max(...s.w))")
    expect(page.locator(".lx-mic-bar-told")).to_contain_text(f"unit {strongest}:")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".lx-mic-unit[data-unit='{strongest}']")
    unit = "document.querySelector('.lx-mic-unit').dataset"
    drive.until(f"Math.abs(+{unit}.value / Math.max(...lx.state.w) - 1) < 1e-3")     # what was there before may be of the same number


def test_depth_and_size_end_at_the_reconstruction_and_random_codes_are_taken(drive):
    page = opened(drive, "stack", "depth")
    drive.until(f"+{BOX}.sizes > 0 && +{BOX}.sized > 0")
    drive.settled()
    assert np.abs(pixels(drive, ".lx-mic-depth .lx-mic-cell:last-child canvas") - hero(drive)).max() <= 1
    errors = told(page, ".lx-mic-depth .lx-mic-cell[data-error]", "error")
    assert len(errors) == 2
    drive.slide(".lx-mic-k input", 5)
    drive.until(f"+{BOX}.sized > 1")
    drive.settled()
    assert np.abs(pixels(drive, ".lx-mic-size-three .lx-mic-cell:nth-child(2) canvas") - hero(drive)).max() <= 1
    assert told(page, ".lx-mic-size-three [data-error]", "error")[0] == pytest.approx(errors[-1], rel=0.01)
    curves = [[float(v) for v in page.locator("[data-panel=depth][data-pca]").get_attribute(f"data-{k}").split()] for k in ("model", "pca")]
    assert [len(c) for c in curves] == [4, 4] and all(a > b for a, b in zip(curves[1], curves[1][1:], strict=False))
    page.locator("[data-to=drawn]").click()
    page.wait_for_selector("[data-by=mixture] .lx-mic-cell")
    drive.settled()
    rows = [pixels(drive, f"[data-by={by}] .lx-mic-cell:nth-child(3) canvas") for by in ("normal", "own", "mixture")]
    assert not np.array_equal(rows[0], rows[1]) and not np.array_equal(rows[1], rows[2])
    was = drive.pixels()
    page.locator("[data-by=mixture] .lx-mic-cell:nth-child(3)").click()
    drive.changed(was)
    assert np.abs(hero(drive) - rows[2]).max() <= 1 and drive.state("s.origin.by") == "mixture"
    page.locator("[data-panel=drawn]").get_by_role("button", name="New seed").click()
    page.wait_for_selector("[data-by=mixture][data-seed]:not([data-seed='0'])")
    drive.settled()
    assert not np.array_equal(pixels(drive, "[data-by=mixture] .lx-mic-cell:nth-child(3) canvas"), rows[2])
    page.locator("[data-to=depth]").click()
    page.evaluate("lx.open('conv')")
    expect(page.locator(".lx-mic-depth-told")).to_contain_text("no mirror")


def test_the_linear_one_is_pca_and_learns_it_before_ones_eyes(drive):
    page = opened(drive, "lin", "pca")
    assert float(page.locator(".lx-mic-columns").get_attribute("data-most")) < 0.05
    turned, exact = (pixels(drive, f".lx-mic-three:nth-of-type({k}) .lx-mic-cell:first-child canvas") for k in (3, 4))
    plain = pixels(drive, ".lx-mic-three .lx-mic-cell:first-child canvas")
    assert np.abs(turned - exact).mean() < 3 < np.abs(plain - exact).mean()
    cloud = page.locator(".lx-mic-cloud")
    cloud.scroll_into_view_if_needed()
    drive.until(f"+{BOX}.lesson > 0")
    assert float(page.locator(".lx-mic-lesson").get_attribute("data-angle")) > 0.5
    expect(page.locator(".lx-mic-lesson")).to_have_attribute("data-turning", "true")
    cloud.dispatch_event("pointerdown")
    expect(page.locator(".lx-mic-lesson")).to_have_attribute("data-turning", "false")
    drive.slide(".lx-mic-lesson input", 99)
    expect(page.locator(".lx-mic-lesson-told")).to_contain_text("gradient descent has found PCA")
    page.evaluate("lx.open('stack')")
    drive.until(f"{BOX}.run === 'stack' && {BOX}.panel === 'units'")
    expect(page.locator("[data-to=pca]")).to_be_hidden()


def test_drawing_the_link_languages_and_a_phone(drive):
    page = opened(drive, "conv")
    assert page.locator(".lx-mic-cell canvas").first.evaluate("(c) => c.width") == 3, "a unit of the first convolution sees 3 × 3 pixels"
    page.get_by_role("button", name="Draw").click()
    drive.settled()
    box = page.locator("#lx-microscope .lx-pad").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 120, steps=4)
    page.mouse.up()
    drive.until(f"+{BOX}.drawing > 0 && lx.state.origin.kind === 'image'")
    drive.settled()
    assert pixels(drive, ".lx-mic-given").max() > 200
    page.get_by_role("radio", name="layer 2 · 8").click()
    page.locator(".lx-mic-cell[data-unit='6']").click()
    page.wait_for_selector(".lx-mic-unit[data-unit='6'][data-best]")
    best = page.locator(".lx-mic-unit").get_attribute("data-best")
    drive.settled()
    drive.anew(page.evaluate("lx.link()"))
    page.wait_for_selector(".lx-mic-unit[data-unit='6'][data-layer='1'][data-best]")
    assert page.locator(".lx-mic-unit").get_attribute("data-best") == best
    page.evaluate("lx.setLang('ko')")
    expect(page.locator(".lx-mic-title")).to_have_text("2번 층 · 6번 유닛")
    page.set_viewport_size({"width": 420, "height": 860})
    for panel in ("units", "code", "depth", "drawn", "maps", "labels"):
        page.locator(f"[data-to={panel}]").click()
        drive.settled()
        assert page.evaluate("document.documentElement.scrollWidth") <= 420, panel
    page.evaluate("lx.setLang('en'); lx.open('colour')")
    drive.until(f"{BOX}.run === 'colour'")
    expect(page.get_by_role("button", name="Draw", exact=True)).to_be_hidden()       # white on black: for grey images
    expect(page.locator("#lx-microscope .lx-pad")).to_be_hidden()
    page.evaluate("lx.open('gan')")
    drive.until(f"{BOX}.run === 'gan' && {BOX}.panel === 'maps'")
    expect(page.locator(".lx-mic-maps-told")).to_contain_text("This layer is dense")
    assert page.locator(".lx-mic-panels button:visible").all_text_contents() == ["Feature maps"], "it has no encoder to look into"


def test_few_labels_are_measured_as_soon_as_they_are_seen_and_more_on_asking(drive):
    page = opened(drive, "stack")
    page.locator("[data-to=labels]").click()
    few = "(document.querySelector('#lx-labels [data-ready]') || {dataset: {}}).dataset"
    drive.until(f"+{few}.live === 3 && !document.querySelector('.lx-few-sizes [data-size=\"10\"]').disabled")
    page.get_by_role("button", name="20 labels").click()
    drive.until(f"+{few}.live === 5")
    drawn = dict(page.locator("#lx-labels circle").evaluate_all(
        "(all) => all.map((c) => [c.dataset.way + ' ' + c.dataset.labels, c.querySelector('title').textContent])"))
    assert set(drawn) == {"frozen 10", "frozen 20", "frozen 50", "scratch 20", "fine-tuned 20"}
    for name, title in drawn.items():
        way, n = name.split()
        told = page.evaluate("([n, way]) => lx.api('code', {run: 'stack', op: 'labels', n, way})", [int(n), way])
        assert f"{100 * told['accuracy']:.1f} %" in title, name
