"""The current code out and in: .json, .npy, pasted, typed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import expect

PASTE = """(text) => { const d = new DataTransfer(); d.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })); }"""


def saved(drive, label, tmp_path):
    with drive.page.expect_download() as got:
        drive.page.get_by_role("button", name=label, exact=True).click()
    path = tmp_path / got.value.suggested_filename
    got.value.save_as(path)
    return path


def numbers(drive):
    return np.array(drive.state("Array.from(s.w)"), np.float32)


def test_what_is_saved_opens_again(drive, tmp_path):
    drive.open("run=tiny")
    page, first, before = drive.page, numbers(drive), drive.pixels()
    page.get_by_role("button", name="Code…").click()
    text, array = saved(drive, "Save .json", tmp_path), saved(drive, "Save .npy", tmp_path)
    assert np.array_equal(np.load(array).ravel(), first) and np.array_equal(np.float32(json.loads(text.read_text())["w"]), first)
    for path in (text, array):
        page.get_by_role("button", name="Close").click()
        page.evaluate("window.lx.sample()")
        drive.until("window.lx.state.origin.kind === 'seed' || window.lx.state.origin.kind === 'sample'")
        page.get_by_role("button", name="Code…").click()
        page.locator("#lx-hero input[type=file]").set_input_files(path)
        drive.until("window.lx.state.origin.kind === 'file'")
        assert np.array_equal(numbers(drive), first)
        expect(page.locator("#lx-hero dialog")).to_be_hidden()
        page.get_by_role("button", name="Code…").click()
    page.get_by_role("button", name="Close").click()
    drive.settled()
    assert drive.pixels() == before
    page.go_back()
    drive.until("window.lx.state.origin.kind !== 'file'")


def test_numbers_are_typed_and_what_is_no_code_says_why(drive):
    drive.open("run=tiny")
    page, first = drive.page, numbers(drive)
    page.get_by_role("button", name="Code…").click()
    box = page.get_by_role("textbox", name="The code's numbers")
    assert np.allclose(np.array(box.input_value().split(","), float), first, rtol=1e-6)
    box.fill("1, 2")
    page.get_by_role("button", name="Use these numbers").click()
    expect(page.locator("#lx-hero [role=alert]")).to_contain_text(f"A code of this run has {len(first)} numbers")
    box.fill("a lot")
    page.get_by_role("button", name="Use these numbers").click()
    expect(page.locator("#lx-hero [role=alert]")).to_contain_text("This is no code")
    assert np.array_equal(numbers(drive), first)
    box.fill(" ".join(str(0.25 * k) for k in range(len(first))))
    page.get_by_role("button", name="Use these numbers").click()
    drive.until("window.lx.state.origin.kind === 'file'")
    assert np.allclose(numbers(drive), 0.25 * np.arange(len(first)))


@pytest.mark.parametrize("run", ["tiny", "plane"])
def test_a_copied_code_is_pasted_back_in_its_own_run(drive, run):
    drive.open(f"run={run}")
    first = numbers(drive)
    told = json.dumps({"run": run, "weights_sha256": drive.state("s.info.card.weights_sha256"), "w": [float(v) for v in first]})
    drive.page.locator(".lx-run[data-run=%s]" % ("plane" if run == "tiny" else "tiny")).click()
    drive.until(f"window.lx.state.run !== '{run}'")
    drive.page.evaluate(PASTE, "no code")
    drive.page.evaluate(PASTE, told)
    drive.until(f"window.lx.state.run === '{run}' && window.lx.state.origin.kind === 'file'")
    assert np.array_equal(numbers(drive), first)
