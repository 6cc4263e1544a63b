"""What the Train form takes from here; it stands in views/train/."""

from .views.train.jobs import JobError, Jobs

__all__ = ["JobError", "Jobs"]
