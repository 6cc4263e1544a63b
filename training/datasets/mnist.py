"""Handwritten digits, 28 × 28 (LeCun, Bottou, Bengio & Haffner 1998)."""

from ..download import MNIST
from . import Known, _idx

DATASET = Known(MNIST.title, _idx.of(MNIST, tuple("0123456789")), order=1, group="digits")
