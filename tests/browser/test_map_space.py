"""The 3-D map: the points of PCA's three strongest directions, turned by hand and keys; hover, click, search, link and undo."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.latent import neighbours
from explorer.runs.session import Session
from tests.explorer.conftest import N

pytestmark = pytest.mark.webgl

ROOT = "document.querySelector('#lx-plane [data-points]').dataset"
SPACE = "#lx-plane .lx-map-space"
EYE = f"document.querySelector('{SPACE}').dataset.eye.split(' ').map(Number)"


def spots(drive, places: np.ndarray) -> np.ndarray:
    """Where places (n, 3) are on the screen, and how far from the eye: seen from where the page says, at 45° of the shorter side."""
    eye, box = np.array(drive.page.evaluate(EYE)), drive.page.locator(SPACE).bounding_box()
    far = np.linalg.norm(eye)
    towards = eye / far
    right = np.cross([0, 0, 1], towards) / np.linalg.norm(np.cross([0, 0, 1], towards))
    scaled = places * 0.36 / np.sqrt((places**2).sum(1).mean())
    depth = far - scaled @ towards
    k = min(box["width"], box["height"]) / 2 / np.tan(np.pi / 8) / depth
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return np.stack([middle[0] + scaled @ right * k, middle[1] - scaled @ np.cross(towards, right) * k, depth], 1)


def enter(drive) -> None:
    drive.page.get_by_role("radio", name="3-D").click()
    drive.until(f"{ROOT}.space === '120'")
    drive.settled()


def lonely(drive, at: np.ndarray) -> int:
    """A point that no other is near on the screen."""
    box = drive.page.locator(SPACE).bounding_box()
    gaps = np.linalg.norm(at[:, None, :2] - at[None, :, :2], axis=-1) + 1e9 * np.eye(len(at))
    low, high = np.array([box["x"] + 60, box["y"] + 110]), np.array([box["x"] + box["width"] - 120, box["y"] + box["height"] - 120])
    inside = ((at[:, :2] > low) & (at[:, :2] < high)).all(1)
    return int(np.where(inside, gaps.min(1), 0).argmax())


def apart(drive, at: np.ndarray) -> np.ndarray:
    """Which points are in the picture, and no other over or beside them."""
    box = drive.page.locator(SPACE).bounding_box()
    low, high = np.array([box["x"] + 8, box["y"] + 8]), np.array([box["x"] + box["width"] - 8, box["y"] + box["height"] - 8])
    alone = [(np.linalg.norm(at[:, :2] - at[k, :2], axis=1) < 12).sum() == 1 for k in range(N)]
    return np.array(alone) & ((at[:, :2] > low) & (at[:, :2] < high)).all(1)


def colours(drive, at: np.ndarray) -> np.ndarray:
    """The picture's own pixels (n, 4) at places of the screen."""
    box = drive.page.locator(SPACE).bounding_box()
    here = [[float(x - box["x"]), float(y - box["y"])] for x, y, *_ in at]
    return np.array(drive.page.evaluate("""([s, at]) => {
        const c = document.querySelector(s), k = c.width / c.clientWidth, x = document.createElement('canvas');
        x.width = c.width; x.height = c.height; const g = x.getContext('2d'); g.drawImage(c, 0, 0);
        return at.map(([u, v]) => [...g.getImageData(Math.round(u * k), Math.round(v * k), 1, 1).data]); }""", [SPACE, here]))


def test_the_three_strongest_directions_a_hover_and_a_click_as_on_the_flat_map(drive, trained):
    drive.map()
    page = drive.page
    enter(drive)
    run = Session(trained).run("tiny")
    expect(page.locator(".lx-shadow")).to_have_text("The three strongest of 8 dimensions (PCA)")
    expect(page.locator("#lx-plane .lx-plot")).to_be_hidden()
    at = spots(drive, neighbours.space(run))
    front = np.flatnonzero(apart(drive, at))
    palette = page.evaluate("window.lx.palette.slice(0, 2).map((c) => [1, 3, 5].map((k) => parseInt(c.slice(k, k + 2), 16)))")
    drawn = colours(drive, at[front])
    assert len(front) > 20 and np.abs(drawn[:, :3] - np.array(palette)[run.held.labels[front]]).max() < 8, "each in its class's colour"
    i = lonely(drive, at)
    drive.hover(*at[i, :2])
    drive.until(f"+{ROOT}.hover === {i} && +{ROOT}.shown === {i}")
    before = drive.pixels()
    page.mouse.click(*at[i, :2])
    drive.until(f"window.lx.state.origin.index === {i}")
    drive.changed(before)
    drive.settled()
    cross = page.locator(".lx-map-space-marker circle").bounding_box()
    here = cross["x"] + cross["width"] / 2, cross["y"] + cross["height"] / 2
    assert np.allclose(here, at[i, :2], atol=1.5), "the current code is marked where it lies"


