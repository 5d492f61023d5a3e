"""Which broker a benchmark runs on."""

from argparse import ArgumentParser

from streams.embedded.broker import TansuBroker
from streams.embedded.kafka import ApacheKafka
from streams.embedded.stack import EmbeddedStack

BROKERS = {"embedded": TansuBroker, "kafka": ApacheKafka}


def add_broker(parser: ArgumentParser) -> None:
    """The option that names it."""
    about = "kafka: an Apache Kafka, which needs Java and Maven; the embedded one is Tansu"
    parser.add_argument("--broker", choices=BROKERS, default="embedded", help=about)


def stack_with(broker: str) -> EmbeddedStack:
    """A stack with the broker of that name."""
    return EmbeddedStack(broker=BROKERS[broker])


def producer(broker: str) -> dict[str, str]:
    """What a worker is set to: the embedded broker knows no idempotent producer."""
    return {"REGRADE_IDEMPOTENT_PRODUCER": str(broker == "kafka").lower()}


def max_wait_ms(broker: str) -> int:
    """How long a fetch may wait: the embedded broker holds it until its end, whatever comes."""
    return 500 if broker == "kafka" else 10
