"""The Styles view, by its pixels: cells and what they mix, psi, noise, directions, two ways between samples, the link."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.explorer.conftest import data, make
from tests.explorer.styled import make_styled

from .conftest import Driver

BOX = "(document.querySelector('#lx-styles [data-ready]') || {dataset: {}}).dataset"
READ = """(s) => { const c = document.querySelector(s), u = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let t = '';
  for (let i = 0; i < u.length; i += 8192) t += String.fromCharCode(...u.subarray(i, i + 8192)); return [c.height, c.width, btoa(t)]; }"""
SIDE = 28


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """grey (7, 14 and 28 pixels, six layers), other (the same, other weights, an encoder) and tiny, a VAE."""
    root = tmp_path_factory.mktemp("styled")
    make_styled(root, "grey", data())
    make_styled(root, "other", data(), seed=1, family="stylealae")
    make(root, "tiny", data(), z_dim=8)
    return root


@pytest.fixture
def drive(context, pages, root, watch):
    return Driver(context.new_page(), pages.over(root))


def opened(drive, run="grey", more=""):
    page = drive.open(f"run={run}&view=styles{more}").page
    ready(drive, run)
    return page


def ready(drive, run="grey"):
    drive.until(f"+{BOX}.n > 0 && {BOX}.run === '{run}' && +{BOX}.strip > 0")
    drive.settled()


def after(drive, act) -> None:
    """Do it, and wait for the grid that follows."""
    n = drive.page.evaluate(f"+{BOX}.n")
    act()
    drive.until(f"+{BOX}.n > {n}")
    drive.settled()


def canvas(drive, selector: str) -> np.ndarray:
    h, w, text = drive.page.evaluate(READ, selector)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(h, w, 4)[..., :3].astype(int)


STRIPS = "+document.querySelector('#lx-styles [data-strip]').dataset.strip"


def sheet(drive) -> np.ndarray:
    """(7, 7, SIDE, SIDE, 3): the mean of W, the columns' sources; then rows."""
    return canvas(drive, ".lx-sheet").reshape(7, SIDE, 7, SIDE, 3).transpose(0, 2, 1, 3, 4)


def hero(drive) -> np.ndarray:
    return canvas(drive, ".lx-hero canvas")


def alike(a, b) -> bool:
    """But for rounding."""
    return bool(np.abs(a - b).max() <= 2)


def dial(drive, name: str, value: int):
    return lambda: drive.slide(f"#lx-style-dials [data-dial={name}] input", value)


def test_a_cell_becomes_the_current_code_and_follows_layers_and_blend(drive):
    page = opened(drive)
    expect(page.get_by_role("radio", name="Coarse 7")).to_have_attribute("aria-checked", "true")
    first = sheet(drive)
    assert len({first[r, c].tobytes() for r in range(7) for c in range(7)}) == 49, "every place shows something of its own"
    page.get_by_role("button", name="row 3 · column 5", exact=True).click()
    drive.settled()
    assert alike(hero(drive), first[3, 5]) and drive.state("s.origin.kind") == "styles"
    expect(page.locator("#lx-right .lx-origin")).to_have_text("row 3 · column 5")
    after(drive, page.get_by_role("radio", name="Fine 28").click)
    fine = sheet(drive)
    assert alike(fine[0, 1:], first[0, 1:]) and alike(fine[1:, 0], first[1:, 0]) and not alike(fine[3, 5], first[3, 5])
    assert alike(hero(drive), fine[3, 5]), "the code follows its cell"
    after(drive, page.get_by_role("radio", name="Colours").click)
    recoloured = sheet(drive)
    assert alike(recoloured[0, 1:], first[0, 1:]) and alike(recoloured[1:, 0], first[1:, 0]) and alike(hero(drive), recoloured[3, 5])
    assert len({x[r, c].tobytes() for x in (fine, recoloured) for r in range(1, 7) for c in range(1, 7)}) == 72
    after(drive, page.get_by_role("radio", name="Fine 28").click)
    assert alike(sheet(drive), fine)
    after(drive, dial(drive, "blend", 0))
    none = sheet(drive)
    assert all(alike(none[r, c], none[r, 0]) for r in range(1, 7) for c in range(1, 7)) and alike(hero(drive), none[3, 0])
    after(drive, dial(drive, "blend", 100))
    page.get_by_role("button", name="Layers").click()
    boxes = page.locator(".lx-layers input")
    expect(boxes).to_have_count(6)
    for k in range(4):
        after(drive, boxes.nth(k).check)
    every = sheet(drive)
    assert alike(every[3, 5], every[0, 5]) and alike(hero(drive), every[0, 5])
    page.get_by_role("button", name="column 2 · seed 8").click()
    drive.settled()
    assert alike(hero(drive), every[0, 2])


