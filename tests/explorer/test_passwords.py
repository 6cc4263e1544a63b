"""``--auth-file``: lines that the command writes are the ones that are read; anything else is refused in a sentence that names its line."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import pty
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import gradio as gr
import httpx
import pytest
from fastapi import FastAPI
from gradio_client import Client
from starlette.testclient import TestClient

import app
from explorer import page
from explorer.runs.session import Session
from explorer.server import passwords
from explorer.server.access import Access
from explorer.server.login_brake import FREE, Brake
from explorer.server.passwords import Hashed, PasswordError, open_to_others, read
from tests import host
from tests.explorer.conftest import data, make
from tests.waiting import HANGS, until

LINE = f"ada:{Hashed.of('lovelace')}"
KEPT = LINE.partition(":")[2]


def written(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "users"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def test_a_line_is_scrypt_as_others_compute_it():
    """RFC 7914 by the standard library, read off the line alone."""
    _, n, r, p, salt, kept = LINE.partition(":")[2].split("$")
    import base64
    made = hashlib.scrypt(b"lovelace", salt=base64.b64decode(salt), n=int(n), r=int(r), p=int(p), maxmem=2**28, dklen=32)
    assert b64encode(made).decode() == kept and "lovelace" not in LINE
    assert Hashed.of("lovelace").salt != Hashed.of("lovelace").salt


def test_several_users_each_by_her_own_password(tmp_path):
    grace = f"grace:{Hashed.of('pass:word $ „ü“')}"
    users = read(written(tmp_path, f"\ufeff# who may log in\n\n{LINE}\r\n{grace}\n"))
    asked = [("ada", "lovelace"), ("grace", "pass:word $ „ü“"), ("ada", "pass:word $ „ü“"), ("ada", ""), ("", ""), ("eve", "lovelace"),
             ("Ada", "lovelace"), ("ada", "lovelace" + "x" * 2000)]
    assert [users.fits(*pair) for pair in asked] == [True, True] + [False] * 6
    with ThreadPoolExecutor(1) as one:              # this thread may have a loop that runs (the browser tests')
        assert one.submit(anyio.run, users.check, "ada", "lovelace").result()
        assert not one.submit(anyio.run, users.check, "ada", "Lovelace").result()


def test_a_password_is_the_same_however_its_letters_are_put_together():
    assert Hashed.of("Ångström").fits("Ångström")


def test_an_unknown_name_costs_what_a_known_one_costs(monkeypatch):
    """No clock: the same function is called as often, with the same cost."""
    costs = []
    real = passwords._scrypt
    monkeypatch.setattr(passwords, "_scrypt", lambda text, salt, *cost: costs.append(cost) or real(text, salt, *cost))
    users = passwords.Passwords({"ada": Hashed.read(KEPT)})
    assert not users.fits("eve", "x") and not users.fits("ada", "x") and costs[0] == costs[1]


@pytest.mark.parametrize(("text", "said"), [
    ("", "no user in"), ("# nobody\n", "no user in"), ("ada\n", "Line 1"), (f"\n\n:{KEPT}", "Line 3"), ("ada:lovelace", "Line 1"),
    (f"{LINE}\n{LINE}", "twice"), (f"ada:{KEPT[:-9]}", "base64"), (f"ada:{KEPT}$x", "scrypt$n$r$p$salt$hash"),
    (f"ada:{KEPT.replace('$16384$', '$16383$')}", "numbers"), (f"ada:{KEPT.replace('$16384$', '$1073741824$')}", "scrypt"),
    (f"ada:{KEPT.replace('$8$1$', '$8$999$')}", "numbers"), (f"ada:{KEPT.replace('$8$1$', '$0$1$')}", "numbers"),
    (f"ada:{KEPT.replace('scrypt', 'md5')}", "scrypt$n$r$p$salt$hash"), (f"a\x00da:{KEPT}", "no name"),
    (b"\xff\xfe\x00", "UTF-8"), (b"# " + b"x" * 2**20, "1 MB")], ids=range(16))
def test_a_damaged_file_is_one_sentence(tmp_path, text, said):
    with pytest.raises(PasswordError, match=r"^[^\n]*\.$") as e:
        read(written(tmp_path, text))
    assert said in str(e.value) and KEPT[-20:] not in str(e.value)


def test_a_file_that_is_not_there_or_whose_line_is_damaged_starts_no_page(tmp_path, capsys):
    for path in (tmp_path / "none", written(tmp_path, "ada:lovelace")):
        assert app.main(["--port", str(host.free_port()), "--auth-file", str(path), "--trained", str(tmp_path)]) == 1
        said = capsys.readouterr()
        assert str(path) in said.err and said.err.count("\n") == 1 and not said.out


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_others_can_read_is_warned_of(tmp_path):
    assert open_to_others(written(tmp_path, LINE)) == ""
    for mode in (0o644, 0o640, 0o602):
        assert "chmod 600" in open_to_others(written(tmp_path, LINE, mode))


def test_both_ways_of_giving_users_at_once_are_refused(capsys):
    with pytest.raises(SystemExit):
        app.arguments(["--auth", "a:b", "--auth-file", "x"], {})
    assert "do not go together" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "typed", "status"), [("ada", "lovelace\n", 0), ("a:b", "x\n", 2), ("", "x\n", 2), ("#x", "x\n", 2),
                                                       (" ada", "x\n", 2), ("ada", "\n", 2), ("ada", "", 2)])
def test_the_command_writes_a_line_from_a_pipe(name, typed, status, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert app.main(["password", name]) == status
    said = capsys.readouterr()
    if status == 0:
        user, _, kept = said.out.strip().partition(":")
        assert user == name and Hashed.read(kept).fits("lovelace") and said.out.count("\n") == 1
    else:
        assert not said.out and said.err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
@pytest.mark.parametrize("again", ["lovelace", "other"])
def test_the_command_asks_on_the_terminal_and_shows_nothing_of_it(again, interpreters):
    """As a person does: python app.py password ada >> users."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "app.py", "password", "ada"], cwd=host.ROOT, stdin=theirs, stderr=theirs,
                               stdout=subprocess.PIPE, start_new_session=True)
    os.close(theirs)
    shown = b""
    for wanted, answer in ((b"Password of ada: ", "lovelace"), (b"Once more: ", again)):
        while wanted not in shown:
            shown += os.read(mine, 1000)
        os.write(mine, answer.encode() + b"\n")
    out = process.stdout.read().decode()
    assert process.wait() == (0 if again == "lovelace" else 2)
    while again == "other" and b"not the same" not in shown:
        shown += os.read(mine, 1000)
    assert b"lovelace" not in shown and b"other" not in shown
    assert Hashed.read(out.strip().partition(":")[2]).fits("lovelace") if again == "lovelace" else not out
    os.close(mine)


