"""The theme: system fonts only, colours in tokens.css."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

FONTS = ["Inter", "Segoe UI", "system-ui", "-apple-system", "Noto Sans KR",
         "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", "sans-serif"]


def theme() -> gr.themes.Base:
    """A Gradio theme whose colours are the CSS variables of tokens.css, so that light and dark change in one place."""
    values = dict(
        body_background_fill="var(--bg)", body_text_color="var(--ink)", body_text_color_subdued="var(--soft)",
        background_fill_primary="var(--panel)", background_fill_secondary="var(--bg)", block_background_fill="transparent",
        block_border_color="var(--line)", border_color_primary="var(--line)", border_color_accent="var(--accent)",
        block_label_text_color="var(--ink)", block_title_text_color="var(--ink)", block_info_text_color="var(--soft)",
        color_accent_soft="var(--accent-soft)", input_background_fill="var(--panel)", input_border_color="var(--line)",
        input_placeholder_color="var(--soft)", slider_color="var(--accent)", loader_color="var(--accent)",
        button_primary_background_fill="var(--accent)", button_primary_background_fill_hover="var(--accent-strong)",
        button_primary_text_color="var(--on-accent)", button_primary_border_color="var(--accent)",
        button_secondary_background_fill="var(--panel)", button_secondary_background_fill_hover="var(--accent-soft)",
        button_secondary_text_color="var(--ink)", button_secondary_border_color="var(--line)",
        checkbox_background_color="var(--panel)", checkbox_border_color="var(--line)",
        checkbox_background_color_selected="var(--accent)",
        checkbox_label_background_fill="var(--panel)", checkbox_label_background_fill_selected="var(--accent-soft)",
        checkbox_label_text_color="var(--ink)",
        checkbox_label_text_color_selected="var(--accent)", checkbox_label_border_color="var(--line)",
        error_background_fill="var(--warn)", error_text_color="var(--warn-ink)", link_text_color="var(--accent)",
    )
    dark = {f"{k}_dark": v for k, v in values.items()}
    sizes = dict(
        block_border_width="0px", block_shadow="none", block_padding="0px", block_radius="0px", button_border_width="1px",
        button_primary_shadow="none", button_secondary_shadow="none", button_large_radius="8px", button_small_radius="8px",
        button_medium_radius="8px", input_radius="8px", input_shadow="none", input_shadow_focus="none", block_label_text_weight="500",
        block_title_text_weight="500", block_title_text_size="13px", layout_gap="12px", form_gap_width="0px", container_radius="8px")
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    return gr.themes.Base(font=FONTS, font_mono=mono).set(**values, **dark, **sizes)


def tokens() -> str:
    """The CSS that gives the theme's colours: all that a page of Gradio's own, like that of the login, needs to be seen."""
    return Path(__file__).with_name("tokens.css").read_text("utf-8")


def styles() -> str:
    """The CSS of the page."""
    return tokens() + Path(__file__).with_name("theme.css").read_text("utf-8")
