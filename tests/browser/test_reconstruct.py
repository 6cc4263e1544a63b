"""An image in: held-out, drawn, chosen; its reconstruction, its code, and what bad files get."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from explorer import images
from explorer.latent import reconstruction
from explorer.runs.session import Session
from explorer.views.reconstruct import confusion, inversion
from tests.browser.conftest import Driver
from tests.explorer.conftest import data, make
from tests.explorer.generators import make_generator
from training import features

BOX = "document.querySelector('#lx-reconstruct [data-ready]').dataset"


def opened(drive, query="run=tiny&view=reconstruct"):
    page = drive.open(query).page
    drive.until(f"+{BOX}.n > 0")
    return page


def taken(drive, query="run=tiny&view=reconstruct"):
    """As opened, with the held-out image chosen by hand, so that the current code is the encoder's."""
    page, n = opened(drive, query), count(drive)
    page.locator("#lx-reconstruct .lx-index").dispatch_event("change")
    encoded(drive, n)
    return page


def pixels(drive, canvas=".lx-out canvas") -> str:
    return drive.page.evaluate(f"document.querySelector('#lx-reconstruct {canvas}').toDataURL()")


def encoded(drive, n: int) -> None:
    drive.until(f"+{BOX}.n > {n}")


def count(drive) -> int:
    return int(drive.page.evaluate(f"+{BOX}.n"))


def stroke(drive, points) -> None:
    """Draw a line, whose parts are each encoded while the pen is still down, and the whole once it is not."""
    page = drive.page
    drive.settled()
    box = page.locator("#lx-reconstruct .lx-pad").bounding_box()
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        n = count(drive)
        page.mouse.move(x, y, steps=8)
        encoded(drive, n)
    page.mouse.up()
    drive.settled()


def test_it_opens_with_a_held_out_image_and_goes_to_the_next(drive):
    page = opened(drive)
    assert drive.state("s.origin.kind") == "point"
    assert page.locator("#lx-reconstruct .lx-index").input_value() == str(drive.state("s.origin.index"))
    expect(page.locator("#lx-reconstruct .lx-rank")).to_contain_text("of the test images")
    before, n = pixels(drive, ".lx-given"), count(drive)
    page.locator("#lx-reconstruct .lx-index").fill("3")
    page.locator("#lx-reconstruct .lx-index").press("Enter")
    encoded(drive, n)
    assert drive.state("s.origin.index") == 3 and pixels(drive, ".lx-given") != before
    n = count(drive)
    page.get_by_role("button", name="Another").click()
    encoded(drive, n)
    signed = pixels(drive, ".lx-diff canvas")
    page.get_by_role("radio", name="Absolute").click()
    drive.settled()
    assert pixels(drive, ".lx-diff canvas") != signed
    drive.until("+document.querySelector('#lx-reconstruct .lx-draws').dataset.n > 0")


def test_drawing_is_encoded_live(drive):
    page = opened(drive)
    page.get_by_role("radio", name="Draw").click()
    before = pixels(drive)
    stroke(drive, [(0.2, 0.2), (0.6, 0.2), (0.4, 0.7)])
    drive.until("lx.state.origin.kind === 'image'")
    assert pixels(drive) != before
    centred, n = pixels(drive, ".lx-given"), count(drive)
    page.get_by_label("Centre like MNIST").click()
    encoded(drive, n)
    assert pixels(drive, ".lx-given") != centred
    n = count(drive)
    pad = page.locator("#lx-reconstruct .lx-pad")
    pad.focus()
    for key in ("Delete", "Space", "ArrowDown", "ArrowDown", "ArrowRight"):
        pad.press(key)
    encoded(drive, n)


def test_centring_puts_strokes_where_mnist_has_them(drive):
    """The box of the strokes is 20 of 28 pixels, and their centre of mass is in the middle, wherever they were drawn."""
    page = opened(drive)
    for x, y in ((0.15, 0.15), (0.6, 0.5)):
        page.get_by_role("radio", name="Draw").click()
        page.get_by_role("button", name="Clear").click()
        stroke(drive, [(x, y), (x + 0.2, y), (x, y + 0.3)])
        values = np.array(page.evaluate("""() => { const c = document.querySelector('#lx-reconstruct .lx-given');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            return [...Array(c.width * c.height)].map((_, i) => d[4 * i]); }"""))
        image = values.reshape(28, 28).astype(float)
        rows, columns = np.flatnonzero(image.max(1) > 40), np.flatnonzero(image.max(0) > 40)
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
        middle = [(image.sum(k) @ (np.arange(28) + 0.5)) / image.sum() for k in (0, 1)]
        assert np.allclose(middle, 14, atol=0.6)


