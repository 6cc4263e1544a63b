"""A real Chromium on a real ``python app.py`` over tiny runs. Every test fails on a console error or a request that leaves this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, Request, WebError, expect, sync_playwright

from tests import host, waiting
from tests.explorer.conftest import data, make
from tests.explorer.encoded import make_encoded
from tests.explorer.generators import make_generator
from tests.explorer.styled import make_styled
from tests.install_chromium import SHELL, find

from . import rest
from .held import Held

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LOCAL = ("127.0.0.1", "localhost")
HANGS = 1000 * waiting.HANGS                      # milliseconds
expect.set_options(timeout=HANGS)
LOOK = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "accept_downloads": True}
# the header is there, and no component's module is on its way: what each shows of the run that is open it shows
MOUNTED = "document.querySelector('#lx-header [data-ready]') && !window.lxBegun?.mounting"


class Pages:
    """One page at a time on the worker's own port: Chromium keeps the scripts that it compiled by their address."""

    def __init__(self) -> None:
        self.port = host.free_port()
        self.stack, self.shown = ExitStack(), (None, {})
        self.address = ""

    def over(self, root: Path, **environment: str) -> str:
        """The address of a page over the runs in ``root``; what was shown before is ended."""
        if self.shown != (root, environment):
            self.end()
            self.address = self.stack.enter_context(host.page("--trained", str(root), port=self.port, **environment))
            self.shown = root, environment
        return self.address

    def end(self) -> None:
        self.shown = None, {}
        self.stack.close()


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.end()


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """tiny: 8-D with a map. plane: 2-D. stray: a pickle, which is listed with its reason."""
    root = tmp_path_factory.mktemp("page")
    make(root, "tiny", data(), z_dim=8)
    make(root, "plane", data(), z_dim=2)
    (root / "stray").mkdir()
    (root / "stray" / "model.pt").write_bytes(b"\x80\x04.")
    return root


@pytest.fixture
def server(pages, trained) -> str:
    """The page's address."""
    return pages.over(trained)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as p:
        yield p


@pytest.fixture(scope="session")
def chromium(playwright) -> Iterator[Browser]:
    """Another Chromium, for what is to be seen in a second profile, and a whole one where there is one."""
    browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
    yield browser
    browser.close()


class Tab:
    """A tab that one test after another has as its first page: in the process that drew it before, a page is there in half the time."""

    LASTING = ("add_init_script", "expose_function", "expose_binding", "on", "once", "emulate_media", "set_extra_http_headers")

    def __init__(self, profile: BrowserContext) -> None:
        self.profile, self.more = profile, profile.new_page
        self.page: Page | None = None
        self.lent = self.spoilt = False

    def open(self) -> Page:
        """The tab for whoever asks first, new pages for others."""
        if self.lent:
            return self.more()
        self.lent = True
        if self.page is None or self.page.is_closed() or self.spoilt:
            self.page, self.spoilt = self.more(), False
            for name in self.LASTING:                # what a next test would still feel
                setattr(self.page, name, self.spoiling(getattr(self.page, name)))
        return self.page

    def spoiling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **more: Any) -> Any:
            self.spoilt = True
            return method(*arguments, **more)
        return called

    def clean(self) -> None:
        """Leave the tab, or a blank one, with no past: no routes, history, storage, permissions or other pages."""
        self.lent = False
        used, self.lent = self.open(), False
        for page in self.profile.pages:
            if page is not used:
                page.close()
        Held.end()
        self.profile.unroute_all()
        self.profile.clear_permissions()
        used.unroute_all()
        used.mouse.move(0, 0)                        # else what lies under it next is hovered
        used.goto("about:blank")
        used.set_viewport_size(LOOK["viewport"])
        session = self.profile.new_cdp_session(used)
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "cookies,local_storage,indexeddb,service_workers"})
        session.send("Page.resetNavigationHistory")
        session.detach()


class Profiles:
    """The worker's own Chromiums, each with a profile that lasts: a page that was loaded before takes half the time.

    One draws WebGL, in software, for tests that are marked with it: those whose subject is a map. The other has none, and has a page of a
    run with a map a third sooner.
    """

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.playwright, self.folder = playwright, folder
        self.tabs: dict[bool, Tab] = {}

    def tab(self, webgl: bool) -> Tab:
        if webgl not in self.tabs:
            arguments = ARGUMENTS if webgl else [*ARGUMENTS, "--disable-software-rasterizer"]
            made = self.playwright.chromium.launch_persistent_context(self.folder / f"webgl-{webgl}", executable_path=find(SHELL),
                                                                      args=arguments, **LOOK)
            made.add_init_script(rest.COUNT)
            self.tabs[webgl] = Tab(made)
        return self.tabs[webgl]

    def end(self) -> None:
        for tab in self.tabs.values():
            tab.profile.close()