def test_psi_of_zero_makes_every_place_the_mean(drive):
    page = opened(drive)
    page.get_by_role("button", name="row 2 · column 2", exact=True).click()
    before = sheet(drive)
    after(drive, dial(drive, "psi", 0))
    zero = sheet(drive)
    assert all(alike(zero[r, c], before[0, 0]) for r in range(7) for c in range(7)) and alike(hero(drive), before[0, 0])
    assert np.array_equal(canvas(drive, ".lx-mean-face").reshape(SIDE, SIDE, 3), zero[0, 0])
    expect(page.locator(".lx-psi-cells .on")).to_have_text("0.0")
    drive.settled()
    strips = page.evaluate(STRIPS)
    after(drive, dial(drive, "psi", 20))
    drive.settled()
    assert page.evaluate(STRIPS) == strips, "the code over psi is the same wherever psi stands"
    after(drive, dial(drive, "cutoff", 2))
    assert not alike(sheet(drive)[1, 0], sheet(drive)[2, 0]), "layers beyond the cutoff stay"
    after(drive, dial(drive, "cutoff", 6))
    after(drive, page.get_by_role("button", name="ψ = 0.5").click)
    assert drive.page.evaluate("document.querySelector('#lx-style-dials [data-dial=psi] input').value") == "50"
    after(drive, dial(drive, "psi", 70))
    assert alike(sheet(drive), before)


def test_noise_can_be_turned_off_and_drawn_anew_and_is_the_views_alone(drive):
    page = opened(drive)
    own, shown = sheet(drive), hero(drive)
    after(drive, page.locator(".lx-grain-on").click)
    off = sheet(drive)
    assert not alike(off, own) and not alike(hero(drive), shown)
    assert page.locator(".lx-grain-seed").is_disabled()
    after(drive, page.locator(".lx-grain-on").click)
    assert alike(sheet(drive), own) and alike(hero(drive), shown)
    after(drive, page.locator(".lx-grain-seed").click)
    one = sheet(drive)
    after(drive, page.locator(".lx-grain-seed").click)
    assert not alike(one, own) and not alike(sheet(drive), one)
    finest = ".lx-grain-one [data-level='2']"
    after(drive, lambda: drive.slide(finest, 0))
    expect(page.locator("#lx-style-dials [data-dial=noise] output")).to_have_text("0.67")
    page.locator(".lx-grain").scroll_into_view_if_needed()
    drive.until("+document.querySelector('.lx-grain').dataset.top > 1")
    assert canvas(drive, ".lx-grain-map").max() > 200
    page.evaluate("lx.show('walk')")
    drive.until("() => lx.state.noise === null")
    drive.settled()
    assert alike(hero(drive), shown), "elsewhere the model's own noise"


