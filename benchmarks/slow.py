"""Slow work that another visitor has the page do, of each kind that there is, over and over for as long as a block lasts."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlsplit

from .crowd import EXPLORER

Say = dict[str, Any]
FACES = "progan-faces"


class Other:
    """Another visitor, at an address of her own."""

    def __init__(self, address: str, host: str = "127.0.9.1") -> None:
        self.where, self.host, self.over = urlsplit(address).netloc, host, threading.Event()

    def ask(self, path: str, body: Say | None = None) -> Any:
        """The answer, JSON where it is. Refusals are answers, too."""
        connection = http.client.HTTPConnection(self.where, timeout=120, source_address=(self.host, 0))
        try:
            data = None if body is None else json.dumps(body)
            connection.request("GET" if data is None else "POST", f"{EXPLORER}/{path}", data, {"content-type": "application/json"})
            answer = connection.getresponse()
            told = answer.read()
            return json.loads(told) if answer.headers.get_content_type() == "application/json" else told
        finally:
            connection.close()

    def until_ready(self, path: str, body: Say) -> None:
        """Ask until it is there, as the page does."""
        while not self.over.is_set() and (told := self.ask(path, body)).get("ready") is False and "error" not in told:
            time.sleep(0.3)

    def rows(self) -> list[Say]:
        return self.ask("runs")["runs"]


def nothing(other: Other) -> None:
    """No work."""
    other.over.wait()


def map_fit(other: Other) -> None:
    """10,000 codes laid out anew."""
    name = other.ask("fit", {"run": "vae-mnist", "n_neighbors": 15, "min_dist": 0.1, "metric": "euclidean"})["id"]
    while not other.over.is_set() and other.ask(f"fit/{name}").get("state") in ("waiting", "fitting"):
        pass
    other.ask(f"fit/{name}/stop", {})


def search(other: Other) -> None:
    """The code of an image, by descent."""
    for k in range(100):
        other.until_ready("search", {"run": FACES, "image": {"index": k}})
        if other.over.is_set():
            return


def film(other: Other) -> None:
    """240 frames."""
    keys = [other.ask("code", {"run": FACES, "op": "sample", "seed": 1})["w"]]
    other.ask("film", {"run": FACES, "op": "walk", "keys": keys[0], "seconds": 10, "fps": 24, "size": 256, "format": "mp4"})


def seeds(other: Other) -> None:
    """256 seeds in a zip."""
    other.ask("seeds", {"run": FACES, "first": 0, "count": 256})


def directions(other: Other) -> None:
    """Directions of a run's styles measured: of other layers each time."""
    for k in range(1, 255):
        layers = [bool(k >> n & 1) for n in range(8)]
        other.until_ready("code", {"run": "stylegan-faces-32", "op": "style_directions", "layers": layers})
        if other.over.is_set():
            return


def opening(other: Other) -> None:
    """One run after another opened, with its map and its first image: for the first time, while there are any."""
    for row in other.rows():
        if other.over.is_set():
            return
        info, name = other.ask(f"run/{row['name']}"), row["name"]
        if info.get("projections"):
            other.ask(f"map/{name}?projection={info['projections'][0]}")
        other.ask("render", {"run": name, "op": "image", "w": info["default"]["w"], **({"label": 0} if row["num_classes"] else {})})
        other.ask(f"codes/{name}")


def grids(other: Other) -> None:
    """The largest grids of images that are answered: 256 of 64 × 64."""
    other.ask("render", {"run": FACES, "op": "samples", "seed": 0, "n": 256, "columns": 16})


def collapse(other: Other) -> None:
    """Four families that train before a visitor's eyes."""
    name, after = other.ask("live", {"data": "ring", "seed": 0})["id"], -1
    other.ask(f"live/{name}/hello")
    other.ask(f"live/{name}/order", {"play": True, "speed": 0})
    while not other.over.is_set():
        told = other.ask(f"live/{name}/frames?after={after}")
        if isinstance(told, bytes) and len(told) >= 8:
            after = int.from_bytes(told[4:8], "little")
    other.ask(f"live/{name}/stop", {})


def of(work: Callable[[Other], None]) -> Callable[[str], AbstractContextManager[None]]:
    """A block beside which a visitor has that done, again and again."""
    @contextmanager
    def beside(address: str) -> Iterator[None]:
        other = Other(address)

        def again() -> None:
            while not other.over.is_set():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    work(other)
        thread = threading.Thread(target=again)
        thread.start()
        try:
            yield
        finally:
            other.over.set()
            thread.join()
    return beside


KINDS = {"nothing": of(nothing), "a map fitted": of(map_fit), "a search": of(search), "a film": of(film), "a zip of seeds": of(seeds),
         "directions measured": of(directions), "runs opened": of(opening), "grids of 256": of(grids), "a live training": of(collapse)}
