"""Customers are merged and taken apart while the workers that do it are killed (R38)."""

import asyncio
import json
from typing import Any

import pytest
from journeys.patience import until
from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import PARTITIONS, Sent, order, send
from town import Town

from scoring.customer import CustomerState
from streams.clock import SystemClock
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.scribe import CURRENT_TIER, TIER_CHANGES
from streams.storage.codec import BlobCodec

pytestmark = pytest.mark.long

WHO = ("--reason", "two accounts", "--author", "kim")
PAIRS = 15


def bought(customer: str, number: int, now: int, amount: int = 40) -> Sent:
    """An order of today."""
    said = order(number, customer, amount, occurred_at=now)
    return Sent("orders", customer.encode(), json.dumps(said).encode(), now)


def ordered(kind: str, customer: str, now: int, **fields: str) -> Sent:
    """A merge, or its end."""
    said: dict[str, Any] = {"type": f"customer.{kind}", "event_id": f"{kind}:{customer}"}
    said |= {"customer_id": customer, "occurred_at": now, "reason": "same", "author": "kim"}
    return Sent("grading-commands", customer.encode(), json.dumps(said | fields).encode(), now)


def storm(now: int) -> list[list[Sent]]:
    """Every alias is merged, every third one taken apart; both buy before, between and after."""
    pairs = [(f"alias-{n}", f"host-{n % 4}") for n in range(PAIRS)]
    hosts = sorted({host for _, host in pairs})
    apart = [alias for alias, _ in pairs[::3]]

    def round_of_orders(number: int) -> list[Sent]:
        """An order of everybody, of another amount for each."""
        names = [*(alias for alias, _ in pairs), *hosts]
        return [bought(name, number, now, 10 + at) for at, name in enumerate(names)]

    return [
        [*round_of_orders(0), *[ordered("merge", a, now, into=h) for a, h in pairs]],
        [*round_of_orders(1), *[ordered("merge", a, now, into=h) for a, h in pairs]],
        [*[ordered("unmerge", a, now) for a in apart], *round_of_orders(2)],
        [*round_of_orders(3), *[ordered("unmerge", a, now) for a in apart]],
    ]


def facts(state: CustomerState) -> tuple[Any, ...]:
    """What must not depend on who was killed when."""
    ties = state.ties
    tied = None if ties is None else (ties.into, {n: facts(p.state) for n, p in ties.parts.items()})
    own = None if ties is None or ties.own is None else facts(ties.own)
    bought_ = (state.days, state.orders, state.spend, state.lifetime_orders, state.lifetime_spend)
    orders = {order: known.amount for order, known in state.remembered.items()}
    return (*bought_, orders, state.last_purchase, tied, own)


async def settled(programme: Programme, records: int) -> bool:
    """Whether all records are taken, and all that the partitions handed to each other."""
    programme.check()
    metas = await programme.metas()
    handed = sum(sum(meta.sent.values()) for meta in metas)
    taken = sum(sum(meta.received.values()) for meta in metas)
    done = sum(sum(meta.next.values()) for meta in metas)
    published = all(meta.head == meta.tail for meta in metas)
    return published and taken == handed and done == records + handed


async def states(programme: Programme) -> dict[str, CustomerState]:
    """All customers in the store."""
    found, decode = {}, BlobCodec().decode
    for partition in range(PARTITIONS):
        names = await programme._redis.customers(partition)
        blobs = await programme.store.load(partition, names)
        found |= {n: decode(b) for n, b in zip(names, blobs, strict=True) if b is not None}
    return found


async def calm(programme: Programme, waves: list[list[Sent]]) -> Town:
    """The same records, undisturbed."""
    town = Town(programme.policy, PARTITIONS)
    for wave in waves:
        for sent in wave:
            town.put_sent(sent.topic, sent.key or b"", sent.value)
        await town.settle()
    return town


