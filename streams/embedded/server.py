"""What every embedded server does alike: find ports, start, wait for an answer, end."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from streams.embedded.errors import PortTakenError, ServerStartError, ServerStateError
from streams.embedded.ports import free_ports
from streams.embedded.process import LOG_NAME, LeashedProcess

_ATTEMPTS = 5
_POLL = 0.005
_QUOTED_LINES = 20
_PORT_TAKEN = re.compile(r"address (already )?in use", re.IGNORECASE)


class EmbeddedServer(ABC):
    """A server on loopback ports, with a data folder; ends with this process.

    The ports are chosen at the first start and kept: a later `start`, after `stop` or
    `kill`, brings the server back at the same address with what its folder still holds.
    """

    name: ClassVar[str]
    port_count: ClassVar[int] = 1
    patience: ClassVar[float] = 15.0
    """Seconds a start may take."""
    grace: ClassVar[float] = 5.0
    """Seconds a stop may take before it becomes a kill."""
    environment: ClassVar[Mapping[str, str]] = {}
    """Set for the server on top of what it inherits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / LOG_NAME
        self._ports: tuple[int, ...] = ()
        self._process: LeashedProcess | None = None

    @property
    def port(self) -> int:
        """The port clients connect to; known from the first start on."""
        if not self._ports:
            raise ServerStateError(self.name, "has not been started")
        return self._ports[0]

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        if self._process is None:
            raise ServerStateError(self.name, "is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.running

    def start(self) -> Self:
        """Start, and return when the server answers."""
        if self.running:
            raise ServerStateError(self.name, "is already running")
        self.kill()  # takes note of a server that ended by itself
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._ports:
            self._attempt(self._ports)
            return self
        for attempt in range(1, _ATTEMPTS + 1):
            ports = free_ports(self.port_count)
            try:
                self._attempt(ports)
            except PortTakenError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                self._ports = ports
                break
        return self

    def stop(self) -> None:
        """End the server in good order; without effect when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def kill(self) -> None:
        """End the server with SIGKILL; without effect when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @abstractmethod
    def _command(self, ports: tuple[int, ...]) -> list[str]:
        """The command of a server that is to listen on these ports."""

    @abstractmethod
    def _answers(self, ports: tuple[int, ...]) -> bool:
        """Whether this very server, and no other, is ready on these ports."""

    def _attempt(self, ports: tuple[int, ...]) -> None:
        """Start on these ports, or leave nothing running."""
        process = LeashedProcess(
            self._command(ports),
            self.folder,
            grace=self.grace,
            environment=self.environment,
        )
        self._process = process
        try:
            self._await(process, ports)
        except BaseException:
            self.kill()
            raise

    def _await(self, process: LeashedProcess, ports: tuple[int, ...]) -> None:
        """Poll until the server answers; an error that says why it does not."""
        deadline = time.monotonic() + self.patience
        while not self._answers(ports):
            if not process.running:
                raise self._ended_early(process)
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {self.patience:g} s", process.output())
            time.sleep(_POLL)

    def _ended_early(self, process: LeashedProcess) -> ServerStartError:
        """The error for a server that gave up, by what it wrote."""
        output = process.output()
        if _PORT_TAKEN.search(output):
            return self._failure("found its port taken", output, PortTakenError)
        return self._failure("ended before it was ready", output)

    def _failure(
        self,
        why: str,
        output: str,
        kind: type[ServerStartError] = ServerStartError,
    ) -> ServerStartError:
        """An error that quotes the last lines of the output."""
        tail = "\n".join(output.splitlines()[-_QUOTED_LINES:])
        return kind(self.name, why, self.log, tail)
