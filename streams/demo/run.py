"""The demo from start to summary."""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.live import Live

from scoring.policy import Policy
from streams.bootstrap import policy_tag, rules_of
from streams.demo.progress import DemoState, DemoWatch
from streams.demo.stack import Running, running
from streams.demo.verify import mismatches
from streams.demo.view import draw
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.journey import load_journey
from streams.replay.memory import run_in_memory
from streams.replay.produce import Replay, open_producer
from streams.replay.results import Results, read_customers
from streams.screen import show_tiers
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore

PARTITIONS = 4
_REFRESH_S = 0.25
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo found."""

    events: int
    customers: int
    tiers: dict[str, int]
    changes: int
    label_changes: int
    seconds: float
    """From the first event sent to the last change published."""
    events_per_second: int
    mismatches: int

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Options:
    """How the demo is to run."""

    policy: str
    speed: float
    """Days a second; 0 is as fast as it goes."""
    workers: int
    live: bool
    api: bool = False
    stay: bool = False


def run_demo(options: Options) -> Summary:
    """Run the demo and print its summary to stderr."""
    console = Console(stderr=True, highlight=False)
    policy = load_policy(options.policy)
    console.print("Reading the purchases of 2017 ...")
    events = load_journey().events
    console.print("Starting a broker, a store and a worker ...")
    tiers = [tier.name for tier in policy.tiers]
    with running(
        options.policy, PARTITIONS, clock="event", workers=options.workers, api=options.api
    ) as stack:
        if stack.api is not None:
            console.print(f"The board: {stack.api.url}")
        stream, state = _graded(stack, policy, events, options, console)
        console.print("Grading all of it again in memory, without Kafka and Redis ...")
        memory = asyncio.run(run_in_memory(events, policy))
        summary = Summary(
            events=len(events),
            customers=len(stream.customers),
            tiers=stream.tiers(),
            changes=sum(state.triggers.values()),
            label_changes=state.label_changes,
            seconds=round(state.seconds, 2),
            events_per_second=round(len(events) / state.seconds),
            mismatches=mismatches(stream, memory),
        )
        _print(console, summary, tiers)
        if options.stay:
            _stay(stack, console)
    return summary


def _graded(
    stack: Running,
    policy: Policy,
    events: list[WireEvent],
    options: Options,
    console: Console,
) -> tuple[Results, DemoState]:
    """Replay the year, with the live view if there is one."""
    state = DemoState(total=len(events))
    tiers = [tier.name for tier in policy.tiers]
    screen = Live(console=console, auto_refresh=False) if options.live else None

    def refresh() -> None:
        if screen is not None:
            screen.update(draw(state, tiers), refresh=True)

    with screen or nullcontext():
        pace = options.speed * _DAY_S
        return asyncio.run(_watch(stack, policy, events, pace, (state, refresh))), state


def _stay(stack: Running, console: Console) -> None:
    """Keep everything running until Ctrl-C."""
    console.print("Everything is still running. Ctrl-C ends it.")
    try:
        while True:
            stack.check()
            time.sleep(_REFRESH_S)
    except KeyboardInterrupt:
        console.print("stopped")


async def _watch(
    stack: Running,
    policy: Policy,
    events: list[WireEvent],
    speed: float,
    screen: tuple[DemoState, Callable[[], None]],
) -> Results:
    """Replay, keep the view up to date until all is published, read the result."""
    state, refresh = screen
    store = RedisStore(connect(stack.stack.redis_url), "regrade", policy_tag(policy))
    consumer = DemoWatch.consumer(stack.stack.bootstrap)
    await consumer.start()
    watch = DemoWatch(state, store, consumer, PARTITIONS)
    started = time.monotonic()
    sending = asyncio.create_task(_send(stack, events, speed, state))
    try:
        while not (sending.done() and _done(sending, state)):
            await watch.read_changes()
            state.seconds = time.monotonic() - started
            await watch.read_store()
            refresh()
            stack.check()
            await asyncio.sleep(_REFRESH_S)
        while state.seen < state.published:
            await watch.read_changes()
        refresh()
        rules = rules_of(policy, PARTITIONS, mode="replay")
        customers = await read_customers(store, PARTITIONS, rules)
        return Results(customers, list(state.changes.values()))
    finally:
        sending.cancel()
        await consumer.stop()
        await store.close()


async def _send(stack: Running, events: list[WireEvent], speed: float, state: DemoState) -> None:
    def sent(_event: WireEvent) -> None:
        state.sent += 1

    async with open_producer(stack.stack.bootstrap) as producer:
        replay = Replay(producer, speed=speed, sent=sent)
        await replay.run(events)
        await replay.close_day()
        state.sent += PARTITIONS


def _done(sending: "asyncio.Task[None]", state: DemoState) -> bool:
    """Whether all was sent, committed and published."""
    sending.result()
    return state.committed >= state.sent and state.outbox == 0


def _print(console: Console, summary: Summary, tiers: list[str]) -> None:
    show_tiers(console, tiers, summary.tiers)
    console.print(
        f"{summary.events:,} events of {summary.customers:,} households in "
        f"{summary.seconds:.1f} s ({summary.events_per_second:,}/s): "
        f"{summary.changes:,} tier changes, {summary.label_changes:,} label changes."
    )
    if summary.mismatches:
        console.print(f"[red]{summary.mismatches} differ from the recomputation.[/red]")
    else:
        console.print(
            "[green]0 differ[/green] from the recomputation of every grade and change "
            "from the raw rows."
        )
