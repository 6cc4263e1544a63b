"""Settings of the whole suite: deterministic property tests without deadlines (a shared machine is slow now and then)."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("suite")
