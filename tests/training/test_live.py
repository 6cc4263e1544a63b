"""Live training: the panels start alike, go the same way every time, and a frame says what its own points say."""

from __future__ import annotations

import io
import json
import os
import queue
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.waiting import HANGS
from training import live, points
from training.data import DataError
from training.live import HEAD, OVER, PAUSED, PLAYING, Live
from training.live_panel import ARROWS, PANEL, POINTS, PRESETS, SIDE, UNIT, VIEW

ROOT = Path(__file__).parent.parent.parent


def parsed(frame: bytes) -> dict:
    """A frame, read as its description says."""
    size, index, step, seconds, state, *alone = HEAD.unpack_from(frame)
    assert size == len(frame)
    found, at = [], HEAD.size
    for _ in PRESETS:
        lo, hi, longest, kl, good, modes, distance, real, fake, *updates = PANEL.unpack_from(frame, at)
        at += PANEL.size
        xy = np.frombuffer(frame, "<i2", 2 * POINTS, at).reshape(POINTS, 2) / UNIT
        heat = np.frombuffer(frame, np.uint8, SIDE**2, at + 4 * POINTS).reshape(SIDE, SIDE)
        pull = np.frombuffer(frame, "<i2", 2 * ARROWS**2, at + 4 * POINTS + SIDE**2).reshape(ARROWS, ARROWS, 2) * (longest / 32767)
        at += 4 * POINTS + SIDE**2 + 4 * ARROWS**2
        found.append(dict(lo=lo, hi=hi, kl=kl, good=good, modes=modes, distance=distance, real=real, fake=fake, updates=updates, xy=xy,
                          heat=heat, pull=pull))
    assert at == size
    return dict(index=index, step=step, seconds=seconds, state=state, alone=alone, panels=found)


@pytest.fixture
def ring() -> Live:
    return Live("ring", 3)


def test_panels_start_with_one_generator_and_one_order_of_the_data(ring):
    weights = [[p.detach().clone() for p in panel.trainer.model.parameters()] for panel in ring.panels]
    for other in weights[1:]:
        assert all(torch.equal(a, b) for a, b in zip(weights[0], other, strict=True))
    first = [panel.trainer.stream.next().images for panel in ring.panels]
    assert all(torch.equal(first[0], b) for b in first[1:])
    a, b, c = (p["xy"] for p in parsed(ring.frame())["panels"])
    assert np.array_equal(a, b) and np.array_equal(a, c)


def test_a_step_moves_every_panel_and_the_same_seed_repeats_it(ring):
    before = parsed(ring.frame())
    for _ in range(3):
        ring.step()
    after = parsed(ring.frame())
    assert (before["step"], after["step"], after["index"]) == (0, 3, 1) and after["seconds"] > 0
    for a, b in zip(before["panels"], after["panels"], strict=True):
        assert np.abs(a["xy"] - b["xy"]).max() > 1e-3
    again = Live("ring", 3)
    for _ in range(3):
        again.step()
    for a, b in zip(after["panels"], parsed(again.frame())["panels"], strict=True):
        assert np.array_equal(a["xy"], b["xy"]) and np.array_equal(a["heat"], b["heat"])


def test_a_panel_goes_its_way_whatever_trains_beside_it(ring):
    alone = Live("ring", 3, presets=PRESETS[-1:])
    for _ in range(3):
        ring.step()
        alone.step()
    assert np.array_equal(alone.panels[0].points(), ring.panels[-1].points())


def test_figures_are_those_of_the_points_in_the_frame(ring):
    for _ in range(2):
        ring.step()
    for panel in parsed(ring.frame())["panels"]:
        assert panel["modes"] == points.modes_covered("ring", panel["xy"])
        assert panel["good"] == pytest.approx(points.high_quality_share("ring", panel["xy"]), abs=1e-6)
        assert panel["kl"] == pytest.approx(points.reverse_kl("ring", panel["xy"]), abs=1e-5)


