"""Open cases: read from the store, answered by a command."""

import asyncio
from typing import Any

import orjson

from streams.errors import RegradeError
from streams.inquiry.command import order
from streams.inquiry.errors import NothingStored
from streams.inquiry.source import address_of
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.look_up import LookUp

_PATIENCE_S = 5.0


class NoSuchCase(RegradeError):
    """Nothing is open under a name."""

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__(
            f"no open case {named!r}: it was decided or withdrawn, or there never was one. "
            "`regrade review list` shows what is open."
        )


def open_cases(settings: Settings) -> list[dict[str, Any]]:
    """Every open case of the programme, the one that waits no longer first.

    Raises:
        StoreUnavailable: nobody answers.
        NothingStored: no worker ever ran under this prefix.
    """
    return asyncio.run(_open_cases(settings))


async def _open_cases(settings: Settings) -> list[dict[str, Any]]:
    look_up = LookUp(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
    try:
        return await cases_in(look_up, settings)
    finally:
        await look_up.close()


async def cases_in(look_up: LookUp, settings: Settings) -> list[dict[str, Any]]:
    """As `open_cases`, over a connection that is already there."""
    partitions = await look_up.partitions()
    if partitions is None:
        raise NothingStored(address_of(settings), settings.prefix)
    found = [orjson.loads(case) for case in await look_up.cases(partitions)]
    return sorted(found, key=lambda case: (case["deadline"], case["customer_id"]))


def resolve(
    named: str, decision: str, said: dict[str, Any], settings: Settings, patience_s: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer the case of that name, or of that customer; the case, and the worker's answer.

    Raises:
        NoSuchCase: nothing is open under that name.
        CommandRefused: it was decided, withdrawn or moved on in between.
    """
    cases = open_cases(settings)
    case = next((c for c in cases if named in (c["case"], c["customer_id"])), None)
    if case is None:
        raise NoSuchCase(named)
    told = {"decision": decision, "case": case["case"], **said}
    return case, order("review.resolve", case["customer_id"], told, settings, patience_s)
