"""Samples and test images for other programs' scores: clean-fid and torch-fidelity read them, pixel for pixel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import Refused
from explorer.take import samples
from tests.site.test_networks import run_of
from tests.take.test_weights import points
from training import vision
from training.metrics import frechet

vision.datasets()                               # torchvision, which both import

import torch_fidelity  # noqa: E402
from cleanfid import fid  # noqa: E402
from torch_fidelity.feature_extractor_base import FeatureExtractorBase  # noqa: E402
from torch_fidelity.registry import FEATURE_EXTRACTORS_REGISTRY  # noqa: E402


def features(batch: torch.Tensor) -> torch.Tensor:
    """Means of each quarter of images (n, 3, h, w) from 0 to 255: (n, 4)."""
    return torch.nn.functional.adaptive_avg_pool2d(batch.double().mean(1, keepdim=True), 2).flatten(1)


class Quarters(FeatureExtractorBase):
    """The same for torch-fidelity, under the name "quarters"."""

    def __init__(self, name, features_list, **given):
        super().__init__(name, features_list)

    @staticmethod
    def get_provided_features_list():
        return ("4",)

    @staticmethod
    def get_default_feature_layer_for_metric(metric):
        return "4"

    def forward(self, x):
        return (features(x).float(),)


@pytest.fixture(scope="module", params=["tiny", "colour"])
def written(request, session, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    run = session.run(request.param)
    samples.write(run, folder, folder, 70, 5, False)
    return run, folder


def of_pixels(pixels: np.ndarray) -> np.ndarray:
    """Features of (n, H, W, C) uint8."""
    return features(torch.from_numpy(pixels).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)).numpy()


def both(run) -> tuple[np.ndarray, np.ndarray]:
    return run.decode(run.map_z(run.sample_z(70, 5))), run.real(np.arange(run.held.n)).transpose(0, 2, 3, 1)


def test_files_are_the_pages_pixels(written):
    run, folder = written
    for name, own in zip(("generated", "real"), both(run), strict=True):
        files = sorted((folder / name).iterdir())
        assert [p.name for p in files] == [f"{k:06d}.png" for k in range(len(own))]
        read = [Image.open(p) for p in files]
        assert {i.mode for i in read} == {"L" if run.spec.shape[0] == 1 else "RGB"}
        assert np.array_equal(np.stack([np.asarray(i) for i in read]).reshape(own.shape), own)


def test_clean_fid_reads_both_sides(written):
    run, folder = written
    own = [of_pixels(pixels) for pixels in both(run)]
    found = [fid.get_folder_features(str(folder / name), features, num_workers=0, device=torch.device("cpu"), custom_fn_resize=lambda x: x,
                                     verbose=False) for name in ("generated", "real")]
    for a, b in zip(found, own, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    np.testing.assert_allclose(fid.fid_from_feats(*found), frechet(*own), rtol=1e-3)


def test_torch_fidelity_reads_both_sides(written):
    FEATURE_EXTRACTORS_REGISTRY.setdefault("quarters", Quarters)
    run, folder = written
    found = torch_fidelity.calculate_metrics(
        input1=str(folder / "generated"), input2=str(folder / "real"), fid=True, feature_extractor="quarters", feature_layer_fid="4",
        cuda=False, cache=False, save_cpu_ram=True, verbose=False)
    np.testing.assert_allclose(found["frechet_inception_distance"], frechet(*map(of_pixels, both(run))), rtol=1e-3)


def test_a_zip_holds_the_same(session, tmp_path):
    run = session.run("tiny")
    samples.write(run, tmp_path, tmp_path, 70, 5, True)
    assert {p.name for p in tmp_path.iterdir()} == {"generated.zip", "real.zip"}
    with zipfile.ZipFile(tmp_path / "generated.zip") as archive:
        with archive.open("000007.png") as file:
            assert np.array_equal(np.asarray(Image.open(file)), both(run)[0][7, ..., 0])
        assert len(archive.namelist()) == 70
    found = fid.get_folder_features(str(tmp_path / "real.zip"), features, num_workers=0, device=torch.device("cpu"),
                                    custom_fn_resize=lambda x: x, verbose=False)
    np.testing.assert_allclose(np.sort(found, 0), np.sort(of_pixels(both(run)[1]), 0), atol=1e-4)     # in an order of its own


@pytest.mark.parametrize("family", ["cgan", "sparse", "infogan"])
def test_some_at_a_time_are_all_at_once(family, monkeypatch):
    """One generator, row after row; classes in turn."""
    monkeypatch.setattr(samples, "ROWS", 7)
    run = run_of(family)
    label = np.arange(30) % run.spec.num_classes if run.spec.num_classes else None
    whole = run.decode(run.map_z(run.sample_z(30, 4), label), label)
    parts = list(samples._drawn(run, 30, 4))
    assert [start for start, _ in parts] == [0, 7, 14, 21, 28]
    assert np.abs(np.concatenate([pixels for _, pixels in parts]).astype(int) - whole).max() <= 1


def test_without_test_images_there_are_samples_alone(named, tmp_path):
    said = samples.write(named.run("lone"), tmp_path, Path("images"), 3, 0, False)
    assert said == f"3 samples of seed 0 in {Path('images', 'generated')}; the test images are not here"
    assert [p.name for p in tmp_path.iterdir()] == ["generated"]


def test_a_path_that_clean_fid_takes_for_a_zip_is_said(named, tmp_path):
    place = tmp_path / "faces.zip"
    place.mkdir()
    said = samples.write(named.run("lone"), place, place, 3, 0, False)
    assert said.startswith("clean-fid reads no folder with .zip in its path, rename it")
    with pytest.raises(IsADirectoryError):
        fid.get_folder_features(str(place / "generated"), features, num_workers=0, device=torch.device("cpu"), verbose=False)


def test_points_are_no_images(tmp_path):
    with pytest.raises(Refused, match="points in the plane, not images"):
        samples.write(points(), tmp_path, tmp_path, 10, 0, False)
