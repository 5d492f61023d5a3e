"""What many answers have in common."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

Names = dict[str, str]
"""Language to name, for people."""
Change = dict[str, Any]
"""The body of a change, as on `tier-changes` and `label-changes` (docs/consumers.md)."""


class Shape(BaseModel):
    """An answer, or a part of one: nothing but what is listed."""

    model_config = ConfigDict(extra="forbid")


class PolicyNamed(Shape):
    """A policy, told apart from others of its name and version."""

    id: str
    version: int
    fingerprint: str


class Freshness(Shape):
    """How fresh an answer is."""

    as_of: date | None
    watermark: datetime | None
    lag_records: int | None
    policy: PolicyNamed
    stale: bool


class Problem(Shape):
    """What went wrong."""

    code: str
    message: str
    where: str | None


class Failed(Shape):
    """Every error has this form."""

    error: Problem


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Failed, "description": "The body cannot be read."},
    401: {"model": Failed, "description": "No key, or a wrong one."},
    403: {"model": Failed, "description": "The key's role, or where the request comes from."},
    409: {"model": Failed, "description": "What is there stands against it."},
    404: {"model": Failed, "description": "It is not there."},
    413: {"model": Failed, "description": "The body is too large."},
    422: {"model": Failed, "description": "A value that cannot be."},
    429: {"model": Failed, "description": "Too fast; wait as `Retry-After` says."},
    503: {"model": Failed, "description": "The store or the broker do not answer; try again."},
}
"""What any route may answer instead."""
