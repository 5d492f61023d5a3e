"""A customer is merged into another one, and taken apart again (R38)."""

import json

import pytest
from builders import (
    Event,
    cancellation,
    clear,
    erasure,
    interaction,
    iso,
    merge,
    order,
    override,
    policy,
    recalculate,
    refund,
    unmerge,
)
from runs import ERASURE_KEY
from town import Town

from scoring.customer import CustomerState
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT
from streams.outbox.scribe import CURRENT_TIER, TIER_CHANGES
from streams.partition.erasures import Pseudonyms

LABELLED = """
labels:
  size: [{value: big, when: "spend(30) >= 100"}, {value: small}]
"""
REMINDED = """
reminders:
  - {name: back, since: last_active, after_days: [3, 7]}
"""


def bob(day: int, amount: int = 40, **fields: object) -> Event:
    """An order of bob, who lives in another partition than ann."""
    return order(day, amount, customer_id="bob", **fields)


def cyd(day: int, amount: int = 40, **fields: object) -> Event:
    """An order of cyd, who lives in yet another one."""
    return order(day, amount, customer_id="cyd", **fields)


def town(snippet: str = LABELLED) -> Town:
    """Three partitions: ann, bob and cyd each live in one of them."""
    built = Town(policy(snippet), 3)
    assert len({built.home(name) for name in ("ann", "bob", "cyd")}) == 3
    return built


def moves(here: Town, customer: str) -> list[tuple[object, ...]]:
    """What was told of a customer in short."""
    names = ("type", "from", "to", "trigger")
    return [tuple(c.get(n) for n in names) for c in here.changes(customer)]


def ledger(state: CustomerState) -> tuple[object, ...]:
    """What a customer did, in short."""
    bought = (state.days, state.orders, state.spend, state.lifetime_orders, state.lifetime_spend)
    return (*bought, state.columns, state.kinds, state.categories)


async def test_what_one_did_counts_for_the_other_from_then_on():
    """The tier rises by both; the alias has none, and the counters know one customer."""
    here = town()
    await here.live(order(0, 150), bob(0, 60), merge(1), order(2, 5))
    assert moves(here, "bob") == [
        ("tier.assigned", None, "bronze", "first-grade"),
        ("tier.upgraded", "bronze", "gold", "manual"),
        ("label.changed", "small", "big", None),
    ]
    state = (await here.states())["bob"]
    assert (state.lifetime_orders, state.lifetime_spend) == (3, 215_00)
    assert await here.counts() == {"tier:gold": 1, "label:size:big": 1}
    assert await here.store.due(here.home("bob"), state.due, 9) == [("bob", state.due)]


async def test_consumers_are_told_who_is_meant():
    """The last change of an alias names the host; the tier's row goes."""
    here = town()
    await here.live(order(0, 150), bob(0), merge(1))
    *_, last = here.told(TIER_CHANGES, "ann")
    at = here.home("ann")
    assert last == {
        "id": "ann:2",
        "type": "customer.merged",
        "customer_id": "ann",
        "version": 2,
        "from": "silver",
        "to": None,
        "tier": None,
        "trigger": None,
        "cause": {"topic": "grading-commands", "partition": at, "offset": 1, "event_id": "e2"},
        "effective_on": iso(1),
        "occurred_at": "2024-01-02T12:00:00.000Z",
        "policy": {"id": "test", "version": 1},
        "mode": "replay",
        "rank_from": 1,
        "rank_to": None,
        "into": "bob",
    }
    *_, tomb = [row for row in here.rows[at] if row.topic == CURRENT_TIER]
    assert (tomb.key, tomb.value) == (b"ann", None)


