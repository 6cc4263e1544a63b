"""Each run's main figure in its own unit, with which way is better and what to set it beside: in the picker, under the view, in Compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.explorer.conftest import data, make
from training import checkpoint

HOW = "on the test images of "
LOWER = {"far", "bound"}                        # of these less is better
FIGURES = {"agreed": ("agreement", 0.9876, "", "asked class shown 98.8 %"),
           "far": ("frechet_ratio", 4.567, "× floor", "Fréchet distance 4.57 × floor"),
           "modal": ("modes", 7.0, "of 8", "modes covered 7 / 8"), "spread": ("coverage", 8.25, "of 10", "kinds covered 8.25 / 10"),
           "told": ("information", 2.2951, "nats", "information in the code 2.30 nats"),
           "bound": ("negative_elbo", -100.49, "nats", "negative ELBO −100.5 nats")}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("headlines")
    for name, (metric, value, unit, _) in FIGURES.items():
        make(root, name, data(), with_map=False, z_dim=2)
        checkpoint.update(root / name, metrics={metric: {"value": value, "unit": unit, "protocol": HOW + name}}, headline=metric)
    return root


@pytest.fixture
def server(pages, root) -> str:
    return pages.over(root)


def test_each_figure_reads_as_what_it_is(drive):
    drive.page.goto(drive.server)
    drive.page.wait_for_selector(".lx-run")
    for name, (*_, words) in FIGURES.items():
        row = drive.page.locator(f".lx-run[data-run={name}]")
        expect(row).to_contain_text(words)
        way = row.locator(".lx-way")
        expect(way).to_have_text("↓" if name in LOWER else "↑")
        expect(way).to_have_attribute("aria-label", f"{'lower' if name in LOWER else 'higher'} is better")
    expect(drive.page.locator(".lx-run[data-run=far]")).to_have_attribute("title", re.compile("1 = as good as real images"))
    expect(drive.page.locator(".lx-run[data-run=spread]")).to_have_attribute("title", re.compile("rare ones count for less"))
    drive.page.get_by_role("button", name="한국어").click()
    expect(drive.page.locator(".lx-run[data-run=agreed]")).to_contain_text("요청한 클래스와 일치 98.8 %")


def test_the_opened_runs_figure_is_told_with_what_to_set_it_beside(drive):
    drive.page.goto(f"{drive.server}/?run=far&view=map")
    line = drive.page.locator("#view-map .lx-figure")
    expect(line).to_have_text("Fréchet distance 4.57 × floor · lower is better · 1 = as good as real images")
    drive.page.get_by_role("button", name="한국어").click()
    expect(line).to_have_text("프레셰 거리 4.57 × 바닥값 · 낮을수록 좋음 · 1 = 실제 이미지만큼 좋음")
    drive.page.goto(f"{drive.server}/?run=agreed&view=map&lang=en")
    expect(line).to_have_text("asked class shown 98.8 % · higher is better · chance: 50.0 %")


def test_compare_tells_the_same(drive):
    drive.page.goto(f"{drive.server}/?view=compare&cmp=far,agreed&lang=en")
    far, agreed = (drive.page.locator(f"#lx-compare tr[data-metric={name}]") for name in ("frechet_ratio", "agreement"))
    expect(far.locator("th small")).to_have_text("lower is better · 1 = as good as real images")
    expect(far.locator("td").first).to_have_text("4.57 × floor")
    expect(agreed.locator("td").nth(1)).to_have_text("98.8 %chance: 50.0 %")


def test_how_a_figure_was_measured_opens_without_hovering(drive):
    """By keys, under the view; in Compare in a fold, of each figure."""
    drive.page.goto(f"{drive.server}/?run=far&view=map&lang=en")
    how = drive.page.locator("#view-map .lx-how")
    said = how.get_by_text(HOW + "far", exact=True)
    expect(how.get_by_role("button")).to_have_text("how it was measured")
    expect(said).to_be_hidden()
    how.get_by_role("button").press("Enter")
    expect(said).to_be_visible()
    drive.page.goto(f"{drive.server}/?view=compare&cmp=far,agreed&lang=en")
    drive.page.get_by_text("How each figure was measured").click()
    expect(drive.page.locator(".lx-cmp-how dt")).to_have_text(["Fréchet distance", "asked class shown"])
    expect(drive.page.locator(".lx-cmp-how dd")).to_have_text([HOW + "far", HOW + "agreed"])


def test_equations_are_typeset(drive):
    drive.page.goto(f"{drive.server}/?run=far&view=map&lang=en")
    formula = drive.page.locator("#view-map .lx-eq math")
    expect(formula).to_have_attribute("alttext", "L = 𝔼_{q(z|x)}[log p(x|z)] − β KL(q(z|x) ‖ p(z))")
    low, line = (drive.page.evaluate("""(s) => { const e = document.querySelector('#view-map .lx-eq ' + s).getBoundingClientRect();
        return [e.top, e.height]; }""", s) for s in ("msub > mrow", "msub > mi"))
    assert low[0] > line[0] and low[1] > 0, "the index stands below its line: the browser has typeset it"
