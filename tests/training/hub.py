"""A stand-in for the Hugging Face Hub: what its API and its files answer for a few repositories, on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHA = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """``repositories``: by owner/name the files of commit SHA; ``asked``: the paths that were asked for; ``lies``: a size told of every
    file."""

    repositories: Mapping[str, Mapping[str, bytes]] = {}
    asked: list[str] = []
    lies: int | None = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        """Nothing is said."""

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            name, revision = "/".join(parts[2:4]), parts[5] if len(parts) > 5 else "main"
            if name.endswith("/gated"):
                self._answer(403, b"{}", X_Error_Code="GatedRepo", Content_Type="application/json")
            elif name not in self.repositories:
                self._answer(404, b"{}", X_Error_Code="RepoNotFound", Content_Type="application/json")
            elif revision not in ("main", SHA, "v1"):
                self._answer(404, b"{}", X_Error_Code="RevisionNotFound", Content_Type="application/json")
            else:
                files = [{"rfilename": f, "size": len(d) if self.lies is None else self.lies} for f, d in self.repositories[name].items()]
                self._answer(200, json.dumps({"id": name, "sha": SHA, "siblings": files}).encode(), Content_Type="application/json")
            return
        data = self.repositories.get("/".join(parts[:2]), {}).get("/".join(parts[4:]))
        if parts[2:4] != ["resolve", SHA] or data is None:
            self._answer(404, b"", X_Error_Code="EntryNotFound")
        else:
            self._answer(200, data, ETag=f'"{hashlib.sha1(data).hexdigest()}"', X_Repo_Commit=SHA)

    do_HEAD = do_GET


@contextmanager
def served(repositories: Mapping[str, Mapping[str, bytes]], lies: int | None = None) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the list of the paths that are asked for."""
    asked: list[str] = []
    kind = type("Kind", (Hub,), {"repositories": repositories, "asked": asked, "lies": lies})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