async def test_the_answer_comes_when_the_host_has_taken_the_alias_in():
    """It names both and holds the host's grade; the audit knows them by hash."""
    here = town()
    await here.live(order(0, 150), bob(0, 60), merge(1))
    (answer,) = here.told(COMMAND_RESULTS)
    grade = answer.pop("grade")
    assert answer == {
        "command": "e2",
        "type": "customer.merge",
        "customer_id": "ann",
        "outcome": "done",
        "into": "bob",
    }
    assert (grade["tier"], grade["version"]) == ("gold", 3)
    (entry,) = here.told(AUDIT)
    names = Pseudonyms(ERASURE_KEY)
    assert (entry["customer"], entry["into"]) == (names.customer("ann"), names.customer("bob"))
    assert (entry["before"]["tier"], entry["after"], entry["author"]) == ("silver", None, "kim")


async def test_taken_apart_both_are_as_they_would_have_been():
    """Also by what came in between: each fact is whose it was."""
    apart, here = town(), town()
    facts = [order(0, 150), bob(0, 60), order(3, 60), bob(4, 1), refund(5, 20, "o0")]
    await apart.live(*[f | {"event_id": f"f{at}"} for at, f in enumerate(facts)])
    named = [f | {"event_id": f"f{at}"} for at, f in enumerate(facts)]
    named = [f | {"order_id": f"o{at}"} if "amount" in f else f for at, f in enumerate(named)]
    await here.live(*named[:2], merge(1), *named[2:4], refund(5, 20, "o0", event_id="f4"))
    await here.live(unmerge(6))
    before, after = await apart.states(), await here.states()
    for name in ("ann", "bob"):
        assert ledger(after[name]) == ledger(before[name])
        assert (after[name].tier, after[name].tier_since) == (
            before[name].tier,
            before[name].tier_since,
        )
        assert after[name].ties is None
    assert await here.counts() == await apart.counts()
    assert moves(here, "ann")[-2:] == [
        ("customer.merged", "silver", None, None),
        ("tier.assigned", None, "gold" if after["ann"].tier == 2 else "silver", "manual"),
    ]


async def test_a_refund_for_the_host_finds_the_order_of_the_alias():
    """It is taken back on the day of the order, and so is the count."""
    here = town()
    await here.live(order(0, 150, order_id="x"), bob(0), merge(1))
    await here.live(cancellation(5, "x", customer_id="bob"))
    state = (await here.states())["bob"]
    assert (state.orders, state.spend) == ([1], [40_00])


async def test_an_order_that_both_have_sent_is_one_order():
    """Before the merge and after it; apart each has it again."""
    here = town()
    twice = {"order_id": "x"}
    await here.live(order(0, 50, **twice), bob(0, 50, **twice), merge(1))
    await here.live(bob(2, 30, order_id="y"), order(2, 30, order_id="y"))
    assert (await here.states())["bob"].lifetime_spend == 80_00
    await here.live(unmerge(3))
    states = await here.states()
    assert [states[name].lifetime_spend for name in ("ann", "bob")] == [80_00, 80_00]


@pytest.mark.parametrize("again", [0, 1])
async def test_a_command_that_comes_twice_is_carried_out_once(again):
    """Merging or taking apart: the repeat is answered, and nothing happens."""
    here = town()
    said = [merge(1, event_id="m"), unmerge(2, event_id="u")]
    await here.live(order(0, 150), bob(0), *said[: again + 1])
    before = await here.states()
    await here.live(said[again])
    assert await here.states() == before
    assert here.answers()[-1][2] == "duplicate"
    assert len(here.told(AUDIT)) == again + 1


async def test_nobody_is_merged_into_themselves_or_into_who_is_left_out():
    """Refused where the command is read."""
    here = town("exclude: ['^test-']")
    await here.live(order(0), merge(1, "ann"), merge(1, "test-bob"))
    assert [a[2] for a in here.answers()] == ["rejected"] * 2
    assert {a["reason"] for a in here.told(COMMAND_RESULTS)} == {"bad_field"}


