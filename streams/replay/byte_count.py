"""A byte stream that knows how far it was read."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class CountedBytes(io.RawIOBase):
    """The bytes of `stream`, counted in `position`; `head` shows the first of them.

    Reads what is there and does not wait for more, so that a pipe is followed closely.
    Closing it leaves `stream` open.
    """

    def __init__(self, stream: io.BufferedIOBase, head_bytes: int) -> None:
        """Take the first `head_bytes`, fewer only when the stream is shorter."""
        self._stream = stream
        self.head = stream.read(head_bytes)
        self._again = self.head
        self.position = 0

    def readable(self) -> bool:
        """Say yes: that is all this stream can."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill some of `buffer`, the head first; 0 at the end."""
        view = memoryview(buffer)
        if self._again:
            some, self._again = self._again[: len(view)], self._again[len(view) :]
        else:
            # Not `readinto1`: that one waits for more even when it has bytes to give.
            some = self._stream.read1(len(view))
        view[: len(some)] = some
        self.position += len(some)
        return len(some)
