"""Own images that come as tables: arrays of numpy, a CSV of pixels, idx and parquet; and tars. What is found is told, and is right."""

from __future__ import annotations

import bz2
import errno
import gzip
import importlib.resources
import io
import json
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from training import archive, data, image_folder, memory_map, notes, sources
from training.data import DataError, Reading
from training.notes import Note

DIGITS = importlib.resources.files("sklearn.datasets.data") / "digits.csv.gz"


def noise(n: int, *shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, *shape)).astype(np.uint8)


def arrow(n: int, side: int = 28) -> np.ndarray:
    """(n, side, side) with one bright column on the left, and in each another dim pixel on the right: what is turned is seen."""
    images = np.zeros((n, side, side), np.uint8)
    images[:, :, 3] = 255
    for k in range(n):
        images[k, k // (side - 10), 10 + k % (side - 10)] = 40 + k % 200
    return images


def stands(images: np.ndarray) -> bool:
    """Whether the bright line of ``arrow`` stands in all of these (n, C, H, W)."""
    return bool((images[:, 0, :, 3] == 255).all())


def idx(array: np.ndarray, kind: int = 8) -> bytes:
    return struct.pack(f">2x2B{array.ndim}I", kind, array.ndim, *array.shape) + array.tobytes()


def png(image: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG", compress_level=1)
    return out.getvalue()


def told(found: image_folder.Pictures | image_folder.Survey) -> dict[str, int]:
    return {n.kind: n.n for n in found.notes}


def said(look: image_folder.Survey) -> list[str]:
    return [notes.sentence(n) for n in look.found]


# arrays of numpy

def test_arrays_with_labels_and_a_split(tmp_path: Path) -> None:
    x, y = noise(60, 28, 28), np.arange(60) % 3 + 5
    np.savez(tmp_path / "a.npz", x_train=x[:45], y_train=y[:45], x_test=x[45:], y_test=y[45:])
    look = image_folder.survey(tmp_path / "a.npz")
    assert said(look) == ["Arrays (.npz, .npy) of images: 60.", "They are stored with 28 × 28 pixels.", "They are grey.",
                          "3 classes: 5, 6, 7.", "Held out for measuring: 15."]
    assert look.tiles.shape == (12, 64, 64, 3)
    found = data.load("folder", source=tmp_path / "a.npz", cache=tmp_path, size=28)
    assert found.spec.name == "own-a" and found.spec.classes == ("5", "6", "7") and found.spec.shape == (1, 28, 28)
    assert np.array_equal(found.train.images[:, 0], x[:45]) and np.array_equal(found.train.labels, y[:45] - 5)
    assert np.array_equal(found.test.images[:, 0], x[45:]) and [(n.kind, n.n, n.name) for n in found.spec.notes] == [("part", 15, "test")]


@pytest.mark.parametrize("numbers, black, white", [(np.float32, 0, 1), (np.float64, -1, 1), (bool, 0, 1),
                                                   (np.int64, 0, 16), (np.uint16, 0, 4095)])
def test_numbers_of_any_kind_become_eight_bits(tmp_path: Path, numbers: type, black: float, white: float) -> None:
    x = noise(30, 32, 32)
    stored = black + x / 255 * (white - black)
    stored = (x > 127) if numbers is bool else stored.round() if np.issubdtype(numbers, np.integer) else stored
    np.savez(tmp_path / "a.npz", images=stored.astype(numbers))
    found = image_folder.read(tmp_path / "a.npz", 32)
    assert [(n.kind, n.low, n.high) for n in found.notes] == [("range", black, white)]
    expected = np.where(x > 127, 255, 0) if numbers is bool else (stored - black) * 255 / (white - black)
    assert np.abs(found.images[:, 0] - expected).max() <= 0.51 and found.labels is None and found.classes == ()


def test_channels_first_is_told_and_set_right(tmp_path: Path) -> None:
    x = noise(24, 32, 32, 3)
    np.save(tmp_path / "x.npy", x.transpose(0, 3, 1, 2))
    np.save(tmp_path / "last.npy", x)
    first, last = (image_folder.read(tmp_path / name, 32) for name in ("x.npy", "last.npy"))
    assert np.array_equal(first.images, x.transpose(0, 3, 1, 2)) and np.array_equal(first.images, last.images)
    assert told(first) == {"channels": 0} and last.notes == ()


def test_a_folder_of_npy_files_one_hot_labels_names_and_rows_that_are_missing(tmp_path: Path) -> None:
    x = noise(40, 28, 28).astype(np.float32) / 255
    x[7, 3, 3] = np.nan
    for part, at in (("train", slice(0, 30)), ("val", slice(30, 40))):
        np.save(tmp_path / f"X_{part}.npy", np.asfortranarray(x[at]))
        np.save(tmp_path / f"y_{part}.npy", np.eye(4, dtype=np.float32)[np.arange(40)[at] % 4])
    found = image_folder.read(tmp_path, 28)
    assert found.classes == ("0", "1", "2", "3") and told(found) == {"rows": 1, "range": 0, "part": 10}
    assert found.held_out.sum() == 10 and found.labels.tolist() == [k % 4 for k in range(40) if k != 7]
    labels, names = np.arange(30)[:, None] % 2, np.array(["cat", "dog"])
    np.savez_compressed(tmp_path / "named.npz", images=noise(30, 28, 28), labels=labels, class_names=names)
    assert image_folder.survey(tmp_path / "named.npz").found[3] == Note("classes", 2, "cat, dog")


def test_flat_rows_as_scikit_learn_has_them(tmp_path: Path) -> None:
    digits = load_digits()
    np.savez(tmp_path / "digits.npz", data=digits.data, target=digits.target)
    found = image_folder.read(tmp_path / "digits.npz", 28)
    assert len(found.images) == 1797 and found.classes == tuple("0123456789") and [(n.kind, n.high) for n in found.notes] == [("range", 16)]
    assert np.array_equal(found.labels, digits.target)


@pytest.mark.parametrize("arrays, key, says", [
    (dict(images=np.array([{}], object)), "data.error.pickle", "a pickle"), (dict(a=np.arange(9.0)), "data.error.arrays", "a (9,)"),
    (dict(x=np.zeros((30, 2, 2))), "data.error.arrays", "x (30, 2, 2)"), (dict(), "data.error.arrays", "There is: none")])
def test_arrays_that_are_no_images(tmp_path: Path, arrays: dict[str, np.ndarray], key: str, says: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError) as e:
        image_folder.read(tmp_path / "a.npz", 28)
    assert e.value.key == key and says in str(e.value)


@pytest.mark.parametrize("name", ["a.npz", "a.npy", "a-idx3-ubyte", "a.parquet", "a.tar", "a.tar.gz", "a.csv.gz", "a.zip"])
def test_damaged_files_are_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    whole = io.BytesIO()
    np.savez(whole, images=noise(40, 28, 28))
    for raw in (b"", b"not it at all", whole.getvalue()[:5000], b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'shape': (9**9,)}"):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(DataError) as e:
            image_folder.read(tmp_path / name, 28)
        assert e.value.key and name in str(e.value)


def test_an_array_that_promises_more_than_it_has(tmp_path: Path) -> None:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, dict(descr="|u1", fortran_order=False, shape=(10**9, 64, 64)))
    (tmp_path / "a.npy").write_bytes(out.getvalue() + bytes(5000))
    with pytest.raises(DataError, match="damaged"):
        image_folder.read(tmp_path / "a.npy", 28)


def test_more_images_than_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_IMAGES", 30)
    np.savez(tmp_path / "a.npz", images=noise(31, 28, 28))
    with pytest.raises(DataError, match="At most 30 images are taken; a.npz has 31") as e:
        image_folder.survey(tmp_path / "a.npz")
    assert e.value.key == "data.error.images"


# CSV

def rows_of(images: np.ndarray, labels: np.ndarray | None, first: bool = True) -> list[list[str]]:
    flat = [list(map(str, row)) for row in images.reshape(len(images), -1)]
    if labels is None:
        return flat
    return [[str(label), *row] if first else [*row, str(label)] for label, row in zip(labels, flat, strict=True)]


def test_a_csv_of_kaggle_with_its_label_column(tmp_path: Path) -> None:
    x, y = noise(40, 28, 28), np.arange(40) % 4
    lines = [["label", *(f"pixel{k}" for k in range(784))], *rows_of(x, y)]
    lines[5][9] = ""                                            # a value is missing
    lines[6][9] = "black"
    lines.append(lines[7] + ["0"])                              # one too many
    packed = "\n".join(map(",".join, lines)).encode()
    with zipfile.ZipFile(tmp_path / "digits.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("train.csv", packed)
        z.writestr("sample_submission.csv", "ImageId,Label\n1,0\n2,0\n")
    look = image_folder.survey(tmp_path / "digits.zip")
    assert said(look)[0] == "A CSV of pixels, an image in each row: 38." and Note("labelled", name="label") in look.notes
    found = image_folder.read(tmp_path / "digits.zip", 28)
    keep = [k for k in range(40) if k not in (4, 5)]
    assert np.array_equal(found.images[:, 0], x[keep]) and found.labels.tolist() == y[keep].tolist()
    assert told(found) == {"rows": 3, "other": 1, "labelled": 0}
    (tmp_path / "same.csv.gz").write_bytes(gzip.compress(packed))
    assert np.array_equal(image_folder.read(tmp_path / "same.csv.gz", 28).images, found.images)


def test_a_csv_that_a_public_package_brings(tmp_path: Path) -> None:
    """No header, the class last, 0 to 16: what scikit-learn's digits are."""
    (tmp_path / "digits.csv.gz").write_bytes(DIGITS.read_bytes())
    found, digits = image_folder.read(tmp_path / "digits.csv.gz", 28), load_digits()
    assert [(n.kind, n.name, n.high) for n in found.notes] == [("labelled", "65", 0), ("range", "", 16)]
    assert len(found.images) == 1797 and np.array_equal(found.labels, digits.target) and found.classes == tuple("0123456789")
    assert image_folder.survey(tmp_path / "digits.csv.gz").found[1].name == "8 × 8"


@pytest.mark.parametrize("header, first, names, column", [
    (None, True, "abcd", "1"), (["what", *map(str, range(64))], True, "0123", "what"),
    ([*(f"p{k}" for k in range(64)), "kind"], False, "abcd", "kind"),
    (["", *(f"px_{k}" for k in range(64)), "target"], False, "0123", "target")])
def test_the_label_column_is_found(tmp_path: Path, header: list[str] | None, first: bool, names: str, column: str) -> None:
    x, y = noise(30, 8, 8), np.array(list(names))[np.arange(30) % 4]
    rows = rows_of(x, y, first)
    if header and not header[0]:
        rows = [[str(k), *row] for k, row in enumerate(rows)]   # pandas' own numbers of rows
    (tmp_path / "a.csv").write_text("\n".join(";".join(r) for r in ([header] if header else []) + rows))
    found = image_folder.read(tmp_path / "a.csv", 28)
    assert found.classes == tuple(names) and [(n.kind, n.name) for n in found.notes] == [("labelled", column)]
    assert found.labels.tolist() == [k % 4 for k in range(30)]


def test_colours_in_a_row_lie_together_or_apart(tmp_path: Path) -> None:
    smooth = np.clip(np.add.outer(np.linspace(0, 200, 30), np.add.outer(np.arange(8) * 3, np.arange(8) * 2)), 0, 255)
    x = np.stack([smooth, 255 - smooth, smooth * 0.3], -1).astype(np.uint8)
    for name, rows in (("hwc.csv", x), ("chw.csv", x.transpose(0, 3, 1, 2))):
        (tmp_path / name).write_text("\n".join(map(",".join, rows_of(rows, None))))
    together, apart = (image_folder.read(tmp_path / name, 28) for name in ("hwc.csv", "chw.csv"))
    assert np.array_equal(together.images, apart.images) and together.images[:, 0].mean() > together.images[:, 2].mean() * 2
    assert told(together) == {} and told(apart) == {"channels": 0}


def test_faces_of_kaggle_have_their_pixels_in_one_column_and_a_column_of_the_split(tmp_path: Path) -> None:
    x = noise(40, 48, 48)
    use = ["Training"] * 28 + ["PublicTest"] * 6 + ["PrivateTest"] * 6
    rows = [f"{k % 3},{' '.join(map(str, x[k].ravel()))},{use[k]}" for k in range(40)]
    (tmp_path / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]))
    found = image_folder.read(tmp_path / "fer2013.csv", 64)
    assert found.held_out.sum() == 12 and found.classes == ("0", "1", "2") and told(found) == {"labelled": 0, "part": 6}
    assert image_folder.survey(tmp_path / "fer2013.csv").found[1].name == "48 × 48"


