"""Named questions: what is wrong with one is a sentence of ours, whatever was sent; files in base64 as people have them."""

from __future__ import annotations

import base64
import io
import re
import textwrap

import numpy as np
import pytest
from PIL import Image

from explorer import Refused
from explorer.server import api
from explorer.server.api import Decode, Encode, Nearest, Sample, asked


@pytest.fixture(scope="module")
def files(tiny) -> list[str]:
    """Two held-out images as PNG files in base64."""
    def text(pixels) -> str:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        return base64.b64encode(out.getvalue()).decode("ascii")
    return [text(pixels[0]) for pixels in tiny.held.images([3, 5])]


def test_a_file_may_come_in_one_line_in_many_or_as_a_data_url(session, files):
    plain, other = files
    wrapped = textwrap.fill(plain, 76)
    assert "\n" in wrapped
    code = asked(Encode, run="tiny", image_base64=plain).answer(session)
    assert len(code) == 4
    for text in (wrapped, wrapped.replace("\n", "\r\n") + "\r\n", f"data:image/png;base64,{plain}", f"data:image/png;base64,{wrapped}"):
        assert asked(Encode, run="tiny", image_base64=text).answer(session) == code
    several = asked(Encode, run="tiny", image_base64=[plain, other, wrapped]).answer(session)
    np.testing.assert_allclose([several[0], several[2]], [code, code], atol=1e-5)
    np.testing.assert_allclose(several[1], asked(Encode, run="tiny", image_base64=other).answer(session), atol=1e-5)


@pytest.mark.parametrize("kind, values, said", [
    (Sample, {"run": ["tiny"], "seed": 0}, "run is the name"), (Sample, {"run": None, "seed": 0}, "run is the name"),
    (Sample, {"run": "x" * 65, "seed": 0}, "run is the name"), (Sample, {"run": "nothing", "seed": 0}, "no run of that name"),
    (Sample, {"run": "tiny", "seed": "abc"}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": -1}, "seed is a whole number"),
    (Sample, {"run": "tiny", "seed": 2**63}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": 1.5}, "seed is a whole number"),
    (Sample, {"run": "tiny", "seed": None}, "seed is a whole number"), (Sample, {"run": "tiny", "seed": 0, "label": "one"}, "label is"),
    (Decode, {"run": "tiny", "code": "0,0"}, "code is a list"), (Decode, {"run": "tiny", "code": [0, "a"]}, "code is a list"),
    (Decode, {"run": "tiny", "code": [[0.0] * 4]}, "code is a list"), (Decode, {"run": "tiny", "code": [float("nan")] * 4}, "finite"),
    (Decode, {"run": "tiny", "code": [1e300] * 4}, "finite"), (Decode, {"run": "tiny", "code": []}, "code is a list"),
    (Decode, {"run": "tiny", "code": [0.0] * 5}, "has 5 numbers"), (Decode, {"run": "tiny", "code": [0.0] * 8}, "takes 1 code"),
    (Nearest, {"run": "tiny", "code": [0.0] * 4, "k": 25}, "between 1 and 24"),
    (Nearest, {"run": "tiny", "code": [0.0] * 4, "k": "x"}, "k is"),
    (Encode, {"run": "tiny", "image_base64": 5}, "image_base64 is"), (Encode, {"run": "tiny", "image_base64": []}, "image_base64 is"),
    (Encode, {"run": "tiny", "image_base64": ["x"] * 17}, "up to 16"), (Encode, {"run": "tiny", "image_base64": "§"}, "not base64"),
    (Encode, {"run": "tiny", "image_base64": "data:image/png,x"}, "not base64"),
    (Encode, {"run": "tiny", "image_base64": "bm90IGFuIGltYWdl"}, "not an image")])
def test_what_is_wrong_is_one_sentence_and_none_of_pythons(session, kind, values, said):
    with pytest.raises(Refused) as e:
        asked(kind, **values).answer(session)
    told = str(e.value)
    assert said in told and told.endswith(".") and "\n" not in told
    assert not re.search(r"Error|Traceback|pydantic|NoneType|<class|'str'|int\(\)", told)


def test_every_value_has_its_sentence():
    for kind in (Sample, Decode, Encode, Nearest):
        assert set(kind.model_fields) <= set(api.WANTED)
