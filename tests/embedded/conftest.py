"""Brokers and stores that the tests of a module share."""

from collections.abc import Iterator

import pytest

from streams.embedded.broker import TansuBroker
from streams.embedded.kafka import ApacheKafka
from streams.embedded.server import EmbeddedServer
from streams.embedded.store import ValkeyStore

KAFKA = pytest.param(ApacheKafka, marks=pytest.mark.kafka, id="kafka")
TANSU = pytest.param(TansuBroker, id="tansu")
VALKEY = pytest.param(ValkeyStore, id="valkey")


@pytest.fixture(scope="module", params=[TANSU, KAFKA])
def bootstrap(request, tmp_path_factory) -> Iterator[str]:
    """Address of a broker: the embedded one, and a real Apache Kafka."""
    with request.param(tmp_path_factory.mktemp("broker")) as broker:
        yield broker.bootstrap


@pytest.fixture(scope="module")
def tansu(tmp_path_factory) -> Iterator[str]:
    """Address of an embedded broker."""
    with TansuBroker(tmp_path_factory.mktemp("tansu")) as broker:
        yield broker.bootstrap


@pytest.fixture(params=[TANSU, VALKEY, KAFKA])
def server(request, tmp_path) -> Iterator[EmbeddedServer]:
    """A server of each kind that was not started yet."""
    made = request.param(tmp_path / "server")
    yield made
    made.kill()


@pytest.fixture(scope="module")
def real_kafka(tmp_path_factory) -> Iterator[str]:
    """Address of an Apache Kafka."""
    with ApacheKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka.bootstrap
