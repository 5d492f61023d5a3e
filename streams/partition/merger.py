"""Merges customers, and takes them apart: what one partition does of it at a time.

The alias's owner decides, and hands its state to the host's owner in the same commit; every fact
that comes for the alias later goes the same way. The host's owner may refuse, and says so.
"""

from collections.abc import Callable
from typing import Any

import orjson
from msgspec import Raw

from scoring.advance import Decision, snapshot_of
from scoring.customer import UNGRADED, CustomerState
from scoring.facts import Fact
from scoring.fold import is_known, remember
from scoring.merging import (
    Seen,
    come_back,
    is_alias,
    join,
    leave,
    seen,
    split,
    told,
    wake_in_time,
    without_ties,
)
from scoring.units import Day
from streams.intake.commands import Erase, Merge, Unmerge
from streams.intake.outcomes import Arrived, Ordered, Rejected
from streams.intake.record import RawRecord
from streams.intake.transfers import (
    AnyTransfer,
    FactHanded,
    PartErased,
    PartHanded,
    PartRefused,
    PartTakenBack,
)
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.channel import Channel
from streams.partition.eraser import Eraser
from streams.partition.farewells import Ending, bid_farewell
from streams.partition.parts import part_of
from streams.partition.ports import Cause, PartitionMeta, Standing, cause_of
from streams.partition.rules import Rules

MERGING = (Merge, Unmerge)

Publish = Callable[[str, CustomerState, Decision, Cause, Batch], None]


