"""Strictly typed access to the fields of one JSON object.

An optional field that is null counts as absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from oracle.days import instant_of, local_day
from oracle.money import amount_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from oracle.money import Exchange


class FieldError(ValueError):
    """A field is missing or has the wrong type or value."""


@dataclass(frozen=True)
class Fields:
    """One object, with what is needed to read its days and its amounts.

    `rate` is None when the record's currency is unknown: its amounts are still
    checked for form, but have no value.
    """

    document: Mapping[str, Any]
    zone: ZoneInfo
    exchange: Exchange
    rate: Decimal | None

    def inside(self, document: Mapping[str, Any]) -> Fields:
        """Read a nested object of the same record."""
        return Fields(document, self.zone, self.exchange, self.rate)

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self.document.get(name) is not None

    def text(self, name: str) -> str | None:
        """Read an optional text, which may be empty."""
        value: str | None = self._typed(name, str)
        return value

    def identifier(self, name: str) -> str:
        """Read a required text that is not empty."""
        value = self.text(name)
        if not value:
            raise FieldError(name)
        return value

    def flag(self, name: str) -> bool:
        """Read an optional boolean; absent is false."""
        return bool(self._typed(name, bool))

    def objects(self, name: str) -> list[Fields]:
        """Read an optional list of objects; absent is empty."""
        entries = self._typed(name, list) or []
        if not all(isinstance(entry, dict) for entry in entries):
            raise FieldError(name)
        return [self.inside(entry) for entry in entries]

    def scalars(self, name: str) -> dict[str, Any]:
        """Read an optional flat object; absent is empty."""
        entries = self._typed(name, dict) or {}
        for value in entries.values():
            too_long = isinstance(value, int) and not -(2**63) <= value < 2**63
            if too_long or isinstance(value, list | dict):
                raise FieldError(name)
        return entries

    def instant(self, name: str) -> datetime:
        """Read a required instant."""
        try:
            return instant_of(self.document.get(name))
        except (ValueError, OverflowError) as error:
            raise FieldError(name) from error

    def day(self, name: str) -> int:
        """Read the local day of a required instant."""
        try:
            return local_day(self.instant(name), self.zone)
        except OverflowError as error:
            raise FieldError(name) from error

    def date(self, name: str) -> int:
        """Read a required calendar date, written as ISO 8601 has it."""
        try:
            return date.fromisoformat(self.identifier(name)).toordinal()
        except ValueError as error:
            raise FieldError(name) from error

    def past_day(self, name: str, latest: int) -> int:
        """Read the local day of an instant that may not be later than a day."""
        day = self.day(name)
        if day > latest:
            raise FieldError(name)
        return day

    def money(self, name: str, *, signed: bool = False) -> int:
        """Read a required amount in minor units (0 while the currency is unknown)."""
        try:
            amount = amount_of(self.document.get(name), signed=signed)
            return self.exchange.minor(amount, self.rate) if self.rate else 0
        except ValueError as error:
            raise FieldError(name) from error

    def _typed(self, name: str, wanted: type) -> Any:
        """Read an optional field of one JSON type."""
        value = self.document.get(name)
        if value is not None and not isinstance(value, wanted):
            raise FieldError(name)
        return value
