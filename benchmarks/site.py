"""The page without a server, of all runs: bytes, seconds, the largest difference of a pixel, and what a visitor downloads."""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, sync_playwright

from explorer import Refused, destination
from explorer.runs.session import Session
from explorer.site import answers, folder, one_file
from tests.install_chromium import find

HERE = Path(__file__).resolve().parent.parent
PACKED = (".html", ".js", ".mjs", ".json")      # what hosts pack by gzip
MB = 2**20
VISITED = ("vae-plane-mnist", "bigan-mnist", "vae-faces", "stylealae-faces-32", "lapgan-faces")      # whose every view is opened


def of_run(site: Path, session: Session, name: str) -> dict[str, Path]:
    """The files below data/ that a page of this run alone has, by path: its own, its test images' and its classifier's."""
    data, held = site / "data", session.run(name).held
    judge = json.loads((data / "model" / name / "model.json").read_text("utf-8"))["reader"]["judge"]
    own = [p for p in data.rglob("*") if p.is_file() and (p.parent.name == name or p.name.startswith(f"{name}."))]
    for folder_name, of in (("sheet", held and held.folder.name), ("tiles", held and held.folder.name), ("judge", judge)):
        own += list((data / folder_name / of).iterdir()) if of and (data / folder_name / of).is_dir() else []
    for folder_name in ("fields", "colours") if held else ():
        own += list((data / folder_name).glob(f"{held.folder.name}.*"))
    return {p.relative_to(site).as_posix(): p for p in own}


def sent(paths: Iterable[Path]) -> int:
    """Bytes that a host sends for files, packed where it packs them."""
    return sum(len(gzip.compress(p.read_bytes(), 6)) if p.suffix in PACKED else p.stat().st_size for p in paths)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Any static host."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def visits(site: Path, run: str, views: Sequence[str]) -> dict[str, int]:
    """Bytes that a host that packs text sends to a visitor with an empty cache who opens a run in a view, until all is drawn."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for view in views:
            context, asked = browser.new_context(), set[str]()
            context.on("response", lambda answer, asked=asked: asked.add(unquote(urlsplit(answer.url).path).strip("/")))
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/?run={run}&view={view}")
            _rest(page, asked)
            context.close()
            found[view] = sent(site / (path or "index.html") for path in asked if (site / (path or "index.html")).is_file())
        browser.close()
    server.shutdown()
    return found


def _rest(page: Page, asked: set[str]) -> None:
    """Wait until the hero is drawn, nothing is being worked out, and for two seconds nothing more was asked for."""
    page.wait_for_selector(".lx-hero[data-n]", timeout=120_000)
    quiet, before = 0, -1
    while quiet < 4:
        page.wait_for_timeout(500)
        quiet = quiet + 1 if page.evaluate("lx.busy") == 0 and len(asked) == before else 0
        before = len(asked)


def main(argv: Sequence[str] = ()) -> None:
    """Write a site of all runs and say what it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks site")
    parser.add_argument("--trained", type=Path, default=HERE / "trained")
    parser.add_argument("--site", type=Path, help="measure one that was written already")
    parser.add_argument("--visits", nargs="*", metavar="RUN", help="only count what visitors of these runs fetch, of all without any")
    args = parser.parse_args(list(argv))
    with tempfile.TemporaryDirectory() as scratch:
        session, site = Session(args.trained, keep=0), args.site or Path(scratch) / "site"
        if args.site is None:
            done = folder.write(session, site, [], say=lambda s: print(s, flush=True))
            print(f"\n{done.told}\n")
        print("| run | parameters | its networks | all of its files | as one file |\n|---|---|---|---|---|")
        names = json.loads((site / destination.MARK).read_text("utf-8"))["runs"]
        for name in names if args.visits is None else ():
            print(_row(session, site, name), flush=True)
        rows = {row["name"]: row["views"] for row in json.loads((site / "data" / "runs.json").read_text("utf-8"))["runs"]}
        for name in VISITED if args.visits is None else args.visits or names:
            if name in rows:
                told = visits(site, name, rows[name]).items()
                print(f"{name}: a visitor fetches {', '.join(f'{view} {n / MB:.1f} MB' for view, n in told)}", flush=True)
    print(f"{sum(p.stat().st_size for p in site.rglob('*') if p.is_file()) / MB:.1f} MB in all." if args.site else "")


def _row(session: Session, site: Path, name: str) -> str:
    own, parameters = of_run(site, session, name), session.card(name).parameters
    nets = sum(p.stat().st_size for p in own.values() if p.parent.name == name and p.name.endswith(".onnx.planes"))
    bodies = {path: p.read_bytes() for path, p in own.items()}
    bodies |= {f"runtime/{p.name}": p.read_bytes() for p in (site / "runtime").iterdir() if "plotly" not in p.name}
    bodies["data/runs.json"] = answers.listed(session, [name])
    try:
        page, left = one_file.fitted(session, name, bodies)
        one = f"{len(page) / MB:.1f} MB" + (f", {len(left)} files left out" if left else "")
    except Refused as e:
        one = "too large: " + str(e).partition("would be ")[2].partition(",")[0]
    sizes = (nets, sum(p.stat().st_size for p in own.values()))
    return f"| {name} | {parameters:,} | {' | '.join(f'{n / MB:.1f} MB' for n in sizes)} | {one} |"