def test_fractions_in_a_csv(tmp_path: Path) -> None:
    x = noise(25, 8, 8) / 255
    (tmp_path / "a.csv").write_text("\n".join(",".join(f"{v:.6f}" for v in row.ravel()) for row in x))
    found = image_folder.read(tmp_path / "a.csv", 28)
    assert [(n.kind, n.low, n.high) for n in found.notes] == [("range", 0, 1)] and found.classes == () and len(found.images) == 25


def test_labels_of_a_csv_that_turn_to_words_in_a_later_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_map, "CHUNK", 8 * 64 * 10)             # ten rows at a time
    x, y = noise(30, 8, 8), np.array([*"0123456789" * 2, *"abcdefghij"])
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, [["label", *map(str, range(64))], *rows_of(x, y)])))
    found = image_folder.read(tmp_path / "a.csv", 28)
    assert found.classes == tuple("0123456789abcdefghij") and [found.classes[k] for k in found.labels] == y.tolist()


def test_a_list_beside_a_few_pictures_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\na.png,1\n")
    (tmp_path / "a.png").write_bytes(png(noise(1, 24, 24)[0]))
    with pytest.raises(DataError, match="A folder needs at least 20 images; this one has 1") as e:
        image_folder.read(tmp_path, 28)
    assert e.value.key == "data.error.few"


