"""A broker and a store on a bare machine, for as long as a `with` block."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.embedded.broker import TansuBroker
from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import AppendFsync, ValkeyStore


class EmbeddedStack:
    """Tansu and Valkey in one data folder; both end with the block, or the process.

    Without a folder a temporary one is used and deleted at the end. In a given folder
    the store finds what it kept the last time; Tansu always begins empty.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        appendfsync: AppendFsync = "always",
        broker: type[TansuBroker] | type[ApacheKafka] = TansuBroker,
    ) -> None:
        self._wanted_folder = folder
        self._broker = broker
        self._appendfsync: AppendFsync = appendfsync
        self._started = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:  # undone unless everything starts
            self.folder = self._wanted_folder or Path(
                started.enter_context(tempfile.TemporaryDirectory(prefix="regrade-"))
            )
            self.store = started.enter_context(
                ValkeyStore(self.folder / "store", appendfsync=self._appendfsync)
            )
            self.broker = self._broker(self.folder / "broker")
            started.enter_context(self.broker)
            self._started = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._started.close()

    @property
    def bootstrap(self) -> str:
        """`host:port` of the broker."""
        return self.broker.bootstrap

    @property
    def redis_url(self) -> str:
        """URL of the store."""
        return self.store.url
