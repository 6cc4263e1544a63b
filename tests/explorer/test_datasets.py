"""Runs on data sets of one name: each shows its own pictures, and the picker tells the sets apart."""

from __future__ import annotations

import base64
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.runs.datasets import titles
from explorer.runs.session import Session
from tests.explorer.conftest import Client, data, make
from training.data import Dataset, Split
from training.model import DataSpec


def named(fingerprint: str, shade: int, size: int = 28) -> Dataset:
    """120 pictures of one shade each, as the folder ``images`` of somebody."""
    spec = DataSpec("own-images", "images", (1, size, size), fingerprint=fingerprint * 64)
    split = Split(np.full((120, 1, size, size), shade, np.uint8) + np.arange(120, dtype=np.uint8)[:, None, None, None] % 20)
    return Dataset(spec, split, split)


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Client:
    """a and b on two folders called images; lost on a third one, of which there are no held-out images here; tiny on another set."""
    root = tmp_path_factory.mktemp("sets")
    make(root, "a", named("a", 30), z_dim=4)
    make(root, "b", named("b", 200), z_dim=4)
    make(root, "lost", named("f", 100), with_map=False, z_dim=4)
    make(root, "tiny", data(), z_dim=4)
    return Client(Session(root))


def test_each_run_shows_its_own_pictures(client: Client) -> None:
    for name, shade in (("a", 30), ("b", 200)):
        info = client.get(f"run/{name}").json()
        sheet = Image.open(io.BytesIO(client.get(f"sheet/{info['dataset']['name']}/0").content))
        assert np.asarray(sheet)[5, 5, 0] == shade, name
        near = client.post("code", {"run": name, "op": "neighbours", "w": info["default"]["w"]}).json()
        assert near["indices"][0] == info["default"]["origin"]["index"]
        taken = client.post("code", {"run": name, "op": "encode", "image": {"index": 3}}).json()["input"]
        given = Image.open(io.BytesIO(base64.b64decode(taken.partition(",")[2])))
        assert np.asarray(given).flatten()[0] == shade + 3, name


def test_pictures_of_another_set_are_not_shown_and_it_is_said(client: Client) -> None:
    info = client.get("run/lost").json()
    assert info["dataset"] is None and info["other_images"] and not client.get("run/a").json()["other_images"]
    assert client.get("sheet/own-images/0").status_code == 404 and client.get("sheet/own-images-ffffffffffff/0").status_code == 404


def test_the_picker_tells_them_apart(client: Client) -> None:
    rows = {r["name"]: r for r in client.get("runs").json()["runs"]}
    assert rows["a"]["dataset"] != rows["b"]["dataset"]
    assert [rows[n]["dataset_title"] for n in ("a", "b", "tiny")] == ["images · aaaa", "images · bbbb", "Shapes"]
    assert client.get("run/a").json()["dataset"]["title"] == "images · aaaa"
    assert [r["dataset"] for r in client.get("compare?runs=a,b").json()["runs"]] == ["images · aaaa", "images · bbbb"]


def test_figures_of_two_sets_of_one_name_are_not_ranked_against_each_other(client: Client) -> None:
    cells = client.get("compare?runs=a,b").json()["metrics"][0]["cells"]
    assert not any(c["best"] for c in cells)


def test_titles() -> None:
    a = DataSpec("own-images", "images", (1, 28, 28), fingerprint="12345" + "0" * 59)
    larger = dataclasses.replace(a, shape=(1, 32, 32), fingerprint="9" * 64)
    near = dataclasses.replace(a, fingerprint="12346" + "0" * 59)
    assert titles([a, a]) == {a.key: "images"}
    assert titles([a, larger]) == {a.key: "images · 28×28", larger.key: "images · 32×32"}
    assert set(titles([a, larger, near]).values()) == {"images · 12345", "images · 12346", "images · 9999"}


def test_a_folder_of_another_set_is_told_by_its_fingerprint_alone(tmp_path: Path) -> None:
    """A run whose sheet was made by an earlier version, under the plain name, keeps it; the other run of that name does not get it."""
    make(tmp_path, "a", named("a", 30), z_dim=4)
    (tmp_path / "_data" / "own-images-aaaaaaaaaaaa").rename(tmp_path / "_data" / "own-images")
    make(tmp_path, "b", named("b", 200), with_map=False, z_dim=4)
    session = Session(tmp_path)
    held = session.run("a").held
    assert held is not None and held.images([0]).max() == 30 and session.run("b").held is None
