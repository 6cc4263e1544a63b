"""What an owner calls a run: plain, bounded, and a damaged file says nothing."""

from __future__ import annotations

import json

import pytest

from training.run_label import LABEL, LONGEST, Label, read, write


def test_what_is_kept_is_read_again_as_plain_words_on_one_line(tmp_path):
    kept = write(tmp_path, Label("  My\n first\u202e \x00VAE ", "e\u0301 <b>bold</b>\t말"))
    assert kept == Label("My first VAE", "é <b>bold</b> 말") == read(tmp_path)
    long = write(tmp_path, Label("가" * 500, "y" * 5000))
    assert (len(long.title), len(long.description)) == (LONGEST["title"], LONGEST["description"]) and read(tmp_path) == long


def test_nothing_said_leaves_no_file(tmp_path):
    write(tmp_path, Label("a"))
    assert write(tmp_path, Label(" ", "\u200b")) == Label() == read(tmp_path) and not (tmp_path / LABEL).exists()


@pytest.mark.parametrize("raw", ["", "[]", "null", "{", '{"title": 3, "description": ["a"]}', '{"title": "\\ud800"}', "x" * 100_000])
def test_a_damaged_file_says_nothing(tmp_path, raw):
    (tmp_path / LABEL).write_text(raw)
    assert read(tmp_path) == Label()


def test_a_strangers_file_is_cut_and_no_link_is_followed(tmp_path):
    (tmp_path / LABEL).write_text(json.dumps({"title": "x" * 300, "other": 1, "description": "a\u0007b"}))
    assert read(tmp_path) == Label("x" * 80, "ab")
    run = tmp_path / "run"
    run.mkdir()
    (run / LABEL).symlink_to(tmp_path / LABEL)
    assert read(run) == Label()