@pytest.fixture(scope="session")
def profiles(playwright, tmp_path_factory) -> Iterator[Profiles]:
    made = Profiles(playwright, tmp_path_factory.mktemp("profiles"))
    yield made
    made.end()


@pytest.fixture
def tab(profiles, request) -> Tab:
    return profiles.tab(request.node.get_closest_marker("webgl") is not None)


@pytest.fixture
def context(tab) -> Iterator[BrowserContext]:
    """A browser that remembers nothing of the page, 1280 × 800, English. Scripts and routes are for pages of it, not for itself."""
    tab.profile.set_default_timeout(HANGS)
    tab.profile.new_page = tab.open
    yield tab.profile
    tab.clean()


class Watch:
    """What a page must not do."""

    def __init__(self, context: BrowserContext) -> None:
        self.wrong: list[str] = []
        self.expected = "\0"                     # what a console error of this test may say
        self.context = context
        self.begun: list[Request] = []           # live trainings, as they were asked for
        self.heard = {"console": self.console, "weberror": self.error, "request": self.request}
        for event, fn in self.heard.items():
            context.on(event, fn)

    def end(self) -> None:
        for event, fn in self.heard.items():
            self.context.remove_listener(event, fn)

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and self.expected not in message.text:
            self.failed(f"console: {message.text}", message.page)

    def error(self, error: WebError) -> None:
        self.failed(f"error: {error.error}", error.page)

    def failed(self, what: str, page: Page | None) -> None:
        """What waits for such a page would wait for minutes: it is closed, and the test ends here."""
        self.wrong.append(what)
        if page and not page.is_closed():
            page.close()

    def request(self, request: Request) -> None:
        url = request.url
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL:
            self.wrong.append(f"request to {parts.hostname}")
        if request.method == "POST" and parts.path.endswith("/explorer/live"):
            self.begun.append(request)

    def end_live(self) -> None:
        """End the live trainings of its pages, those that begin at this moment too. A page that is left ends its own as well, but the next
        test may begin before, and find all places taken."""
        for request in self.begun:
            with contextlib.suppress(Error):     # of a page that is gone before it was told which
                response = request.response()
                if response and response.ok:
                    self.context.request.post(f"{request.url}/{response.json()['id']}/stop")


@pytest.fixture
def watch(context) -> Iterator[Watch]:
    """Fails the test in the end if the page did what it must not."""
    watching = Watch(context)
    yield watching
    watching.end()
    watching.end_live()
    assert not watching.wrong, watching.wrong


