"""Decodes one record under the base policy with two currencies."""

from typing import Any

from builders import policy, record

from streams.intake.decode import Decoder
from streams.intake.outcomes import Intake

POLICY = policy('rates: {USD: "7.10"}\nkinds: [visit]\nexclude: ["^test-", "-bot$"]')
DECODER = Decoder(POLICY)


def decoded(value: Any, **fields: Any) -> Intake:
    """What a record says; an event lacks no id."""
    if isinstance(value, dict):
        value = {"event_id": "e1"} | value
        if value.get("type") == "order.paid":
            value = {"order_id": "o1"} | value
    return DECODER.decode(record(value, **fields))
