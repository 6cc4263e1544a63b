"""A run's folder that is damaged in any way is named in a sentence; the runs beside it are listed, opened and trained as ever."""

import json
import math
import os
import shutil

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer import Refused
from explorer.__main__ import main as measure
from explorer.runs.session import Session
from explorer.server import http, routes, run_info
from explorer.server.access import Access
from explorer.views import supported
from explorer.views.train.error import JobError
from explorer.views.train.jobs import Jobs
from explorer.views.train.monitor import MOST_ROWS, Log
from training import alarms, log
from training.checkpoint import CARD, LOG, MAP, SAMPLES, WEIGHTS
from training.files import sha256
from training.status import STATUS

HUGE = "9" * 400
DEEP = "[" * 5000 + "]" * 5000


def edited(change):
    """Damage to the card: ``change`` of its values."""
    def damage(folder):
        card = json.loads((folder / CARD).read_text())
        change(card)
        (folder / CARD).write_text(json.dumps(card))
    return damage


def metric(value):
    return edited(lambda card: card["metrics"].update(map_accuracy={"value": value, "unit": "", "protocol": ""}))


def written(name, data):
    def damage(folder):
        path = folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return damage


def linked(name, to="/etc/hostname"):
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(to)
    return damage


def piped(name):
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)
    return damage


def placed(name):
    """A folder where a file should be."""
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()
    return damage


def spec(**changes):
    return edited(lambda card: card["spec"].update(changes))


def data(**changes):
    return edited(lambda card: card["data"].update(changes))


def config(**changes):
    return edited(lambda card: card["config"].update(changes))


CARDS = {                                       # kinds of damage that the list tells
    "unknown family": edited(lambda card: card.update(family="diffusion")),
    "family is a number": edited(lambda card: card.update(family=7)),
    "nan metric": metric(math.nan),
    "infinite metric": metric(math.inf),
    "metric is a word": metric("best"),
    "metric is a list": edited(lambda card: card["metrics"].update(psnr=[1])),
    "metrics are a list": edited(lambda card: card.update(metrics=[])),
    "metric has no unit": edited(lambda card: card["metrics"].update(psnr={"value": 1.0})),
    "deep metric": written(CARD, '{"format_version": 1, "metrics": ' + DEEP + "}"),
    "deep card": written(CARD, DEEP),
    "huge integer": written(CARD, '{"format_version": ' + "9" * 6000 + "}"),
    "huge images_seen": edited(lambda card: card.update(images_seen=10**400)),
    "huge side": data(shape=[1, 10**9, 10**9]),
    "huge code": spec(w_dim=10**12),
    "huge setting": config(width=10**300),
    "setting of another type": config(width="wide"),
    "setting is a list": config(width=[1, 2]),
    "unknown setting": config(wings=2),
    "negative images_seen": edited(lambda card: card.update(images_seen=-1)),
    "images_seen is a word": edited(lambda card: card.update(images_seen="all")),
    "title is a number": edited(lambda card: card.update(title=3)),
    "no data": edited(lambda card: card.pop("data")),
    "data is null": edited(lambda card: card.update(data=None)),
    "data is a path": data(name="../../other"),
    "fingerprint is a path": data(fingerprint="../../other"),
    "a lone surrogate": written(CARD, '{"format_version": 1, "name": "bad", "title": "\\ud800"}'),
    "not UTF-8": written(CARD, b'{"format_version": 1, "name": "\xff"}'),
    "NaN word": written(CARD, '{"format_version": NaN}'),
    "empty": written(CARD, b""),
    "zeros": written(CARD, bytes(1000)),
    "a list": written(CARD, "[1]"),
    "two megabytes": written(CARD, b" " * 2_000_000),
    "another's card": edited(lambda card: card.update(name="good")),
    "newer": edited(lambda card: card.update(format_version=2)),
    "version is true": edited(lambda card: card.update(format_version=True)),
    "unknown field": edited(lambda card: card.update(surprise=1)),
    "the card is a link": linked(CARD),
    "the card is a pipe": piped(CARD),
    "the card is a folder": placed(CARD),
    "the card is gone": lambda folder: (folder / CARD).unlink() or (folder / STATUS).unlink(),
    "the weights are gone": lambda folder: (folder / WEIGHTS).unlink(),
    "the weights are a link": linked(WEIGHTS),
}