@pytest.mark.parametrize("size", [(1280, 800), (420, 860)])
def test_points_lie_behind_no_tool(drive, size):
    drive.page.set_viewport_size({"width": size[0], "height": size[1]})
    drive.map()
    enter(drive)
    box = {name: drive.page.locator(f"#lx-plane {name}").bounding_box() for name in (".lx-map-space", ".lx-tools", ".lx-legend")}
    space, tools, legend = box.values()
    assert space["y"] >= tools["y"] + tools["height"] and space["y"] + space["height"] <= legend["y"] and space["height"] > 150


def test_it_is_turned_by_hand_and_keys_and_is_in_the_link_and_undone(drive, context):
    drive.map()
    page = drive.page
    enter(drive)
    first, box = np.array(page.evaluate(EYE)), page.locator(SPACE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 10, steps=6)
    page.mouse.up()
    drive.settled()
    dragged = np.array(page.evaluate(EYE))
    assert np.linalg.norm(dragged - first) > 0.3 and np.isclose(np.linalg.norm(dragged), np.linalg.norm(first))
    page.locator(SPACE).focus()
    for key in ("Shift+ArrowLeft", "ArrowUp", "+"):
        page.keyboard.press(key)
    drive.wheel(-120)
    drive.settled()
    eye = np.array(page.evaluate(EYE))
    assert np.linalg.norm(eye) < 0.9 * np.linalg.norm(first)
    other = type(drive)(context.new_page(), drive.server).map(page.evaluate("location.href").split("?", 1)[1].replace("lang=en", "lang=ko"))
    other.until(f"{ROOT}.space === '120'")
    other.settled()
    assert np.allclose(other.page.evaluate(EYE), eye, rtol=1e-3, atol=1e-3)
    expect(other.page.get_by_role("radio", name="3차원")).to_have_attribute("aria-checked", "true")
    other.page.close()
    page.keyboard.press("0")
    drive.until(f"(was) => Math.hypot(...{EYE}.map((v, k) => v - was[k])) < 1e-6", first.tolist())
    page.get_by_role("radio", name="UMAP").click()
    expect(page.locator(SPACE)).to_be_hidden()
    drive.settled()
    page.keyboard.press("Control+z")
    drive.until(f"{ROOT}.space === '120'")
    expect(page.locator(SPACE)).to_be_visible()


def test_what_is_looked_for_stands_out_and_a_plane_has_no_third_direction(drive, trained):
    drive.map()
    page = drive.page
    enter(drive)
    page.locator("#lx-plane .lx-seek-text").fill("square")
    page.locator("#lx-plane .lx-seek-text").press("Enter")
    square = Session(trained).run("tiny").held.labels == 1
    drive.until(f"+{ROOT}.spaceMarked === {square.sum()}")
    drive.settled()
    at = spots(drive, neighbours.space(Session(trained).run("tiny")))
    alone, alpha = apart(drive, at), colours(drive, at)[:, 3]
    few = alpha[~square & alone]
    assert (square & alone).sum() > 8 and alpha[square & alone].min() > 250 and len(few) > 5 and 20 < few.min() <= few.max() < 60
    i = np.flatnonzero(~square & alone)[0]
    drive.hover(*at[i, :2])
    drive.settled()
    assert page.evaluate(f"{ROOT}.hover") is None, "what is faint is not in the way"
    drive.map("run=plane")
    assert page.get_by_role("radio", name="3-D").count() == 0
