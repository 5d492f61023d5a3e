"""Refuses what a partition must not fold: before the first record of a chunk moves anything."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from scoring.units import Day
from streams.intake.commands import Erase
from streams.intake.outcomes import Accepted, Arrived, DayReached, Intake, Rejected
from streams.intake.record import RawRecord

FUTURE_DAYS: Final = 366
"""In event mode a day further ahead of the partition day is refused."""

_ERASED = Rejected("erased", "the customer was erased; nothing of the record is kept")
_NOT_SET_UP = Rejected(
    "not_set_up", "nobody can be erased without REGRADE_ERASURE_KEY: set it for all workers"
)


class Screening:
    """What a chunk is judged by, record by record in its order."""

    def __init__(self, partition: int, today: Day | None, latest: Day | None) -> None:
        self.partition = partition
        self.today = today
        self.latest = latest
        """The last day allowed; None allows what the partition day allows."""
        self.places: Mapping[str, int] = {}
        """The partitions of customers who have no state here: who has one belongs here."""
        self.partitions = 1
        self.erased: set[str] = set()
        """Whose facts are refused; whoever is erased in this chunk joins them."""
        self.erases = False
        """Whether customers can be erased: a key is set."""
        self.refuses_erased = True
        self.spared: set[tuple[str, str]] = set()
        """(customer, event id) of erasures carried out before the life that is there now."""

    def screen(self, records: Sequence[RawRecord], intakes: list[Intake]) -> list[Day]:
        """Refuse in place; the partition day after each intake, which a refused one leaves."""
        days = []
        for at, intake in enumerate(intakes):
            refused = None
            if type(intake) is Arrived:
                # Judged by the owner of another partition, whose day it has not passed.
                self.today = max(intake.fact.day, self.today or intake.fact.day)
            elif isinstance(intake, Accepted):
                refused = self._refusal(intake) or self._move(intake.fact.day)
                if refused is None and type(intake.fact) is Erase:
                    self._erase(intake.customer, intake.fact.event_id)
            elif type(intake) is DayReached:
                refused = self._move(intake.day)
            elif type(intake) is Rejected and self.erased & names_in(records[at]):
                # Its dead letter would hold the record, and with it the customer.
                refused = _ERASED
            if refused is not None:
                intakes[at] = refused
            days.append(Day(-1) if self.today is None else self.today)
        return days

    def _refusal(self, intake: Accepted) -> Rejected | None:
        customer = intake.customer
        ordered = type(intake.fact) is Erase
        if customer in self.erased and not ordered:
            return _ERASED
        belongs = self.places.get(customer, self.partition)
        if belongs != self.partition:
            problem = f"the key belongs in partition {belongs} of {self.partitions}"
            return Rejected("wrong_partition", f"{problem}: is the producer on murmur2?")
        return _NOT_SET_UP if ordered and not self.erases else None

    def _erase(self, customer: str, event_id: str) -> None:
        if self.refuses_erased and (customer, event_id) not in self.spared:
            self.erased.add(customer)

    def _move(self, day: Day) -> Rejected | None:
        """Move the day on, or say why not."""
        today = self.today
        if today is not None and day <= today:
            return None
        limit = self.latest
        if limit is None:
            limit = Day((day if today is None else today) + FUTURE_DAYS)
        if day > limit:
            return Rejected("future", f"its day is {day - limit} days after the last allowed")
        self.today = day
        return None


def names_in(record: RawRecord) -> set[str]:
    """The customers a record names, however wrong it is: by its key, and in its value.

    >>> from streams.intake.record import LogRecord
    >>> sorted(names_in(LogRecord("orders", 0, 0, 0, b"ann", b'{"customer_id": "bob"}')))
    ['ann', 'bob']
    """
    found = {(record.key or b"").decode(errors="replace")}
    try:
        said = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return found
    named = said.get("customer_id") if isinstance(said, dict) else None
    return found | {named} if isinstance(named, str) else found
