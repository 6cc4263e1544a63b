"""A data set is its fingerprint: what was made from other images of the same name is neither used nor written over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import data, features, fit_features, heldout, maps
from training.checkpoint import read_card
from training.cli import main
from training.data import DataError, Dataset, Split
from training.model import DataSpec

TINY = ["--network", "dense", "--width", "8", "--z-dim", "2", "--batch-size", "16", "--threads", "1", "--images", "64", "--no-map"]


def coloured(where: Path, red: bool, n: int = 40) -> Path:
    """Pictures of one colour each, in two classes: reddish, or bluish."""
    for i in range(n):
        colour = (255 - 3 * i, 2 * i, 0) if red else (0, 2 * i, 255 - 3 * i)
        folder = where / ("few" if i < n // 2 else "many")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 32), colour).save(folder / f"{i}.png")
    return where


def train(source: Path, root: Path, name: str, size: int = 28) -> DataSpec:
    """Train a little and measure; returns what the card says of the data."""
    assert main(["train", "vae", "--data", "folder", "--source", str(source), "--size", str(size), "--cache", str(root / "cache"),
                 "--trained", str(root / "trained"), "--name", name, *TINY]) == 0
    return read_card(root / "trained" / name).data


def held(root: Path, spec: DataSpec) -> heldout.HeldOut:
    return heldout.open_heldout(heldout.folder_of(root / "trained", spec))


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Path:
    """Runs a and b on two folders that are both called images, c on the first at another size, d on the first when it has grown."""
    root = tmp_path_factory.mktemp("two")
    for name, red in (("a", True), ("b", False)):
        train(coloured(root / name / "images", red), root, name)
    train(root / "a" / "images", root, "c", 32)
    for i in range(10):
        Image.new("RGB", (32, 32), (0, 200 + i, 0)).save(root / "a" / "images" / "many" / f"green{i}.png")
    train(root / "a" / "images", root, "d")
    return root


def test_two_folders_of_one_name_keep_their_own_pictures(two: Path) -> None:
    a, b = (read_card(two / "trained" / n).data for n in "ab")
    assert a.name == b.name == "own-images" and a.key != b.key
    red, blue = (held(two, spec).images(range(4)).mean((0, 2, 3)) for spec in (a, b))
    assert red[0] > 100 > 40 > red[2] and blue[2] > 100 > 40 > blue[0]
    assert held(two, a).spec.fingerprint == a.fingerprint


def test_another_size_or_a_folder_that_grew_is_another_set(two: Path) -> None:
    a, c, d = (read_card(two / "trained" / n).data for n in "acd")
    assert len({a.key, c.key, d.key}) == 3
    assert held(two, a).spec.shape == (3, 28, 28) and held(two, c).spec.shape == (3, 32, 32)
    assert (held(two, a).n, held(two, d).n) == (10, 12)
    codes = maps.read(two / "trained" / "a" / "map.npz").codes
    assert codes is not None and len(codes) == held(two, a).n, "the map's points are these pictures"


def test_a_run_goes_on_with_the_images_it_was_trained_on(two: Path) -> None:
    a, d = (read_card(two / "trained" / n).data for n in "ad")
    first, grown = (data.load_again(spec, cache=two / "cache") for spec in (a, d))
    assert len(first.train) + len(first.test) == 40 and len(grown.train) + len(grown.test) == 50
    with pytest.raises(DataError, match="holds other images now.*leave --source out"):
        data.load_again(a, cache=two / "cache", source=two / "a" / "images")


def test_only_the_newest_states_of_a_folder_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "STATES", 2)
    source, specs = coloured(tmp_path / "images", True), []
    for i in range(3):
        specs.append(data.load("folder", source=source, cache=tmp_path / "cache", size=28).spec)
        Image.new("RGB", (9, 9), (i, 255, i)).save(source / "few" / f"more{i}.png")
    assert len(list((tmp_path / "cache").glob("*.npz"))) == 2
    assert data.load_again(specs[1], cache=tmp_path / "cache").spec == specs[1]
    with pytest.raises(DataError, match="no longer kept"):
        data.load_again(specs[0], cache=tmp_path / "cache")


def test_labels_count_for_a_persons_own_set(tmp_path: Path) -> None:
    source = coloured(tmp_path / "images", True)
    before = data.load("folder", source=source, cache=tmp_path / "cache", size=28)
    moved = sorted((source / "few").iterdir())[0]
    moved.rename(source / "many" / moved.name)
    after = data.load("folder", source=source, cache=tmp_path / "cache", size=28)
    assert np.array_equal(np.sort(before.train.images.sum((1, 2, 3))), np.sort(after.train.images.sum((1, 2, 3))))
    assert before.spec.fingerprint != after.spec.fingerprint


def test_cards_of_earlier_versions_still_find_their_images(two: Path) -> None:
    """They name the data set plainly and give the fingerprint of the training images alone."""
    b = read_card(two / "trained" / "b").data
    kept = data.load_again(b, cache=two / "cache")
    old = DataSpec(b.name, b.title, b.shape, b.classes, fingerprint=data._training_digest(kept))
    assert data.load_again(old, cache=two / "nothing", source=two / "b" / "images").spec == old
    plain = two / "trained" / "_data" / "own-images"
    heldout.write(Dataset(old, kept.train, kept.test), two / "trained").folder.rename(plain)
    assert heldout.folder_of(two / "trained", old) == plain and heldout.write_missing(Dataset(old, kept.train, kept.test),
                                                                                    two / "trained").folder == plain
    assert heldout.folder_of(two / "trained", read_card(two / "trained" / "a").data) != plain


def test_a_net_of_one_set_never_judges_another_of_its_name(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, a, b = two / "trained", *(read_card(two / "trained" / n).data for n in "ab")
    assert "No classifier of" in features.not_judged(root, a) and str(root / "_features") in features.not_judged(root, a)
    fit_features.fit(data.load_again(a, cache=two / "cache"), root, images=256)
    assert features.load(root, a) is not None and features.load(root, b) is None
    assert features.not_judged(root, a) == "" and "trained on other images" in features.not_judged(root, b)
    assert main(["evaluate", "a", "b", "--trained", str(root), "--cache", str(two / "cache"), "--no-map"]) == 0
    assert "frechet" in read_card(root / "a").metrics and "frechet" not in read_card(root / "b").metrics
    assert "trained on other images" in capsys.readouterr().err
    fit_features.fit(data.load_again(b, cache=two / "cache"), root, images=256)
    mine, theirs = features.load(root, a), features.load(root, b)
    assert mine is not None and theirs is not None and mine.sha256 != theirs.sha256


def test_a_set_that_comes_with_the_program_is_never_written_over(tmp_path: Path) -> None:
    images = np.arange(4 * 28 * 28, dtype=np.uint8).reshape(4, 1, 28, 28)
    first = Dataset(DataSpec("mnist", "MNIST", (1, 28, 28), fingerprint="1" * 64), Split(images), Split(images))
    other = Dataset(DataSpec("mnist", "MNIST", (1, 28, 28), fingerprint="2" * 64), Split(255 - images), Split(255 - images))
    plain = heldout.write_missing(first, tmp_path).folder
    assert plain == tmp_path / "_data" / "mnist"
    assert heldout.write_missing(other, tmp_path).folder == tmp_path / "_data" / "mnist-222222222222"
    assert np.array_equal(heldout.open_heldout(plain).images(range(4)), images)
