"""Rows are followed from their commit to their acknowledgement, by their number alone."""

import pytest
from prometheus_client import CollectorRegistry

from scoring.units import EpochMs
from streams.clock import ManualClock
from streams.telemetry.deliveries import Deliveries
from streams.telemetry.metrics import Metrics

START_S = 1_000_000.0


class World:
    """A clock, the deliveries of one worker, and what they show."""

    def __init__(self):
        self.registry = CollectorRegistry()
        self.clock = ManualClock(EpochMs(round(START_S * 1000)))
        self.deliveries = Deliveries(Metrics(self.registry), self.clock)

    def rows(self, fresh):
        """Rows counted as fresh, or as not."""
        labels = {"fresh": fresh}
        return self.registry.get_sample_value("regrade_deliveries_total", labels)

    def oldest(self):
        """When the oldest waiting row of partition 0 was committed."""
        labels = {"partition": "0"}
        name = "regrade_outbox_oldest_timestamp_seconds"
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def world():
    """Nothing is on its way."""
    return World()


def test_a_row_is_fresh_up_to_five_seconds_after_its_record_arrived(world):
    """Arrived ..2 s.. committed ..3 s.. acknowledged: fresh; a moment later: not."""
    world.deliveries.committed(0, 2, waited_s=2.0)
    world.clock.advance(3.0)
    world.deliveries.acknowledged(0, left=1)
    world.clock.advance(0.1)
    world.deliveries.acknowledged(0, left=0)
    assert (world.rows("true"), world.rows("false")) == (1, 1)


def test_rows_that_time_made_are_neither(world):
    """Nothing arrived, so nothing can be late."""
    world.deliveries.committed(0, 5, waited_s=None)
    world.clock.advance(60)
    world.deliveries.acknowledged(0, left=0)
    assert (world.rows("true"), world.rows("false")) == (0, 0)


def test_rows_of_an_earlier_owner_leave_first(world):
    """3 leftovers, then our 2: as long as 2 wait, ours are among them."""
    world.deliveries.committed(0, 2, waited_s=0.0)
    world.deliveries.acknowledged(0, left=4)
    world.deliveries.acknowledged(0, left=2)
    assert (world.rows("true"), world.oldest()) == (0, START_S)
    world.deliveries.acknowledged(0, left=0)
    assert (world.rows("true"), world.oldest()) == (2, None)


def test_the_oldest_waiting_row_is_that_of_the_first_commit_not_done(world):
    """Commit at 0 s, commit at 9 s; the first is acknowledged: the second is oldest."""
    world.deliveries.committed(0, 2, waited_s=0.0)
    world.clock.advance(9)
    world.deliveries.committed(0, 1, waited_s=0.0)
    assert world.oldest() == START_S
    world.deliveries.acknowledged(0, left=1)
    assert world.oldest() == START_S + 9


def test_partitions_that_went_show_nothing(world):
    """The next owner publishes the rest."""
    world.deliveries.committed(0, 2, waited_s=0.0)
    world.deliveries.forget()
    assert world.oldest() is None
