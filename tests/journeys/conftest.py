"""A stack and a history that all journeys share."""

import asyncio
from collections.abc import Iterator

import pytest
from journeys.graded_input import Graded, grade
from journeys.households import households
from journeys.laws import History

from streams.embedded.stack import EmbeddedStack


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A broker and a store; every programme on them has a name of its own."""
    with EmbeddedStack() as running:
        yield running


@pytest.fixture(scope="session")
def history() -> History:
    """A history of some thousand events, and what comes of it."""
    return asyncio.run(households())


@pytest.fixture(scope="session")
def graded(stack, tmp_path_factory) -> Graded:
    """Good and bad records after a worker took them in."""
    return asyncio.run(grade(stack, tmp_path_factory.mktemp("input")))
