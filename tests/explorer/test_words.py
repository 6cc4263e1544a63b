"""Every family and each of its settings has words in every language, and the languages have the same keys."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from explorer import i18n
from explorer.i18n import LANGUAGES, own, words, written
from training import families, notes
from training.metric_registry import METRICS


@pytest.mark.parametrize("family", [*families.names(), *families.OUTSIDE])
def test_a_family_and_its_settings_have_words(family):
    found = families.get(family)
    keys = [f"family.{family}", *(f"setting.{f.name}{end}" for f in dataclasses.fields(found.Config) for end in ("", ".help"))]
    missing = {language: [k for k in keys if not words(language).get(k, "").strip()] for language in LANGUAGES}
    assert not any(missing.values()), missing


def test_words_of_its_own_tell_a_family_that_has_none_here():
    found = own("vae")
    assert found["family.vae"] == families.get("vae").summary
    assert found["setting.z_dim"] == "Z dim" and found["setting.batch_size.help"] == "Images per step, over all processes."
    assert words("ko")["family.vae"] == written("ko")["family.vae"] != found["family.vae"], "a translation comes first"


def test_every_note_and_every_error_of_data_has_words():
    keys = {f"note.{kind}" for kind in notes.WORDS}
    here = Path(notes.__file__).parent
    for path in (*(here / name for name in ("archive.py", "tars.py", "image_folder.py", "data.py")), *here.glob("sources/*.py")):
        keys |= set(re.findall(r'"(data\.error[a-z.]*)"', path.read_text("utf-8")))
    assert len(keys) > len(notes.WORDS) + 5
    for language in LANGUAGES:
        assert [k for k in sorted(keys) if not words(language).get(k, "").strip()] == []


def test_languages_have_the_same_keys_and_the_same_blanks():
    titles = {f"metric.{name}": metric.title for name, metric in METRICS.items()}          # in English they stand there
    titles |= {f"metric.{name}.one": metric.one for name, metric in METRICS.items() if metric.one}
    first, *others = (written(language) for language in LANGUAGES)
    assert not set(first) & set(titles)
    first = first | titles
    for other in others:
        assert set(first) == set(other)
        for key, sentence in first.items():
            assert sorted(_blanks(sentence)) == sorted(_blanks(other[key])), key


def test_what_only_one_view_says_stands_in_its_folder():
    """A word of ``explorer/i18n`` that is named by files of a single view is that view's own."""
    root = Path(i18n.__file__).parents[1]
    files = [p for p in root.rglob("*") if p.suffix in (".js", ".py") and p.parent != root]
    said: dict[str, set[str]] = {}
    for path in files:
        parts = path.relative_to(root).parts
        for key in set(re.findall(r"(?<![\w.])[a-z]\w*(?:\.[\w-]+)+(?![\w.])", path.read_text("utf-8"))):
            said.setdefault(key, set()).add("/".join(parts[:2]) if parts[0] == "views" and len(parts) == 3 else parts[0])
    keys = [key for path in (root / "i18n").glob("*en.json") for key in json.loads(path.read_text("utf-8"))]
    assert len(keys) > 300 and said["film.play"] == {"shell", "views/walk"}
    assert {key: where for key in keys if len(where := said.get(key, set())) == 1 and min(where).startswith("views/")} == {}


def _blanks(sentence: str) -> list[str]:
    return [part.split("}")[0] for part in sentence.split("{")[1:]]


@pytest.mark.parametrize(("lang", "others"), [
    ("en", ("held-out image", "Held-out", "E[")),
    ("ko", ("시험용", "잡음", "표본", "라벨", "화소", "인코딩", "디코딩", "비평자", "판별자", "생성자", "신경망",
            "훈련", "사전 분포", "E[D"))])
def test_one_word_for_one_thing(lang, others):
    """A test image, noise, a sample, a label … is called so everywhere; an expectation is 𝔼."""
    found = {key: word for key, sentence in written(lang).items() for word in others if word in sentence}
    assert found == {}