def test_the_link_restores_the_grid_the_code_and_all_dials(drive):
    page = opened(drive)
    after(drive, page.get_by_role("button", name="New sources").click)
    after(drive, page.get_by_role("radio", name="Middle 14").click)
    after(drive, dial(drive, "psi", -40))
    after(drive, dial(drive, "blend", 60))
    page.get_by_role("button", name="row 4 · column 1", exact=True).click()
    after(drive, page.locator(".lx-grain-seed").click)
    known, shown, code, link = sheet(drive), hero(drive), drive.state("[...s.w]"), page.evaluate("lx.link()")
    strip = canvas(drive, ".lx-psi-strip canvas")
    assert alike(known[4, 1], shown)
    drive.anew(link)
    ready(drive)
    far = np.abs(sheet(drive) - known).max((2, 3, 4))
    assert far.max() <= 2, far.tolist()
    assert alike(hero(drive), shown) and alike(canvas(drive, ".lx-psi-strip canvas"), strip)
    expect(page.locator(".lx-sty-cell.on")).to_have_attribute("aria-label", "row 4 · column 1")
    expect(page.get_by_role("radio", name="Middle 14")).to_have_attribute("aria-checked", "true")
    after(drive, dial(drive, "psi", 100))
    assert np.abs(hero(drive) - sheet(drive)[4, 1]).max() <= 2 and not alike(hero(drive), shown), "the code is the cell's still"
    drive.anew(link.replace("sty=", "sty=1.2~x~"))
    ready(drive)
    assert not alike(sheet(drive), known) and drive.state("[...s.w]") == code, "a damaged grid leaves the code"


def test_one_source_is_drawn_anew_and_keys_move(drive):
    page = opened(drive)
    before = sheet(drive)
    page.locator(".lx-sty-cell[data-r='0'][data-c='0']").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="column 2 · seed 8", exact=True)).to_be_focused()
    after(drive, lambda: page.keyboard.press("r"))
    now = sheet(drive)
    assert [alike(now[0, c], before[0, c]) for c in range(1, 7)] == [True, False, True, True, True, True]
    assert alike(now[1:, 0], before[1:, 0]) and not alike(now[2, 2], before[2, 2]) and alike(now[2, 3], before[2, 3])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drive.settled()
    assert alike(hero(drive), now[1, 2])


def test_directions_move_the_chosen_layers_and_are_saved(drive):
    page = opened(drive)
    page.get_by_role("button", name="row 1 · column 1", exact=True).click()
    page.locator(".lx-turn").scroll_into_view_if_needed()
    drive.until(f"+{BOX}.found >= 12")
    page.wait_for_selector("#lx-styles [data-kind=principal] .lx-dir p b")
    code = np.array(drive.state("[...s.w]")).reshape(6, 8)
    drive.slide("#lx-styles [data-kind=principal] .lx-dir:nth-of-type(2) input", 2.5)
    drive.settled()
    moved = np.array(drive.state("[...s.w]")).reshape(6, 8)
    assert np.array_equal(moved[2:], code[2:]) and not np.allclose(moved[:2], code[:2]) and not alike(hero(drive), sheet(drive)[1, 1])
    added = moved - code
    after(drive, dial(drive, "psi", 20))
    assert np.allclose(np.array(drive.state("[...s.w]")).reshape(6, 8)[:2] - added[:2],
                       np.array(page.evaluate("lx.state.info.mean.slice(0, 16)")).reshape(2, 8), atol=2), "the edit stays beside psi"
    page.locator(".lx-turn").get_by_label("Name of the direction").fill("mine")
    page.get_by_role("button", name="Save direction").click()
    expect(page.locator("#lx-styles [data-kind=own] .lx-dir-name")).to_have_text("mine")
    vector = np.array(page.evaluate("[...lx.own.list()[0].vector]")).reshape(6, 8)
    assert not vector[2:].any() and vector[:2].any()
    page.get_by_role("radio", name="Fine 28").click()
    drive.until("() => document.querySelector('#lx-styles [data-kind=own] output').textContent === '0.0'")


def test_the_same_way_through_z_and_w(drive):
    page = opened(drive)
    page.locator(".lx-two-ways").scroll_into_view_if_needed()
    drive.until(f"+{BOX}.paths > 0")
    z, w = page.locator(".lx-two-ways").get_attribute("data-lengths").split()
    assert float(z) > 0 and float(w) > 0 and z != w
    expect(page.locator(".lx-ways-told")).to_contain_text("in pixels")
    expect(page.locator("[data-way=z]")).not_to_be_empty()
    page.get_by_label("To", exact=True).select_option("3")
    drive.until(f"+{BOX}.paths > 1")
    assert page.locator(".lx-two-ways").get_attribute("data-lengths") != f"{z} {w}"
    assert "~0.3" in drive.state("s.kept.sty")


