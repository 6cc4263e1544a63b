"""A training from the page: started with a person's own images, watched over a reload, stopped, resumed, opened."""

from __future__ import annotations

import contextlib
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.explorer.conftest import data, make
from tests.training import small
from training import alarms

from .held import Held

BOX = "#lx-train [data-form]"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("lab")
    make(root, "tiny", data(), z_dim=8)
    return root


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> list[Path]:
    """60 small PNGs."""
    root = tmp_path_factory.mktemp("pictures")
    images, _ = small.shapes(60)
    for i, x in enumerate(images):
        Image.fromarray(x[0]).save(root / f"{i:02d}.png")
    return sorted(root.iterdir())


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def server(pages, trained, cache) -> Iterator[str]:
    """A page whose data sets are kept away from the user's."""
    yield pages.over(trained, LATENT_EXPLORER_DATA=str(cache))
    for path in trained.glob("*/status.json"):
        status = json.loads(path.read_text())
        if status["state"] == "running" and status["pid"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(status["pid"], 9)


def opened(drive):
    """The page at the Train view, its form filled by the server."""
    drive.page.goto(f"{drive.server}/?run=tiny&view=train")
    drive.page.wait_for_selector(f"{BOX}[data-form=ready]", state="attached")
    return drive.page


def fill(drive, pictures, name: str, images: int) -> None:
    """The form, for a run on own images."""
    page = drive.page
    page.get_by_label("Data", exact=True).select_option("folder")
    page.locator("#lx-train .lx-files").set_input_files(pictures)
    page.wait_for_selector(f"{BOX}[data-upload=ready]", state="attached")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("#lx-train .lx-more > summary").click()
    for label, value in (("Images to see", images), ("Batch size", 16), ("Layer width", 16), ("Code size", 4)):
        page.get_by_label(label, exact=True).fill(str(value))
        page.get_by_label(label, exact=True).blur()


def start(drive) -> None:
    drive.page.get_by_role("button", name="Start training").click()


def state(drive, *names: str, images: int = 0) -> None:
    """Wait until the monitor shows one of these states and so many images."""
    drive.page.wait_for_function("""([box, names, images]) => { const d = document.querySelector(box)?.dataset;
        return d && names.includes(d.state) && +d.images >= images; }""", arg=[BOX, list(names), images])


def test_a_newcomer_trains_on_own_images_and_walks_in_the_model(drive, pictures, trained):
    page = opened(drive)
    expect(page.locator("#lx-right")).to_be_hidden()
    fill(drive, pictures, "mine", 2000)
    start(drive)
    state(drive, "finished", images=2000)
    page.wait_for_selector(f"{BOX}[data-samples][data-points]", state="attached")
    expect(page.locator("#lx-train .lx-samples img")).to_be_visible()
    expect(page.locator("#lx-train .lx-result")).to_contain_text("is better")       # its main figure, as the picker has it
    page.get_by_role("button", name="KL").click()
    expect(page.get_by_role("button", name="KL")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".lx-run[data-run=mine]")).to_be_visible()          # at once in the picker
    page.get_by_role("button", name="Open the model").click()
    drive.until("document.body.dataset.run === 'mine' && lx.state.view !== 'train'")
    before = drive.pixels()
    page.evaluate("lx.sample(7)")
    drive.changed(before)
    assert json.loads((trained / "mine" / "card.json").read_text())["images_seen"] == 2000
    assert not (trained / "_data" / "mnist").exists(), "of these images, not of the first set that is offered"


def test_a_reload_stop_resume_delete(drive, pictures, trained):
    """Of a training that goes on for hours unless it is stopped."""
    page = opened(drive)
    fill(drive, pictures, "long", 90_000_000)
    start(drive)
    state(drive, "running", images=16)
    page.reload()                                        # nothing is lost
    state(drive, "running", images=500)
    assert page.locator("#lx-train .lx-run-name").inner_text() == "long"
    expect(page.get_by_role("button", name="A training is running")).to_be_disabled()
    page.get_by_role("button", name="Stop and save").press("Enter")
    state(drive, "stopped", images=500)
    expect(page.get_by_role("button", name="Resume")).to_be_focused()       # Delete has come to where Stop was
    expect(page.locator("#lx-train .lx-alarm")).to_contain_text("it can go on from here")
    seen = json.loads((trained / "long" / "card.json").read_text())["images_seen"]
    page.get_by_role("button", name="Resume").click()
    state(drive, "running", images=seen + 16)
    page.get_by_role("button", name="Stop and save").click()
    state(drive, "stopped", images=seen + 16)
    drive.settled()                                      # its picture in the list is not on its way any more
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("group", name="Delete long for good?")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lx-sure")).to_be_hidden()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".lx-sure")).to_be_hidden()
    assert (trained / "long").exists()
    page.wait_for_selector(".lx-run[data-run=long]", state="attached")
    expect(page.get_by_role("button", name="Resume")).to_be_enabled()       # its process has ended, which comes a moment after it says so
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good", exact=True).click()
    page.wait_for_selector(".lx-run[data-run=long]", state="detached")
    assert not (trained / "long").exists()


