"""The fields of a partition's meta that tell which version of the policy grades it."""

from collections.abc import Mapping

from scoring.units import Day, EpochMs
from streams.partition.reign import Reign


def reign_fields(reign: Reign) -> list[str | bytes | int]:
    """Names and values, one after the other.

    >>> reign_of({"policy": "a v1 (f)"}).policy
    'a v1 (f)'
    """
    fields: list[str | bytes | int] = [
        *("policy", reign.policy, "policy_since", reign.since),
        *("generation", reign.generation, "previous", reign.previous),
        *("sweeping", int(reign.sweeping), "reached", reign.reached, "total", reign.total),
    ]
    if reign.taken_on is not None:
        fields += ["taken_on", reign.taken_on]
    return fields


def reign_of(fields: Mapping[str, str]) -> Reign:
    """Back from the fields of a meta; a partition that never changed its policy has one."""

    def number(name: str) -> int:
        return int(fields.get(name, 0))

    return Reign(
        policy=fields.get("policy", ""),
        since=EpochMs(number("policy_since")),
        generation=number("generation"),
        previous=fields.get("previous", ""),
        taken_on=Day(number("taken_on")) if "taken_on" in fields else None,
        sweeping=bool(number("sweeping")),
        reached=number("reached"),
        total=number("total"),
    )
