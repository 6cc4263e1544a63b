"""Any static host: one that knows few types, as nginx does (of what a site has; the rest is text to it)."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from os import PathLike
from pathlib import Path


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, and no word about it."""

    TYPES = {".html": "text/html", ".js": "application/javascript", ".json": "application/json", ".png": "image/png",
             ".webp": "image/webp"}

    def guess_type(self, path: str | PathLike[str]) -> str:
        return self.TYPES.get(Path(path).suffix, "text/plain")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def static_host(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
