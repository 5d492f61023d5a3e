"""A part as it was handed over, in the terms of the policy that takes it in."""

from msgspec.structs import replace

from scoring.customer import UNGRADED, Part
from scoring.policy import Policy
from scoring.translate import ranks_between
from streams.intake.transfers import PartHanded
from streams.partition.ports import Codec


def part_of(said: PartHanded, codec: Codec, policy: Policy) -> Part:
    """The part; the tiers it refers to are found by their names."""
    state = codec.decode(said.state)
    ranks = ranks_between(tuple(said.tiers), tuple(tier.name for tier in policy.tiers))
    override = state.override
    if override is not None:
        computed = override.computed
        computed = UNGRADED if computed == UNGRADED else ranks[computed]
        state.override = replace(override, rank=ranks[override.rank], computed=computed)
    if state.tier != UNGRADED:
        state.tier = ranks[state.tier]
    return Part(said.since, state)