def test_the_map_is_the_critic_and_the_arrows_its_slope(ring):
    ring.step()
    for panel, shown in zip(ring.panels, parsed(ring.frame())["panels"], strict=True):
        middle = (np.arange(SIDE) + 0.5) / SIDE * 2 * VIEW - VIEW
        at = torch.tensor([[middle[7], -middle[3]]], dtype=torch.float32)             # row 3 from the top, column 7
        value = panel.says(at)[0].item()
        assert shown["lo"] + shown["heat"][3, 7] / 255 * (shown["hi"] - shown["lo"]) == pytest.approx(
            value, abs=(shown["hi"] - shown["lo"]) / 400 + 1e-6)
        assert panel.preset.output != "probability" or 0 <= shown["lo"] <= shown["hi"] <= 1
        middle = (np.arange(ARROWS) + 0.5) / ARROWS * 2 * VIEW - VIEW
        place, h = np.array([middle[9], -middle[2]]), 1e-2
        with torch.no_grad():
            slope = [float(panel.says(torch.from_numpy((place + d)[None]).float())[1] - panel.says(
                torch.from_numpy((place - d)[None]).float())[1]) / (2 * h) for d in np.eye(2) * h]
        assert np.allclose(shown["pull"][2, 9], slope, atol=0.05 * np.abs(shown["pull"]).max() + 1e-4)


def test_run_obeys_and_ends_with_its_input():
    class Then(queue.SimpleQueue):
        """Empty once, whenever it is asked without waiting, and then the next command."""

        def __init__(self, *commands):
            super().__init__()
            self.commands = list(commands)

        def get(self, block=True, timeout=None):
            if not block and (not self.commands or isinstance(self.commands[0], int)):
                if self.commands:
                    self.commands[0] -= 1
                    if not self.commands[0]:
                        self.commands.pop(0)
                raise queue.Empty
            return self.commands.pop(0)

    shown, frames = Live("ring"), []
    asked = Then({"step": 2}, 2, {"speed": 3, "play": True}, 2, {"play": False}, {"step": 1}, 1, None)
    shown.run(asked, lambda f: frames.append(parsed(f)))
    assert [f["step"] for f in frames] == [0, 1, 2, 5, 8, 9] and [f["index"] for f in frames] == list(range(6))
    assert [f["state"] for f in frames] == [PAUSED, PAUSED, PAUSED, PLAYING, PLAYING, PAUSED]


def weights(module) -> list[torch.Tensor]:
    return [p.detach().clone() for p in module.parameters()]


def test_one_side_alone_moves_by_its_own_loss_and_the_other_stays_bit_for_bit(ring):
    ring.step()
    for side, other in (("critic", "generator"), ("generator", "critic")):
        before = [{"critic": weights(p.trainer.objective.discriminator), "generator": weights(p.trainer.model)} for p in ring.panels]
        counted = [dict(p.updates) for p in ring.panels]
        ring.one_side(side)
        for panel, was, n in zip(ring.panels, before, counted, strict=True):
            now = {"critic": weights(panel.trainer.objective.discriminator), "generator": weights(panel.trainer.model)}
            assert all(torch.equal(a, b) for a, b in zip(was[other], now[other], strict=True))
            assert any(not torch.equal(a, b) for a, b in zip(was[side], now[side], strict=True))
            assert panel.updates == {**n, side: n[side] + 1}
    frame = parsed(ring.frame())
    assert frame["alone"] == [1, 1] and frame["step"] == 1
    assert [p["updates"] for p in frame["panels"]] == [[2, 2], [6, 2], [6, 2]], "a Wasserstein critic has five in a step of both"
    for panel, shown in zip(ring.panels, frame["panels"], strict=True):
        assert panel.trainer.stream.position == sum(shown["updates"]), "each update had a batch"
        assert panel.trainer.steps == 1, "the schedule rests"
        assert shown["fake"] == pytest.approx(float(panel.says(torch.from_numpy(shown["xy"]).float())[0].mean()), abs=1e-4)


def test_a_critic_alone_becomes_sharp_and_a_generator_alone_climbs(ring):
    for _ in range(5):
        ring.step()
    told = [parsed(ring.frame())["panels"]]
    for side in ("critic", "generator"):
        for _ in range(60):
            ring.one_side(side)
        told.append(parsed(ring.frame())["panels"])
    for start, sharp, climbed in zip(*told, strict=True):
        assert sharp["real"] - sharp["fake"] > start["real"] - start["fake"]
        assert np.array_equal(start["xy"], sharp["xy"]) and climbed["fake"] > sharp["fake"]


