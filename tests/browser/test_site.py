"""A page without a server answers as the server does: the same questions to both, of runs that are shipped; and it opens and is walked in,
with nothing behind it but files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from explorer.runs.session import Session
from explorer.site import folder, one_file, sheets
from tests.site.conftest import torch_knows_its_operations
from tests.static_host import static_host
from training.pixels import to_pillow

from . import rest
from .site_questions import ASK, compared, pictures, questions, server_of

pytestmark = pytest.mark.webgl

__all__ = ["torch_knows_its_operations"]

TRAINED = Path(__file__).parents[2] / "trained"
VIEWS = {                                       # what each run is opened in
    "vae-plane-mnist": ("map", "walk"), "infogan-mnist": ("codes",), "lapgan-fashion-mnist": ("pyramid",),
    "progan-faces": ("arithmetic",), "stylealae-faces-32": ("styles", "reconstruct"), "conv-faces": ("reconstruct",)}
RUNS = list(VIEWS)


@pytest.fixture(scope="module")
def session():
    return Session(TRAINED)


def in_haste(pixels, **how):
    """As sheets.webp: the same pixels of lossless files, which take a tenth of the time where their bytes are not counted."""
    kept = io.BytesIO()
    to_pillow(pixels).save(kept, "WEBP", method=0, **how)
    return kept.getvalue()


@pytest.fixture(scope="module")
def site(session, tmp_path_factory):
    """The address of a site of RUNS."""
    made = tmp_path_factory.mktemp("site") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "webp", in_haste)
        done = folder.write(session, made, RUNS)
    assert [run.name for run in done.runs] == sorted(RUNS, key=list(session.runs()[0]).index) and not done.problems
    with static_host(made) as address:
        yield address


@pytest.fixture(scope="module")
def server(session):
    """The server's own answer to a question."""
    with server_of(session) as ask:
        yield ask


@pytest.fixture
def there(context, watch, site):
    """A page of the site over a run."""
    tab = context.new_page()

    def opened(query):
        tab.goto(f"{site}/?{query}")
        tab.wait_for_selector(".lx-hero[data-n]")
        return tab
    return opened


@pytest.mark.parametrize("name", RUNS)
def test_views_open_at_rest_and_the_browser_draws_and_answers_what_the_server_does(session, server, there, name):
    run = session.run(name)
    for view in VIEWS[name]:
        tab = there(f"run={name}&view={view}")
        assert tab.evaluate(rest.RESTS), view
        assert tab.locator(f"#view-{view}").is_visible()
        assert tab.locator("#lx-toast").count() == 0, f"{view}: something was said"
    asked = [*(("render", body) for body in pictures(run)), *questions(run)]
    told = tab.evaluate(ASK, asked)
    for (path, body), here in zip(asked, told, strict=True):
        compared(here, server(path, body), body)


HERO = "document.querySelector('.lx-hero canvas').toDataURL()"


def dragged(tab, k, value):
    """A slider of the inspector, as a hand moves it."""
    tab.locator(f"#lx-slider-{k} input[type=range]").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", value)


def test_a_slider_moves_the_image_and_undo_brings_it_back(there):
    tab = there("run=vae-plane-mnist&view=map")
    assert tab.evaluate(rest.RESTS)
    before, number = tab.evaluate(HERO), tab.locator("#lx-slider-0 input[type=number]")
    was = number.input_value()
    dragged(tab, 0, 2.5)
    tab.wait_for_function(f"(was) => {HERO} !== was", arg=before)
    expect(number).to_have_value("2.5")
    tab.locator(".lx-undo").click()
    expect(number).to_have_value(was)
    assert tab.evaluate(rest.RESTS)
    assert tab.evaluate(HERO) == before


def test_a_drawn_digit_is_encoded_in_the_browser(there):
    tab = there("run=vae-plane-mnist&view=reconstruct")
    assert tab.evaluate(rest.RESTS)
    before = tab.evaluate("lx.state.w.join()")
    tab.locator("#view-reconstruct [data-source=draw]").click()
    box = tab.locator("#view-reconstruct .lx-pad").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.25
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y + box["height"] * 0.5, steps=8)
    tab.mouse.up()
    tab.wait_for_function("(was) => lx.state.w.join() !== was && lx.state.origin.kind === 'image'", arg=before)


