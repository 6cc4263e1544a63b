"""The guide's view, written into a copy of the program, in a browser."""

import subprocess
import sys

from tests import host
from tests.test_guide import copied, environment, run, section, write

from .conftest import Driver

PIXELS = """(selector) => { const c = document.querySelector(selector);
    return [c.width, c.height, [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]; }"""


def test_a_view_is_one_folder(context, watch, trained, tmp_path, interpreters):
    files, commands = section("Add a view")
    assert {path.split("/")[2] for path in files} == {"negative"} and len(files) == 6 and len(commands) == 2
    copy = copied(tmp_path)
    write(copy, files)
    told = [run(copy, command) for command in commands]
    assert "DrawNegative" in (copy / "explorer" / "shell" / "answers.d.ts").read_text("utf-8") and " passed" in told[-1]
    port = host.free_port()
    words = [sys.executable, "app.py", "--port", str(port), "--trained", str(trained)]
    with open(tmp_path / "page.txt", "wb") as log, subprocess.Popen(words, cwd=copy, env=environment(copy), stdout=log, stderr=log) as page:
        try:
            host.answers(f"http://127.0.0.1:{port}", lambda: page.poll() is None)
            drive = Driver(context.new_page(), f"http://127.0.0.1:{port}").open("run=tiny")
            drive.page.locator("[role=tab][data-view=negative]").click()
            drive.page.wait_for_selector("#lx-negative [data-n]")
            drive.settled()
            (w, h, image), (*size, negative) = (drive.page.evaluate(PIXELS, s) for s in (".lx-hero canvas", "#lx-negative canvas"))
            assert size == [w, h] and w * h == 784
            assert all(abs(a + b - 255) <= 2 for k, (a, b) in enumerate(zip(image, negative, strict=True)) if k % 4 < 3)
            drawn = int(drive.page.locator("#lx-negative [data-n]").get_attribute("data-n"))
            drive.page.locator(".lx-seed").click()
            drive.until("(was) => +document.querySelector('#lx-negative [data-n]').dataset.n > was", drawn)
        finally:
            page.terminate()
