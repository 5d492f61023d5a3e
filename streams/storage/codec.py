"""Customer state <-> the stored blob: one version byte, then a MessagePack array."""

import msgspec

from scoring.customer import CustomerState
from streams.errors import RegradeError

VERSION = b"\x01"


class UnknownStateVersion(RegradeError):
    """A stored customer was written by a program newer than this one."""

    def __init__(self, found: bytes) -> None:
        self.found = found
        super().__init__(
            f"a stored customer has state version {found!r}; this program reads "
            f"{VERSION!r}. Upgrade this worker to at least the version that wrote it."
        )


class BlobCodec:
    """Encodes and decodes; holds its buffers, so use one per thread.

    >>> codec = BlobCodec()
    >>> codec.decode(codec.encode(CustomerState(version=3))).version
    3
    """

    def __init__(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(CustomerState).decode

    def encode(self, state: CustomerState) -> bytes:
        """Stored form."""
        return VERSION + self._encode(state)

    def decode(self, blob: bytes) -> CustomerState:
        """Back from the stored form.

        Raises:
            UnknownStateVersion: written by a newer program.
        """
        if blob[:1] != VERSION:
            raise UnknownStateVersion(blob[:1])
        return self._decode(memoryview(blob)[1:])
