"""The login page is seen in the page's colours, and says what gradio's is silent about: a wait after wrong passwords, and cookies that a
frame does not get."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, expect

from tests import host

from .conftest import HANGS, LOOK, Watch


@pytest.fixture(scope="module")
def locked(trained) -> Iterator[str]:
    """A page with a login, which other sites may frame."""
    with host.page("--auth", "ada:lovelace", "--allow-frames", "--trained", str(trained)) as address:
        yield address


@pytest.fixture
def around(locked) -> Iterator[str]:
    """The address of another site (localhost, where the page is on 127.0.0.1) that frames the page."""
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f'<link rel="icon" href="data:,"><iframe src="{locked}" width="900" height="700"></iframe>'.encode())

        def log_message(self, *_: object) -> None:
            pass
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def log_in(frame, password: str) -> None:
    frame.get_by_label("username").fill("ada")
    frame.get_by_label("password").fill(password)
    frame.get_by_role("button", name="Login").click()


@pytest.fixture
def whole(chromium) -> Iterator[BrowserContext]:
    """A browser with the rules for cookies that people's have: without tabs and menus it has others."""
    made = chromium.new_context(**LOOK)
    made.set_default_timeout(HANGS)
    yield made
    made.close()


def test_inside_another_sites_frame_without_cookies(whole, around):
    """The browser is one that keeps no cookies of a frame's."""
    watch = Watch(whole)
    watch.expected = "401"

    def without_cookies(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k != "set-cookie"})
    whole.route("**/login", without_cookies)
    tab = whole.new_page()
    tab.goto(around)
    frame = tab.frame_locator("iframe")
    log_in(frame, "lovelace")
    alert = frame.locator("#lx-login")
    expect(alert).to_contain_text("keeps no cookies for a page inside another site's frame")
    expect(alert.get_by_role("link", name="Open the page by itself")).to_have_attribute("target", "_blank")
    watch.end()
    assert not watch.wrong, watch.wrong


def test_wrong_passwords_are_told_to_wait(context, locked, watch):
    watch.expected = "the server responded with a status of 4"
    tab = context.new_page()
    tab.set_extra_http_headers({"x-forwarded-for": "10.0.0.9"})              # the wait is this visitor's, not the other tests'
    tab.goto(locked)
    told = []
    while 429 not in told and len(told) < 12:              # each further one waits twice as long, so a slow hand meets it
        with tab.expect_response("**/login") as last:
            log_in(tab, "wrong")
        told.append(last.value.status)
    assert set(told[:5]) == {400} and told[-1] == 429, told
    expect(tab.locator("#lx-login")).to_contain_text("the next can be tried in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_boxes_and_the_button_are_seen(context, locked, watch, scheme):
    """Their colours are the theme's tokens, which the login page has without the page's own head."""
    watch.expected = "401"
    tab = context.new_page()
    tab.emulate_media(color_scheme=scheme)
    tab.goto(locked)
    tab.get_by_label("password").wait_for()
    look = tab.evaluate(r"""() => {
      const of = (e) => getComputedStyle(e), ground = of(document.body);
      const light = (c) => c.match(/\d+/g).slice(0, 3).reduce((sum, v) => sum + +v, 0) / 765;
      return { ground: light(ground.backgroundColor), ink: light(of(document.querySelector('h2')).color) }; }""")
    assert (look["ground"] > 0.9 and look["ink"] < 0.2) if scheme == "light" else (look["ground"] < 0.15 and look["ink"] > 0.8)
    # the colours of Gradio's boxes and buttons come by transitions
    edge, button = ("rgb(230, 227, 220)", "rgb(61, 90, 254)") if scheme == "light" else ("rgb(42, 45, 54)", "rgb(140, 158, 255)")
    expect(tab.get_by_label("password")).to_have_css("border", f"1px solid {edge}")
    expect(tab.get_by_role("button")).to_have_css("background-color", button)
