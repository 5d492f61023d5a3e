"""Records of `grading-commands`: what operators and their programs order."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Final, Literal

from scoring.calendar import day_of
from scoring.facts import Command, OverrideCleared, OverrideSet, Recalculate, ReviewResolved
from scoring.policy import Policy
from scoring.units import Day, EpochMs
from streams.intake.case_ids import parse_case
from streams.intake.wire import Event, Id

COMMANDS_TOPIC: Final = "grading-commands"


class OverrideSetEvent(Event, tag="override.set", kw_only=True, gc=False):
    """A floor, a ceiling or a pin for a customer's tier."""

    kind: Literal["floor", "ceiling", "pin"]
    tier: Id
    reason: Id
    author: Id
    until: date | None = None


class OverrideClearEvent(Event, tag="override.clear", kw_only=True, gc=False):
    """The end of an override."""

    reason: Id
    author: Id


class RecalculateEvent(Event, tag="grade.recalculate", kw_only=True, gc=False):
    """A tier to be set to what the customer deserves."""

    reason: Id | None = None
    author: Id | None = None


class ReviewResolveEvent(Event, tag="review.resolve", kw_only=True, gc=False):
    """The answer to a case."""

    decision: Literal["approve", "reject"]
    reason: Id
    author: Id
    case: Id | None = None


class EraseEvent(Event, tag="customer.erase", kw_only=True, gc=False):
    """A customer of whom nothing may be left."""

    reason: Id
    author: Id


class Erase(Command, frozen=True, gc=False):
    """The end of a customer: the shell removes the state, so nothing of the core sees it."""

    TYPE: ClassVar[str] = "customer.erase"


class MergeEvent(Event, tag="customer.merge", kw_only=True, gc=False):
    """A customer who is the same as another one."""

    into: Id
    reason: Id
    author: Id


class UnmergeEvent(Event, tag="customer.unmerge", kw_only=True, gc=False):
    """The end of a merge, as if it had never been."""

    reason: Id
    author: Id


class Merge(Command, frozen=True, gc=False):
    """A customer to become the alias of another one."""

    TYPE: ClassVar[str] = "customer.merge"
    into: str
    reason: str
    author: str


class Unmerge(Command, frozen=True, gc=False):
    """An alias to become a customer again."""

    TYPE: ClassVar[str] = "customer.unmerge"
    reason: str
    author: str


AnyCommand = (
    OverrideSetEvent
    | OverrideClearEvent
    | RecalculateEvent
    | ReviewResolveEvent
    | EraseEvent
    | MergeEvent
    | UnmergeEvent
)

COMMAND_TYPES: Final = frozenset(str(t.__struct_config__.tag) for t in AnyCommand.__args__)
"""The commands that exist."""


class CommandError(Exception):
    """A well-formed command that the policy cannot follow."""


class CommandReader:
    """Reads commands under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._ranks = {tier.name: rank for rank, tier in enumerate(policy.tiers)}
        self._make: dict[type[Event], Callable[[Any, EpochMs, Day], Command]] = {
            OverrideSetEvent: self._set,
            OverrideClearEvent: lambda event, ms, day: OverrideCleared(event.event_id, ms, day),
            RecalculateEvent: lambda event, ms, day: Recalculate(event.event_id, ms, day),
            ReviewResolveEvent: self._resolve,
            EraseEvent: lambda event, ms, day: Erase(event.event_id, ms, day),
            MergeEvent: _merge,
            UnmergeEvent: lambda event, ms, day: Unmerge(
                event.event_id, ms, day, event.reason, event.author
            ),
        }

    def command(self, event: Event, ms: EpochMs, day: Day) -> Command:
        """The command of a decoded record.

        Raises:
            CommandError: it names a tier the policy does not have, a case of nobody's, or
                merges nobody.
        """
        return self._make[type(event)](event, ms, day)

    def _rank(self, tier: str) -> int:
        rank = self._ranks.get(tier)
        if rank is None:
            known = ", ".join(self._ranks)
            raise CommandError(f"unknown tier {tier!r}; the policy has {known}")
        return rank

    def _resolve(self, event: ReviewResolveEvent, ms: EpochMs, day: Day) -> ReviewResolved:
        opened, rank = None, None
        if event.case is not None:
            named = parse_case(event.case)
            if named is None or named.customer != event.customer_id:
                said = f"{event.case!r} is no case of {event.customer_id!r}"
                raise CommandError(f"{said}; a case is CUSTOMER:DATE:TIER")
            opened, rank = named.opened, self._rank(named.tier)
        approved = event.decision == "approve"
        return ReviewResolved(
            event.event_id, ms, day, approved, event.reason, event.author, opened, rank
        )

    def _set(self, event: OverrideSetEvent, ms: EpochMs, day: Day) -> OverrideSet:
        rank = self._rank(event.tier)
        until = None if event.until is None else day_of(event.until)
        return OverrideSet(
            event.event_id, ms, day, event.kind, rank, event.reason, event.author, until
        )


def _merge(event: MergeEvent, ms: EpochMs, day: Day) -> Merge:
    if event.into == event.customer_id:
        raise CommandError("into is the customer itself: nobody is merged into themselves")
    return Merge(event.event_id, ms, day, event.into, event.reason, event.author)
