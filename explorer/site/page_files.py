"""The files of a site that are the same for all runs: the page, its modules, plotly.js."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

from .. import views
from ..i18n import LANGUAGES, words
from ..runs.session import Session
from ..server.immutable_scripts import pack
from ..server.scripts import Scripts
from . import VIEWS
from .document import document

INSTEAD = "site.instead."
BROWSER = Path(__file__).with_name("browser")
PLOTLY = "runtime/plotly.min.js.gz"             # not every host packs


def scripts(names: Sequence[str] = VIEWS) -> dict[str, str]:
    """All modules by their names below js/, of a page of these views: the page's own, with what answers in the server's place."""
    listed = [{"name": name, "inspector": getattr(module, "INSPECTOR", True)}
              for name, module in views.modules().items() if name in names]
    own = Scripts({"words": {lang: worded(lang) for lang in LANGUAGES}, "views": listed, "plotly": PLOTLY})
    found = {name: body.decode() for name, body in own.plain.items()}
    found |= {f"site/browser/{path.stem}": path.read_text("utf-8") for path in BROWSER.glob("*.js")}
    found["shell/server"] = "export * from '../site/browser/server.js';\n"
    return found


def worded(lang: str) -> dict[str, str]:
    """The words of a page without a server: of what speaks of a server there, "site.instead.KEY" stands in the place of KEY."""
    all_words = dict(words(lang))
    instead = {key.removeprefix(INSTEAD): text for key, text in all_words.items() if key.startswith(INSTEAD)}
    return {key: instead.get(key, text) for key, text in all_words.items() if not key.startswith(INSTEAD)}


def page_files(session: Session, names: Sequence[str] = VIEWS) -> dict[str, bytes]:
    """What stands beside ``data/``, by path. ``names``: of the views that the runs of the site can be shown in."""
    modules = scripts(names)
    ahead = "".join(f'<link rel="modulepreload" href="js/{name}.js">' for name in modules if not name.startswith("views/"))
    body = '<script type="module" src="js/site/browser/boot.js"></script><script type="module" src="js/shell/store.js"></script>'
    plotly = importlib.resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return {"index.html": document(session, names, ahead, body).encode(), PLOTLY: pack(plotly),
            **{f"js/{name}.js": text.encode() for name, text in modules.items()}}


__all__ = ["PLOTLY", "page_files", "scripts"]
