"""The walk plays, is edited, and is saved as files that decode."""

from __future__ import annotations

import io

import av
import numpy as np
from PIL import Image
from playwright.sync_api import expect

from explorer.latent import moves
from explorer.server.http import PREFIX

FILM = "document.querySelector('#lx-film [data-keys]').dataset"
SCREEN = "document.querySelector('.lx-shot.chosen').dataset"


def opened(drive):
    drive.open("run=tiny&view=walk")
    drive.until("document.querySelector('#lx-film [data-strip]')?.dataset.keys === '4'")
    drive.until(f"+{SCREEN}.n > 0")
    return drive.page


def test_plays_and_pauses(drive):
    page = opened(drive)
    assert page.evaluate(f"{FILM}.time") == "0.0000" and page.evaluate(f"{FILM}.playing") == "false"
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


def test_the_language_can_be_changed_while_it_is_open(drive):
    page = opened(drive)
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("#lx-film .lx-play")).to_have_text("재생")
    assert page.locator("#lx-film .lx-key").count() == 4


def wide(made):
    made.open("run=wide&view=walk")
    made.until("document.querySelector('#lx-film [data-strip]')?.dataset.keys === '4'")
    made.until("[...document.querySelectorAll('.lx-shot')].every((e) => +e.dataset.n > 0)")
    return made.page


def norms(keys: np.ndarray, times: np.ndarray, method: str) -> np.ndarray:
    return np.array([np.linalg.norm(moves.walk(keys, float(t), method, True)) for t in times])


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
        made.settled()
        pixels = page.evaluate("""(how) => { const c = document.querySelector(`.lx-shot-${how} canvas`);
            const p = c.getContext('2d').getImageData(0, 0, 28, 28).data; return Array.from({length: 784}, (_, i) => p[4 * i]); }""", how)
        body = {"run": "wide", "op": "image", "w": moves.to_text(moves.walk(keys, 0.125, how, True))}
        asked = page.request.post(f"{made.server}{PREFIX}/render", data=body)
        with Image.open(io.BytesIO(asked.body())) as image:
            assert np.abs(np.asarray(image.convert("L")).ravel().astype(int) - pixels).max() <= 1
    assert abs(float(page.locator(".lx-norm").get_attribute("data-shell")) - 24**0.5) < 1e-9
    assert "√24 = 4.9" in page.locator(".lx-norm").inner_text()
    assert float(page.locator(".lx-norm").get_attribute("data-lerp")) < 0.85 * float(page.locator(".lx-norm").get_attribute("data-slerp"))


def test_the_chosen_way_is_taken_on(made):
    page = wide(made)
    save = page.locator("#lx-film .lx-gif")
    expect(save).to_have_text("Save GIF · Arc")          # of two ways that are shown one is saved
    page.locator(".lx-shot-lerp canvas").click()
    expect(page.get_by_role("radio", name="Straight")).to_have_attribute("aria-checked", "true")
    expect(save).to_have_text("Save GIF · Straight")
    with page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == "wide-walk-straight.gif"
    made.slide("#lx-film .lx-transport input", 0.375)
    page.locator("#lx-film .lx-transport input").dispatch_event("change")
    made.until("window.lx.state.origin.kind === 'walk'")
    keys = np.array(made.state("s.keys.map((k) => Array.from(k.w))"), np.float32)
    assert np.allclose(made.state("Array.from(s.w)"), moves.walk(keys, 0.375, "lerp", True), atol=1e-5)
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator(".lx-shot-slerp")).to_be_hidden()
    expect(page.locator(".lx-contact-slerp")).to_be_hidden()
    expect(page.locator(".lx-shot-lerp")).to_be_visible()
    expect(save).to_have_text("Save GIF")
    page.evaluate("lx.setLang('ko')")
    expect(save).to_have_text("GIF 저장")


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


KEYS = """[...document.querySelectorAll('#lx-film .lx-key canvas')].map((c) => {
    const d = c.getContext('2d').getImageData(0, 0, 28, 28).data;
    return Array.from({length: 784}, (_, i) => d[4 * i]); })"""
