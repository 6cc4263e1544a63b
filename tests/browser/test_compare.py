"""Runs side by side: samples of one seed or class, curves on shared axes, the table, and the link to all of it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from explorer.server.http import PREFIX

IMAGES = "[...document.querySelectorAll('.lx-cmp-hold canvas')].map((c) => c.toDataURL())"
TILES = """(k) => { const c = document.querySelectorAll('.lx-cmp-hold canvas')[k];
  const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, out = [];
  for (let y = 0; y < 28; y++) for (let x = 0; x < 28; x++) out.push(p[4 * (y * c.width + x)]); return out; }"""


def opened(made, query: str):
    made.page.goto(f"{made.server}/?view=compare&{query}")
    made.page.wait_for_selector("#lx-compare [data-panels]", state="attached")
    drawn(made)
    return made.page


def drawn(made, seed: int = 0, label: str = "") -> None:
    """Wait until every column that can shows this seed and class."""
    made.until("""([seed, label]) => { const all = [...document.querySelectorAll('.lx-cmp-run')];
        return all.length > 0 && all.every((e) => { const c = e.querySelector('canvas'); return c.dataset.run === e.dataset.run
          && c.dataset.seed === String(seed) && (c.dataset.label === label || !e.querySelector('.lx-cmp-note').matches(':empty')); }); }""",
               [seed, label])


def expected(made, run: str, **more) -> np.ndarray:
    """The first tile of a run's samples, straight from the server, drawn alone."""
    body = {"run": run, "op": "samples", "n": 1, "columns": 1, **more}
    asked = made.page.request.post(f"{made.server}{PREFIX}/render", data=body)
    with Image.open(io.BytesIO(asked.body())) as image:
        return np.asarray(image.convert("L"))[:28, :28].ravel().astype(int)


def test_seed_and_class_redraw_every_column(made):
    page = opened(made, "run=asked&cmp=asked,info,tiny")
    expect(page.locator("#lx-right")).to_be_hidden()
    assert page.locator(".lx-cmp-run").count() == 3
    for k, run in enumerate(("asked", "info", "tiny")):
        assert np.abs(np.array(page.evaluate(TILES, k)) - expected(made, run, seed=0)).max() <= 1
    before = page.evaluate(IMAGES)
    page.locator(".lx-cmp-seed").fill("12")
    drawn(made, 12)
    after = page.evaluate(IMAGES)
    assert all(a != b for a, b in zip(before, after, strict=True))
    page.locator(".lx-cmp-class").select_option(label="square")
    drawn(made, 12, "1")
    assert np.abs(np.array(page.evaluate(TILES, 0)) - expected(made, "asked", seed=12, label=1)).max() <= 1
    assert page.evaluate(IMAGES)[1:] == after[1:], "runs without classes keep their samples, and say so"
    expect(page.locator(".lx-cmp-run[data-run=info] .lx-cmp-note")).to_contain_text("knows no classes")


def test_it_says_what_samples_are_drawn_from_where_that_differs_and_whose_runs_it_shows(made):
    """A title and a fold name what is shown, not the open run, which is none of these here."""
    page = opened(made, "run=tiny&cmp=info,asked")
    assert page.title() == "Tiny InfoGAN · Tiny Conditional GAN · Compare · Latent Explorer"
    assert [page.locator(".lx-cmp-prior").nth(k).inner_text() for k in range(2)] == [
        "Drawn from the model's own prior: noise beside codes.", "Drawn from the model's own prior, N(0, 1)."]
    assert page.locator("#view-compare .lx-about").inner_text().endswith("take equally many numbers.")
    page.set_viewport_size({"width": 1280, "height": 500})
    made.settled()
    for under, names in ((".lx-cmp-panel:last-child", ".lx-cmp-names li"), (".lx-cmp-table tbody tr:last-child", ".lx-cmp-table thead th")):
        page.locator(under).evaluate("(e) => e.scrollIntoView({ block: 'end' })")
        seen = page.locator(names).evaluate_all("""(all) => all.map((e) => { const r = e.getBoundingClientRect();
            return e.contains(document.elementFromPoint(r.left + 2, r.top + 3)) && e.textContent.split(' · ')[0]; })""")
        assert seen == ["Tiny InfoGAN", "Tiny Conditional GAN"], names
    page.get_by_label("Run in column 1").select_option("wide")
    made.until("document.title.startsWith('Tiny GAN · Tiny Conditional GAN · ')")
    expect(page.locator(".lx-cmp-prior").first).to_have_text("")


def test_it_opens_beside_the_run_whose_samples_are_nearest_to_the_data(made):
    """Of another family and the same images."""
    def measured(route):
        answer = route.fetch()
        told = answer.json()
        for row in told["runs"]:
            row["frechet_ratio"] = {"asked": 3.0, "info": 2.0}.get(row["name"])
        route.fulfill(response=answer, json=told)
    made.page.route("**/runs", measured)
    page = opened(made, "run=tiny")
    assert page.locator(".lx-cmp-run").evaluate_all("(all) => all.map((e) => e.dataset.run)") == ["tiny", "info"]


