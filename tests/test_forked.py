"""A forked command is to its starter what a new interpreter is."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests import forked, host
from tests.waiting import HANGS

pytestmark = [pytest.mark.skipif(not host.FORKS, reason="commands are forked on Linux"), pytest.mark.training]


def test_words_status_directory_and_environment_are_its_own(tmp_path):
    (tmp_path / "here").mkdir()
    said = []
    for start in (forked.REAL, forked.Popen):
        for trained in ("here", "nowhere"):
            environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
            with start([sys.executable, "-m", "training", "list", "--trained", trained], cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, env={**environment, "PYTHONPATH": str(host.ROOT)}) as process:
                said.append((*process.communicate(), process.returncode))
    assert said[:2] == said[2:] and [code for *_, code in said[:2]] == [0, 2] and "nowhere" in said[1][1]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_signals_end_it_and_it_is_known_by_its_command_line(number, status):
    command = [sys.executable, "-m", "training", "live", "--data", "ring"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as one:
        assert type(one) is forked.Popen and psutil.Process(one.pid).cmdline()[:6] == command
        assert os.getsid(one.pid) == one.pid and one.poll() is None
        assert one.stdout.readline().startswith(b"{")
        one.send_signal(number)
        assert one.wait(HANGS) == one.poll() == status
        assert not psutil.pid_exists(one.pid)
