"""A loaded run: its network's calls, its held-out images, and the record of what was measured of it. May be used by several threads."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from training import checkpoint, maps
from training.checkpoint import Card
from training.data import DataError
from training.features import FeatureNet
from training.heldout import HeldOut
from training.model import LatentModel, LatentSpec

from .. import NotThere, Refused, images
from . import lanes, point_tiles
from .background import Later, Progress
from .cache import Once
from .memory_size import bytes_of
from .record import Entry, Record

T = TypeVar("T")
Label = int | np.ndarray | None                 # one class for all, a class for each, or the first
CHUNK = 64                                      # codes at once
ENCODED = 128                                   # images at once, where all are: 500 take a convolutional network's layers 270 MB
LARGEST = 1e15                                  # of a code: squares are still finite
PIXELS, WORTH = 2**17, 2**15                    # of images drawn at once at most, and at least where others are drawn beside them
DAMAGED = "The test images of this data set are damaged; `python -m training evaluate RUN` writes them again."


class Run:
    """A loaded run: its network, and what was worked out about its codes. Codes are flat here, (n, d) with d = num_layers * w_dim."""

    def __init__(self, folder: Path, card: Card, model: LatentModel, device: str, kept: maps.Map | None,
                 held: HeldOut | None, classifier: Callable[[], FeatureNet | None] = lambda: None, keeps_in: Path | None = None,
                 beside: Callable[[], Mapping[Path, Card]] | None = None) -> None:
        self.classifier = classifier                      # the classifier of the data set, which had no part in the training
        self.keeps_in = keeps_in or folder                # where what is measured or made of it is kept (runs/folders.py)
        self.beside = beside or (lambda: {folder.parent / c.name: c for c in checkpoint.runs(folder.parent)[0]})   # runs to be had with it
        self.folder, self.card, self.model, self.device = folder, card, point_tiles.drawn(model), device
        self.spec: LatentSpec = self.model.spec
        self.d = self.spec.num_layers * self.spec.w_dim
        if kept is not None and kept.codes is not None and kept.codes.shape[1] != self.d:
            raise Refused(f"{card.name}: its map was made for another network; run `python -m training evaluate {card.name}`.")
        fits = held is not None and tuple(held.spec.shape) == self.spec.shape and \
            (kept is None or all(v is None or held.n >= len(v) for v in (kept.codes, kept.umap)))
        self.held = held if fits else None
        self.map = kept if self.held is not None or kept and kept.codes is not None else None
        self._once, self.later = Once(), Later()
        self._weights = bytes_of(self.model)

    @property
    def nbytes(self) -> int:
        """Bytes of its weights and of all that was worked out about it; the held-out images, which runs share, are not among them."""
        return self._weights + bytes_of(self.map, self._once, self.later, without=[self.held, self.model, self.card])

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` works out about this run, kept."""
        return self._once.get(key, make)

    @property
    def deep(self) -> tuple[float, float] | None:
        """The values that became black and white where the images it was trained on had more than 8 bits; None where they had not."""
        return next(((n.low, n.high) for n in self.card.data.notes if n.kind == "deep"), None)

    @property
    def classified_by(self) -> str:
        """The hash of the classifier of the data set; empty where there is none that could be used."""
        try:
            net = self.classifier()
        except Refused:
            net = None
        return net.sha256 if net else ""

    @property
    def record(self) -> Record:
        """What was measured of this run by the classifier that is there now, and is kept in its folder."""
        net = self.classified_by

        def make() -> Record:
            codes = self.map.codes if self.map is not None else None
            of = {"weights": self.card.weights_sha256, "classifier": net,
                  "images": _digest(json.dumps(self.held.sheet["files"], sort_keys=True).encode()) if self.held else "",
                  "codes": "" if codes is None else _digest(np.ascontiguousarray(codes).tobytes())}
            return Record(self.folder, of, keeps_in=self.keeps_in)
        return self._once.get(("record", net), make)

    def recorded(self, name: str, make: Callable[[], Entry], read: Callable[[Entry], T]) -> T:
        """What ``read`` makes of the entry ``name`` of the run's record, which ``make`` measures where it is not there yet."""
        record = self.record
        return self._once.get(("recorded", name, record.key["classifier"]), lambda: record.get(name, make, read))

    def soon(self, name: str, work: Callable[[Progress], T]) -> tuple[T | None, float]:
        """(what ``work`` makes of the entry ``name``, 1.0); where that must be measured first, in the background: (None, share done)."""
        record = self.record
        if name in record:
            return work(lambda share: None), 1.0
        return self.later.get((name, record.key["classifier"]), work)

    @property
    def codes(self) -> np.ndarray | None:
        """Codes (n, d) of the held-out images, where the run has a map; encoded anew at first use where its file leaves them out."""
        if self.map is None or self.map.codes is not None:
            return None if self.map is None else self.map.codes
        held, n = self.held, None if self.map.umap is None else len(self.map.umap)
        assert held is not None
        return self.once("codes", lambda: self._finite(maps.encode_all(self.model, held.images(range(n or held.n)), ENCODED)))

    @property
    def coded(self) -> int:
        """How many codes there are, without encoding any."""
        if self.map is None:
            return 0
        told = self.map.codes if self.map.codes is not None else self.map.umap
        return len(told) if told is not None else self.held.n if self.held is not None else 0

    def label(self, label: int | None) -> int | None:
        """A class for a model that needs one: the asked one, else the first; None for a model without. Raises Refused."""
        if not self.spec.num_classes:
            return None
        if label is not None and not 0 <= label < self.spec.num_classes:
            raise Refused(f"This run has classes 0 to {self.spec.num_classes - 1}; {label} is none of them.")
        return label or 0

    def labels(self, n: int, label: Label) -> Tensor | None:
        """``label`` for n images, (n,) on the device; None for a model without classes. Raises Refused."""
        if isinstance(label, np.ndarray):
            return torch.from_numpy(label.astype(np.int64)).to(self.device) if self.spec.num_classes else None
        label = self.label(label)
        return None if label is None else torch.full((n,), label, device=self.device)

    def require_images(self) -> None:
        """Raise Refused for a model of points rather than images."""
        if len(self.spec.shape) != 3:
            raise Refused("This run makes points in the plane, not images.")

    def images(self, w: np.ndarray, label: Label = None) -> Tensor:
        """Codes (n, d), of one class or of classes (n,), to images (n, C, H, W) in [-1, 1], on the device."""
        self.require_images()
        return self.in_parts(w, label, self.model.synthesize)

    def in_parts(self, w: np.ndarray, label: Label, synthesize: Callable[[Tensor, Tensor | None], Tensor]) -> Tensor:
        """What ``synthesize`` makes of codes (n, num_layers, w_dim) and classes (n,), for codes (n, d): of some at a time."""
        codes = torch.from_numpy(np.ascontiguousarray(w, np.float32)).to(self.device)
        codes, labels = codes.view(-1, self.spec.num_layers, self.spec.w_dim), self.labels(len(codes), label)
        pixels, cpu = len(codes) * math.prod(self.spec.shape[1:]), self.device == "cpu"
        parts = max(1, math.ceil(pixels / PIXELS), min(2 * lanes.CORES, pixels // WORTH) if cpu else 1)   # two each: one may be slow
        asked = codes.chunk(parts)
        told = [None] * len(asked) if labels is None else list(labels.chunk(parts))

        @torch.inference_mode()
        def draw(part: tuple[Tensor, Tensor | None]) -> Tensor:
            return synthesize(*part)
        pairs = list(zip(asked, told, strict=True))
        drawn = lanes.side_by_side(draw, pairs) if cpu else [draw(part) for part in pairs]
        return torch.cat(drawn) if len(drawn) > 1 else drawn[0]

    def decode(self, w: np.ndarray, label: Label = None) -> np.ndarray:
        """Codes (n, d) to pixels (n, H, W, C) uint8."""
        return images.to_uint8(self.images(w, label))

    def map_z(self, z: np.ndarray, label: Label = None) -> np.ndarray:
        """Noise (n, z_dim) to codes (n, d)."""
        with torch.inference_mode():
            noise = torch.from_numpy(np.ascontiguousarray(z, np.float32)).to(self.device)
            return self.model.map(noise, self.labels(len(z), label)).flatten(1).float().cpu().numpy()

    def sample_z(self, n: int, seed: int) -> np.ndarray:
        """Noise (n, z_dim); the same for the same seed everywhere."""
        with torch.inference_mode():
            return self.model.sample_z(n, torch.Generator().manual_seed(seed)).float().cpu().numpy()

    def encode(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Pixels (n, C, H, W) uint8 to codes (n, d), and their standard deviations (n, d) where the encoder gives any."""
        if not self.spec.encodes:
            raise Refused("This run has no encoder, so it cannot take an image in.")
        with torch.inference_mode():
            x = images.to_tensor(pixels, self.device)
            if self.spec.stochastic:
                mean, sigma = self.model.posterior(x)
                return mean.flatten(1).cpu().numpy(), sigma.flatten(1).cpu().numpy()
            return self.model.encode(x).flatten(1).cpu().numpy(), None

    def errors(self, pixels: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Squared error of each image's reconstruction, (n,), of pixels (n, C, H, W) uint8 taken as [0, 1]."""
        found = []
        for i in range(0, len(pixels), CHUNK):
            part = pixels[i:i + CHUNK]
            w, _ = self.encode(part)
            again = self.images(w, None if labels is None else labels[i:i + CHUNK])
            found.append(images.squared_error(again, part))
        return np.concatenate(found)

    def real(self, indices: np.ndarray) -> np.ndarray:
        """Held-out images (k, C, H, W) uint8. Raises NotThere, or Refused when they cannot be read."""
        if self.held is None:
            raise NotThere("There are no test images for this run here.")
        if len(indices) and not 0 <= min(indices) <= max(indices) < self.held.n:
            raise NotThere(f"There are test images 0 to {self.held.n - 1}; {max(indices)} is none of them.")
        try:
            return self.held.images(indices)
        except DataError as e:
            raise Refused(DAMAGED) from e

    def points_of_all(self) -> np.ndarray:
        """Codes that stand for all: those of the map, else of 2,000 samples."""
        if self.codes is not None:
            return self.codes

        def make() -> np.ndarray:
            return self._finite(self.map_z(self.sample_z(2000, 0), np.arange(2000) % max(self.spec.num_classes, 1)))
        return self._once.get("samples", make)

    def _finite(self, codes: np.ndarray) -> np.ndarray:
        """The same codes; raises Refused where one is NaN, infinite or so large that its square is: nothing can be said of them."""
        if not (np.abs(codes) < LARGEST).all():
            raise Refused("Codes of this run are NaN or infinite, or nearly: its weights have grown too large. Train it again, at a lower "
                          "learning rate.")
        return codes

    def read(self, pixels: Tensor) -> dict[str, np.ndarray]:
        """What the model's own head reads from images (n, C, H, W) in [-1, 1]: by code, or "class", (n, k). Refused without a head."""
        if not self.spec.reads:
            raise Refused("This run has no head that reads images.")
        with torch.inference_mode():
            return {k: v.float().cpu().numpy() for k, v in self.model.read(pixels.to(self.device)).items()}

    def classified(self, pixels: Tensor) -> np.ndarray | None:
        """Probabilities (n, k) of the classes of images (n, C, H, W) in [-1, 1] by a classifier that had no part in the training;
        None where there is none."""
        net = self.classifier()
        if net is None or not any(name == "class" for name, _ in net.fields):
            return None
        with torch.inference_mode():
            return net(pixels.float().cpu())["class"].softmax(1).numpy()

    def class_of(self, index: int) -> int | None:
        """The class of held-out image ``index``, where it has one."""
        if self.held is None or self.held.labels is None or index >= self.held.n:
            return None
        return int(self.held.labels[index])

    def attributes_of(self, index: int) -> dict[str, str]:
        """What held-out image ``index`` shows, field by field, in words."""
        if self.held is None or self.held.attributes is None or index >= self.held.n:
            return {}
        row = self.held.attributes[index]
        return {name: names[int(v)] for (name, names), v in zip(self.held.spec.attributes, row, strict=True)}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
