"""Trainings started from the page: real processes, on images that are drawn here."""

import base64
import io
import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from explorer import VisitorError
from explorer.runs import datasets, lanes
from explorer.server.access import Access
from explorer.views.train import monitor, start_training, uploads
from explorer.views.train.error import JobError
from explorer.views.train.jobs import Jobs
from tests.training import small
from training import alarms, checkpoint

TINY = dict(network="dense", width=16, z_dim=2, batch_size=16)
LONG = dict(TINY, images=50_000_000)


def picture(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels[0]).save(out, "PNG")
    return out.getvalue()


def test_two_sets_of_one_name_keep_it_and_are_two(job):
    """What tells them apart is said where both are shown (runs/datasets.py), not in the name that a person gave."""
    for name in ("one", "two"):
        token = job.begin_upload("고양이 사진 (2024).jpg")
        for i, (x, _) in enumerate(zip(*small.shapes(30 + len(name) * (name == "two")), strict=True)):
            job.add_upload(token, f"{i:03d}.png", picture(x), True)
        job.start("vae", "folder", "quick", dict(TINY, images=160), name, upload=token, size=28)
        wait(job, name, "finished")
    cards = [checkpoint.read_card(job.trained / name) for name in ("one", "two")]
    assert [c.data.title for c in cards] == ["고양이 사진 (2024).jpg"] * 2 and cards[0].data.key != cards[1].data.key
    shown = datasets.titles(c.data for c in cards)
    assert len(set(shown.values())) == 2 and all(t.startswith("고양이 사진") for t in shown.values())


def send(job: Jobs, count: int = 40) -> str:
    """Upload ``count`` images in two classes, as the page does."""
    images, labels = small.shapes(count)
    token = job.begin_upload("My Shapes!")
    for i, (x, y) in enumerate(zip(images, labels, strict=True)):
        job.add_upload(token, f"mine/{['bar', 'square'][y]}/{i:03d}.png", picture(x), True)
    return token


def begin(job: Jobs, name: str, settings: dict | None = None, recipe: str = "quick") -> str:
    return job.start("vae", "folder", recipe, settings or LONG, name, upload=send(job), size=28)


OVER = {"finished", "stopped", "failed", "diverged", "interrupted"}              # what nothing follows by itself


def wait(job: Jobs, name: str, *states: str, images: int = 0, saved: bool = False) -> dict:
    """The snapshot once it is in one of ``states``, has seen so many images and can be resumed from a save. A training says that it is over
    a moment before its process ends, and may be deleted, resumed or followed by another after that alone: then it has ended, too."""
    while True:
        s = job.snapshot(name)
        there, ending = s["state"] in states, s["state"] in OVER and name in s["running"]
        if there and not ending and s["images"] >= images and (s["resumable"] or not saved):
            return s
        assert s["state"] not in OVER or there and ending, (s["state"], s["message"], s["images"])
        time.sleep(0.1)


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    job = Jobs(tmp_path / "trained", Access(True), save_seconds=0.3, evaluate=False)
    yield job
    for process in job._processes.values():
        process.kill()
        process.wait()


def test_it_finishes_and_is_a_run_like_any_other(job):
    assert job.snapshot()["state"] == "idle"
    begin(job, "mine", dict(TINY, images=4000))
    s = wait(job, "mine", "finished")
    assert s["images"] == s["total"] == 4000 and s["can"] == dict(stop=False, open=True, delete=True, resume=False)
    assert {"loss", "reconstruction", "kl"} <= set(s["terms"]) and s["terms"]["loss"][-1][0] == 4000
    card = json.loads((job.trained / "mine" / "card.json").read_text())
    assert card["data"]["classes"] == ["bar", "square"] and card["data"]["title"] == "My Shapes!" and card["title"] == "mine"
    assert s["alarms"] == {}
    record = alarms.Record(job.trained / "mine")
    record.update(3000, {"rising": {}, "collapse": {"n": 2.5, "k": 10}})
    record.update(4000, {"collapse": {"n": 2.4, "k": 10}})
    assert job.snapshot("mine")["alarms"] == {"collapse": {"n": 2.5, "k": 10}}
    assert job.samples("mine")[:4] == b"RIFF" and job.samples("../mine") is None
    job.delete("mine")
    assert not (job.trained / "mine").exists() and not any((job.trained / ".uploads").iterdir())


