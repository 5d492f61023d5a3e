"""Customers who are merged, and cases that are open, when another version of the policy comes."""

import json
from typing import Any

from builders import event, merge, order, policy, unmerge
from properties.test_merges import account
from town import Town

from streams.outbox.answers import COMMAND_RESULTS

TIERS = """
version: %d
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: %d}
  - {name: gold, enter: %d}
"""
FIRST_VERSION, LOOSER = TIERS % (1, 100, 200), TIERS % (2, 50, 90)
REVIEWS = """
review_when:
  default: reject
  after_days: 5
  rules:
    - {name: %s, when: "amount >= 100"}
"""


def bought(customer: str, day: int, amount: int) -> dict[str, Any]:
    """An order."""
    return order(day, amount, customer_id=customer, order_id=f"{customer}-{day}")


async def test_a_sweep_takes_the_host_by_the_sum_and_the_alias_in_silence():
    """Taken apart under the new version, both are what they would be without the merge."""
    apart, merged = (Town(policy(FIRST_VERSION), 3) for _ in range(2))
    for town in (apart, merged):
        await town.live(bought("ann", 1, 30), bought("bob", 1, 30), bought("cyd", 1, 60))
    await merged.live(merge(2, into="bob"))
    for town in (apart, merged):
        await town.succeed(policy(LOOSER))
    tiers = {name: state.tier for name, state in (await apart.states()).items()}
    assert tiers == {"ann": 0, "bob": 0, "cyd": 1}
    assert [(c["to"], c["mode"]) for c in merged.changes("bob")[1:]] == [("silver", "sweep")]
    assert [c["type"] for c in merged.changes("ann")] == ["tier.assigned", "customer.merged"]
    assert {state.generation for state in (await merged.states()).values()} == {1}
    for town in (apart, merged):
        await town.live(bought("ann", 3, 30), bought("bob", 3, 5))
    assert (await merged.states())["bob"].tier == 2
    await merged.live(unmerge(4))
    found, wanted = await merged.states(), await apart.states()
    for name in ("ann", "bob", "cyd"):
        assert account(found[name]) == account(wanted[name]), name
    assert (await merged.counts())["tier:silver"] == (await apart.counts())["tier:silver"] == 2


async def open_case_under(second: str) -> Town:
    """Ann, whose rise to silver waits when a second version comes."""
    town = Town(policy(FIRST_VERSION + REVIEWS % "big"), 3)
    await town.live(bought("ann", 0, 40), bought("ann", 1, 150))
    assert (await town.states())["ann"].tier == 0
    await town.succeed(policy(second))
    return town


async def answered(town: Town) -> tuple[str, str | None]:
    """Somebody approves; the outcome, and why not."""
    case = "ann:2024-01-02:silver"
    said = {"decision": "approve", "reason": "asked her", "author": "kim", "case": case}
    await town.live(event("review.resolve", 2, **said))
    told = town.told(COMMAND_RESULTS)[-1]
    return told["outcome"], told.get("reason")


async def test_a_case_opened_under_one_version_is_answered_under_the_next():
    """It is still listed; the approval moves the tier, told by the new version."""
    second = (FIRST_VERSION + REVIEWS % "big").replace("version: 1", "version: 2")
    town = await open_case_under(second)
    home = town.home("ann")
    listed = json.loads((await town.store.cases(home))["ann"])
    assert (listed["to"], listed["opened_on"]) == ("silver", "2024-01-02")
    assert await answered(town) == ("done", None)
    last = town.changes("ann")[-1]
    assert (last["to"], last["trigger"], last["policy"]["version"]) == ("silver", "manual", 2)
    assert await town.store.cases(home) == {}


async def test_a_case_that_the_next_version_does_not_ask_about_is_gone():
    """It moved the customer itself; an answer that comes after finds nothing to decide."""
    town = await open_case_under((FIRST_VERSION).replace("version: 1", "version: 2"))
    last = town.changes("ann")[-1]
    assert (last["to"], last["mode"]) == ("silver", "sweep")
    assert await town.store.cases(town.home("ann")) == {}
    assert await answered(town) == ("rejected", "no_case")
