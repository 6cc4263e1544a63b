"""What the tests themselves rest on: a page that cannot start ends its test at once, with its own message."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from .conftest import Watch


def test_a_script_that_fails_ends_the_wait_for_its_page(context):
    page, watching = context.new_page(), Watch(context)
    try:
        with pytest.raises(Error, match="closed"):
            page.set_content("<script>const a = 1;</script><script>const a = 2;</script>")
            page.wait_for_selector("#what-never-comes")
    finally:
        watching.end()
    assert len(watching.wrong) == 1 and watching.wrong[0].endswith("Identifier 'a' has already been declared")
