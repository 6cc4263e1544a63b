"""README, "Your own images": each form of its table is read and each command of it runs, on files as their makers write them."""

from __future__ import annotations

import gzip
import re
import shlex
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from training import cli, data, datasets, image_folder, notes
from training.data import DataError

from .test_tables import DIGITS, arrow, noise, png, put_idx, put_parquet, tarred

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.split("### Your own images")[1].split("\nA run is a folder")[0]
ROWS = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", SECTION, re.M)[1:])
COMMANDS = re.findall(r"^python -m training ([^#\n]+)", SECTION, re.M)
BY_NAME = re.findall(r"`([a-z0-9-]+)`", SECTION.split("By name, where there is a network:")[1].split(". Without")[0])
QUICK = ["--network", "dense", "--width", "16", "--images", "256", "--batch-size", "64", "--threads", "1", "--no-evaluate"]


def folders(where: Path) -> list[Path]:
    """The same images as a folder, a zip and tars."""
    raw = {f"{kind}/{k}.png": png(noise(1, 24, 24, 3, seed=50 * j + k)[0]) for j, kind in enumerate(("cats", "dogs")) for k in range(12)}
    for name, data_ in raw.items():
        (where / "pets" / name).parent.mkdir(parents=True, exist_ok=True)
        (where / "pets" / name).write_bytes(data_)
    with zipfile.ZipFile(where / "pets.zip", "w") as z:
        for name, data_ in raw.items():
            z.writestr(name, data_)
    return [where / "pets", where / "pets.zip", *(tarred(where / f"pets.tar{e}", raw) for e in ("", ".gz", ".bz2", ".xz"))]


def arrays(where: Path) -> list[Path]:
    """scikit-learn's digits in each layout that the table names."""
    digits = load_digits()
    x, y = digits.images[:400].astype(np.uint8), digits.target[:400]
    np.savez(where / "nhw.npz", images=x, labels=y)
    np.savez(where / "nhwc.npz", images=x[..., None].repeat(3, 3), labels=y)
    np.savez(where / "nchw.npz", images=x[:, None].repeat(3, 1), labels=y)
    np.savez(where / "flat.npz", data=digits.data[:400], target=y)
    np.savez(where / "split.npz", x_train=x[:300], y_train=y[:300], x_test=x[300:], y_test=y[300:])
    np.save(where / "alone.npy", x)
    return [where / f"{name}.npz" for name in ("nhw", "nhwc", "nchw", "flat", "split")] + [where / "alone.npy"]


def csvs(where: Path) -> list[Path]:
    """What scikit-learn ships."""
    (where / "digits.csv.gz").write_bytes(DIGITS.read_bytes())
    (where / "digits.csv").write_bytes(gzip.decompress(DIGITS.read_bytes()))
    return [where / "digits.csv.gz", where / "digits.csv"]


def idx_files(where: Path) -> list[Path]:
    put_idx(where / "plain", "", noise(60, 28, 28), np.arange(60) % 10, packed=False)
    put_idx(where / "packed", "", noise(60, 28, 28), np.arange(60) % 10)
    return [where / "plain", where / "packed"]


def parquets(where: Path) -> list[Path]:
    raw = [png(im) for im in noise(60, 28, 28)]
    put_parquet(where / "one.parquet", raw, [k % 2 for k in range(60)], ["no", "yes"])
    for k, at in enumerate((slice(0, 30), slice(30, 60))):
        put_parquet(where / "shards" / f"train-{k:05d}-of-00002.parquet", raw[at], [k % 2 for k in range(30)], ["no", "yes"])
    return [where / "one.parquet", where / "shards"]


MADE = {"folder": folders, "`.npz`": arrays, "`.csv`": csvs, "idx": idx_files, "`.parquet`": parquets}


def test_the_table_has_these_forms() -> None:
    assert [next(k for k in MADE if row.startswith(k)) for row in ROWS] == list(MADE)


@pytest.mark.parametrize("form", MADE)
def test_each_form_is_found_and_read(form: str, tmp_path: Path) -> None:
    for source in MADE[form](tmp_path):
        look, found = image_folder.survey(source), image_folder.read(source, 28)
        assert look.images == len(found.images) >= 24 and len(look.tiles) == image_folder.SHOWN
        if source.stem != "alone":
            assert found.labels is not None and look.found[3].n == len(found.classes) >= 2


