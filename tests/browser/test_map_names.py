"""Names on the map: each class at its densest place, attributes where they set a cluster apart, none where nothing does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.runs.session import Session
from tests.explorer.conftest import N, data, make
from training import checkpoint, maps
from training.data import Dataset, Split

from .conftest import Driver

pytestmark = pytest.mark.webgl

PLANE = "document.querySelector('#lx-plane [data-points]').dataset"
LABELS = """[...document.querySelectorAll('#lx-plane .lx-names span:not(.away)')].map((e) => { const b = e.getBoundingClientRect();
    return {text: e.textContent, at: +e.dataset.at, box: [b.left, b.top, b.right, b.bottom]}; })"""
CHIP = "#lx-plane .lx-titled"


def apart(a: list[float], b: list[float]) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def middle(label: dict) -> np.ndarray:
    return np.array(label["box"]).reshape(2, 2).mean(0)


def test_each_class_is_named_at_one_of_its_points_and_the_names_move_with_them(drive, trained):
    drive.map()
    drive.until(f"{PLANE}.named === '2'")
    labels, page = Session(trained).run("tiny").held.labels, drive.page
    first = page.evaluate(LABELS)
    assert [v["text"] for v in first] == ["bar", "square"] and [labels[v["at"]] for v in first] == [0, 1]
    assert apart(first[0]["box"], first[1]["box"])
    assert np.abs(middle(first[0]) - drive.at(first[0]["at"])).max() < 2, "the first has its place"
    colours = page.evaluate("[...document.querySelectorAll('.lx-names span')].map((e) => getComputedStyle(e).borderTopColor)")
    assert colours == page.evaluate("[...document.querySelectorAll('.lx-legend i')].map((e) => getComputedStyle(e).backgroundColor)")
    x, y = drive.at(first[0]["at"])
    page.mouse.move(x + 60, y + 30)
    drive.wheel(-400)
    drive.until("(x) => document.querySelector('.lx-names span').getBoundingClientRect().left < x - 5", first[0]["box"][0])
    drive.settled()
    zoomed = page.evaluate(LABELS)
    assert zoomed[0]["at"] == first[0]["at"] and np.abs(middle(zoomed[0]) - drive.at(first[0]["at"])).max() < 2
    page.locator(".lx-legend button").nth(1).click()
    expect(page.locator(".lx-names span")).to_have_text(["square"])     # chosen alone


def test_names_can_be_switched_off_in_the_link_and_undone(drive, context):
    drive.map()
    drive.until(f"{PLANE}.named === '2'")
    drive.page.locator(CHIP).click()
    expect(drive.page.locator(".lx-names span")).to_have_count(0)
    drive.settled()
    other = type(drive)(context.new_page(), drive.server).map(drive.page.evaluate("location.href").split("?", 1)[1])
    expect(other.page.locator(CHIP)).to_have_attribute("aria-pressed", "false")
    expect(other.page.locator(".lx-names span")).to_have_count(0)
    other.page.close()
    drive.page.keyboard.press("Control+z")
    expect(drive.page.locator(".lx-names span")).to_have_text(["bar", "square"])


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    """Two runs over images without classes, of three attributes' values: clusters has each in a place of its own, mixed none."""
    root, shapes = tmp_path_factory.mktemp("unlabelled"), data()
    values = (np.arange(N) % 3).astype(np.uint8)[:, None]
    spec = dataclasses.replace(shapes.spec, classes=(), attributes=(("hair", ("black", "brown", "longStraight")),))
    split = Split(shapes.test.images, None, values)
    random = np.random.default_rng(3)
    for name, far in (("clusters", 20.0), ("mixed", 0.0)):
        folder = make(root, name, Dataset(spec, split, split), z_dim=8)
        kept = maps.read(folder / checkpoint.MAP)
        places = random.normal(size=(N, 2)) + far * np.stack([values[:, 0] == 1, values[:, 0] == 2], 1)
        maps.write(folder / checkpoint.MAP, maps.Map(kept.codes, places.astype(np.float32)))
    return root


def test_attributes_name_the_clusters_that_they_set_apart_and_nothing_else(context, pages, unlabelled, watch):
    drive = Driver(context.new_page(), pages.over(unlabelled)).map("run=clusters")
    drive.until(f"{PLANE}.named === '3'")
    found = drive.page.evaluate(LABELS)
    assert sorted(v["text"] for v in found) == ["haircut black", "haircut brown", "haircut long straight"]
    for v in found:
        assert ("black", "brown", "long straight")[v["at"] % 3] in v["text"]
    drive.map("run=clusters&lang=ko")
    drive.until(f"{PLANE}.named === '3'")
    expect(drive.page.locator(CHIP)).to_have_text("이름")
    assert all(v["text"].startswith("머리 모양 ") for v in drive.page.evaluate(LABELS))
    drive.map("run=mixed&lang=en")
    drive.settled()
    expect(drive.page.locator(CHIP)).to_be_hidden()
    assert drive.page.evaluate(LABELS) == []
