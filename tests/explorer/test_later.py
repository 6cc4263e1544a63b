import threading

import pytest

from explorer import Refused
from explorer.runs.background import Later


def test_works_once_and_tells_how_far_it_is():
    later, go, told, calls = Later(), threading.Event(), threading.Event(), []

    def make(progress):
        calls.append(1)
        progress(0.4)
        told.set()
        go.wait(10)
        return "value"
    later.get("a", make, patience=0)
    assert told.wait(10)
    assert later.get("a", make, patience=0) == (None, 0.4)
    go.set()
    assert later.wait("a", make) == "value" and later.get("a", make) == ("value", 1.0) and calls == [1]


def test_an_error_is_told_once_and_tried_again():
    later, tries = Later(), []

    def make(progress):
        tries.append(1)
        if len(tries) == 1:
            raise Refused("Not today.")
        if len(tries) == 2:
            raise ZeroDivisionError("x")
        return len(tries)
    with pytest.raises(Refused, match="Not today."):
        later.wait("a", make)
    with pytest.raises(Refused, match="ZeroDivisionError"):
        later.wait("a", make)
    assert later.wait("a", make) == 3


def test_old_values_of_a_kind_are_forgotten_and_others_kept():
    later, made = Later(), []
    for key in (("a", 1), ("b", 1), ("a", 2), ("a", 3)):
        later.wait(key, lambda progress, key=key: made.append(key))
    later.trim("a", 2)
    for key in (("a", 3), ("a", 2), ("b", 1), ("a", 1)):
        later.wait(key, lambda progress, key=key: made.append(key))
    assert made[4:] == [("a", 1)]
