"""Codes that are searched for, where there is no encoder."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import wait

import numpy as np
import pytest
import torch

from explorer import Refused, images
from explorer.latent import moves
from explorer.runs.session import Session
from explorer.views.reconstruct import inversion, searches
from explorer.views.reconstruct.inversion import Cancelled, Search
from explorer.views.reconstruct.searches import SEARCH, Searches
from tests.explorer.conftest import data, make
from tests.explorer.generators import make_generator
from tests.waiting import HANGS


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Session:
    """gan: plain. asked: two classes. info: a category of 4. tiny brings the held-out images."""
    root = tmp_path_factory.mktemp("searches")
    make(root, "tiny", data(), z_dim=4)
    make_generator(root, "gan", "gan", data(), z_dim=6)
    make_generator(root, "asked", "cgan", data(), z_dim=6)
    make_generator(root, "info", "infogan", data(), z_dim=6, categories=4)
    return Session(root)


def own(run, seed: int = 9, label=None) -> tuple[np.ndarray, np.ndarray]:
    """A code (d,) and what the run draws from it, (C, H, W) uint8."""
    w = run.map_z(run.sample_z(1, seed), label)
    return w[0], run.decode(w, label)[0].transpose(2, 0, 1)


def test_an_image_of_the_generator_itself_is_found_again(runs):
    run = runs.run("gan")
    _, pixels = own(run)
    first = images.squared_error(run.images(run.map_z(run.sample_z(inversion.STARTS, 0))), pixels).min()
    found = inversion.search(run, pixels, Search())
    assert found.error < 0.2 * first
    drawn = run.images(found.w[None])
    assert float(images.squared_error(drawn, pixels)[0]) == pytest.approx(found.error, rel=1e-3)
    assert found.step == inversion.STEPS and [f[0] for f in found.film] == inversion.kept_steps()
    errors = [f[1] for f in found.film]
    assert errors == sorted(errors, reverse=True) and errors[-1] == found.error


def test_the_class_is_found_and_categories_stay_one_hot(runs):
    asked = runs.run("asked")
    _, pixels = own(asked, label=1)
    found = inversion.search(asked, pixels, Search(), steps=60)
    drawn = asked.images(found.w[None], found.label)
    assert float(images.squared_error(drawn, pixels)[0]) == pytest.approx(found.error, rel=1e-3)
    assert inversion.search(asked, pixels, Search(), label=0, steps=2).label == 0
    info = runs.run("info")
    code = next(c for c in info.spec.codes if c.kind == "categorical")
    part = inversion.search(info, own(info)[1], Search(), steps=30).w[code.start:code.start + code.size]
    assert sorted(part.tolist()) == [0, 0, 0, 1]


def test_it_ends_when_nobody_wants_it_and_goes_all_its_steps_however_slow_the_machine(runs, monkeypatch):
    run = runs.run("gan")
    _, pixels = own(run)
    asked = iter([True, True, False])
    found = Search()
    with pytest.raises(Cancelled):
        inversion.search(run, pixels, found, lambda: next(asked))
    assert found.step == 1 and found.w is None
    quick = inversion.search(run, pixels, Search(), steps=5)
    hours = itertools.count(0, 3600)            # whoever else reads the clock meanwhile
    for clock in ("monotonic", "perf_counter", "time"):
        monkeypatch.setattr(time, clock, lambda: float(next(hours)))
    slow = inversion.search(run, pixels, Search(), steps=5)
    assert slow.step == quick.step == 5 and np.array_equal(slow.w, quick.w) and len(slow.film) == len(quick.film)


def until(jobs: Searches, run, **more) -> dict:
    request = SEARCH.validate_python({"run": run.card.name, "image": {"index": 3}, **more})
    while not (told := jobs.answer(run, request))["ready"]:
        assert told["step"] <= told["of"]
        time.sleep(0.02)
    return told


def test_asking_again_tells_how_far_it_is_and_at_last_the_code(runs):
    run, jobs = runs.run("gan"), Searches()
    told = until(jobs, run)
    w = moves.from_text(told["w"])
    assert float(images.squared_error(run.images(w[None]), run.real(np.array([3]))[0])[0]) == pytest.approx(told["error"], rel=1e-3)
    assert told["steps"] == inversion.kept_steps() and len(told["errors"]) == len(told["steps"])
    again = jobs.answer(run, SEARCH.validate_python({"run": "gan", "image": {"index": 3}}))
    assert again == told                        # kept


@pytest.fixture
def stepwise(runs, monkeypatch):
    """The plain GAN, whose searches draw once for each ``may.release()``, and a function that lets them and returns once they do."""
    run, may, made = runs.run("gan"), threading.Semaphore(0), threading.Semaphore(0)
    starts, real = inversion._starts(run, run.real(np.array([5]))[0], None), run.model.synthesize

    def slow(w, label=None):
        may.acquire()
        made.release()
        return real(w, label)
    monkeypatch.setattr(inversion, "_starts", lambda run, pixels, label: starts)
    monkeypatch.setattr(run.model, "synthesize", slow)

    def step():
        may.release()
        made.acquire()
    yield run, step, may
    may.release(10 * inversion.STEPS)


def only(jobs: Searches):
    (job,) = jobs._jobs.values()
    return job


def test_a_search_is_given_up_when_nobody_asks(stepwise):
    (run, step, may), now = stepwise, [0.0]
    jobs, request = Searches(patience=4, clock=lambda: now[0]), SEARCH.validate_python({"run": "gan", "image": {"index": 5}})
    assert not jobs.answer(run, request)["ready"]
    step()
    now[0] = 3.9
    assert not jobs.answer(run, request)["ready"]               # asked in time, so it goes on
    now[0] = 7.8
    step()
    now[0] = 8
    job = only(jobs)
    may.release()                                               # for a step that was wanted when it began
    assert isinstance(job.done.exception(), Cancelled) and job.found.step < inversion.STEPS
    assert not jobs.answer(run, request)["ready"] and only(jobs) is not job, "begun anew"
    jobs.answer(run, request.model_copy(update={"cancel": True}))


def test_a_search_that_is_cancelled_ends_with_its_step(stepwise):
    run, step, may = stepwise
    jobs, request = Searches(patience=1e9), {"run": "gan", "image": {"index": 5}}
    jobs.answer(run, SEARCH.validate_python(request))
    step()
    job = only(jobs)
    assert jobs.answer(run, SEARCH.validate_python({**request, "cancel": True}))["cancelled"]
    may.release()
    assert isinstance(job.done.exception(), Cancelled) and not jobs._jobs


def test_a_search_that_has_ended_just_as_it_is_asked_about_is_begun_anew_by_the_next_question(stepwise):
    run, step, may = stepwise
    ends, here = [], threading.get_ident()

    def clock():
        if ends and threading.get_ident() == here:          # read between the look whether it goes on and the answer
            ends[0].cancelled = True
            may.release()
            wait([ends.pop().done])
        return 0.0
    jobs, request = Searches(clock=clock), SEARCH.validate_python({"run": "gan", "image": {"index": 5}})
    jobs.answer(run, request)
    step()
    ends.append(job := only(jobs))
    assert jobs.answer(run, request) == {"ready": False, "step": 0, "of": inversion.STEPS} and job.given_up
    jobs.answer(run, request)
    assert only(jobs) is not job
    jobs.answer(run, request.model_copy(update={"cancel": True}))


def test_only_so_many_at_once(runs, monkeypatch):
    run, jobs, end = runs.run("gan"), Searches(patience=1e9), threading.Event()
    monkeypatch.setattr(inversion, "search", lambda run, pixels, found, wanted, label: end.wait(HANGS))
    for k in range(searches.EACH):
        jobs.answer(run, SEARCH.validate_python({"run": "gan", "image": {"index": k}}))
    with pytest.raises(Refused, match="Other searches"):
        jobs.answer(run, SEARCH.validate_python({"run": "gan", "image": {"index": 99}}))
    end.set()
    wait([job.done for job in jobs._jobs.values()])             # none is left to search in earnest beside the next test


def test_a_generator_that_draws_no_numbers_is_refused(runs, monkeypatch):
    run = runs.run("gan")
    monkeypatch.setattr(run.model, "synthesize", lambda w, label=None: (w.sum() * torch.nan).expand(len(w), 1, 28, 28))
    with pytest.raises(Refused, match="diverged"):
        inversion.search(run, np.zeros((1, 28, 28), np.uint8), Search(), steps=2)


def test_steps_are_those_of_torch_s_adam():
    """With a rate that changes, as the search's does."""
    draws = torch.Generator().manual_seed(0)
    value = torch.zeros(4, 9).requires_grad_()
    mine, torch_s = inversion.Adam(torch.zeros(4, 9)), torch.optim.Adam([value])
    for k in range(40):
        value.grad = torch.randn(4, 9, generator=draws)
        torch_s.param_groups[0]["lr"] = 0.1 / (k + 1)
        mine.step(value.grad, 0.1 / (k + 1))
        torch_s.step()
    torch.testing.assert_close(mine.value, value.detach(), rtol=1e-6, atol=1e-7)
    assert value.abs().max() > 0.05