def test_files_good_and_bad(drive, watch):
    page = opened(drive)
    watch.expected = "422"
    page.get_by_role("radio", name="Your image").click()
    out, n = io.BytesIO(), count(drive)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)).save(out, "PNG")
    chooser = page.locator("#lx-reconstruct input[type=file]")
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()})
    encoded(drive, n)
    hint = page.locator("#lx-reconstruct .lx-hint")
    bad = (("b.png", b"hello", "not an image this page can read"), ("c.png", out.getvalue()[:400], "damaged or cut short"),
           ("d.png", b"", "file is empty"), ("e.png", bytes(5 * 2**20), "larger than 4 MB"))
    for name, content, sentence in bad:
        chooser.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
        expect(hint).to_contain_text(sentence)
    photo, n = io.BytesIO(), count(drive)                # over 4 MB and over 4,096 pixels, as a phone takes them: light left of dark
    light = np.random.default_rng(0).integers(190, 256, (1800, 4400, 3), np.uint8)
    light[:, 2200:] //= 8
    Image.fromarray(light).save(photo, "JPEG", quality=98)
    assert len(photo.getvalue()) > 4 * 2**20
    chooser.set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    encoded(drive, n)
    left, right = page.evaluate("""() => { const c = document.querySelector('#lx-reconstruct .lx-given'), g = c.getContext('2d');
        return [5, 22].map((x) => g.getImageData(x, 14, 1, 1).data[0]); }""")
    assert left > 180 and right < 60


def test_sliders_edit_the_code_and_back(drive):
    page = taken(drive)
    before = pixels(drive)
    page.evaluate("lx.slide(0, 2.5)")
    expect(page.locator("#lx-reconstruct .lx-out-name")).to_have_text("Edited")
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() !== was", before)
    page.get_by_role("button", name="Back to the encoder's code").click()
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() === was", before)


RANKED = "document.querySelector('#lx-reconstruct .lx-beside').dataset.runs"


def ranked(drive, runs=("plane", "tiny")) -> list[str]:
    """Wait for a card of each run; the runs as they are ranked."""
    drive.until(f"(of) => ({RANKED} || '').split(' ').sort().join(' ') === of", " ".join(sorted(runs)))
    return drive.page.evaluate(RANKED).split()


def shown(page, selector: str) -> np.ndarray:
    """A canvas's pixels, (H, W, 3)."""
    return np.array(page.locator(f"#lx-reconstruct {selector}").first.evaluate("""(c) => { const d = c.getContext('2d')
        .getImageData(0, 0, c.width, c.height).data; return [c.height, c.width, [...d]]; }""")[2]).reshape(28, 28, 4)[..., :3]


def test_every_run_that_takes_the_image_stands_beside_the_others_in_order(drive, trained):
    page, session = opened(drive), Session(trained)
    order = ranked(drive)
    index = drive.state("s.origin.index")
    pixels = session.run("tiny").real(np.array([index]))[0]
    taken = {name: reconstruction.take_in(session.run(name), pixels) for name in order}
    assert order == sorted(order, key=lambda n: taken[n].error)
    for name in order:
        card = f".lx-model[data-run={name}]"
        assert float(page.locator(card).get_attribute("data-error")) == pytest.approx(taken[name].error, rel=1e-3)
        assert np.array_equal(shown(page, f"{card} canvas:nth-child(1)")[..., 0], taken[name].again[..., 0])
        off, differs = shown(page, f"{card} canvas:nth-child(2)"), taken[name].again[..., 0] != pixels[0]
        assert np.array_equal(off.max(-1) > 0, differs)
        brighter = differs & (taken[name].again[..., 0].astype(int) > pixels[0])
        assert (off[brighter][:, 0] > off[brighter][:, 2]).all()         # red where the output is brighter
    expect(page.locator(".lx-model[aria-current=true]")).to_have_attribute("data-run", "tiny")


def test_all_of_them_follow_the_stroke_in_one_request(drive):
    page = opened(drive)
    ranked(drive)
    before = {n: shown(page, f".lx-model[data-run={n}] canvas") for n in ("plane", "tiny")}
    page.get_by_role("radio", name="Draw").click()
    paths: list[str] = []
    page.on("request", lambda r: paths.append(r.url.rsplit("/", 1)[1] + ("+" if '"plane"' in (r.post_data or "") else "")))
    stroke(drive, [(0.2, 0.2), (0.6, 0.2), (0.4, 0.7)])
    drive.until("lx.state.origin.kind === 'image'")
    for name, was in before.items():
        assert not np.array_equal(shown(page, f".lx-model[data-run={name}] canvas"), was)
    assert {p for p in paths if p.startswith("beside")} == {"beside+"}   # every one of them is for all runs at once


