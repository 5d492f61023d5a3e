"""A worker as a process of its own, on the embedded stack."""

import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.embedded.errors import CommandFailedError
from streams.embedded.process import LeashedProcess
from streams.embedded.stack import EmbeddedStack

_PATIENCE_S = 60.0
_POLL_S = 0.05
_GRACE_S = 30.0
_REGRADE_WORKER = ("-m", "streams", "worker")


class WorkerProcess:
    """`regrade worker` on a leash; its output goes to a file in `folder`."""

    def __init__(
        self,
        stack: EmbeddedStack,
        folder: Path,
        settings: Mapping[str, str],
        program: Sequence[str] = _REGRADE_WORKER,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._command = [sys.executable, *program]
        environment = {
            "REGRADE_KAFKA": stack.bootstrap,
            "REGRADE_REDIS": stack.redis_url,
            # Settings of the shell are for other brokers.
            "REGRADE_PREFIX": "",
            "REGRADE_FACTS_PREFIX": settings.get("REGRADE_PREFIX", ""),
            "REGRADE_GROUP": "regrade",
            # The embedded broker has no idempotent producer.
            "REGRADE_IDEMPOTENT_PRODUCER": "false",
            # Joining its groups takes it half the session timeout.
            "REGRADE_SESSION_TIMEOUT_S": "3",
            "REGRADE_METRICS_PORT": "0",
            "REGRADE_LOG_FORMAT": "json",
            **settings,
        }
        self._process = LeashedProcess(
            self._command, folder, grace=_GRACE_S, environment=environment
        )

    @property
    def pid(self) -> int:
        """Process id of the worker itself."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.running

    @property
    def metrics_url(self) -> str | None:
        """Where /metrics is served, once it is."""
        found = re.search(r'"metrics_url": ?"([^"]+)"', self._process.output())
        return found[1] if found else None

    def output(self) -> str:
        """What it logged."""
        return self._process.output()

    def check(self) -> None:
        """Raise, with what it said last, if it has ended."""
        if not self.running:
            said = "\n".join(self.output().splitlines()[-20:])
            raise CommandFailedError("the worker", self._command, said)

    def wait_ready(self) -> None:
        """Wait until it owns partitions."""
        deadline = time.monotonic() + _PATIENCE_S
        while "partitions claimed" not in self.output():
            self.check()
            if time.monotonic() > deadline:
                raise CommandFailedError("the worker", self._command, self.output())
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Ask it to finish and leave; it is gone on return."""
        self._process.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