@pytest.mark.parametrize(
    "command",
    [merge(2, "cyd"), override(2, "pin", "gold"), clear(2), recalculate(2)],
    ids=lambda command: command["type"],
)
async def test_an_alias_takes_no_commands(command):
    """The answer says for whom to send it."""
    here = town()
    await here.live(order(0, 150), bob(0), merge(1), command)
    refused = [a for a in here.told(COMMAND_RESULTS) if a["outcome"] == "rejected"]
    assert [a["reason"] for a in refused] == ["merged"]
    assert "'bob'" in refused[0]["detail"]


async def test_who_is_not_merged_cannot_be_taken_apart():
    """Neither a stranger nor a customer."""
    here = town()
    await here.live(unmerge(0), order(0), unmerge(1))
    assert [a["reason"] for a in here.told(COMMAND_RESULTS)] == ["not_merged"] * 2


async def test_no_circle_closes():
    """Merged into each other at once, both stay who they are; one after the other, the first."""
    here = town()
    await here.live(order(0, 150), bob(0))
    await here.live(merge(1, "bob"), merge(1, "ann", customer_id="bob"))
    assert [a[2] for a in here.answers()] == ["rejected"] * 2
    states = await here.states()
    assert [states[name].ties for name in ("ann", "bob")] == [None, None]
    assert await here.counts() == {
        "tier:silver": 1,
        "tier:bronze": 1,
        "label:size:big": 1,
        "label:size:small": 1,
    }
    await here.live(merge(2, "bob"))
    await here.live(merge(2, "ann", customer_id="bob"))
    assert [a[2] for a in here.answers()].count("done") == 1
    assert (await here.states())["ann"].ties.into == "bob"


async def test_a_host_that_is_merged_takes_its_parts_along():
    """Facts find their way through both, and taking apart goes in any order."""
    here = town()
    await here.live(order(0, 150), bob(0, 20), cyd(0, 30))
    await here.live(merge(1, "bob"))
    await here.live(merge(2, "cyd", customer_id="bob"))
    await here.live(order(3, 5), bob(3, 1), cyd(3, 2))
    assert (await here.states())["cyd"].lifetime_spend == 208_00
    await here.live(unmerge(4))
    states = await here.states()
    assert states["cyd"].lifetime_spend == 53_00
    assert states["ann"].lifetime_spend == 155_00
    await here.live(bob(5, 4))
    await here.live(unmerge(6, customer_id="bob"))
    spent = {name: state.lifetime_spend for name, state in (await here.states()).items()}
    assert spent == {"ann": 155_00, "bob": 25_00, "cyd": 32_00}
    assert all(state.ties is None for state in (await here.states()).values())


async def test_of_two_parts_one_may_go():
    """The other one stays, with what came for it since."""
    here = town()
    await here.live(order(0, 150), bob(0, 20), cyd(0, 30))
    await here.live(merge(1, "bob"), merge(1, "bob", customer_id="cyd"))
    await here.live(order(2, 7), cyd(2, 8))
    await here.live(unmerge(3))
    states = await here.states()
    assert states["bob"].lifetime_spend == 58_00
    assert states["bob"].ties.parts.keys() == {"cyd"}
    assert states["ann"].lifetime_spend == 157_00


async def test_strangers_may_be_merged():
    """An id never heard of becomes an alias, and one becomes a customer by its first part."""
    here = town()
    await here.live(merge(0))
    await here.live(order(1, 150))
    assert moves(here, "bob") == [("tier.assigned", None, "silver", "first-grade")]
    assert moves(here, "ann") == [("customer.merged", None, None, None)]


async def test_who_was_a_customer_only_by_a_part_has_no_tier_without_it():
    """That is told, and the counters forget it."""
    here = town()
    await here.live(order(0, 150), merge(1))
    await here.live(unmerge(2))
    assert moves(here, "bob") == [
        ("tier.assigned", None, "silver", "manual"),
        ("customer.unmerged", "silver", None, None),
    ]
    *_, tomb = [row for row in here.rows[here.home("bob")] if row.topic == CURRENT_TIER]
    assert tomb.value is None
    assert await here.counts() == {"tier:silver": 1, "label:size:big": 1}


