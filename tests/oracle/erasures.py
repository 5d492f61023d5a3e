"""Erasures: who is gone, what of that is remembered, and which records are refused for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.facts import ERASE, Fact

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.event import Event


@dataclass(frozen=True)
class Gone:
    """What is left of a customer: the last version, and the command that ended them."""

    version: int
    event_id: str


@dataclass
class Erasures:
    """Everybody who was ever erased."""

    for_good: bool
    """Whether nobody comes back."""
    gone: dict[str, Gone] = field(default_factory=dict)

    def refuse(self, event: Event, fact: Fact | str) -> bool:
        """Say whether a record is refused because it names somebody who is gone."""
        if not self.for_good or fact == "excluded":
            return False
        if isinstance(fact, Fact):
            return fact.type != ERASE and fact.customer_id in self.gone
        said = _said(event)
        if fact == "rejected:future" and said.get("type") == ERASE:
            return False
        key = (event.key or b"").decode(errors="replace")
        named = said.get("customer_id")
        return key in self.gone or (isinstance(named, str) and named in self.gone)

    def repeats(self, customer: Customer | None, fact: Fact) -> bool:
        """Say whether there is nothing to erase, or this very command did it a life ago."""
        before = self.gone.get(fact.customer_id or "")
        return before is not None and (customer is None or before.event_id == fact.event_id)

    def last_version(self, customer_id: str) -> int:
        """Return the version a new life goes on from."""
        gone = self.gone.get(customer_id)
        return 0 if gone is None else gone.version


def farewell(customer: Customer, tier: str, today: int) -> dict[str, Any]:
    """Describe the last change of a customer."""
    return {
        "customer_id": customer.customer_id,
        "version": customer.version + 1,
        "type": "customer.erased",
        "from": tier,
        "to": None,
        "trigger": None,
        "effective_on": iso(today),
    }


def _said(event: Event) -> dict[str, Any]:
    """Return what a record says, as far as it can be read."""
    try:
        said = json.loads(event.value or b"")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