def test_kill_stop_resume_and_one_at_a_time(job, interpreters):
    begin(job, "mine")
    with pytest.raises(JobError, match="mine is being trained"):
        begin(job, "other")
    with pytest.raises(JobError, match="stop it first"):
        job.delete("mine")
    pid = job._processes["mine"].pid
    if hasattr(os, "setpriority"):
        assert os.getpriority(os.PRIO_PROCESS, pid) == lanes.behind_this(lanes.BEHIND)
    if (session := Path(f"/proc/{pid}/autogroup")).exists():    # its own session: Linux shares the cores out among sessions first
        assert session.read_text().split()[-1] == str(lanes.BEHIND // 2)
    s = wait(job, "mine", "running", images=1000, saved=True)
    assert s["seconds_left"] > 0 and s["images_per_second"] > 0 and s["running"] == ["mine"]

    other = Jobs(job.trained, Access(True))             # a restarted server knows it too
    assert other.snapshot()["state"] == "running"
    with pytest.raises(JobError, match="mine is being trained"):
        other.resume("mine")
    process = psutil.Process(json.loads((job.trained / "mine" / "status.json").read_text())["pid"])
    process.kill()
    s = wait(other, "mine", "interrupted")
    assert s["can"]["resume"] and s["images"] > 0
    kept = json.loads((job.trained / "mine" / "card.json").read_text())["images_seen"]

    other.resume("mine")
    wait(other, "mine", "running", images=kept + 16)
    assert other.stop() == "mine"
    s = wait(other, "mine", "stopped")
    assert s["can"]["resume"] and s["images"] > kept and other.stop() is None
    seen = [json.loads(line)["images"] for line in (job.trained / "mine" / "log.jsonl").read_text().splitlines()]
    assert seen == sorted(set(seen))


def test_a_training_is_there_as_soon_as_it_is_started(job, monkeypatch):
    """A system shows the command line of a new process only a moment after its start, later on a busy machine."""
    real, unseen = psutil.Process.cmdline, [5]

    def late(process: psutil.Process) -> list[str]:
        unseen[0] -= 1
        return [] if unseen[0] >= 0 else real(process)
    monkeypatch.setattr(psutil.Process, "cmdline", late)
    begin(job, "mine")
    assert unseen[0] < 0 and job.snapshot("mine")["state"] in ("starting", "running") and job.running() == ["mine"]


def test_visitors_look_and_do_not_touch(job):
    guest = Jobs(job.trained, Access(False))
    calls = [lambda: guest.start("vae", "mnist", "quick", {}, "x"), guest.stop, lambda: guest.resume("x"), lambda: guest.delete("x"),
             lambda: guest.begin_upload("x"), lambda: guest.add_upload("0" * 16, "a.png", b"", True), lambda: guest.check_upload("0" * 16)]
    for call in calls:
        with pytest.raises(VisitorError, match="--allow-training"):
            call()
    assert guest.snapshot()["state"] == "idle" and not guest.form()["training"] and not job.trained.exists()


@pytest.mark.parametrize("change, sentence", [
    (dict(settings=dict(z_dim=0)), "z_dim must lie between 1 and 512; it is 0"),
    (dict(settings=dict(z_dim="many")), "z_dim must be int"),
    (dict(settings=dict(learning_rate=float("nan"))), "learning_rate is not a number"),
    (dict(settings=dict(network="huge")), "network must be one of dense, conv"),
    (dict(settings=dict(wings=2)), "unknown setting wings"),
    (dict(family="autoencoder", settings=dict(hidden="a, b")), "hidden must be whole numbers"),
    (dict(family="gone"), "there is no family 'gone'"),
    (dict(recipe="gone"), "has no recipe 'gone'"),
    (dict(data="gone"), "There is no data set 'gone'"),
    (dict(name="../up"), "is no name for a run"),
    (dict(name="Big Name"), "is no name for a run"),
    (dict(data="folder"), "Choose images first"),
    (dict(data="folder", upload="/etc"), "no longer on the server"),
    (dict(data="folder", upload="../" * 5 + "0000000"), "no longer on the server"),
])
def test_a_mistake_is_a_sentence_and_starts_nothing(job, change, sentence):
    with pytest.raises(JobError, match=sentence):
        job.start(**(dict(family="vae", data="mnist", recipe="quick", settings={}, name="x") | change))
    assert not job.running() and not (job.trained / "x").exists()


@pytest.mark.parametrize("family, settings, key, values", [
    ("vae", dict(images=None), "int", dict(setting="images", low=1, high=10**9)),
    ("vae", dict(images="-"), "int", dict(setting="images", low=1, high=10**9)),
    ("vae", dict(images=10**17), "int", dict(setting="images", low=1, high=10**9)),
    ("vae", dict(learning_rate=2.0), "float", dict(setting="learning_rate", low=1e-7, high=1.0)),
    ("vae", dict(network="huge"), "choices", dict(setting="network", choices=["dense", "conv"])),
    ("autoencoder", dict(hidden="a, b"), "numbers", dict(setting="hidden", low=4, high=4096, most=16)),
    ("autoencoder", dict(hidden="8, 5000"), "numbers", dict(setting="hidden", low=4, high=4096, most=16)),
])
def test_a_wrong_setting_is_told_with_what_it_may_be(job, family, settings, key, values):
    with pytest.raises(JobError) as e:
        job.start(family, "mnist", "quick", settings, "x")
    assert (e.value.key, e.value.values) == (f"train.error.setting.{key}", values) and not job.running()


def test_a_name_is_taken_by_a_run_and_free_again_after_a_start_that_saved_nothing(job):
    (job.trained / "full").mkdir(parents=True)
    (job.trained / "full" / "card.json").write_text("{}")
    (job.trained / "left").mkdir()
    (job.trained / "left" / "status.json").write_text(json.dumps(dict(state="failed", pid=1, message="no data")))
    (job.trained / "other").mkdir()                     # whatever it is, it is not ours
    assert job.form()["taken"] == ["full", "other"]
    with pytest.raises(JobError, match="There is a run full already"):
        job.start("vae", "mnist", "quick", {}, "full")
    for name in ("full", "other"):
        with pytest.raises(JobError, match="came with the program"):
            job.delete(name)
    job.delete("left")
    with pytest.raises(JobError, match="no run of that name"):
        job.resume("left")


def test_what_the_process_says_is_shown(job, tmp_path):
    (tmp_path / "cache").write_text("a file where the cache should be")
    begin(job, "mine", TINY)
    s = wait(job, "mine", "failed")
    assert s["message"] and not s["can"]["open"]


def test_a_dead_or_foreign_pid_is_an_interrupted_training(job):
    folder = job.trained / "old"
    folder.mkdir(parents=True)
    for pid in (os.getpid(), 2**22 + 1, -1, "x", 10**30):
        (folder / "status.json").write_text(json.dumps(dict(state="running", pid=pid, images=10)))
        s = job.snapshot("old")
        assert s["state"] == "interrupted" and not s["can"]["stop"] and job.stop() is None
    (folder / "status.json").write_text("{cut of")
    assert job.snapshot("old")["state"] == "failed"


def test_uploads_take_images_only_and_stay_where_they_belong(job, monkeypatch):
    token = job.begin_upload("../../Fotos 2024")
    for path in ("../../../evil.png", "a/..\\..\\evil2.png", "/etc/.evil3.png"):
        job.add_upload(token, path, b"x", True)
    root = (job.trained / ".uploads" / token).resolve()
    written = [p for p in job.trained.rglob("*evil*")]
    assert len(written) == 3 and all(root in p.resolve().parents for p in written)
    assert all(len(p.relative_to(root).parts) <= 4 for p in written) and not list(job.trained.parent.glob("*evil*"))
    for path, sentence in (("x.exe", "neither an image"), ("", "no usable name"), ("../evil.png", "came twice")):
        with pytest.raises(JobError, match=sentence):
            job.add_upload(token, path, b"x", True)
    with pytest.raises(JobError, match="at least 20 images; these are 0.*3 × damaged"):
        job.check_upload(token)
    monkeypatch.setattr(uploads, "MOST_UPLOAD", 10)
    job.add_upload(token, "b.png", b"12345", True)
    with pytest.raises(JobError, match="more than 1 GB"):
        job.add_upload(token, "b.png", b"12345", False)


def test_what_is_left_out_of_an_upload_is_told_by_kind(job):
    token = send(job, 24)
    job.add_upload(token, "mine/bar/cut.png", b"no picture", True)
    job.add_upload(token, "mine/bar/photo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", True)
    found = job.check_upload(token, {"heic": 30, "no such kind": 3}, first={"heic": f"<b>\u202e{'x' * 300}.heic", "damaged": "none"})
    assert found["images"] == 24 and {n["kind"]: n["n"] for n in found["notes"]} == {"damaged": 1, "heic": 31}
    job.start("vae", "folder", "quick", dict(TINY, images=160), "told", upload=token, size=28)
    s = wait(job, "told", "finished")
    assert {n["kind"]: n["n"] for n in s["notes"]} == {"damaged": 1, "heic": 31} and s["error"] is None
    assert "31 × HEIC" in s["notes"][1]["sentence"]
    assert s["notes"][1]["name"] == f"<b>{'x' * 23}…{'x' * 8}.heic" == found["notes"][1]["name"] and s["notes"][0]["name"] == ""


def test_an_upload_of_five_images_or_of_a_zip_of_five_is_not_ready(job):
    few = send(job, 5)
    with pytest.raises(JobError, match="at least 20 images; these are 5. Left out: 30 × HEIC") as e:
        job.check_upload(few, {"heic": 30})
    assert e.value.key == "train.error.upload.few" and e.value.values["notes"][0]["kind"] == "heic"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for i, x in enumerate(small.shapes(5)[0]):
            z.writestr(f"{i}.png", picture(x))
    token = job.begin_upload("five")
    job.add_upload(token, "five.zip", out.getvalue(), True)
    with pytest.raises(JobError, match="at least 20 images; these are 5"):
        job.check_upload(token)


def test_what_follows_from_the_images_is_known_before_the_start(job):
    """24 grey images: 18 train, in batches of 16; of colours a Gaussian; a batch that is chosen too large is told."""
    token = send(job, 24)
    job.check_upload(token)
    assert job.fit("vae", "quick", {}, token) == dict(training=18, held_out=6, batch=16, enough=True, grey=True,
                                                      settings={"likelihood": "bernoulli"})
    assert not job.fit("vae", "quick", {"batch_size": 64}, token)["enough"]
    assert job.fit("gan", "quick", {}, token)["settings"] == {}
    assert job.fit("sgan", "quick", {}, token)["settings"] == {"labels": 18}
    assert job.fit("sgan", "quick", {"labels": 4}, token)["settings"] == {}
    colour = job.begin_upload("colours")
    for i in range(20):
        out = io.BytesIO()
        Image.new("RGB", (30, 30), (10 * i, 99, 3)).save(out, "PNG")
        job.add_upload(colour, f"{i}.png", out.getvalue(), True)
    with pytest.raises(JobError, match="choose them again"):
        job.fit("vae", "quick", {}, colour)                        # not surveyed yet
    job.check_upload(colour)
    assert job.fit("vae", "quick", {}, colour)["settings"] == {"likelihood": "gaussian"}
    for hostile in ("../../x", "", token + "x"):
        with pytest.raises(JobError):
            job.fit("vae", "quick", {}, hostile)
    with pytest.raises(JobError, match="must lie between"):
        job.fit("vae", "quick", {"batch_size": 0}, token)


def test_why_images_could_not_be_used_is_told_with_its_key(job):
    """The files look like images; only decoding tells that they are none."""
    token = job.begin_upload("Ünï 고양이")
    for i in range(25):
        job.add_upload(token, f"{i}.png", b"\x89PNG\r\n\x1a\n" + bytes([i]) * 9, True)
    assert job.check_upload(token)["images"] == 25
    job.start("vae", "folder", "quick", dict(TINY, images=160), "none", upload=token, size=28)
    s = wait(job, "none", "failed")
    assert s["error"] == {"key": "data.error.few", "values": {"least": 20, "n": 0}}
    assert [(n["kind"], n["n"]) for n in s["notes"]] == [("damaged", 25)]


def test_the_last_run_on_own_images_takes_them_along(job, tmp_path):
    job.evaluate, token = True, send(job)
    job.start("vae", "folder", "", dict(TINY, images=160), "one", upload=token, size=28)
    wait(job, "one", "finished")
    card = shutil.copytree(job.trained / "one", job.trained / "two") / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | dict(name="two")))
    sheets, cache = job.trained / "_data", tmp_path / "cache"
    assert len(list(sheets.glob("own-*"))) == len(list(cache.glob("own-*.npz"))) == 1
    job.delete("one")
    assert len(list(sheets.glob("own-*"))) == len(list(cache.glob("own-*.npz"))) == 1, "the other run shows them still"
    job.delete("two")
    assert not list(sheets.glob("*")) and not list(cache.glob("own-*.npz")) and not list(job.uploads.root.iterdir())


