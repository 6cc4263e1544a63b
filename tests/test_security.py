"""SECURITY.md claims nothing that no test shows: each test that it names is there, and each claim names one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


@cache
def known_in(path: str) -> frozenset[str]:
    """The tests of a file that run: not those under a name that pytest does not look for."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                     and node.name.startswith("test_"))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda v: v.removeprefix("tests/"))
def test_a_named_test_exists(path, name):
    assert (ROOT / path).is_file() and name in known_in(path)


def test_every_claim_names_its_test():
    """Of the four who are met; what is only explained begins with none of their headings."""
    sections = TEXT.split("\n## ")[1:]
    assert [s.split("\n")[0] for s in sections] == ["Another site", "Visitor", "File", "Owner"]
    claims = [claim for section in sections for claim in re.findall(r"^- (.+?)(?=\n- |\n\n|\Z)", section, re.M | re.S)]
    without = [c for c in claims if "`tests/" not in c]
    assert len(claims) > 30 and len(NAMED) > 50
    assert [c.split(",")[0] for c in without] == ["Shares are by address"], "a limit, not a claim"
