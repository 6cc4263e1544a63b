"""Several folders of runs: all are listed and opened, the first alone is written to, and of two runs of one name the other is told."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from explorer.runs.folders import OWN, Folders
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX, plain_routes
from explorer.views.map.routes import fit_routes
from explorer.views.map.umap_fits import Fits
from explorer.views.train.error import JobError
from explorer.views.train.jobs import Jobs
from tests.explorer.conftest import Client, data, make
from tests.explorer.test_datasets import named
from tests.waiting import until
from training import checkpoint, heldout
from training.data import Dataset
from training.run_label import LABEL
from training.status import Status, write


def contents(root: Path) -> dict[str, str]:
    """Every file below a folder, by a hash of what it holds."""
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*")) if p.is_file()}


def shaded(shade: int) -> Dataset:
    """Two sets of one plain name, as two versions of one that is drawn here."""
    made = named("c" if shade < 100 else "d", shade)
    spec = type(made.spec)(**{**vars(made.spec), "name": "shades", "title": f"Shades {shade}"})
    return Dataset(spec, made.train, made.test)


@pytest.fixture
def roots(tmp_path) -> tuple[Path, Path]:
    """mine: one, both. theirs: two, both (other weights), same (mine's too, weight for weight), stray."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    make(mine, "one", data(), z_dim=4)
    make(mine, "same", data(), with_map=False, z_dim=5)
    make(mine, "both", data(), z_dim=4)
    make(theirs, "two", data(), z_dim=4)
    make(theirs, "both", data(), z_dim=6)
    shutil.copytree(mine / "same", theirs / "same")
    (theirs / "stray").mkdir()
    (theirs / "stray" / "model.pt").write_bytes(b"\x80\x04.")
    return mine, theirs


def test_all_runs_are_listed_and_opened_and_the_first_folder_wins(roots):
    client = Client(Session(roots))
    told = client.get("runs").json()
    assert [r["name"] for r in told["runs"]] == ["both", "one", "same", "two"]
    assert next(r for r in told["runs"] if r["name"] == "both")["w_dim"] == 4
    assert set(told["problems"]) == {"stray", "both · theirs"}, "the same run twice is no matter"
    assert told["problems"]["both · theirs"] == "both of theirs is hidden: there is another run of that name in mine, which comes first."
    assert not any(str(root.parent) in client.get("runs").text for root in roots)
    for name in ("one", "two", "both"):
        info = client.get(f"run/{name}").json()
        assert info["card"]["name"] == name and info["points"] == 120
        assert client.get(f"thumb/{name}").status_code == client.get(f"plot/{name}/curves").status_code == 200
        assert client.get(f"sheet/{info['dataset']['name']}/0").status_code == 200
    assert client.get("compare?runs=one,two").status_code == 200
    assert Client(Session(roots[::-1])).get("run/both").json()["spec"]["w_dim"] == 6


def test_a_run_that_was_hidden_is_there_once_the_other_is_gone(roots):
    client = Client(Session(roots))
    assert client.get("run/both").json()["spec"]["w_dim"] == 4
    shutil.rmtree(roots[0] / "both")
    assert client.get("run/both").json()["spec"]["w_dim"] == 6
    assert "both · theirs" not in client.get("runs").json()["problems"]


@pytest.mark.training
def test_nothing_is_written_into_any_but_the_first(roots):
    """Opened, measured, named and laid out anew: all of it is kept, and found again, in the first folder."""
    mine, theirs = roots
    before, session = contents(theirs), Session(roots)
    client = Client(session)
    assert client.get("run/two").status_code == 200                             # measures directions, and writes them down
    assert client.post("name", {"run": "two", "title": "Hers", "description": "lent"}).json() == {}
    fits = TestClient(Starlette(routes=plain_routes(fit_routes(Fits(session, Access(True))))))
    asked = {"run": "two", "n_neighbors": 5, "min_dist": 0.1, "metric": "euclidean"}
    name = fits.post(f"{PREFIX}/fit", json=asked).json()["id"]
    news = until(lambda: (told := fits.get(f"{PREFIX}/fit/{name}").json())["state"] == "done" and told)
    assert news["kept"]
    assert contents(theirs) == before
    kept = session.kept("two")
    assert kept.parent == mine / OWN and {LABEL, "measured.safetensors.xz"} <= {p.name for p in kept.iterdir()}
    again = Client(Session(roots))
    row = next(r for r in again.get("runs").json()["runs"] if r["name"] == "two")
    assert (row["title"], row["description"]) == ("Hers", "lent") and again.get("run/two").json()["card"]["title"] == "Hers"
    session = Session(roots)
    assert Fits(session, Access(True)).own("two") == [news["key"]]
    assert np.frombuffer(Fits(session, Access(True)).points("two", news["key"]), "<f4").size == 240
    assert session.run("two").record.names, "what was measured is read, not measured again"
    assert sorted(c.name for c in checkpoint.runs(mine)[0]) == ["both", "one", "same"], "what is kept is no run"


def test_two_networks_of_two_folders_can_be_mixed(roots):
    client = Client(Session(roots))
    told = client.post("microscope", {"run": "one", "op": "partners"}).json()
    assert [p["name"] for p in told["partners"]] == ["both", "two"]
    code = base64.b64encode(np.full(4, 0.5, "<f4").tobytes()).decode()
    asked = {"run": "one", "op": "networks", "w": code, "other": "two", "rows": [[1.0] * told["layers"]]}
    assert client.post("render", asked).status_code == 200


def test_data_sets_of_one_name_in_two_folders_show_their_own_pictures(tmp_path):
    roots = tmp_path / "a", tmp_path / "b"
    for root, shade in zip(roots, (30, 200), strict=True):
        make(root, f"run-{root.name}", shaded(shade), z_dim=4)
        assert (root / heldout.FOLDER / "shades" / heldout.SHEET).is_file()
    client = Client(Session(roots))
    names = [client.get(f"run/run-{k}").json()["dataset"]["name"] for k in "ab"]
    assert names[0] == "shades" and names[1] != "shades"
    for name, shade in zip(names, (30, 200), strict=True):
        sheet = Image.open(io.BytesIO(client.get(f"sheet/{name}/0").content))
        assert np.asarray(sheet)[5, 5, 0] == shade


def test_a_new_training_gets_a_name_of_its_own_in_the_first_folder(roots):
    jobs = Jobs(roots[0], Access(True), others=roots[1:])
    assert {"one", "two", "both", "same"} <= set(jobs.form()["taken"])
    with pytest.raises(JobError, match="a run two already"):
        jobs.start("vae", "mnist", "quick", {}, "two")
    write(roots[1] / "two", Status("finished"))
    with pytest.raises(JobError, match="no run of that name"):
        jobs.delete("two")
    assert (roots[1] / "two").is_dir()


def test_folders_are_told_apart_without_their_paths(tmp_path):
    for name in ("x/trained", "y/trained", "z"):
        (tmp_path / name).mkdir(parents=True)
    folders = Folders([tmp_path / "x/trained", tmp_path / "y/trained", tmp_path / "z", tmp_path / "z/../x/trained"])
    assert len(list(folders)) == 3
    assert [folders.title(f) for f in folders] == ["trained (folder 1)", "trained (folder 2)", "z"]


def test_the_command_line_takes_several(tmp_path, capsys):
    assert app.arguments([], {}).trained == [app.HERE / "trained"]
    assert app.arguments(["--trained", "a", "--trained", "b"], {}).trained == [Path("a"), Path("b")]
    assert app.main(["--trained", str(tmp_path), "--trained", str(tmp_path / "gone")]) == 1
    assert "There is no folder" in capsys.readouterr().err