async def test_time_goes_on_for_each_account():
    """Apart again after months, each has been demoted on the day it would have been."""
    apart, here = town(), town()
    for built, said in ((apart, []), (here, [merge(1)])):
        await built.live(order(0, 150), bob(0, 250), *said)
        await built.live(interaction(100), interaction(100, customer_id="bob"))
    await here.live(unmerge(101))
    await apart.live(interaction(101), interaction(101, customer_id="bob"))
    before, after = await apart.states(), await here.states()
    for name in ("ann", "bob"):
        assert after[name].tier_since == before[name].tier_since
        assert after[name].tier == before[name].tier == 0


async def test_an_override_passes_to_who_has_none_and_comes_back():
    """A floor of the alias holds the host; the host's own one goes before it."""
    here = town()
    await here.live(order(0, 50), override(0, "floor", "gold"), bob(0))
    await here.live(merge(1))
    assert moves(here, "bob")[-1] == ("tier.upgraded", "bronze", "gold", "manual")
    await here.live(unmerge(2))
    states = await here.states()
    assert (states["bob"].override, states["bob"].tier) == (None, 0)
    assert states["ann"].override.kind == "floor"
    held = town()
    pinned = override(0, "pin", "silver", customer_id="bob")
    await held.live(order(0, 50), override(0, "floor", "gold"), bob(0), pinned)
    await held.live(merge(1))
    assert (await held.states())["bob"].override.kind == "pin"


async def test_what_is_ordered_for_a_host_stays_with_it():
    """An override set while merged holds on when the parts are gone, and is cleared for good."""
    here = town()
    await here.live(order(0, 150), bob(0), merge(1), override(2, "pin", "gold", customer_id="bob"))
    await here.live(unmerge(3))
    states = await here.states()
    assert [states[name].tier for name in ("ann", "bob")] == [1, 2]
    await here.live(merge(4), clear(5, customer_id="bob"), unmerge(6))
    assert (await here.states())["bob"].override is None


async def test_the_better_tier_is_kept_while_it_is_deserved():
    """A host below takes the alias's tier by its lower bound, and since when."""
    here = town("tiers: [{name: low, enter: 0}, {name: top, enter: 100, keep: 80}]")
    await here.live(order(0, 100, order_id="x"), refund(2, 15, "x"), bob(1, 0))
    await here.live(merge(3))
    assert moves(here, "bob")[-1] == ("tier.upgraded", "low", "top", "manual")
    state = (await here.states())["bob"]
    assert state.tier_since == state.first_day


async def test_an_alias_is_not_reminded():
    """Its host is, of the silence of both."""
    here = town(REMINDED)
    await here.live(order(0), bob(0), merge(0))
    await here.live(order(2))
    await here.live(interaction(9, customer_id="cyd"))
    for name in ("ann", "bob"):
        await (await here.owner(here.home(name))).reach((await here.states())[name].first_day + 6)
    told = await here.store.outbox(here.home("bob"))
    reminded = [json.loads(r.value) for _, r in told if r.topic == "reminders"]
    assert [(r["customer_id"], r["effective_on"]) for r in reminded] == [
        ("bob", iso(5)),
    ]
    told = await here.store.outbox(here.home("ann"))
    assert not [r for _, r in told if r.topic == "reminders"]


async def test_who_is_erased_takes_along_who_was_merged_into_them():
    """The person is gone under both ids, and facts for either are refused."""
    here = town()
    await here.live(order(0, 150), bob(0), merge(1))
    await here.live(erasure(2, customer_id="bob"))
    await here.live(order(3), bob(3))
    assert await here.states() == {}
    assert await here.counts() == {}
    assert moves(here, "ann")[-1] == ("customer.erased", None, None, None)
    assert here.outcomes.count("rejected") == 2