def test_turns_come_in_ten_frames_and_a_plan_goes_the_same_way_again():
    shown, frames = Live("ring", 3), []
    asked: queue.SimpleQueue = queue.SimpleQueue()
    for command in ({"speed": 1, "step": 2}, {"alone": "critic", "updates": 25}, {"alone": "generator", "updates": 3}, {"alone": "nobody"}):
        asked.put(command)

    def write(frame: bytes) -> None:
        frames.append(parsed(frame))
        if frames[-1]["alone"] == [25, 3] and not asked.qsize():
            asked.put({"step": 1})
            asked.put(None)
    shown.run(asked, write)
    assert [f["alone"][0] for f in frames if f["alone"][1] == 0 and f["alone"][0]] == [3, 6, 9, 12, 15, 18, 21, 24, 25]
    assert [f["alone"][1] for f in frames if f["alone"][1]][:3] == [1, 2, 3]
    at = frames[-1]["step"]                                                   # where the turns stood among the single steps, frames tell
    again = Live("ring", 3)
    again.obey({"until": at, "plan": [[at, "critic", 25], [at, "generator", 3]]})
    while again.state == PLAYING:
        again.burst()
    assert (again.steps, again.state, again.alone) == (at, PAUSED, {"critic": 25, "generator": 3})
    for a, b in zip(frames[-1]["panels"], parsed(again.frame())["panels"], strict=True):
        assert np.array_equal(a["xy"], b["xy"]) and np.array_equal(a["heat"], b["heat"])
    again.obey({"until": 0, "plan": [[0, "critic", 2]]})
    again.burst()
    assert again.alone["critic"] == 27 and again.state == PAUSED and again.steps == at


def test_updates_of_one_side_count_where_steps_are_bounded():
    shown = Live("ring", steps=4)
    assert shown.obey({"alone": "critic", "updates": 10**9}) == 0
    shown.run(queue.SimpleQueue(), lambda f: None)
    assert shown.state == OVER and shown.alone["critic"] == 4


@pytest.mark.parametrize("bound", [{"steps": 4}, {"seconds": 0.001}])
def test_time_and_steps_are_bounded(bound):
    shown = Live("grid", **bound)
    shown.obey({"play": True, "speed": 100})
    frames: list[dict] = []
    shown.run(queue.SimpleQueue(), lambda f: frames.append(parsed(f)))
    assert frames[-1]["state"] == OVER and frames[-1]["step"] == (4 if "steps" in bound else 1)


def test_speed_zero_takes_at_least_a_step_and_nonsense_is_bounded(ring):
    ring.obey({"speed": 0})
    ring.burst()
    assert ring.steps >= 1
    assert ring.obey({"speed": 10**9, "step": -4}) == 0 and ring.speed == 100


def test_it_trains_on_to_a_step_and_rests_there_as_single_steps_would(ring):
    ring.obey({"speed": 3, "until": 7})
    while ring.state == PLAYING:
        ring.burst()
    assert (ring.steps, ring.state) == (7, PAUSED)
    single = Live("ring", 3)
    for _ in range(7):
        single.step()
    for a, b in zip(*(parsed(x.frame())["panels"] for x in (ring, single)), strict=True):
        assert np.array_equal(a["xy"], b["xy"]) and np.array_equal([a["kl"], a["distance"]], [b["kl"], b["distance"]], equal_nan=True)
    ring.obey({"until": 5})
    assert ring.state == PAUSED, "there is no way back"
    ring.obey({"until": 100})
    ring.obey({"play": False})
    assert ring.state == PAUSED and not ring.until


def test_other_data_is_refused():
    with pytest.raises(DataError, match="points in the plane"):
        Live("mnist")


def test_lines_that_are_no_commands_are_left_out():
    asked: queue.SimpleQueue = queue.SimpleQueue()
    live.commands(io.StringIO('nonsense\n[1]\n{"play": true}\n'), asked)
    assert [asked.get(), asked.get()] == [{"play": True}, None]


def test_the_command_writes_hello_and_frames_and_no_file(tmp_path, interpreters):
    command = [sys.executable, "-m", "training", "live", "--data", "grid", "--seed", "5", "--steps", "2"]
    done = subprocess.run(command, cwd=ROOT, timeout=HANGS, input=b'{"play": true, "speed": 1}\n', capture_output=True, check=True,
                          env={**os.environ, "LATENT_EXPLORER_DATA": str(tmp_path), "OMP_NUM_THREADS": "1"})
    line, _, rest = done.stdout.partition(b"\n")
    hello = json.loads(line)
    assert hello["data"] == "grid" and hello["seed"] == 5 and len(hello["centres"]) == 25 and len(hello["panels"]) == len(PRESETS)
    assert {k: hello[k] for k in ("points", "side", "arrows", "unit")} == dict(points=POINTS, side=SIDE, arrows=ARROWS, unit=UNIT)
    size = struct.unpack_from("<I", rest)[0]
    frames = [HEAD.unpack_from(rest[i:i + size]) for i in range(0, len(rest), size)]
    assert frames and [f[1] for f in frames] == list(range(len(frames))) and all(f[0] == size for f in frames)
    assert not list(tmp_path.iterdir())
