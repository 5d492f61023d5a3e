"""The warnings: a copy of the customer lived on day by day, without any fact."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.grading import regrade

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.policy import Policy


class Future:
    """What would happen to one customer from now on; good until the next fact."""

    def __init__(self, customer: Customer, today: int) -> None:
        self.customer = deepcopy(customer)
        self.reached = today
        self.moves: list[tuple[int, dict[str, Any]]] = []

    def warnings(self, policy: Policy, today: int) -> list[dict[str, Any]]:
        """Say what is to be told on a day, after its tick."""
        while self.reached < today + max(policy.warn_before_days):
            self.reached += 1
            for change in regrade(policy, self.customer, self.reached, None):
                if change["type"] != "label.changed":
                    self.moves.append((self.reached, change))
        ahead = [(day, change) for day, change in self.moves if day > today]
        if not ahead:
            return []
        day, change = ahead[0]
        if change["type"] != "tier.downgraded" or day - today not in policy.warn_before_days:
            return []
        return [
            {
                "type": "tier.will_downgrade",
                "customer_id": self.customer.customer_id,
                "before_days": day - today,
                "downgrade_on": iso(day),
                "from": change["from"],
                "to": change["to"],
                "trigger": change["trigger"],
                "effective_on": iso(today),
            }
        ]
