"""How deep and how long a code must be: reconstructions through the first layers alone, and from a few directions of the codes alone.

The codes' principal directions, strongest first, cut to k of them; beside it principal component analysis of the same images with k
components (exact, by eigenvalues). All errors are squared, over all pixels as [0, 1].
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch

from training.heldout import HeldOut
from training.principal import same_way, strongest

from ... import Refused, images
from ...runs.background import Progress
from ...runs.run import Run
from . import units

JUDGED = 400                                    # held-out images that errors are means of
ROWS = 2048                                     # summed up in float32 at a time, all together in float64
WIDE = 2048                                     # pixels; wider images have their components from as many images as this at most
MOST_KEPT = 256                                 # components of PCA


def layered(run: Run, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reconstructions (K, H, W, C) of pixels (C, H, W) through the first 1 … K layers of the encoder and back up their mirrors, and their
    errors (K,). Empty where the decoder is no mirror of the encoder."""
    units.require(run)
    layers = run.model.mirrors()
    if not layers:
        return np.empty((0, *run.spec.shape[1:], run.spec.shape[0]), np.uint8), np.empty(0)
    with torch.inference_mode():
        x = images.to_tensor(pixels[None], run.device)
        drawn = torch.cat([run.model.through(x, k) for k in range(1, layers + 1)])
    return images.to_uint8(drawn), images.squared_error(drawn, pixels)


@dataclass(frozen=True)
class Space:
    """An affine space through ``mean`` (d,), along orthonormal rows ``axes`` (k, d), strongest first."""

    mean: np.ndarray
    axes: np.ndarray

    def cut(self, x: np.ndarray, k: int) -> np.ndarray:
        """Points (n, d) brought onto the first k directions: (n, d)."""
        return self.mean + (x - self.mean) @ self.axes[:k].T @ self.axes[:k]


def principal(x: np.ndarray, most: int) -> Space:
    """Exact principal directions of points (n, d), at most ``most`` and n - 1; by whichever of d × d and n × n is smaller. Each one's
    largest component is positive, so that they are the same everywhere."""
    mean = x.mean(0, dtype=np.float64).astype(np.float32)
    y = x.astype(np.float32) - mean
    n, d = y.shape
    most = min(most, d, max(n - 1, 1))
    if d <= n:
        gram = np.sum([(part.T @ part).astype(np.float64) for part in np.array_split(y, -(-n // ROWS))], 0)
        axes = strongest(gram, most)[1]
    else:
        gram = np.sum([(part @ part.T).astype(np.float64) for part in np.array_split(y, -(-d // ROWS), axis=1)], 0)
        values, vectors = strongest(gram, most)
        axes = (y.T @ vectors.T.astype(np.float32)).T / np.sqrt(np.maximum(values[:, None], 1e-12))
    return Space(mean, np.ascontiguousarray(same_way(axes), np.float32))


def code_space(run: Run) -> Space:
    """The codes' principal directions, all of them."""
    return run.once("code space", lambda: principal(run.points_of_all(), run.d))


_pixel_spaces: WeakKeyDictionary[HeldOut, dict[int, Space]] = WeakKeyDictionary()      # shared by the runs of a data set
_finding = threading.Lock()


def pixel_space(run: Run) -> Space:
    """The strongest principal components of the held-out images as [0, 1], exact: as many as the run's codes have numbers, at most
    MOST_KEPT."""
    if run.held is None:
        raise Refused("There are no test images for this run here to find components of.")
    held, pixels = run.held, int(np.prod(run.spec.shape))
    most = min(MOST_KEPT, pixels, units.dimensions(run))
    with _finding:
        known = _pixel_spaces.setdefault(held, {})
        if most not in known:
            n = held.n if pixels <= WIDE else min(held.n, WIDE)
            rows = np.linspace(0, held.n - 1, n).astype(int)
            known[most] = principal(held.images(rows).reshape(n, -1).astype(np.float32) / 255, most)
        return known[most]


def spaces(run: Run) -> tuple[tuple[Space, Space] | None, float]:
    """Both spaces: (of the codes and of the pixels, or None; share done)."""
    def make(progress: Progress) -> tuple[Space, Space]:
        codes = code_space(run)
        progress(0.4)
        return codes, pixel_space(run)
    return run.later.get("spaces", make)


def powers(d: int) -> list[int]:
    """1, 2, 4 … and d."""
    return [*(2**k for k in range(d.bit_length()) if 2**k < d), d]


@dataclass(frozen=True)
class Sizes:
    """Mean errors on held-out images with ``sizes`` directions of the code, and with as many components of PCA (None beyond those kept)."""

    sizes: list[int]
    model: list[float]
    pca: list[float | None]
    images: int


def measured(run: Run) -> tuple[Sizes | None, float]:
    """(Sizes or None, share done)."""
    units.require(run)
    if run.held is None:
        raise Refused("There are no test images for this run here to measure on.")
    return run.soon("sizes", lambda progress: measured_sizes(run, progress))


def measured_sizes(run: Run, progress: Progress = lambda share: None) -> Sizes:
    """As ``measured``, however long it takes."""
    held = run.held
    assert held is not None
    return run.recorded("sizes", lambda: asdict(_measure(run, held, progress)),
                        lambda e: Sizes(list(e["sizes"]), list(e["model"]), list(e["pca"]), int(e["images"])))


def _measure(run: Run, held: HeldOut, progress: Progress) -> Sizes:
    sizes, whole = powers(units.dimensions(run)), units.dimensions(run)
    n = min(held.n, JUDGED)
    rows = np.linspace(0, held.n - 1, n).astype(int)
    pixels = held.images(rows)
    labels = held.labels[rows] if run.spec.num_classes and held.labels is not None else None
    flat = pixels.reshape(n, -1).astype(np.float32) / 255
    space, components = code_space(run), pixel_space(run)
    progress(0.3)
    w = run.encode(pixels)[0]
    model: list[float] = []
    for i, k in enumerate(sizes):
        drawn = run.images(space.cut(w, k) if k < whole else w, labels)
        model.append(float(images.squared_error(drawn, pixels).mean()))
        progress(0.3 + 0.7 * (i + 1) / len(sizes))
    pca = [float(((components.cut(flat, k) - flat) ** 2).sum(1).mean()) if k <= len(components.axes) else None for k in sizes]
    return Sizes(sizes, model, pca, n)


def sized(run: Run, pixels: np.ndarray, w: np.ndarray, sizes: list[int],
          label: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (C, H, W) with code ``w`` (d,) from each number of directions: reconstructions (n, H, W, C) and errors (n,), then the same by
    PCA. The whole code is taken as it is."""
    whole = units.dimensions(run)
    if max(sizes) > whole:
        raise Refused(f"This run's codes have {whole} numbers; {max(sizes)} are more than that.")
    space, components, c = code_space(run), pixel_space(run), run.spec.shape
    codes = np.concatenate([space.cut(w[None], k) if k < whole else w[None] for k in sizes])
    drawn = run.images(codes, label)
    flat = pixels.reshape(1, -1).astype(np.float32) / 255
    cut = np.concatenate([components.cut(flat, k) for k in sizes]).reshape(-1, *c)
    by_pca = torch.from_numpy(cut) * 2 - 1
    return images.to_uint8(drawn), images.squared_error(drawn, pixels), images.to_uint8(by_pca), images.squared_error(by_pca, pixels)


__all__ = ["Sizes", "Space", "code_space", "layered", "measured", "measured_sizes", "pixel_space", "powers", "principal", "sized", "spaces"]
