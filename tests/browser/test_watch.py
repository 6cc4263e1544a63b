"""What the tests themselves rest on: a page that cannot start ends its test at once, with its own message."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from . import rest
from .conftest import Watch


def test_a_script_that_fails_ends_the_wait_for_its_page(context):
    page, watching = context.new_page(), Watch(context)
    try:
        with pytest.raises(Error, match="closed"):
            page.set_content("<script>const a = 1;</script><script>const a = 2;</script>")
            page.wait_for_selector("#what-never-comes")
    finally:
        watching.end()
    assert len(watching.wrong) == 1 and watching.wrong[0].endswith("Identifier 'a' has already been declared")


@pytest.mark.parametrize("begin", [
    "setTimeout(() => { setTimeout(() => { window.over = true; }, 300); }, 200)",
    "fetch(URL.createObjectURL(new Blob(['[1]']))).then((r) => r.json()).then(() => { window.over = true; })",
    """fetch(URL.createObjectURL(new Blob(['x']))).then((r) => r.blob()).then(() => createImageBitmap(new ImageData(9, 9)))
        .then(() => new Promise((ok) => setTimeout(ok, 400))).then(() => { window.over = true; })""",
    "document.createElement('canvas').toBlob(() => { window.over = true; })",
    "lx.busy = 1; new Promise((ok) => setTimeout(ok, 900)).then(() => { lx.busy = 0; window.over = true; })",
], ids=["timers", "request", "picture", "canvas", "the page's own"])
def test_at_rest_is_when_all_that_was_begun_is_over(context, begin):
    page = context.new_page()
    page.goto("about:blank")
    page.evaluate("() => { window.lx = { busy: 0 }; window.over = false; }")
    page.evaluate(f"() => {{ {begin}; }}")
    assert page.evaluate(rest.RESTS) and page.evaluate("window.over")
