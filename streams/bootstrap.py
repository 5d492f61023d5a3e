"""The only place that chooses parts and wires them together."""

import gc
from zoneinfo import ZoneInfo

from scoring.advance import Judge
from scoring.calendar import LocalDays
from scoring.compile import compile_policy
from scoring.due import plan_of
from scoring.notices import Notices
from scoring.policy import Policy
from scoring.succession import succession
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.decode import RECORD_BYTES, Decoder
from streams.intake.partitioner import partition_of
from streams.outbox.answers import AnswerScribe
from streams.outbox.audit import AuditScribe
from streams.outbox.cases import CaseScribe
from streams.outbox.reminders import ReminderScribe
from streams.outbox.scribe import EventScribe
from streams.partition.breaker import Flood
from streams.partition.erasures import Pseudonyms
from streams.partition.rules import Heir, Rules
from streams.policies.library import policy_tag
from streams.storage.codec import BlobCodec
from streams.topic_names import TopicNames

__all__ = ["calm_collector", "judge_of", "local_days", "policy_tag", "rules_of"]

SWEEP = "sweep"
"""The mode of changes that a new version of the policy makes."""


def calm_collector() -> None:
    """Let the garbage collector look for cycles rarely.

    Cached customers are hundreds of thousands of lists and dicts without a cycle among them;
    with the default thresholds a quarter of the time goes into walking them.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def judge_of(policy: Policy) -> Judge:
    """Compile and analyse a policy."""
    grader = compile_policy(policy)
    return Judge(grader, plan_of(grader))


def rules_of(  # noqa: PLR0913 - what a worker is set up with
    policy: Policy,
    partitions: int,
    *,
    mode: str,
    names: TopicNames | None = None,
    erasure_key: str = "",
    flood: Flood | None = None,
    previous: Policy | None = None,
    record_bytes: int = RECORD_BYTES,
) -> Rules:
    """Everything partitions under one version share; without a key nobody can be erased.

    `previous` graded the customers whom the version has not reached yet.
    """
    names = names or TopicNames()
    pseudonyms = Pseudonyms(erasure_key) if erasure_key else None
    judge = judge_of(policy)
    scribe = EventScribe(judge.grader, mode)
    desk = CaseScribe(policy)
    heir = None
    if previous is not None:
        heir = Heir(succession(previous, judge), EventScribe(judge.grader, SWEEP))
    noticed = bool(policy.reminders or policy.warn_before_days)
    return Rules(
        judge=judge,
        intaker=Decoder(policy, names.full(COMMANDS_TOPIC), record_bytes),
        scribe=scribe,
        answers=AnswerScribe(policy, scribe, desk),
        audit=AuditScribe(policy, scribe, pseudonyms),
        desk=desk,
        codec=BlobCodec(),
        partitioner=partition_of,
        partitions=partitions,
        names=names,
        pseudonyms=pseudonyms,
        notices=Notices(judge) if noticed else None,
        herald=ReminderScribe(policy, scribe, mode) if noticed else None,
        flood=flood,
        heir=heir,
    )


def local_days(policy: Policy) -> LocalDays:
    """The calendar of a policy's zone."""
    return LocalDays(ZoneInfo(policy.time_zone))
