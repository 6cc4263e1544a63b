"""The page's JavaScript modules, each at an address that changes with any of them: a browser fetches and compiles them once.

Address: ``PREFIX/js/<digest>/<name>.js``; names are those of the files in shell/ and views/ ("views/map/plane"), and ``constants``:
words, views and the address of plotly.js, as Python knows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import views
from ..assets import address, files
from ..i18n import LANGUAGES, words
from . import plotly
from .http import PREFIX
from .immutable_scripts import digest, pack, script


class Scripts:
    """All modules. ``constants``: what the module of that name exports, as JSON values by name."""

    def __init__(self, constants: Mapping[str, Any]) -> None:
        texts = {address(path): path.read_text("utf-8") for path in files(".js").values()}
        texts["constants"] = "".join(f"export const {name} = {json.dumps(value, ensure_ascii=False)};\n"
                                     for name, value in constants.items())
        self.plain = {name: text.encode() for name, text in texts.items()}
        self.packed = {name: pack(body) for name, body in self.plain.items()}
        self.path = f"{PREFIX}/js/{digest(json.dumps(texts).encode())}/"

    @property
    def names(self) -> Sequence[str]:
        return list(self.plain)

    def route(self) -> Route:
        """GET of a module, packed where the browser can unpack it. A name or a digest that is not there: 404."""
        def answer(request: Request) -> Response:
            known = f"{PREFIX}/js/{request.path_params['digest']}/" == self.path
            return script(request, self.packed.get(request.path_params["name"]) if known else None)
        return Route(f"{PREFIX}/js/{{digest}}/{{name:path}}.js", answer, methods=["GET"])


@cache
def scripts() -> Scripts:
    """This program's own."""
    listed = [{"name": name, "inspector": getattr(module, "INSPECTOR", True)} for name, module in views.modules().items()]
    return Scripts({"words": {lang: words(lang) for lang in LANGUAGES}, "views": listed, "plotly": plotly.path()})


__all__ = ["Scripts", "scripts"]
