"""The header: name, tabs of the views, language, light and dark, bookmarks, full screen, link.

Its event "language" tells Gradio components to relabel."""

from __future__ import annotations

import gradio as gr

from . import piece


def header() -> gr.HTML:
    """Tabs come from ``lx.views``; the last one, Train, is drawn as the accent button."""
    return piece("header", """
<header class="lx-bar">
  <a class="lx-skip" href="#lx-main" data-t="skip"></a>
  <button type="button" class="lx-btn lx-drawer" data-t-label="runs" aria-expanded="false">☰</button>
  <h1 class="lx-logo">Latent <b>Explorer</b></h1>
  <nav class="lx-tabs" role="tablist" data-t-label="views"></nav>
  <div class="lx-right">
    <span class="lx-steps" role="group" data-t-label="steps">
      <button type="button" class="lx-btn lx-undo" data-t-label="undo" data-t-title="undo.help" disabled>↶</button>
      <button type="button" class="lx-btn lx-redo" data-t-label="redo" data-t-title="redo.help" disabled>↷</button></span>
    <button type="button" class="lx-btn lx-lang" lang="ko"></button>
    <button type="button" class="lx-btn lx-theme" data-t-label="theme" data-t-title="theme" aria-pressed="false">◐</button>
    <button type="button" class="lx-btn lx-marks" data-t-label="marks" data-t-title="marks.help" aria-haspopup="dialog">☆</button>
    <button type="button" class="lx-btn lx-full" aria-keyshortcuts="F"
      data-t-label="projector" data-t-title="projector.help">
      <svg viewBox="0 0 14 14" aria-hidden="true"><path d="M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9"/></svg></button>
    <button type="button" class="lx-btn lx-link" data-t="copy.link" data-t-title="copy.link"></button>
  </div>
</header>
<dialog class="lx-dialog lx-marks-dialogue" aria-labelledby="lx-marks-title">
  <h2 id="lx-marks-title" data-t="marks"></h2>
  <p data-t="marks.how"></p>
  <form><input type="text" class="lx-input lx-marks-name" autocomplete="off" data-t-label="marks.name" maxlength="80">
    <button type="submit" class="lx-btn lx-accent" data-t="marks.add"></button></form>
  <ul class="lx-marks-list"></ul>
  <p class="lx-marks-none" data-t="marks.none"></p>
  <p role="status" class="lx-marks-told"></p><p role="alert" class="lx-wrong"></p>
  <div class="lx-actions"><button type="button" class="lx-btn lx-marks-save" data-t="marks.save"></button>
    <button type="button" class="lx-btn lx-marks-load" data-t="marks.load"></button>
    <input type="file" accept=".json,application/json" hidden>
    <button type="button" class="lx-btn lx-marks-close" data-t="code.close"></button></div>
</dialog>
<div class="lx-projector" hidden><b></b><span></span>
  <button type="button" class="lx-btn lx-leave" data-t="projector.leave" data-t-title="projector.leave.help"></button>
</div>""", "language", elem_id="lx-header")
