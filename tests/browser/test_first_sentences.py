"""What a first visitor is told follows from what a run is: of which images, and whether it was trained here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import expect

from explorer.i18n import words
from tests.explorer.conftest import data, make
from training import checkpoint

from .conftest import Driver

pytestmark = pytest.mark.webgl


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Path:
    """digits: of a set that is read for digits. photos: of a person's own colour images. outside: trained elsewhere."""
    root = tmp_path_factory.mktemp("three")
    for name, dataset, title in (("digits", data(), "mnist"), ("photos", data(3, 32), "own-photos"), ("outside", data(), "shapes")):
        spec = dataclasses.replace(dataset.spec, name=title, fingerprint=str(len(name)) * 64)
        make(root, name, dataclasses.replace(dataset, spec=spec), z_dim=4)
    checkpoint.update(root / "outside", source="theirs.onnx")
    return root


def test_sentences_are_those_of_the_run(context, pages, three, watch):
    driver = Driver(context.new_page(), pages.over(three))
    page = driver.map("").page
    welcome, about = page.locator(".lx-welcome"), page.locator("[data-t^='about.map']")
    for lang in ("en", "ko"):
        page.evaluate(f"lx.setLang('{lang}')")
        for run, sentence in (("outside", "about.map.elsewhere"), ("digits", "about.map"), ("photos", "about.map")):
            page.evaluate(f"lx.open('{run}')")
            expect(about).to_have_text(words(lang)[sentence])
        page.locator("[role=tab][data-view=reconstruct]").click()
        for run, sentence in (("digits", "start.reconstruct.digits"), ("photos", "start.reconstruct"), ("outside", "start.reconstruct")):
            page.evaluate(f"lx.open('{run}')")
            expect(welcome).to_contain_text(words(lang)[sentence])
        page.locator("[role=tab][data-view=map]").click()
