"""A real Apache Kafka and a store that syncs every write."""

import asyncio
from collections.abc import Iterator

import pytest
from durable import DurableStack, durable
from journeys.households import households
from journeys.laws import History


@pytest.fixture(scope="session")
def durable_stack(tmp_path_factory) -> Iterator[DurableStack]:
    """One node of Kafka and one Valkey."""
    with durable(tmp_path_factory.mktemp("durable")) as stack:
        yield stack


@pytest.fixture(scope="session")
def household_history() -> History:
    """A history of some thousand events, and what comes of it."""
    return asyncio.run(households())