def test_mistakes_are_sentences(drive, pictures, tmp_path):
    page = opened(drive)
    wrong = page.locator("#lx-train .lx-wrong")
    page.get_by_label("Name", exact=True).fill("tiny")
    start(drive)
    expect(wrong).to_have_text("There is a run tiny already; choose another name.")
    page.get_by_label("Name", exact=True).fill("Zwei Worte")
    start(drive)
    expect(wrong).to_contain_text("lower case letters")
    page.get_by_label("Name", exact=True).fill("fine")
    page.locator("#lx-train .lx-more > summary").click()
    size, images, seen = (page.get_by_label("Code size", exact=True), page.get_by_label("Images to see", exact=True),
                          page.locator("#lx-train .lx-recipe-note"))
    size.fill("0")
    start(drive)
    expect(wrong).to_have_text("Code size: a whole number from 1 to 512.")
    size.fill("8")
    expect(wrong).to_be_hidden()                         # as it is mended
    for typed in ("-", "", "99999999999999999"):
        images.fill(typed)
        start(drive)
        expect(wrong).to_have_text("Images to see: a whole number from 1 to 1,000,000,000.")
        expect(page.locator("#lx-train [data-setting=images]")).to_have_value(typed)
        expect(seen).to_have_text("")
    page.get_by_role("button", name="한국어").click()
    expect(wrong).to_have_text("볼 이미지 수: 1부터 1,000,000,000까지의 정수를 적으세요.")
    page.get_by_role("button", name="English").click()
    images.fill("5000")
    images.blur()
    expect(seen).to_contain_text("Sees 5,000 images.")
    page.get_by_label("Data", exact=True).select_option("folder")
    start(drive)
    expect(wrong).to_contain_text("Choose images first")
    page.locator("#lx-train .lx-files").set_input_files(pictures[:3])
    expect(page.locator("#lx-train .lx-own-state")).to_have_text("Training needs at least 20 images; these are 3.")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    page.locator("#lx-train .lx-files").set_input_files(broken)
    expect(page.locator("#lx-train .lx-own-state")).to_have_text("broken.zip is not a zip, or a damaged one.")
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("button", name="학습 시작")).to_be_visible()
    expect(page.get_by_label("코드 크기", exact=True)).to_be_visible()


def test_what_is_left_out_is_told_and_nothing_chosen_trains_nothing(drive, pictures, tmp_path):
    """24 PNG are chosen and ready; then 30 HEIC, of which nothing can be used: the earlier ones are not trained on."""
    page = opened(drive)
    page.get_by_label("Data", exact=True).select_option("folder")
    phone = []
    for i in range(30):
        phone.append(tmp_path / f"IMG_{i}.HEIC")
        phone[-1].write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    marked = [tmp_path / "<img src=x>.txt"]
    marked[0].write_text("notes")
    page.locator("#lx-train .lx-files").set_input_files([*pictures[:24], *phone[:7], *marked])
    ready, told = page.locator("#lx-train .lx-own-state"), page.locator("#lx-train .lx-own-notes")
    expect(ready).to_have_text("24 images are ready.")
    expect(told.locator("li")).to_have_text([
        "Left out: 7 × HEIC, an iPhone's format. Export them as JPEG. The first: IMG_0.HEIC.",
        "Left out: 1 × no images. The first: <img src=x>.txt."])
    page.get_by_label("Name", exact=True).fill("my-name")
    page.locator("#lx-train .lx-files").set_input_files(phone)
    expect(ready).to_have_text("There is no image, archive or table of images among these.")
    expect(told).to_contain_text("30 × HEIC")
    start(drive)
    expect(page.locator("#lx-train .lx-wrong")).to_contain_text("Choose images first")
    expect(page.get_by_label("Name", exact=True)).to_have_value("my-name")
    damaged = []
    for i in range(25):
        damaged.append(tmp_path / f"{i}.png")
        damaged[-1].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([i]) * 9)
    page.locator("#lx-train .lx-files").set_input_files(damaged)
    expect(ready).to_have_text("25 images are ready.")
    page.get_by_role("button", name="한국어").click()
    page.get_by_role("button", name="학습 시작").click()
    state(drive, "failed")
    expect(page.locator("#lx-train .lx-alarm")).to_have_text("이미지가 20장 이상 필요한데 0장뿐입니다.")
    expect(page.locator("#lx-train .lx-watch .lx-notes")).to_have_text("제외 25개: 손상되었거나 잘린 파일.")
    expect(page.locator("#lx-train .lx-name")).to_have_value("my-name")


