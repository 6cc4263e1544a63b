"""A hundred kinds of things in colour, 32 × 32 (Krizhevsky 2009), by their fine labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import download
from ..dataset import Dataset, Split
from ..model import DataSpec
from . import Known

TITLE = "CIFAR-100"
CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy", "bridge", "bus",
    "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab",
    "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
    "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
    "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
    "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail",
    "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
    "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm")


def build(cache: Path, limit: int | None, progress: download.Progress | None) -> Dataset:
    images, labels, test_images, test_labels = download.cifar100(cache)
    return Dataset(DataSpec("cifar100", TITLE, (3, 32, 32), CLASSES),
                   Split(images, labels.astype(np.int64)), Split(test_images, test_labels.astype(np.int64)))


DATASET = Known(TITLE, build, order=7)
