"""A stall is standing still while owing something, with everybody else at work."""

import pytest

from streams.clock import ManualClock
from streams.partition.surroundings import Sight
from streams.telemetry.health import FRESH_S, Health

PATIENCE_S = 60.0


@pytest.fixture
def clock():
    """It stands still until moved."""
    return ManualClock()


@pytest.fixture
def health(clock):
    """Of a worker whose servers answer and whose partitions are in its hands."""
    health = Health(clock, PATIENCE_S)
    health.holds(None)
    for server in ("store", "broker"):
        health.asked(server, answered=True)
    return health


def pass_time(clock, health, sight, seconds, *, answering=("store", "broker")):
    """Look each second; the servers named answer."""
    for _ in range(seconds):
        for server in ("store", "broker"):
            health.asked(server, answered=server in answering)
        health.look([sight()])
        clock.advance(1)


def test_standing_still_with_work_to_do_is_a_stall(clock, health):
    """The same mark for longer than the patience."""
    pass_time(clock, health, lambda: Sight("it", 7), 61)
    assert health.stalls() == []
    pass_time(clock, health, lambda: Sight("it", 7), 2)
    assert health.stalls() == ["it has not got on for 62 s"]


def test_having_nothing_to_do_is_none(clock, health):
    """The mark may stay for ever."""
    pass_time(clock, health, lambda: Sight("it", 7, owing=False), 200)
    assert health.stalls() == []


def test_getting_on_slowly_is_none(clock, health):
    """Any change of the mark begins the patience anew."""
    pass_time(clock, health, lambda: Sight("it", clock.monotonic() // 50), 200)
    assert health.stalls() == []


@pytest.mark.parametrize("answering", [("store",), ("broker",), ()])
def test_waiting_for_a_server_is_none(clock, health, answering):
    """While the store or the broker is away, and for the patience after."""
    pass_time(clock, health, lambda: Sight("it", 7), 200, answering=answering)
    assert health.stalls() == []
    pass_time(clock, health, lambda: Sight("it", 7), 59)
    assert health.stalls() == []


def test_trying_again_is_none(clock, health):
    """A repeated call to the store is a sign of life of all parts."""
    for _ in range(10):
        pass_time(clock, health, lambda: Sight("it", 7), 30)
        health.sign()
    assert health.stalls() == []


def test_a_loop_that_does_not_look_is_a_stall(clock, health):
    """Whatever the parts were like when they were seen last."""
    pass_time(clock, health, lambda: Sight("it", 7), 50)
    clock.advance(PATIENCE_S + 1)
    assert health.stalls() == ["the event loop has not turned for 62 s"]


def test_a_process_that_was_stopped_is_forgiven(clock, health):
    """After SIGCONT the worker has its whole patience again."""
    pass_time(clock, health, lambda: Sight("it", 7), 50)
    clock.advance(3600)
    health.forgive()
    assert health.stalls() == []
    pass_time(clock, health, lambda: Sight("it", 7), 50)
    assert health.stalls() == []


def test_no_patience_at_all_means_for_ever(clock):
    """`REGRADE_STALL_TIMEOUT_S=0`."""
    health = Health(clock, 0)
    clock.advance(100_000)
    assert health.stalls() == []


def test_it_is_ready_while_all_answer_and_partitions_are_held(clock, health):
    """Each thing missing is named."""
    health.look([])
    assert health.unready() == []
    health.holds("no partitions are assigned")
    assert health.unready() == ["no partitions are assigned"]
    clock.advance(FRESH_S + 1)
    assert len(health.unready()) == 4