async def test_a_storm_of_merges_ends_as_it_would_in_calm(stack, tmp_path):
    """Two workers, killed in turn in the midst of each wave: every account is exact."""
    now = SystemClock().now_ms()
    waves = storm(now)
    async with Programme(stack, tmp_path, "storm", REGRADE_CLOCK="wall") as programme:
        first, second = await programme.worker(), programme.launch()
        await programme.owned_by("w0", "w1")
        workers = [first, second]
        for number, wave in enumerate(waves):
            async with asyncio.TaskGroup() as group:
                group.create_task(send(stack.bootstrap, programme.prefix, wave))
                await programme.owes_changes()
                workers[number % 2].kill()
            workers[number % 2] = await programme.worker()
        sent = sum(map(len, waves))
        await until(lambda: settled(programme, sent), "all handed over")

        town = await calm(programme, waves)
        wanted = {name: facts(state) for name, state in (await town.states()).items()}
        found = await states(programme)
        assert {name: facts(state) for name, state in found.items()} == wanted
        tiers = {name: state.tier for name, state in (await town.states()).items()}
        assert {name: state.tier for name, state in found.items()} == tiers
        counts = await programme.counts()
        counted = {name: n for name, n in counts.items() if name.startswith("tier:") and n}
        assert counted == {n: c for n, c in (await town.counts()).items() if n.startswith("tier:")}
        await check_topics(programme)


async def check_topics(programme: Programme) -> None:
    """Each command is answered as done once; an alias has no tier, whoever was taken apart has."""
    answers = {}
    for record in await programme.published(COMMAND_RESULTS):
        body = json.loads(record.value)
        answers.setdefault((body["type"], body["customer_id"]), set()).add(body["outcome"])
    assert len(answers) == PAIRS + PAIRS // 3
    assert all(outcomes == {"done", "duplicate"} for outcomes in answers.values())
    last = {r.key.decode(): r.value for r in await programme.published(CURRENT_TIER)}
    for at in range(PAIRS):
        assert (last[f"alias-{at}"] is None) == bool(at % 3)
    kinds = {}
    for record in await programme.published(TIER_CHANGES):
        body = json.loads(record.value)
        kinds[body["id"]] = body["type"]
    assert list(kinds.values()).count("customer.merged") == PAIRS


async def test_an_operator_merges_and_takes_apart(stack, tmp_path):
    """The shell says who is who now; a grade of the alias is that of the host."""
    now = SystemClock().now_ms()
    orders = [bought("ann", 0, now, 150), bought("bob", 1, now, 60)]
    async with Programme(stack, tmp_path, "twins", REGRADE_CLOCK="wall") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, orders)
        await programme.taken(2)
        settings = {
            **programme.settings,
            "REGRADE_KAFKA": stack.bootstrap,
            "REGRADE_REDIS": stack.redis_url,
        }

        async def say(*words: str) -> Done:
            """Run `regrade` beside the worker."""
            return await regrade(*words, settings=settings)

        merged = await say("merge", "ann", "--into", "bob", *WHO)
        alias = await say("grade", "ann", "--json")
        host = await say("grade", "bob", "--json")
        shown = await say("grade", "ann")
        held = await say("override", "set", "ann", "--pin", "gold", *WHO)
        self_ = await say("merge", "bob", "--into", "bob", *WHO)
        apart = await say("unmerge", "ann", *WHO)
        again = await say("unmerge", "ann", *WHO)

        assert merged.code == 0, merged.err
        assert merged.out.startswith("ann is merged into bob, who is ")
        told = json.loads(alias.out)
        assert (told["customer_id"], told["alias"]) == ("ann", "bob")
        assert told | {"customer_id": "bob", "alias": None} == json.loads(host.out)
        assert "ann (merged into bob)" in shown.out
        assert held.code == 1
        assert "refused (merged): merged into 'bob'" in held.err
        assert "nobody is merged into themselves" in self_.err
        assert apart.out.startswith("ann is a customer of its own again: ")
        assert "refused (not_merged)" in again.err