class Merger:
    """What a partition's processor asks about merges; it shares meta and cache with it."""

    def __init__(
        self,
        rules: Rules,
        meta: PartitionMeta,
        cache: CustomerCache,
        eraser: Eraser,
        channel: Channel,
        publish: Publish,
    ) -> None:
        self._rules = rules
        self._meta = meta
        self._cache = cache
        self._eraser = eraser
        self._channel = channel
        self._publish = publish

    def obey(self, record: RawRecord, ordered: Ordered, batch: Batch) -> str:
        """Carry out a command about an alias; what became of it."""
        self._touch(ordered.customer, batch)
        if type(ordered.fact) is Merge:
            return self._merge(record, ordered, ordered.fact, batch)
        return self._unmerge(record, ordered, batch)

    def receive(self, record: RawRecord, arrived: Arrived, batch: Batch) -> str:
        """Carry out what another owner asks for, but for facts; what became of it."""
        customer, fact = arrived
        said, state = fact.said, self._cache.get(customer)
        self._touch(customer, batch)
        if type(said) is PartHanded:
            return self._take_in(record, arrived, said, batch)
        if state is None or not belongs(state, said):
            return "duplicate"
        if type(said) is PartTakenBack:
            before = seen(state)
            split(state, said.peer, self._rules.judge, self._today)
            self._settle(record, customer, state, before, fact, batch)
        elif type(said) is PartRefused:
            self._restore(record, customer, state, fact, batch)
        else:
            order = Ordered(customer, Erase(fact.event_id, fact.occurred_ms, fact.day))
            self.sever(record, order, batch, tell_host=False)
            return self._eraser.erase(record, order, batch)
        return "folded"

    def _touch(self, customer: str, batch: Batch) -> None:
        state = self._cache.get(customer)
        if state is not None:
            batch.touch(customer, state)

    def hand_on(
        self, customer: str, state: CustomerState, fact: Fact, value: bytes, batch: Batch
    ) -> None:
        """Let the host of an alias know of a fact that was folded."""
        self._send(FactHanded, customer, state, batch, fact=Raw(value), **_names(fact))

    def sever(
        self, record: RawRecord, ordered: Ordered, batch: Batch, *, tell_host: bool = True
    ) -> None:
        """Before a customer is erased: nothing of them stays with a host, and no part with them."""
        state = self._cache.get(ordered.customer)
        ties = None if state is None else state.ties
        if state is None or ties is None:
            return
        why = _names(ordered.fact) | _why(record)
        if tell_host:
            self._send(PartTakenBack, ordered.customer, state, batch, **why)
        for name, part in ties.parts.items():
            known = {"peer": ordered.customer, "since": part.since}
            self._channel.send(PartErased, name, batch, **known, **why)

    @property
    def _today(self) -> Day:
        today = self._meta.day
        assert today is not None  # noqa: S101 - every command moves the day before
        return today

    def _send(
        self, kind: Any, customer: str, alias: CustomerState, batch: Batch, **said: Any
    ) -> None:
        """Tell the host, if there is one."""
        ties = alias.ties
        if ties is not None and ties.into is not None:
            known = {"peer": customer, "since": ties.since}
            self._channel.send(kind, ties.into, batch, **known, **said)

    def _hand(
        self, customer: str, state: CustomerState, fact: Fact, batch: Batch, **said: Any
    ) -> None:
        """Hand the state of an alias to its host."""
        blob = self._rules.codec.encode(without_ties(state))
        tiers = [tier.name for tier in self._rules.judge.grader.policy.tiers]
        handed = {"state": blob, "tiers": tiers, **_names(fact), **said}
        self._send(PartHanded, customer, state, batch, **handed)

    def _merge(self, record: RawRecord, ordered: Ordered, fact: Merge, batch: Batch) -> str:
        customer, rules = ordered.customer, self._rules
        state = self._cache.get(customer)
        if state is None:
            version, generation = self._eraser.last_version(customer), self._meta.reign.generation
            state = CustomerState(version=version, generation=generation)
            self._cache.put(customer, state)
            batch.touch(customer, state)
        if not _is_new(state, fact):
            names = (fact.event_id, customer, fact.into)
            batch.rows.append(rules.answers.merged(record, names, "duplicate", None))
            return "duplicate"
        before, standing = seen(state), Standing(state.tier, state.override, state.case)
        leave(state, fact.into)
        said = Ending("customer.merged", state.version, self._today, fact.occurred_ms, fact.into)
        cause = cause_of(record, fact, rules.names)
        bid_farewell(rules, batch, customer, before, said, cause)
        self._hand(customer, state, fact, batch, reason=fact.reason, author=fact.author)
        batch.rows.append(rules.audit.entry(record, ordered, standing, None))
        return "merged"

    def _unmerge(self, record: RawRecord, ordered: Ordered, batch: Batch) -> str:
        customer, fact = ordered
        rules, state = self._rules, self._cache.get(customer)
        assert state is not None  # noqa: S101 - refused otherwise
        outcome = "duplicate"
        if _is_new(state, fact):
            outcome = "unmerged"
            why = _why(record)
            self._send(PartTakenBack, customer, state, batch, **_names(fact), **why)
            self._restore(record, customer, state, fact, batch)
            standing = Standing(state.tier, state.override, state.case)
            batch.rows.append(rules.audit.entry(record, ordered, None, standing))
        grade = snapshot_of(state, rules.judge, self._today)
        batch.rows.append(rules.answers.answer(record, ordered, outcome, (state, grade)))
        return outcome

    def _restore(
        self, record: RawRecord, customer: str, state: CustomerState, fact: Fact, batch: Batch
    ) -> None:
        """Let an alias be a customer again, for all to know."""
        before = seen(state)
        come_back(state)
        self._settle(record, customer, state, before, fact, batch)

    def _take_in(self, record: RawRecord, arrived: Arrived, said: PartHanded, batch: Batch) -> str:
        """Add a part to its host, unless the host cannot be one."""
        customer, fact = arrived
        rules, state = self._rules, self._cache.get(customer)
        if said.again:
            if state is None or not belongs(state, said):
                return "duplicate"
        elif refused := self._unfit(customer, state):
            names = {"peer": customer, "since": said.since, "reason": refused.reason}
            self._channel.send(PartRefused, said.peer, batch, **names, **_names(fact))
            merge = (fact.event_id, said.peer)
            batch.rows.append(rules.answers.unmergeable(record, merge, refused))
            return "refused"
        if state is None:
            state = CustomerState(generation=self._meta.reign.generation)
            self._cache.put(customer, state)
            batch.touch(customer, state)
        before = seen(state)
        part = part_of(said, rules.codec, rules.judge.grader.policy)
        join(state, said.peer, part, rules.judge, self._today)
        self._settle(record, customer, state, before, fact, batch)
        if not said.again:
            grade = snapshot_of(state, rules.judge, self._today)
            about = (fact.event_id, said.peer, customer)
            batch.rows.append(rules.answers.merged(record, about, "done", (state, grade)))
        return "folded"

    def _unfit(self, customer: str, state: CustomerState | None) -> Rejected | None:
        """Why a customer cannot take anybody in. Aliases may not: so no circle ever closes."""
        if state is None and self._eraser.is_gone(customer):
            return Rejected("erased", "the customer to merge into was erased")
        if state is not None and state.ties is not None and state.ties.into is not None:
            host = state.ties.into
            return Rejected("merged", f"{customer!r} was merged into {host!r}: merge into that one")
        return None

    def _settle(
        self,
        record: RawRecord,
        customer: str,
        state: CustomerState,
        before: Seen,
        fact: Fact,
        batch: Batch,
    ) -> None:
        """Publish what a merge or its end changed, and let the customer's own host know."""
        rules, today = self._rules, self._today
        cause = cause_of(record, fact, rules.names)
        alias = is_alias(state)
        if before.tier != UNGRADED and seen(state).tier == UNGRADED:
            state.version += 1
            said = Ending("customer.unmerged", state.version, today, fact.occurred_ms)
            bid_farewell(rules, batch, customer, before, said, cause)
        elif changes := told(before, state, rules.judge, (today, fact.occurred_ms)):
            self._publish(customer, state, Decision("folded", changes), cause, batch)
        if rules.notices is not None and not alias:
            # Of a command nothing is told; the day of the next notice is found.
            rules.notices.after(state, fact, today)
        wake_in_time(state)
        if alias:
            self._hand(customer, state, fact, batch, again=True)


