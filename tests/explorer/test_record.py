"""What is measured of a run once and kept: the same bits however slow the machine, and nothing of another run."""

from __future__ import annotations

import dataclasses
import lzma
import shutil
import time

import numpy as np
import pytest
from safetensors.numpy import load, save

from explorer.__main__ import main
from explorer.i18n import words
from explorer.latent import code_slices, galleries, neighbours, reconstruction, run_directions
from explorer.runs import record
from explorer.runs.record import FILE, Record, trimmed
from explorer.runs.session import Session
from explorer.server import run_info
from explorer.views import measurements
from explorer.views.microscope import code_length, code_statistics, sampling, units
from explorer.views.reconstruct import confusion
from training import features

from .conftest import data
from .encoded import make_encoded
from .generators import make_generator

KEY = {"weights": "a", "classifier": ""}
COUNTS = run_directions.PULLED, galleries.TRIED, code_slices.ASKED


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "card.json").write_text("{}")
    return tmp_path


def never():
    raise AssertionError("it is there already")


def entry():
    few = trimmed(np.array([1.23456789, -1e-9, 7e8]))
    return {"rows": np.arange(6, dtype=np.int16).reshape(2, 3), "few": few, "said": ["a", None, 0.25]}


def test_what_was_measured_is_read_again_bit_by_bit(folder):
    first = Record(folder, KEY).get("one", entry, dict)
    again = Record(folder, KEY).get("one", never, dict)
    assert again["said"] == first["said"] == ["a", None, 0.25]
    for k in ("rows", "few"):
        assert again[k].dtype == first[k].dtype and again[k].tobytes() == first[k].tobytes()
    assert (folder / FILE).read_bytes() == record.pack({"one": entry()}, KEY), "the same bytes for the same figures"


def test_trimmed_numbers_are_the_nearest_of_a_few_bits():
    x = np.random.default_rng(0).normal(size=1000).astype(np.float32) * 10.0 ** np.arange(-20, 20).repeat(25).astype(np.float32)
    t = trimmed(x)
    assert t.dtype == np.float32 and np.abs(t / x - 1).max() <= 2.0 ** -(record.MANTISSA + 1)
    assert np.array_equal(trimmed(t), t) and not (t.view(np.uint32) & 0xFFF).any()


def rewrite(folder, change):
    arrays = load(lzma.decompress((folder / FILE).read_bytes()))
    (folder / FILE).write_bytes(change(arrays))


@pytest.mark.parametrize("spoil", [
    lambda f: (f / FILE).write_bytes((f / FILE).read_bytes()[:-40]),
    lambda f: (f / FILE).write_bytes(b"no xz file"),
    lambda f: (f / FILE).write_bytes(lzma.compress(b"no safetensors")),
    lambda f: (f / FILE).write_bytes(lzma.compress(bytes(record.MOST_BYTES + 1), preset=0)),
    lambda f: (f / FILE).write_bytes(bytes(record.MOST_FILE + 1)),
    lambda f: rewrite(f, lambda a: lzma.compress(save({k: v for k, v in a.items() if k != "facts"}))),
    lambda f: rewrite(f, lambda a: lzma.compress(save({**a, "one/few": np.full(3, np.nan, np.float32)}))),
    lambda f: rewrite(f, lambda a: lzma.compress(save({**a, "two/few": np.zeros(3, np.float32)}))),
], ids=["cut", "noise", "other", "bomb", "large", "no facts", "NaN", "stray"])
def test_a_damaged_file_is_not_used_but_said_and_written_anew(folder, spoil, caplog):
    Record(folder, KEY).get("one", entry, dict)
    whole = (folder / FILE).read_bytes()
    spoil(folder)
    found = Record(folder, KEY)
    assert "one" not in found and "is not used" in caplog.text
    assert found.get("one", entry, dict)["said"] == ["a", None, 0.25] and (folder / FILE).read_bytes() == whole


@pytest.mark.parametrize("other", [{**KEY, "weights": "b"}, {**KEY, "classifier": "c"}, {**KEY, "images": "d"}])
def test_what_was_measured_of_something_else_is_not_shown(folder, other):
    Record(folder, KEY).get("one", entry, dict)
    assert "one" not in Record(folder, other)


def test_what_an_older_program_measured_is_not_shown(folder, monkeypatch):
    Record(folder, KEY).get("one", entry, dict)
    monkeypatch.setattr(record, "FORMAT", record.FORMAT + 1)
    assert "one" not in Record(folder, KEY)


def test_an_entry_that_does_not_fit_is_measured_again(folder):
    def read(e):
        return e["rows"].reshape(3, 2)
    Record(folder, KEY).get("one", lambda: {"rows": np.zeros(5)}, dict)
    assert np.array_equal(Record(folder, KEY).get("one", entry, read), [[0, 1], [2, 3], [4, 5]])
    assert np.array_equal(Record(folder, KEY).get("one", never, read), [[0, 1], [2, 3], [4, 5]])


def test_a_folder_that_cannot_be_written_to_is_no_hindrance(folder, monkeypatch, caplog):
    def full(path, write):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(record, "write_atomically", full)
    there = Record(folder, KEY)
    assert there.get("one", entry, dict)["said"][0] == "a" == there.get("one", never, dict)["said"][0]
    assert "kept in memory" in caplog.text and not (folder / FILE).exists()


