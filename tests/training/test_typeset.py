"""Equations as MathML: every family's, and what the reader makes of each sign."""

import re
import xml.etree.ElementTree as ET

import pytest

from training import families
from training.typeset import typeset

ALL = families.families()


def tree(equation: str) -> ET.Element:
    return ET.fromstring(f"<div>{typeset(equation)}</div>")


@pytest.mark.parametrize("name", families.names())
def test_every_familys_equation_is_well_formed_and_all_of_it_is_there(name):
    equation = ALL[name].equation
    maths = tree(equation).findall("span/math")
    assert maths and [m.get("alttext") for m in maths] == re.split(r"(?<=,) {3,}", equation)
    for element in tree(equation).iter():
        wanted = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3}.get(element.tag)
        assert wanted is None or len(element) == wanted, f"{name}: {ET.tostring(element, 'unicode')}"
    drawn = "".join(tree(equation).itertext())
    assert not re.search(r"[_{}\\₀-₉ₖₗₜᵢⱼ²ᵀ]", re.sub(r"\{1…K,generated\}", "", drawn)), drawn


@pytest.mark.parametrize("name", families.names())
def test_an_expectation_is_never_the_letter_of_a_network(name):
    equation = ALL[name].equation
    assert not re.search(r"(?<![A-Za-z])E(?=[\[‖_ ])(?!_D)", equation.replace("{E,D}", "").replace("{G,E}", "")), equation
    drawn = ["".join(m.itertext()) for m in tree(equation).iter("math")]
    assert sum(d.count("𝔼") for d in drawn) == equation.count("𝔼")


def test_indices_accents_limits_and_brackets():
    shown = typeset("max_{‖D‖_L ≤ 1} 𝔼[x̃ₖ₋₁²] ‖ z̄₁")
    assert '<munder><mo>max</mo><mrow><msub><mrow><mo stretchy="false" form="prefix">‖</mo>' in shown
    assert '<msubsup><mover accent="true"><mi>x</mi><mo>~</mo></mover><mrow><mi>k</mi><mo>−</mo><mn>1</mn></mrow><mrow><mn>2</mn>' in shown
    assert 'rspace="0.2em">‖</mo><msub><mover accent="true"><mi>z</mi><mo>¯</mo></mover>' in shown, "between two things no bracket"
    assert '<math alttext="a &lt; b"><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math>' in typeset("a < b")
    assert len(tree("a = b,   c = d")) == 2, "a narrow page breaks between equations"


@pytest.mark.parametrize("wrong", ["f(x", "f(x]", "x)", "min_{x", "‖x"])
def test_brackets_must_close(wrong):
    with pytest.raises(ValueError, match="clos"):
        typeset(wrong)
