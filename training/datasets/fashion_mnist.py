"""Articles of clothing, 28 × 28 (Xiao, Rasul & Vollgraf 2017)."""

from ..download import FASHION
from . import Known, _idx

CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
DATASET = Known(FASHION.title, _idx.of(FASHION, CLASSES), order=2, group="clothes")
