import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from explorer import Refused
from explorer.runs import background
from explorer.runs.background import Later
from explorer.runs.lanes import Lane
from explorer.runs.shares import Busy
from tests.waiting import HANGS, until


def test_works_once_and_tells_how_far_it_is():
    later, go, told, calls = Later(), threading.Event(), threading.Event(), []

    def make(progress):
        calls.append(1)
        progress(0.4)
        told.set()
        go.wait(HANGS)
        return "value"
    later.get("a", make, patience=0)
    assert told.wait(HANGS)
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


def test_who_waits_for_it_asks_all_the_while(monkeypatch):
    """However long it stands in the line, behind others' work."""
    monkeypatch.setattr(background, "UNASKED", 0.0)
    monkeypatch.setattr(background, "_lane", Lane("test", 1))
    go, later = threading.Event(), Later()
    background._lane.submit(lambda: go.wait(HANGS))
    with ThreadPoolExecutor(1) as one:
        waits = one.submit(later.wait, "a", lambda progress: "value", HANGS)
        until(lambda: "a" in later._jobs)
        go.set()
        assert waits.result(HANGS) == "value"


def test_work_that_is_asked_for_just_as_it_is_given_up_is_begun_by_the_next_question(monkeypatch):
    later = Later()
    with monkeypatch.context() as change:
        change.setattr(background, "UNASKED", float("-inf"))
        assert later.get("a", lambda progress: "value", HANGS) == (None, 0.0)
    assert later.get("a", lambda progress: "value", HANGS) == ("value", 1.0)


def test_old_values_of_a_kind_are_forgotten_and_others_kept():
    later, made = Later(), []
    for key in (("a", 1), ("b", 1), ("a", 2), ("a", 3)):
        later.wait(key, lambda progress, key=key: made.append(key))
    later.trim("a", 2)
    for key in (("a", 3), ("a", 2), ("b", 1), ("a", 1)):
        later.wait(key, lambda progress, key=key: made.append(key))
    assert made[4:] == [("a", 1)]


def test_there_is_room_for_so_many_of_all_and_of_one_address_and_the_oldest_that_are_done_go():
    now = [0.0]

    def work(who: str, done: bool) -> background.Wanted:
        one = background.Wanted(who, 5.0, lambda: now[0])
        one.done = Future()
        if done:
            one.done.set_result(None)
        return one
    works = {k: work("a", True) for k in range(4)} | {9: work("a", False)}
    background.make_room(works, "b", most=2, each=1, kept=2, sentence="{n} of them")
    assert [*works] == [2, 3, 9]
    for who, most in (("a", 2), ("b", 1)):
        with pytest.raises(Busy, match="^1 of them$"):
            background.make_room(works, who, most, each=1, kept=2, sentence="{n} of them")
    now[0] = 6.0
    background.make_room(works, "a", 1, 1, 2, "")                  # nobody has asked for the one under way
    assert not works[9].wanted()
    works[9].ask()
    assert works[9].wanted()
    works[9].cancel()
    assert not works[9].wanted() and works[9].done.cancelled()
