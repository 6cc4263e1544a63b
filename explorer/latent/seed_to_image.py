"""Where a seed becomes an image: seed → noise z → code w → image.

A seed starts torch's own generator on the CPU, so that it gives the same everywhere. From it come a model's ``draws``, row by row, of which
its ``prior`` makes z (``LatentModel.sample_z``, training/model.py); ``map`` makes z a code, and ``synthesize`` an image of the code.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..runs.run import Label, Run


def codes(run: Run, seeds: Iterable[int], label: Label = None) -> np.ndarray:
    """The codes (n, d) of n seeds, each as the sample of that seed alone."""
    return run.map_z(np.concatenate([run.sample_z(1, int(seed)) for seed in seeds]), label)


def samples(run: Run, n: int, seed: int = 0, label: Label = None) -> np.ndarray:
    """n codes (n, d) of one seed; the first is the code of that seed alone, and none depends on n."""
    return run.map_z(run.sample_z(n, seed), label)


def classes(run: Run, n: int, label: int | None = None) -> np.ndarray | None:
    """The classes (n,) that n samples are drawn with: the asked one, or all in turn; None for a run without. Raises Refused."""
    if not run.spec.num_classes:
        return None
    return np.arange(n) % run.spec.num_classes if label is None else np.full(n, run.label(label))


def image(run: Run, seed: int, label: Label = None) -> np.ndarray:
    """The image of a seed, (H, W, C) uint8."""
    return run.decode(codes(run, [seed], label), label)[0]


__all__ = ["classes", "codes", "image", "samples"]