def test_a_page_with_a_file_of_users(tmp_path):
    """Each of several users logs in; wrong passwords are slowed down as with --auth; without a login nothing is told."""
    make(tmp_path, "tiny", data(), z_dim=4)
    users = written(tmp_path, f"{LINE}\ngrace:{Hashed.of('hopper')}\n")
    with host.page("--auth-file", str(users), "--trained", str(tmp_path)) as address, \
            httpx.Client(base_url=address, trust_env=False, timeout=HANGS) as http:
        runs = "/gradio_api/explorer/runs"
        assert http.get(runs).status_code == 401
        for user, password in (("ada", "lovelace"), ("grace", "hopper")):
            client = Client(address, auth=(user, password), verbose=False, httpx_kwargs={"timeout": HANGS})
            assert client.predict(api_name="/list_runs")[0]["name"] == "tiny"
            http.cookies.clear()
            assert http.post("/login", data={"username": user, "password": password}).status_code == 200
            assert http.get(runs).status_code == 200
        http.cookies.clear()
        elsewhere = {"x-forwarded-for": "10.0.0.9"}

        def tried(user, password):
            return http.post("/login", data={"username": user, "password": password}, headers=elsewhere).status_code
        wrong = [("ada", "hopper"), ("eve", "lovelace"), ("grace", ""), ("ada", "x"), ("ada", "lovelace ")]
        assert {tried(*pair) for pair in wrong} <= {400, 422}
        until(lambda: tried("ada", "y") == 429)                     # each further one has longer to wait for the next
        assert http.get(runs).status_code == 401


def test_who_knows_her_password_waits_for_wrong_ones_from_her_address_too(tmp_path, monkeypatch):
    """While the clock stands still: a second is over soon on a busy machine."""
    monkeypatch.setattr(page, "Brake", functools.partial(Brake, clock=lambda: 0.0))
    session, access, users = Session(tmp_path), Access(True), read(written(tmp_path, LINE))
    whole = gr.mount_gradio_app(FastAPI(), page.build(session, access), "/", auth=users.check, ssr_mode=False,
                                app_kwargs=page.app_arguments(session, access))

    def tried(who, password):
        http = TestClient(whole, base_url="http://127.0.0.1:7860", client=(who, 1))
        return http.post("/login", data={"username": "ada", "password": password}).status_code
    assert [tried("10.0.0.9", "hopper") for _ in range(FREE)] == [400] * FREE
    assert tried("10.0.0.9", "hopper") == tried("10.0.0.9", "lovelace") == 429
    assert tried("10.0.0.8", "lovelace") == 200
