"""Films of dials: ψ, blend, noise and its seeds, residuals. Their ends are what the page shows at the dial's ends, and they are saved."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import expect

from tests.explorer.conftest import data
from tests.explorer.generators import make_generator
from tests.explorer.styled import make_styled

from .conftest import Driver

READ = """(s) => { const c = document.querySelector(s), u = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let t = '';
  for (let i = 0; i < u.length; i += 4) t += String.fromCharCode(u[i]); return [c.height, c.width, btoa(t)]; }"""
SIDE = 28


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """grey: six layers, a mean of W and noise. levels: residuals at 14 and 28 pixels, and more."""
    root = tmp_path_factory.mktemp("filmed")
    make_styled(root, "grey", data())
    make_generator(root, "levels", "lapgan", data(), z_dim=6, noise=3, channels=4, network="conv")
    return root


@pytest.fixture
def drive(context, pages, root, watch):
    return Driver(context.new_page(), pages.over(root))


def pixels(drive, selector: str) -> np.ndarray:
    drive.settled()
    h, w, text = drive.page.evaluate(READ, selector)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(h, w).astype(int)


def hero(drive):
    return pixels(drive, ".lx-hero canvas")


def styles(drive):
    drive.open("run=grey&view=styles")
    drive.until("+document.querySelector('#lx-styles [data-ready]')?.dataset.n > 0")
    drive.settled()
    drive.page.get_by_role("button", name="row 3 · column 5", exact=True).click()
    drive.until("window.lx.state.origin.kind === 'styles'")
    drive.settled()
    return drive.page


def dialogue(drive):
    return drive.page.locator(".lx-film-dialogue[open]")


def frame_at(drive, t: float) -> np.ndarray:
    """The dialogue's frame at a time."""
    drive.slide(".lx-film-dialogue[open] .lx-filmed-time input", t)
    drive.until(f"document.querySelector('.lx-film-dialogue[open]').dataset.time === '{t:.4f}'")
    return pixels(drive, ".lx-film-dialogue[open] canvas")


def choose(drive, **fields) -> None:
    for name, value in fields.items():
        drive.page.locator(f".lx-film-dialogue[open] .lx-filmed-{name}").fill(str(value))
        drive.page.keyboard.press("Tab")