def test_the_bounds_are_those_of_the_program() -> None:
    from training.sources import FEWEST, MOST_IMAGES
    from training.sources.image_files import MOST_BYTES_EACH

    assert f"At least {FEWEST} and at most {MOST_IMAGES:,} images" in SECTION
    assert f"at most {MOST_BYTES_EACH // 2**20} MB and 90 million pixels a file" in SECTION
    assert set(BY_NAME) <= set(datasets.known()) and set(BY_NAME) >= {n for n, k in datasets.known().items() if k.order >= 20}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    csvs(tmp_path)
    np.savez(tmp_path / "arrays.npz", images=arrow(30).swapaxes(1, 2))
    for stem in ("emnist-digits-", "emnist-letters-"):
        put_idx(tmp_path / "gzip", stem, arrow(60).swapaxes(1, 2), np.arange(60) % 3 + 1, "test")
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w") as z:
        for path in sorted((tmp_path / "gzip").iterdir()):
            z.write(path, f"gzip/{path.name}")
    raw = tmp_path / "cache" / "torchvision" / "KMNIST" / "raw"           # as if it had been fetched
    put_idx(raw, "", noise(100, 28, 28), np.arange(100) % 10, packed=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "cache"))
    words = shlex.split(command)
    assert cli.main([*words, *(QUICK if words[0] == "train" else [])]) == 0
    said = capsys.readouterr()
    if words[0] == "train":
        assert (tmp_path / "trained" / f"vae-{'kmnist' if 'kmnist' in words else 'folder'}" / "card.json").is_file()
        assert "kmnist" in words or "A CSV of pixels, an image in each row: 1,797.\n" in said.err
        return
    expected = {"digits.csv.gz": ["A CSV of pixels, an image in each row: 1,797.", "They are stored with 8 × 8 pixels.",
                                  "10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9."],
                "gzip.zip": ["MNIST's format (idx), images: 60.", notes.sentence(notes.Note("turned")), "Held out for measuring: 12."],
                "arrays.npz": ["Arrays (.npz, .npy) of images: 30.", notes.sentence(notes.Note("turned")), "No classes."]}[words[1]]
    assert set(expected) <= set(said.out.splitlines())
    sheet = np.asarray(Image.open(tmp_path / ("arrays.png" if "--sheet" in words else "look.png")))
    assert sheet.shape == (128, 384, 3)
    if words[1] != "digits.csv.gz":                                       # the bright line stands: columns 3 of 28, of 64
        assert sheet[:64, 8].min() > 200


def test_too_few_are_told_and_nothing_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "few.npy", noise(7, 28, 28))
    assert cli.main(["look", str(tmp_path / "few.npy"), "--sheet", str(tmp_path / "few.png")]) == 2
    assert capsys.readouterr().err == "Training needs at least 20 images; these are 7.\n"
    assert np.asarray(Image.open(tmp_path / "few.png")).shape == (128, 384, 3)
    assert cli.main(["look", str(tmp_path / "none.npz")]) == 2 and "There is no folder, archive or file at" in capsys.readouterr().err
    with pytest.raises(DataError, match="needs at least 20"):
        data.load("folder", source=tmp_path / "few.npy", cache=tmp_path)


@pytest.mark.parametrize("name", BY_NAME)
def test_without_a_network_it_is_said_where_the_files_belong(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """README: in torchvision, but of CIFAR in a folder of its name, of EuroSAT as a folder of one's own."""
    def none(*args: object, **more: object) -> None:
        raise OSError("no network")
    monkeypatch.setattr(socket, "create_connection", none)
    monkeypatch.setattr(socket, "getaddrinfo", none)
    with pytest.raises(DataError, match="could not be fetched") as e:
        data.load(name, cache=tmp_path)
    place = {"cifar10": str(tmp_path / "cifar10"), "cifar100": str(tmp_path / "cifar100"), "eurosat": "a folder for each class"}
    assert place.get(name, str(tmp_path / "torchvision")) in str(e.value)
