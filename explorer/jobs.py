"""What the Train form takes from here; it stands in views/train/."""

from .views.train.error import JobError
from .views.train.jobs import Jobs

__all__ = ["JobError", "Jobs"]
