"""Plotly figures as plain dicts (``data``, ``layout``): the page hands them to plotly.js, Python needs no plotly to make them.

Colours and fonts are left to the page, which knows whether it is light or dark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NotRequired

import numpy as np
from typing_extensions import TypedDict

from training import log

MOST_ROWS = 600                                 # a longer log is thinned for drawing
CLOCK = {"images", "seconds", "images_per_second"}


class Trace(TypedDict):
    """A line or a row of bars."""

    type: Literal["scatter", "bar"]
    name: str
    x: list[float]
    y: list[float]
    hovertemplate: str
    mode: NotRequired[str]


class AxisTitle(TypedDict):
    """What an axis is called."""

    text: str


class Axis(TypedDict):
    """An axis: its title, and where it is not numbers from the least to the largest, how they are written and between which."""

    title: AxisTitle
    zeroline: bool
    tickformat: NotRequired[str]
    range: NotRequired[list[float]]


class Legend(TypedDict):
    """Where the names of the traces stand."""

    orientation: Literal["h"]
    y: float


class Layout(TypedDict):
    """What is around the traces, in plotly.js's own names."""

    margin: dict[str, int]
    xaxis: Axis
    yaxis: Axis
    paper_bgcolor: str
    plot_bgcolor: str
    legend: Legend
    showlegend: bool
    hovermode: NotRequired[Literal["x unified"]]


class Figure(TypedDict):
    """What plotly.js draws."""

    data: list[Trace]
    layout: Layout


def read_log(path: Path) -> list[dict[str, float]]:
    """The numbers of a ``log.jsonl``, row by row."""
    return log.read(path)


def curves(rows: list[dict[str, float]]) -> Figure:
    """Every logged term over the images seen; ``rows`` of a log. Terms named "phase/term" keep that name."""
    shown = log.thin(rows, MOST_ROWS)
    terms = list(dict.fromkeys(k for r in shown for k in r if k not in CLOCK))
    data = [Trace(type="scatter", mode="lines", name=t, x=[r["images"] for r in shown if t in r],
                  y=[_digits(r[t]) for r in shown if t in r],
                  hovertemplate="%{y:.4g}<extra>" + t.replace("<", "&lt;") + "</extra>") for t in terms]
    return {"data": data, "layout": _layout(_axis("images seen"), _axis("loss")) | {"hovermode": "x unified"}}


def spectrum(shares: np.ndarray, most: int = 64) -> Figure:
    """Share of the codes' variance along each principal direction (bars), and of the first k together (line); shares in [0, 1]."""
    shown = [_digits(float(s)) for s in shares[:most]]
    x: list[float] = list(range(1, len(shown) + 1))
    total = [_digits(float(v)) for v in np.cumsum(shares[:most]).clip(0, 1)]
    return {"data": [Trace(type="bar", name="each", x=x, y=shown, hovertemplate="%{y:.1%}<extra>%{x}</extra>"),
                     Trace(type="scatter", mode="lines+markers", name="together", x=x, y=total,
                           hovertemplate="%{y:.1%}<extra>1–%{x}</extra>")],
            "layout": _layout(_axis("direction"), _axis("share of variance") | {"tickformat": ".0%", "range": [0, 1.02]})}


def _digits(v: float) -> float:
    return float(f"{v:.5g}")


def _axis(title: str) -> Axis:
    return {"title": {"text": title}, "zeroline": False}


def _layout(x: Axis, y: Axis) -> Layout:
    return {"margin": {"l": 52, "r": 12, "t": 12, "b": 40}, "xaxis": x, "yaxis": y, "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)", "legend": {"orientation": "h", "y": 1.12}, "showlegend": True}
