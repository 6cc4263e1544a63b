"""docs/api.md is true: its lists are the questions' own, and its examples run, in order, against a page over the shipped runs."""

import subprocess
import sys

import pytest

from explorer.server.named_questions import QUESTIONS
from tests import host
from tests.api_page import ADDRESS, PAGE, blocks, sections, values
from tests.waiting import HANGS

TEXT = PAGE.read_text("utf-8")
LOGIN = "With a login"


def program(text: str, address: str) -> str:
    """The examples, for a page there; their client waits as long as any test (its own five seconds are a person's)."""
    whole = "\n\n".join(blocks(text, "python")).replace(ADDRESS, address)
    patient = whole.replace(f'Client("{address}"', f'Client("{address}", httpx_kwargs={{"timeout": {HANGS}}}')
    assert patient != whole
    return patient


def run(code: str) -> None:
    """In an interpreter of its own, as a reader would."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_question_has_its_section_its_values_and_two_examples():
    told = sections(TEXT)
    assert list(told)[:len(QUESTIONS)] and {k.title for k in QUESTIONS} == set(told) - {"Tools (MCP)", LOGIN}
    for kind in QUESTIONS:
        lines = [line for line in told[kind.title].splitlines() if line.startswith("- ")]
        assert "\n".join(lines) == values(kind), kind.title
        by_client, by_http = blocks(told[kind.title], "python")
        assert f'api_name="/{kind.title}"' in by_client and f'ask("{kind.title}"' in by_http


def test_the_readme_leads_here():
    assert "docs/api.md" in (PAGE.parents[1] / "README.md").read_text("utf-8")


def test_its_examples_run():
    with host.page("--mcp") as address:
        run(program(TEXT.split(f"\n## {LOGIN}")[0], address))


def test_its_example_with_a_login_runs():
    with host.page("--auth", "ada:lovelace") as address:
        run(program(TEXT.split("\n```sh")[0].replace(blocks(TEXT, "python")[0], "") + TEXT.split(f"\n## {LOGIN}")[1], address))


@pytest.mark.parametrize("code", blocks(TEXT, "sh"))
def test_its_curl_runs(code):
    if subprocess.run(["curl", "--version"], capture_output=True).returncode:
        pytest.skip("no curl here")
    with host.page() as address:
        told = subprocess.run(["bash", "-ec", code.replace(ADDRESS, address)], capture_output=True, text=True)
    assert told.returncode == 0 and "event: complete" in told.stdout, told.stdout + told.stderr
