"""Draws the README's pictures into ``docs/`` from the running page: ``make screenshots``."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from .page import browser
from .serve import page as served

DOCS = Path(__file__).parent.parent / "docs"


def settle(page: Page, milliseconds: int = 1500) -> None:
    """Wait for the hero to be drawn, and for what follows it."""
    page.wait_for_selector(".lx-hero[data-n]", timeout=60_000)
    page.wait_for_timeout(milliseconds)


def main() -> None:
    """Map, Codes, Arithmetic, Walk, Pyramid, Growing, Styles, Reconstruct, Microscope and Collapse at 1280 × 800, and the map on a phone in
    the dark."""
    DOCS.mkdir(exist_ok=True)
    with served() as (address, _, _):
        with browser() as page:
            page.goto(f"{address}/?run=vae-mnist&view=map&lang=en")
            page.wait_for_selector("#lx-plane [data-ready=true]", state="attached", timeout=60_000)
            settle(page)
            page.screenshot(path=DOCS / "map.png")
            for view, run, name in (("codes", "infogan-mnist", ""), ("arithmetic", "dcgan-faces", ""), ("walk", "dcgan-faces", ""),
                                    ("pyramid", "lapgan-faces", ""), ("pyramid", "progan-faces", "growing"),
                                    ("styles", "stylegan-faces-32", ""), ("reconstruct", "bigan-mnist", ""),
                                    ("microscope", "stacked-mnist", "")):
                page.goto(f"{address}/?run={run}&view={view}&lang=en")
                settle(page, 6000)
                if view == "styles":
                    page.get_by_role("radio", name="Colours").click()
                    page.wait_for_timeout(3000)
                page.screenshot(path=DOCS / f"{name or view}.png")
            page.goto(f"{address}/?run=gan-mnist&view=collapse&lang=en")
            page.get_by_role("button", name="Play").first.click(timeout=60_000)
            page.wait_for_timeout(40_000)
            page.screenshot(path=DOCS / "collapse.png")
        with browser(420, 860, "dark") as page:
            page.goto(f"{address}/?run=vae-plane-mnist&view=map&lang=ko")
            page.wait_for_selector("#lx-plane [data-ready=true]", state="attached", timeout=60_000)
            settle(page)
            page.screenshot(path=DOCS / "phone.png")


if __name__ == "__main__":
    main()
