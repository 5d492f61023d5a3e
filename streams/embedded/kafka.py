"""A real Apache Kafka for tests: broker and controller (KRaft) in one small JVM."""

import base64
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from streams.embedded.commands import run
from streams.embedded.errors import MissingToolError
from streams.embedded.jars import kafka_jars
from streams.embedded.metadata import cluster_at
from streams.embedded.ports import LOOPBACK
from streams.embedded.server import EmbeddedServer

_NODE = 1
_FORMAT_PATIENCE = 60.0
_LOGS = {
    "defaultLogLevel": "info",
    "showDateTime": "true",
    "dateTimeFormat": "HH:mm:ss.SSS",
    "log.org.apache.kafka.common.config": "warn",  # hundreds of lines of settings
}
_SMALL_AND_FAST = {
    "auto.create.topics.enable": "false",
    # A killed broker may register again only when its old session has timed out.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "2000",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),
    "num.io.threads": "2",
    "num.network.threads": "2",
    "offsets.topic.num.partitions": "2",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "transaction.state.log.replication.factor": "1",
}


class ApacheKafka(EmbeddedServer):
    """One Kafka node that keeps its topics over a `stop` or `kill` and a new `start`.

    The first start ever on a machine downloads the jars, which takes a minute.
    """

    name = "Apache Kafka"
    port_count = 2
    patience = 60.0
    grace = 15.0

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        heap_mb: int = 384,
        scram: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are broker settings that win over those chosen here; `scram` are users."""
        super().__init__(folder)
        self._settings = dict(settings or {})
        self._heap_mb = heap_mb
        self._users = dict(scram or {})
        self._storage = self.folder / "storage"
        self._cluster_file = self.folder / "cluster-id"
        self._settings_file = self.folder / "server.properties"

    @property
    def bootstrap(self) -> str:
        """`host:port` for Kafka clients."""
        return f"{LOOPBACK}:{self.port}"

    def _command(self, ports: tuple[int, ...]) -> list[str]:
        """Also writes the settings, and formats the storage the first time."""
        self._write_settings(*ports)
        if not self._cluster_file.exists():
            self._format()
        return [*self._java(), "kafka.Kafka", str(self._settings_file)]

    def _answers(self, ports: tuple[int, ...]) -> bool:
        """Known by its cluster id; ready when it lists itself as a live broker."""
        return cluster_at(ports[0]) == (
            self._cluster_file.read_text("ascii"),
            ports[:1],
        )

    def _java(self) -> list[str]:
        """The command up to the name of the class to run."""
        java = shutil.which("java")
        if java is None:
            remedy = "install Java 17 or later (Debian: apt install default-jre-headless)"
            raise MissingToolError("java", "run Apache Kafka", remedy)
        memory = ["-Xms64m", f"-Xmx{self._heap_mb}m", "-XX:+UseSerialGC"]
        logs = [f"-Dorg.slf4j.simpleLogger.{key}={value}" for key, value in _LOGS.items()]
        return [java, *memory, *logs, "-cp", f"{kafka_jars()}/*"]

    def _write_settings(self, broker_port: int, controller_port: int) -> None:
        """Write `server.properties` for these ports."""
        broker = f"PLAINTEXT://{LOOPBACK}:{broker_port}"
        controller = f"{LOOPBACK}:{controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": str(_NODE),
            "listeners": f"{broker},CONTROLLER://{controller}",
            "advertised.listeners": broker,
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": f"{_NODE}@{controller}",
            "log.dirs": str(self._storage),
            **_SMALL_AND_FAST,
            **self._settings,
        }
        lines = [f"{key}={value}\n" for key, value in settings.items()]
        self._settings_file.write_text("".join(lines), "utf-8")

    def _format(self) -> None:
        """Prepare the storage; the cluster id is noted last, as the sign of success."""
        shutil.rmtree(self._storage, ignore_errors=True)  # half a format, if anything
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = [*self._java(), "kafka.tools.StorageTool", "format"]
        where = [f"--cluster-id={cluster_id}", f"--config={self._settings_file}"]
        users = [
            f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]"
            for name, password in self._users.items()
        ]
        run("format the storage of Kafka", [*tool, *where, *users], patience=_FORMAT_PATIENCE)
        self._cluster_file.write_text(cluster_id, "ascii")
