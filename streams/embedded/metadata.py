"""The one Kafka request that tells who answers on a port."""

import socket
import struct
from typing import NamedTuple

from streams.embedded.ports import LOOPBACK

_METADATA = 3
_VERSION = 2  # the first that names the cluster; Tansu and Kafka 4 speak it
_CORRELATION = 1
_CLIENT = b"regrade"
_NO_TOPICS = 0
_SECONDS = 1.0


class Cluster(NamedTuple):
    """The cluster behind a port: its id, and the ports of its live brokers."""

    id: str
    ports: tuple[int, ...]


def cluster_at(port: int) -> Cluster | None:
    """Who speaks the Kafka protocol on this loopback port; None while nobody does."""
    body = struct.pack(
        f">hhih{len(_CLIENT)}si",
        *(_METADATA, _VERSION, _CORRELATION, len(_CLIENT), _CLIENT, _NO_TOPICS),
    )
    try:
        with socket.create_connection((LOOPBACK, port), _SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            with connection.makefile("rb") as stream:
                (size,) = struct.unpack(">i", stream.read(4))
                return _parse(stream.read(size))
    except (OSError, struct.error, UnicodeDecodeError):
        return None  # nobody, or a program that speaks something else


def _parse(answer: bytes) -> Cluster:
    """Read a metadata response that lists no topics."""
    reader = _Reader(answer)
    reader.number(">i")  # correlation id
    ports = []
    for _ in range(reader.number(">i")):
        reader.number(">i")  # node id
        reader.text()  # host
        ports.append(reader.number(">i"))
        reader.text()  # rack
    return Cluster(reader.text(), tuple(ports))


class _Reader:
    """Takes one field after the other from a response."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, layout: str) -> int:
        """A number of this `struct` layout."""
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return int(value)

    def text(self) -> str:
        """A string; one of negative length is null, read as empty."""
        size = max(0, self.number(">h"))
        self._at += size
        return self._data[self._at - size : self._at].decode()