def of_another_size(folder):
    state = load_file(folder / WEIGHTS)
    key = max(state, key=lambda k: state[k].numel())
    save_file({**state, key: state[key][:-1].contiguous()}, folder / WEIGHTS)
    edited(lambda card: card.update(weights_sha256=sha256(folder / WEIGHTS)))(folder)


def arrays(**changed):
    def damage(folder):
        with np.load(folder / MAP) as kept:
            np.savez(folder / MAP, **{**kept, **changed})
    return damage


OPENED = {                                      # kinds that only opening finds
    "weights cut": lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-9]),
    "weights of another size": of_another_size,
    "a far larger network": config(width=4096),
    "other codes": spec(w_dim=7),
    "map is no zip": written(MAP, b"PK\x03\x04 half"),
    "map is empty": written(MAP, b""),
    "map is a link": linked(MAP),
    "map is a pipe": piped(MAP),
    "map with NaN": arrays(umap=np.full((120, 2), np.nan, np.float32)),
    "map of words": arrays(umap=np.array([["a", "b"]] * 120)),
    "map of objects": arrays(metric=np.array([object()], dtype=object)),
    "map of other codes": arrays(codes=np.zeros((120, 9), np.float16)),
    "map of one number": arrays(settings=np.zeros(1)),
    "map of many numbers": arrays(settings=np.zeros((3, 3))),
    "map with infinite settings": arrays(settings=np.array([np.inf, np.nan])),
}
TRAINING = {                                    # kinds in what only a training's monitor reads: the run opens
    "status: NaN": written(STATUS, '{"state": "running", "pid": NaN}'),
    "status: deep": written(STATUS, DEEP),
    "status: huge": written(STATUS, b" " * 10_000_000),
    "status: a list": written(STATUS, "[]"),
    "status: types": written(STATUS, '{"state": 7, "pid": "x", "images": [], "message": {}, "family": null, "started": 1, "data": 2}'),
    "status: huge numbers": written(STATUS, f'{{"state": "running", "pid": {HUGE}, "images": {HUGE}}}'),
    "status: a surrogate": written(STATUS, '{"state": "stopped", "message": "\\ud800"}'),
    "status: not UTF-8": written(STATUS, b'{"state": "\xff"}'),
    "status: a link": linked(STATUS),
    "status: a pipe": piped(STATUS),
    "alarms: deep": written(alarms.FILE, DEEP),
    "alarms: not UTF-8": written(alarms.FILE, b'\xff\xfe{"images": 1}'),
    "alarms: types": written(
        alarms.FILE, '{"images": 1, "alarm": "rising", "values": "abc"}\n{"images": 1, "alarm": []}\n{"images": 1, "over": {}}'),
    "alarms: NaN": written(alarms.FILE, '{"images": 1, "alarm": "rising", "values": {"n": NaN}}'),
    "alarms: a pipe": piped(alarms.FILE),
    "log: deep": written(LOG, DEEP + "\n"),
    "log: types": written(LOG, '{"images": "x"}\n{"images": 1, "loss": "low", "kl": null, "images_per_second": "fast", "seconds": []}\n'),
    "log: NaN": written(LOG, '{"images": 1, "loss": NaN, "images_per_second": Infinity, "seconds": -Infinity}\n'),
    "log: huge numbers": written(LOG, f'{{"images": 5, "loss": {HUGE}}}\n{{"images": {HUGE}}}\n{{"images": 6, "loss": 1e999}}\n'),
    "log: a surrogate": written(LOG, '{"images": 1, "lo\\ud800ss": 1}\n'),
    "log: not UTF-8": written(LOG, b'{"images": 1, "\xff": 1}\n'),
    "log: a link": linked(LOG),
    "log: a pipe": piped(LOG),
    "samples: no picture": written(SAMPLES, b"RIFF"),
    "samples: a link": linked(SAMPLES),
    "samples: a pipe": piped(SAMPLES),
    "samples: a folder": placed(SAMPLES),
}


@pytest.fixture
def beside(trained, tmp_path):
    """``good`` and ``bad``, two runs alike, with a status each."""
    for name in ("good", "bad"):
        shutil.copytree(trained / "tiny", tmp_path / name)
        edited(lambda card, name=name: card.update(name=name))(tmp_path / name)
        (tmp_path / name / STATUS).write_text(json.dumps(dict(state="finished", pid=1, images=1000, family="vae", data="shapes")))
    return tmp_path