def test_noise_on_the_input_is_seen_by_every_run_and_errors_are_against_the_clean_image(drive, trained):
    page, session = opened(drive), Session(trained)
    index, n = drive.state("s.origin.index"), count(drive)
    clean = session.run("tiny").real(np.array([index]))[0]
    page.get_by_role("radio", name="Lost block").click()
    encoded(drive, n)
    n = count(drive)
    drive.slide("#lx-reconstruct .lx-spoil input", 36)
    encoded(drive, n)
    expect(page.locator(".lx-spoil output")).to_have_text("36 %")
    noisy = reconstruction.noisy(clean, "block", 0.36, 0)
    assert np.array_equal(shown(page, ".lx-given")[..., 0], noisy[0])
    taken = reconstruction.take_in(session.run("tiny"), noisy, target=clean)
    assert float(page.locator(".lx-model[data-run=tiny]").get_attribute("data-error")) == pytest.approx(taken.error, rel=1e-3)
    expect(page.locator(".lx-spoil-told")).to_contain_text("The noise alone is")
    n = count(drive)
    page.get_by_role("radio", name="None", exact=True).click()
    encoded(drive, n)
    assert np.array_equal(shown(page, ".lx-given")[..., 0], clean[0])
    expect(page.locator(".lx-spoil-told")).to_be_empty()


def test_choosing_a_card_edits_the_same_image_in_that_run(drive, trained):
    page, session = taken(drive), Session(trained)
    ranked(drive)
    index = drive.state("s.origin.index")
    page.locator(".lx-model[data-run=plane]").focus()
    page.keyboard.press("Enter")
    drive.until(f"document.body.dataset.run === 'plane' && {BOX}.run === 'plane' && lx.state.origin.index === {index}")
    run = session.run("plane")
    np.testing.assert_allclose(drive.state("[...s.w]"), run.encode(run.real(np.array([index])))[0][0], atol=1e-5)
    ranked(drive)
    before = pixels(drive)
    page.evaluate("lx.slide(0, 2.5)")
    expect(page.locator("#lx-reconstruct .lx-out-name")).to_have_text("Edited")
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() !== was", before)


def test_a_slider_goes_from_one_real_image_to_another(drive, trained):
    page, session = opened(drive), Session(trained)
    run, n = session.run("tiny"), count(drive)
    page.locator("#lx-reconstruct .lx-index").fill("3")
    page.locator("#lx-reconstruct .lx-index").press("Enter")
    encoded(drive, n)
    page.get_by_role("button", name="Take the input as A").click()
    n = count(drive)
    page.locator("#lx-reconstruct .lx-index").fill("8")
    page.locator("#lx-reconstruct .lx-index").press("Enter")
    encoded(drive, n)
    a, b = run.encode(run.real(np.array([3, 8])))[0]
    drive.slide("#lx-reconstruct .lx-way input", 0.25)
    np.testing.assert_allclose(drive.state("[...s.w]"), a + (b - a) * 0.25, atol=1e-5)
    drive.until("+document.querySelector('#lx-reconstruct .lx-mixes').dataset.n > 0")
    drive.slide("#lx-reconstruct .lx-way input", 0)
    np.testing.assert_allclose(drive.state("[...s.w]"), a, atol=1e-6)
    expect(page.locator("#lx-reconstruct .lx-out-name")).to_have_text("Edited")
    strip = page.locator("#lx-reconstruct .lx-mixes canvas").evaluate("(c) => [c.width, c.height]")
    assert strip == [9 * 28, 28]
    drive.slide("#lx-reconstruct .lx-way input", 1)
    expect(page.locator("#lx-reconstruct .lx-out-name")).to_have_text("Reconstruction")


@pytest.fixture(scope="module")
def judged_root(tmp_path_factory) -> Path:
    """A run whose data set has a classifier, and a generator without an encoder."""
    root = tmp_path_factory.mktemp("judged")
    make(root, "tiny", data(), z_dim=4)
    make_generator(root, "gan", "gan", data(), z_dim=6)
    torch.manual_seed(0)
    features.save(features.FeatureNet((("class", ("bar", "square")),), (1, 28, 28)).eval(), root, data().spec)
    return root


@pytest.fixture
def judged(pages, judged_root) -> tuple[Path, str]:
    """That folder, and the address of a page over it."""
    return judged_root, pages.over(judged_root)