def saved(drive) -> np.ndarray:
    """The frames of the GIF, in the model's own pixels; those that are alike stand once."""
    with drive.page.expect_download() as got:
        dialogue(drive).get_by_role("button", name="Save GIF").click()
    with Image.open(got.value.path()) as image:
        assert image.format == "GIF" and max(image.size) == 336
        k = image.size[1] // SIDE
        return np.stack([np.asarray(f.convert("L"))[k // 2::k, k // 2::k].astype(int) for f in ImageSequence.Iterator(image)])


def turned(drive, dial: str, value: int) -> np.ndarray:
    """The current image with a dial at a value."""
    drive.slide(f"#lx-style-dials [data-dial={dial}] input", value)
    return hero(drive)


def alike(a, b) -> bool:
    return bool(np.abs(a - b).max() <= 2)


def is_a_film_between(drive, first, last) -> None:
    shown = [frame_at(drive, t) for t in (0, 0.5, 1)]
    assert alike(shown[0], first) and alike(shown[2], last)
    assert not alike(shown[1], first) and not alike(shown[1], last) and not alike(first, last)
    film = saved(drive)
    assert alike(film[0], first) and alike(film[-1], last)
    assert len(film) > 20 and len({f.tobytes() for f in film}) > 20
    assert alike(film[len(film) // 2], first) is alike(film[len(film) // 2], last) is False


def test_psi(drive):
    page = styles(drive)
    first, last = turned(drive, "psi", -100), turned(drive, "psi", 100)
    turned(drive, "psi", 70)
    page.get_by_role("button", name="Film of the truncation").click()
    expect(dialogue(drive).get_by_role("heading")).to_have_text("Animate “Truncation ψ”")
    is_a_film_between(drive, first, last)
    expect(dialogue(drive).locator("output")).to_have_text("ψ 1.00")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Film of the truncation")).to_be_focused()
    assert page.locator("#lx-style-dials [data-dial=psi] input").input_value() == "70", "the dial is where it was"


def test_blend_at_once_and_layer_by_layer(drive):
    page = styles(drive)
    page.get_by_role("button", name="Layers").click()
    for k in range(4):
        page.locator(".lx-layers input").nth(k).check()
    first, last = turned(drive, "blend", 0), turned(drive, "blend", 100)
    page.get_by_role("button", name="Film of the blend").click()
    is_a_film_between(drive, first, last)
    straight = frame_at(drive, 0.5)
    dialogue(drive).get_by_label("How it goes").select_option("layers")
    expect(dialogue(drive).locator(".lx-filmed-from")).to_be_disabled()
    by_layer = [frame_at(drive, t) for t in (0, 0.5, 1)]
    assert alike(by_layer[0], first) and alike(by_layer[2], last) and not alike(by_layer[1], straight)


def test_noise_and_its_seeds(drive):
    page = styles(drive)
    first, last = turned(drive, "noise", 0), turned(drive, "noise", 200)
    turned(drive, "noise", 100)
    page.get_by_role("button", name="Film of the noise").click()
    is_a_film_between(drive, first, last)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New noise", exact=True).click()
    one = hero(drive)
    page.get_by_role("button", name="Film of new noise").click()
    seed = int(re.search(r"\d+", dialogue(drive).locator("output").inner_text())[0])
    choose(drive, to=seed + 3)
    film = saved(drive)
    assert len(film) == 4 and len({f.tobytes() for f in film}) == 4 and alike(film[0], one), "each seed stands as long as the others"
    assert alike(film[3], frame_at(drive, 1)) and alike(film[0], frame_at(drive, 0))


def test_it_plays_there_and_back_and_what_cannot_be_says_why(drive):
    page = styles(drive)
    page.get_by_role("button", name="Film of the truncation").click()
    drive.until("+document.querySelector('.lx-film-dialogue[open]')?.dataset.n > 0")
    n = int(drive.page.evaluate("document.querySelector('.lx-film-dialogue[open]').dataset.n"))
    dialogue(drive).get_by_role("button", name="Play").click()
    drive.until(f"+document.querySelector('.lx-film-dialogue[open]').dataset.n > {n + 5}")
    dialogue(drive).get_by_role("button", name="Pause").click()
    first, last = frame_at(drive, 0), frame_at(drive, 1)
    dialogue(drive).get_by_role("button", name="There and back").click()
    drive.until("document.querySelector('.lx-film-dialogue[open]').dataset.time === '0.0000'")
    assert alike(pixels(drive, ".lx-film-dialogue[open] canvas"), first)
    film = saved(drive)
    assert alike(film[0], first) and any(alike(f, last) for f in film) and not alike(film[-1], last)
    for ends, sentence in (({"from": 9}, "Both ends lie between -1 and 1.5."), ({"from": 1}, "two different ends"), ({"from": ""}, "Both")):
        choose(drive, **ends)
        expect(dialogue(drive).get_by_role("alert")).to_contain_text(sentence)
        expect(dialogue(drive).get_by_role("button", name="Save GIF")).to_be_disabled()
    choose(drive, **{"from": 0})
    expect(dialogue(drive).get_by_role("button", name="Save MP4")).to_be_enabled()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="column 2 · seed 8").click()
    page.get_by_role("button", name="Film of the blend").click()
    expect(page.locator("#lx-toast")).to_contain_text("Choose a cell of the grid first")


def test_a_residual_and_all_of_them(drive):
    page = drive.open("run=levels&view=pyramid").page
    drive.until("+document.querySelector('#lx-pyramid [data-n]')?.dataset.n > 0")
    levels = drive.state("s.info.spec.levels.length")
    finest = f".lx-level[data-level='{levels - 1}']"
    drive.slide(f"{finest} .lx-blend input", 0)
    tile = f"{finest} .lx-tile[data-row=sum] canvas"
    none = pixels(drive, tile)
    drive.slide(f"{finest} .lx-blend input", 100)
    whole = pixels(drive, tile)
    page.locator(f"{finest} .lx-animate").click()
    is_a_film_between(drive, none, whole)
    dialogue(drive).get_by_label("How it goes").select_option("all")
    assert alike(frame_at(drive, 1), whole) and not alike(frame_at(drive, 0), none)


@pytest.mark.parametrize("view, ready, dial, ends, name", [
    ("reconstruct", "document.querySelector('#lx-reconstruct .lx-mix[data-a] input')?.disabled === false", ".lx-mix input", (0, 1),
     "from A to B"),
    ("arithmetic", "document.querySelector('#lx-arithmetic [data-strength]')?.dataset.strength === '1'", ".lx-strength input", (0, 2),
     "of the strength")])
def test_a_dial_from_end_to_end(drive, pages, trained, view, ready, dial, ends, name):
    """From one image to another, and of a sum's strength."""
    drive.server = pages.over(trained)
    page = drive.open(f"run=tiny&view={view}").page
    drive.until(ready)
    drive.settled()
    seen = []
    for end in ends:
        drive.slide(f"#lx-{view} {dial}", end)
        seen.append(hero(drive))
    page.get_by_role("button", name=f"Film {name}").click()
    is_a_film_between(drive, *seen)


def test_noise_on_an_input_beside_its_reconstruction(drive, pages, trained):
    drive.server = pages.over(trained)
    page = drive.open("run=tiny&view=reconstruct").page
    page.get_by_role("radio", name="Gaussian").click()
    drive.settled()

    def shown(amount):
        drive.slide("#lx-reconstruct .lx-spoil-more input", amount)
        return np.concatenate([pixels(drive, "#lx-reconstruct .lx-given"), pixels(drive, "#lx-reconstruct .lx-out canvas")], 1)
    some, much = shown(20), shown(80)
    page.get_by_role("button", name="Film of the noise").click()
    choose(drive, **{"from": 0.2, "to": 0.8})
    is_a_film_between(drive, some, much)
    dialogue(drive).get_by_label("How it goes").select_option("seeds")
    film = saved(drive)
    assert alike(film[0], much) and len(film) == 16 == len({f.tobytes() for f in film})
