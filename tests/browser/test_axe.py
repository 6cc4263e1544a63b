"""axe-core finds no serious fault in any view: in English by day and in Korean by night, so that each rule has met both of either.

A row of STATES is a view as it can be met: the run, and what is pressed there. To add one, name what it shows that no other does.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from explorer.views import modules
from tests.explorer.conftest import data
from tests.explorer.encoded import make_encoded

from .conftest import Driver

pytestmark = pytest.mark.webgl

AXE = Path(__file__).parents[1] / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
FIND = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .filter((v) => ['serious', 'critical'].includes(v.impact))
  .map((v) => `${v.id} (${v.help}): ` + v.nodes.map((n) => `${n.html.slice(0, 160)} [${n.failureSummary.split('\\n').slice(1).join('; ')}]`)
    .slice(0, 4).join(' | '))"""
ARRIVED = """() => Promise.allSettled(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished))"""
LOOKS = (("en", "light"), ("ko", "dark"))
STATES = [
    ("map", "tiny"), ("map", "tiny", ".lx-lasso"), ("map", "tiny", ".lx-between"), ("map", "tiny", "#lx-plane .lx-refit"),
    ("codes", "tiny"), ("codes", "info"), ("codes", "asked", "[data-face=found]"),
    ("arithmetic", "tiny"), ("walk", "tiny", ".lx-both"),
    ("styles", "styled", ".lx-open-layers"), ("styles", "styled", ".lx-kinds [data-kind=real]"), ("styles", "tiny"),
    ("pyramid", "levels"), ("pyramid", "levels", "#lx-pyramid [data-source=held]"), ("pyramid", "levels", "#lx-pyramid [data-source=draw]"),
    ("pyramid", "grown"),
    *(("reconstruct", "tiny", f"#lx-reconstruct [data-source={name}]") for name in ("code", "held", "draw", "file")),
    *(("microscope", "dead", f"#lx-microscope [data-to={name}]") for name in ("units", "code", "depth", "drawn", "labels")),
    ("microscope", "lin", "#lx-microscope [data-to=pca]"),
    ("collapse", "wide"), ("compare", "wide"),
    ("train", "tiny"), ("train", "tiny", ".lx-more summary", ".lx-advanced summary"),
    ("walk", "tiny", "#lx-hero .lx-code"), ("codes", "tiny", "#view-codes .lx-pictures"), ("styles", "styled", ".lx-unfit summary"),
]


@pytest.fixture(scope="module")
def root(every_kind, tmp_path_factory) -> Path:
    """every_kind, and dead: an autoencoder with a dead unit; lin: a linear one."""
    root = shutil.copytree(every_kind, tmp_path_factory.mktemp("all") / "runs")
    make_encoded(root, "dead", "autoencoder", data(), hidden=(20,), z_dim=5, dead=3)
    make_encoded(root, "lin", "linear", data(), z_dim=6, exact=True)
    return root


def wrong(drive: Driver, view: str, run: str, *pressed: str) -> dict[str, list[str]]:
    """What axe-core finds in a state, by the look it found it in."""
    page, found = drive.page, {}
    page.evaluate("([view, run]) => { lx.show(view); return lx.state.run === run || lx.open(run); }", [view, run])
    drive.settled()
    for name in pressed:
        page.locator(name).first.click()
        drive.settled()
    for lang, theme in LOOKS:
        page.evaluate("([lang, theme]) => { lx.setLang(lang); lx.setTheme(theme); }", [lang, theme])
        drive.settled()
        page.evaluate(ARRIVED)
        if faults := page.evaluate(FIND):
            found[f"{lang}, {theme}"] = faults
    page.evaluate("document.querySelectorAll('dialog[open]').forEach((d) => d.close())")
    return found


@pytest.mark.skipif(not AXE.exists(), reason="make test installs axe-core")
def test_axe_finds_no_serious_fault_in_any_view(context, pages, root, watch):
    drive = Driver(context.new_page(), pages.over(root)).open("run=tiny")
    drive.page.evaluate(AXE.read_text("utf-8"))
    assert {state[0] for state in STATES} >= set(modules())
    found = {" ".join(state): faults for state in STATES if (faults := wrong(drive, *state))}
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
