"""Train: the form made from a family's settings, and the monitor of the training that runs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from ... import Refused, VisitorError
from ...shell import piece as html_piece
from .answers import FitAnswer, FormAnswer, Idle, Problem, Snapshot, SurveyAnswer, Value
from .error import JobError
from .jobs import Jobs

T = TypeVar("T")


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


def functions(jobs: Jobs) -> list[Callable[[Any], Value[Any] | Problem]]:
    """What the browser may call. Each takes one object, each is bounded and checked by ``jobs``; gradio checks the login."""

    def job_form(_: Any) -> Value[FormAnswer] | Problem:
        return answer(jobs.form)

    def job_snapshot(asked: Any) -> Value[Idle | Snapshot] | Problem:
        return answer(lambda: jobs.snapshot(_text(asked, "name")))

    def job_samples(asked: Any) -> Value[str | None] | Problem:
        def work() -> str | None:
            data = jobs.samples(_text(asked, "name") or "")
            return None if data is None else "data:image/webp;base64," + base64.b64encode(data).decode("ascii")
        return answer(work)

    def job_start(asked: Any) -> Value[str] | Problem:
        def work() -> str:
            settings = asked.get("settings") if isinstance(asked, dict) else None
            if not isinstance(settings, dict):
                raise JobError("The form was not filled in.")
            size = asked.get("size")
            family, data, recipe, name = (_text(asked, k) or "" for k in ("family", "data", "recipe", "name"))
            return jobs.start(family, data, recipe, {str(k): v for k, v in settings.items()}, name, _text(asked, "upload"),
                              size if isinstance(size, int) else None)
        return answer(work)

    def job_stop(asked: Any) -> Value[str | None] | Problem:
        return answer(lambda: jobs.stop(_text(asked, "name")))

    def job_resume(asked: Any) -> Value[str] | Problem:
        return answer(lambda: jobs.resume(_text(asked, "name") or ""))

    def job_delete(asked: Any) -> Value[None] | Problem:
        def work() -> None:
            jobs.delete(_text(asked, "name") or "")
        return answer(work)

    def job_begin_upload(asked: Any) -> Value[str] | Problem:
        return answer(lambda: jobs.begin_upload(_text(asked, "title") or ""))

    def job_add_upload(asked: Any) -> Value[None] | Problem:
        def work() -> None:
            try:
                piece = base64.b64decode(_text(asked, "piece") or "", validate=True)
            except (binascii.Error, ValueError) as e:
                raise JobError("A piece of a file was damaged on the way.") from e
            jobs.add_upload(_text(asked, "token") or "", _text(asked, "path") or "", piece, bool(asked.get("first")))
        return answer(work)

    def job_check_upload(asked: Any) -> Value[SurveyAnswer] | Problem:
        def work() -> SurveyAnswer:
            dropped = asked.get("dropped") if isinstance(asked, dict) else None
            counts = dropped.items() if isinstance(dropped, dict) else ()
            return jobs.check_upload(_text(asked, "token") or "", {str(k): n for k, n in counts if type(n) is int},
                                     _text(asked, "turned") or "auto", _text(asked, "part") or "")
        return answer(work)

    def job_fit(asked: Any) -> Value[FitAnswer] | Problem:
        def work() -> FitAnswer:
            settings = asked.get("settings") if isinstance(asked, dict) else None
            family, recipe, upload = (_text(asked, k) or "" for k in ("family", "recipe", "upload"))
            return jobs.fit(family, recipe, {str(k): v for k, v in (settings if isinstance(settings, dict) else {}).items()}, upload)
        return answer(work)

    def job_augmented(asked: Any) -> Value[str | None] | Problem:
        def work() -> str | None:
            data, how = (_text(asked, k) or "" for k in ("data", "how"))
            size = asked.get("size") if isinstance(asked, dict) else None
            png = jobs.augmented(data, how, _text(asked, "upload"), size if isinstance(size, int) else None)
            return None if png is None else "data:image/png;base64," + base64.b64encode(png).decode("ascii")
        return answer(work)

    return [job_form, job_snapshot, job_samples, job_start, job_stop, job_resume, job_delete, job_begin_upload, job_add_upload,
            job_check_upload, job_fit, job_augmented]


def _text(asked: Any, key: str) -> str | None:
    value = asked.get(key) if isinstance(asked, dict) else None
    return value if isinstance(value, str) and value else None


def train(jobs: Jobs) -> gr.HTML:
    """A form on the left, the monitor on the right. ``data-state``, ``data-name`` and ``data-images`` say what is shown."""
    return html_piece("train", """
<div class="lx-train">
  <form class="lx-card lx-form" novalidate>
    <div class="lx-fields">
      <h2 class="lx-h" data-t="train.family"></h2>
      <div class="lx-chips lx-families" role="radiogroup" data-t-label="train.family"></div>
      <p class="lx-note lx-family-note"></p>
      <label class="lx-field"><span data-t="train.data"></span><select class="lx-input lx-data" data-t-label="train.data"></select></label>
      <div class="lx-own" hidden>
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
      <p class="lx-note lx-data-note" hidden></p>
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
  <section class="lx-card lx-monitor" data-t-label="train.monitor">
    <div class="lx-nothing"><p data-t="train.nothing"></p></div>
    <div class="lx-watch" hidden>
      <div class="lx-head"><h2 class="lx-run-name"></h2><span class="lx-badge" role="status"></span><span class="lx-spring"></span>
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
</div>""",
                 elem_id="lx-train", elem_classes=["lx-fill"], server_functions=functions(jobs))