class Driver:
    """The page, by what it says of itself in data attributes."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server

    def open(self, query: str = "run=tiny") -> Driver:
        self.page.goto(f"{self.server}/?{query}")
        self.page.wait_for_selector(".lx-hero[data-n]")
        self.until(MOUNTED)
        return self

    def anew(self, link: str) -> Driver:
        """The page at a link, loaded anew: where nothing but what is behind the # differs a browser would stay on the page it has."""
        self.page.goto("about:blank")
        self.page.goto(link)
        return self

    def map(self, query: str = "run=tiny") -> Driver:
        self.open(query)
        self.page.wait_for_selector("#lx-plane [data-ready=true]", state="attached")
        return self

    def pixels(self) -> str:
        """The hero image, as text."""
        return self.page.evaluate("document.querySelector('.lx-hero canvas').toDataURL()")

    def state(self, expression: str):
        """An expression over lx.state."""
        return self.page.evaluate(f"(() => {{ const s = window.lx.state; return {expression}; }})()")

    def until(self, expression: str, argument=None) -> None:
        """Wait until it is true: an expression, or a function of ``argument``. Of what is not there yet (an element, lx) it is not."""
        self.page.wait_for_function(f"""(argument) => {{
            try {{ const value = ({expression}); return typeof value === 'function' ? value(argument) : value; }}
            catch (e) {{ if (/of (null|undefined)|^lx is not defined/.test(e.message)) return false; throw e; }} }}""", arg=argument)

    def changed(self, before: str) -> None:
        """Wait until the hero image differs from ``before``."""
        self.until("(was) => document.querySelector('.lx-hero canvas').toDataURL() !== was", before)

    def settled(self) -> None:
        """Until nothing is asked for, on its way, being drawn or about to be."""
        assert self.page.evaluate(rest.RESTS), "the page is never at rest"

    def pause(self) -> None:
        """As if a hand had rested for a second: what it does next is an act of its own (history.js), however fast the machine."""
        self.page.evaluate("""() => { const { get } = Object.getOwnPropertyDescriptor(Event.prototype, 'timeStamp');
            Object.defineProperty(Event.prototype, 'timeStamp', { configurable: true, get() { return get.call(this) + 1000; } }); }""")

    def wheel(self, by: float) -> None:
        """Turn the wheel, and wait until the page has heard it, which the mouse does not."""
        self.page.evaluate("window.turned = new Promise((ok) => addEventListener('wheel', ok, { once: true, capture: true })); undefined")
        self.page.mouse.wheel(0, by)
        self.page.evaluate("window.turned.then(() => undefined)")

    def slide(self, selector: str, value: float) -> None:
        """Put a range input to a value, as a hand does."""
        self.page.locator(selector).evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", value)

    def at(self, index: int) -> tuple[float, float]:
        """Where held-out image ``index`` lies on the screen."""
        box = self.page.locator("#lx-plane .lx-plot").bounding_box()
        x, y = self.page.evaluate("""(i) => { const p = document.querySelector('#lx-plane .lx-plot'), l = p._fullLayout, d = p.data[0];
            return [l.xaxis._offset + l.xaxis.l2p(d.x[i]), l.yaxis._offset + l.yaxis.l2p(d.y[i])]; }""", index)
        return box["x"] + x, box["y"] + y

    def alone(self) -> int:
        """A point of the map with nothing near it and nothing over it, so that a click means it."""
        return self.page.evaluate("""() => { const p = document.querySelector('#lx-plane .lx-plot'), l = p._fullLayout, d = p.data[0];
            const px = [...d.x].map((v, i) => [l.xaxis.l2p(v), l.yaxis.l2p(d.y[i])]), clear = (v, end) => v > 90 && v < end - 90;
            const gap = (i) => Math.min(...px.map((q, k) => k === i ? 1e9 : Math.hypot(q[0] - px[i][0], q[1] - px[i][1])));
            const { left, top } = p.getBoundingClientRect(), { xaxis: a, yaxis: b } = l;
            const under = ([x, y]) => document.elementFromPoint(left + a._offset + x, top + b._offset + y)?.closest('.lx-tools');
            const some = px.map((_, i) => i).filter((i) => clear(px[i][0], p.clientWidth) && clear(px[i][1], p.clientHeight)
              && !under(px[i]));
            return some.reduce((a, b) => gap(a) >= gap(b) ? a : b); }""")

    def hover(self, x: float, y: float) -> None:
        self.page.mouse.move(x - 40, y - 6)
        self.page.mouse.move(x, y, steps=3)


@pytest.fixture
def drive(context, server, watch) -> Driver:
    return Driver(context.new_page(), server)


@pytest.fixture(scope="session")
def adversarial(tmp_path_factory) -> Path:
    """Adversarial runs. info, info2: codes. asked: two classes. wide: a plain one, 24-D. tiny: a VAE, 8-D."""
    root = tmp_path_factory.mktemp("generators")
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    make_generator(root, "info2", "infogan", data(), seed=1, z_dim=9, categories=3)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_generator(root, "wide", "gan", data(), seed=2, z_dim=24)
    make(root, "tiny", data(), z_dim=8)
    return root


@pytest.fixture
def generators(pages, adversarial) -> str:
    """The address of a page over adversarial runs."""
    return pages.over(adversarial)


@pytest.fixture
def made(context, generators, watch) -> Driver:
    """As drive, over adversarial runs."""
    return Driver(context.new_page(), generators)


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory) -> Path:
    """A run for every view. tiny: a VAE, 8-D. info: an InfoGAN. asked: two classes. wide: a GAN.
    styled: StyleALAE. levels: a LAPGAN. grown: a ProGAN. stack: an autoencoder, 784 → 20 → 5."""
    root = tmp_path_factory.mktemp("everything")
    make(root, "tiny", data(), z_dim=8)
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_generator(root, "wide", "gan", data(), seed=2, z_dim=24)
    make_styled(root, "styled", data(), family="stylealae")
    make_generator(root, "levels", "lapgan", data(), z_dim=6, noise=3, channels=4, network="conv")
    make_generator(root, "grown", "progan", data(), z_dim=6, channels=8, channel_max=16, stage_images=64)
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5)
    return root


@pytest.fixture
def everything(pages, every_kind) -> str:
    """The address of a page over a run for every view."""
    return pages.over(every_kind)
