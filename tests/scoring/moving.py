"""Moves of the tier of customer ann under a snippet of policy."""

from builders import log, policy
from runs import run

DAILY = """
move:
  hold_days: 30
  triggers:
    - {name: crossing, fires_on: any, promote: true}
    - {name: daily, fires_on: tick, demote: true}
"""
"""Demotes on any day, once the hold is over."""


def moves(rules: str, *events: dict) -> list[tuple]:
    """The moves of the tier after the first grade: day, from, to, trigger."""
    done = run(policy(rules), log(*events))
    return [(day, *rest) for day, what, *rest in done.moves if what == "tier"][1:]
