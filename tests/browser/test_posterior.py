"""What a variational encoder doubts: the rows of Codes by KL, and the ellipse on the plane of a 2-D code."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.webgl

ROWS = "document.querySelector('#lx-traverse [data-rows]').dataset"
ELLIPSES = "[...document.querySelectorAll('.lx-posterior ellipse')].map((e) => ['cx', 'cy', 'rx', 'ry'].map((k) => +e.getAttribute(k)))"


def test_rows_by_kl_are_in_order_move_one_number_and_are_in_the_link(drive):
    page = drive.open("run=tiny&view=codes").page
    drive.settled()
    page.get_by_role("radio", name="Numbers of the code by KL").click()
    drive.until(f"{ROWS}.order === 'kl' && {ROWS}.rows === '8'")
    drive.settled()
    told = page.evaluate("lx.code({ op: 'kl' })")
    order = sorted(range(8), key=lambda k: (-told["kl"][k], k))
    assert page.locator("#lx-traverse .lx-name b").all_text_contents() == [f"z {k}" for k in order]
    nats = page.locator("#lx-traverse .lx-name i").all_text_contents()
    assert nats == ["unused" if told["kl"][k] < told["unused"] else f"{told['kl'][k]:.2f} nats" for k in order]
    expect(page.locator(".lx-order-told")).to_contain_text("120 test images")
    assert page.locator("#lx-traverse .lx-bar-plot .xtick").all_text_contents() == [f"z {k}" for k in order], "a bar has its number's name"
    before = page.evaluate("Array.from(lx.state.w)")
    page.locator(".lx-cell[data-row='1'][data-column='6']").click()
    drive.settled()
    now = page.evaluate("Array.from(lx.state.w)")
    assert now == [3 if k == order[1] else v for k, v in enumerate(before)]
    link = page.evaluate("location.href")
    assert "dims=kl" in link
    page.evaluate("lx.undo()")
    drive.settled()
    page.evaluate("lx.undo()")
    drive.until(f"{ROWS}.order === ''")
    drive.anew(link)
    drive.until(f"document.querySelector('#lx-traverse [data-rows]') && {ROWS}.order === 'kl'")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator(".lx-order-told")).to_contain_text("평가용 이미지 120개")


def test_the_ellipse_is_the_encoders_sigma_around_its_mean(drive):
    page = drive.map("run=plane&view=map").page
    page.get_by_role("radio", name="Code").click()
    drive.until("document.querySelector('#lx-plane [data-ready=true]').dataset.projection === 'code'")
    q = page.evaluate("lx.code({ op: 'posterior', index: 5 })")
    page.evaluate("(m) => lx.setCode(Float32Array.from(m), { kind: 'point', index: 5, label: 0 })", q["mean"])
    drive.until(f"{ELLIPSES}.length === 2")
    one, two = page.evaluate(ELLIPSES)
    scale = page.evaluate("(() => { const l = document.querySelector('#lx-plane .lx-plot')._fullLayout; return "
                          "[l.xaxis.l2p(1) - l.xaxis.l2p(0), l.yaxis.l2p(0) - l.yaxis.l2p(1)]; })()")
    np.testing.assert_allclose(one[2:], np.abs(np.array(scale) * q["sigma"]), rtol=1e-3)
    np.testing.assert_allclose(two[2:], 2 * np.array(one[2:]), rtol=1e-6)
    cross = page.locator(".lx-marker:not(.lx-map-second-marker) g").get_attribute("transform")
    np.testing.assert_allclose([float(v) for v in re.findall(r"-?[\d.]+", cross)], one[:2], atol=0.2)
    expect(page.locator(".lx-posterior-told")).to_contain_text(f"σ = {q['sigma'][0]:.3f} across")
    page.evaluate("""() => { const all = document.querySelector('.lx-legend'); while (all.children.length < 10)
        all.append(all.lastElementChild.cloneNode(true)); }""")                 # ten classes beside what is told
    for width, rows in ((1280, 3), (1024, 4), (420, 3)):
        page.set_viewport_size({"width": width, "height": 800})
        drive.settled()
        legend, told = (page.locator(name).bounding_box() for name in (".lx-legend", ".lx-posterior-told"))
        apart = legend["x"] + legend["width"] <= told["x"] or told["y"] + told["height"] <= legend["y"]
        assert apart and legend["height"] < rows * 30, (width, legend, told)
    page.set_viewport_size({"width": 1280, "height": 800})
    drive.settled()
    assert max(two[2:]) > 7 and "zoom in" not in page.locator(".lx-posterior-told").inner_text()
    box = page.locator("#lx-plane .lx-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    while max(page.evaluate(ELLIPSES)[1][2:]) >= 7:                             # until the marker covers them
        drive.wheel(400)
        drive.settled()
    expect(page.locator(".lx-posterior-told")).to_contain_text("zoom in")
    page.evaluate("lx.setCode(Float32Array.from([0, 0]), { kind: 'sliders' })")
    drive.until(f"{ELLIPSES}.length === 0")
    expect(page.locator(".lx-posterior-told")).to_be_hidden()
    drive.settled()