def test_real_images_are_sources_and_can_be_ones_own(drive, tmp_path):
    drive.page.set_viewport_size({"width": 1280, "height": 888})             # a grid whose cells are drawn by whole pixels
    page = opened(drive, "other")
    samples = sheet(drive)
    after(drive, page.get_by_role("radio", name="Real images").click)
    known = sheet(drive)
    hidden = page.evaluate("""() => {
        const [drawn, kept] = [".lx-mixing canvas", ".lx-sheet"].map((e) => document.querySelector(e)), k = drawn.width / drawn.clientWidth,
            colour = (c, x, y) => [...c.getContext('2d').getImageData(Math.floor(x), Math.floor(y), 1, 1).data];
        const [, h, w] = lx.state.info.spec.shape, parts = [0.3, 0.55, 0.85];
        return [...document.querySelectorAll('.lx-source')].flatMap((b) => parts.flatMap((u) => parts.map((v) =>
            colour(drawn, (b.offsetLeft + u * b.offsetWidth) * k, (b.offsetTop + v * b.offsetHeight) * k)
                .some((one, i) => Math.abs(one - colour(kept, (+b.dataset.c + 1 + u) * w, (+b.dataset.r + 1 + v) * h)[i]) > 8)))); }""")
    assert hidden == [False] * 9 * 12, "the real images stand beside their reconstructions, not on them"
    expect(page.locator("#lx-style-dials [data-dial=psi] output")).to_have_text("1.00")
    assert alike(known[0, 0], samples[0, 0]) and not alike(known[1, 0], samples[1, 0])
    page.locator(".lx-sty-cell[data-r='0'][data-c='-1']").click()
    drive.settled()
    index = drive.state("s.origin.index")
    again = page.evaluate("(index) => lx.code({op: 'encode', image: {index}}).then((d) => d.w)", index)
    assert page.evaluate("(w) => Object.values(w).every((v, i) => Math.abs(v - lx.state.w[i]) < 1e-4)", again), "the code of that image"
    assert alike(hero(drive), known[1, 0]), "the reconstruction"
    one = Image.fromarray(np.kron(np.eye(7, dtype=np.uint8) * 255, np.ones((4, 4), np.uint8)))
    one.save(tmp_path / "diagonal.png")
    after(drive, lambda: page.locator("#lx-styles input[type=file]").set_input_files(tmp_path / "diagonal.png"))
    now = sheet(drive)
    assert not alike(now[1, 0], known[1, 0]) and alike(now[2:, 0], known[2:, 0]) and alike(hero(drive), now[1, 0])
    assert drive.state("s.origin.kind") == "image"
    page.locator(".lx-two-ways").scroll_into_view_if_needed()
    drive.until(f"+{BOX}.paths > 0")
    ends = page.locator(".lx-two-ways option").all_text_contents()
    assert len(ends) == 24 and all(re.fullmatch(r"seed \d+", end) for end in ends), "no row of real images is named"
    expect(page.locator(".lx-ways-told")).to_contain_text("samples, not the real images of the grid")
    after(drive, lambda: page.locator(".lx-again[data-r='1'][data-c='-1']").dispatch_event("click"))
    drive.anew(page.evaluate("lx.link()"))
    ready(drive, "other")
    assert alike(sheet(drive)[0], now[0]) and alike(sheet(drive)[3:, 0], now[3:, 0])


def test_languages_other_runs_and_a_phone(drive):
    page = opened(drive)
    page.evaluate("lx.setLang('ko')")
    expect(page.locator(".lx-presets button").first).to_have_text("거친 층 7")
    page.evaluate("lx.setLang('en')")
    before = sheet(drive)
    page.evaluate("lx.open('other')")
    ready(drive, "other")
    assert not alike(sheet(drive), before)
    page.get_by_role("button", name="New seed").click()
    drive.settled()
    expect(page.locator(".lx-sty-cell.on")).to_have_count(0)
    page.set_viewport_size({"width": 420, "height": 860})
    drive.settled()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    box = page.locator(".lx-sty-cell[data-r='5'][data-c='5']").bounding_box()
    assert box["width"] > 40 and box["x"] + box["width"] <= 420
    page.evaluate("lx.open('tiny')")
    expect(page.locator("#lx-why")).to_contain_text("for each of its layers")
    expect(page.locator("#lx-style-dials")).to_be_hidden()


