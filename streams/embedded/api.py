"""The API as a process of its own, on the embedded stack."""

import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from streams.embedded.errors import CommandFailedError
from streams.embedded.process import LeashedProcess
from streams.embedded.stack import EmbeddedStack

_PATIENCE_S = 60.0
_POLL_S = 0.05
_GRACE_S = 10.0


class ApiProcess:
    """`regrade api` on a leash and a free port; its output goes to a file in `folder`."""

    def __init__(self, stack: EmbeddedStack, folder: Path, settings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._command = [sys.executable, "-m", "streams", "api"]
        environment = {
            "REGRADE_KAFKA": stack.bootstrap,
            "REGRADE_REDIS": stack.redis_url,
            # Settings of the shell are for other brokers.
            "REGRADE_PREFIX": "",
            "REGRADE_FACTS_PREFIX": settings.get("REGRADE_PREFIX", ""),
            # The embedded broker has no idempotent producer.
            "REGRADE_IDEMPOTENT_PRODUCER": "false",
            "REGRADE_API_PORT": "0",
            "REGRADE_LOG_FORMAT": "json",
            **settings,
        }
        self._process = LeashedProcess(
            self._command, folder, grace=_GRACE_S, environment=environment
        )

    @property
    def pid(self) -> int:
        """Process id of the API itself."""
        return self._process.pid

    @property
    def url(self) -> str | None:
        """Where it is served, once it is."""
        output = self._process.output()
        if "Application startup complete" not in output:
            return None
        found = re.search(r'"api_url": ?"([^"]+)"', output)
        return found[1] if found else None

    def output(self) -> str:
        """What it logged."""
        return self._process.output()

    def check(self) -> None:
        """Raise, with what it said last, if it has ended."""
        if not self._process.running:
            said = "\n".join(self.output().splitlines()[-20:])
            raise CommandFailedError("the API", self._command, said)

    def wait_ready(self) -> str:
        """Wait until it answers; where."""
        deadline = time.monotonic() + _PATIENCE_S
        while (url := self.url) is None:
            self.check()
            if time.monotonic() > deadline:
                raise CommandFailedError("the API", self._command, self.output())
            time.sleep(_POLL_S)
        return url

    def stop(self) -> None:
        """Ask it to finish and leave; it is gone on return."""
        self._process.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