async def test_who_is_erased_stays_with_nobody():
    """An alias is taken out of its host first: not a byte of it is left."""
    here = town()
    await here.live(order(0, 150), bob(0, 60), merge(1))
    await here.live(erasure(2))
    states = await here.states()
    assert list(states) == ["bob"]
    assert (states["bob"].lifetime_spend, states["bob"].ties) == (60_00, None)
    blobs = await here.store.load(here.home("bob"), ["bob"])
    assert b"ann" not in blobs[0]


@pytest.mark.parametrize("end", [unmerge(3), erasure(3)], ids=["unmerged", "erased"])
@pytest.mark.parametrize("through", [False, True])
async def test_a_case_forgets_the_fact_of_who_has_left(end, through):
    """It waits on, for its tier is still deserved; the id of the other's order goes with them.

    ann ---> bob <--- cyd      or, with bob merged as well,      ann ---> bob ---> dan
    """
    here = town("review_when: {default: reject, after_days: 30, rules: [{name: all}]}")
    host = "dan" if through else "bob"
    dan = {"customer_id": "dan"}
    await here.live(order(0, 1), bob(0, 1), cyd(0, 1), order(0, 1, **dan))
    await here.live(merge(1), merge(1, host, customer_id="cyd"))
    if through:
        await here.live(merge(1, "dan", customer_id="bob"))
    await here.live(order(2, 97, event_id="of-ann"))
    assert (await here.states())[host].case.event_id == "of-ann"
    await here.live(cyd(2, 98))
    assert (await here.states())[host].case.event_id == "of-ann"
    await here.live(end)
    state = (await here.states())[host]
    assert (state.case.to, state.case.event_id) == (1, None)
    listed = await here.store.cases(here.home(host))
    assert json.loads(listed[host])["event_id"] is None


async def test_an_override_that_passed_on_leaves_with_its_part():
    """Through a host that was merged itself as well: ann ---> bob ---> dan."""
    here = town()
    await here.live(order(0, 1), bob(0, 1), order(0, 1, customer_id="dan"))
    await here.live(override(0, "floor", "gold"), merge(1))
    await here.live(merge(2, "dan", customer_id="bob"))
    assert (await here.states())["dan"].tier == 2
    await here.live(unmerge(3))
    states = await here.states()
    assert [states[name].tier for name in ("ann", "bob", "dan")] == [2, 0, 0]
    assert [states[name].override for name in ("bob", "dan")] == [None, None]
    assert moves(here, "dan")[-1] == ("tier.downgraded", "gold", "bronze", "manual")


async def test_nobody_is_merged_into_who_was_erased():
    """The alias is a customer again, and the answer names only it."""
    here = town()
    await here.live(order(0, 150), erasure(0, customer_id="bob"))
    await here.live(merge(1))
    assert here.answers()[-1] == ("customer.merge", "ann", "rejected")
    assert moves(here, "ann")[-2:] == [
        ("customer.merged", "silver", None, None),
        ("tier.assigned", None, "silver", "manual"),
    ]
    assert list(await here.states()) == ["ann"]


async def test_who_was_taken_apart_outlives_the_host():
    """The erasure and the end of the merge cross each other: what was first decides."""
    here = town()
    await here.live(order(0, 150), bob(0), merge(1))
    here.send(unmerge(2), erasure(2, customer_id="bob"))
    await here.settle()
    assert list(await here.states()) == ["ann"]
    assert (await here.states())["ann"].ties is None


async def test_a_part_from_ahead_moves_the_day_of_the_host():
    """And one from behind is late: neither is refused, however far."""
    here = town()
    await here.live(order(900, 150), bob(0, 60))
    await here.live(merge(900))
    assert here.answers()[-1][2] == "done"
    owner = await here.owner(here.home("bob"))
    assert owner.meta.day == (await here.states())["ann"].last_purchase
    await here.live(cyd(0, 30), merge(0, "bob", customer_id="cyd"))
    assert (await here.states())["bob"].lifetime_spend == 240_00
