"""Labelled cartoon faces, drawn here: fourteen attributes each, no photograph of anyone.

Art: Remix of "ToonHead" by Johan Melin, CC BY 4.0; mouth, glasses, hat and background changed. The drawing comes from
dicebear-styles; the mouth is enlarged, and three mouths, the glasses, the hat and the background are drawn by this module.
Attributes are independent and uniform (a hat: one in four), except that hair cuts and beard follow ``fem``, and that
a hat flattens hair that would stick out of it. Face i of a seed depends on (seed, i) alone, so any subset can be drawn
by itself, in any process.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cache, partial
from importlib.resources import files
from typing import Any

import numpy as np

ATTRIBUTION = 'Remix of "ToonHead" by Johan Melin, CC BY 4.0; mouth, glasses, hat and background changed.'

SKIN = {"pale": "#f6d7bf", "light": "#eab593", "tan": "#c98e63", "brown": "#9f6b47", "dark": "#724930"}
HAIR_COLOUR = {"black": "#16151d", "brown": "#472a1c", "auburn": "#a2451f", "blond": "#e0b95e", "grey": "#b9bcc4",
               "pink": "#e2679c"}
BACKGROUND = {"sky": "#a9d3ee", "mint": "#b4e2c2", "sand": "#f1dfb6", "rose": "#f3c0c4", "lilac": "#cdc3ee", "slate": "#7f93a8"}
TOP_COLOUR = {"navy": "#27408b", "red": "#b8322f", "green": "#2e7d4f", "yellow": "#e3b11f", "white": "#ecebe4",
              "black": "#26262b"}
NO_YES = ("no", "yes")

FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("fem", NO_YES), ("glasses", NO_YES), ("smile", NO_YES), ("hat", NO_YES),
    ("skin", tuple(SKIN)), ("hair_colour", tuple(HAIR_COLOUR)),
    ("background", tuple(BACKGROUND)), ("top_colour", tuple(TOP_COLOUR)),
    ("hair", ("sideComed", "spiky", "undercut", "bald", "bun")),
    ("rear_hair", ("none", "longStraight", "longWavy", "shoulderHigh", "neckHigh")),
    ("beard", ("none", "chinMoustache", "fullBeard", "moustacheTwirl")),
    ("mouth", ("flat", "frown", "laugh", "grin")), ("glasses_style", ("none", "round", "square")), ("eyes", ("happy", "wide")),
)
"""(field, its categories); an attribute row holds, for each field, the position of its category."""
COLOURS = ("skin", "hair_colour", "background", "top_colour")
"""The fields that say in which colour something is filled; all others are shapes: what is there, and of which form."""

VIEW = (79, 0, 610)                               # left, top and side of the square shown, in ToonHead's units (768 wide)
CENTRE = (384, 320)                               # the pose turns and scales about this point
MOUTH_SCALE, MOUTH_PLACE = 1.5, (326, 487)        # larger than ToonHead's own, so that it reads at 64 pixels
SUNK = {"spiky", "bun"}                           # hair that would pierce a hat

_LINE = '<path d="{}" fill="none" stroke="#5e1414" stroke-width="15" stroke-linecap="round"/>'
MOUTHS = {                                        # `laugh` is ToonHead's own
    "flat": _LINE.format("M340 522h88"),
    "frown": _LINE.format("M334 540q50-46 100 0"),
    "grin": '<path d="M314 489q70 66 140 0-14 74-70 74t-70-74z" fill="#6d1616"/>'
            '<path d="M324 495q60 44 120 0-4 20-14 26-46 16-92 0-10-6-14-26z" fill="#fff"/>',
}
_FRAME = '<g fill="#fff" fill-opacity=".12" stroke="#1d1d22" stroke-width="17">{}</g>'
GLASSES = {
    "round": _FRAME.format('<circle cx="303" cy="408" r="66"/><circle cx="465" cy="408" r="66"/>'
                           '<path d="M368 398q16-14 32 0M238 396l-44-14M530 396l44-14" fill="none"/>'),
    "square": _FRAME.format('<rect x="234" y="356" width="134" height="104" rx="22"/>'
                            '<rect x="400" y="356" width="134" height="104" rx="22"/>'
                            '<path d="M368 392h32M234 388l-42-12M534 388l42-12" fill="none"/>'),
}
HAT = ('<path d="M188 286C176 112 270 62 384 62s208 50 196 224z" fill="{c}"/>'
       '<rect x="172" y="240" width="424" height="62" rx="30" fill="{c}"/>'
       '<rect x="172" y="240" width="424" height="62" rx="30" fill="#000" fill-opacity=".22"/>'
       '<circle cx="384" cy="52" r="40" fill="{c}"/><circle cx="384" cy="52" r="40" fill="#fff" fill-opacity=".35"/>')


@dataclass(frozen=True)
class Face:
    """What a face shows (field names and categories of FIELDS) and how it is held."""

    fem: str
    glasses: str
    smile: str
    hat: str
    skin: str
    hair_colour: str
    background: str
    top_colour: str
    hair: str
    rear_hair: str
    beard: str
    mouth: str
    glasses_style: str
    eyes: str
    rotation: float = 0.0                         # degrees
    scale: float = 1.0
    dx: float = 0.0                               # ToonHead's units: 610 to the picture's width
    dy: float = 0.0

    def attributes(self) -> np.ndarray:
        """(14,) uint8, in the order of FIELDS."""
        return np.array([categories.index(getattr(self, name)) for name, categories in FIELDS], np.uint8)


def sample(seed: int, index: int) -> Face:
    """Face ``index`` of the endless set ``seed``. RandomState, since its stream is frozen: the set is the same everywhere."""
    r = np.random.RandomState((seed, index))

    def pick(choices: Sequence[str]) -> str:
        return choices[r.randint(len(choices))]

    fem, glasses, smile = pick(NO_YES), pick(NO_YES), pick(NO_YES)
    hat = pick(("yes", "no", "no", "no"))
    skin, hair_colour = pick(tuple(SKIN)), pick(tuple(HAIR_COLOUR))
    background, top_colour = pick(tuple(BACKGROUND)), pick(tuple(TOP_COLOUR))
    if fem == "yes":
        hair, beard = pick(("sideComed", "bun")), "none"
        rear_hair = pick(("longStraight", "longWavy", "shoulderHigh", "neckHigh"))
    else:
        hair, rear_hair = pick(("sideComed", "spiky", "undercut", "bald")), "none"
        beard = pick(("none", "chinMoustache", "fullBeard", "moustacheTwirl"))
    if hat == "yes" and hair in SUNK:
        hair = "sideComed"                        # label what is seen
    mouth = pick(("laugh", "grin") if smile == "yes" else ("flat", "frown"))
    glasses_style = pick(tuple(GLASSES)) if glasses == "yes" else "none"
    return Face(fem, glasses, smile, hat, skin, hair_colour, background, top_colour, hair, rear_hair, beard, mouth,
                glasses_style, pick(("happy", "wide")), rotation=r.uniform(-6, 6), scale=r.uniform(0.95, 1.06),
                dx=r.uniform(-16, 16), dy=r.uniform(-14, 14))


@cache
def _style() -> Any:
    from dicebear import Style

    art = json.loads(files("dicebear_styles").joinpath("toon-head.json").read_text("utf-8"))
    mouth = art["components"]["mouth"]
    x, y = (place - (MOUTH_SCALE - 1) * mouth[side] / 2 for place, side in zip(MOUTH_PLACE, ("width", "height"), strict=True))
    for element in art["canvas"]["elements"]:
        if element["name"] == "mouth":
            element["attributes"]["transform"] = f"translate({x:.1f} {y:.1f}) scale({MOUTH_SCALE})"
    return Style(art)


def svg(face: Face) -> str:
    """The face as an SVG document."""
    from dicebear import Avatar

    def chance(shown: bool) -> int:
        return 100 if shown else 0

    options = {
        "seed": "0", "skinColor": SKIN[face.skin], "hairColor": HAIR_COLOUR[face.hair_colour],
        "clothesColor": TOP_COLOUR[face.top_colour], "clothesVariant": "tShirt",
        "eyesVariant": face.eyes, "eyebrowsVariant": "neutral",
        "hairProbability": chance(face.hair != "bald"), "rearHairProbability": chance(face.rear_hair != "none"),
        "beardProbability": chance(face.beard != "none"),
        "mouthProbability": chance(face.mouth == "laugh"), "mouthVariant": "laugh",
    }
    if face.hair != "bald":
        options["hairVariant"] = face.hair
    if face.rear_hair != "none":
        options["rearHairVariant"] = face.rear_hair
    if face.beard != "none":
        options["beardVariant"] = face.beard
    head = re.sub(r"^<svg[^>]*>|</svg>$", "", Avatar(_style(), options).to_string())
    hat = HAT.format(c=TOP_COLOUR[face.top_colour]) if face.hat == "yes" else ""
    (left, top, side), (cx, cy) = VIEW, CENTRE
    pose = (f"translate({cx + face.dx:.2f} {cy + face.dy:.2f}) rotate({face.rotation:.2f}) "
            f"scale({face.scale:.4f}) translate({-cx} {-cy})")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {side} {side}">'
            f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="{BACKGROUND[face.background]}"/>'
            f'<g transform="{pose}">{head}{MOUTHS.get(face.mouth, "")}{GLASSES.get(face.glasses_style, "")}{hat}</g></svg>')


def draw(face: Face, size: int = 64) -> np.ndarray:
    """The face as (3, size, size) uint8, RGB."""
    import resvg_py
    from PIL import Image

    png = resvg_py.svg_to_bytes(svg_string=svg(face), width=size, height=size, skip_system_fonts=True)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).transpose(2, 0, 1)


def draw_range(start: int, stop: int, seed: int = 0, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Faces ``start`` to ``stop`` - 1: images (n, 3, size, size) uint8 and attributes (n, 14) uint8."""
    faces = [sample(seed, index) for index in range(start, stop)]
    images = np.empty((len(faces), 3, size, size), np.uint8)
    for row, face in enumerate(faces):
        images[row] = draw(face, size)
    return images, np.array([face.attributes() for face in faces], np.uint8).reshape(len(faces), len(FIELDS))


def draw_parallel(start: int, stop: int, seed: int = 0, size: int = 64, processes: int = 2, chunk: int = 250,
                  done: Callable[[int], None] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """As draw_range, by several processes. ``done(n)`` is told, now and then, how many faces are drawn."""
    starts = range(start, stop, chunk)
    stops = [min(s + chunk, stop) for s in starts]
    if len(stops) < 2 or processes < 2:
        return draw_range(start, stop, seed, size)
    images = np.empty((stop - start, 3, size, size), np.uint8)
    attributes = np.empty((stop - start, len(FIELDS)), np.uint8)
    # spawn: forking a process that has torch's threads can hang
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for first, (some, rows) in zip(starts, pool.map(partial(draw_range, seed=seed, size=size), starts, stops), strict=True):
            at = slice(first - start, first - start + len(some))
            images[at], attributes[at] = some, rows
            if done:
                done(at.stop)
    return images, attributes


assert tuple(f.name for f in fields(Face))[:len(FIELDS)] == tuple(name for name, _ in FIELDS)
