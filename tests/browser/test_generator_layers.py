"""The Microscope on generators: feature maps follow the code, two networks are mixed by dials, and the link keeps both."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.explorer.conftest import data
from tests.explorer.encoded import make_encoded
from tests.explorer.generators import make_generator

from .conftest import Driver

BOX = "(document.querySelector('#lx-microscope [data-ready]') || {dataset: {}}).dataset"
MAP = "document.querySelector('.lx-mic-maps canvas').toDataURL()"
THREE = "[...document.querySelectorAll('.lx-mic-mix-three canvas')].map((c) => c.toDataURL())"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """a, b: DCGANs of one shape. alone: a DCGAN of another. stack: an autoencoder."""
    root = tmp_path_factory.mktemp("generators")
    make_generator(root, "a", "dcgan", data(), z_dim=6, channels=8, network="conv")
    make_generator(root, "b", "dcgan", data(), seed=4, z_dim=6, channels=8, network="conv")
    make_generator(root, "alone", "dcgan", data(), z_dim=6, channels=16, network="conv")
    make_generator(root, "flat", "gan", data(), z_dim=6)
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5)
    return root


@pytest.fixture
def drive(context, pages, root, watch):
    return Driver(context.new_page(), pages.over(root))


def test_maps_follow_the_code_and_the_layer(drive):
    page = drive.open("run=a&view=microscope").page
    drive.until(f"{BOX}.panel === 'maps' && +{BOX}.maps > 0")
    assert page.locator(".lx-mic-panels button:visible").all_text_contents() == ["Feature maps", "Two networks"]
    assert page.locator(".lx-mic-generator button").all_text_contents() == ["1 · 32 × 4 × 4", "2 · 16 × 7 × 7", "3 · 8 × 14 × 14",
                                                                           "4 · 1 × 28 × 28"]
    page.get_by_role("radio", name="2 · 16").click()
    drive.until("document.querySelector('.lx-mic-maps').dataset.layer === '1'")
    drive.settled()
    assert page.locator(".lx-mic-maps canvas").count() == 16
    strong = page.locator(".lx-mic-maps [data-channel]").evaluate_all("es => es.map((e) => e.dataset.channel)")
    page.get_by_role("radio", name="Most varying first").click()
    drive.until("document.querySelector('.lx-mic-maps').dataset.by === 'varies'")
    drive.settled()
    varied = page.locator(".lx-mic-maps [data-channel]").evaluate_all("es => es.map((e) => e.dataset.channel)")
    assert sorted(varied) == sorted(strong) and varied != strong
    before = page.evaluate(MAP)
    page.evaluate("lx.setCode(Float32Array.from([2, -1, 0, 1, 2, -2]), { kind: 'sliders' })")
    drive.until(f"(was) => {MAP} !== was", before)
    drive.settled()
    now, link = page.evaluate(MAP), page.evaluate("location.href")
    drive.anew(link)
    drive.until("document.querySelector('.lx-mic-maps')?.dataset.by === 'varies'")
    drive.settled()
    assert page.evaluate(MAP) == now
    page.get_by_role("radio", name="4 · 1").click()
    drive.until("document.querySelector('.lx-mic-maps').dataset.layer === '3'")


def test_a_dense_layer_is_told_as_such(drive):
    page = drive.open("run=stack&view=microscope").page
    drive.until(f"{BOX}.run === 'stack'")
    page.locator("[data-to=maps]").click()
    expect(page.locator(".lx-mic-maps-told")).to_contain_text("This layer is dense: 20 numbers")
    assert page.locator(".lx-mic-maps canvas").count() == 0 and page.locator("[data-to=networks]:visible").count() == 0
    expect(page.locator(".lx-mic-maps-by")).to_be_hidden()
    expect(page.locator(".lx-mic-to-units")).to_be_hidden()               # its own encoder has some
    expect(page.locator(".lx-mic-no-partner")).to_contain_text("so this network has no partner")
    page.locator(".lx-mic-to-codes").click()
    drive.until("lx.state.view === 'codes'")
    assert drive.state("s.run") == "stack"


def test_a_generator_without_maps_is_no_dead_end(drive):
    page = drive.open("run=flat&view=microscope").page
    drive.until(f"{BOX}.run === 'flat'")
    expect(page.locator(".lx-mic-maps-told")).to_contain_text("They have no places in the image")
    page.get_by_role("button", name="a run with units to look into").click()
    drive.until(f"{BOX}.run === 'stack' && {BOX}.panel === 'units'")


def test_dials_mix_two_networks_and_the_link_and_undo_carry_them(drive):
    page = drive.open("run=a&view=microscope").page
    page.locator("[data-to=networks]").click()
    drive.until(f"+{BOX}.networks > 0 && +{BOX}.strip > 0")
    drive.settled()
    expect(page.locator(".lx-mic-partner option")).to_have_count(1)
    half = page.evaluate(THREE)
    assert len(set(half)) == 3
    strip = page.evaluate("[...document.querySelectorAll('.lx-mic-mix-strip canvas')].map((c) => c.toDataURL())")
    assert len(strip) == 9 and strip[0] == half[0] and strip[4] == half[1] and strip[8] == half[2]
    dials = page.locator(".lx-mic-mix-dials input")
    assert dials.count() == 4
    for k in range(4):
        drive.slide(f".lx-mic-mix-dials input[data-k='{k}']", 0)
        drive.settled()
    drive.until(f"{THREE}[1] === {THREE}[0]")
    drive.slide(".lx-mic-mix-dials input[data-k='1']", 70)
    dials.nth(1).dispatch_event("change")
    drive.until(f"{THREE}[1] !== {THREE}[0]")
    drive.settled()
    shown, link = page.evaluate(THREE), page.evaluate("location.href")
    assert "b.0_70_0_0" in link
    drive.anew(link)
    drive.until(f"+{BOX}.networks > 0")
    drive.settled()
    assert page.evaluate(THREE) == shown
    assert dials.evaluate_all("es => es.map((e) => e.value)") == ["0", "70", "0", "0"]
    page.goto(f"{drive.server}/?run=alone&view=microscope")
    drive.until(f"{BOX}.run === 'alone' && +{BOX}.maps > 0")
    expect(page.locator(".lx-mic-no-partner")).to_be_visible()
    drive.settled()
    assert page.locator("[data-to=networks]:visible").count() == 0
