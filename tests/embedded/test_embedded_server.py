"""What holds for every embedded server."""

import socket
from pathlib import Path

import pytest
from eventually import gone

from streams.embedded import server as server_module
from streams.embedded.broker import TansuBroker
from streams.embedded.errors import (
    FolderInUseError,
    PortTakenError,
    ServerStartError,
    ServerStateError,
)
from streams.embedded.ports import LOOPBACK, free_ports
from streams.embedded.store import ValkeyStore

LISTENING = "0A"
IPV4_LOOPBACK = "0100007F"
IPV4_LOOPBACK_IN_IPV6 = "0000000000000000FFFF00000100007F"


def connects(port: int) -> bool:
    """Whether something listens on a loopback port."""
    with socket.socket() as client:
        return client.connect_ex((LOOPBACK, port)) == 0


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_is_gone_when_its_end_returns_and_comes_back_where_it_was(server, end):
    """After `stop` or `kill` the port is free; a new `start` uses it again."""
    server.start()
    port, pid = server.port, server.pid
    getattr(server, end)()
    assert gone(pid)
    assert not connects(port)
    assert not server.running
    server.start()
    assert server.port == port
    assert connects(port)


def test_a_server_listens_on_loopback_only(server):
    """No listening socket of a server is reachable from another machine."""
    server.start()
    sockets = {
        str(entry.readlink())
        for entry in Path(f"/proc/{server.pid}/fd").iterdir()
        if entry.is_symlink()
    }
    addresses = {
        fields[1].split(":")[0]
        for family in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]
        if (fields := line.split())[3] == LISTENING and f"socket:[{fields[9]}]" in sockets
    }
    assert addresses
    assert addresses <= {IPV4_LOOPBACK, IPV4_LOOPBACK_IN_IPV6}


def test_a_port_taken_in_between_is_tried_elsewhere(server, monkeypatch):
    """A start survives that another program takes the chosen port first."""
    with socket.create_server((LOOPBACK, free_ports(1)[0])) as thief:
        taken = thief.getsockname()[1]
        offers = iter([(taken, *free_ports(server.port_count - 1))])
        monkeypatch.setattr(
            server_module, "free_ports", lambda count: next(offers, free_ports(count))
        )
        server.start()
        assert server.port != taken


def test_a_known_port_that_is_taken_is_an_error_that_says_so(server):
    """A server cannot come back at its address while another listens there."""
    with server:
        port = server.port
    with socket.create_server((LOOPBACK, port)), pytest.raises(PortTakenError) as why:
        server.start()
    assert why.value.retriable
    assert not server.running


def test_another_server_at_the_port_is_not_taken_for_ours(tmp_path):
    """An answer from somebody else's server does not make a start succeed."""
    with TansuBroker(tmp_path / "theirs") as theirs:
        ours = TansuBroker(tmp_path / "ours")
        ours._ports = (theirs.port,)
        with pytest.raises(PortTakenError):
            ours.start()


def test_a_failed_start_quotes_the_log(tmp_path):
    """The error of a start names the log file and ends with its last lines."""
    store = ValkeyStore(tmp_path, appendfsync="sometimes")
    with pytest.raises(ServerStartError) as why:
        store.start()
    assert why.value.log == tmp_path / "server.log"
    assert "argument(s) must be one of" in why.value.tail
    assert why.value.tail in str(why.value)


def test_a_start_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    """A server that does not answer in time is ended, and the error says so."""
    broker = TansuBroker(tmp_path)
    monkeypatch.setattr(broker, "_answers", lambda _: False)
    monkeypatch.setattr(broker, "patience", 0.1)
    with pytest.raises(ServerStartError, match=r"did not answer within 0.1 s"):
        broker.start()
    assert not broker.running


def test_two_servers_never_share_a_folder(tmp_path, monkeypatch):
    """A folder belongs to one live server, so its files have one writer."""
    monkeypatch.setattr("streams.embedded.process._LOCK_PATIENCE", 0.1)
    with ValkeyStore(tmp_path), pytest.raises(FolderInUseError):
        ValkeyStore(tmp_path).start()


def test_a_running_server_is_not_started_twice(tmp_path):
    """A second `start` is refused and leaves the server alone."""
    with TansuBroker(tmp_path) as broker:
        with pytest.raises(ServerStateError):
            broker.start()
        assert connects(broker.port)


def test_a_server_that_never_started_has_no_address(tmp_path):
    """Asking for the port or pid of a server that does not run is an error."""
    broker = TansuBroker(tmp_path)
    with pytest.raises(ServerStateError):
        _ = broker.bootstrap
    with pytest.raises(ServerStateError):
        _ = broker.pid


def test_ports_are_distinct_and_not_those_of_outgoing_connections():
    """A chosen port cannot be handed to a client by the kernel a moment later."""
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert max(ports) < 32_768
