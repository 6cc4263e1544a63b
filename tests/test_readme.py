"""The README says what is true: its table is the cards', its commands exist, its header makes a working Space."""

import importlib.metadata
import re
import shlex
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from training import checkpoint
from training.arguments import make_parser
from training.cli import main
from training.run_tables import of_families, table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def pins() -> dict[str, str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    return dict(line.split("==") for line in lines if line)


def test_everything_is_pinned():
    versions: dict[str, set[str]] = {}
    for name in ("requirements.txt", *(f"requirements-{part}.txt" for part in ("atlas", "dev", "export", "import", "mcp", "parquet"))):
        for line in (ROOT / name).read_text().splitlines():
            assert not line.strip() or line.startswith("#") or re.match(r"[\w.-]+==[\w.]+(\s+#.*)?$", line), line
            if "==" in line and not line.startswith("#"):
                package, _, version = line.split()[0].partition("==")
                versions.setdefault(package, set()).add(version)
    assert not {package for package, found in versions.items() if len(found) > 1}, "one version, wherever it is named"
    assert pins()["torch"] == "2.13.0" and pins()["torchvision"] == "0.28.0"


def test_the_space_header_fits_the_repository():
    header = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], re.M))
    assert header["sdk"] == "gradio" and header["sdk_version"] == pins()["gradio"]
    assert (ROOT / header["app_file"]).is_file()


COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def test_the_space_header_has_what_the_reference_allows():
    """huggingface.co/docs/hub/spaces-config-reference; a short description of more than 60 characters is refused."""
    header = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], re.M))
    assert set(header) <= {"title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "license",
                           "short_description"}
    assert {header["colorFrom"], header["colorTo"]} <= COLOURS and len(header["short_description"]) <= 60
    assert re.fullmatch(r'"3\.\d+"', header["python_version"])


def test_what_a_space_installs_beside_the_requirements_fits_them():
    """gradio[oauth,mcp] of the header's version, in one go with requirements.txt: a pin outside of what they allow ends the build."""
    pinned = {canonicalize_name(name): version for name, version in pins().items()}
    bound = [Requirement(line) for line in importlib.metadata.requires("gradio") or ()]
    bound = [r for r in bound if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in ("", "oauth", "mcp"))]
    assert {"mcp", "pydantic", "itsdangerous"} <= {r.name for r in bound}
    for r in bound:
        version = pinned.get(canonicalize_name(r.name))
        assert version is None or r.specifier.contains(version), f"{r}, and {version} is pinned"


def test_the_table_of_runs_is_the_cards():
    assert table(checkpoint.runs(ROOT / "trained")[0]) == README.split("<!-- runs -->")[1].split("<!-- /runs -->")[0].strip()


def test_the_table_of_families_is_the_families():
    """``python -m training list --readme README.md``."""
    cards = checkpoint.runs(ROOT / "trained")[0]
    assert of_families(cards) == README.split("<!-- families -->")[1].split("<!-- /families -->")[0].strip()


def test_the_tables_are_written_between_their_marks(tmp_path):
    (tmp_path / "README.md").write_text(README.replace("| `vae` |", "| `gone` |"), "utf-8")
    assert main(["list", "--readme", str(tmp_path / "README.md")]) == 0
    assert (tmp_path / "README.md").read_text("utf-8") == README
    (tmp_path / "README.md").write_text("<!-- runs --><!-- /runs -->", "utf-8")
    assert main(["list", "--readme", str(tmp_path / "README.md")]) == 1
    assert (tmp_path / "README.md").read_text("utf-8") == "<!-- runs --><!-- /runs -->", "nothing is lost"


@pytest.mark.parametrize("command", re.findall(r"^python -m training ([^#\n]+)", README, re.M))
def test_commands_of_the_readme_are_understood(command):
    arguments = shlex.split(command)
    if "--help" not in arguments:
        make_parser().parse_args(arguments)


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:^|`)make (\w+)", README, re.M)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_pictures_exist():
    for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_the_art_is_attributed():
    assert 'Remix of "ToonHead" by Johan Melin, CC BY 4.0; mouth, glasses, hat and background changed.' in README