def dropped(page, path) -> None:
    """A file, dropped where images are chosen."""
    page.evaluate("""async ([bytes, name, selector]) => {
        const drop = document.querySelector(selector), data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name));
        drop.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); }""",
                  [list(path.read_bytes()), path.name, "#lx-train .lx-drop"])


BRIGHT = """() => { const img = document.querySelector('#lx-train .lx-own-sheet img');
    if (!img.complete || img.naturalWidth !== 384 || img.naturalHeight !== 128) return null;
    const c = document.createElement('canvas'); c.width = 384; c.height = 128;
    const g = c.getContext('2d'); g.drawImage(img, 0, 0);
    const at = (x, y) => g.getImageData(x, y, 1, 1).data[0] > 128;
    return [at(8, 50), at(50, 8)].join(); }"""               # of the first picture: on the left, at the top


def test_a_table_that_is_dropped_is_shown_and_may_be_turned(drive, tmp_path):
    """What the command line says of it is said here, in both languages; the picture is what will be trained on."""
    page = opened(drive)
    page.get_by_label("Data", exact=True).select_option("folder")
    images = np.zeros((30, 28, 28), np.uint8)
    images[:, :, 2:5] = 255                                   # a line that stands on the left
    images[np.arange(30), 20, 8 + np.arange(30) % 15] = 60 + 2 * np.arange(30)
    np.savez(tmp_path / "lines.npz", images=images, labels=np.arange(30) % 3)
    dropped(page, tmp_path / "lines.npz")
    found, told = page.locator("#lx-train .lx-own-found li"), page.locator("#lx-train .lx-own-notes li")
    expect(found).to_have_text(["Arrays (.npz, .npy) of images: 30.", "They are stored with 28 × 28 pixels.", "3 classes: 0, 1, 2."])
    expect(told).to_have_count(0)
    drive.until(f"({BRIGHT})() === 'true,false'")
    page.get_by_label("Rows and columns", exact=True).select_option("yes")
    expect(told).to_have_text(["Each image is stored with rows and columns exchanged, as EMNIST's are; set right."])
    drive.until(f"({BRIGHT})() === 'false,true'")
    expect(page.locator("#lx-train .lx-own-part")).to_be_hidden()
    np.savez(tmp_path / "none.npz", codes=np.zeros((30, 5)))
    dropped(page, tmp_path / "none.npz")
    expect(page.locator("#lx-train .lx-own-state")).to_contain_text("is one of images: (n, H, W) or (n, H, W, C) of numbers.")
    expect(page.locator("#lx-train .lx-own-sheet")).to_be_hidden()


