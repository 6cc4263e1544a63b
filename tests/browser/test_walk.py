"""The walk plays, is edited, and is saved as files that decode."""

from __future__ import annotations

import io

import av
import numpy as np
from PIL import Image
from playwright.sync_api import expect

from explorer import latent
from explorer.routes import PREFIX

FILM = "document.querySelector('#lx-film [data-keys]').dataset"
SCREEN = "document.querySelector('.lx-shot.chosen').dataset"


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


def test_straight_is_the_default_in_few_dimensions_and_says_why(drive):
    page = opened(drive)
    expect(page.get_by_role("radio", name="Straight")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".lx-why-way")).to_contain_text("with 8 dimensions")
    expect(page.locator(".lx-shot-slerp")).to_be_hidden()


def wide(made):
    made.open("run=wide&view=walk")
    made.until("document.querySelector('#lx-film [data-strip]')?.dataset.keys === '4'")
    made.until("[...document.querySelectorAll('.lx-shot')].every((e) => +e.dataset.n > 0)")
    return made.page


def norms(keys: np.ndarray, times: np.ndarray, method: str) -> np.ndarray:
    return np.array([np.linalg.norm(latent.walk(keys, float(t), method, True)) for t in times])


def test_arc_is_the_default_in_many_dimensions_and_says_why(made):
    page = wide(made)
    expect(page.get_by_role("radio", name="Arc")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".lx-why-way")).to_contain_text("24-D normal prior lie near a sphere")
    expect(page.get_by_role("button", name="Side by side")).to_have_attribute("aria-pressed", "true")


def test_both_ways_share_a_path_and_its_distance_from_the_origin_is_drawn(made):
    page = wide(made)
    shots = "['lerp', 'slerp'].map((how) => document.querySelector(`.lx-shot-${how} canvas`).toDataURL())"
    made.slide("#lx-film .lx-transport input", 0.125)                # half way between the first two keys
    made.until(f"(() => {{ const [a, b] = {shots}; return a !== b; }})()")
    keys = np.array(made.state("s.keys.map((k) => Array.from(k.w))"), np.float32)
    for how in ("lerp", "slerp"):
        drawn = page.evaluate("""(how) => document.querySelector('.lx-norm polyline.' + how).getAttribute('points').split(' ')
            .map((p) => p.split(',').map(Number))""", how)
        expected = norms(keys, np.linspace(0, 1, 97), how)
        assert np.corrcoef([y for _, y in drawn], expected)[0, 1] < -0.999, "upwards is farther"
        assert [x for x, _ in drawn[::24]] == [0, 25, 50, 75, 100]
        assert abs(float(page.locator(".lx-norm").get_attribute(f"data-{how}")) - expected.min()) < 1e-3
        said = float(page.locator(f".lx-norm-{how} b").inner_text())
        assert abs(said - norms(keys, np.array([0.125]), how)[0]) < 0.006
        page.wait_for_timeout(200)
        pixels = page.evaluate("""(how) => { const c = document.querySelector(`.lx-shot-${how} canvas`);
            const p = c.getContext('2d').getImageData(0, 0, 28, 28).data; return Array.from({length: 784}, (_, i) => p[4 * i]); }""", how)
        body = {"run": "wide", "op": "image", "w": latent.to_text(latent.walk(keys, 0.125, how, True))}
        asked = page.request.post(f"{made.server}{PREFIX}/render", data=body)
        with Image.open(io.BytesIO(asked.body())) as image:
            assert np.abs(np.asarray(image.convert("L")).ravel().astype(int) - pixels).max() <= 1
    assert abs(float(page.locator(".lx-norm").get_attribute("data-shell")) - 24**0.5) < 1e-9
    assert "√24 = 4.9" in page.locator(".lx-norm").inner_text()
    assert float(page.locator(".lx-norm").get_attribute("data-lerp")) < 0.85 * float(page.locator(".lx-norm").get_attribute("data-slerp"))


def test_the_chosen_way_is_taken_on(made):
    page = wide(made)
    page.locator(".lx-shot-lerp canvas").click()
    expect(page.get_by_role("radio", name="Straight")).to_have_attribute("aria-checked", "true")
    made.slide("#lx-film .lx-transport input", 0.375)
    page.locator("#lx-film .lx-transport input").dispatch_event("change")
    made.until("window.lx.state.origin.kind === 'walk'")
    keys = np.array(made.state("s.keys.map((k) => Array.from(k.w))"), np.float32)
    assert np.allclose(made.state("Array.from(s.w)"), latent.walk(keys, 0.375, "lerp", True), atol=1e-5)
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator(".lx-shot-slerp")).to_be_hidden()
    expect(page.locator(".lx-contact-slerp")).to_be_hidden()
    expect(page.locator(".lx-shot-lerp")).to_be_visible()


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
