"""What is posted: a batch of CloudEvents in JSON, and the headers that prove where it is from."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

CONTENT_TYPE = "application/cloudevents-batch+json"
SIGNATURE = "Regrade-Signature"
_ATTRIBUTES = ("id", "source", "type", "subject", "time")


class Event(NamedTuple):
    """One record of an output topic."""

    id: str
    subject: str
    """The customer."""
    version: tuple[int, int] | None
    """Incarnation and version of a change; None for what has none."""
    structured: dict[str, Any]
    """The CloudEvent as one JSON object, its body under `data`."""


def event_of(record: Any) -> Event | None:
    """The event in a record; None for a tombstone."""
    if record.value is None:
        return None
    headers = {name: value.decode() for name, value in record.headers}
    body = orjson.loads(record.value)
    attributes = {name: headers[f"ce_{name}"] for name in _ATTRIBUTES if f"ce_{name}" in headers}
    structured = {
        "specversion": "1.0",
        **attributes,
        "datacontenttype": "application/json",
        "data": body,
    }
    version = None
    if "version" in body:
        version = int(headers.get("ce_incarnation", "0")), body["version"]
    return Event(attributes["id"], attributes.get("subject", ""), version, structured)


def batch_body(events: Sequence[Event]) -> bytes:
    """The bytes that are posted; the same events give the same bytes."""
    return orjson.dumps([event.structured for event in events])


def signature(secret: str, at_s: int, body: bytes) -> str:
    """The value of the header: when, and HMAC-SHA256 over when, a dot and the body.

    >>> signature("secret", 1, b"[]")[:13]
    't=1,v1=a5c853'
    """
    signed = str(at_s).encode() + b"." + body
    return f"t={at_s},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def headers_of(body: bytes, secret: str, at_s: int) -> dict[str, str]:
    """Headers of one request; without a secret it is not signed."""
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Idempotency-Key": hashlib.sha256(body).hexdigest(),
        "User-Agent": "regrade",
    }
    if secret:
        headers[SIGNATURE] = signature(secret, at_s, body)
    return headers
