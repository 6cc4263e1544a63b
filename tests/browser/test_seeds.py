"""A batch of seeds is saved from the inspector: each image is the page's own of that seed."""

from __future__ import annotations

import base64
import io
import json
import zipfile

import numpy as np
from PIL import Image
from playwright.sync_api import expect

READ = """() => { const c = document.querySelector('.lx-hero canvas'), u = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let t = ''; for (let i = 0; i < u.length; i += 4) t += String.fromCharCode(u[i]); return [c.height, c.width, btoa(t)]; }"""


def hero(drive) -> np.ndarray:
    drive.settled()
    h, w, text = drive.page.evaluate(READ)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(h, w)


def grey(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def seen(drive, seed: int) -> np.ndarray:
    """What the page shows of a seed."""
    drive.page.evaluate("(seed) => window.lx.sample(seed)", seed)
    drive.until(f"window.lx.state.origin.kind === 'seed' && window.lx.state.origin.seed === {seed}")
    return hero(drive)


def opened(drive):
    drive.page.get_by_role("button", name="Seeds…").click()
    return drive.page.locator("#lx-seeds dialog[open]")


def saved(drive, dialog, kind: str):
    with drive.page.expect_download() as got:
        dialog.get_by_role("button", name=f"Save {kind}").click()
    return got.value.suggested_filename, open(got.value.path(), "rb").read()


def test_a_zip_of_seeds_has_the_images_that_the_page_shows(drive):
    drive.open("run=tiny")
    seen(drive, 12)
    dialog = opened(drive)
    fields = [dialog.get_by_label(name, exact=True) for name in ("From seed", "to seed", "How many seeds")]
    assert [field.input_value() for field in fields] == ["12", "27", "16"]
    dialog.get_by_label("to seed").fill("14")
    assert dialog.get_by_label("How many seeds").input_value() == "3"
    expect(dialog.get_by_role("status")).to_have_text("Images: 3")
    name, data = saved(drive, dialog, "zip")
    assert name == "tiny-seeds-12-14.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read("seeds.json"))
        found = {one["seed"]: grey(archive.read(one["file"])) for one in told["images"]}
    assert told["weights_sha256"] == drive.state("s.info.card.weights_sha256") and list(found) == [12, 13, 14]
    dialog.get_by_label("How many seeds").fill("5")
    assert dialog.get_by_label("to seed").input_value() == "16"
    name, data = saved(drive, dialog, "sheet")
    sheet = grey(data)
    assert name == "tiny-seeds-12-16.png" and sheet.shape == (56, 84)
    drive.page.keyboard.press("Escape")
    for k, seed in enumerate((12, 13, 14)):
        image = seen(drive, seed)
        assert np.array_equal(found[seed], image) and np.array_equal(sheet[:28, 28 * k:28 * k + 28], image)


def test_each_class_of_a_conditional_run(made):
    made.open("run=asked")
    made.page.evaluate("window.lx.setLabel(1)")
    dialog = opened(made)
    assert dialog.get_by_label("Class").input_value() == "1"
    dialog.get_by_label("From seed").fill("4")
    dialog.get_by_label("How many seeds").fill("2")
    dialog.get_by_label("Class").select_option("each")
    expect(dialog.get_by_role("status")).to_have_text("Images: 4")
    _, data = saved(made, dialog, "zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["seed-4-class-0-bar.png", "seed-4-class-1-square.png", "seed-5-class-0-bar.png",
                                              "seed-5-class-1-square.png", "seeds.json"]
        square = grey(archive.read("seed-5-class-1-square.png"))
    made.page.keyboard.press("Escape")
    assert np.array_equal(square, seen(made, 5))


def test_what_is_too_much_or_none_says_so(drive, watch):
    watch.expected = "status of 503"
    drive.open("run=tiny")
    dialog = opened(drive)
    expect(dialog.locator(".lx-seeds-classes")).to_be_hidden()
    expect(dialog.locator(".lx-seeds-psi")).to_be_hidden()
    dialog.get_by_label("From seed").fill("0")
    for last, sentence in (("256", "would be 257 images; up to 256"), ("-1", "whole numbers"), ("1.5", "whole numbers"), ("", "whole")):
        dialog.get_by_label("to seed").fill(last)
        expect(dialog.get_by_role("alert")).to_contain_text(sentence)
        expect(dialog.get_by_role("button", name="Save zip")).to_be_disabled()
    dialog.get_by_label("to seed").fill("0")
    expect(dialog.get_by_role("button", name="Save zip")).to_be_enabled()
    drive.page.route("**/explorer/seeds", lambda route: route.fulfill(status=503, json={"error": "Your other files are still being made."}))
    dialog.get_by_role("button", name="Save sheet").click()
    expect(dialog.get_by_role("alert")).to_have_text("Your other files are still being made.")
