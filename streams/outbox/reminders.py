"""Reminders and warnings as Kafka records: CloudEvents 1.0, binary mode, JSON body."""

from typing import Any
from zoneinfo import ZoneInfo

import orjson

from scoring.calendar import LocalDays, iso
from scoring.customer import UNGRADED
from scoring.foresight import DowngradeAhead
from scoring.notices import Notice
from scoring.policy import Policy
from scoring.reminders import ReminderDue
from scoring.units import Day
from streams.instants import rfc3339
from streams.outbox.scribe import CONTENT_TYPE, SPEC, EventScribe
from streams.partition.ports import OutboxRow

REMINDERS = "reminders"


class ReminderScribe:
    """Writes the notices of one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, policy: Policy, scribe: EventScribe, mode: str) -> None:
        self._scribe = scribe
        self._mode = mode
        self._tiers = [tier.name for tier in policy.tiers]
        self._days = LocalDays(ZoneInfo(policy.time_zone))
        self._source = ("ce_source", f"/regrade/{policy.policy_id}".encode())
        self._policy = {"id": policy.policy_id, "version": policy.version}

    def notice(self, customer: str, notice: Notice) -> OutboxRow:
        """The public event of a notice."""
        key = customer.encode()
        if isinstance(notice, ReminderDue):
            told = self._reminder(customer, notice)
        else:
            told = self._warning(customer, notice)
        occurred = rfc3339(self._days.midnight(notice.on))
        graded = notice.tier != UNGRADED
        body = {
            **told,
            "tier": self._tiers[notice.tier] if graded else None,
            "labels": self._scribe.labels(notice.labels) if graded else {},
            "effective_on": iso(notice.on),
            "next_on": _date(notice.next_on),
            "occurred_at": occurred,
            "policy": self._policy,
            "mode": self._mode,
        }
        headers = (
            SPEC,
            ("ce_id", body["id"].encode()),
            self._source,
            ("ce_type", f"regrade.{body['type']}.v1".encode()),
            ("ce_subject", key),
            ("ce_time", occurred.encode()),
            CONTENT_TYPE,
        )
        return OutboxRow(REMINDERS, key, orjson.dumps(body), headers)

    def _reminder(self, customer: str, due: ReminderDue) -> dict[str, Any]:
        since = iso(due.since)
        return {
            "id": f"{customer}:reminder:{due.name}:{since}:{due.after_days}",
            "type": "reminder.due",
            "customer_id": customer,
            "reminder": due.name,
            "step": due.step,
            "of": due.of,
            "after_days": due.after_days,
            "counted_from": due.counted_from,
            "since": since,
        }

    def _warning(self, customer: str, ahead: DowngradeAhead) -> dict[str, Any]:
        day = iso(ahead.downgrade_on)
        return {
            "id": f"{customer}:warning:{day}:{ahead.before_days}",
            "type": "tier.will_downgrade",
            "customer_id": customer,
            "before_days": ahead.before_days,
            "downgrade_on": day,
            "from": self._tiers[ahead.tier],
            "to": self._tiers[ahead.to],
            "trigger": ahead.trigger,
        }


def _date(day: Day | None) -> str | None:
    return None if day is None else iso(day)
