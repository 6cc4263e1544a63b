"""Two processes of the page behind a proxy, as HOSTING.md says: every view works where requests go to them in turn, but for what one of
them alone can know (a live training, a map being fitted), which works where a visitor stays with one (``ip_hash``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import expect

from explorer.server.passwords import Hashed
from tests import host
from tests.proxy import Proxy, proxied
from tests.waiting import HANGS, until

from .conftest import Driver
from .test_links import ROWS, opened, same, shown

pytestmark = pytest.mark.webgl

ONE_ALONE = ("collapse",)                       # a live training is a process that one of the two has begun


@pytest.fixture(scope="module")
def two(every_kind) -> Iterator[list[str]]:
    """The addresses of two pages over a run for every view."""
    with ExitStack() as stack:
        yield [stack.enter_context(host.page("--trained", str(every_kind), "--root-path", "/lx")) for _ in range(2)]


@pytest.fixture(scope="module")
def in_turn(two) -> Iterator[Proxy]:
    """Requests go to the two in turn, and the prefix is taken away."""
    with proxied(two, "turns", "/lx") as proxy:
        yield proxy


@pytest.fixture(scope="module")
def by_address(two) -> Iterator[Proxy]:
    """Who asks stays with one of the two, and the prefix is kept."""
    with proxied(two, "address", "/lx", strip=False) as proxy:
        yield proxy


def works(context, tab, proxy: Proxy, view: str) -> None:
    """What a person does there can be seen, and a link shows it in a fresh browser."""
    row, drive = ROWS[view], Driver(context.new_page(), proxy.address)
    opened(drive, f"{proxy.address}/?run={row.run}&view={row.view or view}")
    first = shown(drive, row)
    row.act(drive)
    known, link = shown(drive, row), drive.page.evaluate("lx.link()")
    assert known[1] != first[1] and all(p is not None for p in known[2]) and link.startswith(proxy.address)
    tab.clean()
    same(opened(Driver(context.new_page(), proxy.address), link), row, known)


@pytest.mark.parametrize("view", [v for v in ROWS if v not in ONE_ALONE])
def test_every_view_works_over_two_processes_that_answer_in_turn(context, tab, in_turn, watch, view):
    before = in_turn.asked.copy()
    works(context, tab, in_turn, view)
    asked = in_turn.asked - before
    assert min(asked[0], asked[1]) > 5 and abs(asked[0] - asked[1]) <= 1, "both have answered"


@pytest.mark.parametrize("view", ONE_ALONE)
def test_what_one_process_alone_knows_works_where_a_visitor_stays_with_it(context, tab, by_address, watch, view):
    before = by_address.asked.copy()
    works(context, tab, by_address, view)
    assert len(by_address.asked - before) == 1, "one has answered all"


def test_a_map_is_fitted_anew_where_a_visitor_stays_with_one_process(context, by_address, watch, every_kind):
    drive = Driver(context.new_page(), by_address.address).map()
    drive.page.get_by_role("button", name="Neighbours 5 · refit").click()
    drive.page.locator("#lx-refit input[type=number]").first.fill("7")
    drive.page.locator("#lx-fit").click()
    drive.until("document.querySelector('#lx-plane [data-points]').dataset.projection === 'own:7-0.1-euclidean'")
    expect(drive.page.get_by_role("radio", name="Yours: 7")).to_be_visible()
    for kept in (every_kind / "tiny").glob("map-own-*"):
        kept.unlink()                           # other tests have that folder, too


def test_a_login_holds_where_a_visitor_stays_with_one_process(every_kind, tmp_path):
    """Who is logged in is known to the process that asked for the password."""
    users = tmp_path / "users"
    users.write_text(f"ada:{Hashed.of('lovelace')}\n")
    given = ("--trained", str(every_kind), "--auth-file", str(users))
    with host.page(*given) as one, host.page(*given) as two, proxied([one, two], "address") as proxy, \
            httpx.Client(base_url=proxy.address, trust_env=False, timeout=HANGS) as http:
        assert http.get("/gradio_api/explorer/runs").status_code == 401
        assert http.post("/login", data={"username": "ada", "password": "lovelace"}).status_code == 200
        assert [http.get("/gradio_api/explorer/runs").status_code for _ in range(4)] == [200] * 4


def test_visitors_are_shared_out_by_their_address(by_address):
    """Another address of this machine is with the other process, and all of it stays there."""
    others = next(a for k in range(2, 50) if by_address.place(a := f"127.0.0.{k}") != by_address.place("127.0.0.1"))
    with httpx.Client(transport=httpx.HTTPTransport(local_address=others), trust_env=False, timeout=HANGS) as http:
        name = http.post(f"{by_address.address}/gradio_api/explorer/live", json={"data": "ring"}).json()["id"]
        assert http.get(f"{by_address.address}/gradio_api/explorer/live/{name}/hello").json()["data"] == "ring"
        http.post(f"{by_address.address}/gradio_api/explorer/live/{name}/stop")
    asked = [sum(n for path, n in paths.items() if name in path) for paths in by_address.paths]
    assert asked[by_address.place(others)] == sum(asked) == 2


def test_a_search_asked_of_both_in_turn_comes_out_the_same(in_turn):
    """Each searches for itself, and both find the same."""
    asked = {"run": "wide", "image": {"index": 3}}
    with httpx.Client(base_url=f"{in_turn.address}/gradio_api/explorer/", trust_env=False, timeout=HANGS) as http:
        def both() -> list[dict] | None:
            found = [http.post("search", json=asked).json() for _ in range(2)]
            return found if all(one["ready"] for one in found) else None
        first, second = until(both)
    assert first == second and first["w"]


def test_in_turn_what_one_process_alone_knows_is_refused_in_a_sentence(in_turn):
    with httpx.Client(base_url=f"{in_turn.address}/gradio_api/explorer/", trust_env=False, timeout=HANGS) as http:
        name = http.post("live", json={"data": "ring"}).json()["id"]
        told = [http.get(f"live/{name}/hello") for _ in range(4)]
        assert {r.status_code for r in told} == {200, 404}
        assert "has ended; start it again" in next(r.json()["error"] for r in told if r.status_code == 404)
        for _ in range(2):
            http.post(f"live/{name}/stop")
