"""However records come in, they go out once, in the order they were written.

orders         10        30   30
interactions        20        30   40
released       10   20   30   30   30   40     orders first on equal timestamps
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journeys.two_logs import BOTH, TwoLogs

from streams.intake.record import LogRecord
from streams.partition.merge import Gap, Merge

ORDERS, INTERACTIONS = BOTH
STEPS = ("append", "ask", "serve", "answer", "pick_up", "hand_over", "look", "take", "idle")

timestamps = st.lists(st.integers(0, 9), max_size=12)
steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(BOTH),
        st.integers(1, 5),
        st.sampled_from([0, 0, 1, 20, 3000]),
    ),
    max_size=60,
)


def merge() -> Merge:
    """Nothing put in yet."""
    return Merge(BOTH, dict.fromkeys(BOTH, 0))


def records(topic: str, times: list[int]) -> list[LogRecord]:
    """A log of these Kafka timestamps."""
    return [LogRecord(topic, 0, at, ms, None, None) for at, ms in enumerate(times)]


def in_order(orders: list[int], interactions: list[int]) -> list[tuple[str, int | None]]:
    """Both topics in order of time, orders first on ties."""
    both = [
        (ms, topic) for topic, all_ in zip(BOTH, (orders, interactions), strict=True) for ms in all_
    ]
    return [(topic, ms) for ms, topic in sorted(both, key=lambda e: (e[0], BOTH.index(e[1])))]


def walk(logs: TwoLogs, path: list[tuple[str, str, int, int]]) -> None:
    """Take these steps, time passing before each."""
    for name, topic, size, ms in path:
        logs.now_ms += ms
        if name == "append":
            logs.append(size)
        elif name == "take":
            logs.take(size)
        elif name == "idle":
            logs.idle()
        elif name == "serve":
            logs.serve(logs.logs[topic], size)
        else:
            getattr(logs, name)(logs.logs[topic])


@given(orders=timestamps, interactions=timestamps, path=steps)
def test_growing_logs_are_merged_in_the_order_they_were_written(orders, interactions, path):
    """What is released is at any time the beginning of the story, at the end all of it."""
    story = in_order(orders, interactions)
    logs = TwoLogs(merge(), story)
    walk(logs, path)
    assert logs.told() == story[: len(logs.released)]
    logs.finish()
    assert logs.told() == story


@given(orders=timestamps, interactions=timestamps, path=steps, markers=st.sets(st.integers(0, 24)))
def test_transaction_markers_cost_time_and_nothing_else(orders, interactions, path, markers):
    """Places without records, at the end of a log too, neither stop nor reorder it."""
    story = in_order(orders, interactions)
    marked: list[tuple[str, int | None]] = []
    for at, (topic, ms) in enumerate(story):
        marked.append((topic, ms))
        if at in markers:
            marked.append((topic, None))
    logs = TwoLogs(merge(), marked)
    walk(logs, path)
    assert logs.told() == story[: len(logs.released)]
    logs.finish()
    assert logs.told() == story


def test_a_record_on_its_way_is_waited_for_after_a_marker():
    """A log that ended in a marker and has grown may hide a record in flight."""
    story = [(ORDERS, 1), (INTERACTIONS, 2), (INTERACTIONS, None)]
    logs = TwoLogs(merge(), [*story, (INTERACTIONS, 5), (ORDERS, 6)])
    first, second = (logs.logs[topic] for topic in BOTH)
    logs.append(3)
    logs.idle()
    logs.now_ms += 17
    logs.ask(second)
    logs.serve(second)
    logs.append(2)
    logs.bring(first)
    for step in (logs.answer, logs.look, logs.ask, logs.serve, logs.answer):
        logs.now_ms += 17
        step(second)
    logs.pick_up(second)
    logs.look(second)
    logs.take()
    assert logs.told() == [(ORDERS, 1), (INTERACTIONS, 2)]
    logs.finish()
    assert logs.told()[2:] == [(INTERACTIONS, 5), (ORDERS, 6)]


chunks = st.lists(
    st.tuples(st.sampled_from(BOTH), st.integers(0, 3), st.integers(1, 4), st.booleans())
)


@given(orders=timestamps, interactions=timestamps, path=chunks, strict=st.booleans())
def test_chunks_that_come_again_go_out_once_in_offset_order(orders, interactions, path, strict):
    """Whatever is put in twice, every record comes out once, in the order of its log."""
    logs = {ORDERS: records(ORDERS, orders), INTERACTIONS: records(INTERACTIONS, interactions)}
    given_to, merged = merge(), []
    for at, (topic, back, size, polled) in enumerate(path):
        expected = given_to.expected()[topic]
        chunk = logs[topic][max(0, expected - back) : expected + size]
        if chunk:
            given_to.put(topic, chunk, at)
        if polled:
            given_to.polled(topic, expected, len(logs[topic]), at)
        merged += given_to.take(size, strict=strict)
    for topic, log in logs.items():
        if log:
            given_to.put(topic, log, len(path))
        for later in (1, 2, 3):
            given_to.polled(topic, len(log), len(log), len(path) + later)
    merged += given_to.take(1000, strict=strict)
    for topic, log in logs.items():
        assert [record for record in merged if record.topic == topic] == log
    assert given_to.empty()


def test_a_gap_is_read_again_and_believed_the_second_time():
    """Missing offsets raise once; what is missing after a new look does not exist."""
    merged, log = merge(), records(ORDERS, [1, 2, 3, 4])
    merged.put(ORDERS, log[:1], 0)
    with pytest.raises(Gap) as gap:
        merged.put(ORDERS, log[2:], 1)
    assert (gap.value.expected, gap.value.found) == (1, 2)
    assert merged.expected()[ORDERS] == 1
    merged.put(ORDERS, log[2:], 2)
    assert merged.expected()[ORDERS] == 4
    for at_ms in (3, 4):
        merged.polled(INTERACTIONS, 0, 0, at_ms)
    assert merged.take(10, strict=True) == [log[0], *log[2:]]


def test_another_gap_is_not_believed_for_the_first_one():
    """Only the very same gap, seen again, is taken for true."""
    merged, log = merge(), records(ORDERS, [1, 2, 3, 4])
    for start in (2, 3):
        with pytest.raises(Gap):
            merged.put(ORDERS, log[start:], 0)
    merged.put(ORDERS, log, 1)
    assert merged.expected()[ORDERS] == 4


def test_nothing_is_released_while_a_topic_has_not_answered():
    """Without an answer about the other topic an earlier record may still come."""
    merged = merge()
    merged.put(ORDERS, records(ORDERS, [1]), 5)
    merged.polled(INTERACTIONS, 0, 0, 6)
    assert merged.take(10, strict=True) == []
    # The answer at 6 may have left the broker before 5; this one was asked for at 6.
    merged.polled(INTERACTIONS, 0, 0, 7)
    assert len(merged.take(10, strict=True)) == 1


def test_a_fetch_sent_in_the_millisecond_of_the_arrival_shows_nothing():
    """Which of the two came first cannot be told: the next answer decides."""
    merged = merge()
    merged.polled(INTERACTIONS, 0, 0, 5)
    merged.put(ORDERS, records(ORDERS, [1]), 5)
    merged.polled(INTERACTIONS, 0, 0, 6)
    assert merged.take(10, strict=True) == []
    merged.polled(INTERACTIONS, 0, 0, 7)
    assert len(merged.take(10, strict=True)) == 1
