"""Draws the README's pictures into ``docs/`` from the running page: ``make screenshots``."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page

from .page import browser
from .serve import page as served

DOCS = Path(__file__).parent.parent / "docs"


def settle(page: Page, milliseconds: int = 1500) -> None:
    """Wait for the hero to be drawn, and for what follows it."""
    page.wait_for_selector(".lx-hero[data-n]", timeout=60_000)
    page.wait_for_timeout(milliseconds)


VIEWS = (("codes", "infogan-mnist"), ("arithmetic", "dcgan-faces"), ("walk", "dcgan-faces"), ("pyramid", "lapgan-faces"),
         ("styles", "stylegan-faces-32"), ("reconstruct", "bigan-mnist"), ("microscope", "stacked-mnist"))
HIGH = 980                                      # pixels: a view whose last part is below a desk's edge


def keep(page: Page, name: str) -> None:
    """The picture, of the view from its top."""
    page.evaluate("document.querySelector('#lx-main').scrollTo(0, 0)")
    page.screenshot(path=DOCS / f"{name}.png")


def main(chosen: list[str] | None = None) -> None:
    """Map, Codes, Arithmetic, Walk, Pyramid, Growing, Styles, Reconstruct, Microscope and Collapse on a desk, and the map on a phone in the
    dark; ``python -m benchmarks.screenshots NAME …``: of these alone."""
    def wanted(name: str) -> bool:
        return not chosen or name in chosen
    DOCS.mkdir(exist_ok=True)
    with served() as (address, _, _):
        with browser() as page:
            if wanted("map"):
                page.goto(f"{address}/?run=vae-mnist&view=map&lang=en")
                page.wait_for_selector("#lx-plane [data-ready=true]", state="attached", timeout=60_000)
                settle(page)
                keep(page, "map")
            for view, run in (v for v in VIEWS if wanted(v[0])):
                page.goto(f"{address}/?run={run}&view={view}&lang=en")
                settle(page, 6000)
                if view == "styles":
                    page.get_by_role("radio", name="Colours").click()
                    page.wait_for_timeout(3000)
                keep(page, view)
            if wanted("collapse"):
                page.goto(f"{address}/?run=gan-mnist&view=collapse&lang=en")
                page.get_by_role("button", name="Play").first.click(timeout=60_000)
                page.wait_for_timeout(40_000)
                keep(page, "collapse")
        if wanted("growing"):
            with browser(height=HIGH) as page:
                page.goto(f"{address}/?run=progan-faces&view=pyramid&lang=en")
                settle(page, 6000)
                keep(page, "growing")
        if wanted("phone"):
            with browser(420, 860, "dark") as page:
                page.goto(f"{address}/?run=vae-plane-mnist&view=map&lang=ko")
                page.wait_for_selector("#lx-plane [data-ready=true]", state="attached", timeout=60_000)
                settle(page)
                page.screenshot(path=DOCS / "phone.png")


if __name__ == "__main__":
    main(sys.argv[1:])
