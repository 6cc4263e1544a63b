"""The held-out sheets: exact for grey, close for colour, whole or not there, and clear about damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import avatars, heldout
from training.data import DataError, Dataset, Split
from training.model import DataSpec

TRAINED = Path(__file__).parents[2] / "trained"


def grey(n: int = 7, side: int = 28) -> Dataset:
    r = np.random.default_rng(0)
    images = r.integers(0, 256, (n + 5, 1, side, side)).astype(np.uint8)
    labels = r.integers(0, 3, n + 5)
    spec = DataSpec("tiny", "Tiny", (1, side, side), ("a", "b", "c"), fingerprint="f" * 64)
    return Dataset(spec, Split(images[n:], labels[n:]), Split(images[:n], labels[:n]))


def faces() -> Dataset:
    images, attributes = avatars.draw_range(0, 12)
    spec = DataSpec("faces", "Faces", (3, 64, 64), attributes=avatars.FIELDS, attribution=avatars.ATTRIBUTION)
    return Dataset(spec, Split(images, None, attributes), Split(images, None, attributes))


def test_grey_comes_back_bit_for_bit_over_several_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heldout, "_layout", lambda side: (2, 4))
    dataset = grey(11)
    written = heldout.write(dataset, tmp_path)
    found = heldout.open_heldout(tmp_path / "_data" / "tiny")
    assert found.spec == written.spec == dataset.spec and found.n == 11 and found.num_sheets == 3 and found.lossless
    at = np.array([10, 0, 5, 5, 3, 9])
    assert np.array_equal(found.images(at), dataset.test.images[at]) and found.images(at).dtype == np.uint8
    assert found.images([]).shape == (0, 1, 28, 28)
    assert np.array_equal(found.labels, dataset.test.labels) and found.attributes is None
    with Image.open(found.sheet_path(0)) as image:
        assert image.size == (56, 56)
        tiles = np.asarray(image.convert("L"))
    assert np.array_equal(tiles[28:, :28], dataset.test.images[2, 0]), "tiles run row by row"


def test_colour_comes_back_nearly(tmp_path: Path) -> None:
    dataset = faces()
    found = heldout.write(dataset, tmp_path)
    error = np.mean((found.images(range(12)).astype(float) - dataset.test.images) ** 2)
    assert 10 * np.log10(255 ** 2 / error) > 30 and not found.lossless
    assert np.array_equal(found.attributes, dataset.test.attributes) and found.labels is None
    assert found.spec == dataset.spec and found.spec.attribution


def test_the_limit_keeps_the_first(tmp_path: Path) -> None:
    dataset = grey(9)
    found = heldout.write(dataset, tmp_path, limit=4)
    assert found.n == 4 and len(found.labels) == 4 and np.array_equal(found.images(range(4)), dataset.test.images[:4])
    with pytest.raises(IndexError, match="4 test images"):
        found.images([4])
    with pytest.raises(IndexError):
        found.images([-1])
    with pytest.raises(IndexError):
        found.sheet_path(1)


def test_writing_replaces_as_a_whole_and_leaves_nothing_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heldout.write(grey(9), tmp_path)
    folder = tmp_path / "_data" / "tiny"
    heldout.write(grey(5), tmp_path)
    assert heldout.open_heldout(folder).n == 5
    assert {p.name for p in folder.iterdir()} == {"sheet.json", "sheet_000.webp", "labels.npz"}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(heldout, "write_json", full)
    with pytest.raises(OSError, match="No space"):
        heldout.write(grey(3), tmp_path)
    assert heldout.open_heldout(folder).n == 5 and [p.name for p in tmp_path.iterdir()] == ["_data"]


def test_write_missing_keeps_what_is_sound(tmp_path: Path) -> None:
    folder = tmp_path / "_data" / "tiny"
    heldout.write_missing(grey(5), tmp_path)
    before = (folder / "sheet.json").stat().st_mtime_ns
    heldout.write_missing(grey(5), tmp_path)
    assert (folder / "sheet.json").stat().st_mtime_ns == before
    assert heldout.write_missing(grey(6), tmp_path).n == 6
    (folder / "labels.npz").write_bytes(b"")
    assert heldout.write_missing(grey(6), tmp_path).n == 6
    assert heldout.open_heldout(folder).n == 6


def change(folder: Path, **values: object) -> None:
    sheet = json.loads((folder / "sheet.json").read_text())
    (folder / "sheet.json").write_text(json.dumps(sheet | values))


@pytest.mark.parametrize("damage, says", [
    (lambda f: (f / "sheet.json").unlink(), "sheet.json is missing"),
    (lambda f: (f / "sheet.json").write_text("{"), "is damaged"),
    (lambda f: (f / "sheet.json").write_text("[]"), "is damaged"),
    (lambda f: change(f, format=99), "format 99"),
    (lambda f: change(f, n=10**9), "do not fit"),
    (lambda f: change(f, n=-1), "do not fit"),
    (lambda f: change(f, height=3), "do not fit"),
    (lambda f: change(f, n=4), "does not fit its 4 images"),
    (lambda f: change(f, files={}), "damaged"),
    (lambda f: (f / "labels.npz").write_bytes(b"PK"), "not the file that was written"),
    (lambda f: (f / "labels.npz").unlink(), "labels.npz is missing"),
    (lambda f: (f / "sheet_000.webp").unlink(), "lacks sheet_000.webp"),
])
def test_damage_is_named_when_opening(tmp_path: Path, damage, says: str) -> None:
    heldout.write(grey(), tmp_path)
    damage(tmp_path / "_data" / "tiny")
    with pytest.raises(DataError, match=says):
        heldout.open_heldout(tmp_path / "_data" / "tiny")


def test_a_damaged_sheet_is_named_when_it_is_needed(tmp_path: Path) -> None:
    found = heldout.write(grey(), tmp_path)
    raw = found.sheet_path(0).read_bytes()
    found.sheet_path(0).write_bytes(raw[:-9] + b"123456789")
    with pytest.raises(DataError, match="sheet_000.webp is damaged"):
        heldout.open_heldout(found.folder).images([0])


def test_only_a_few_decoded_sheets_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heldout, "_layout", lambda side: (1, 1))
    monkeypatch.setattr(heldout, "KEPT_SHEETS", 3)
    dataset = grey(7)
    found = heldout.write(dataset, tmp_path)
    assert np.array_equal(found.images(range(7)), dataset.test.images) and len(found._decoded) == 3
    assert np.array_equal(found.images([0, 6]), dataset.test.images[[0, 6]])


@pytest.mark.parametrize("name, n, megabytes", [("mnist", 10_000, 3), ("fashion-mnist", 10_000, 5), ("faces", 4_000, 6)])
def test_the_shipped_sheets(name: str, n: int, megabytes: int) -> None:
    found = heldout.open_heldout(TRAINED / "_data" / name)
    sizes = [p.stat().st_size for p in found.folder.iterdir()]
    assert found.n == n and sum(sizes) < megabytes * 10**6 and max(sizes) < 5 * 10**6
    images = found.images([0, n // 2, n - 1])
    assert images.shape == (3, *found.spec.shape) and (images.std((1, 2, 3)) > 10).all()
    assert found.spec.fingerprint and len(found.sheet["files"]) == found.num_sheets + 1
    for k in range(found.num_sheets):                     # each is what was written
        found._decode(k)


def test_the_shipped_faces_are_those_that_are_drawn_here() -> None:
    found = heldout.open_heldout(TRAINED / "_data" / "faces")
    drawn, attributes = avatars.draw_range(20_000, 20_004)
    assert np.array_equal(found.attributes[:4], attributes)
    assert abs(found.images(range(4)).astype(float) - drawn).mean() < 5
