"""The picker tells each run's main figure in its own unit: a share in percent, a multiple with ×, modes as a fraction."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.explorer.conftest import data, make
from training import checkpoint

FIGURES = {"agreed": ("agreement", 0.9876, "", "asked class shown 98.8 %"),
           "far": ("frechet_ratio", 4.567, "× floor", "Fréchet ÷ floor 4.57 ×"),
           "modal": ("modes", 7.0, "of 8", "modes 7/8"), "spread": ("coverage", 8.25, "of 10", "coverage 8.25/10"),
           "told": ("information", 2.2951, "nats", "information 2.30"), "bound": ("negative_elbo", -100.49, "nats", "−ELBO −100.5")}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("headlines")
    for name, (metric, value, unit, _) in FIGURES.items():
        make(root, name, data(), with_map=False, z_dim=2)
        checkpoint.update(root / name, metrics={metric: {"value": value, "unit": unit, "protocol": "none"}}, headline=metric)
    return root


@pytest.fixture
def server(pages, root) -> str:
    return pages.over(root)


def test_each_figure_reads_as_what_it_is(drive):
    drive.page.goto(drive.server)
    drive.page.wait_for_selector(".lx-run")
    for name, (*_, words) in FIGURES.items():
        expect(drive.page.locator(f".lx-run[data-run={name}]")).to_contain_text(words)
    drive.page.get_by_role("button", name="한국어").click()
    expect(drive.page.locator(".lx-run[data-run=agreed]")).to_contain_text("요청한 클래스와 일치 98.8 %")