def test_what_follows_from_twenty_pictures_is_shown_before_the_start(drive, pictures, tmp_path):
    """A zip is checked as it is dropped; how many train, the batch and the pixel model follow from what is in it and from the settings."""
    page = opened(drive)
    page.get_by_label("Data", exact=True).select_option("folder")
    fit, told = page.locator("#lx-train .lx-own-fit"), page.locator("#lx-train .lx-own-notes")
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as z:
        for path in pictures[:20]:
            z.write(path, f"mine/{path.name}")
        for i in range(3):
            z.writestr(f"mine/IMG_{i}.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        z.writestr("mine/cut.png", b"no picture")
        z.writestr("mine/list.txt", "a list")
    dropped(page, packed)
    expect(page.locator("#lx-train .lx-own-state")).to_have_text("20 images are ready.")
    expect(told.locator("li")).to_have_text([
        "Left out: 1 × damaged or cut short.", "Left out: 3 × HEIC, an iPhone's format. Export them as JPEG.", "Left out: 1 × no images."])
    expect(fit).to_have_text("15 images are trained on, 5 are held out for measuring. Batches of 8. They are grey. Pixel model: Bernoulli.")
    page.locator("#lx-train .lx-more > summary").click()
    batch, pixels = page.get_by_label("Batch size", exact=True), page.get_by_label("Pixel model", exact=True)
    recipe = page.locator(".lx-setting:has([data-setting=batch_size]) .lx-setting-fit")
    expect(batch).to_have_value("8")                     # what will be used, and what the recipe says beside it
    expect(recipe).to_have_text("From your images. The recipe’s value is 128.")
    expect(pixels).to_have_value("bernoulli")
    batch.fill("64")
    batch.blur()
    expect(fit).to_contain_text("A batch of 64 is more than that")
    expect(batch).to_have_value("64")
    expect(recipe).to_be_hidden()
    page.get_by_role("radio", name="GAN", exact=True).click()
    expect(fit).to_have_text("15 images are trained on, 5 are held out for measuring. Batches of 8. They are grey.")
    colours = []
    for i in range(30):
        colours.append(tmp_path / f"{i}.jpg")
        Image.new("RGB", (40, 30), (8 * i, 90, 200)).save(colours[-1])
    page.get_by_role("radio", name="VAE", exact=True).click()
    expect(batch).to_have_value("8")
    page.locator("#lx-train .lx-files").set_input_files(colours)
    expect(fit).to_have_text("22 images are trained on, 8 are held out for measuring. Batches of 16. "
                             "They have colours. Pixel model: Gaussian.")
    expect(batch).to_have_value("16")
    expect(pixels).to_have_value("gaussian")
    page.get_by_role("button", name="한국어").click()
    expect(fit).to_contain_text("22장으로 학습하고 8장은")
    page.get_by_label("데이터", exact=True).select_option("mnist")
    expect(fit).to_be_hidden()
    expect(page.locator("[data-setting=batch_size]")).to_have_value("128")


def test_what_is_being_typed_stays_when_the_answer_for_one_s_images_comes(drive, pictures):
    page = opened(drive)
    held = Held(page, "*/component_server/*", "job_fit")
    page.locator(".lx-data").select_option("folder")
    page.locator("#lx-train .lx-files").set_input_files(pictures)
    page.wait_for_selector(f"{BOX}[data-upload=ready]", state="attached")
    page.locator("#lx-train .lx-more > summary").click()
    batch, width = (page.get_by_label(name, exact=True) for name in ("Batch size", "Layer width"))
    held.asked()
    batch.fill("16")
    held.let_go()
    expect(page.locator(".lx-own-fit")).not_to_be_empty()
    expect(batch).to_have_value("16")
    width.fill("24")
    drive.settled()
    expect(batch).to_have_value("16")
    width.blur()
    drive.settled()
    assert json.loads(drive.state("s.kept.train"))["settings"] == {"batch_size": 16, "width": 24}


SEEN = """async () => { const image = document.querySelector('.lx-augmented img');
    await image.decode();
    const c = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), x = c.getContext('2d'); x.drawImage(image, 0, 0);
    const d = x.getImageData(0, 0, c.width, c.height).data;
    return { width: c.width, height: c.height, grey: [...d].filter((_, i) => i % 4 === 0) }; }"""


def test_an_augmentation_is_seen_before_it_trains(drive, pictures):
    page = opened(drive)
    page.locator(".lx-data").select_option("folder")
    page.get_by_text("Settings", exact=True).click()
    note, images = page.locator(".lx-recipe-note"), page.locator("[data-setting=images]")
    expect(note).to_contain_text("Enough to look around in.")
    usual = re.search(r"[\d,]+", note.text_content())[0]
    images.fill("2000")
    images.press("Tab")
    expect(note).to_have_text(f"Sees 2,000 images. Fewer than this recipe's {usual}: expect a model that has learned little.")
    images.fill(usual.replace(",", ""))
    images.press("Tab")
    expect(note).to_contain_text("Enough to look around in.")
    choice = page.locator("[data-setting=augment]")
    choice.select_option("mirror")
    expect(page.locator(".lx-augmented")).to_be_hidden()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(pictures)
    expect(page.locator(".lx-augmented")).to_have_attribute("data-how", "mirror")
    expect(page.locator(".lx-augmented")).to_be_visible()
    seen = page.evaluate(SEEN)
    side = seen["height"] // 3
    rows = np.array(seen["grey"], np.uint8).reshape(3, side, 8, side).transpose(0, 2, 1, 3)
    plain, changed = rows[0], rows[1:].reshape(2, 8, side, side)
    same = [np.array_equal(a, b) for row in changed for a, b in zip(row, plain, strict=True)]
    turned = [np.array_equal(a, b[:, ::-1]) for row in changed for a, b in zip(row, plain, strict=True)]
    assert all(s or t for s, t in zip(same, turned, strict=True)) and not all(same) and not all(turned)
    choice.select_option("both")
    expect(page.locator(".lx-augmented")).to_have_attribute("data-how", "both")
    assert page.evaluate(SEEN)["grey"] != seen["grey"]
    choice.select_option("none")
    expect(page.locator(".lx-augmented")).to_be_hidden()
    page.locator(".lx-data").select_option("mnist")
    page.locator("[data-setting=augment]").select_option("shift")
    drive.settled()
    expect(page.locator(".lx-data")).to_have_value("mnist")
    expect(page.locator(".lx-augmented")).to_be_hidden()            # none of its images are here


def test_what_is_chosen_while_the_run_of_the_link_opens_stays(drive):
    """Of a slow machine: the form is there before the run is."""
    page, held = drive.page, Held(drive.page, "run/tiny")
    opened(drive)
    page.locator(".lx-data").select_option("folder")
    page.get_by_role("radio", name="WGAN-GP").click()
    assert drive.state("s.run") is None
    held.let_go()
    drive.until("lx.state.run === 'tiny'")
    drive.settled()
    expect(page.locator(".lx-data")).to_have_value("folder")
    expect(page.get_by_role("radio", name="WGAN-GP")).to_have_attribute("aria-checked", "true")
    assert json.loads(drive.state("s.kept.train")).items() >= {"data": "folder", "family": "wgan-gp"}.items()
    page.get_by_role("tab", name="Codes").click()
    page.reload()
    drive.until("lx.state.run === 'tiny'")
    page.get_by_role("tab", name="Train").click()
    expect(page.locator(".lx-data")).to_have_value("folder")


def test_a_visitor_sees_and_cannot_start(drive):
    def as_visitor(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"training":true', '"training":false'))
    drive.page.route("**/component_server/**", as_visitor)
    page = opened(drive)
    expect(page.locator("#lx-train .lx-wrong")).to_contain_text("--allow-training")
    expect(page.locator("#lx-train .lx-nothing")).to_have_text("Trainings that run are shown here; a shared page starts none.")
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    expect(page.get_by_label("Name", exact=True)).to_be_disabled()


def test_an_alarm_of_the_loop_is_shown_with_its_numbers_in_both_languages(drive, trained):
    """A run that ended in collapse, as its files tell it."""
    folder = trained / "collapsed"
    folder.mkdir()
    rows = [{"images": 100 * i, "seconds": i, "images_per_second": 100.0, "generator/loss": 1.0, "coverage": 2.5} for i in range(1, 21)]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    record = alarms.Record(folder)
    record.update(1500, {"unused": {}, "collapse": {"n": 2.5, "k": 10}})
    record.update(1600, {"collapse": {"n": 2.5, "k": 10}})
    (folder / "status.json").write_text(json.dumps(dict(state="stopped", pid=0, family="vae", data="mnist", images=8000, message="")))
    page = opened(drive)
    note, ticks = page.locator("#lx-train .lx-alarm"), page.locator("#lx-train .lx-loss :is(.xtick, .ytick) text")
    expect(note).to_contain_text("show 2.5 of 10 kinds")
    expect(ticks.filter(has_text="1.5")).to_have_count(1)
    for term in page.locator("#lx-train .lx-term").all():
        term.click()
    expect(ticks).to_have_count(0)                       # of no curve there is nothing to read off
    assert "KL" not in note.inner_text(), "what is over is not told"
    assert "calm" not in (note.get_attribute("class") or "").split()
    page.get_by_role("button", name="한국어").click()
    expect(note).to_contain_text("10가지 중 2.5가지")
