import ipaddress
import socket

import pytest

from explorer import VisitorError
from explorer.server.access import Access, is_loopback, others_find


@pytest.mark.parametrize("host", [
    None, "127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST", "localhost.", "::ffff:127.0.0.1"])
def test_this_machine_only(host):
    assert is_loopback(host) and Access.for_launch(host, False, False).training


@pytest.mark.parametrize("host", [
    "0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "example.org", "127.0.0.1.example.org", "localhost.evil.org", "",
    "128.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "127.1", "[::]"])
def test_reachable_by_others(host):
    assert not is_loopback(host) and not Access.for_launch(host, False, False).training


def test_a_share_link_is_for_visitors():
    assert not Access.for_launch("127.0.0.1", True, False).training


@pytest.mark.parametrize("host, training", [("127.0.0.1", True), ("0.0.0.0", False)])
def test_a_link_that_was_not_made_leaves_the_owner_an_owner(host, training):
    access = Access.for_launch(host, True, False)
    assert not access.training and access.shared
    access.not_shared()
    assert access.training is training and access.shared is not training


def test_the_owner_can_allow_it():
    assert Access.for_launch("0.0.0.0", True, True).training
    Access(True).require_training()


def test_visitors_get_one_sentence():
    with pytest.raises(VisitorError, match=r"^[^.]*visitors[^.]*\.$") as e:
        Access(False).require_training()
    assert isinstance(e.value, PermissionError) and e.value.status == 403


@pytest.mark.parametrize("host, family", [("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6), ("[::]", socket.AF_INET6)])
def test_the_address_that_others_use_is_this_machines(host, family):
    """A server can be bound to it; where this machine has no network there is none to tell."""
    found = others_find(host)
    if found is not None:
        bare = found.strip("[]")
        assert (":" in bare) == found.startswith("[") and not is_loopback(bare) and not ipaddress.ip_address(bare).is_unspecified
        with socket.socket(family) as s:
            s.bind((bare, 0))


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.2", "example.org", "localhost", "::1"])
def test_a_page_at_one_address_has_told_it(host):
    assert others_find(host) is None
