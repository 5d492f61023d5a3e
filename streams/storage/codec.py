"""Customer state <-> the stored blob: one version byte, then a MessagePack array."""

from collections.abc import Sequence
from typing import Final

import msgspec

from scoring.customer import CustomerState
from streams.errors import RegradeError
from streams.storage.upcasts import STEPS, Step, upcast

VERSION: Final = bytes([len(STEPS) + 1])
"""The form that is written."""


class UnknownStateVersion(RegradeError):
    """A stored customer was written by a program newer than this one."""

    def __init__(self, found: bytes, read: bytes = VERSION) -> None:
        self.found = found
        super().__init__(
            f"a stored customer has state version {found!r}; this program reads those up to "
            f"{read!r}. Upgrade this worker to at least the version that wrote it."
        )


class BlobCodec:
    """Encodes and decodes; holds its buffers, so use one per thread.

    >>> codec = BlobCodec()
    >>> codec.decode(codec.encode(CustomerState(version=3))).version
    3
    """

    def __init__(self, steps: Sequence[Step] = STEPS) -> None:
        """`steps` lead from the first form to the one that is written."""
        self._steps = steps
        self._version = bytes([len(steps) + 1])
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(CustomerState).decode

    def encode(self, state: CustomerState) -> bytes:
        """Stored form."""
        return self._version + self._encode(state)

    def decode(self, blob: bytes) -> CustomerState:
        """Back from the stored form, this or an older one.

        Raises:
            UnknownStateVersion: written by a newer program.
        """
        version, stored = blob[:1], memoryview(blob)[1:]
        if version == self._version:
            return self._decode(stored)
        if not b"\x00" < version < self._version:
            raise UnknownStateVersion(version, self._version)
        raw = upcast(msgspec.msgpack.decode(stored), version[0], self._steps)
        return self._decode(self._encode(raw))
