"""Own runs are known, and are named by their owner alone; what came with the program keeps its name; no save of a training loses it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from explorer.assets import EXPLORER
from explorer.runs import ownership
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.views import firsts, modules
from tests.explorer.conftest import Client, data, make
from tests.explorer.generators import make_generator
from training import checkpoint
from training.run_label import LABEL
from training.status import STATUS, Status, write


@pytest.fixture
def root(tmp_path) -> Path:
    """mine: a run; vae-mnist: named as a shipped one is."""
    for name in ("mine", "vae-mnist"):
        make(tmp_path, name, data(), with_map=False, z_dim=4)
    return tmp_path


def rows(client: Client) -> dict:
    return {r["name"]: r for r in client.get("runs").json()["runs"]}


def test_a_title_and_a_description_are_kept_and_told_everywhere(root):
    client = Client(Session(root))
    assert rows(client)["mine"]["title"] == "Tiny VAE" and rows(client)["mine"]["own"] and not rows(client)["vae-mnist"]["own"]
    card = (root / "mine" / checkpoint.CARD).read_bytes()
    asked = {"run": "mine", "title": "Night\nshift", "description": "Two <b>hours</b>"}
    assert client.post("name", asked).json() == {}
    for again in (client, Client(Session(root))):
        row = rows(again)["mine"]
        assert (row["title"], row["description"]) == ("Night shift", "Two <b>hours</b>")
        assert again.get("run/mine").json()["card"]["title"] == "Night shift"
        assert again.get("compare?runs=mine").json()["runs"][0]["title"] == "Night shift"
    assert (root / "mine" / checkpoint.CARD).read_bytes() == card, "the training's own file is left alone"
    checkpoint.update(root / "mine", images_seen=2000)                          # as a training that goes on does
    assert rows(client)["mine"]["title"] == "Night shift"
    assert client.post("name", asked | {"title": "", "description": ""}).json() == {}
    assert rows(client)["mine"]["title"] == "Tiny VAE" and not (root / "mine" / LABEL).exists()


@pytest.mark.parametrize(("change", "status"), [({"run": "vae-mnist"}, 422), ({"run": "../mine"}, 404), ({"run": "gone"}, 404),
                                                ({"title": "x" * 81}, 422), ({"description": "x" * 401}, 422), ({"title": None}, 422),
                                                ({"more": 1}, 422), ({"title": "x" * 20_000}, 413)])
def test_what_may_not_be_named_is_refused_in_words(root, change, status):
    client = Client(Session(root))
    answer = client.post("name", {"run": "mine", "title": "a", "description": ""} | change)
    assert answer.status_code == status and answer.json()["error"]
    assert not list(root.rglob(LABEL))


def test_a_visitor_names_nothing(root):
    client = Client(Session(root), Access(training=False, shared=True))
    answer = client.post("name", {"run": "mine", "title": "a", "description": ""})
    assert answer.status_code == 403 and "visitors" in answer.json()["error"] and not (root / "mine" / LABEL).exists()
    assert client.get("runs").json()["training"] is False


def test_a_run_of_a_shipped_name_is_own_where_it_was_trained_here(root):
    folder = root / "vae-mnist"
    assert not ownership.is_own(folder) and ownership.is_own(root / "mine")
    write(folder, Status("finished"))
    assert (folder / STATUS).is_file() and ownership.is_own(folder)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "vae-mnist/card.json"], cwd=root, check=True)
    ownership.tracked.cache_clear()
    assert not ownership.is_own(folder), "who trains the shipped runs anew has them in the repository"


def test_what_is_in_the_repository_is_on_the_shelf():
    assert ownership.tracked((EXPLORER.parent / "trained").resolve()) <= ownership.SHIPPED


def test_each_view_opens_with_a_run_that_fits_it(tmp_path):
    make(tmp_path, "a-vae", data(), with_map=False, z_dim=4)
    make_generator(tmp_path, "info", "infogan", data(), z_dim=6, categories=4)
    found = firsts(Session(tmp_path).runs()[0])
    assert found["codes"] == "info" and found["reconstruct"] == found["microscope"] == "a-vae" and "styles" not in found
    assert set(found) <= set(modules())


def test_of_the_shipped_runs_each_view_opens_with_the_one_that_shows_its_point():
    session = Session(EXPLORER.parent / "trained")
    cards = session.runs()[0]
    assert session.first() == "vae-plane-mnist"
    found = firsts(cards)
    assert found["codes"] == "infogan-mnist" and found["microscope"] == "sparse-mnist" and found["styles"] == "stylealae-faces-32"
    assert cards[found["arithmetic"]].data.name == "faces" and cards[found["pyramid"]].family == "lapgan"
