"""The page's modules: served at an address of their own contents, and complete."""

import gzip
import json
import posixpath
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.assets import EXPLORER, address, files
from explorer.i18n import LANGUAGES, words
from explorer.server import plotly
from explorer.server.http import PREFIX
from explorer.server.immutable_scripts import FOREVER
from explorer.server.scripts import Scripts, scripts
from explorer.views import modules

IMPORTS = re.compile(r"^(?:import|export) (?:[^'\";]* from )?'(\.[^']+)\.js';", re.MULTILINE)


@pytest.fixture(scope="module")
def http():
    return TestClient(Starlette(routes=[scripts().route()]))


def test_a_module_is_the_files_text_for_ever_packed_where_that_is_understood(http):
    plain = http.get(f"{scripts().path}shell/store.js", headers={"accept-encoding": "identity"})
    assert plain.text == (EXPLORER / "shell" / "store.js").read_text("utf-8") and "content-encoding" not in plain.headers
    packed = http.get(f"{scripts().path}shell/store.js")
    assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content          # unpacked by the client
    assert gzip.decompress(scripts().packed["shell/store"]) == plain.content
    for answer in (plain, packed):
        assert answer.headers["cache-control"] == FOREVER and answer.headers["vary"] == "accept-encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", [f"{scripts().path}nothing.js", scripts().path.replace("/js/", "/js/0") + "shell/store.js",
                                  f"{scripts().path}..%2Floading_timers.js", f"{scripts().path}../../loading_timers.js"])
def test_what_is_not_a_module_is_not_there(http, path):
    assert http.get(path).status_code == 404


def test_plotly_is_packed_once_and_kept_for_ever_at_an_address_of_its_contents():
    http, at = TestClient(Starlette(routes=[plotly.route()])), f"{PREFIX}/{plotly.path()}"
    packed, plain = http.get(at), http.get(at, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and len(plotly.packed()) < len(plain.content) / 2
    assert packed.content == plain.content and b"plotly.js v" in plain.content[:200]
    assert {a.headers["cache-control"] for a in (packed, plain)} == {FOREVER}
    assert http.get(f"{PREFIX}/plotly/0123456789abcdef.js").status_code == 404
    assert f'export const plotly = "{plotly.path()}";' in scripts().plain["constants"].decode()


def test_the_address_follows_the_contents():
    one, same, other = Scripts({"words": {"a": 1}}), Scripts({"words": {"a": 1}}), Scripts({"words": {"a": 2}})
    assert one.path == same.path != other.path


def test_every_import_is_served_and_every_component_has_its_module():
    for name, body in scripts().plain.items():
        for imported in IMPORTS.findall(body.decode()):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)) in scripts().names, (name, imported)
    assert any(IMPORTS.findall(body.decode()) for body in scripts().plain.values())
    mounted = {m for p in EXPLORER.rglob("*.py") for m in re.findall(r'piece\("(\w+)"', p.read_text("utf-8"))}
    assert len(mounted) > 10 and {address(files(".js")[name]) for name in mounted} <= set(scripts().names)


def test_what_is_exported_is_imported():
    """By another module, or by a test of JavaScript: what only its own module uses is its own."""
    texts = {p: p.read_text("utf-8") for folder in (EXPLORER, EXPLORER.parent / "tests" / "javascript")
             for p in folder.rglob("*.js") if "node_modules" not in p.parts}
    used: dict[Path, set[str]] = {}
    for path, text in texts.items():
        names = used.setdefault(path, set())
        for listed in re.findall(r"^(?:import|export) \{([^}]*)\} from", text, re.MULTILINE):
            names |= {part.split()[0] for part in listed.split(",") if part.strip()}
        for whole in re.findall(r"^import \* as (\w+) from", text, re.MULTILINE):
            names |= set(re.findall(rf"\b{whole}\.(\w+)", text))
    exported = {(path, name) for path, text in texts.items() if path.is_relative_to(EXPLORER)
                for name in re.findall(r"^export (?:async )?(?:const|let|class|function) (\w+)", text, re.MULTILINE)}
    alone = {f"{path.relative_to(EXPLORER)}: {name}" for path, name in exported
             if not any(name in names for other, names in used.items() if other != path)}
    assert len(exported) > 400 and not alone


def test_no_two_files_of_a_kind_have_one_name():
    for suffix in (".js", ".css"):
        there = [p for p in EXPLORER.rglob(f"*{suffix}") if p.relative_to(EXPLORER).parts[0] in ("shell", "views")]
        assert len(files(suffix)) == len(there) > 8


def test_python_tells_words_and_views():
    exported = dict(re.findall(r"^export const (\w+) = (.*);$", scripts().plain["constants"].decode(), re.MULTILINE))
    assert json.loads(exported["words"]) == {lang: words(lang) for lang in LANGUAGES}
    assert [v["name"] for v in json.loads(exported["views"])] == list(modules())
