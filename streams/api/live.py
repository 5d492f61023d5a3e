"""Live streams: one event written once, given to every listener, none of whom is waited for."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson

from streams.errors import RegradeError

WAITING = 64
"""Blocks that may wait for a listener before it is told that it missed some."""

AT_ONCE = 200
"""Most changes of one block; of a burst the latest are sent, and how many were left out."""


PER_LISTENER_S = 0.0005
"""Between two blocks of changes, for each who listens: a quarter of a second for 500."""


class TooManyStreams(RegradeError):
    """Another live stream would be one too many."""

    retriable = True

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"{most} live streams are open, no more are allowed (REGRADE_API_STREAMS)")


class Block(NamedTuple):
    """Some events together, as bytes of a stream."""

    data: bytes
    first: int = 0
    """Number of the first change in it; 0 when there is none."""
    last: int = 0


def event(name: str, body: bytes, number: str | None = None) -> bytes:
    r"""One event of a stream.

    >>> event("change", b"{}", "e-7")
    b'id: e-7\nevent: change\ndata: {}\n\n'
    """
    head = b"" if number is None else b"id: %b\n" % number.encode()
    return b"%bevent: %b\ndata: %b\n\n" % (head, name.encode(), body)


def gap(reason: str, missed: int | None) -> bytes:
    """Tells a listener that changes are missing from the stream: ask for them anew."""
    return event("gap", orjson.dumps({"reason": reason, "missed": missed}))


def changes_block(epoch: str, changes: Sequence[tuple[int, bytes]]) -> Block:
    """Changes as one block; of more than `AT_ONCE` the latest."""
    left_out = len(changes) - AT_ONCE
    shown = changes[-AT_ONCE:]
    parts = [gap("burst", left_out)] if left_out > 0 else []
    parts += [event("change", body, f"{epoch}-{seq}") for seq, body in shown]
    return Block(b"".join(parts), changes[0][0], changes[-1][0])


class Listener:
    """What waits for one stream."""

    def __init__(self) -> None:
        self._blocks: deque[Block] = deque()
        self._some = asyncio.Event()
        self._missed = False
        self._ended = False

    def offer(self, block: Block) -> None:
        """Add a block; what waits too long is dropped and replaced by word of it."""
        if len(self._blocks) >= WAITING:
            self._blocks.clear()
            self._missed = True
        self._blocks.append(block)
        self._some.set()

    def end(self) -> None:
        """Let the stream end."""
        self._ended = True
        self._some.set()

    async def take(self, patience_s: float) -> list[Block] | None:
        """What came, at least a comment each `patience_s`; None at the end."""
        try:
            async with asyncio.timeout(patience_s):
                await self._some.wait()
        except TimeoutError:
            return [Block(b": still here\n\n")]
        if self._ended:
            return None
        self._some.clear()
        blocks = list(self._blocks)
        self._blocks.clear()
        if self._missed:
            self._missed = False
            blocks.insert(0, Block(gap("slow", None)))
        return blocks


class Hub:
    """All listeners."""

    def __init__(self, most: int, counted: Callable[[int], None]) -> None:
        self._most = most
        self._counted = counted
        self._listeners: set[Listener] = set()
        self._epoch = ""
        self._changes: list[tuple[int, bytes]] = []
        """What was published since the last block, in order."""
        self._timer: asyncio.TimerHandle | None = None
        self._free = 0.0
        """When the next block may go out, by the loop's clock."""

    def __len__(self) -> int:
        return len(self._listeners)

    def listen(self) -> Listener:
        """A new listener.

        Raises:
            TooManyStreams: there are as many as may be.
        """
        if len(self._listeners) >= self._most:
            raise TooManyStreams(self._most)
        listener = Listener()
        self._listeners.add(listener)
        self._counted(len(self._listeners))
        return listener

    def leave(self, listener: Listener) -> None:
        """A stream has ended."""
        self._listeners.discard(listener)
        self._counted(len(self._listeners))

    def tell(self, block: Block) -> None:
        """Give a block to every listener."""
        for listener in self._listeners:
            listener.offer(block)

    def publish(self, epoch: str, changes: Sequence[tuple[int, bytes]]) -> None:
        """Tell of changes: at once where few listen, those of some moments together where many do.

        Writing to a listener costs more than what is written: 500 of them with a block each of
        50 a second would take a core.
        """
        if epoch != self._epoch:
            self._send()
            self._epoch = epoch
        self._changes += changes
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._free), self._send)

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        changes, self._changes = self._changes, []
        if changes:
            self._free = asyncio.get_running_loop().time() + PER_LISTENER_S * len(self)
            self.tell(changes_block(self._epoch, changes))

    def status(self, body: dict[str, Any]) -> None:
        """Tell everybody how things stand."""
        if self._listeners:
            self.tell(Block(event("status", orjson.dumps(body))))

    def close(self) -> None:
        """End every stream."""
        for listener in self._listeners:
            listener.end()
