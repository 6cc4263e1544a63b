"""What directions are called, on two runs that are shipped: told apart wherever they are named, and whole; a VAE's numbers, all of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Driver

SHIPPED = Path(__file__).parents[2] / "trained"
NAMES = "[...document.querySelectorAll('#lx-traverse .lx-name b')].map((e) => e.textContent)"
SLIDERS = "[...document.querySelectorAll('#lx-sliders .head label span')].map((e) => e.textContent.trim()).filter(Boolean)"
CUT = """() => { const all = [...document.querySelectorAll('#lx-traverse .lx-name')], boxes = all.map((e) => e.getBoundingClientRect()),
    view = document.querySelector('.lx-cells').getBoundingClientRect(), cell = document.querySelector('.lx-cell').getBoundingClientRect();
  return all.filter((e, r) => [e, ...e.querySelectorAll('*')].some((x) => {
      const b = x.getBoundingClientRect();
      return x.scrollWidth > x.clientWidth + 1 && x.clientWidth || b.top < boxes[r].top - 1 || b.bottom > boxes[r].bottom + 1 ||
        b.right > cell.left || b.left < view.left - 1 || getComputedStyle(x).webkitLineClamp !== 'none'; }) ||
    (r && boxes[r].top < boxes[r - 1].bottom - 1)).map((e) => e.textContent); }"""
ROWS = "document.querySelector('#lx-traverse [data-rows]').dataset"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("shipped")
    for name in ("vae-mnist", "denoising-faces", "_data", "_features"):
        shutil.copytree(SHIPPED / name, root / name)
    return root


@pytest.fixture
def drive(context, pages, shipped, watch) -> Driver:
    return Driver(context.new_page(), pages.over(shipped))


def grid(drive: Driver, query: str) -> None:
    drive.open(query)
    drive.until(f"document.querySelector('#lx-traverse [data-rows]') && +{ROWS}.rows > 0")
    drive.settled()


def plain(name: str) -> str:
    """A name without its number."""
    return re.sub(r"^\d+ · ", "", name)


def test_directions_that_change_the_same_most_are_told_apart_by_what_else_they_change(drive):
    grid(drive, "run=vae-mnist&view=codes")
    page = drive.page
    measured = drive.state("s.info.directions.map((d) => [d.label, d.also])")
    high = [k for k, (label, _) in enumerate(measured) if label == "height"]
    assert len(high) == 3, "else there is nothing to see here"
    for lang, word in (("en", "height"), ("ko", "높이")):
        page.evaluate("(lang) => lx.setLang(lang)", lang)
        drive.until("(word) => document.querySelector('#lx-traverse .lx-cells').textContent.includes(word)", word)
        names = page.evaluate(NAMES)
        said = {plain(names[k]) for k in high}
        assert len(said) == 3 and all(name.startswith(word) for name in said)
        for k in high:
            also = page.evaluate("(all) => all.map((f) => lx.t('effect.' + f))", measured[k][1])
            assert plain(names[k]) == word or any(a in names[k] for a in also), (names[k], also)
        drive.until(f"(names) => JSON.stringify({SLIDERS}) === JSON.stringify(names)", names)
        cell = page.locator(f".lx-cell[data-row='{high[1]}'][data-column='6']")
        assert names[high[1]] in cell.get_attribute("aria-label")


def test_found_directions_have_names_of_their_own(drive):
    drive.open("run=vae-mnist&view=codes&dir=1")
    drive.until("+document.querySelector('#lx-directions [data-found]')?.dataset.found > 0")
    page = drive.page
    told = page.evaluate("lx.code({ op: 'directions' }).then((d) => d.directions)")
    for kind in ("principal", "closed form"):
        names = page.locator(f"section[data-kind='{kind}'] .lx-dir-name").all_text_contents()
        of = [d for d in told if d["kind"] == kind]
        assert len(names) == len(of) == 8
        assert len({plain(name) for name in names}) == 8, names
        for name, d in zip(names, of, strict=True):
            if d["main"]:
                assert page.evaluate("(f) => lx.field(f)", d["main"]["field"]) in name
    slider = page.locator("section[data-kind='closed form'] .lx-dir").nth(2)
    slider.locator("input").focus()
    expect(page.locator(".lx-which")).to_have_text(slider.locator(".lx-dir-name").inner_text())


@pytest.mark.parametrize(("lang", "size"), [("en", (1280, 800)), ("en", (420, 860)), ("ko", (420, 860))])
def test_names_in_rows_are_whole(drive, lang, size):
    drive.page.set_viewport_size({"width": size[0], "height": size[1]})
    grid(drive, f"run=denoising-faces&view=codes&lang={lang}")
    names = drive.page.evaluate(NAMES)
    assert len({plain(name) for name in names}) == len(names) == 8, names
    assert drive.page.evaluate(CUT) == []
    assert drive.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    row, cell = (drive.page.locator(s).bounding_box() for s in (".lx-name >> nth=5", ".lx-cell[data-row='5'][data-column='3']"))
    assert abs(row["y"] + row["height"] / 2 - cell["y"] - cell["height"] / 2) < 2, "a name stands beside its row"


def test_all_numbers_that_are_not_used_can_be_seen(drive):
    grid(drive, "run=vae-mnist&view=codes&dims=kl")
    page = drive.page
    told = page.evaluate("lx.code({ op: 'kl' })")
    order = sorted(range(16), key=lambda k: (-told["kl"][k], k))
    idle = [k for k in order if told["kl"][k] < told["unused"]]
    assert len(idle) > 1
    expect(page.locator("#lx-traverse .lx-name i").last).to_have_text(f"unused, one of {len(idle)}")
    expect(page.locator(".lx-order-pages output")).to_have_text(f"The 7 strongest and one of {len(idle)} unused")
    seen = []
    for n in (1, 2):
        page.get_by_role("button", name="More numbers").click()
        drive.until(f"{ROWS}.page === '{n}'")
        drive.settled()
        seen += page.evaluate(NAMES)
    assert seen == [f"z {k}" for k in order]
    assert page.locator("#lx-traverse .lx-name.unused b").all_text_contents() == [f"z {k}" for k in idle]
    expect(page.locator(".lx-order-pages output")).to_have_text("9–16 of 16 by KL")
    expect(page.get_by_role("button", name="More numbers")).to_be_disabled()
    page.locator(".lx-cell[data-row='7'][data-column='0']").click()
    drive.until("(k) => lx.state.w[k] === -3", order[15])
    link = page.evaluate("lx.link()")
    page.evaluate("lx.undo()")
    page.evaluate("lx.undo()")
    drive.until(f"{ROWS}.page === '1'")
    drive.anew(link)
    drive.until(f"document.querySelector('#lx-traverse [data-rows]') && {ROWS}.page === '2'")
    drive.settled()
    assert page.evaluate(NAMES) == seen[8:] and drive.state(f"s.w[{order[15]}]") == -3
