"""A run from a stranger whose every text is markup: each view shows the text, and nothing of it is run or becomes a part of the page."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from explorer.views import VIEWS
from tests.explorer.conftest import data, make
from training import checkpoint
from training.data import Dataset
from training.run_label import LABEL

from .conftest import Driver
from .test_links import opened

BAD = "<img src=x onerror='window.bad=1'>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """evil: an 8-D run with a map, all of whose words are markup; beside it a folder of such a name that is no run."""
    root, plain = tmp_path_factory.mktemp("hostile"), data()
    spec = dataclasses.replace(plain.spec, title=f"{BAD} set", classes=(f"{BAD} bar", "</script><script>window.bad=2</script>"),
                               attributes=((f"{BAD} side", (f"{BAD} left", "javascript:window.bad=3")),), attribution=f"{BAD} art")
    make(root, "evil", Dataset(spec, plain.train, plain.test), z_dim=8)
    path = root / "evil" / checkpoint.CARD
    card = json.loads(path.read_text("utf-8"))
    card |= {"title": f"{BAD} title", "hardware": f"{BAD} hardware", "recipe": f"{BAD}", "created": f"{BAD}", "code_version": f"{BAD}"}
    card["metrics"]["negative_elbo"] |= {"unit": f"{BAD}", "protocol": f"{BAD} protocol"}
    path.write_text(json.dumps(card), "utf-8")
    assert checkpoint.read_card(root / "evil").title.startswith(BAD)
    (root / "evil" / LABEL).write_text(json.dumps({"title": f"{BAD} mine", "description": f"{BAD} said"}), "utf-8")
    (root / f"{BAD.replace('/', '')} folder").mkdir()
    return root


def test_no_text_of_a_strangers_run_is_markup_in_any_view(context, pages, hostile, watch):
    drive = Driver(context.new_page(), pages.over(hostile))
    for view in VIEWS:
        opened(drive, f"{drive.server}/?run=evil&view={view}")
        for fold in drive.page.locator("details:visible > summary").all():
            if fold.is_visible():
                fold.click()
        drive.settled()
        assert drive.page.evaluate("[window.bad, document.querySelectorAll('img[src=\"x\"], [onerror]').length]") == [None, 0], view
    assert drive.page.locator("body", has_text=f"{BAD} mine").count(), "it is there as text"