def test_folders_of_a_split_arrive_as_such(job):
    token = job.begin_upload("pets")
    for i, (x, y) in enumerate(zip(*small.shapes(60), strict=True)):
        job.add_upload(token, f"pets/{'test' if i % 4 == 0 else 'train'}/{['bar', 'square'][y]}/{i:03d}.png", picture(x), True)
    job.start("vae", "folder", "quick", dict(TINY, images=160), "split", upload=token, size=28)
    s = wait(job, "split", "finished")
    assert [(n["kind"], n["name"], n["n"]) for n in s["notes"]] == [("split", "test", 15)]
    assert json.loads((job.trained / "split" / "card.json").read_text())["data"]["classes"] == ["bar", "square"]


def test_a_zip_arrives_in_pieces(job):
    images, _ = small.shapes(24)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for i, x in enumerate(images):
            z.writestr(f"{i}.png", picture(x))
    data, token = out.getvalue(), job.begin_upload("shapes")
    job.add_upload(token, "shapes.zip", data[:100], True)
    with pytest.raises(JobError, match="not a zip, or a damaged one"):
        job.check_upload(token)
    job.add_upload(token, "shapes.zip", data[100:], False)
    job.check_upload(token)
    job.start("vae", "folder", "quick", dict(TINY, images=160), "zipped", upload=token, size=28)
    assert wait(job, "zipped", "finished", "failed")["state"] == "finished"


