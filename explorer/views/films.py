"""A film as a file: GIF by Pillow, MP4 by PyAV. Of what, each kind of film says: a path's (paths.py), a view's own (its requests.py)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Literal, TypeVar

import numpy as np
from PIL import Image
from pydantic import Field

from .. import Refused, images
from ..latent import moves
from ..runs import lanes
from ..runs.run import Run
from .base import Request

F = TypeVar("F")
MOST_KEYS, MOST_FRAMES = 12, 240
TYPES = {"gif": "image/gif", "mp4": "video/mp4"}


class Film(Request):
    """A film to be saved: how long, how smooth, how large (the longer side in pixels, at most), and as what; ``back``: there and back."""

    route = "film"
    seconds: Annotated[float, Field(allow_inf_nan=False, gt=0, le=60)] = 4.0
    fps: Annotated[int, Field(ge=1, le=60)] = 24
    size: Annotated[int, Field(ge=16, le=512)] = 256
    format: Literal["gif", "mp4"] = "gif"
    back: bool = False

    def times(self, count: int, loop: bool) -> np.ndarray:
        """The times in [0, 1] of so many frames, (count,). There and back they end where they began, as a loop does."""
        return 1 - np.abs(1 - 2 * moves.times(count, True)) if self.back else moves.times(count, loop)

    def shown(self, run: Run, count: int) -> np.ndarray:
        """``count`` frames (count, H, W, C) uint8, from the first to the last."""
        raise TypeError(f"{type(self).__name__} shows nothing.")


def film(run: Run, request: Film) -> tuple[bytes, str]:
    """The file and its media type. Pixels stay squares: enlarged by a whole number. Raises Refused beyond 240 frames."""
    count = max(2, round(request.seconds * request.fps))
    if count > MOST_FRAMES:
        raise Refused(f"That would be {count} frames; up to {MOST_FRAMES} can be saved: make it shorter or take fewer frames a second.")
    frames = request.shown(run, count)
    times = max(1, request.size // max(frames.shape[1:3]))
    return (gif if request.format == "gif" else mp4)(frames, request.fps, times), TYPES[request.format]


def wanted(frames: Iterable[F]) -> Iterator[F]:
    """The frames, one after another, for as long as somebody waits for the file. Raises Abandoned."""
    for frame in frames:
        lanes.check()
        yield frame


def gif(frames: np.ndarray, fps: int, times: int = 1) -> bytes:
    """Frames (n, H, W, C) uint8, ``times`` as large, as an endless GIF. Its clock has hundredths of a second, so they are shared out
    evenly."""
    colours = None
    if frames.shape[-1] == 3:                   # one palette for all, so that colours do not flicker
        some = frames[np.linspace(0, len(frames) - 1, min(len(frames), 16)).astype(int)]
        colours = Image.fromarray(images.grid(images.enlarge(some, times), 4)).quantize(256, Image.Quantize.MEDIANCUT)
    shown = []
    for frame in wanted(frames):
        image = images.to_pillow(images.enlarge(frame, times))
        shown.append(image if colours is None else image.quantize(palette=colours, dither=Image.Dither.NONE))
    ends = np.round(np.arange(len(frames) + 1) * 100 / fps).astype(int)
    durations = [max(20, int(d) * 10) for d in np.diff(ends)]
    out = io.BytesIO()
    shown[0].save(out, "GIF", save_all=True, append_images=wanted(shown[1:]), duration=durations, loop=0, optimize=False, disposal=1)
    return out.getvalue()


def mp4(frames: np.ndarray, fps: int, times: int = 1) -> bytes:
    """Frames (n, H, W, C) uint8, ``times`` as large, as H.264 (else MPEG-4) that plays everywhere; an odd side gains a row or column.

    Frame by frame, as all that is done to them: numpy gives the interpreter to nobody while it works on 240 of them.
    """
    import av  # slow to import, and needed only here

    _, h, w, c = frames.shape
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        options = {"crf": "14", "preset": "veryfast"} if codec == "libx264" else {"qscale": "2"}
        stream = file.add_stream(codec, rate=Fraction(fps), options=options)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = h * times + h * times % 2, w * times + w * times % 2, "yuv420p"
        for frame in wanted(frames):
            pixels = images.enlarge(frame.repeat(3, -1) if c == 1 else frame, times)
            pixels = np.pad(pixels, ((0, stream.height - h * times), (0, stream.width - w * times), (0, 0)), "edge")
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)
    return out.getvalue()
