"""Styles: the mixing grid, and below it truncation, noise, directions of W, and the same way through Z and through W. Its four dials
stand in the inspector."""

from __future__ import annotations

import gradio as gr

from ...shell import piece
from ...shell.film_dialogue import film_dialogue

_DIAL = """
<div class="lx-dial" data-dial="{0}"><span data-t="sty.{0}"></span><output class="num"></output>{3}
  <input type="range" class="lx-range" min="{1}" max="{2}" step="1" data-t-label="sty.{0}" data-t-title="sty.{0}.help"></div>"""
_FILM = """
  <button type="button" class="lx-animate" data-film="{0}" data-t-label="sty.{0}.film" data-t-title="sty.{0}.film"
    aria-haspopup="dialog">▶</button>"""


def styles() -> gr.HTML:
    """``data-n`` counts grids, ``data-run``: whose the last one is; ``data-strip``, ``data-map``, ``data-paths`` count those pictures;
    ``data-found``: how many directions are on sliders; ``data-error`` says what went wrong."""
    return piece("styles", film_dialogue("styles") + """
<div class="lx-stage lx-sty">
  <div class="lx-sty-bar">
    <span class="lx-group lx-presets" role="radiogroup" data-t-label="sty.from"></span>
    <button type="button" class="lx-chip lx-open-layers" aria-expanded="false" data-t="sty.layers" data-t-title="sty.layers.help"></button>
    <span class="lx-spring"></span>
    <span class="lx-group lx-kinds" role="radiogroup" data-t-label="sty.kinds" hidden>
      <button type="button" class="lx-chip" role="radio" data-kind="samples" data-t="sty.kind.samples"></button>
      <button type="button" class="lx-chip" role="radio" data-kind="real" data-t="sty.kind.real"
        data-t-title="sty.kind.real.help"></button></span>
    <button type="button" class="lx-btn lx-small lx-own-image" data-t="sty.real.choose"
      data-t-title="sty.real.choose.help" hidden></button>
    <input type="file" accept="image/*" hidden>
    <button type="button" class="lx-btn lx-small lx-reseed-all" data-t="sty.reseed" data-t-title="sty.reseed.help"></button>
  </div>
  <div class="lx-layers" role="group" data-t-label="sty.from" hidden></div>
  <p class="lx-note lx-real-note" data-t="sty.real.note" hidden></p>
  <div class="lx-mixing"><canvas role="img" data-t-label="sty.grid"></canvas><canvas class="lx-sheet" hidden></canvas>
    <div class="lx-sty-cells" role="group" data-t-label="sty.grid"></div>
    <p class="lx-corner"><span data-t="sty.corner.styles"></span><span data-t="sty.corner.rest"></span></p></div>
  <section class="lx-carried" hidden><h2 class="lx-h" data-t="sty.carried"></h2>
    <div class="lx-carried-scroll"><table data-t-label="sty.carried"></table></div>
    <p class="lx-note"><span></span> <span class="lx-how" hidden></span></p></section>
  <section class="lx-over-psi"><h2 class="lx-h" data-t="sty.truncation"></h2>
    <div class="lx-psi-row">
      <figure><canvas class="lx-mean-face" role="img" data-t-label="sty.mean"></canvas><figcaption data-t="sty.mean"></figcaption></figure>
      <div class="lx-psi-strip"><canvas role="img" data-t-label="sty.strip"></canvas><div class="lx-psi-cells"></div></div></div>
    <p class="lx-note" data-t="sty.truncation.note"></p></section>
  <section class="lx-grain"><h2 class="lx-h" data-t="sty.noises"></h2>
    <div class="lx-grain-row">
      <div class="lx-strengths">
        <div class="lx-grain-tools"><button type="button" class="lx-btn lx-small lx-grain-on" data-t="sty.noise.on"></button>
          <button type="button" class="lx-btn lx-small lx-grain-seed" data-t="sty.noise.reseed"></button>
          <button type="button" class="lx-btn lx-small lx-grain-film" data-film="seeds" aria-haspopup="dialog"
            data-t="sty.film.anew" data-t-title="sty.film.anew.help"></button>
          <button type="button" class="lx-btn lx-small lx-grain-own" data-t="sty.noise.own" data-t-title="sty.noise.own.help"></button>
          <span class="lx-grain-from lx-note num"></span></div>
        <div class="lx-grain-list"></div><p class="lx-note lx-grain-slight" role="status" hidden></p></div>
      <figure><canvas class="lx-grain-map" role="img" data-t-label="sty.map"></canvas>
        <figcaption><i class="lx-heat"></i><span class="lx-heat-ends num"></span><span class="lx-grain-told"></span></figcaption></figure>
    </div>
  </section>
  <section class="lx-turn"><h2 class="lx-h" data-t="sty.directions"></h2>
    <p class="lx-note lx-turn-which"></p>
    <div class="lx-progress" role="progressbar" data-t-label="dir.finding" hidden><i></i></div>
    <div class="lx-groups"></div>
    <form class="lx-keep"><input class="lx-input" maxlength="80" data-t-label="sty.name">
      <button class="lx-btn lx-small" data-t="sty.save" data-t-title="sty.save.help"></button></form></section>
  <section class="lx-two-ways"><h2 class="lx-h" data-t="sty.paths"></h2>
    <p class="lx-ends lx-note"><select class="lx-chip" data-t-label="sty.path.a"></select><span>→</span>
      <select class="lx-chip" data-t-label="sty.path.b"></select></p>
    <div class="lx-ways"><canvas role="img" data-t-label="sty.paths"></canvas>
      <p><b>Z</b><output class="num" data-way="z"></output></p><p><b>W</b><output class="num" data-way="w"></output></p></div>
    <p class="lx-note lx-ways-told" role="status"></p></section>
</div>""", elem_id="lx-styles", elem_classes=["lx-fill"])


def style_dials() -> gr.HTML:
    """psi, its cutoff layer, blend and noise, for the inspector; ``styles.js`` moves and reads them. Hidden in other views."""
    dials = "".join(_DIAL.format(name, low, high, _FILM.format(name) if film else "") for name, low, high, film in (
        ("psi", -100, 150, True), ("cutoff", 0, 10, False), ("blend", 0, 100, True), ("noise", 0, 200, True)))
    template = f'<div class="lx-dials-of" data-moves="#lx-styles .lx-mixing>canvas">{dials}</div>'
    return gr.HTML(value="", html_template=template, apply_default_css=False, elem_id="lx-style-dials",
                   js_on_load="document.dispatchEvent(new Event('lx-dials'));")
