"""What a check says: one line with a verdict, and what to do unless all is well."""

from typing import Literal, NamedTuple

Verdict = Literal["ok", "warning", "problem"]


class Finding(NamedTuple):
    """One line of `regrade doctor`.

    >>> ok("store", "valkey 9.1.2").verdict
    'ok'
    """

    check: str
    verdict: Verdict
    says: str
    remedy: str | None = None
    """What to do; None when nothing is to be done."""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def warning(check: str, says: str, remedy: str) -> Finding:
    """It works, and will not for ever, or not as well as it could."""
    return Finding(check, "warning", says, remedy)


def problem(check: str, says: str, remedy: str) -> Finding:
    """It does not work, or what is promised does not hold."""
    return Finding(check, "problem", says, remedy)
