"""Loopback ports that are free now and likely to stay so until a server listens."""

import random
import socket
from contextlib import ExitStack
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LOWEST = 15_000
_USUAL_EPHEMERAL_LOW = 32_768
_TRIES = 200


def free_ports(count: int) -> tuple[int, ...]:
    """Distinct ports nobody listens on, below those of outgoing connections.

    The kernel hands ephemeral ports to every outgoing connection, so a port from there
    may be gone a moment later; worse, a client that retries a stopped server on such a
    port can connect to itself and keep the server from coming back.
    """
    found: dict[int, None] = {}
    with ExitStack() as held:
        # With SO_REUSEADDR a port can be bound twice: that it is held does not make it taken.
        while len(found) < count:
            found[_hold(held)] = None
    return tuple(found)


def _hold(held: ExitStack) -> int:
    """A port nobody else has bound, kept until `held` is closed."""
    high = _ephemeral_low()
    for _ in range(_TRIES if high > _LOWEST else 0):
        port = random.randrange(_LOWEST, high)
        if _bind(held, port):
            return port
    return _bind(held, 0)


def _bind(held: ExitStack, port: int) -> int:
    """The port bound and held, or 0 if it is taken."""
    listener = held.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        return 0
    return int(listener.getsockname()[1])


def _ephemeral_low() -> int:
    """The lowest port the kernel gives to outgoing connections."""
    try:
        text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii")
    except OSError:
        return _USUAL_EPHEMERAL_LOW
    return int(text.split()[0])