def test_what_the_code_keeps_is_a_table_with_its_worst_confusions_in_words(context, watch, judged):
    drive = Driver(context.new_page(), judged[1])
    page, session = opened(drive), Session(judged[0])
    drive.until("document.querySelector('#lx-reconstruct .lx-kept').dataset.run === 'tiny'")
    run = session.run("tiny")
    every = None
    while every is None:
        every, _ = confusion.kept(run)
    counts = page.locator(".lx-counts tr:not(:first-child)").evaluate_all(
        "(rows) => rows.map((r) => [...r.querySelectorAll('td')].map((c) => +c.textContent))")
    assert counts == every[0].counts.tolist()
    words = page.locator(".lx-told li").all_text_contents()
    names = every[0].categories
    told = [f"{names[c.was]} becomes {names[c.now]}: {max(1, round(100 * c.count / c.of))} of 100" for c in every[0].confusions()]
    assert words == (told or ["No mix-up happened three times or more."])
    assert "…" not in "".join(page.locator("#lx-reconstruct .lx-counts th").all_inner_texts()), "no name is cut"


def test_a_generator_without_an_encoder_is_searched_and_joins_the_ranking(context, watch, judged):
    drive = Driver(context.new_page(), judged[1])
    page, session = opened(drive), Session(judged[0])
    ranked(drive, ("tiny",))
    page.locator(".lx-generator[data-run=gan]").get_by_role("button", name="Search for its code").click()
    drive.until("+document.querySelector('#lx-reconstruct .lx-search').dataset.found === 1")
    assert sorted(ranked(drive, ("gan", "tiny"))) == ["gan", "tiny"]
    assert page.locator(".lx-reel canvas").evaluate("(c) => c.width / c.height") == len(inversion.kept_steps())
    card = page.locator(".lx-model[data-run=gan]")
    index, error = drive.state("s.origin.index"), float(card.get_attribute("data-error"))
    again = shown(page, ".lx-model[data-run=gan] canvas")[..., 0]
    card.click()
    drive.until("document.body.dataset.run === 'gan' && lx.state.view === 'codes'")
    run = session.run("gan")
    w = np.array(drive.state("[...s.w]"), np.float32)
    assert np.array_equal(run.decode(w[None])[0][..., 0], again)
    held = session.run("tiny").real(np.array([index]))[0]
    assert float(images.squared_error(run.images(w[None]), held)[0]) == pytest.approx(error, rel=1e-3)
    page.evaluate("lx.open('tiny').then(() => lx.show('reconstruct'))")
    drive.until(f"{BOX}.run === 'tiny'")
    n = count(drive)
    page.get_by_role("button", name="Another").click()
    encoded(drive, n)
    assert ranked(drive, ("tiny",)) == ["tiny"]                             # what was found was for another image


def test_an_attribute_slider_moves_the_real_images_own_code_along_its_direction(drive):
    page = taken(drive)
    change = page.locator("#lx-reconstruct .lx-change")
    drive.until("+document.querySelector('#lx-reconstruct .lx-change').dataset.n > 0")
    assert change.get_attribute("data-state") == "ready"
    own, shown = np.array(drive.state("Array.from(s.w)")), pixels(drive)
    found = page.evaluate("lx.code({ op: 'directions' }).then((d) => d.directions.map((x) => ({ ...x, vector: [...lx.f32(x.vector)] })))")
    row = change.locator(".lx-edit").first
    d = next(x for x in found if x["kind"] == "attribute" and " ".join(x["name"]) == row.get_attribute("data-name"))
    vector, mean = np.array(d["vector"]), np.array(drive.state("Array.from(s.info.mean)"))
    value = float(row.locator("input").input_value())
    assert abs(value - np.clip((own - mean) @ vector / d["sigma"], -4, 4)) < 0.02
    drive.slide("#lx-reconstruct .lx-edit:first-child input", 3)
    drive.until("(was) => document.querySelector('#lx-reconstruct .lx-out canvas').toDataURL() !== was", shown)
    now = np.array(drive.state("Array.from(s.w)"))
    np.testing.assert_allclose((now - mean) @ vector / d["sigma"], 3, atol=0.02)
    rest = (now - own) - ((now - own) @ vector) * vector
    assert np.abs(rest).max() < 1e-3
    expect(row.locator("output")).to_have_text("3.0")
    page.locator("#lx-reconstruct .lx-back").click()
    drive.until("(w) => window.lx.state.w.every((v, i) => Math.abs(v - w[i]) < 1e-6)", own.tolist())
    drive.until("(v) => Math.abs(document.querySelector('#lx-reconstruct .lx-edit input').value - v) < 0.02", value)