class Page:
    """The raw routes, and the monitor, of a folder of runs."""

    def __init__(self, root):
        self.http = TestClient(Starlette(routes=routes.make_routes(Session(root), Access(True))))
        self.jobs = Jobs(root, Access(True))

    def get(self, path):
        return self.http.get(f"{http.PREFIX}/{path}")

    def check_good(self, bad):
        """The list, the good run and the monitor work, whatever ``bad`` is; returns the list."""
        listed = self.get("runs")
        assert listed.status_code == 200, listed.text
        assert "good" in [r["name"] for r in listed.json()["runs"]]
        assert self.get("run/good").status_code == 200 and self.get("thumb/good").status_code == 200
        for name in ("good", bad):
            snapshot = json.dumps(self.jobs.snapshot(name), allow_nan=False).encode()
            assert json.loads(snapshot)["name"] in ("good", "bad")
        assert self.jobs.snapshot("good")["state"] == "finished" and json.dumps(self.jobs.form(), allow_nan=False).encode()
        return listed.json()


@pytest.mark.parametrize("kind", CARDS)
def test_a_bad_card_is_named_in_the_list(beside, kind):
    CARDS[kind](beside / "bad")
    page = Page(beside)
    listed = page.check_good("bad")
    sentence = listed["problems"]["bad"]
    assert "bad" not in [r["name"] for r in listed["runs"]] and 10 < len(sentence) < 500 and "\n" not in sentence
    for path in ("run/bad", "thumb/bad", "plot/bad/curves"):
        answer = page.get(path)
        assert answer.status_code == 422 and answer.json()["error"] == sentence


@pytest.mark.parametrize("kind", OPENED)
def test_what_only_opening_finds_is_a_sentence(beside, kind):
    OPENED[kind](beside / "bad")
    page = Page(beside)
    page.check_good("bad")
    answer = page.get("run/bad")
    assert answer.status_code == 422, answer.text
    assert "bad" in answer.json()["error"] and len(answer.json()["error"]) < 500
    assert kind != "a far larger network" or "larger than its weights" in answer.json()["error"]


@pytest.mark.parametrize("kind", TRAINING)
def test_what_a_training_left_damaged_neither_stops_the_run_nor_the_monitor(beside, kind):
    TRAINING[kind](beside / "bad")
    page = Page(beside)
    listed = page.check_good("bad")
    assert [r["name"] for r in listed["runs"]] == ["bad", "good"] and not listed["problems"]
    for path in ("run/bad", "thumb/bad"):
        assert page.get(path).status_code == 200
    assert page.get("plot/bad/curves").status_code == (404 if "log: a" in kind and "surrogate" not in kind else 200)
    samples = page.jobs.samples("bad")
    assert (samples is None) == (kind in ("samples: a link", "samples: a pipe", "samples: a folder"))


def test_folders_that_no_run_can_have(beside):
    """Names that are not UTF-8, capitals, links in a circle, links to nowhere, files."""
    os.mkdir(os.fsencode(beside) + b"/caf\xe9")
    (beside / "Holiday Photos").mkdir()
    (beside / "circle").symlink_to("circle")
    (beside / "nowhere").symlink_to("/no/such/folder")
    (beside / "bad").rename(beside / "elsewhere")
    (beside / "file").write_text("x")
    listed = Page(beside).check_good("good")
    assert set(listed["problems"]) >= {"caf\\xe9", "Holiday Photos", "elsewhere"} and "rename" in listed["problems"]["elsewhere"]


def test_a_run_folder_may_itself_be_a_link(beside, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept") / "bad"
    shutil.move(beside / "bad", kept)
    (beside / "bad").symlink_to(kept)
    page = Page(beside)
    assert [r["name"] for r in page.check_good("bad")["runs"]] == ["bad", "good"] and page.get("run/bad").status_code == 200


def test_a_map_that_would_unpack_to_gigabytes_is_not_unpacked(beside):
    """Its header says so: 2 GB of zeros in 2 MB, never written here as a whole."""
    import zipfile
    header = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (70000, 8192), }".ljust(117) + b"\n"
    with np.load(beside / "bad" / MAP) as kept, zipfile.ZipFile(beside / "small.npz", "w", zipfile.ZIP_DEFLATED) as z:
        for name in ("settings", "metric"):
            with z.open(f"{name}.npy", "w") as f:
                np.lib.format.write_array(f, kept[name])
        with z.open("codes.npy", "w") as f:
            f.write(header + bytes(10_000))
    os.replace(beside / "small.npz", beside / "bad" / MAP)
    with pytest.raises(Refused, match="larger than a map"):
        Session(beside).run("bad")


