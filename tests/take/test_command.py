"""The command line: whole or nothing, never over something else, and each refusal one sentence."""

from __future__ import annotations

import json
import os
import signal

import pytest

import app
from explorer.__main__ import main
from explorer.take import command


@pytest.fixture
def take(trained, tmp_path, capsys):
    """Run the command on the tiny runs: (status, what it said)."""
    def asked(name: str, kind: str, *more: str) -> tuple[int, str]:
        status = main(["take", name, "--as", kind, "--out", str(tmp_path / "out"), "--trained", str(trained), *more])
        said = capsys.readouterr()
        return status, (said.out + said.err).strip()
    return asked


def left(tmp_path) -> list[str]:
    return sorted(p.name for p in tmp_path.iterdir())


def test_a_take_is_marked_and_replaced_when_asked(take, tmp_path):
    status, said = take("tiny", "npz")
    assert status == 0 and said.endswith(f"120 points; open it with: numpy.load({str(tmp_path / 'out' / 'points.npz')!r})")
    mark = json.loads((tmp_path / "out" / "latent-explorer.json").read_text())
    assert (mark["what"], mark["kind"], mark["run"], mark["data"]) == ("latent-explorer-taken", "npz", "tiny", "Shapes")
    status, said = take("tiny", "projector")
    assert status == 2 and said.endswith("holds an export already; say --replace to write it anew.")
    assert (tmp_path / "out" / "points.npz").is_file()
    assert take("tiny", "projector", "--replace")[0] == 0
    assert left(tmp_path / "out") == ["latent-explorer.json", "metadata.tsv", "projector_config.pbtxt", "sprite.png", "tensors.bytes"]
    assert left(tmp_path) == ["out"]


def test_nothing_is_written_over_that_it_did_not_write(take, tmp_path):
    mine = tmp_path / "out"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    for more in ((), ("--replace",)):
        status, said = take("tiny", "npz", *more)
        assert status == 2 and "is not empty and no export of Latent Explorer" in said
    (mine / "latent-explorer.json").write_text('{"what": "latent-explorer-site"}')
    assert take("tiny", "npz", "--replace")[0] == 2 and left(mine) == ["latent-explorer.json", "thesis.txt"]


def test_a_file_that_was_put_beside_what_was_taken_is_not_lost(take, tmp_path):
    assert take("tiny", "npz")[0] == 0
    (tmp_path / "out" / "notes").mkdir()
    (tmp_path / "out" / "notes" / "mine.txt").write_text("years of work")
    (tmp_path / "out" / ".DS_Store").write_text("left by looking")
    status, said = take("tiny", "npz", "--replace")
    assert status == 2 and "holds notes/mine.txt beside the export, which would be lost; move it away" in said
    assert (tmp_path / "out" / "notes" / "mine.txt").read_text() == "years of work" and (tmp_path / "out" / "points.npz").is_file()
    (tmp_path / "out" / "notes" / "mine.txt").unlink()
    assert take("tiny", "npz", "--replace")[0] == 0 and left(tmp_path / "out") == ["latent-explorer.json", "points.npz"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing(number, take, tmp_path, monkeypatch):
    def half(run, folder, place):
        (folder / "half").write_text("of it")
        os.kill(os.getpid(), number)
        raise AssertionError("went on")
    assert take("tiny", "npz")[0] == 0
    before = (tmp_path / "out" / "points.npz").read_bytes()
    monkeypatch.setitem(command.KINDS, "npz", half)
    assert take("tiny", "npz", "--replace") == (130, "Ended; nothing was written.")
    assert left(tmp_path) == ["out"] and (tmp_path / "out" / "points.npz").read_bytes() == before


def test_a_full_disk_leaves_nothing_and_is_said(take, tmp_path, monkeypatch):
    def full(run, folder, place):
        (folder / "half").write_text("of it")
        raise OSError(28, "No space left on device")
    monkeypatch.setitem(command.KINDS, "npz", full)
    status, said = take("tiny", "npz")
    assert status == 2 and "could not be written" in said and "No space left" in said and left(tmp_path) == []


@pytest.mark.parametrize(("name", "kind", "sentence"), [
    ("nobody", "npz", "There is no run of that name here"), ("../tiny", "npz", "There is no run of that name here"),
    ("broken", "weights", "broken"), ("stray", "npz", "pickle")])
def test_what_cannot_be_taken_is_said(name, kind, sentence, take, tmp_path):
    status, said = take(name, kind)
    assert status == 2 and sentence in said and "\n" not in said and left(tmp_path) == []


@pytest.mark.parametrize("more", [("--n", "0"), ("--n", "50001"), ("--n", "²"), ("--seed", "-1"), ("--seed", str(2**32)),
                                  ("--as", "pickle")])
def test_numbers_that_are_none_are_usage(more, take, capsys):
    with pytest.raises(SystemExit) as stopped:
        take("tiny", "samples", *more)
    assert stopped.value.code == 2 and "usage:" in capsys.readouterr().err


def test_samples_numbers_are_for_samples(take, capsys):
    with pytest.raises(SystemExit):
        take("tiny", "npz", "--n", "5")
    assert "--n is for --as samples" in capsys.readouterr().err


def test_the_page_has_the_same_command(trained, tmp_path, capsys):
    given = ["--as", "samples", "--n", "3", "--seed", "7", "--out", str(tmp_path / "out"), "--trained", str(trained)]
    assert app.main(["take", "tiny", *given]) == 0
    place = tmp_path / "out"
    assert f"3 samples of seed 7 in {place / 'generated'}, 120 test images in {place / 'real'}" in capsys.readouterr().out
    mark = json.loads((tmp_path / "out" / "latent-explorer.json").read_text())
    assert mark["n"] == 3 and mark["seed"] == 7 and len(left(tmp_path / "out" / "generated")) == 3
