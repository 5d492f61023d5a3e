"""A history small enough to be graded by hand, and two policies for it.

Day 0 is 2024-01-01. Both policies give at most 50 points for spend and 50 for orders of
the last 30 days; `low` begins at 0, `mid` at 40, `top` at 80.
"""

import asyncio
from collections.abc import Sequence

from builders import Event, day_reached, interaction, log, order, policy

from scoring.policy import Policy
from streams.replay.json_lines import read_json_lines
from streams.replay.memory import run_in_memory
from streams.replay.results import Results

TIERS = """
tiers:
  - {name: low, enter: 0}
  - {name: mid, enter: 40}
  - {name: top, enter: 80}
move:
  hold_days: 30
  triggers:
    - {name: crossing, fires_on: any, promote: true}
    - {name: review, fires_on: tick, calendar: monthly, demote: true}
"""

P = policy(f"""
score:
  - {{name: spend,  reading: "spend(30)",  cap: 100, weight: 1}}
  - {{name: visits, reading: "orders(30)", cap: 4,   weight: 1}}
labels:
  size: [{{value: big, when: "spend(30) >= 50"}}, {{value: small}}]
  mood: [{{value: fine}}]
{TIERS}""")

Q = policy(f"""
version: 2
exclude: ["^gus"]
eligible: first_fact
score:
  - {{name: spend,  reading: "spend(30)",  cap: 400, weight: 1}}
  - {{name: visits, reading: "orders(30)", cap: 2,   weight: 1}}
labels:
  size: [{{value: big, when: "spend(30) >= 10"}}, {{value: small}}]
  worth: [{{value: plenty}}]
{TIERS}""")


def graded(by: Policy, events: Sequence[Event]) -> Results:
    """What a backtest makes of events; `log` names events and orders."""
    lines = ((record.value or b"") + b"\n" for record in log(*events))
    return asyncio.run(run_in_memory(read_json_lines(lines), by))


QUARTER = [
    order(3, 40, customer_id="ann"),  # 20 + 12.5 = 32.5: low, small
    order(3, 100, customer_id="bob"),  # 50 + 12.5 = 62.5: mid, big
    interaction(4, customer_id="dan"),  # never buys: never graded
    order(5, 40, customer_id="ann"),  # 40 + 25 = 65: mid, big
    order(10, 8, customer_id="cyd"),  # 4 + 12.5 = 16.5: low, small
    # Day 33, February 3: the orders of day 3 leave; ann 32.5, bob 0, both small.
    # Day 60, March 1: the first review after their hold finds both at 0: low.
    order(60, 30, customer_id="eve"),  # 15 + 12.5 = 27.5: low, small
    order(60, 30, customer_id="eve"),  # 30 + 25 = 55: mid, big
    order(60, 30, customer_id="eve"),  # 45 + 37.5 = 82.5: top
    day_reached(70),
]
"""Ten weeks, for P."""

THREE_WEEKS = [
    order(3, 40, customer_id="ann"),
    order(3, 100, customer_id="bob"),  # P 50 + 12.5: mid; Q 12.5 + 25 = 37.5: low
    interaction(4, customer_id="hal"),  # P not graded; Q 0: low
    order(5, 40, customer_id="ann"),  # P 40 + 25 = 65; Q 10 + 50 = 60: mid under both
    order(10, 8, customer_id="cyd"),  # P 4 + 12.5; Q 1 + 25: low under both
    order(10, 10, customer_id="fay"),
    order(11, 10, customer_id="fay"),  # P 10 + 25 = 35: low; Q 2.5 + 50 = 52.5: mid
    order(12, 50, customer_id="gus"),  # P 25 + 12.5 = 37.5: low; Q leaves gus out
    order(12, 20, customer_id="ivy"),  # P 10 + 12.5 = 22.5, small; Q 2.5 + 25 = 27.5, big
    day_reached(20),
]
"""For P and Q."""