def test_seeds_and_a_gif_are_saved_by_the_browser(session, there):
    """As the server would write them: the seeds' own images, and the frames of a walk."""
    tab, run = there("run=vae-plane-mnist&view=walk"), session.run("vae-plane-mnist")
    assert tab.evaluate(rest.RESTS)
    tab.get_by_role("button", name="Seeds…").click()
    dialog = tab.locator("#lx-seeds dialog[open]")
    dialog.get_by_label("From seed").fill("5")
    dialog.get_by_label("How many seeds").fill("3")
    with tab.expect_download() as got:
        dialog.get_by_role("button", name="Save zip").click()
    drawn = run.decode(run.map_z(np.concatenate([run.sample_z(1, seed) for seed in (5, 6, 7)])))
    with zipfile.ZipFile(got.value.path()) as archive:
        images = [one["file"] for one in json.loads(archive.read("seeds.json"))["images"]]
        for name, image in zip(images, drawn, strict=True):
            with Image.open(io.BytesIO(archive.read(name))) as found:
                assert abs(np.asarray(found.convert("L")).astype(int) - image[..., 0].astype(int)).max() <= 1
    dialog.get_by_role("button", name="Close").click()
    tab.get_by_label("Length").select_option("4")
    with tab.expect_download() as film:
        tab.get_by_role("button", name="Save GIF").click()
    with Image.open(film.value.path()) as gif:
        assert gif.format == "GIF" and gif.n_frames == 80


def test_nothing_is_there_without_a_word_before_the_page_knows_its_language(context, watch, site):
    """Its store waits here for a word: a bar in both languages, on the browser's own light or dark."""
    tab = context.new_page()
    tab.emulate_media(color_scheme="dark")

    def waiting(route):
        answer = route.fetch()
        route.fulfill(response=answer, body="await new Promise((go) => (window.go = go));\n" + answer.text())
    tab.route("**/js/shell/store.js", waiting)
    tab.goto(f"{site}/?run=vae-plane-mnist", wait_until="commit")
    tab.wait_for_function("!!window.go")
    expect(tab.locator("#lx-loading")).to_contain_text("페이지를 불러오는 중")
    expect(tab.locator(".lx-hero")).to_be_hidden()
    dark = r"getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).every((v) => v < 40)"
    assert tab.evaluate(dark), "no flash of white"
    tab.evaluate("window.go()")
    tab.wait_for_selector(".lx-hero[data-n]")
    expect(tab.locator(".lx-hero")).to_be_visible()
    assert tab.evaluate(dark)


# what the page said since it was opened: a notice is gone after seconds, in which a slow machine may still be opening the page
SAID = """window.said = []; new MutationObserver(() => { const notice = document.querySelector('#lx-toast.on');
    if (notice) said.push(notice.textContent); }).observe(document, { subtree: true, childList: true, attributeFilter: ['class'] });"""


def test_what_takes_a_server_says_so_where_it_would_be(there):
    tab = there("run=stylealae-faces-32&view=map")
    assert tab.evaluate(rest.RESTS)
    assert "no server" in tab.locator("#lx-left .lx-site-told").inner_text()
    assert tab.locator(".lx-tab").all_inner_texts() == ["Map", "Codes", "Arithmetic", "Walk", "Styles", "Pyramid", "Reconstruct"]
    tab.add_init_script(SAID)

    def tells(words: str) -> None:
        tab.wait_for_function("(words) => said.some((sentence) => sentence.includes(words))", arg=words)

    for query, button, words in (("stylealae-faces-32&view=map", ".lx-refit", "python app.py"),
                                 ("vae-plane-mnist&view=train", "", "takes the program"),
                                 ("vae-plane-mnist&view=walk", "#view-walk .lx-mp4", "MP4"),
                                 ("vae-plane-mnist&view=reconstruct", "#view-reconstruct .lx-generators button", "no server")):
        assert there(f"run={query}").evaluate(rest.RESTS)
        if button:
            tab.locator(button).first.click()
        tells(words)
    tab.goto(tab.url.partition("?")[0] + "?run=nowhere")
    tells("does not have that run")


def test_one_file_opens_from_the_disk_without_a_network(session, context, watch, tmp_path):
    path = tmp_path / "page.html"
    size, left = one_file.write(session, "vae-plane-mnist", path)
    assert size == path.stat().st_size <= 12 * 2**20
    assert not left, "nothing is missing"
    context.set_offline(True)
    try:
        tab = context.new_page()
        tab.goto(path.as_uri())
        tab.wait_for_selector(".lx-hero[data-n]")
        tab.wait_for_selector("#lx-plane [data-ready=true]", state="attached")
        before = tab.evaluate(HERO)
        dragged(tab, 1, -2)
        tab.wait_for_function(f"(was) => {HERO} !== was", arg=before)
        assert tab.locator(".lx-tab").all_inner_texts() == ["Map", "Codes", "Arithmetic", "Walk", "Reconstruct"]
    finally:
        context.set_offline(False)
