"""Train: the form made from a family's settings, and the monitor of the training that runs."""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import gradio as gr

from ... import Refused, VisitorError
from ...shell import piece as html_piece
from ..base import checked
from .answers import FitAnswer, FormAnswer, Idle, Problem, Snapshot, SurveyAnswer, Value
from .error import JobError
from .jobs import Jobs
from .requests import AddUpload, AskAugmented, AskForm, AskNamed, AskOwnFit, AskStart, AskTraining, BeginUpload, CheckUpload

T = TypeVar("T")
Call = Callable[[Any], Value[Any] | Problem]


def answer(work: Callable[[], T]) -> Value[T] | Problem:
    """What ``work`` returns, or the sentence of why it could not, with the key that says it in another language."""
    try:
        return {"value": work()}
    except JobError as e:
        return {"error": str(e), "key": e.key, "values": e.values}
    except VisitorError as e:
        return {"error": str(e), "key": "train.error.visitor", "values": {}}
    except (Refused, OSError) as e:
        return {"error": str(e), "key": "", "values": {}}


def _call(work: Callable[[Any], Any]) -> Call:
    """What the browser calls: ``work`` of the request that it says it takes."""
    kind = get_type_hints(work)["asked"]

    @functools.wraps(work)
    def call(asked: Any) -> Value[Any] | Problem:
        return answer(lambda: work(checked(kind, {} if asked is None else asked)))
    return call


def _data_url(kind: str, data: bytes | None) -> str | None:
    return None if data is None else f"data:image/{kind};base64," + base64.b64encode(data).decode("ascii")


def functions(jobs: Jobs) -> list[Call]:
    """What the browser may call. Each takes one request and says what it gives; gradio checks the login."""

    def job_form(asked: AskForm) -> FormAnswer:
        return jobs.form()

    def job_snapshot(asked: AskTraining) -> Idle | Snapshot:
        return jobs.snapshot(asked.name or None)

    def job_samples(asked: AskNamed) -> str | None:
        return _data_url("webp", jobs.samples(asked.name))

    def job_start(asked: AskStart) -> str:
        return jobs.start(asked.family, asked.data, asked.recipe, asked.settings, asked.name, asked.upload, asked.size)

    def job_stop(asked: AskTraining) -> str | None:
        return jobs.stop(asked.name or None)

    def job_resume(asked: AskNamed) -> str:
        return jobs.resume(asked.name)

    def job_delete(asked: AskNamed) -> None:
        jobs.delete(asked.name)

    def job_begin_upload(asked: BeginUpload) -> str:
        return jobs.begin_upload(asked.title)

    def job_add_upload(asked: AddUpload) -> None:
        try:
            piece = base64.b64decode(asked.piece, validate=True)
        except (binascii.Error, ValueError) as e:
            raise JobError("A piece of a file was damaged on the way.") from e
        jobs.add_upload(asked.token, asked.path, piece, asked.first)

    def job_check_upload(asked: CheckUpload) -> SurveyAnswer:
        return jobs.check_upload(asked.token, asked.dropped, asked.turned or "auto", asked.part, asked.first)

    def job_fit(asked: AskOwnFit) -> FitAnswer:
        return jobs.fit(asked.family, asked.recipe, asked.settings, asked.upload)

    def job_augmented(asked: AskAugmented) -> str | None:
        return _data_url("png", jobs.augmented(asked.data, asked.how, asked.upload, asked.size))

    return [_call(f) for f in (job_form, job_snapshot, job_samples, job_start, job_stop, job_resume, job_delete, job_begin_upload,
                               job_add_upload, job_check_upload, job_fit, job_augmented)]


# a person's own images: where they are dropped, and what is found of them
OWN_IMAGES = """      <div class="lx-own" hidden>
        <div class="lx-drop"><p data-t="train.own.help"></p>
          <div><button type="button" class="lx-btn lx-small lx-pick-files" data-t="train.own.files"></button>
          <button type="button" class="lx-btn lx-small lx-pick-folder" data-t="train.own.folder"></button></div>
          <p class="lx-own-state" role="status"></p><ul class="lx-notes lx-own-found" hidden></ul>
          <figure class="lx-own-sheet" hidden><img alt="" role="img" data-t-label="train.own.sheet"></figure>
          <ul class="lx-notes lx-own-notes" hidden></ul>
          <p class="lx-own-fit" role="status"></p></div>
        <input type="file" class="lx-files" accept="image/*,.jfif,.avif,.heic,.jp2,.zip,.tar,.tgz,.gz,.bz2,.xz,.npz,.npy,.csv,.parquet"
          multiple hidden>
        <input type="file" class="lx-folder" webkitdirectory hidden>
        <label class="lx-field lx-own-part" hidden><span data-t="train.own.part"></span>
          <select class="lx-input" data-t-label="train.own.part"></select></label>
        <label class="lx-field lx-own-turned" hidden><span data-t="train.own.turned"></span>
          <select class="lx-input" data-t-label="train.own.turned"><option value="auto" data-t="train.own.turned.auto"></option>
            <option value="no" data-t="train.own.turned.no"></option>
            <option value="yes" data-t="train.own.turned.yes"></option></select></label>
        <label class="lx-field"><span data-t="train.own.size"></span>
          <select class="lx-input lx-size" data-t-label="train.own.size"></select></label>
      </div>
"""

