"""The views: one folder each. A folder here is shown as a tab as soon as it exists; none knows of another.

A view has, in its ``__init__.py``,

- ``supports(spec: LatentSpec) -> bool``: whether a run with that spec (training/model.py) can be shown;
- ``build(context: Context) -> None``: called inside the view's own column; makes its Gradio components. It imports
  them itself: what a view computes is asked for where there is no page, too (``python -m explorer``, the process that lays out a map);
- where some runs show its point better than others, ``worth(card: Card) -> float``: the run that is worth most is opened when the view is
  asked for and no run is;
- ``INSPECTOR = False`` where the inspector on the right is to be hidden (Train, Compare, Collapse).

Its words are ``view.<name>`` (the tab), ``view.<name>.needs`` (said of runs that it cannot show), ``start.<name>`` (what a first
visitor is told to do) and, where it wants the "What am I looking at?" fold, ``about.<name>`` (two sentences; the run's equation and paper
are added), in its own en.json and ko.json.
All views are in the page from the start and shown by CSS; begin expensive work in the browser on ``lx.on("view", …)``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from gradio.components import Component

    from training.checkpoint import Card
    from training.model import LatentSpec

    from ..runs.session import Session

Widget = TypeVar("Widget", bound="Component")
# the order of the tabs; folders that are not named come before the last one
VIEWS = ("map", "codes", "arithmetic", "walk", "styles", "pyramid", "reconstruct", "microscope", "collapse", "compare", "train")


class Access(Protocol):
    """What whoever uses the page may do, as the server knows it (server/access.py)."""

    training: bool

    def require_training(self) -> None:
        """Raise an error with one sentence where training, stopping and deleting are not allowed."""


@dataclass
class Context:
    """What a view may use while it is built. ``session`` (runs/session.py) and ``access`` are the server's."""

    session: Session
    access: Access
    server: bool = True                     # False: of a page whose networks run in the browser
    labels: list[tuple[Component, str, str]] = field(default_factory=list)

    def relabel(self, component: Widget, key: str, prop: str = "label") -> Widget:
        """Keep a property of a component (label, info, placeholder; value of a button) in the page's language. Returns the component."""
        self.labels.append((component, key, prop))
        return component


@cache
def modules() -> dict[str, ModuleType]:
    """The views that exist, by name, in the order of their tabs."""
    others = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg and m.name not in VIEWS)
    specs = {n: importlib.util.find_spec(f"{__name__}.{n}") for n in (*VIEWS[:-1], *others, VIEWS[-1])}
    return {n: importlib.import_module(spec.name) for n, spec in specs.items() if spec is not None and spec.origin}     # no empty folder


def supported(spec: LatentSpec) -> list[str]:
    """Names of the views that can show a run of this spec."""
    return [n for n, m in modules().items() if _supports(m)(spec)]


def _supports(module: ModuleType) -> Callable[[LatentSpec], bool]:
    return module.supports


def firsts(cards: Mapping[str, Card], named: str | None = None) -> dict[str, str]:
    """For each view that tells runs apart the one that shows its point best, the first of equals; none where it can show none.
    ``named``: the run that the owner named when she started the page, which every view shows that can."""
    found = {}
    for name, module in modules().items():
        if named is not None and _supports(module)(cards[named].spec):
            found[name] = named
            continue
        able = [c for c in cards.values() if hasattr(module, "worth") and _supports(module)(c.spec)]
        if able:
            found[name] = max(able, key=module.worth).name
    return found


def figure(card: Card, name: str) -> float:
    """A measured figure of a run, 0 where it was not measured."""
    return card.value(name) or 0.0
