"""A link restores run, view, code and origin exactly; a bad one says so."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_restores_the_exact_code(drive, context, server):
    drive.open("run=tiny&view=codes")
    drive.page.locator(".lx-seed").click()
    drive.until("window.lx.state.origin.kind === 'seed'")
    drive.page.evaluate("window.lx.setCode(window.lx.state.w.map((v, i) => v * (1 + 1e-7 * i) + (i === 1 ? 1e-38 : 0)), {kind: 'sliders'})")
    w = drive.state("window.lx.b64(s.w)")
    drive.until("new URLSearchParams(location.hash.slice(1)).get('o')?.includes('sliders')")
    drive.settled()
    link = drive.page.evaluate("location.href")
    other = type(drive)(context.new_page(), server)
    other.open(link.split("?", 1)[1])
    assert other.state("window.lx.b64(s.w)") == w
    assert other.state("[s.run, s.view, s.origin.kind]") == ["tiny", "codes", "sliders"]
    other.until("(was) => document.querySelector('.lx-hero canvas').toDataURL() === was", drive.pixels())


@pytest.mark.parametrize("w", ["AAAA", "%%%", "AADAfw" * 8])
def test_a_code_that_does_not_fit_is_refused_in_words(drive, w):
    drive.page.goto(f"{drive.server}/?run=tiny&w={w}")
    drive.until("document.getElementById('lx-toast')?.textContent.includes('does not fit')")
    drive.page.wait_for_selector(".lx-hero[data-n]")
    assert drive.state("s.w.every(Number.isFinite)")


def test_a_run_that_is_not_there_falls_back(drive, watch):
    watch.expected = "404"
    drive.page.goto(f"{drive.server}/?run=nobody")
    drive.until("document.getElementById('lx-toast')?.textContent.includes('no run of that name')")
    drive.page.wait_for_selector(".lx-hero[data-n]")
    expect(drive.page.locator(".lx-run.on")).to_have_count(1)
