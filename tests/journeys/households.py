"""The history that long journeys grade."""

from journeys.laws import History

from streams.policies.load import load_policy
from streams.replay.generator import Extras, generate_orders


async def households() -> History:
    """Eight months of 150 households: orders, refunds and interactions."""
    extras = Extras(refunds=0.05, interactions=0.3)
    events = list(generate_orders(150, 4000, months=8, seed=3, extras=extras))
    return await History.of(events, load_policy("grocery-usd"))