def test_a_table_is_shown_and_trained_on_as_was_said(job):
    """Arrays of numpy, stored on their side: the sheet shows them, what is said of them is kept for the training and its resume."""
    images, labels = small.shapes(40)
    out = io.BytesIO()
    np.savez(out, images=images[:, 0].swapaxes(1, 2), labels=labels)
    token = job.begin_upload("my shapes")
    job.add_upload(token, "shapes.npz", out.getvalue(), True)
    found, turned = job.check_upload(token), job.check_upload(token, turned="yes")
    assert [(n["kind"], n["n"], n["name"]) for n in found["found"]] == [
        ("is_arrays", 40, ""), ("size", 0, "28 × 28"), ("classes", 2, "0, 1")]
    assert found["images"] == 40 and found["table"] and found["parts"] == [] and (found["turned"], turned["turned"]) == ("auto", "yes")
    assert [n["kind"] for n in turned["notes"]] == ["turned"]
    sheets = [Image.open(io.BytesIO(base64.b64decode(f["sheet"].removeprefix("data:image/png;base64,")))) for f in (found, turned)]
    assert all(s.size == (6 * 64, 2 * 64) for s in sheets)
    stored, right = (np.asarray(s)[:64, :64].astype(int) for s in sheets)
    assert np.abs(stored.swapaxes(0, 1) - right).max() <= 2 < np.abs(stored - right).max(), "but for rounding, when it is enlarged"
    job.start("vae", "folder", "quick", dict(TINY, images=160), "table", upload=token, size=28)
    wait(job, "table", "finished")
    assert json.loads((job.trained / "table" / "resume" / "job.json").read_text())["turned"] == "yes"
    card = json.loads((job.trained / "table" / "card.json").read_text())["data"]
    assert card["title"] == "my shapes" and [n["kind"] for n in card["notes"]][0] == "turned"
    with pytest.raises(JobError):
        job.check_upload(token, turned="sideways")


