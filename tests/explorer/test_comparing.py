"""Cards side by side: which figure is better, and which settings differ."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from explorer import Refused
from explorer.i18n import words
from explorer.runs.session import Session
from explorer.views.compare import table
from tests.explorer.conftest import Client, data, make
from tests.explorer.generators import make_generator
from training import checkpoint

ROOT = Path(__file__).parents[2] / "trained"


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    root = tmp_path_factory.mktemp("compared")
    make_generator(root, "a", "gan", data(), z_dim=6)
    make_generator(root, "b", "gan", data(), seed=1, z_dim=8)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make(root, "tiny", data(), with_map=False, z_dim=4)
    return Session(root)


def cards(runs: Session, *names: str):
    return [runs.card(n) for n in names]


def row(rows: list[dict], name: str) -> dict:
    return next(r for r in rows if r["name"] == name)


def test_the_better_of_those_measured_alike_is_marked(runs):
    a, b = cards(runs, "a", "b")
    found = table.metrics([a, b])
    lower, higher = row(found, "frechet_ratio"), row(found, "agreement")
    assert lower["better"] == "lower" and [c["best"] for c in lower["cells"]] == [True, False]
    assert higher["better"] == "higher" and [c["best"] for c in higher["cells"]] == [True, False]
    assert lower["cells"][1]["value"] == 6.0 and lower["cells"][0]["unit"] == "× floor"


@pytest.mark.parametrize("change", ["protocol", "data", "tie", "unknown"])
def test_nothing_is_marked_where_figures_cannot_be_compared(runs, change):
    a, b = cards(runs, "a", "b")
    if change == "protocol":
        b = dataclasses.replace(b, metrics={"frechet_ratio": {**b.metrics["frechet_ratio"], "protocol": "otherwise"}})
    elif change == "data":
        b = dataclasses.replace(b, data=dataclasses.replace(b.data, name="other"))
    elif change == "tie":
        b = dataclasses.replace(b, metrics=a.metrics)
    else:
        a, b = (dataclasses.replace(c, metrics={"frechet_ratio": {**c.metrics["frechet_ratio"]}, "kl": {**c.metrics["frechet_ratio"]}})
                for c in (a, b))
        assert row(table.metrics([a, b]), "kl")["better"] is None
        assert not any(c["best"] for c in row(table.metrics([a, b]), "kl")["cells"])
        return
    assert not any(c and c["best"] for r in table.metrics([a, b]) for c in r["cells"])


def test_a_figure_that_one_card_lacks_is_left_open(runs):
    found = table.metrics(cards(runs, "tiny", "a"))
    assert row(found, "negative_elbo")["cells"][1] is None and row(found, "frechet_ratio")["cells"][0] is None


def test_only_settings_that_differ_are_told_and_what_they_mean(runs):
    same = table.settings(cards(runs, "a", "b"))
    assert [(r["name"], r["values"]) for r in same] == [("z_dim", [6, 8])] and "noise" in same[0]["help"]
    other = {r["name"]: r["values"] for r in table.settings(cards(runs, "a", "asked"))}
    assert other["dropout"][0] is not None and other["dropout"][1] is None and "z_dim" not in other
    assert table.settings(cards(runs, "a")) == []


def test_the_route_knows_its_bounds(runs):
    client = Client(runs)
    found = client.get("compare?runs=asked,a").json()
    assert [r["name"] for r in found["runs"]] == ["asked", "a"]
    assert found["runs"][0]["classes"] == ["bar", "square"] and found["runs"][1]["classes"] == []
    assert client.get("compare?runs=").status_code == 422
    many = client.get("compare?runs=a,b,a,b,a")
    assert many.status_code == 422 and "1 to 4 runs" in many.json()["error"]
    assert client.get("compare?runs=a,nobody").status_code == 404
    with pytest.raises(Refused):
        table.compare([])


def test_every_prior_of_a_shipped_run_is_told_of_in_words():
    """What Compare says of samples; the fitted Gaussian of an autoencoder is among them."""
    found = {card.spec.prior for card in checkpoint.runs(ROOT)[0]}
    assert "fitted" in found and {f"cmp.prior.{prior}" for prior in found} <= set(words("en"))
