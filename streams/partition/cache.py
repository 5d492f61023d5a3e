"""The hot customers of one partition. Safe because the partition has one writer."""

from collections.abc import Iterable, Mapping

from scoring.customer import CustomerState


class CustomerCache:
    """Keeps the customers used last; forgets the rest.

    >>> cache = CustomerCache(1)
    >>> cache.put("a", CustomerState()); cache.put("b", CustomerState())
    >>> cache.trim(); cache.get("a") is None, cache.get("b") is None
    (True, False)
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._states: dict[str, CustomerState] = {}

    def get(self, customer: str) -> CustomerState | None:
        """The customer's state, if held."""
        return self._states.get(customer)

    def put(self, customer: str, state: CustomerState) -> None:
        """Hold a customer as the one used last."""
        self._states.pop(customer, None)
        self._states[customer] = state

    def missing(self, customers: Iterable[str]) -> list[str]:
        """Those of `customers` that are not held, sorted."""
        states = self._states
        return sorted(customer for customer in customers if customer not in states)

    def used(self, states: Mapping[str, CustomerState]) -> None:
        """Hold these customers as the ones used last."""
        held = self._states
        for customer, state in states.items():
            held.pop(customer, None)
            held[customer] = state

    def forget(self, customers: Iterable[str]) -> None:
        """Let go of these customers."""
        for customer in customers:
            self._states.pop(customer, None)

    def trim(self) -> None:
        """Forget the customers used longest ago, down to the capacity."""
        surplus = len(self._states) - self._capacity
        if surplus > 0:
            for customer in list(self._states)[:surplus]:
                del self._states[customer]

    def clear(self) -> None:
        """Forget everything: what is held may differ from what is stored."""
        self._states.clear()

    def __len__(self) -> int:
        return len(self._states)
