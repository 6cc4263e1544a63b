"""``python -m training``, ``python -m explorer`` and ``python app.py`` as forks of a process that has imported what they need (host.py),
not as new interpreters, which take three seconds to import it.

For who starts one it is a process as any other: with its own command line, directory, environment, standard files and session, ended by
signals, with the exit status that it would have.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import Any

from tests import host

REAL = subprocess.Popen
COMMANDS = (["-m", "training"], ["-m", "explorer"], ["app.py"])


class Popen(REAL):
    """subprocess.Popen, in which such a command is a child of the host. CPython 3.11 to 3.14 have the three methods in common."""

    ended = -1                                       # a file that can be read once the fork has ended

    def _execute_child(self, args: Any, executable: Any, preexec_fn: Any, close_fds: Any, pass_fds: Any, cwd: Any, env: Any,
                       startupinfo: Any, creationflags: Any, shell: Any, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int,
                       errread: int, errwrite: int, restore_signals: Any, gid: Any, gids: Any, uid: Any, umask: Any,
                       start_new_session: bool, process_group: Any) -> None:
        pipes = p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite
        if not isinstance(args, list) or args[0] != sys.executable or not any(args[1:1 + len(c)] == c for c in COMMANDS):
            super()._execute_child(args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell, *pipes,
                                   restore_signals, gid, gids, uid, umask, start_new_session, process_group)
            return
        files = [pipe if pipe >= 0 else standard for standard, pipe in enumerate((p2cread, c2pwrite, errwrite))]
        self.pid = host.ask("run", args[1:], os.fspath(cwd or os.getcwd()), dict(os.environ if env is None else env), os.getpid(), files,
                            start_new_session)
        self.ended = os.pidfd_open(self.pid)
        self._child_created = True
        self._close_pipe_fds(*pipes)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if self.ended < 0:
            return super()._try_wait(wait_flags)
        if not select.select([self.ended], [], [], 0 if wait_flags else None)[0]:
            return 0, 0
        os.close(self.ended)
        try:
            return self.pid, host.ask("ended", self.pid)
        except OSError:                              # the host has gone, and all its forks
            return self.pid, 0

    def _internal_poll(self, *arguments: Any, **more: Any) -> int | None:
        if self.ended < 0:
            return super()._internal_poll(*arguments, **more)
        if self.returncode is None and self._waitpid_lock.acquire(False):
            try:
                found, status = self._try_wait(os.WNOHANG) if self.returncode is None else (0, 0)
                if found:
                    self._handle_exitstatus(status)
            finally:
                self._waitpid_lock.release()
        return self.returncode


def install() -> None:
    """From now on in this process."""
    if host.FORKS:
        subprocess.Popen = Popen                     # type: ignore[misc]