def test_a_full_disk_is_not_told_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "a.npz", images=noise(30, 28, 28))
    with pytest.raises(OSError, match="No space left"), sources.opened(tmp_path / "a.npz"):
        raise OSError(errno.ENOSPC, "No space left on device")


# idx

def put_idx(where: Path, stem: str, images: np.ndarray, labels: np.ndarray, test: str = "t10k", packed: bool = True) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for part, at in (("train", slice(0, -12)), (test, slice(-12, None))):
        for what, array in (("images-idx3", images), ("labels-idx1", labels)):
            raw = idx(array[at].astype(np.uint8))
            (where / f"{stem}{part}-{what}-ubyte{'.gz' * packed}").write_bytes(gzip.compress(raw) if packed else raw)


def test_sizes_are_told_of_what_was_looked_at(tmp_path: Path) -> None:
    """A look opens some of many; only where all were opened, or one size was met, is it said of all."""
    for k in range(40):
        (tmp_path / "few").mkdir(exist_ok=True)
        (tmp_path / "few" / f"{k:02}.png").write_bytes(png(noise(1, 20 + k, 30, 3, seed=k)[0]))
    assert "Those looked at so far are stored with 30 × 20 – 30 × 58 pixels." in said(image_folder.survey(tmp_path / "few"))
    for k in range(10, 40):
        (tmp_path / "few" / f"{k:02}.png").unlink()
    assert "They are stored with 30 × 20 – 30 × 29 pixels." in said(image_folder.survey(tmp_path / "few"))


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_are_paired_by_name(tmp_path: Path, packed: bool) -> None:
    x, y = arrow(60), np.arange(60) % 10
    put_idx(tmp_path / "kmnist", "", x, y, packed=packed)
    look = image_folder.survey(tmp_path / "kmnist")
    assert look.images == 60 and look.held_out == 12 and said(look)[0] == "MNIST's format (idx), images: 60."
    found = image_folder.read(tmp_path / "kmnist", 28)
    assert np.array_equal(found.images[:, 0][~found.held_out], x[:48]) or np.array_equal(found.images[:, 0][~found.held_out], x[12:])
    assert sorted(im.tobytes() for im in found.images[found.held_out]) == sorted(im.tobytes() for im in x[-12:]) and stands(found.images)
    assert len(found.classes) == 10 and told(found) == {"part": 12}