def test_a_listing_looks_at_each_file_once(beside, monkeypatch):
    """Forty runs took 6,846 looks, their number squared; it grows with their number."""
    for i in range(38):
        shutil.copytree(beside / "good", beside / f"good-{i}")
        edited(lambda card, i=i: card.update(name=f"good-{i}"))(beside / f"good-{i}")
    session, access, looks = Session(beside), Access(True), {"stat": 0, "listdir": 0, "scandir": 0}
    run_info.list_runs(session, access, supported)
    for name in looks:
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, real=real, name=name, **k: looks.update({name: looks[name] + 1}) or real(*a, **k))
    listed = run_info.list_runs(session, access, supported)
    monkeypatch.undo()
    assert len(listed["runs"]) == 40 and 40 * 4 <= looks["stat"] <= 40 * 4 + 10, "folder, card, weights and label of each"
    assert looks["listdir"] + looks["scandir"] == 1, looks


def test_sheets_behind_a_link_are_not_served(beside, trained, tmp_path):
    """What the data set's own list says of them: a stranger writes both."""
    shutil.copytree(trained / "_data", beside / "_data")
    folder = next(p for p in (beside / "_data").iterdir() if (p / "sheet.json").is_file())
    secret = tmp_path / "secret"
    secret.write_text("secret")
    sheet = json.loads((folder / "sheet.json").read_text())
    sheet["files"]["sheet_000.webp"] = sha256(secret)
    (folder / "sheet.json").write_text(json.dumps(sheet))
    page = Page(beside)
    (folder / "sheet_000.webp").unlink()
    (folder / "sheet_000.webp").symlink_to(secret)
    answer = page.get(f"sheet/{folder.name}/0")
    assert answer.status_code in (404, 422) and b"secret" not in answer.content.replace(b"_secret", b"")
    assert page.get("run/good").status_code == 200


def test_the_page_starts_nothing_that_writes_through_a_link(beside, tmp_path):
    (tmp_path / "mine").write_text("mine")
    (beside / "bad" / "process.log").symlink_to(tmp_path / "mine")
    (beside / "bad" / "resume").mkdir()
    (beside / "bad" / "resume" / "current.json").write_text("{}")
    with pytest.raises(JobError, match="leads out of the run's folder"):
        Jobs(beside, Access(True)).resume("bad")
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_long_log_is_read_from_its_end_and_thinned(beside, monkeypatch):
    """Of 30,000 lines the bound's last ones; then only what is new; never more rows than are kept."""
    monkeypatch.setattr(log, "MOST_BYTES", 600_000)
    path = beside / "bad" / LOG
    lines = [f'{{"images": {i}, "seconds": {i}.5, "loss": {i}}}\n' for i in range(1, 30_001)]
    path.write_text("".join(lines))
    kept = Log(path)
    rows = kept.read()
    assert 0 < len(rows) <= MOST_ROWS and rows[-1]["images"] == 30_000 and rows[0]["images"] > 10_000
    assert log.read(path)[-1]["images"] == 30_000 and len(log.read(path)) < 20_000
    with open(path, "a") as f:
        f.write('{"images": 30001, "loss": 1}\n')
    assert kept.read()[-1] == {"images": 30001, "loss": 1} and len(kept.read()) <= MOST_ROWS
    assert Jobs(beside, Access(True)).snapshot("bad")["images"] == 30_001


def test_codes_that_are_infinite_are_a_sentence(beside, trained, capsys):
    """Of weights that are finite, but too large: nothing can be measured of them, and nothing is drawn from what is."""
    shutil.copytree(trained / "_data", beside / "_data")
    tensors = load_file(beside / "bad" / WEIGHTS)
    last = [k for k in tensors if k.startswith("encoder") and k.endswith("weight")][-1]
    tensors[last].fill_(3e38)
    save_file(tensors, beside / "bad" / WEIGHTS)
    (beside / "bad" / MAP).unlink()
    edited(lambda card: card.update(weights_sha256=sha256(beside / "bad" / WEIGHTS)))(beside / "bad")
    assert measure(["measure", "bad", "good", "--trained", str(beside)]) == 2
    out, err = capsys.readouterr()
    assert err.strip() == ("bad: Codes of this run are NaN or infinite, or nearly: its weights have grown too large. Train it again, at a "
                           "lower learning rate.")
    assert "good: " in out
    page = Page(beside)
    page.check_good("bad")
    answer = page.get("run/bad")
    assert answer.status_code == 422 and "NaN or infinite" in answer.json()["error"]