def test_a_run_that_was_deleted_does_not_come_back(folder):
    there = Record(folder / "gone", KEY)
    there.get("one", entry, dict)
    assert not (folder / "gone").exists()


@pytest.fixture(scope="module", autouse=True)
def few():
    """Less to measure: what counts here is that it is the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        for part, name, count in ((galleries, "SAMPLES", 40), (run_directions, "FITTED", 120), (galleries, "TRIED", 4),
                                  (run_directions, "PULLED", 16), (code_slices, "ASKED", 6)):
            patch.setattr(part, name, count)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """stack: 784 → 20 → 5. info: three codes. Read by a small net."""
    root = tmp_path_factory.mktemp("measured")
    make_encoded(root, "stack", "autoencoder", data(), hidden=(20,), z_dim=5)
    make_generator(root, "info", "infogan", data(), categories=4)
    spec = data().spec
    features.save(features.FeatureNet((("class", spec.classes),), spec.shape).eval(), root, spec)
    return root


def answers(root, name) -> dict:
    """Everything that the page shows of a run from its record, as JSON and bytes."""
    opened = Session(root)
    run = opened.run(name)
    gallery, start = galleries.gallery_of(run, "samples")
    out = {"describe": run_info.describe(opened, name, lambda spec: []), "codes": [m.to_dict() for m in code_slices.measured(run)],
           "directions": [(d.vector.tobytes(), dataclasses.replace(d, vector=None)) for d in run_directions.directions_of(run)],
           "gallery": (gallery.readings.tobytes(), gallery.codes.tobytes(), start)}
    if run.spec.encodes:
        usual = code_statistics.usual(run)
        out |= {"errors": reconstruction.usual_errors(run).tobytes(), "kept": [k.counts.tolist() for k in confusion.kept_of(run)],
                "units": [(u.mean.tobytes(), u.exciting.tobytes()) for u in units.watched_layers(run)],
                "sizes": code_length.measured_sizes(run), "mixture": sampling.mixture_of(run)(4, 0).tobytes(),
                "usual": (usual.mean.tobytes(), usual.sigma.tobytes(), usual.activity),
                "near": neighbours.of_run(run).apart.tobytes()}
    return out


@pytest.mark.parametrize("name", ["stack", "info"])
def test_the_same_weights_give_the_same_answers_however_slow_the_clock(root, name, monkeypatch):
    """Opened anew, measured anew on a machine fifty times slower, and measured beforehand: the same bits."""
    (root / name / FILE).unlink(missing_ok=True)
    first = answers(root, name)
    kept = (root / name / FILE).read_bytes()
    (root / name / FILE).unlink()
    for clock in ("monotonic", "perf_counter", "process_time", "time"):
        true = getattr(time, clock)
        monkeypatch.setattr(time, clock, lambda true=true: 50 * true())
    assert answers(root, name) == first and (root / name / FILE).read_bytes() == kept
    monkeypatch.undo()
    assert main(["measure", name, "--trained", str(root), "--again"]) == 0
    assert answers(root, name) == first
    assert {"basis", "sliders", "effects", "directions", "gallery", "default"} <= set(Session(root).run(name).record.names)


def test_nothing_is_left_to_measure_once_it_was(root, monkeypatch):
    assert main(["measure", "--all", "--trained", str(root)]) == 0
    before = {name: (root / name / FILE).stat().st_mtime_ns for name in ("stack", "info")}
    for part in (code_slices, galleries, run_directions, confusion, units, code_length):
        for inner in ("measure", "_find", "_count", "_watch", "_measure", "read_samples"):
            monkeypatch.setattr(part, inner, lambda *a, **k: never(), raising=False)
    monkeypatch.setattr(run_directions, "pull", lambda *a: never())
    for name in before:
        answers(root, name)
    assert {name: (root / name / FILE).stat().st_mtime_ns for name in before} == before, "the page writes nothing that is known"


def test_measuring_says_what_it_did_and_what_it_could_not(root, tmp_path, capsys):
    shutil.copytree(root, tmp_path / "runs")
    assert main(["measure", "stack", "nobody", "--trained", str(tmp_path / "runs")]) == 2
    told = capsys.readouterr()
    assert "stack: 0 measured" in told.out and "no run of that name" in told.err
    with pytest.raises(SystemExit):
        main(["measure", "--trained", str(root)])


def test_every_step_measures_entries_that_are_kept(root, tmp_path):
    shutil.copytree(root, tmp_path / "runs")
    (tmp_path / "runs" / "stack" / FILE).unlink()
    run = Session(tmp_path / "runs").run("stack")
    for _, work in measurements.steps(run):
        work()
    names = set(run.record.names)
    assert names == set(Session(root).run("stack").record.names) and not {n for n in names if "/" in n}


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_says_on_how_many_codes(lang):
    said, (pulled, tried, asked) = words(lang), COUNTS
    for key, counts in {"about.codes": (pulled, tried), "about.codes.found": (tried,), "about.codes.coded": (asked,),
                        "dir.why.principal": (pulled,)}.items():
        assert all(str(n) in said[key] for n in counts), key