def test_of_one_file_of_images_it_is_said_where_its_labels_are(tmp_path: Path) -> None:
    put_idx(tmp_path, "", arrow(60), np.arange(60) % 10)
    look = image_folder.survey(tmp_path / "train-images-idx3-ubyte.gz")
    told_of, = [n for n in look.notes if n.kind == "apart"]
    assert told_of.name == "train-labels-idx1-ubyte.gz" and (tmp_path / told_of.name).is_file() and "No classes." in said(look)
    assert not [n for n in image_folder.survey(tmp_path).notes if n.kind == "apart"]


def test_emnist_is_set_right_by_its_name_and_a_person_may_say_otherwise(tmp_path: Path) -> None:
    x, y = arrow(60).swapaxes(1, 2), np.arange(60) % 3 + 1
    put_idx(tmp_path / "letters", "emnist-letters-", x, y, "test")
    (tmp_path / "letters" / "emnist-letters-mapping.txt").write_text("1 65 97\n2 66 98\n3 67 99\n")
    found = image_folder.read(tmp_path / "letters", 28)
    assert stands(found.images) and found.classes == ("A", "B", "C") and told(found) == {"turned": 0, "part": 12}
    assert not stands(image_folder.read(tmp_path / "letters", 28, reading=Reading(turned="no")).images)
    put_idx(tmp_path / "other", "", x, y, "test")
    assert not stands(image_folder.read(tmp_path / "other", 28).images)
    assert stands(image_folder.read(tmp_path / "other", 28, reading=Reading("yes")).images)
    both = [data.load("folder", source=tmp_path / "other", cache=tmp_path, size=28, reading=r) for r in (None, Reading("yes"))]
    assert both[0].spec.fingerprint != both[1].spec.fingerprint, "each has a cache of its own"


