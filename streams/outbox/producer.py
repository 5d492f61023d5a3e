"""The producer of a worker: acknowledged by all, repeating nothing where the broker allows it."""

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.errors import RegradeError
from streams.kafka_security import kafka_security
from streams.settings import Settings
from streams.topics import MAX_ROW_BYTES

MAX_BATCH_BYTES = 256 * 1024


class ProducerRefused(RegradeError):
    """The broker does not accept our producer."""

    def __init__(self, address: str, problem: str) -> None:
        self.address = address
        super().__init__(
            f"the broker at {address} refused the producer: {problem}. For a broker without "
            "idempotent producers set REGRADE_IDEMPOTENT_PRODUCER=false."
        )


async def start_producer(settings: Settings) -> AIOKafkaProducer:
    """A producer that is connected.

    Raises:
        ProducerRefused: the broker says no.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        acks="all",
        enable_idempotence=settings.idempotent_producer,
        max_batch_size=MAX_BATCH_BYTES,
        max_request_size=MAX_ROW_BYTES,
    )
    try:
        await producer.start()
    except KafkaError as error:
        raise ProducerRefused(settings.kafka, repr(error)) from None
    return producer
