"""What ``python -m benchmarks site`` measures in Chromium, each over the runs it is given: visits, pixels, pace, and pages of one file.

Chromium draws in software; the host is this machine's own.
"""

from __future__ import annotations

import gzip
import json
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from explorer import Refused
from explorer.runs.session import Session
from explorer.site import VIEWS, answers, one_file
from tests.browser.site_questions import ASK, compared, pictures, questions, server_of
from tests.install_chromium import find
from tests.static_host import static_host

from .page import ARGUMENTS

PACKED = (".html", ".js", ".mjs", ".json")      # what hosts pack by gzip
MB, PATIENCE = 2**20, 120_000                   # bytes; milliseconds
HERO = "document.querySelector('.lx-hero canvas').toDataURL()"
SHOWN = "document.querySelector('.lx-hero[data-n]') && performance.now()"       # since the address was entered
SLIDER = "#lx-slider-0 input[type=range]"
DRAGGED = """async (ms) => {
  const input = document.querySelector('#lx-slider-0 input[type=range]'), hero = document.querySelector('.lx-hero canvas'), times = [];
  const drawn = ({ detail: { canvas, sent } }) => canvas === hero && times.push(performance.now() - sent);
  const start = performance.now();
  document.addEventListener('lx-drawn', drawn);
  while (performance.now() - start < ms) {
    await new Promise(requestAnimationFrame);
    input.value = Math.sin((performance.now() - start) / 400) * 2; input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.removeEventListener('lx-drawn', drawn);
  return { times, seconds: (performance.now() - start) / 1000 };
}"""


@dataclass(frozen=True)
class Site:
    """A site that was written, and the runs that it is of."""

    folder: Path
    session: Session

    def views(self, run: str) -> list[str]:
        """Of a run, those that the site has, in the order of its tabs."""
        rows = json.loads((self.folder / "data" / "runs.json").read_text("utf-8"))["runs"]
        able = next(row["views"] for row in rows if row["name"] == run)
        return [view for view in VIEWS if view in able]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield browser
        browser.close()


def sent(paths: Iterable[Path]) -> int:
    """Bytes that a host sends for files, packed where it packs them."""
    return sum(len(gzip.compress(p.read_bytes(), 6)) if p.suffix in PACKED else p.stat().st_size for p in paths)


def rests(page: Page, asked: set[str]) -> None:
    """Wait until the hero is drawn, nothing is being worked out, and for two seconds nothing more was asked for."""
    page.wait_for_selector(".lx-hero[data-n]", timeout=PATIENCE)
    quiet, before = 0, -1
    while quiet < 4:
        page.wait_for_timeout(500)
        quiet = quiet + 1 if page.evaluate("lx.busy") == 0 and len(asked) == before else 0
        before = len(asked)


def visits(site: Site, runs: Sequence[str]) -> None:
    """what visitors fetch. Each has an empty cache and opens a run in a view until all is drawn, from a host that packs text; in
    Reconstruct she then takes another test image, told after a plus."""
    print("| run | " + " | ".join(VIEWS) + " |\n|---|" + "---|" * len(VIEWS))
    with static_host(site.folder) as address, chromium() as browser:
        for run in runs:
            cells = dict.fromkeys(VIEWS, "")
            for view in site.views(run):
                context, asked = browser.new_context(), set[str]()
                context.on("response", lambda answer, asked=asked: asked.add(unquote(urlsplit(answer.url).path).strip("/")))
                page = context.new_page()
                page.goto(f"{address}/?run={run}&view={view}")
                rests(page, asked)
                first = _bytes(site, asked)
                cells[view] = f"{first / MB:.1f}"
                if view == "reconstruct":
                    page.locator("#view-reconstruct button[data-source=held]").click()
                    page.locator("#view-reconstruct .lx-another").click()
                    rests(page, asked)
                    cells[view] += f" + {(_bytes(site, asked) - first) / MB:.1f}"
                context.close()
            print(f"| {run} | {' | '.join(cells.values())} |", flush=True)


def _bytes(site: Site, asked: set[str]) -> int:
    return sent(p for p in (site.folder / (path or "index.html") for path in asked) if p.is_file())


