"""Places are kept, opened, renamed, removed, saved as a file and read from one."""

from __future__ import annotations

import json

import numpy as np
from playwright.sync_api import expect

MARKS = ".lx-marks-dialogue"


def opened(drive):
    drive.page.get_by_role("button", name="Bookmarks").click()
    return drive.page.locator(f"{MARKS}[open]")


def keep(drive, name: str | None = None):
    dialog = opened(drive)
    if name is not None:
        dialog.get_by_label("Name of this place").fill(name)
    n = int(dialog.get_attribute("data-kept") or 0)
    dialog.get_by_role("button", name="Keep this place").click()
    drive.until(f"+document.querySelector('{MARKS}').dataset.kept === {n + 1}")
    drive.page.keyboard.press("Escape")


def names(drive) -> list[str]:
    return drive.page.locator(f"{MARKS} li b").all_text_contents()


def place(drive):
    """All that a link has, but for the language."""
    drive.settled()
    return drive.state("[s.run, s.view, window.lx.b64(s.w), JSON.stringify(s.origin), s.label, JSON.stringify(s.kept)]")


def loaded(drive, *files):
    n = int(drive.page.locator(MARKS).get_attribute("data-loaded") or 0)
    drive.page.locator(f"{MARKS} input[type=file]").set_input_files(*files)
    drive.until(f"+document.querySelector('{MARKS}').dataset.loaded === {n + 1}")


def file_of(text: str, name: str = "marks.json"):
    return [{"name": name, "mimeType": "application/json", "buffer": text.encode()}]


def saved(drive, dialog) -> str:
    with drive.page.expect_download() as got:
        dialog.get_by_role("button", name="Save all as a file").click()
    assert got.value.suggested_filename == "latent-explorer-bookmarks.json"
    return open(got.value.path(), encoding="utf-8").read()


def walked(drive):
    """A place with a code, a view and something that the view keeps."""
    drive.open("run=tiny&view=walk")
    drive.until("document.querySelector('#lx-film [data-strip]')?.dataset.keys === '4'")
    drive.page.get_by_role("button", name="Add a seed").click()
    drive.until("document.querySelector('#lx-film [data-keys]').dataset.keys === '5'")
    drive.page.evaluate("window.lx.sample(41)")
    drive.until("window.lx.state.origin.seed === 41")
    drive.settled()
    assert drive.state("s.kept.walk")
    return drive.page


def test_a_kept_place_is_opened_in_one_step_with_all_that_a_link_has(drive):
    page = walked(drive)
    there, image = place(drive), drive.pixels()
    keep(drive)
    assert names(drive)[0] == "VAE · Walk · seed 41" or names(drive)[0].endswith("· Walk · seed 41")
    thumb = page.locator(f"{MARKS} li img").get_attribute("src")
    shown = page.evaluate("""async (src) => { const i = new Image(), c = document.createElement('canvas'); i.src = src; await i.decode();
        [c.width, c.height] = [i.width, i.height]; const x = c.getContext('2d'); x.drawImage(i, 0, 0);
        return [...x.getImageData(0, 0, c.width, c.height).data]; }""", thumb)
    hero = page.evaluate("""() => { const c = document.querySelector('.lx-hero canvas');
        return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }""")
    assert np.abs(np.array(shown) - np.array(hero)).max() <= 1, "the picture is the current image"
    page.locator(".lx-run[data-run=plane]").click()
    drive.until("window.lx.state.run === 'plane'")
    page.get_by_role("tab", name="Codes").click()
    elsewhere = place(drive)
    opened(drive).get_by_role("button", name="Open “").click()
    drive.until("window.lx.state.run === 'tiny' && window.lx.state.view === 'walk'")
    assert place(drive) == there and drive.pixels() == image
    expect(page.locator("#lx-film .lx-key")).to_have_count(5)
    page.go_back()
    drive.until("window.lx.state.run === 'plane'")
    assert place(drive) == elsewhere, "one step"
    page.reload()
    drive.page.wait_for_selector("#lx-header [data-ready]", state="attached")
    opened(drive)
    assert len(names(drive)) == 1, "the browser keeps them"


