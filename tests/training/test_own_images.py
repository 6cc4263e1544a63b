"""A person's own images as people have them: splits, linked folders, foreign names, zips among files, and a note on what is left out."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import archive, data, image_folder
from training.data import DataError
from training.file_names import encoding_of, readable
from training.model import DataSpec, Note
from training.notes import LEFT_OUT, WORDS, sentence


def png(i: int, side: int = 24) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(i).integers(0, 256, (side, side, 3)).astype(np.uint8)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def put(where: Path, ids, name: str = "{}.png") -> Path:
    where.mkdir(parents=True, exist_ok=True)
    for i in ids:
        (where / name.format(i)).write_bytes(png(i))
    return where


def told(found: image_folder.Pictures) -> dict[str, int]:
    return {n.kind: n.n for n in found.notes}


def test_what_is_left_out_is_told_by_kind(tmp_path: Path) -> None:
    where = put(tmp_path, range(40))
    for i in range(10):
        (where / f"broken{i}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes([i]) * 40)
    for i in range(60):
        (where / f"IMG_{i}.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes([i]))
    (where / "again.png").write_bytes(png(3))
    (where / "notes.txt").write_text("hello")
    found = image_folder.read(where, 28)
    assert len(found.images) == 40 and told(found) == {"damaged": 10, "heic": 60, "other": 1, "copies": 1}
    assert "60 × HEIC, an iPhone's format. Export them as JPEG." in sentence(Note("heic", 60))
    look = image_folder.survey(where)
    assert look.images == 51 and {n.kind: n.n for n in look.notes} == {"heic": 60, "other": 1}, "before anything is decoded"


def test_every_kind_has_words_and_survives_a_card() -> None:
    for kind in WORDS:
        note = Note(kind, 12, "a name", 0.5, 1.0)
        assert "{" not in sentence(note) and sentence(note).endswith((".", "?"))
    spec = DataSpec("own-x", "x", (1, 28, 28), fingerprint="f", notes=(Note("heic", 3), Note("deep", 4, "", 0.0, 4095.0)))
    assert DataSpec.from_dict(json.loads(json.dumps(dataclasses.asdict(spec)))) == spec
    old = {k: v for k, v in dataclasses.asdict(spec).items() if k != "notes"}
    assert DataSpec.from_dict(old).notes == (), "cards of before"
    good = dataclasses.asdict(Note("heic", 3))
    for damaged in (dict(n=float("inf")), dict(n="3"), dict(n=-1), dict(low=float("nan")), dict(high=10**400), dict(high="x")):
        with pytest.raises(ValueError, match="none"):
            Note.from_dict({**good, **damaged})


def test_folders_of_a_split_are_no_classes(tmp_path: Path) -> None:
    for part, ids in (("train", range(30)), ("Test", range(100, 112)), ("val", range(200, 204))):
        for name, some in (("cat", ids[::2]), ("dog", ids[1::2])):
            put(tmp_path / "pets" / part / name, some)
    found = image_folder.read(tmp_path, 28)
    assert found.classes == ("cat", "dog") and found.held_out.sum() == 16 and len(found.images) == 46
    assert sorted((n.name, n.n) for n in found.notes) == [("test", 12), ("val", 4)]
    held = {x.tobytes() for x in found.images[found.held_out]}
    alone = image_folder.read(tmp_path / "pets" / "train", 28)
    assert not held & {x.tobytes() for x in alone.images} and found.labels is not None
    assert (found.labels == 0).sum() == (found.labels == 1).sum() == 23


def test_a_split_whose_held_out_images_have_no_class(tmp_path: Path) -> None:
    put(tmp_path / "train" / "cat", range(15))
    put(tmp_path / "train" / "dog", range(15, 30))
    put(tmp_path / "test", range(50, 60))
    found = image_folder.read(tmp_path, 28)
    assert found.classes == ("cat", "dog") and len(found.images) == 30 and told(found) == {"noclass": 10}
    assert 0 < found.held_out.sum() < 10, "held out of the training images then"
    for part in ("cat", "dog"):
        (tmp_path / "train" / part).rename(tmp_path / f"{part}s")
    (tmp_path / "train").rmdir()
    assert image_folder.read(tmp_path, 28).classes == ("cats", "dogs", "test"), "without a folder train it is a class as any other"


def test_a_split_without_classes(tmp_path: Path) -> None:
    put(tmp_path / "train", range(25))
    put(tmp_path / "test", range(50, 60))
    found = image_folder.read(tmp_path, 28)
    assert found.classes == () and found.labels is None and found.held_out.sum() == 10


def test_linked_class_folders_are_followed_once(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "cats", range(12))
    put(tmp_path / "mine" / "dogs", range(20, 32))
    (tmp_path / "mine" / "cats").symlink_to(tmp_path / "elsewhere" / "cats", target_is_directory=True)
    (tmp_path / "mine" / "all").symlink_to(tmp_path / "mine", target_is_directory=True)
    (tmp_path / "mine" / "another").symlink_to(tmp_path / "mine" / "dogs", target_is_directory=True)
    (tmp_path / "mine" / "gone").symlink_to(tmp_path / "nowhere")
    found = image_folder.read(tmp_path / "mine", 28)
    assert found.classes == ("cats", "dogs") and len(found.images) == 24 and found.notes == ()


@pytest.mark.parametrize(("names", "encoding"), [
    (("고양이", "강아지"), "cp949"), (("ねこ", "イヌ", "猫の写真"), "cp932"), (("花子", "写真"), "cp932"),
    (("中文", "图片", "照片"), "gbk"),
    (("café", "thé"), "cp437"), (("cats", "dogs"), "utf-8"), (("고양이", "café"), "utf-8"), (("Bäume", "Häuser"), "cp437"),
])
def test_names_of_zips_without_unicode(names: tuple[str, ...], encoding: str) -> None:
    assert encoding_of([n.encode(encoding) for n in names]) == encoding


def foreign_zip(path: Path, names: tuple[str, str], encoding: str) -> Path:
    """A zip as Windows packs it: names in the system's encoding, no flag for Unicode."""
    stand_ins = [f"class{k}" + "x" * (len(n.encode(encoding)) - 6) for k, n in enumerate(names)]
    with zipfile.ZipFile(path, "w") as packed:
        for i in range(40):
            packed.writestr(f"{stand_ins[i % 2]}/{i}.png", png(i))
    raw = path.read_bytes()
    for stand_in, name in zip(stand_ins, names, strict=True):
        raw = raw.replace(stand_in.encode(), name.encode(encoding))
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("names", "encoding"), [(("고양이들", "강아지들"), "cp949"), (("ねこたち", "表のイヌ"), "cp932")])
def test_a_zip_from_windows_has_its_class_names(tmp_path: Path, names: tuple[str, str], encoding: str) -> None:
    found = image_folder.read(foreign_zip(tmp_path / "z.zip", names, encoding), 28)
    assert found.classes == tuple(sorted(names)) and told(found) == {"names": 0}
    assert ("Korean" if encoding == "cp949" else "Japanese") in sentence(found.notes[0])


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="file systems that take any bytes")
def test_folders_whose_names_are_not_utf_8_are_read_as_western(tmp_path: Path) -> None:
    for k, name in enumerate((b"caf\xe9", b"th\xe9")):
        where = os.fsencode(tmp_path) + b"/" + name
        os.makedirs(where)
        for i in range(15):
            with open(where + b"/%d.png" % i, "wb") as f:
                f.write(png(100 * k + i))
    found = data.load("folder", source=tmp_path, cache=tmp_path / ".cache", size=28)
    assert found.spec.classes == ("café", "thé")
    json.dumps(found.spec.classes, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(("name", "said"), [
    ("caf\udce9", "café"), ("cafe\u0301", "café"), ("a\x00b\u202ec", "abc"), ("", "_"), ("\u2003", "_"), ("x" * 300, "x" * 80),
    ("고양이", "고양이"),
])
def test_readable(name: str, said: str) -> None:
    assert readable(name) == said


def test_zips_among_files_are_read_each_as_a_folder(tmp_path: Path) -> None:
    for name, ids in (("cats", range(12)), ("dogs", range(20, 32))):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as packed:
            for i in ids:
                packed.writestr(f"{i}.png", png(i))
    found = image_folder.read(tmp_path, 28)
    assert found.classes == ("cats", "dogs") and len(found.images) == 24
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and nothing more")
    assert told(image_folder.read(tmp_path, 28)) == {"archive": 1}


def test_a_method_of_packing_that_is_not_read_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as packed:
        for i in range(25):
            packed.writestr(f"{i}.png", png(i))
    raw = bytearray((tmp_path / "z.zip").read_bytes())
    for k in range(3):                                    # Deflate64 is method 9, in both headers of a member
        for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            start = -1
            for _ in range(k + 1):
                start = raw.index(magic, start + 1)
            raw[start + at:start + at + 2] = b"\x09\x00"
    (tmp_path / "z.zip").write_bytes(raw)
    found = image_folder.read(tmp_path / "z.zip", 28)
    assert len(found.images) == 22 and told(found) == {"packed": 3} and "Deflate64" in sentence(found.notes[0])


def test_deep_files_share_one_range_and_nearly_black_sets_are_told(tmp_path: Path) -> None:
    for i in range(20):
        values = np.random.default_rng(i).integers(0, 200 * (i + 1), (28, 28)).astype(np.uint16)
        Image.fromarray(values).save(tmp_path / f"{i:02d}.png")
    found = image_folder.read(tmp_path, 28)
    assert [(n.kind, n.n, n.low, n.high) for n in found.notes] == [("deep", 20, 0.0, 4095.0)]
    assert found.images[0].max() < 16 < 200 < found.images[19].max(), "a dark picture stays dark beside a bright one"
    for i in range(20):
        Image.fromarray(np.random.default_rng(i).integers(0, 15, (28, 28)).astype(np.uint8)).save(tmp_path / f"{i:02d}.png")
    assert [(n.kind, n.n) for n in image_folder.read(tmp_path, 28).notes] == [("dark", 14)]


@pytest.mark.parametrize(("n", "held_out"), [(20, 5), (60, 15), (100, 20), (300, 30)])
def test_small_sets_hold_out_enough_to_look_at(n: int, held_out: int, tmp_path: Path) -> None:
    put(tmp_path, range(n))
    assert image_folder.read(tmp_path, 28).held_out.sum() == held_out


def test_a_survey_foretells_what_is_held_out_and_whether_there_are_colours(tmp_path: Path) -> None:
    put(tmp_path / "plain", range(24))
    Image.new("RGB", (30, 30), (10, 200, 30)).save(tmp_path / "plain" / "zz.png")
    found = image_folder.survey(tmp_path / "plain")
    assert (found.images, found.held_out, found.grey) == (25, 6, False)
    assert image_folder.read(tmp_path / "plain", 28).held_out.sum() == 6
    for i in range(20):
        (tmp_path / "grey").mkdir(exist_ok=True)
        Image.new("L", (30, 30), 10 * i).save(tmp_path / "grey" / f"{i}.png")
    assert image_folder.survey(tmp_path / "grey").grey
    for part, ids in (("train", range(30)), ("test", range(100, 112))):
        put(tmp_path / "split" / part, ids)
    assert image_folder.survey(tmp_path / "split").held_out == 12


def test_errors_say_what_was_left_out_and_have_keys(tmp_path: Path) -> None:
    put(tmp_path, range(3))
    for i in range(30):
        (tmp_path / f"{i}.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes([i]))
    with pytest.raises(DataError, match="this one has 3.*30 × HEIC") as e:
        image_folder.read(tmp_path, 28)
    assert e.value.key == "data.error.few" and e.value.values["n"] == 3 and e.value.values["notes"] == [Note("heic", 30)]


def test_walk_is_in_order_and_left_out_kinds_are_words(tmp_path: Path) -> None:
    put(tmp_path / "b", range(3))
    put(tmp_path / "a", range(3))
    (tmp_path / ".hidden").mkdir()
    assert [p.relative_to(tmp_path).as_posix() for p in archive.walk(tmp_path)] == [f"{d}/{i}.png" for d in "ab" for i in range(3)]
    assert all(words.endswith(".") for words in LEFT_OUT.values())