def test_of_several_sets_in_one_archive_one_is_read_and_told(tmp_path: Path) -> None:
    for k, stem in enumerate(("emnist-balanced-", "emnist-digits-")):
        put_idx(tmp_path / "gzip", stem, arrow(60 + 20 * k).swapaxes(1, 2), np.arange(60 + 20 * k) % 5, "test")
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w") as z:
        for path in sorted((tmp_path / "gzip").iterdir()):
            z.write(path, f"gzip/{path.name}")
    look = image_folder.survey(tmp_path / "gzip.zip")
    assert look.parts == ("emnist-balanced", "emnist-digits") and look.images == 60
    assert Note("parts", 2, "emnist-balanced") in look.notes
    assert len(image_folder.read(tmp_path / "gzip.zip", 28, reading=Reading(part="emnist-digits")).images) == 80
    with pytest.raises(DataError, match="there are emnist-balanced, emnist-digits"):
        image_folder.read(tmp_path / "gzip.zip", 28, reading=Reading(part="emnist-x"))


def test_idx_of_other_numbers(tmp_path: Path) -> None:
    x = noise(30, 28, 28)
    (tmp_path / "images-idx3-float").write_bytes(idx((x / 255).astype(">f4"), 13))
    (tmp_path / "labels-idx2-int").write_bytes(idx(np.stack([np.arange(30) % 2, np.arange(30)], 1).astype(">i4"), 12))
    found = image_folder.read(tmp_path, 28)
    assert np.array_equal(found.images[:, 0], x) and found.labels.tolist() == [k % 2 for k in range(30)]


