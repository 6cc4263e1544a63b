"""The markup of the dialogue in which a dial is animated, played and saved; film_dialogue.js gives it life."""

from __future__ import annotations


def film_dialogue(name: str) -> str:
    """``name``: of the view. Once in a view's template."""
    return f"""
<dialog class="lx-dialog lx-film-dialogue" aria-labelledby="lx-filmed-{name}">
  <h2 id="lx-filmed-{name}"></h2>
  <div class="lx-filmed"><canvas width="28" height="28" role="img" data-t-label="film.image"></canvas></div>
  <div class="lx-filmed-time"><button type="button" class="lx-btn lx-accent lx-filmed-play"></button>
    <input type="range" class="lx-range" min="0" max="1" step="0.001" data-t-label="film.position"><output class="num"></output></div>
  <div class="lx-filmed-how">
    <label><span data-t="film.from"></span> <input type="number" class="lx-input lx-filmed-from"></label>
    <label><span data-t="film.to"></span> <input type="number" class="lx-input lx-filmed-to"></label>
    <select class="lx-chip lx-filmed-way" data-t-label="film.way"></select>
    <select class="lx-chip lx-filmed-length" data-t-label="film.length"></select>
    <button type="button" class="lx-chip lx-filmed-back" aria-pressed="false" data-t="film.back"></button></div>
  <p class="lx-filmed-note"></p><p role="alert" class="lx-wrong"></p>
  <div class="lx-actions"><button type="button" class="lx-btn lx-filmed-gif" data-t="film.gif"></button>
    <button type="button" class="lx-btn lx-filmed-mp4" data-t="film.mp4"></button>
    <button type="button" class="lx-btn lx-filmed-close" data-t="code.close"></button></div>
</dialog>"""
