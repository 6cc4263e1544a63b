"""Land from above by its use, 64 × 64 in colour (Helber, Bischke, Dengel & Borth 2019)."""

from __future__ import annotations

from pathlib import Path

from .. import download
from ..dataset import Dataset, of_pictures
from ..model import DataSpec
from . import Known

TITLE = "EuroSAT"


def build(cache: Path, limit: int | None, progress: download.Progress | None) -> Dataset:
    from .. import image_folder

    with download.eurosat() as source:
        pictures = image_folder.read(source, 64, progress)
    return of_pictures(DataSpec("eurosat", TITLE, pictures.images.shape[1:], pictures.classes, notes=pictures.notes), pictures)


DATASET = Known(TITLE, build, order=7)
