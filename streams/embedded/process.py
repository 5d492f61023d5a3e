"""One server process on a leash: its log, its hold on the data folder, its end."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.embedded import leash
from streams.embedded.errors import FolderInUseError

LOG_NAME = "server.log"
_LOCK_NAME = "server.lock"
_OUTPUT_BYTES = 256 * 1024
_LOCK_PATIENCE = 10.0
_LEASH_PATIENCE = 20.0
_NOTHING_MORE: Mapping[str, str] = {}


class LeashedProcess:
    """A running command; it ends with this process at the latest."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        grace: float = leash.DEFAULT_GRACE,
        environment: Mapping[str, str] = _NOTHING_MORE,
    ) -> None:
        """Start `command` in `folder`; a stop kills it after `grace` seconds."""
        self.log = folder / LOG_NAME
        self._grace = grace
        with _hold(folder) as lock, self.log.open("ab") as log:
            self._log_start = log.tell()
            self._tie, their_end = socket.socketpair()
            # The lock is open in leash and server too: the folder stays taken until
            # the last of them is gone, even if we are not there to see it. A session
            # of its own keeps Ctrl-C for us alone, so that we can end things in order.
            leashed = [sys.executable, "-IS", leash.__file__, f"--grace={grace}", "--"]
            with their_end:
                self._leash = subprocess.Popen(  # noqa: S603 - our command, our leash
                    [*leashed, *command],
                    stdin=their_end.fileno(),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={**os.environ, **environment},
                    pass_fds=(lock,),
                    start_new_session=True,
                )
        self._tie.settimeout(_LEASH_PATIENCE)
        self.pid = int(self._tie.recv(32) or 0)

    @property
    def running(self) -> bool:
        """Whether the command has not ended yet."""
        return self._leash.poll() is None

    def stop(self) -> None:
        """Ask the command to end, make it after the grace; it is gone on return."""
        if self.running:
            self._leash.terminate()
        self._join()

    def kill(self) -> None:
        """End the command as a crash would, with SIGKILL; it is gone on return."""
        if self.running and self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self._join()

    def output(self) -> str:
        """What this command wrote to its log; at most the last 256 KiB of it."""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - _OUTPUT_BYTES))
            return log.read().decode(errors="replace")

    def _join(self) -> None:
        """Wait until the leash has reaped the command and ended."""
        try:
            self._leash.wait(self._grace + _LEASH_PATIENCE)
        finally:
            self._tie.close()


@contextmanager
def _hold(folder: Path) -> Iterator[int]:
    """An open lock on the folder; a server that is about to end is waited for."""
    deadline = time.monotonic() + _LOCK_PATIENCE
    descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise FolderInUseError(folder)
            time.sleep(0.02)
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Whether the lock could be taken."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
