"""What 60 labels cost beside the default policy: the whole path in this process, per event."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import median

from histories import grade
from measure import emit, progress, ratio

from scoring.policy import Policy
from streams.bootstrap import calm_collector, policy_tag
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.generator import Extras, generate_orders
from streams.storage.memory_store import MemoryStore

SIXTY = str(Path(__file__).parent / "sixty_labels.yaml")


def main() -> None:
    """Measure and print one JSON line."""
    options = arguments()
    extras = Extras(refunds=options.refunds, interactions=options.interactions)
    events = list(generate_orders(options.customers, options.orders, extras=extras))
    default, many = load_policy("b2b-fresh"), load_policy(SIXTY)
    calm_collector()  # as in a worker
    found = []
    for turn in range(options.repeats):
        progress(f"round {turn + 1} of {options.repeats}")
        found.append((us_per_event(default, events), us_per_event(many, events)))
    emit(
        "labels",
        {
            "events": len(events),
            "customers": options.customers,
            "labels": len(many.labels),
            "us_per_event": {
                "default": round(median(base for base, _ in found), 2),
                "sixty_labels": round(median(more for _, more in found), 2),
            },
            "ratio": median(ratio(more, base) for base, more in found),
        },
    )


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=20_000)
    add("--customers", type=int, default=2_000)
    add("--refunds", type=float, default=0.03, help="share of the orders")
    add("--interactions", type=float, default=1.0, help="share of the orders")
    add("--repeats", type=int, default=5)
    return parser.parse_args()


def us_per_event(policy: Policy, events: list[WireEvent]) -> float:
    """Microseconds of CPU per event: decoding, ticks, grades, blobs, change events."""
    store = MemoryStore(policy_tag(policy))
    began = time.process_time()
    asyncio.run(grade(events, policy, store))
    return (time.process_time() - began) / len(events) * 1e6


if __name__ == "__main__":
    main()