FORM = f"""  <form class="lx-card lx-form" novalidate>
    <div class="lx-fields">
      <h2 class="lx-h" data-t="train.family"></h2>
      <div class="lx-chips lx-families" role="radiogroup" data-t-label="train.family"></div>
      <p class="lx-note lx-family-note"></p>
      <label class="lx-field"><span data-t="train.data"></span><select class="lx-input lx-data" data-t-label="train.data"></select></label>
{OWN_IMAGES}      <p class="lx-note lx-data-note" hidden></p>
      <h2 class="lx-h" data-t="train.recipe"></h2>
      <div class="lx-chips lx-recipes" role="radiogroup" data-t-label="train.recipe"></div>
      <p class="lx-note lx-recipe-note"></p>
      <label class="lx-field"><span data-t="train.name"></span>
        <input class="lx-input lx-name" maxlength="64" autocomplete="off" spellcheck="false"></label>
      <details class="lx-more"><summary data-t="train.settings"></summary><div class="lx-settings"></div>
        <figure class="lx-augmented" hidden><img alt="" role="img" data-t-label="train.augment.alt">
          <figcaption data-t="train.augment.seen"></figcaption></figure>
        <details class="lx-advanced"><summary data-t="train.advanced"></summary><div class="lx-settings"></div></details></details>
    </div>
    <div class="lx-go"><p class="lx-wrong" role="alert" hidden></p>
      <button type="submit" class="lx-btn lx-accent" data-t="train.start"></button></div>
  </form>
"""

MONITOR = """  <section class="lx-card lx-monitor" data-t-label="train.monitor">
    <div class="lx-nothing"><p data-t="train.nothing"></p></div>
    <div class="lx-watch" hidden>
      <div class="lx-head"><h2 class="lx-run-name" tabindex="-1"></h2>
        <span class="lx-badge" role="status"></span><span class="lx-spring"></span>
        <button type="button" class="lx-btn lx-accent lx-see" data-t="train.open"></button>
        <button type="button" class="lx-btn lx-resume" data-t="train.resume"></button>
        <button type="button" class="lx-btn lx-stop" data-t="train.stop"></button>
        <button type="button" class="lx-btn lx-delete" data-t="train.delete"></button></div>
      <div class="lx-sure" role="group" aria-labelledby="lx-train-sure" hidden><p id="lx-train-sure"></p>
        <button type="button" class="lx-btn lx-keep-it" data-t="train.delete.keep"></button>
        <button type="button" class="lx-btn lx-for-good" data-t="train.delete.yes"></button></div>
      <div class="lx-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" data-t-label="train.progress"><i></i></div>
      <dl class="lx-figures"></dl>
      <p class="lx-result" hidden></p>
      <p class="lx-alarm" role="alert" hidden></p>
      <ul class="lx-notes" hidden></ul>
      <div class="lx-show">
        <figure class="lx-samples"><img alt="" hidden><div class="lx-blank" data-t="train.samples.none"></div>
          <figcaption data-t="train.samples"></figcaption></figure>
        <figure class="lx-curves"><div class="lx-terms" role="group" data-t-label="train.curves"></div>
          <div class="lx-loss" role="img"></div>
          <figcaption data-t="train.curves.note"></figcaption></figure>
      </div>
    </div>
    <div class="lx-recent" hidden><h2 class="lx-h" data-t="train.recent"></h2><div class="lx-chips"></div></div>
  </section>
"""


def train(jobs: Jobs) -> gr.HTML:
    """A form on the left, the monitor on the right. ``data-state``, ``data-name`` and ``data-images`` say what is shown."""
    return html_piece("train", f"""
<div class="lx-train">
{FORM}{MONITOR}</div>""",
                      elem_id="lx-train", elem_classes=["lx-fill"], server_functions=functions(jobs))
