"""How much of the class simple classifiers find in an encoder's codes: the nearest neighbour and a linear support vector machine.

The protocol of Donahue et al. 2017 (table 1) and Pidhorskyi et al. 2020 (table 1): all training images are the reference, all test images
are asked; the *short* code is E(x), the *long* one the encoder's last layer but one. Codes are taken as they are, without scaling.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from .data import Dataset, Split
from .figures import Figures, score
from .model import Batch, LatentModel

CHUNK = 500
PENALTY = 0.1                                     # C of the support vector machine (ALAE's protocol)


def nearest(codes: np.ndarray, labels: np.ndarray, asked: np.ndarray, chunk: int = CHUNK) -> np.ndarray:
    """The label (m,) of each asked code's (m, d) nearest among ``codes`` (n, d) with ``labels`` (n,), in Euclidean distance.

    The first of equally near ones. Raises ValueError where the shapes do not fit or there is no code.
    """
    if codes.ndim != 2 or asked.ndim != 2 or codes.shape[1] != asked.shape[1] or labels.shape != codes.shape[:1] or not len(codes):
        raise ValueError(f"codes must be (n, d) with labels (n,), asked (m, d); they are {codes.shape}, {labels.shape}, {asked.shape}.")
    mean = codes.mean(0, keepdims=True)                                        # |a - b|² = |b|² - 2 ab + …: small numbers lose less
    reference, queries = torch.from_numpy(codes - mean).float(), torch.from_numpy(asked - mean).float()
    half = 0.5 * reference.double().square().sum(1).float()
    found = [(half - q @ reference.T).argmin(1) for q in queries.split(chunk)]
    return labels[torch.cat(found).numpy()]


def linear_svm(codes: np.ndarray, labels: np.ndarray, asked: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """What a linear support vector machine (squared hinge, one class against the rest) trained on ``codes`` (n, d) with ``labels`` (n,)
    says of ``asked`` (m, d): (m,)."""
    from sklearn.svm import LinearSVC
    return LinearSVC(C=penalty, dual=False).fit(codes.astype(np.float64), labels).predict(asked.astype(np.float64))


@torch.no_grad()
def codes_of(model: LatentModel, split: Split, chunk: int = CHUNK) -> tuple[np.ndarray, np.ndarray]:
    """All images of a split to their short (n, num_layers · w_dim) and long (n, k) codes, float32."""
    device, short, long = next(model.parameters()).device, [], []
    for start in range(0, len(split), chunk):
        x = Batch.of(torch.from_numpy(np.ascontiguousarray(split.images[start:start + chunk])).to(device)).images
        features = model.features(x)
        if features is None:
            raise TypeError(f"{type(model).__name__} does not tell its encoder's features.")
        short.append(model.encode(x).flatten(1).cpu())
        long.append(features.cpu())
    return torch.cat(short).numpy(), torch.cat(long).numpy()


def told(model: LatentModel, split: Split) -> bool:
    """Whether the model encodes and tells its features."""
    images: Tensor = Batch.of(torch.from_numpy(np.ascontiguousarray(split.images[:2])).to(next(model.parameters()).device)).images
    return model.spec.encodes and model.features(images) is not None


def measure(model: LatentModel, dataset: Dataset, say: Callable[[str], None] = lambda s: None) -> Figures:
    """Accuracy of both classifiers on both codes; nothing where images have no class or the model tells no features."""
    train, test = dataset.train, dataset.test
    if train.labels is None or test.labels is None or len(model.spec.shape) != 3 or not told(model, test):
        return {}
    say("encoding the training images")
    out: Figures = {}
    for size, codes, asked in zip(("short", "long"), codes_of(model, train), codes_of(model, test), strict=True):
        what = "code E(x)" if size == "short" else "encoder's last layer but one"
        how = f"on the {codes.shape[1]}-D {what}; reference {len(codes):,} training images, asked all {len(asked):,} test images"
        say(f"nearest neighbours of the {size} codes")
        out[f"nn_{size}"] = score((nearest(codes, train.labels, asked) == test.labels).mean(), "",
                                  f"1 nearest neighbour, Euclidean, {how}")
        say(f"a linear classifier of the {size} codes")
        out[f"svm_{size}"] = score((linear_svm(codes, train.labels, asked) == test.labels).mean(), "",
                                   f"linear support vector machine, C = {PENALTY}, {how}")
    return out
