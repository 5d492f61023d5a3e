"""The reminders: silence counted anew every day, for every customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.expressions import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oracle.readings import Scope


@dataclass(frozen=True)
class Reminder:
    """Days of silence after which a customer is to be spoken to."""

    name: str
    since: str
    after_days: list[int]
    when: Callable[[Scope], bool] | None


def reminders_of(entries: Sequence[Mapping[str, Any]]) -> list[Reminder]:
    """Read the reminders of the policy."""
    return [
        Reminder(
            name=entry["name"],
            since=entry["since"],
            after_days=entry["after_days"],
            when=condition(entry["when"], with_fields=False) if "when" in entry else None,
        )
        for entry in entries
    ]


def due_today(reminders: Sequence[Reminder], scope: Scope) -> list[dict[str, Any]]:
    """Say whom to remind on a day, after its tick."""
    found = []
    for reminder in reminders:
        customer = scope.customer
        purchase = reminder.since == "last_purchase"
        last = customer.last_purchase if purchase else customer.last_activity
        silent = None if last is None else scope.today - last
        if silent in reminder.after_days and (reminder.when is None or reminder.when(scope)):
            found.append(
                {
                    "type": "reminder.due",
                    "customer_id": customer.customer_id,
                    "reminder": reminder.name,
                    "step": reminder.after_days.index(silent) + 1,
                    "since": iso(scope.today - silent),
                    "effective_on": iso(scope.today),
                }
            )
    return found