def pixels(site: Site, runs: Sequence[str]) -> None:
    """how near the browser's answers are to the server's. All pictures and all that is told of a run, as the tests ask of six
    (site_questions.py); a picture that the server sends as a JPEG, or a map of noise in steep colours, is told by itself."""
    print("| run | pictures | largest difference | not exact: pictures | largest difference | other answers | alike |\n"
          "|---|---|---|---|---|---|---|")
    with static_host(site.folder) as address, chromium() as browser, server_of(site.session) as server:
        for name in runs:
            run, page = site.session.run(name), browser.new_page()
            page.goto(f"{address}/?run={name}")
            page.wait_for_selector(".lx-hero[data-n]", timeout=PATIENCE)
            exact, near, wrong, refused, others = list[int](), list[int](), list[str](), list[str](), 0
            for path, body in [*(("render", body) for body in pictures(run)), *questions(run)]:
                [here], there = page.evaluate(ASK, [(path, body)]), server(path, body)
                if isinstance(here, dict) and "error" in here:
                    refused.append(f"{body.get('op', path)}: {here['error']}")
                    continue
                try:
                    apart, is_exact = compared(here, there, body)
                except AssertionError as e:
                    wrong.append(f"{path} {body.get('op', '')}: {str(e)[-120:]}")
                    continue
                if isinstance(there, str):
                    (exact if is_exact else near).append(apart)
                else:
                    others += 1
                    exact += [apart] * ("data:image/" in json.dumps(there) and is_exact)
            page.close()
            told = "**no**: " + "; ".join(wrong) if wrong else "yes" + "".join(f"; not told: {sentence}" for sentence in refused)
            cells = (len(exact), max(exact, default=""), len(near) or "", max(near, default=""), others, told.replace("|", "/"))
            print(f"| {name} | {' | '.join(map(str, cells))} |", flush=True)


def pace(site: Site, runs: Sequence[str], seconds: float = 3.0, times: int = 3) -> None:
    """how a slider is followed. It is moved at each frame, in Walk (the image alone) and in Codes (with its grid); the first picture is the
    median of three visitors with an empty cache, since the address was entered."""
    print("| run, view | first picture, s | images of the hero a second | p50, ms | p95, ms |\n|---|---|---|---|---|")
    with static_host(site.folder) as address, chromium() as browser:
        for run in runs:
            for view in [view for view in ("walk", "codes") if view in site.views(run)]:
                shown: list[float] = []
                for k in range(times):
                    context = browser.new_context(viewport={"width": 1280, "height": 800})
                    page = context.new_page()
                    page.goto(f"{address}/?run={run}&view={view}", wait_until="commit")
                    shown.append(float(page.wait_for_function(SHOWN, timeout=PATIENCE).json_value()) / 1000)
                    if k == times - 1:
                        rests(page, set())
                        page.evaluate(DRAGGED, 1000)                # what is compiled once
                        found = page.evaluate(DRAGGED, 1000 * seconds)
                    context.close()
                cuts = statistics.quantiles(found["times"], n=20)
                print(f"| {run}, {view} | {statistics.median(shown):.1f} | {len(found['times']) / found['seconds']:.0f} | {cuts[9]:.1f} | "
                      f"{cuts[18]:.1f} |", flush=True)


def alone(site: Site, runs: Sequence[str]) -> None:
    """each run as one file. It is opened from the disk with the network cut, by a Chromium that knows nothing else: its first picture,
    each of its views, and a slider that moves the image. Runs of more parameters than it is meant for are left out."""
    from .site import bodies_of
    print("| run | parameters | MB | files left out | first picture, s | views that opened | the image follows | asked of a network |\n"
          "|---|---|---|---|---|---|---|---|")
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        for name in runs:
            parameters = site.session.card(name).parameters
            if parameters > one_file.WEIGHTS:
                continue
            try:
                body, left = one_file.fitted(site.session, name, bodies_of(site.session, site.folder, name))
            except Refused as e:
                print(f"| {name} | {parameters:,} | {e} | | | | | |", flush=True)
                continue
            path = Path(scratch) / f"{name}.html"
            path.write_bytes(body)
            told = _from_disk(browser, path, answers.shown(site.session, [name]))
            print(f"| {name} | {parameters:,} | {len(body) / MB:.1f} | {len(left) or ''} | {' | '.join(told)} |", flush=True)
            path.unlink()


def _from_disk(browser: Browser, path: Path, views: list[str]) -> list[str]:
    """Cells: seconds to the first picture, how many of the views opened, whether the image follows, what left the file."""
    context, asked, errors = browser.new_context(offline=True), list[str](), list[str]()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri(), wait_until="commit")
    shown = float(page.wait_for_function(SHOWN, timeout=PATIENCE).json_value()) / 1000
    opened = []
    for view in views:
        page.locator(f".lx-tab[data-view={view}]").click()
        rests(page, set())
        if page.locator(f"#view-{view}").is_visible() and not page.locator("#lx-toast.on").count():
            opened.append(view)
    before = page.evaluate(HERO)
    page.locator(SLIDER).evaluate("(e) => { e.value = 2.5; e.dispatchEvent(new Event('input', { bubbles: true })); }")
    rests(page, set())
    follows = "yes" if page.evaluate(HERO) != before else "**no**"
    context.close()
    missing = "".join(f", not {view}" for view in views if view not in opened) + "".join(f"; {error[:100]}" for error in errors[:2])
    return [f"{shown:.1f}", f"{len(opened)} of {len(views)}{missing}", follows, str(len(asked))]


Part = Callable[[Site, Sequence[str]], Any]
PARTS: dict[str, Part] = {"visits": visits, "pixels": pixels, "pace": pace, "alone": alone}
