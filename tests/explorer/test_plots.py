import json

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer import plots
from explorer.latent import statistics
from training import log


def rows(n):
    return [dict(images=i * 10, seconds=float(i), images_per_second=10.0, loss=1 / (i + 1), **({"critic/gap": i} if i % 2 else {}))
            for i in range(n)]


def test_curves_are_a_figure():
    figure = plots.curves(rows(20))
    drawn = go.Figure(figure)                                      # plotly checks every name
    json.dumps(figure, allow_nan=False)
    assert [t.name for t in drawn.data] == ["loss", "critic/gap"] and len(drawn.data[0].x) == 20 and len(drawn.data[1].x) == 10
    assert drawn.data[0].x[-1] == 190 and drawn.data[0].y[0] == 1


def test_a_long_log_is_thinned_by_means():
    thin = log.thin(rows(10_000), 100)
    assert len(thin) == 100 and thin[-1]["images"] == 99_990
    assert thin[0]["loss"] == pytest.approx(np.mean([1 / (i + 1) for i in range(100)]), rel=1e-5)
    assert len(plots.curves(rows(10_000))["data"][0]["x"]) == plots.MOST_ROWS


def test_no_rows():
    assert go.Figure(plots.curves([])).data == ()


def test_read_log_leaves_out_what_is_no_row(tmp_path):
    path = tmp_path / "log.jsonl"
    lines = '{"images": 1, "loss": 2}', "[]", '{"loss": 3}', '{"images": 2, "loss": NaN, "note": "x", "flag": true}', "no", '{"imag'
    path.write_text("\n".join(lines), "utf-8")
    assert plots.read_log(path) == [{"images": 1, "loss": 2}, {"images": 2}]


def test_spectrum_is_a_figure():
    x = np.random.default_rng(0).normal(size=(100, 5)) * [4, 3, 2, 1, 1]
    shares = statistics.principal(x).spectrum
    drawn = go.Figure(plots.spectrum(shares))
    assert list(drawn.data[0].x) == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(drawn.data[0].y, shares, rtol=1e-3)
    assert drawn.data[1].y[-1] == pytest.approx(1, abs=1e-4)


def test_names_cannot_smuggle_markup():
    figure = plots.curves([{"images": 1, "<b>x</b>": 1.0}])
    assert "<b>" not in figure["data"][0]["hovertemplate"]
