"""Answers that are held back, so that a test sees the page while it waits, however fast the machine."""

from __future__ import annotations

from playwright.sync_api import Page, Route


class Held:
    """Holds back every request to ``path`` (code, render, …, or a whole pattern) whose body contains ``part``, until ``let_go``."""

    def __init__(self, page: Page, path: str, part: str = "") -> None:
        self.waiting: list[Route] = []
        self.holding, self.part, self.page = True, part, page
        page.route(path if path.startswith("**") else f"**/explorer/{path}", self._take)

    def _take(self, route: Route) -> None:
        if self.holding and self.part in (route.request.post_data or ""):
            self.waiting.append(route)
        else:
            route.continue_()

    def asked(self) -> None:
        """Wait until something is held: what the page has asked for is heard of here a little later."""
        while not self.waiting:
            self.page.wait_for_timeout(5)

    def let_go(self) -> None:
        """Send on what was held, and hold nothing more."""
        self.holding = False
        for route in self.waiting:
            route.continue_()

    def refuse(self, sentence: str) -> None:
        """Answer what was held with an error, once there is any, and hold nothing more."""
        self.asked()
        self.holding = False
        for route in self.waiting:
            route.fulfill(status=422, json={"error": sentence})
