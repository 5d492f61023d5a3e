"""Admission: whether a record becomes a fact, and if not, why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from oracle.facts import DAY_REACHED, TYPES, Fact, fact_of
from oracle.fields import FieldError, Fields
from oracle.money import decimal_of

if TYPE_CHECKING:
    from oracle.event import Event
    from oracle.policy import Policy

FUTURE_DAYS = 366


class RejectedError(Exception):
    """The record is refused; the argument is the reason code."""


def admit(event: Event, policy: Policy, today: int | None) -> Fact | str:
    """Return the fact of a record, or the outcome that keeps it out."""
    try:
        fact = _decode(event, policy)
        if fact.test or policy.excludes(fact.customer_id):
            return "excluded"
        _check(fact, event, policy, today)
    except RejectedError as error:
        return f"rejected:{error}"
    return fact


def _decode(event: Event, policy: Policy) -> Fact:
    """Read a record, in the order in which the reasons take precedence."""
    document = _document(event.value)
    type_ = document.get("type")
    if not isinstance(type_, str) or type_ not in {DAY_REACHED, *TYPES}:
        raise RejectedError("unknown_type")
    customer_id = None if type_ == DAY_REACHED else _customer(event, document)
    currency = document.get("currency")
    # A currency that is no text is found out when the field itself is read.
    rate = policy.exchange.rate(currency if isinstance(currency, str) else None)
    fields = Fields(document, policy.zone, policy.exchange, rate)
    try:
        return fact_of(fields, customer_id, policy.kinds)
    except FieldError as error:
        raise RejectedError("bad_field") from error


def _document(value: bytes | None) -> dict[str, Any]:
    """Parse the JSON object of a record."""
    if value is None:
        raise RejectedError("null_value")
    try:
        document = json.loads(
            value.decode("utf-8"), parse_float=decimal_of, parse_constant=_no_constant
        )
        # A lone surrogate can be escaped in JSON but is not text.
        json.dumps(document, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise RejectedError("bad_json") from error
    if not isinstance(document, dict):
        raise RejectedError("bad_json")
    return document


def _no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads but JSON does not have."""
    raise ValueError(name)


def _customer(event: Event, document: dict[str, Any]) -> str:
    """Return the customer's id; both the key and the field must be there."""
    customer_id = document.get("customer_id")
    if event.key is None or not isinstance(customer_id, str) or not customer_id:
        raise RejectedError("missing_customer")
    return customer_id


def _check(fact: Fact, event: Event, policy: Policy, today: int | None) -> None:
    """Refuse a well-formed fact that does not belong here."""
    if fact.customer_id is not None and fact.customer_id.encode() != event.key:
        raise RejectedError("key_mismatch")
    if policy.exchange.rate(fact.currency) is None:
        raise RejectedError("unknown_currency")
    if today is not None and fact.day - today > FUTURE_DAYS:
        raise RejectedError("future")