def test_renamed_removed_and_put_back(drive):
    drive.open("run=tiny")
    keep(drive, "one")
    keep(drive, "two")
    dialog = opened(drive)
    assert names(drive) == ["two", "one"]
    dialog.get_by_role("button", name="Rename “one”").click()
    field = dialog.get_by_role("textbox", name="Rename “one”")
    field.fill("<img src=x onerror=\"window.bad = 1\">")
    field.press("Escape")
    assert names(drive) == ["two", "one"] and dialog.is_visible(), "Escape leaves the name and the dialogue"
    dialog.get_by_role("button", name="Rename “one”").click()
    field.fill("  <img src=x onerror=\"window.bad = 1\">  ")
    field.press("Enter")
    assert names(drive) == ["two", "<img src=x onerror=\"window.bad = 1\">"] and drive.page.evaluate("window.bad") is None
    assert dialog.locator("li b img").count() == 0
    dialog.get_by_role("button", name="Remove “two”").click()
    assert len(names(drive)) == 1
    expect(dialog.get_by_role("button", name="Put back")).to_be_focused()
    dialog.get_by_role("button", name="Put back").click()
    assert names(drive)[0] == "two"
    dialog.get_by_role("button", name="Remove “two”").click()
    drive.page.keyboard.press("Escape")
    opened(drive)
    assert len(names(drive)) == 1 and dialog.get_by_role("button", name="Put back").count() == 0


def test_a_file_carries_them_and_a_run_that_is_not_here_is_said(drive):
    walked(drive)
    there = place(drive)
    keep(drive, "the walk")
    dialog = opened(drive)
    text = saved(drive, dialog)
    told = json.loads(text)
    assert (told["format"], told["version"], told["places"][0]["run"]) == ("latent-explorer-bookmarks", 1, "tiny")
    loaded(drive, file_of(text))
    expect(dialog.get_by_role("status")).to_have_text("Added: 0. Here already: 1.")
    dialog.get_by_role("button", name="Remove “the walk”").click()
    stranger = told["places"][0] | {"run": "gone", "title": "Somebody’s GAN", "name": "elsewhere"}
    loaded(drive, file_of(json.dumps(told | {"places": [*told["places"], stranger, {"run": 5}, None]})))
    expect(dialog.get_by_role("status")).to_have_text("Added: 2. Not to be read: 2.")
    row = dialog.locator("li").filter(has_text="elsewhere")
    expect(row).to_contain_text("This run (gone) is not here.")
    expect(row).to_contain_text("Somebody’s GAN · Walk")
    expect(row.get_by_role("button", name="Open “elsewhere”")).to_be_disabled()
    drive.page.keyboard.press("Escape")
    drive.page.goto("about:blank")
    drive.open("run=plane&view=codes")
    dialog = opened(drive)
    assert [p["run"] for p in json.loads(saved(drive, dialog))["places"]] == ["tiny", "gone"], "it is kept"
    dialog.get_by_role("button", name="Open “the walk”").click()
    drive.until("window.lx.state.run === 'tiny'")
    assert place(drive) == there


def test_what_is_no_list_says_why_and_changes_nothing(drive):
    drive.open("run=tiny")
    keep(drive, "mine")
    dialog = opened(drive)
    for text, sentence in (("{", "not JSON"), ('{"places": []}', "not a file of bookmarks"), ("[1, 2]", "not a file of bookmarks"),
                           ('{"format": "latent-explorer-bookmarks", "version": 9, "places": []}', "another version"),
                           (" " * (2**23 + 1), "larger than 8 MB")):
        drive.page.locator(f"{MARKS} input[type=file]").set_input_files(file_of(text))
        expect(dialog.get_by_role("alert")).to_contain_text(sentence)
        assert names(drive) == ["mine"]
    one = json.loads(saved(drive, dialog))["places"][0]
    many = [one | {"kept": {"seed": str(k)}, "name": f"n{k}"} for k in range(70)]
    loaded(drive, file_of(json.dumps({"format": "latent-explorer-bookmarks", "version": 1, "places": many})))
    expect(dialog.get_by_role("status")).to_have_text("Added: 63. Left out: 7; a list has at most 64 places.")
    dialog.get_by_role("button", name="Keep this place").click()
    expect(dialog.get_by_role("alert")).to_contain_text("at most 64 places")


def test_a_code_that_no_longer_fits_and_a_full_browser(drive):
    drive.open("run=tiny")
    keep(drive, "mine")
    dialog = opened(drive)
    one = json.loads(saved(drive, dialog))["places"][0]
    w = drive.page.evaluate("window.lx.b64(new Float32Array(8).fill(0.5))")
    other = one | {"name": "retrained", "weights_sha256": "0" * 64, "w": w}
    loaded(drive, file_of(json.dumps({"format": "latent-explorer-bookmarks", "version": 1, "places": [other]})))
    dialog.get_by_role("button", name="Open “retrained”").click()
    drive.until("window.lx.state.w[0] === 0.5")
    expect(drive.page.locator("#lx-toast")).to_contain_text("made with another network (tiny)")
    drive.page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }")
    keep(drive, "one too many")
    dialog = opened(drive)
    assert names(drive)[0] == "one too many" and len(json.loads(saved(drive, dialog))["places"]) == 3, "it is there, and can be saved"
