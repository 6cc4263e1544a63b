"""Every family and each of its settings has words in every language, and the languages have the same keys."""

from __future__ import annotations

import dataclasses

import pytest

from explorer.i18n import LANGUAGES, words
from training import families


@pytest.mark.parametrize("family", families.names())
def test_a_family_and_its_settings_have_words(family):
    found = families.get(family)
    keys = [f"family.{family}", *(f"setting.{f.name}{end}" for f in dataclasses.fields(found.Config) for end in ("", ".help"))]
    missing = {language: [k for k in keys if not words(language).get(k, "").strip()] for language in LANGUAGES}
    assert not any(missing.values()), missing


def test_languages_have_the_same_keys_and_the_same_blanks():
    first, *others = (words(language) for language in LANGUAGES)
    for other in others:
        assert set(first) == set(other)
        for key, sentence in first.items():
            assert sorted(_blanks(sentence)) == sorted(_blanks(other[key])), key


def _blanks(sentence: str) -> list[str]:
    return [part.split("}")[0] for part in sentence.split("{")[1:]]
