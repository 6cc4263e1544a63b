"""Directions found after training: sliders that move the code, the strip that shows it, what each was measured to change."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

STRIP = "document.querySelector('.lx-seven canvas').toDataURL()"


def opened(drive, query: str = "run=tiny&view=codes&dir=1"):
    drive.open(query)
    drive.until("+document.querySelector('#lx-directions [data-found]')?.dataset.found > 0")
    drive.until("+document.querySelector('#lx-directions [data-strip]')?.dataset.strip > 0")
    return drive.page


def told(page) -> list[dict]:
    """What the server found, as the page asked for it."""
    return page.evaluate("lx.code({ op: 'directions' }).then((d) => d.directions)")


def test_the_switch_and_the_link(drive):
    drive.open("run=tiny&view=codes")
    page = drive.page
    page.wait_for_selector(".lx-cells[data-n]")
    expect(page.locator(".lx-found")).to_be_hidden()
    page.get_by_role("radio", name="Directions found after training").click()
    drive.until("+document.querySelector('#lx-directions [data-found]')?.dataset.found > 0")
    expect(page.locator(".lx-cells")).to_be_hidden()
    about = page.locator("#view-codes .lx-about")
    expect(about).to_contain_text("found after training")
    expect(about).not_to_contain_text("Each row moves")                     # that is what the grid does
    drive.until("new URLSearchParams(new URL(window.lx.link()).hash.slice(1)).get('dir') === '1'")
    page.get_by_role("radio", name="Grid").click()
    expect(page.locator(".lx-cells")).to_be_visible()
    expect(about).to_contain_text("Each row moves")
    assert drive.state("s.kept.dir") is None


def test_every_direction_says_what_it_was_measured_to_change(drive):
    page = opened(drive)
    directions = told(page)
    kinds = [d["kind"] for d in directions]
    assert set(kinds) == {"principal", "closed form", "attribute"}
    for kind, count in (("principal", kinds.count("principal")), ("closed form", kinds.count("closed form"))):
        rows = page.locator(f"section[data-kind='{kind}'] .lx-dir")
        assert rows.count() == count
        texts = rows.evaluate_all("(e) => e.map((x) => x.dataset.effect)")
        for d, text in zip([d for d in directions if d["kind"] == kind], texts, strict=True):
            clear = d["main"] or d["statistic"]["label"]
            assert text.startswith("no clear effect") == (not clear), (text, d)
            for change in d["side"][:3]:
                assert page.evaluate("(c) => lx.field(c.field)", change) in text
    attributes = page.locator("section[data-kind=attribute] .lx-dir")
    assert attributes.count() == len({tuple(d["name"])[0] for d in directions if d["kind"] == "attribute"})


def test_a_slider_moves_the_code_along_its_direction_and_the_strip_follows(drive):
    page = opened(drive)
    first = page.evaluate("lx.code({ op: 'directions' }).then((d) => { const x = d.directions.find((e) => e.kind === 'closed form');"
                          " return { ...x, vector: [...lx.f32(x.vector)] }; })")
    before, image, mean = np.array(drive.state("Array.from(s.w)")), drive.pixels(), np.array(drive.state("Array.from(s.info.mean)"))
    slider = page.locator("section[data-kind='closed form'] input[type=range]").first
    slider.evaluate("(e) => { e.value = 3; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    drive.changed(image)
    w, v = np.array(drive.state("Array.from(s.w)")), np.array(first["vector"])
    assert abs((w - mean) @ v / first["sigma"] - 3) < 0.01
    step = w - before
    assert np.allclose(step, (step @ v) * v, atol=1e-4), "nothing but that direction has moved"
    drive.until("document.querySelector('.lx-cells7 button.on')?.dataset.value === '3'")
    drive.settled()
    image = drive.pixels()
    page.locator(".lx-cells7 button[data-value='-2']").click()
    drive.changed(image)
    assert abs((np.array(drive.state("Array.from(s.w)")) - mean) @ v / first["sigma"] + 2) < 0.01
    drive.settled()
    strip = page.evaluate(STRIP)
    page.locator("section[data-kind=principal] .lx-dir-name").nth(1).click()
    drive.until(f"(was) => {STRIP} !== was", strip)
    expect(page.locator(".lx-which")).to_have_text(page.locator("section[data-kind=principal] .lx-dir-name").nth(1).inner_text())
