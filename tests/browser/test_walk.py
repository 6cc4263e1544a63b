"""The walk plays, is edited, and is saved as files that decode."""

from __future__ import annotations

import av
import numpy as np
from PIL import Image
from playwright.sync_api import expect

FILM = "document.querySelector('#lx-film [data-keys]').dataset"
SCREEN = "document.querySelector('.lx-screen').dataset"


def opened(drive):
    drive.open("run=tiny&view=walk")
    drive.until("document.querySelector('#lx-film [data-strip]')?.dataset.keys === '4'")
    drive.until(f"+{SCREEN}.n > 0")
    return drive.page


def test_plays_and_pauses(drive):
    page = opened(drive)
    assert page.evaluate(f"{FILM}.t") == "0.0000" and page.evaluate(f"{FILM}.playing") == "false"
    n = int(page.evaluate(f"{SCREEN}.n"))
    page.get_by_role("button", name="Play").click()
    drive.until(f"+{SCREEN}.n >= {n + 10}")
    page.get_by_role("button", name="Pause").click()
    drive.until("window.lx.state.origin.kind === 'walk'")
    assert 0 < drive.state("s.origin.t") < 1


def test_keyframes_are_added_moved_removed(drive):
    page = opened(drive)
    page.get_by_role("button", name="Add a seed").click()
    drive.until(f"{FILM}.keys === '5'")
    order = drive.state("s.keys.map((k) => window.lx.b64(k.w))")
    page.get_by_role("button", name="Move keyframe 5 left").click()
    assert drive.state("s.keys.map((k) => window.lx.b64(k.w))") == [*order[:3], order[4], order[3]]
    page.get_by_role("button", name="Remove keyframe 1").click()
    drive.until(f"{FILM}.keys === '4'")
    page.get_by_role("button", name="Go to keyframe 1").click()
    drive.until("window.lx.state.origin.kind === 'walk'")
    assert np.allclose(drive.state("Array.from(s.w)"), drive.state("Array.from(s.keys[0].w)"), atol=1e-6)


def test_arc_is_the_default_in_many_dimensions_and_says_why(drive):
    page = opened(drive)
    expect(page.get_by_role("radio", name="Arc")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".lx-why-way")).to_contain_text("8-D normal prior")


def test_exports_decode(drive):
    page = opened(drive)
    page.get_by_label("Length").select_option("4")
    with page.expect_download() as gif:
        page.get_by_role("button", name="Save GIF").click()
    with Image.open(gif.value.path()) as image:
        assert image.format == "GIF" and image.n_frames == 80 and image.size == (336, 336)
    with page.expect_download() as mp4:
        page.get_by_role("button", name="Save MP4").click()
    with av.open(str(mp4.value.path())) as film:
        frames = [f.to_ndarray(format="gray") for f in film.decode(video=0)]
    assert len(frames) == 96 and frames[0].shape == (336, 336)
    assert np.abs(frames[0].astype(int) - frames[40].astype(int)).max() > 20
