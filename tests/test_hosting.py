"""What the Dockerfile says is true, as far as it can be tried without Docker: what it copies is there, what it runs runs, in a folder that
may only be read and as a user without rights, its check of health is answered, and nothing is written but to its volume."""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import app
from explorer import __main__ as work
from explorer.server import health, passwords
from tests import host
from tests.explorer.conftest import data, make
from tests.waiting import HANGS

ROOT = Path(__file__).parent.parent
USER = 10_001


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's lines, continued ones joined, as (instruction, the rest)."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def of(kind: str) -> list[str]:
    return [rest for name, rest in instructions() if name == kind]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in of("ENV") for pair in rest.split())


def command(text: str) -> list[str]:
    found = json.loads(text)
    assert all(isinstance(word, str) for word in found)
    return found


def copied() -> list[tuple[list[str], str]]:
    """What is copied where."""
    return [(rest.split()[:-1], rest.split()[-1]) for rest in of("COPY")]


def left_out(path: str) -> bool:
    """Whether .dockerignore keeps a file or folder at home: the last line that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!").replace("**/", "*")
            parents = [path, *map(str, Path(path).parents)][:-1]
            if any(fnmatch.fnmatch(p, pattern) for p in parents):
                out = not line.startswith("!")
    return out


PAGES = [(name, (ROOT / name).read_text("utf-8")) for name in ("README.md", "HOSTING.md")]
COMMANDS = [line for _, text in PAGES for line in re.findall(r"^python app\.py ([^#\n]+)", text, re.M)]
COMMANDS += [line for _, text in PAGES for line in re.findall(r"`python app\.py (--[^`]+)`", text) if "--help" not in line]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_pages_are_understood(line):
    words = shlex.split(line.partition(" >> ")[0])
    if words[0] == "password":
        assert len(words) == 2 and passwords.usable_name(words[1])
    elif words[0] == "export":
        assert work.arguments(words).command == "export"
    else:
        app.arguments(words, {})


def test_the_service_starts_the_page_with_what_there_is():
    unit = (ROOT / "HOSTING.md").read_text("utf-8").split("```ini\n")[1].split("```")[0]
    line = re.search(r"^ExecStart=(.+)$", unit.replace("\\\n", " "), re.M)[1]
    args = app.arguments(shlex.split(line)[2:], {})
    assert args.root_path == "/lx" and len(args.trained) == 2 and str(args.trained[0]) in unit.split("ExecStartPre=")[1]


def test_arguments_after_the_images_name_are_understood():
    run = re.search(r"latent-explorer (--allowed-host .+)$", (ROOT / "HOSTING.md").read_text("utf-8"), re.M)[1]
    args = app.arguments([*command(of("ENTRYPOINT")[0])[2:], *shlex.split(run)], {})
    assert args.behind_proxy and args.allowed_host == ["example.org"]


def test_what_is_copied_is_there_and_is_all_that_the_page_needs():
    sources = [s for some, _ in copied() for s in some]
    assert all((ROOT / s).exists() and not left_out(s) for s in sources), sources
    assert {"requirements.txt", "app.py", "training", "explorer", "trained"} <= set(sources)
    assert not left_out("trained/vae-mnist/card.json") and not left_out("explorer/shell/store.js")
    for private in (".git/config", "tests/host.py", "trained/_own/x/label.json", "trained/.uploads/x", "trained/own/resume/current.json",
                    "trained/vae-mnist/map-own-5.npz", "users", "trained/_data/own-images-ab/sheet.json"):
        assert left_out(private), private


def test_it_runs_without_root_and_writes_to_its_volume_alone():
    order = [name for name, _ in instructions()]
    assert order[0] == "FROM" and order.index("USER") < order.index("ENTRYPOINT") and of("USER") == ["explorer"]
    assert f"useradd --uid {USER}" in " ".join(of("RUN"))
    args = app.arguments(command(of("ENTRYPOINT")[0])[2:], {})
    volume, kept = Path(of("VOLUME")[0]), environment()
    assert args.trained[0].is_relative_to(volume) and args.trained[1:] == [Path(of("WORKDIR")[0]) / "trained"]
    assert Path(kept["HOME"]).is_relative_to(volume) and Path(kept["LATENT_EXPLORER_DATA"]).is_relative_to(volume)
    assert all(kept[name].startswith("/tmp/") for name in ("GRADIO_TEMP_DIR", "NUMBA_CACHE_DIR"))
    check = of("HEALTHCHECK")[0]
    assert of("EXPOSE") == [str(args.port)] and f"127.0.0.1:{args.port}{health.PATH}" in check and args.host == "0.0.0.0"


@pytest.fixture
def image() -> Iterator[Path]:
    """Folders as in the image, its app's not to be written to, with one tiny run in place of the shipped ones."""
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)                         # pytest's own are for this user alone
    try:
        for sources, _ in copied():
            for name in sources:
                if (ROOT / name).is_file():
                    (folder / "app").mkdir(exist_ok=True)
                    shutil.copy(ROOT / name, folder / "app" / name)
                elif name != "trained":
                    shutil.copytree(ROOT / name, folder / "app" / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
        make(folder / "app" / "trained", "tiny", data(), z_dim=4)
        for name in ("data/trained", "tmp"):
            (folder / name).mkdir(parents=True)
        yield folder
    finally:
        for path in folder.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def adapted(words: list[str], folder: Path, port: int) -> list[str]:
    """A command of the image for the folders of a test."""
    moved = [re.sub(r"^/(app|data)\b", rf"{folder}/\1", w).replace("7860", str(port)) for w in words]
    return [sys.executable, *moved[1:]]


MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'
PROBE = """import subprocess, sys, torch
subprocess.run([sys.executable, "-c", ""], check=True)          # as the page starts processes of its own
try:
    open("x", "w")
except OSError:
    sys.exit(0)
sys.exit(1)"""


def ways(folder: Path) -> Iterator[list[str]]:
    """What to put before a command so that it cannot write into the app's folder: a file system that may only be read and a user without
    rights, or one of the two."""
    if os.getuid() == 0:
        without = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        mounted = ["unshare", "--mount", "sh", "-c", MOUNTED, str(folder / "app")]
        yield from ([*mounted, *without], without, mounted)
    else:
        yield []


def guarded(folder: Path) -> list[str]:
    """The first of them that can be had here."""
    for way in ways(folder):
        with contextlib.suppress(OSError):
            if subprocess.run([*way, sys.executable, "-c", PROBE], cwd=folder / "app", capture_output=True).returncode == 0:
                return way
    pytest.skip("neither a user without rights nor a mount of one's own can be had here")


@pytest.mark.skipif(os.name != "posix", reason="users and modes are POSIX's")
def test_the_commands_of_the_image_in_a_folder_that_may_only_be_read(image, interpreters):
    port = host.free_port()
    moved = {k: v.replace("/data", f"{image}/data").replace("/tmp/", f"{image}/tmp/") for k, v in environment().items()}
    known = {"PATH": os.environ["PATH"], "TMPDIR": str(image / "tmp"), "OMP_NUM_THREADS": "1", **moved}
    built = next(rest for rest in of("RUN") if "compileall" in rest)
    for step in [s.strip() for s in built.split("&&")][:2]:
        words = step.replace("python ", f"{sys.executable} ", 1)
        done = subprocess.run(words, shell=True, cwd=image / "app", env={**known, "HOME": str(image / "tmp")}, capture_output=True,
                              text=True)
        assert done.returncode == 0, done.stderr
    for path in [image / "app", *(image / "app").rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    if os.getuid() == 0:
        for path in [image / "data", image / "tmp", *(image / "data").rglob("*"), *(image / "tmp").rglob("*")]:
            os.chown(path, USER, USER)
    way, before = guarded(image), contents(image / "app")
    page = subprocess.Popen([*way, *adapted(command(of("ENTRYPOINT")[0]), image, port)], cwd=image / "app", env=known,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert any("Latent Explorer is at" in line for line in page.stdout), "it ended before"
        check = command(of("HEALTHCHECK")[0].split("CMD", 1)[1])
        assert subprocess.run(adapted(check, image, port), cwd=image / "app", env=known).returncode == 0
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=HANGS) as http:
            told = http.get("/gradio_api/explorer/runs").json()
            assert [r["name"] for r in told["runs"]] == ["tiny"] and told["training"] is False
            assert http.get("/gradio_api/explorer/run/tiny").status_code == 200            # measures, and keeps it
            assert http.get("/").status_code == 200
            fit = {"run": "tiny", "n_neighbors": 5, "min_dist": 0.1, "metric": "euclidean"}
            name = http.post("/gradio_api/explorer/fit", json=fit).json()["id"]              # numba compiles, in a process of its own
            while (news := http.get(f"/gradio_api/explorer/fit/{name}").json()).get("state") != "done":
                assert "error" not in news, news
    finally:
        page.terminate()
        out = page.communicate()[0]
    assert "Traceback" not in out and "Read-only" not in out and "Permission" not in out, out
    assert contents(image / "app") == before, "nothing is written into the app's folder"
    assert list((image / "data" / "trained" / "_own").glob("tiny-*/measured.safetensors.xz")), "what was measured is on the volume"


def test_health_is_told_without_a_login_and_nothing_else_is(tmp_path):
    with host.page("--auth", "ada:lovelace", "--trained", str(tmp_path)) as address, \
            httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        assert http.get(health.PATH).json() == {"healthy": True}
        assert http.get("/gradio_api/explorer/runs").status_code == 401
        assert http.get(health.PATH, headers={"host": "evil.org"}).status_code == 403
