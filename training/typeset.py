"""An equation as MathML, which browsers draw by themselves. Its source is the text that the command line prints: Unicode, as one would
type it, with ``_x``, ``_{…}`` or ₖ₋₁ below, ² or ᵀ above, x̃, z̄ and ρ̂ with their accents, and three spaces after a comma between two
equations. 𝔼 is an expectation; E is a network.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape

LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₜ", "0123456789+−ijklt", strict=True))
HIGH = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ", "0123456789+−T", strict=True))
ACCENTS = {"\u0303": "~", "\u0304": "¯", "\u0302": "^"}            # tilde, bar and hat over a letter
FENCES = {"(": ")", "[": "]", "{": "}", "‖": "‖", "|": "|"}
BELOW = ("min", "max", "∑")                                        # what has its index under it, not beside it
NUMBER, WORD = re.compile(r"\d+(?:\.\d+)?"), re.compile(r"[A-Za-z]{2,}")
APPLIED = "<mo>&#x2061;</mo>"                                      # "of": between a function and what it is given


@cache
def typeset(equation: str) -> str:
    """HTML: a ``<math>`` for each of the equations, so that a narrow page breaks between them. Raises ValueError for brackets that do not
    close."""
    parts = re.split(r"(?<=,) {3,}", equation.strip())
    return " ".join(f'<span class="lx-formula"><math alttext="{escape(part)}">{_Reader(part).all()}</math></span>' for part in parts)


class _Reader:
    """Reads one equation from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = unicodedata.normalize("NFD", text), 0

    def all(self) -> str:
        """All of it; raises ValueError where something is left over."""
        found = self.row("")
        if self.at < len(self.text):
            raise ValueError(f"{self.text!r}: {self.text[self.at]!r} at {self.at} closes nothing.")
        return found

    def row(self, end: str) -> str:
        """Up to the bracket that ends it, which stays; with no such bracket all that is left."""
        out: list[str] = []
        atom = False                                               # whether a letter, a number or a bracket stands before
        while self.at < len(self.text) and not self.closes(end):
            spaces = self.spaces()
            if self.at >= len(self.text) or self.closes(end):
                break
            before, start = atom, self.at
            piece, atom = self.piece()
            if spaces and before and atom:
                out.append('<mspace width="0.2em"/>')
            elif before and atom and self.text[start] in "([" and out:
                out.append(APPLIED)
            out.append(piece)
        return f"<mrow>{''.join(out)}</mrow>"

    def closes(self, end: str) -> bool:
        """Whether the bracket that ends a row stands here; none may close that was not opened."""
        here = self.text[self.at]
        if here == end:
            return here not in "‖|" or not self.between()
        return here in ")]}"

    def between(self) -> bool:
        """Whether ‖ or | here stands between two things, as in KL(q ‖ p) and p(x|z), and is no bracket."""
        here, before, after = self.text[self.at], self.text[self.at - 1:self.at], self.text[self.at + 1:self.at + 2]
        if here == "|" and before and after and before not in " ([{" and (after.isalnum() or after in "([{𝔼"):
            return True
        return before == " " and after == " "

    def spaces(self) -> bool:
        start = self.at
        while self.text[self.at:self.at + 1] == " ":
            self.at += 1
        return self.at > start

    def piece(self) -> tuple[str, bool]:
        """The next thing with what is below and above it, and whether it is a letter, number or bracket rather than a sign."""
        name, base, atom = self.base()
        low, high = self.below(), self.above()
        if name in BELOW and low:
            return f"<munder>{base}{low}</munder>", True
        if low and high:
            return f"<msubsup>{base}{low}{high}</msubsup>", atom
        if low or high:
            tag = "msub" if low else "msup"
            return f"<{tag}>{base}{low}{high}</{tag}>", atom
        return base, atom

    def base(self) -> tuple[str, str, bool]:
        """The next thing itself: its name, its MathML, and whether it is no sign."""
        here = self.text[self.at]
        if here in FENCES and not (here in "‖|" and self.between()):
            return here, self.fenced(here), True
        number = NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return number[0], f"<mn>{number[0]}</mn>", True
        word = WORD.match(self.text, self.at)
        if word:
            self.at = word.end()
            kind = "mo" if word[0] in BELOW else "mi"
            return word[0], f"<{kind}>{word[0]}</{kind}>", True
        self.at += 1
        accent = ACCENTS.get(self.text[self.at:self.at + 1])
        if accent:
            self.at += 1
            return here, f'<mover accent="true"><mi>{escape(here)}</mi><mo>{accent}</mo></mover>', True
        if here == "Σ":
            return "∑", "<mo>∑</mo>", True
        if here.isalpha():
            return here, f"<mi>{escape(here)}</mi>", True
        if here in "∇…":
            return here, f"<mi>{here}</mi>" if here == "∇" else "<mo>…</mo>", False
        fixed = ' stretchy="false" lspace="0.2em" rspace="0.2em"' if here in "|‖" else ' stretchy="false"' if here == "/" else ""
        return here, f"<mo{fixed}>{escape(here)}</mo>", False

    def fenced(self, opening: str) -> str:
        self.at += 1
        inside = self.row(FENCES[opening])
        if self.text[self.at:self.at + 1] != FENCES[opening]:
            raise ValueError(f"{self.text!r}: {opening!r} is not closed.")
        self.at += 1
        first, last = (f'<mo stretchy="false" form="{form}">{sign}</mo>'
                       for form, sign in (("prefix", opening), ("postfix", FENCES[opening])))
        return f"<mrow>{first}{inside}{last}</mrow>"

    def below(self) -> str:
        here = self.text[self.at:self.at + 1]
        if here == "_":
            self.at += 1
            if self.text[self.at:self.at + 1] == "{":
                self.at += 1
                inside = self.row("}")
                if self.text[self.at:self.at + 1] != "}":
                    raise ValueError(f"{self.text!r}: '_{{' is not closed.")
                self.at += 1
                return inside
            return self.base()[1]
        return self.small(LOW)

    def above(self) -> str:
        return self.small(HIGH)

    def small(self, letters: dict[str, str]) -> str:
        """Unicode's small letters and digits, together."""
        start = self.at
        while self.text[self.at:self.at + 1] in letters and self.at < len(self.text):
            self.at += 1
        return _Reader("".join(letters[c] for c in self.text[start:self.at])).all() if self.at > start else ""


__all__ = ["typeset"]
