"""Unsupervised pretraining: an encoder under a classifier that sees few labels, frozen or fine-tuned, against the network from scratch.

Bengio et al. 2007, Greedy Layer-Wise Training of Deep Networks; Erhan et al. 2010, Why Does Unsupervised Pre-training Help Deep Learning?
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import checkpoint
from .checkpoint import Card
from .data import Dataset, Split
from .figures import Figures, score
from .model import Batch, LatentModel, half_cosine

WAYS = ("frozen", "fine-tuned", "scratch")
SIZES = (100, 500, 1000)                          # labels, as many of each class as can be
SEEDS = 3                                         # draws of the labels
STEPS, BATCH = 400, 100                           # of fine-tuning and from scratch
RATES = {"fine-tuned": 3e-4, "scratch": 1e-3}     # Adam's, falling by half a cosine
RIDGE = 1e-2                                      # of the frozen encoder's classifier: weight of ½|W|² against the mean loss
CHUNK = 1000


@dataclass(frozen=True)
class Labelled:
    """A few images (n, C, H, W) in [-1, 1] with labels (n,), and those that accuracy is measured on."""

    images: Tensor
    labels: Tensor
    asked: Tensor
    answers: Tensor


def balanced(labels: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Rows (n,) of ``labels`` (m,), drawn evenly from all classes as far as there are enough. Raises ValueError for more than there are."""
    if n > len(labels):
        raise ValueError(f"{n} labels were asked for; there are {len(labels)}.")
    r = np.random.default_rng(seed)
    order = r.permutation(len(labels))
    rank = np.empty(len(labels), int)
    for c in np.unique(labels):
        of = order[labels[order] == c]
        rank[of] = np.arange(len(of))
    return order[np.argsort(rank[order], kind="stable")][:n]


def seen(model: LatentModel, x: Tensor) -> Tensor:
    """What the classifier sees of images (n, C, H, W): the encoder's last layer but one where the model tells it, else the code: (n, k)."""
    features = model.features(x)
    return model.encode(x).flatten(1) if features is None else features


class Classifier(nn.Module):
    """An encoder and a linear layer on what it gives, brought to mean 0 and standard deviation 1: (n, C, H, W) to logits (n, classes)."""

    mean: Tensor
    std: Tensor

    def __init__(self, model: LatentModel, classes: int, images: Tensor) -> None:
        super().__init__()
        self.model = model
        with torch.no_grad():
            features = seen(model, images)
        self.register_buffer("mean", features.mean(0))
        self.register_buffer("std", features.std(0, unbiased=False) + 1e-3)
        self.head = nn.Linear(features.shape[1], classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def standard(self, x: Tensor) -> Tensor:
        """Features as the head takes them, (n, k)."""
        return (seen(self.model, x) - self.mean) / self.std

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.standard(x))

    def fit_head(self, images: Tensor, labels: Tensor) -> None:
        """The head alone, by multinomial logistic regression (L-BFGS)."""
        with torch.no_grad():
            features = self.standard(images)
        optimizer = torch.optim.LBFGS(self.head.parameters(), max_iter=200, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(self.head(features), labels) + 0.5 * RIDGE * self.head.weight.square().sum()
            loss.backward()
            return loss
        optimizer.step(closure)

    def tune(self, images: Tensor, labels: Tensor, rate: float, steps: int, seed: int,
             progress: Callable[[float], None] = lambda share: None) -> None:
        """Encoder and head together."""
        parameters = [p for p in self.parameters() if p.requires_grad]
        optimizer, generator = torch.optim.Adam(parameters, lr=rate), torch.Generator().manual_seed(seed)
        for k in range(steps):
            rows = torch.randint(len(images), (min(BATCH, len(images)),), generator=generator)
            for group in optimizer.param_groups:
                group["lr"] = rate * half_cosine(k / steps)
            optimizer.zero_grad()
            F.cross_entropy(self(images[rows]), labels[rows]).backward()
            optimizer.step()
            progress((k + 1) / steps)

    @torch.no_grad()
    def accuracy(self, images: Tensor, labels: Tensor) -> float:
        """Share of images whose class it names."""
        right = sum(int((self(x).argmax(1) == y).sum()) for x, y in zip(images.split(CHUNK), labels.split(CHUNK), strict=True))
        return right / len(images)


def accuracy(model: LatentModel, fresh: Callable[[], LatentModel], data: Labelled, way: str, seed: int = 0, steps: int = STEPS,
             progress: Callable[[float], None] = lambda share: None) -> float:
    """Accuracy on ``data.asked`` of a classifier that saw ``data.images`` and their labels.

    ``way``: frozen, the head alone is trained on the encoder's features; fine-tuned, from there all of it; scratch, all of it from the
    fresh weights that ``fresh`` makes. Raises ValueError for another way. ``model`` stays as it is.
    """
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r}; there are {', '.join(WAYS)}.")
    classes = int(max(data.labels.max(), data.answers.max())) + 1
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(seed)
        base = fresh() if way == "scratch" else copy.deepcopy(model)
        made = Classifier(base.requires_grad_(way != "frozen"), classes, data.images)
        if way != "scratch":
            made.fit_head(data.images, data.labels)
        if way != "frozen":
            made.tune(data.images, data.labels, RATES[way], steps, seed, progress)
    return made.accuracy(data.asked, data.answers)


def scaled(images: np.ndarray) -> Tensor:
    """Images (n, C, H, W) uint8 in [-1, 1]."""
    return Batch.of(torch.from_numpy(np.array(images))).images


def targets(labels: np.ndarray) -> Tensor:
    """Labels (n,) as int64."""
    return torch.from_numpy(np.array(labels)).long()


def taken(split: Split, rows: Sequence[int] | np.ndarray) -> tuple[Tensor, Tensor]:
    """Images in [-1, 1] and labels of some rows of a labelled split."""
    assert split.labels is not None
    return scaled(split.images[rows]), targets(split.labels[rows])


def measure(model: LatentModel, card: Card, dataset: Dataset, say: Callable[[str], None] = lambda s: None) -> Figures:
    """Accuracy with each number of labels, each way; nothing where images have no classes or the model does not encode them, or is told the
    class."""
    train, test = dataset.train, dataset.test
    if not model.spec.encodes or len(model.spec.shape) != 3 or model.spec.num_classes or train.labels is None or test.labels is None:
        return {}
    asked, answers = taken(test, np.arange(len(test)))
    out: Figures = {}
    model = copy.deepcopy(model).cpu()
    for n in (n for n in SIZES if n < len(train)):
        for way in WAYS:
            say(f"{n:,} labels, {way}")
            given = [Labelled(*taken(train, balanced(train.labels, n, seed)), asked, answers) for seed in range(SEEDS)]
            found = [accuracy(model, lambda: checkpoint.build(card), few, way, seed) for seed, few in enumerate(given)]
            out[f"labels_{n}_{way.replace('-', '_')}"] = score(
                float(np.median(found)), "", f"accuracy on all {len(test):,} test images, median of {SEEDS} draws of {n} training labels "
                f"({', '.join(f'{v:.2%}' for v in found)}); {_SAID[way]}")
    return out


_SAID = {"frozen": "logistic regression on the frozen encoder's features",
         "fine-tuned": f"from there encoder and classifier together, {STEPS} Adam steps",
         "scratch": f"the same network from fresh weights, {STEPS} Adam steps"}