# parquet

def put_parquet(path: Path, images: list[bytes | None], labels: list[int | None], names: list[str] | None, bare: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = pa.array(images, pa.binary()) if bare else pa.array([{"bytes": b, "path": f"{k}.png"} for k, b in enumerate(images)],
                                                               pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    table = pa.table({"image": cells, "label": pa.array(labels, pa.int64())})
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    if names:
        table = table.replace_schema_metadata({b"huggingface": json.dumps({"info": {"features": features}}).encode()})
    pq.write_table(table, path, row_group_size=16)


def test_shards_of_parquet_with_a_split_and_class_names(tmp_path: Path) -> None:
    x = noise(70, 28, 28, 3)
    raw = [png(im) for im in x]
    names = ["cat", "dog", "owl"]
    where = tmp_path / "pets" / "data"
    put_parquet(where / "train-00000-of-00002.parquet", [*raw[:25], None], [k % 3 for k in range(26)], names)
    put_parquet(where / "train-00001-of-00002.parquet", [*raw[25:50], b"no picture"], [k % 3 for k in range(25, 51)], names)
    put_parquet(where / "test-00000-of-00001.parquet", raw[50:], [*(k % 3 for k in range(50, 68)), -1, None], names)
    (tmp_path / "pets" / "README.md").write_text("---\n")
    look = image_folder.survey(tmp_path / "pets")
    assert said(look) == ["A data set in parquet, images: 72.", "They are stored with 28 × 28 pixels.", "They have colours.",
                          "3 classes: cat, dog, owl.", "Held out for measuring: 20."]
    assert look.tiles.shape[0] >= 11
    found = image_folder.read(tmp_path / "pets", 28)
    order = found.held_out.argsort(kind="stable")
    assert np.array_equal(found.images[order], x[:68].transpose(0, 3, 1, 2)) and found.labels[order].tolist() == [k % 3 for k in range(68)]
    assert found.classes == ("cat", "dog", "owl") and told(found) == {"rows": 1, "other": 1, "noclass": 2, "labelled": 0, "part": 18}


def test_a_parquet_of_bytes_alone_and_one_without_images(tmp_path: Path) -> None:
    put_parquet(tmp_path / "a.parquet", [png(im) for im in noise(25, 28, 28)], [k % 2 for k in range(25)], None, bare=True)
    found = image_folder.read(tmp_path / "a.parquet", 28)
    assert found.images.shape == (25, 1, 28, 28) and found.classes == ("0", "1")
    pq.write_table(pa.table({"text": ["a"] * 30}), tmp_path / "b.parquet")
    with pytest.raises(DataError, match="Its columns: text"):
        image_folder.read(tmp_path / "b.parquet", 28)


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_parquet(tmp_path / "a.parquet", [png(im) for im in noise(25, 28, 28)], [0] * 25, None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataError, match="pip install -r requirements-parquet.txt") as e:
        image_folder.survey(tmp_path / "a.parquet")
    assert e.value.key == "data.error.pyarrow"


# tar

PACK = {"": lambda raw: raw, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def tarred(path: Path, members: dict[str, bytes], links: dict[str, tuple[bytes, str]] | None = None) -> Path:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", encoding="utf-8", errors="surrogateescape") as tar:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
        for name, (kind, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    path.write_bytes(PACK[path.suffix if path.suffix != ".tar" else ""](out.getvalue()))
    return path


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_a_tar_is_as_its_folder(tmp_path: Path, name: str) -> None:
    members = {f"pets/{part}/{kind}/{k}.png": png(noise(1, 24, 24, 3, seed=100 * i + 10 * j + k)[0])
               for i, part in enumerate(("train", "test")) for j, kind in enumerate(("고양이", "dog")) for k in range(8)}
    for path, raw in members.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    members |= {"pets/._x.png": b"", "__MACOSX/pets/a.png": b"x"}
    of_tar, of_folder = image_folder.read(tarred(tmp_path / name, members), 28), image_folder.read(tmp_path / "pets", 28)
    assert of_tar.classes == of_folder.classes == ("dog", "고양이") and of_tar.notes == of_folder.notes
    assert np.array_equal(of_tar.images, of_folder.images) and np.array_equal(of_tar.held_out, of_folder.held_out)
    assert said(image_folder.survey(tmp_path / name))[0] == "A tar of images: 32."
    assert data.load("folder", source=tmp_path / name, cache=tmp_path / "c", size=28).spec.name == "own-a"


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png"])
def test_a_tar_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leads out of it") as e:
        image_folder.read(tarred(tmp_path / "z.tar", {name: b"x"}), 28)
    assert e.value.key == "data.error.zip.path"


def test_links_in_a_tar(tmp_path: Path) -> None:
    members = {f"{k}.png": png(noise(1, 24, 24, seed=k)[0]) for k in range(20)}
    for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.SYMTYPE, "../../x.png"), (tarfile.LNKTYPE, "../x.png")):
        with pytest.raises(DataError, match="is a link that leads out of it"):
            image_folder.read(tarred(tmp_path / "z.tar", members, {"a/link.png": (kind, target)}), 28)
    within = tarred(tmp_path / "in.tar", members, {"a/link.png": (tarfile.SYMTYPE, "../3.png"), "hard.png": (tarfile.LNKTYPE, "4.png"),
                                                   "lost.png": (tarfile.SYMTYPE, "nowhere.png"), "fifo": (tarfile.FIFOTYPE, "")})
    assert told(image_folder.read(within, 28)) == {"copies": 2}


def test_numbers_and_sizes_in_a_tar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = tarred(tmp_path / "many.tar.gz", {f"{k}.png": b"12345" for k in range(5)})
    with monkeypatch.context() as m:
        m.setattr(archive, "MOST_FILES", 4)
        with pytest.raises(DataError, match="at most 4 files"):
            image_folder.read(many, 28)
    with monkeypatch.context() as m:
        m.setattr(archive, "MOST_BYTES", 2000)
        with pytest.raises(DataError, match="would be larger"):
            image_folder.read(many, 28)


@pytest.mark.parametrize("names, encoding", [(("고양이", "강아지"), "cp949"), (("ねこ", "いぬ"), "cp932")])
def test_names_of_a_tar_in_other_encodings(tmp_path: Path, names: tuple[str, str], encoding: str) -> None:
    members = {f"{name.encode(encoding).decode('utf-8', 'surrogateescape')}/{k}.png": png(noise(1, 24, 24, seed=50 * i + k)[0])
               for i, name in enumerate(names) for k in range(12)}
    found = image_folder.read(tarred(tmp_path / "old.tar", members), 28)
    assert set(found.classes) == set(names) and told(found) == {"names": 0}


def test_tables_and_tars_within_folders_and_pictures_before_tables(tmp_path: Path) -> None:
    members = {f"{k}.png": png(noise(1, 24, 24, seed=k)[0]) for k in range(12)}
    (tmp_path / "mine").mkdir()
    tarred(tmp_path / "mine" / "cats.tar", members)
    tarred(tmp_path / "mine" / "dogs.tar.gz", {f"{k}.png": png(noise(1, 24, 24, seed=90 + k)[0]) for k in range(12)})
    assert image_folder.read(tmp_path / "mine", 28).classes == ("cats", "dogs")
    for k in range(20):
        (tmp_path / "mine" / f"{k}.png").write_bytes(png(noise(1, 24, 24, seed=300 + k)[0]))
    np.savez(tmp_path / "mine" / "codes.npz", images=noise(50, 28, 28))
    found = image_folder.read(tmp_path / "mine", 28)
    assert len(found.images) == 44 and told(found) == {"table": 1}, "an .npz is a zip"