def test_a_code_is_called_truncated_only_where_it_is(drive):
    page = opened(drive)
    page.evaluate("lx.sample(3)")
    drive.until("lx.state.origin.kind === 'seed'")
    said = page.locator("#lx-right .lx-origin")
    for psi, words in ((150, "pushed away from the mean (ψ > 1)"), (100, "not truncated (ψ = 1)"), (30, "truncated towards the mean"),
                       (-50, "taken beyond the mean (ψ < 0)")):
        after(drive, dial(drive, "psi", psi))
        expect(said).to_have_text(words)
    page.locator(".lx-sty-cells button[data-r='0'][data-c='-1']:not([data-again])").click()
    expect(said).to_have_text(re.compile(r"^seed \d+ · ψ −0\.50$"))
    after(drive, dial(drive, "psi", 100))
    expect(said).to_have_text(re.compile(r"^seed \d+$"))


def test_noise_that_can_hardly_be_seen_is_said_to_be(drive):
    page = opened(drive)
    name, note = page.locator("#lx-style-dials [data-dial=noise] span"), page.locator(".lx-grain-slight")
    drive.until("+document.querySelector('.lx-grain').dataset.top > 3")
    expect(name).to_have_text("Noise")
    after(drive, dial(drive, "noise", 2))
    expect(name).to_have_text("Noise (hardly visible)")
    top = float(page.locator(".lx-grain").get_attribute("data-top"))
    assert 0 < top < 3
    expect(note).to_contain_text(f"by more than {top:g} of 255")
    after(drive, dial(drive, "noise", 100))
    expect(name).to_have_text("Noise")
    expect(note).to_be_hidden()


def test_the_link_keeps_an_edited_code_at_psi_of_zero_and_ones_own_image(drive, tmp_path):
    page = opened(drive, "other")
    page.evaluate("lx.sample(3)")
    drive.until("lx.state.origin.kind === 'seed'")
    after(drive, dial(drive, "psi", 50))
    half = hero(drive)
    after(drive, dial(drive, "psi", 0))
    drive.anew(page.evaluate("lx.link()"))
    ready(drive, "other")
    after(drive, dial(drive, "psi", 50))
    assert alike(hero(drive), half), "the code that was truncated is in the link"
    after(drive, page.get_by_role("radio", name="Real images").click)
    Image.fromarray(np.kron(np.eye(7, dtype=np.uint8) * 255, np.ones((8, 8), np.uint8))).save(tmp_path / "diagonal.png")
    page.locator(".lx-sty-cell[data-r='1'][data-c='-1']").click()
    after(drive, lambda: page.locator("#lx-styles input[type=file]").set_input_files(tmp_path / "diagonal.png"))
    known, shown = sheet(drive), hero(drive)
    drive.anew(page.evaluate("lx.link()"))
    ready(drive, "other")
    assert alike(sheet(drive), known) and alike(hero(drive), shown)


def test_what_ranges_were_measured_to_carry_stands_beside_the_grid(drive):
    """Attributes of the coarse range first, the surest before others; what one range carries to 80 % is marked. A run without: no table."""
    page = opened(drive)
    table = page.locator(".lx-carried table")
    expect(table.locator("th[scope=col]")).to_have_text(["Coarse 7", "Middle 14", "Fine 28", "Colours"])
    expect(table.locator("th[scope=row]")).to_have_text(["hat", "glasses", "skin"])
    expect(table.locator("td.num")).to_have_text(["80 %", "10 %", "0 %", "0 %", "70 %", "50 %", "5 %", "–", "10 %", "20 %", "90 %", "85 %"])
    expect(table.locator(".lx-strong")).to_have_text(["80 %", "90 %"])
    expect(page.locator(".lx-carried .lx-note")).to_contain_text("2 of the 3 attributes are carried by a single range")
    page.evaluate("lx.open('other')")
    ready(drive, "other")
    expect(page.locator(".lx-carried")).to_be_hidden()