def refusal(state: CustomerState | None, fact: Fact) -> Rejected | None:
    """Why a command is not for this customer: it is an alias, or should be one."""
    into = None if state is None or state.ties is None else state.ties.into
    repeated = state is not None and is_known(state, fact.event_id)
    if type(fact) is Unmerge:
        if into is None and not repeated:
            return Rejected("not_merged", "the customer is merged into nobody")
    elif into is not None and not (type(fact) is Merge and repeated):
        return Rejected("merged", f"merged into {into!r}: send it for that one, or unmerge first")
    return None


def belongs(state: CustomerState, said: AnyTransfer) -> bool:
    """Whether a transfer is about the merge that the customer is in."""
    ties = state.ties
    if ties is None:
        return False
    if type(said) in (PartRefused, PartErased):
        return (ties.into, ties.since) == (said.peer, said.since)
    part = ties.parts.get(said.peer)
    return part is not None and part.since == said.since


def _is_new(state: CustomerState, fact: Fact) -> bool:
    """Whether a command comes for the first time; from here on it is known."""
    if is_known(state, fact.event_id):
        return False
    remember(state, fact.event_id)
    if state.ties is not None and state.ties.own is not None:
        remember(state.ties.own, fact.event_id)
    return True


def _names(fact: Fact) -> dict[str, Any]:
    return {"event_id": fact.event_id, "occurred_at": fact.occurred_ms}


def _why(record: RawRecord) -> dict[str, Any]:
    """The reason and the author that a command names."""
    said = orjson.loads(record.value or b"{}")
    return {name: said.get(name) for name in ("reason", "author")}