def test_old_uploads_go(job):
    token = send(job)
    path = job.trained / ".uploads" / token
    os.utime(path, (0, 0))
    new = job.begin_upload("new")
    assert not path.exists() and (job.trained / ".uploads" / new).is_dir()


def test_the_form_knows_every_family(job):
    form = job.form()
    for family in form["families"]:
        assert {"name", "title", "paper", "summary", "recipes"} <= set(family) and "quick" in family["recipes"]
        for s in family["settings"]:
            assert s["kind"] in ("int", "float", "bool", "str", "numbers") and s["help"]
    assert form["own"] in [d["name"] for d in form["data"]]
    assert json.loads(json.dumps(form)) == form


def test_log_reads_only_what_is_new(tmp_path):
    path = tmp_path / "log.jsonl"
    log = monitor.Log(path)
    assert log.read() == []
    path.write_text('{"images": 1, "loss": 2}\n{"images": 2, "lo')
    assert [r["images"] for r in log.read()] == [1]
    with open(path, "a") as f:
        f.write('ss": 1}\nnot json\n')
    assert [r["images"] for r in log.read()] == [1, 2]
    fresh = tmp_path / "fresh"
    fresh.write_text('{"images": 1, "loss": 2}\n')
    fresh.replace(path)
    assert [r["images"] for r in log.read()] == [1]


def test_curves_are_thinned_evenly():
    rows = [dict(images=i, seconds=i, images_per_second=1.0, loss=float(i)) for i in range(1000)]
    line = monitor.curves(rows, 100)["loss"]
    assert len(line) == 100 and line[0] == [4, 4.5] and list(monitor.curves(rows)) == ["loss"]
    assert monitor.curves(rows[:5])["loss"] == [[i, float(i)] for i in range(5)]


def test_threads_leave_one_core_to_the_page(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert start_training.cores_for_training() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    for cores, left in ((1, 1), (2, 2), (3, 2), (16, 15)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid, cores=cores: set(range(cores)), raising=False)
        assert start_training.cores_for_training() == left


def test_paths_of_a_request_never_reach_the_disk(job):
    assert isinstance(job.snapshot("../../etc")["name"], str | None)
    with pytest.raises(JobError):
        job.delete("..")
    assert Path(job.trained).parent.exists()
