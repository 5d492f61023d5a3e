"""However records come in, they go out once, in the order they were written.

    orders         10        30   30
    interactions        20        30   40
    released       10   20   30   30   30   40     orders first on equal timestamps
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.two_logs import TwoLogs
from streams.intake.record import LogRecord
from streams.partition.merge import Gap, Merge
from streams.partition.runner import TOPICS

ORDERS, INTERACTIONS = TOPICS
STEPS = ("append", "ask", "serve", "answer", "pick_up", "hand_over", "look", "take", "idle")

timestamps = st.lists(st.integers(0, 9), max_size=12)
steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(TOPICS),
        st.integers(1, 5),
        st.sampled_from([1, 1, 1, 20, 3000]),
    ),
    max_size=60,
)


def merge() -> Merge:
    """Nothing put in yet."""
    return Merge(TOPICS, dict.fromkeys(TOPICS, 0))


def records(topic: str, times: list[int]) -> list[LogRecord]:
    """A log of these Kafka timestamps."""
    return [LogRecord(topic, 0, at, ms, None, None) for at, ms in enumerate(times)]


def in_order(orders: list[int], interactions: list[int]) -> list[tuple[str, int | None]]:
    """Both topics in order of time, orders first on ties."""
    both = [(ms, topic) for topic, all_ in zip(TOPICS, (orders, interactions), strict=True) for ms in all_]
    return [(topic, ms) for ms, topic in sorted(both, key=lambda e: (e[0], TOPICS.index(e[1])))]


def walk(logs: TwoLogs, path: list[tuple[str, str, int, int]]) -> None:
    """Take these steps, time passing before each."""
    for name, topic, size, ms in path:
        logs.now_ms += ms
        if name == "append":
            logs.append(size)
        elif name == "take":
            logs.take(size)
        elif name == "idle":
            for _ in range(25):
                logs.round(17)
        elif name == "serve":
            logs.serve(logs.logs[topic], size)
        else:
            getattr(logs, name)(logs.logs[topic])


@given(orders=timestamps, interactions=timestamps, path=steps)
def test_growing_logs_are_merged_in_the_order_they_were_written(
    orders, interactions, path
):
    """What is released is at any time the beginning of the story, at the end all of it."""
    story = in_order(orders, interactions)
    logs = TwoLogs(merge(), story)
    walk(logs, path)
    assert logs.told() == story[: len(logs.released)]
    logs.finish()
    assert logs.told() == story


@given(
    orders=timestamps, interactions=timestamps, path=steps, markers=st.sets(st.integers(0, 24))
)
def test_transaction_markers_cost_time_and_nothing_else(
    orders, interactions, path, markers
):
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
