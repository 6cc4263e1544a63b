"""The class of a conditional run: chosen in the inspector, drawn everywhere, kept in the link, offered by the named API."""

from __future__ import annotations

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from tests.waiting import HANGS


def test_choosing_a_class_draws_it_and_the_link_keeps_it(made, context, generators):
    made.open("run=asked&view=walk")
    page, first = made.page, made.pixels()
    box = page.locator("#lx-classes")
    expect(box.get_by_role("radio", name="bar")).to_have_attribute("aria-checked", "true")
    w = made.state("Array.from(s.w)")
    box.get_by_role("radio", name="square").click()
    made.changed(first)
    assert made.state("s.label") == 1 and made.state("Array.from(s.w)") == w
    second = made.pixels()
    made.until("new URLSearchParams(location.hash.slice(1)).get('c') === '1'")
    other = type(made)(context.new_page(), generators)
    other.open(page.evaluate("location.href").split("?", 1)[1])
    other.until("(was) => document.querySelector('.lx-hero canvas').toDataURL() === was", second)
    page.locator("#lx-classes [role=radio].on").focus()
    page.keyboard.press("ArrowLeft")
    made.until("(was) => document.querySelector('.lx-hero canvas').toDataURL() === was", first)


def test_only_runs_with_classes_have_the_buttons_and_a_wrong_class_says_so(made):
    made.open("run=wide&view=walk")
    expect(made.page.locator("#lx-classes")).to_be_hidden()
    assert made.state("s.label") is None
    made.page.goto(f"{made.server}/?run=asked&c=7")
    made.until("document.getElementById('lx-toast')?.textContent.includes('does not fit')")
    made.page.wait_for_selector(".lx-hero[data-n]")
    assert made.state("s.label") == 0


def test_the_named_api_takes_a_class(generators):
    client = Client(generators, verbose=False, httpx_kwargs={"timeout": HANGS})
    code = client.predict("asked", 3, 1, api_name="/sample")
    assert len(code) == 6 and code == client.predict("asked", 3, api_name="/sample")
    bar, square, first = (client.predict("asked", code, *k, api_name="/decode") for k in ((0,), (1,), ()))
    assert bar != square and bar == first
    with pytest.raises(AppError, match="classes 0 to 1"):
        client.predict("asked", code, 9, api_name="/decode")
