"""Grid of 25 Gaussians in the plane."""

from . import Known, _points

TITLE = "Grid of 25 Gaussians"
DATASET = Known(TITLE, _points.of("grid", TITLE), order=9, partial=True, group="points")
