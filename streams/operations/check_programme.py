"""Whether what is stored fits the topics and the policy, and whether it moves on."""

from collections.abc import Mapping, Sequence

from scoring.policy import Policy
from streams.bootstrap import policy_tag
from streams.operations.findings import Finding, ok, problem, warning
from streams.operations.kafka_view import Log
from streams.partition.runner import TOPICS
from streams.storage.inspect import Place
from streams.topic_names import TopicNames

_LAGGING = 100_000
_SHOWN = 5


def check_stored(places: Sequence[Place], partitions: int, policy: Policy) -> list[Finding]:
    """The partition count and the policy of what is stored."""
    claimed = [place for place in places if place.fields]
    if not claimed:
        nothing = "nothing is stored under this prefix yet"
        return [warning("stored", nothing, "start a worker, or check REGRADE_PREFIX")]
    found = [ok("stored", f"{len(claimed)} of {partitions} partitions")]
    counts = {place.fields["partitions"] for place in claimed}
    if counts != {str(partitions)}:
        shown = ", ".join(sorted(counts))
        says = f"written for {shown} partitions, the topics have {partitions}"
        found.append(problem("stored", says, "see PartitionsChanged in docs/operations.md"))
    return [*found, _policy(claimed, policy)]


def _policy(claimed: Sequence[Place], policy: Policy) -> Finding:
    stored = {place.fields["policy"] for place in claimed}
    own = policy_tag(policy)
    if stored == {own}:
        return ok("policy", f"{own}, as stored")
    if all(int(place.fields.get("generation", "0")) for place in claimed):
        return ok("policy", f"{', '.join(sorted(stored))}, as published")
    other = ", ".join(sorted(stored - {own}))
    says = f"the state was graded by {other}, REGRADE_POLICY is {own}"
    return problem("policy", says, "name the policy that the workers have")


def check_offsets(
    places: Sequence[Place], logs: Mapping[tuple[str, int], Log], names: TopicNames
) -> Finding:
    """Whether every stored offset lies in its log, and how far the reading is."""
    outside, lag = [], 0
    for place in places:
        for topic in TOPICS:
            log = logs[names.full(topic), place.partition]
            at = place.next.get(topic)
            if at is None:
                lag += log.end - log.begin
            elif log.begin <= at <= log.end:
                lag += log.end - at
            else:
                name = f"{names.full(topic)}/{place.partition}"
                outside.append(f"{name} continues at {at}, the log is {log.begin} to {log.end}")
    if outside:
        says = "; ".join(outside[:_SHOWN])
        return problem("lag", says, "see OffsetOutsideLog in docs/operations.md")
    if lag > _LAGGING:
        remedy = "start more workers, or wait if this is a replay"
        return warning("lag", f"{lag} records are not taken in yet", remedy)
    return ok("lag", f"{lag} records are not taken in yet")


def check_outboxes(before: Sequence[Place], after: Sequence[Place]) -> Finding:
    """Whether committed rows leave; `after` was seen a moment later."""
    stuck = [
        (old, new)
        for old, new in zip(before, after, strict=True)
        if old.waiting and new.waiting and old.head == new.head
    ]
    waiting = sum(place.waiting for place in after)
    if not stuck:
        return ok("outbox", f"{waiting} rows wait, and they leave")
    oldest, _ = stuck[0]
    says = (
        f"{waiting} rows wait; of partition {oldest.partition} none was published lately, "
        f"the oldest has sequence {oldest.head + 1}"
    )
    return warning("outbox", says, "is a worker running, and does the broker take its records?")