def test_runs_are_added_removed_and_taken_from_the_list(made):
    page = opened(made, "run=wide&cmp=wide,info")
    page.get_by_label("Add a run").select_option("asked")
    drawn(made)
    page.locator(".lx-run[data-run=tiny]").click()
    made.until("document.querySelectorAll('.lx-cmp-run').length === 4")
    expect(page.get_by_label("Add a run")).to_be_hidden()
    page.get_by_role("button", name="Remove Tiny InfoGAN").click()
    made.until("new URLSearchParams(location.hash.slice(1)).get('cmp') === 'wide,asked,tiny'")
    page.get_by_label("Run in column 1").select_option("info2")
    made.until("new URLSearchParams(location.hash.slice(1)).get('cmp') === 'info2,asked,tiny'")
    drawn(made)
    made.until("document.querySelectorAll('.lx-cmp-table thead th').length === 3")
    assert np.abs(np.array(page.evaluate(TILES, 0)) - expected(made, "info2", seed=0)).max() <= 1


def test_curves_share_an_axis_where_their_terms_match(made):
    page = opened(made, "run=info&cmp=info,info2,tiny")
    lines = page.evaluate("""Object.fromEntries([...document.querySelectorAll('.lx-cmp-panel')].map((e) =>
        [e.dataset.term, e.querySelector('.lx-cmp-plot').data.map((d) => [d.name, d.y.length, d.y[0], d.line.color])]))""")
    assert list(lines)[0] == "generator/loss" and len(lines["generator/loss"]) == 2
    assert [line[1:3] for line in lines["generator/loss"]] == [[10, 1.5], [10, 2.5]]
    assert len({line[3] for line in lines["generator/loss"]}) == 2
    assert len(lines["only/info"]) == len(lines["only/info2"]) == len(lines["kl"]) == 1
    dots = page.eval_on_selector_all(".lx-cmp-head .lx-dot", "(all) => all.map((e) => e.style.background)")
    assert len(set(dots)) == 3


def test_the_table_marks_the_better_one_and_settings_that_differ(made):
    page = opened(made, "run=info&cmp=info,info2")
    page.wait_for_selector("[data-metric=frechet_ratio]")
    cells = page.locator("[data-metric=frechet_ratio] td")
    assert cells.all_inner_texts() == ["5 × floor", "6 × floor"]
    expect(cells.nth(0)).to_have_class("best")
    expect(cells.nth(1)).not_to_have_class("best")
    assert "lower is better" in page.locator("[data-metric=frechet_ratio] th").inner_text()
    assert cells.nth(0).get_attribute("title") == "as tests do"
    assert page.locator("[data-setting=z_dim] td").all_inner_texts() == ["6", "9"]
    assert page.locator("[data-setting=z_dim] th").inner_text() == "Code size", "a setting by its word, not by its name in the program"
    assert page.locator("[data-setting=categories] td").all_inner_texts() == ["4", "3"]
    assert page.locator("[data-setting=learning_rate]").count() == 0


def test_the_link_restores_runs_seed_and_class(made, context, generators):
    page = opened(made, "run=asked&cmp=asked,wide")
    page.locator(".lx-cmp-class").select_option(label="bar")
    page.locator(".lx-cmp-seed").fill("77")
    drawn(made, 77, "0")
    made.until("new URLSearchParams(location.hash.slice(1)).get('seed') === '77'")
    other = type(made)(context.new_page(), generators)
    opened_images = page.evaluate(IMAGES)
    other.page.goto(page.evaluate("location.href"))
    other.until("document.querySelectorAll('.lx-cmp-run').length === 2")
    drawn(other, 77, "0")
    assert other.page.evaluate(IMAGES) == opened_images
    expect(other.page.locator(".lx-cmp-class")).to_have_value("0")


def test_a_link_to_a_run_that_is_gone_says_so(made):
    made.page.goto(f"{made.server}/?view=compare&run=info&cmp=info,nobody")
    made.until("document.getElementById('lx-toast')?.textContent.includes('not here')")
    made.until("document.querySelectorAll('.lx-cmp-run').length === 1")


SHOWN = """(k) => { const c = document.querySelectorAll('.lx-cmp-hold canvas')[k], n = +c.dataset.columns, x = c.getContext('2d');
  const side = 28, gap = (c.width - n * side) / (n - 1);
  const tile = (i, j) => Array.from(x.getImageData(i * (side + gap), j * (side + gap), side, side).data);
  return Array.from({length: n}, (_, i) => Array.from({length: 5}, (_, j) => tile(i, j))); }"""


def test_a_wider_window_shows_more_of_the_same_images(made):
    seen = []
    for width in (1500, 900):
        made.page.set_viewport_size({"width": width, "height": 800})
        opened(made, "run=info&cmp=info,wide,tiny")
        made.settled()
        seen.append([np.array(made.page.evaluate(SHOWN, k)).astype(int) for k in range(3)])
    for wide, narrow in zip(*seen, strict=True):
        assert len(wide) > len(narrow) >= 3
        assert np.abs(wide[:len(narrow)] - narrow).max() <= 1
        assert len({tile.tobytes() for tile in narrow.reshape(-1, 28 * 28 * 4)}) == 5 * len(narrow)
