"""Ring of 8 Gaussians in the plane."""

from . import Known, _points

TITLE = "Ring of 8 Gaussians"
DATASET = Known(TITLE, _points.of("ring", TITLE), order=8, partial=True, group="points")
