"""Answers that are held back, so that a test sees the page while it waits, however fast the machine.

Asked of Chromium itself, for the addresses that are held and no others: playwright's ``route`` stops every request of the page, and
switches off the browser's cache for all of them, so that a page which is opened meanwhile has all its scripts to fetch and to compile.
"""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any, ClassVar

from playwright.sync_api import CDPSession, Error, Page


class Waiting:
    """A request that Chromium holds."""

    def __init__(self, session: CDPSession, told: dict[str, Any]) -> None:
        self.session, self.id, self.url, self.body = session, told["requestId"], told["request"]["url"], told["request"].get("postData", "")

    def continue_(self) -> None:
        self.session.send("Fetch.continueRequest", {"requestId": self.id})

    def fulfill(self, status: int, answer: dict[str, Any]) -> None:
        self.session.send("Fetch.fulfillRequest", {
            "requestId": self.id, "responseCode": status, "body": base64.b64encode(json.dumps(answer).encode()).decode(),
            "responseHeaders": [{"name": "content-type", "value": "application/json"}]})


class Held:
    """Holds back every request to ``path`` (code, run/*, …, or from ``*/`` on a whole pattern) whose body contains ``part``, until
    ``let_go``."""

    sessions: ClassVar[list[CDPSession]] = []

    def __init__(self, page: Page, path: str, part: str = "") -> None:
        self.waiting: list[Waiting] = []
        self.holding, self.part, self.page = True, part, page
        self.session = page.context.new_cdp_session(page)
        self.sessions.append(self.session)
        self.session.on("Fetch.requestPaused", self._take)
        pattern = path if path.startswith("*/") else f"*/explorer/{path}"
        self.session.send("Fetch.enable", {"patterns": [{"urlPattern": pattern}]})

    def _take(self, told: dict[str, Any]) -> None:
        one = Waiting(self.session, told)
        if self.holding and self.part in one.body:
            self.waiting.append(one)
        else:
            one.continue_()

    def asked(self, n: int = 1) -> None:
        """Wait until so many are held: what the page has asked for is heard of here a little later."""
        while len(self.waiting) < n:
            self.page.wait_for_timeout(5)

    def step(self) -> None:
        """Send on the one that was held first, once there is any; those after it are held."""
        self.asked()
        self.waiting.pop(0).continue_()

    def let_go(self) -> None:
        """Send on what was held, and hold nothing more."""
        self.holding = False
        for one in self.waiting:
            one.continue_()

    def refuse(self, sentence: str) -> None:
        """Answer what was held with an error, once there is any, and hold nothing more."""
        self.asked()
        self.holding = False
        for one in self.waiting:
            one.fulfill(422, {"error": sentence})

    @classmethod
    def end(cls) -> None:
        """No page is held any more."""
        for session in cls.sessions:
            with contextlib.suppress(Error):            # its page was closed
                session.detach()
        cls.sessions.clear()