CHOICES = """[[...document.querySelectorAll('#lx-film [data-way]')].find((b) => b.getAttribute('aria-checked') === 'true').dataset.way,
    document.querySelector('#lx-film .lx-length').value, document.querySelector('#lx-film .lx-loop').getAttribute('aria-pressed'),
    document.querySelector('#lx-film .lx-both').getAttribute('aria-pressed')]"""


def test_a_link_and_a_reload_restore_keyframes_way_and_length_and_back_undoes(drive, context):
    page = opened(drive)
    page.evaluate("window.lx.setCode(window.lx.state.w.map((v, i) => 1.37 * v + 0.1 * Math.sin(i)), {kind: 'sliders'})")
    page.get_by_role("button", name="Add current code").click()
    drive.until(f"{FILM}.keys === '5'")
    page.get_by_role("button", name="Add a seed").click()
    drive.until(f"{FILM}.keys === '6'")
    page.get_by_role("button", name="Remove keyframe 2").click()
    drive.until(f"{FILM}.keys === '5'")
    page.get_by_role("radio", name="Arc").click()
    page.get_by_role("button", name="Loop").click()
    page.get_by_label("Length").focus()
    page.keyboard.press("ArrowUp")
    drive.settled()
    kinds, codes = drive.state("s.keys.map((k) => k.origin.kind)"), np.array(drive.state("s.keys.map((k) => Array.from(k.w))"), np.float32)
    pictures, choices = np.array(page.evaluate(KEYS)), page.evaluate(CHOICES)
    assert kinds == ["point", "point", "point", "sliders", "seed"] and choices == ["slerp", "4", "false", "false"]
    other = type(drive)(context.new_page(), drive.server)
    other.open(page.evaluate("location.href").split("?", 1)[1])
    page.reload()
    for again in (other, drive):
        again.until("document.querySelector('#lx-film [data-restored]')?.dataset.keys === '5'")
        again.settled()
        assert again.page.evaluate(CHOICES) == choices
        assert np.abs(np.array(again.page.evaluate(KEYS)) - pictures).max() <= 1, "of 255"
        found = np.array(again.state("s.keys.map((k) => Array.from(k.w))"), np.float32)
        assert np.array_equal(found[[0, 1, 2, 4]], codes[[0, 1, 2, 4]])
        assert np.abs(found[3] - codes[3]).max() < np.abs(codes[3]).max() / 60000
    page.go_back()
    drive.until("document.querySelector('#lx-film .lx-length').value === '6'")
    page.keyboard.press("Control+z")
    drive.until("document.querySelector('#lx-film .lx-loop').getAttribute('aria-pressed') === 'true'")
    page.go_back()
    page.go_back()
    drive.until(f"{FILM}.keys === '6'")
    drive.settled()
    assert np.array_equal(np.array(drive.state("s.keys.map((k) => Array.from(k.w))"), np.float32)[[0, 2, 3]], codes[:3])


def test_twelve_keyframes_at_most_all_in_the_link_at_any_width(made, context):
    page = wide(made)
    page.evaluate("""window.lx.setKeys(Array.from({length: 14}, (_, k) => (
        {w: window.lx.state.w.map((v, i) => v + Math.sin(k * i)), origin: {kind: 'sliders'}})))""")
    made.until(f"{FILM}.keys === '12'")
    made.settled()
    pictures = np.array(page.evaluate(KEYS))
    page.get_by_role("button", name="Add a seed").click()
    made.until("document.getElementById('lx-toast')?.textContent.includes('at most 12')")
    other = type(made)(context.new_page(), made.server)
    other.open(page.evaluate("location.href").split("?", 1)[1])
    other.until("document.querySelector('#lx-film [data-restored]')?.dataset.keys === '12'")
    other.settled()
    assert np.abs(np.array(other.page.evaluate(KEYS)) - pictures).max() <= 1
