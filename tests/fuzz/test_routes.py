"""Every route is asked for what its document allows and for what it does not: never a 500, never a traceback, no path of this machine, an
answer in time, nothing written but what is measured once. ``make fuzz`` asks for much more, differently each time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from explorer.server.http import PREFIX
from explorer.views import operations
from tests import host
from tests.explorer.conftest import data, make
from tests.explorer.encoded import make_encoded
from tests.explorer.generators import make_generator
from tests.explorer.styled import make_styled
from tests.waiting import HANGS

from .codes import TEXTS, Fitting
from .document import Document

EXAMPLES = int(os.environ.get("LATENT_EXPLORER_FUZZ", "0"))      # of each route and mode; 0: a few, the same each time
FEW = 6
RUNS = ("tiny", "info", "asked", "styled", "levels", "grown", "stack", "ring")
schemathesis.openapi.format("codes", TEXTS)
OPEN = schemathesis.openapi.from_dict(Document(RUNS, ["shapes"]).whole())
OPERATIONS = {f"{o.method.upper()} {o.path}": o for o in (result.ok() for result in OPEN.get_all_operations())}
WIDE = {f"POST {PREFIX}/{route}": len(operations.operations(route)) for route in ("render", "code", "microscope", "film")}   # many in one
KEPT = ("measured.safetensors.xz",)             # what opening a run may write, once


class Served:
    """A page that others can reach, and what it wrote to its log."""

    def __init__(self, address: str, root: Path, log: Path) -> None:
        self.address, self.root, self.log, self.read = address, root, log, 0
        self.fitting, self.form = Fitting({}, ["shapes"]), 0     # ``form``: the number of the Train form
        self.counted: defaultdict[tuple[str, GenerationMode], Counter[int]] = defaultdict(Counter)
        self.http = requests.Session()
        self.http.trust_env = False

    def said(self) -> str:
        """What is new in the log."""
        text = self.log.read_text("utf-8", "replace")
        new, self.read = text[self.read:], len(text)
        return new


@contextmanager
def page(root: Path, log: Path, *arguments: str) -> Iterator[Served]:
    port = host.free_port()
    with open(log, "wb") as out:
        process = subprocess.Popen([sys.executable, "app.py", "--port", str(port), "--trained", str(root), *arguments], cwd=host.ROOT,
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        host.answers(f"http://127.0.0.1:{port}", lambda: process.poll() is None)
        yield Served(f"http://127.0.0.1:{port}", root, log)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """For visitors, over a run of every kind, one of points among them."""
    root = tmp_path_factory.mktemp("fuzzed")
    make(root, "tiny", data(), z_dim=8)
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_styled(root, "styled", data(), family="stylealae")
    make_generator(root, "levels", "lapgan", data(), z_dim=6, noise=3, channels=4, network="conv")
    make_generator(root, "grown", "progan", data(), z_dim=6, channels=8, channel_max=16, stage_images=64)
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5)
    shutil.copytree(host.ROOT / "trained" / "gan-ring", root / "ring")
    card = json.loads((root / "ring" / "card.json").read_text())
    (root / "ring" / "card.json").write_text(json.dumps(card | {"name": "ring"}))
    with page(root, tmp_path_factory.mktemp("log") / "log.txt", "--host", "0.0.0.0") as there:
        dimensions = {}
        for name in RUNS:                       # measured before the disk is looked at
            told = there.http.get(f"{there.address}{PREFIX}/run/{name}", timeout=HANGS).json()
            dimensions[name] = told["spec"]["num_layers"] * told["spec"]["w_dim"]
        there.fitting, there.form = Fitting(dimensions, ["shapes"]), component(there.address)
        yield there
        if os.environ.get("LATENT_EXPLORER_FUZZ_COUNTS"):
            for (name, mode), statuses in there.counted.items():
                print(f"{name:60} {mode.value:9} {dict(sorted(statuses.items()))}")


def component(address: str) -> int:
    """The id of the Train form's."""
    with urllib.request.urlopen(f"{address}/config", timeout=HANGS) as answer:
        return next(c["id"] for c in json.load(answer)["components"] if c["props"].get("elem_id") == "lx-train")


def files(root: Path) -> dict[str, int]:
    """Sizes; not of what is measured once, nor of what becomes that when it is whole (training/files.py)."""
    found: dict[str, int] = {}
    for p in root.rglob("*"):
        if p.name not in KEPT and not p.name.startswith(tuple(f".{name}." for name in KEPT)):
            with contextlib.suppress(FileNotFoundError):
                found |= {str(p.relative_to(root)): p.stat().st_size} if p.is_file() else {}
    return found


def looked_at(served: Served, response: schemathesis.Response, path: str) -> None:
    """Raise where an answer is none that a stranger may get."""
    body, kind = response.content, (response.headers.get("content-type") or [""])[0]
    text = body.decode("utf-8", "replace") if kind.startswith(("application/json", "text/")) else ""
    assert response.status_code < 500 or response.status_code == 503, (response.status_code, text[:400])
    for told in ("Traceback", "site-packages", str(host.ROOT), str(served.root), str(Path.home()) + "/"):
        assert told not in text, (told, text[:400])
    if path.startswith(f"{PREFIX}/") and response.status_code >= 400 and kind.startswith("application/json"):
        said = response.json()["error"]
        assert said.endswith((".", "?")) and "\n" not in said and len(said) < 600, said


def ways(operation: schemathesis.APIOperation) -> list[GenerationMode]:
    """What fits its document, and what does not where anything could: a GET without parameters always fits."""
    own = bool(operation.body or operation.path_parameters or operation.query)
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if own else [GenerationMode.POSITIVE]


@pytest.mark.parametrize(("name", "mode"), [(n, m) for n, o in OPERATIONS.items() for m in ways(o)],
                         ids=lambda v: v.value if isinstance(v, GenerationMode) else v)
def test_a_route_answers_whatever_it_is_asked(served, name, mode):
    operation, before = OPERATIONS[name], files(served.root)

    @settings(max_examples=(EXAMPLES or FEW) * WIDE.get(name, 1), derandomize=not EXAMPLES, deadline=None, database=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=bool(EXAMPLES))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE:
            case.body, case.path_parameters = served.fitting.asked(case.body), served.fitting.place(case.path_parameters)
        if isinstance(case.body, dict) and case.body.get("component_id") == 0:
            case.body["component_id"] = served.form
        answer = case.call(base_url=served.address, session=served.http, timeout=HANGS)
        looked_at(served, answer, operation.path)
        served.counted[name, mode][answer.status_code] += 1
    asked()
    log = served.said()
    assert "Traceback" not in log, log[-4000:]
    assert files(served.root) == before, "nothing is written for a visitor"
