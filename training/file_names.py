"""Names of files and folders as text: of zips that were packed without Unicode, and of folders whose names are not UTF-8."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

LONGEST = 80
ENCODINGS = {"cp949": "Korean (cp949)", "cp932": "Japanese (Shift-JIS)", "gbk": "Chinese (GBK)"}
"""How names are tried where they are neither UTF-8 nor Western, and what a person calls it."""


def readable(name: str) -> str:
    """A file system's name as text that any file can hold: what is not UTF-8 is read as Western, control characters go, NFC."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:                    # bytes that the system could not read: Python keeps them as surrogates
        name = name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return _printable(name)[:LONGEST] or "_"


def _printable(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", name) if c.isprintable()).strip()


def shortened(name: str, most: int = 40) -> str:
    """A file's name for a sentence, without control characters, of a long one its beginning and its end: at most so many characters."""
    name = _printable(name)
    end = most // 3
    return name if len(name) <= most else f"{name[:most - end - 1]}…{name[-end:]}"


def encoding_of(names: Sequence[bytes]) -> str:
    """The encoding in which all names of one zip make the most sense; cp437, which zips have by default, where none does.

    Korean names are syllables of everyday use (KS X 1001), Japanese ones kana and common kanji, Chinese ones common characters.
    """
    foreign = [n for n in names if not n.isascii()]
    if not foreign or _decodes(foreign, "utf-8"):
        return "utf-8"
    scores = {encoding: _sense(foreign, encoding) for encoding in ("cp949", "cp932", "gbk")}
    best = max(scores, key=lambda e: scores[e])   # the first of equals
    return best if scores[best] > 0.7 else "cp437"


def _decodes(names: Sequence[bytes], encoding: str) -> bool:
    try:
        for name in names:
            name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _sense(names: Sequence[bytes], encoding: str) -> float:
    """The share of foreign characters that people write every day; 0 where the bytes are no such text."""
    if not _decodes(names, encoding):
        return 0.0
    text = [c for name in names for c in name.decode(encoding) if not c.isascii()]
    return sum(_common(c, encoding) for c in text) / max(len(text), 1)


def _common(c: str, encoding: str) -> bool:
    if encoding == "cp949":
        return "가" <= c <= "힣" and len(_bytes(c, "euc_kr")) == 2
    if encoding == "cp932":
        return "ぁ" <= c <= "ヿ" or b"\x88\x9f" <= _bytes(c, "cp932") <= b"\x98\x72"
    return b"\xb0\xa1" <= _bytes(c, "gb2312") <= b"\xd7\xf9"


def _bytes(c: str, encoding: str) -> bytes:
    return c.encode(encoding, "ignore")
