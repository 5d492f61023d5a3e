"""A real cluster on this machine: masters that share the slots, each a Valkey of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from streams.embedded.ports import LOOPBACK
from streams.embedded.store import ValkeyStore
from streams.storage.keys import SLOTS

_PATIENCE_S = 30.0
NODE_TIMEOUT_MS = 1500


class Node(ValkeyStore):
    """One node of a cluster."""

    port_count = 2

    def _command(self, ports: tuple[int, ...]) -> list[str]:
        options = {
            "--cluster-enabled": "yes",
            "--cluster-port": str(ports[1]),
            "--cluster-node-timeout": str(NODE_TIMEOUT_MS),
            "--repl-diskless-sync-delay": "0",
        }
        return [*super()._command(ports), *(text for pair in options.items() for text in pair)]

    def ask(self, *words: str | int) -> str:
        """What it answers to a command."""
        with Redis(LOOPBACK, self.port, decode_responses=True, protocol=2) as redis:
            return str(redis.execute_command(*words))

    def meet(self, other: "Node") -> None:
        """Let them know each other."""
        self.ask("CLUSTER", "MEET", LOOPBACK, other.port, other._ports[1])

    @property
    def id(self) -> str:
        """Its name in the cluster."""
        return self.ask("CLUSTER", "MYID")


class Masters:
    """Some masters, and perhaps a replica of the first."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        """Where we connect: at the first, and at the others while it is away."""
        return _url(self.nodes)

    def url_without(self, gone: Node) -> str:
        """The same, when one of them is not there any more."""
        return _url([node for node in self.nodes if node is not gone])

    def agree(self) -> None:
        """Wait until all that run say that every slot is served."""
        until_true(lambda: all("cluster_state:ok" in n.ask("CLUSTER", "INFO") for n in self.nodes))

    def move(self, slot: int, to: Node) -> None:
        """Give a slot with its keys to another master; returns when all know it."""
        source = next(node for node in self.nodes if has(node, slot) and node is not to)
        source.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", to.id)
        until_true(lambda: has(to, slot) and not has(source, slot))


def _url(nodes: list[Node]) -> str:
    first, *others = (f"{LOOPBACK}:{node.port}" for node in nodes)
    return f"redis://{first}/0?cluster={','.join(others)}"


def has(node: Node, slot: int) -> bool:
    """Whether a node says that it serves a slot."""
    mine = next(row for row in node.ask("CLUSTER", "NODES").split("\n") if "myself" in row)
    ranges = [part.partition("-")[::2] for part in mine.split()[8:] if not part.startswith("[")]
    return any(int(first) <= slot <= int(last or first) for first, last in ranges)


def until_true(condition) -> None:
    """Look until it holds."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "the cluster does not come to it"
        time.sleep(0.05)


@contextmanager
def masters(folder: Path, count: int = 3, *, replica: bool = False) -> Iterator[Masters]:
    """A cluster whose masters have as many slots each; a `replica` of the first comes last."""
    nodes = [Node(folder / f"node-{at}") for at in range(count + replica)]
    try:
        for node in nodes:
            node.start()
        for at, node in enumerate(nodes[:count]):
            first, last = SLOTS * at // count, SLOTS * (at + 1) // count - 1
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
        for node in nodes[1:]:
            nodes[0].meet(node)
        found = Masters(nodes)
        found.agree()
        if replica:
            first = nodes[0].id
            until_true(lambda: first in nodes[-1].ask("CLUSTER", "NODES"))
            nodes[-1].ask("CLUSTER", "REPLICATE", first)
            until_true(lambda: "'master_link_status': 'up'" in nodes[-1].ask("INFO", "replication"))
        yield found
    finally:
        for node in nodes:
            node.kill()
