"""Errors of the shell. Each class says whether trying again can help."""

from typing import ClassVar


class RegradeError(Exception):
    """Base of every error a user may see; its text is the whole message."""

    retriable: ClassVar[bool] = False


class KafkaUnreachable(RegradeError):
    """No broker answers at the configured address."""

    retriable = True

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"no Kafka broker answers at {address} (REGRADE_KAFKA)")
