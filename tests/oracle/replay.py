"""The replay: one partition's log, in order, with a tick on every single day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from oracle.customer import Customer
from oracle.days import iso
from oracle.duplicates import repeated
from oracle.erasures import Erasures, Gone, farewell
from oracle.event import Event, Result
from oracle.facts import DAY_REACHED, ERASE, Fact
from oracle.folding import fold
from oracle.foresight import Future
from oracle.grading import regrade
from oracle.intake import admit
from oracle.ladder import target_tier
from oracle.overrides import REVIEW_RESOLVE, described
from oracle.policy import Policy, policy_of
from oracle.readings import Scope
from oracle.reminders import due_today
from oracle.reviews import asked_for
from oracle.succession import succeed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def replay(
    policy: Mapping[str, Any],
    events: Sequence[Event],
    versions: Mapping[int, Mapping[str, Any]] | None = None,
) -> Result:
    """Replay the events of one partition, in log order, under a policy document.

    `versions` are later documents, by the number of events before each.
    """
    partition = Partition(policy_of(policy))
    outcomes = []
    for at in range(len(events) + 1):
        if versions and at in versions:
            partition.succeed(versions[at])
        outcomes += [partition.take(event) for event in events[at : at + 1]]
    return partition.result(outcomes)


class Partition:
    """The customers of one partition, its day, and what it has published."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.today: int | None = None
        self.customers: dict[str, Customer] = {}
        self.changes: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.futures: dict[str, Future] = {}
        self.erasures = Erasures(policy.erased_for_good)

    def take(self, event: Event) -> str:
        """Take one record and return its outcome."""
        fact = admit(event, self.policy, self.today)
        if self.erasures.refuse(event, fact):
            return "rejected:erased"
        if isinstance(fact, str):
            return fact
        today = self._advance(fact.day)
        if fact.type == DAY_REACHED:
            return "day"
        if fact.type == ERASE:
            return self._erase(fact, event, today)
        return self._accept(fact, event, today)

    def succeed(self, document: Mapping[str, Any]) -> None:
        """Put every customer under another version of the policy, today."""
        old, self.policy = self.policy, policy_of(document)
        self.futures.clear()
        for _, customer in sorted(self.customers.items()):
            if self.today is not None:
                changes = succeed(old, self.policy, customer, self.today)
                self._publish(changes, {"policy": document["version"]})

    def result(self, outcomes: list[str]) -> Result:
        """Return everything as of the final partition day."""
        known = sorted(self.customers.items())
        return Result(
            outcomes=outcomes,
            changes=self.changes,
            notices=self.notices,
            customers={name: self._summary(customer) for name, customer in known},
            day=None if self.today is None else date.fromordinal(self.today),
            states={name: asdict(customer) for name, customer in known},
        )

    def _advance(self, day: int) -> int:
        """Move the partition day forward, ticking every customer on every day."""
        if self.today is None:
            self.today = day
        while self.today < day:
            self.today += 1
            self._tick(self.today)
        return self.today

    def _tick(self, today: int) -> None:
        """Evaluate every customer as of a day on which nothing has happened yet."""
        for _, customer in sorted(self.customers.items()):
            cause = {"tick": iso(today)}
            self._publish(regrade(self.policy, customer, today, None), cause)
            scope = Scope(customer, today, self.policy.exchange.scale)
            self.notices += due_today(self.policy.reminders, scope)
            self.notices += self._warnings(customer, today)

    def _warnings(self, customer: Customer, today: int) -> list[dict[str, Any]]:
        """Look ahead, where the policy warns of what is there."""
        if not self.policy.warn_before_days:
            return []
        name = customer.customer_id
        future = self.futures.get(name) or Future(customer, today)
        self.futures[name] = future
        return future.warnings(self.policy, today)

    def _accept(self, fact: Fact, event: Event, today: int) -> str:
        """Fold a fact into its customer, unless it was taken before, and re-grade."""
        customer_id = fact.customer_id or ""
        customer = self.customers.get(customer_id) or Customer(
            customer_id, version=self.erasures.last_version(customer_id)
        )
        again = repeated(customer, fact, today)
        if again:
            return again
        if fact.type == REVIEW_RESOLVE:
            tiers = [tier.name for tier in self.policy.tiers]
            if not asked_for(self.customers.get(customer_id), fact, tiers):
                return "rejected:no_case"
        self.customers[customer_id] = customer
        fold(customer, fact, today)
        self.futures.pop(customer_id, None)
        self._publish(regrade(self.policy, customer, today, fact), _cause(fact, event))
        return "folded"

    def _erase(self, fact: Fact, event: Event, today: int) -> str:
        """Forget a customer, and say so if there was a tier to end."""
        customer_id = fact.customer_id or ""
        customer = self.customers.get(customer_id)
        if self.erasures.repeats(customer, fact):
            return "duplicate"
        version = 0
        if customer is not None:
            version = customer.version
            if customer.effective is not None:
                tier = self.policy.tiers[customer.effective].name
                self._publish([farewell(customer, tier, today)], _cause(fact, event))
                version += 1
            del self.customers[customer_id]
            self.futures.pop(customer_id, None)
        self.erasures.gone[customer_id] = Gone(version, fact.event_id)
        return "erased"

    def _publish(self, changes: list[dict[str, Any]], cause: dict[str, Any]) -> None:
        """Publish changes with what caused them."""
        self.changes.extend({**change, "cause": cause} for change in changes)

    def _summary(self, customer: Customer) -> dict[str, Any]:
        """Describe one customer as of the partition day."""
        policy = self.policy
        scope = Scope(customer, self.today or 0, policy.exchange.scale)
        readings = {
            dimension.text: dimension.reading.read(scope) for dimension in policy.dimensions
        }
        summary: dict[str, Any] = {
            "tier": None,
            "score": None,
            "labels": {},
            "version": customer.version,
            "target": None,
            "computed": None,
            "override": described(customer.override, policy.tiers, customer.tier),
            "review": self._review(customer),
            "readings": {text: _plain(value) for text, value in readings.items()},
        }
        if customer.tier is None:
            return summary
        target = target_tier(policy.tiers, customer.tier, policy.rank_value(scope))
        return summary | {
            "tier": policy.tiers[customer.effective or 0].name,
            "computed": policy.tiers[customer.tier].name,
            "score": _plain(policy.score(scope)),
            "labels": dict(customer.labels),
            "target": policy.tiers[target].name,
        }

    def _review(self, customer: Customer) -> dict[str, Any] | None:
        """Describe the open question."""
        case = customer.case
        if case is None:
            return None
        opened = iso(case.opened)
        told = {"to": self.policy.tiers[case.to].name, "opened_on": opened}
        return told | {"rule": case.rule, "trigger": case.trigger, "event_id": case.event_id}


def _cause(fact: Fact, event: Event) -> dict[str, Any]:
    """Describe the record behind a change."""
    return {"topic": event.topic, "offset": event.offset, "event_id": fact.event_id}


def _plain(value: Any) -> float | None:
    """Write an exact number as a float; null stays None."""
    return None if value is None else float(value)
