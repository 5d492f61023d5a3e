"""Whether the topics are as the workers need them."""

from collections.abc import Mapping

from streams.operations.findings import Finding, ok, problem, warning
from streams.operations.kafka_view import Group, Logs, Topic
from streams.outbox.scribe import CURRENT_TIER
from streams.partition.runner import TOPICS
from streams.topic_names import TopicNames
from streams.topics import OUTPUTS

_NAMED = 5


def check_topics(topics: Mapping[str, Topic], names: TopicNames) -> list[Finding]:
    """Existence, partition counts, leaders and cleanup policies."""
    wanted = [names.full(name) for name in (*TOPICS, *OUTPUTS)]
    missing = [name for name in wanted if name not in topics]
    if missing:
        create = (
            "create them: regrade topics, with the same REGRADE_PREFIX and REGRADE_FACTS_PREFIX"
        )
        return [problem("topics", f"missing: {', '.join(missing)}", create)]
    found = [ok("topics", f"all {len(wanted)} exist")]
    found.append(_counts(topics, names))
    leaderless = [name for name in wanted if topics[name].leaderless]
    if leaderless:
        start = "start the brokers that hold them"
        found.append(problem("leaders", f"nobody serves {', '.join(leaderless)}", start))
    return [*found, *_cleanup(topics, names)]


def _counts(topics: Mapping[str, Topic], names: TopicNames) -> Finding:
    counts = {name: topics[name].partitions for name in map(names.full, TOPICS)}
    if len(set(counts.values())) == 1:
        return ok("partitions", f"{counts[names.full(TOPICS[0])]} of each input topic")
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    grade_anew = (
        "if the programme is new, delete them and run regrade topics; otherwise grade anew "
        "under another REGRADE_PREFIX"
    )
    return problem("partitions", f"input topics differ: {shown}", grade_anew)


def _cleanup(topics: Mapping[str, Topic], names: TopicNames) -> list[Finding]:
    needed = {names.full(name): "delete" for name in (*TOPICS, *OUTPUTS)}
    needed[names.full(CURRENT_TIER)] = "compact"
    told = {name: topics[name].cleanup for name in needed}
    if None in told.values():
        nothing = "the broker does not tell cleanup.policy"
        return [warning("cleanup", nothing, "check it with the broker's own tools")]
    wrong = [name for name, policy in needed.items() if told[name] != policy]
    if not wrong:
        return [ok("cleanup", "compaction on current-tier, and on no other topic")]
    inputs = {names.full(name) for name in TOPICS}
    return [
        problem(
            "cleanup",
            f"{name} has cleanup.policy={told[name]}"
            + (": events are forgotten" if name in inputs else ""),
            f"set cleanup.policy={needed[name]} on it",
        )
        for name in wrong
    ]


def check_keys(logs: Logs) -> Finding:
    """Whether producers put keys where murmur2 says."""
    if not logs.misplaced:
        return ok("partitioner", f"{logs.sampled} newest records lie where murmur2 puts them")
    shown = ", ".join(f"{topic}/{at}/{offset}" for topic, at, offset in logs.misplaced[:_NAMED])
    says = f"{len(logs.misplaced)} of {logs.sampled} newest records lie elsewhere: {shown}"
    return problem("partitioner", says, "set the producer to murmur2 (docs/producers.md)")


def check_group(group: Group | None, name: str) -> Finding:
    """Whether workers are there, and nobody else."""
    if group is None:
        return warning("workers", f"the broker does not tell of group {name}", "ask its own tools")
    if not group.members:
        return warning("workers", f"nobody is a member of group {name}", "start regrade worker")
    if group.protocol not in {"", "faust"}:
        says = f"group {name} shares by {group.protocol!r}: another program is in it"
        return problem("workers", says, "give regrade a REGRADE_GROUP of its own")
    if group.state != "Stable":
        says = f"group {name} is {group.state}"
        return warning("workers", says, "look again; if it stays, read the workers' logs")
    return ok("workers", f"{group.members} in group {name}")
