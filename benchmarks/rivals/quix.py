"""Quix Streams: the state in RocksDB with a changelog topic, at least once."""

import tempfile
from typing import Any

from by_hand import Meter, arguments, regrade
from quixstreams import Application, State


def main() -> None:
    """Grade until all orders were seen."""
    options = arguments()
    meter = Meter(options.expected)
    with tempfile.TemporaryDirectory(prefix="quix-") as folder:
        app = Application(
            options.kafka,
            consumer_group="by-hand-quix",
            auto_offset_reset="earliest",
            state_dir=folder,
            consumer_extra_config={"fetch.wait.max.ms": 20},
            # Tansu knows no producer ids.
            producer_extra_config={"enable.idempotence": False},
            loglevel="WARNING",
        )
        orders = app.topic(options.orders_topic, value_deserializer="json")
        changes = app.topic(options.changes_topic, value_serializer="json")

        def grade(order: dict[str, Any], state: State) -> dict[str, str] | None:
            customer, tier = regrade(state.get("customer"), order)
            state.set("customer", customer)
            meter.count()
            if meter.done:
                app.stop()
            if tier is None:
                return None
            meter.changes += 1
            return {"customer_id": order["customer_id"], "tier": tier}

        frame = app.dataframe(orders).apply(grade, stateful=True)
        frame.filter(lambda change: change is not None).to_topic(changes)
        app.run()
        meter.report()


if __name__ == "__main__":
    main()
