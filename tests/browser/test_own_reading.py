"""A model that names classes itself (a semi-supervised GAN) says what it reads from the image that is shown."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.runs.session import Session
from tests.browser.conftest import Driver
from tests.explorer.conftest import data, make
from tests.explorer.generators import make_generator


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("reads")
    make_generator(root, "semi", "sgan", data(), z_dim=6, labels=4)
    make(root, "tiny", data(), z_dim=8)
    return root


def test_what_the_models_own_classifier_reads(context, watch, pages, root):
    run = Session(root).run("semi")
    drive = Driver(context.new_page(), pages.over(root))
    page = drive.open("run=semi&view=codes").page
    for _ in range(3):
        drive.until("+document.querySelector('.lx-own-read').dataset.n > 0 && !document.querySelector('.lx-own-read').hidden")
        w = np.array(drive.state("Array.from(s.w)"), np.float32)[None, None]
        with torch.no_grad():
            p = run.model.read(run.model.synthesize(torch.from_numpy(w)).clamp(-1, 1))["class"][0]
        best = int(p.argmax())
        said = [data().spec.classes[best], f"{round(100 * float(p[best]))} %"]
        drive.until("""([k, said]) => { const e = document.querySelector('.lx-own-read');
            return e.dataset.reads === k && said.every((s) => e.textContent.includes(s)); }""", [str(best), said])
        page.get_by_role("button", name="New seed").click()
        drive.until("(was) => window.lx.state.w.some((v, i) => Math.abs(v - was[i]) > 1e-6)", w[0, 0].tolist())
    page.locator(".lx-run[data-run=tiny]").click()
    drive.until("window.lx.state.run === 'tiny' && document.querySelector('.lx-own-read').hidden")
