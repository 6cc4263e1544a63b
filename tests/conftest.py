"""Settings of the whole suite: one thread a process (tiny networks, shared cores), property tests without deadlines, one host of pages."""

import os

os.environ["OMP_NUM_THREADS"] = "1"                # read by torch when it is imported

import pytest
from hypothesis import settings

from tests import forked, host

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Whoever owns the suite, not a worker of it, starts the host."""
    if not hasattr(config, "workerinput"):
        started = host.begin()
        config.add_cleanup(lambda: host.end(started))
    forked.install()


@pytest.fixture
def interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that starts a command as a person does, in a new interpreter."""
    monkeypatch.setattr("subprocess.Popen", forked.REAL)


TRAIN = {"test_adversarial", "test_alarms", "test_bigan", "test_cli", "test_features", "test_figures", "test_full_disk", "test_growing",
         "test_guide", "test_jobs", "test_kills", "test_lapgan", "test_live", "test_lock", "test_loop", "test_notebook",
         "test_precision", "test_pretraining", "test_train"}             # what trains for seconds, or starts what does
SLOW = {"test_folder", "test_hosting", "test_networks", "test_onnx", "test_shipped", "test_weights"}   # networks as ONNX, many processes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are marked, and come first: the longest work, so that the workers end together."""
    browser = host.ROOT / "tests" / "browser"
    for item in items:
        if browser in item.path.parents:
            item.add_marker(pytest.mark.browser)
        elif item.path.stem in TRAIN:
            item.add_marker(pytest.mark.training)
        elif item.path.stem in SLOW or item.path.parent.name == "fuzz":
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
