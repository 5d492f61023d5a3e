"""A stack and a history that all journeys share."""

import asyncio
from collections.abc import Iterator

import pytest
from journeys.graded_input import Graded, grade
from journeys.laws import History

from streams.embedded.stack import EmbeddedStack
from streams.policies.load import load_policy
from streams.replay.generator import Extras, generate_orders


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A broker and a store; every programme on them has a name of its own."""
    with EmbeddedStack() as running:
        yield running


@pytest.fixture(scope="session")
def history() -> History:
    """Eight months of 150 households: orders, refunds and interactions."""
    extras = Extras(refunds=0.05, interactions=0.3)
    events = list(generate_orders(150, 4000, months=8, seed=3, extras=extras))
    return asyncio.run(History.of(events, load_policy("grocery-usd")))


@pytest.fixture(scope="session")
def graded(stack, tmp_path_factory) -> Graded:
    """Good and bad records after a worker took them in."""
    return asyncio.run(grade(stack, tmp_path_factory.mktemp("input")))
