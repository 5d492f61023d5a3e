"""The versions of the policy: which grade, which are planned; publishing one, going back to one."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from scoring.units import EpochMs
from streams.api.access import Caller, admin, viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.programme import PolicyText, PolicyVersions, Published
from streams.api.routes.policies import SENT, Text, good, silent
from streams.errors import RegradeError
from streams.inquiry.errors import CannotBeTaken
from streams.inquiry.publish import (
    GuardHolds,
    NeverPublished,
    Order,
    VersionTaken,
    VersionTooLow,
    publish_version,
    roll_back,
)
from streams.inquiry.published import Known, known
from streams.instants import rfc3339
from streams.policies.load import Version, read_version
from streams.policies.publication import Publication

router = APIRouter(prefix="/api/policies")
Reason = Annotated[str, Field(max_length=256)]
_CODES: dict[type[RegradeError], tuple[int, str]] = {
    VersionTaken: (409, "version_taken"),
    VersionTooLow: (409, "version_too_low"),
    GuardHolds: (409, "guard_holds"),
    CannotBeTaken: (422, "cannot_be_taken"),
    NeverPublished: (404, "unknown_version"),
}


class Publish(Text):
    """A document to be in force."""

    effective_from: AwareDatetime | None = None
    """At once if left out."""
    reason: Reason = ""
    confirm: bool = False
    """Even when more customers are demoted than its guard allows."""


class RollBack(BaseModel):
    """A version to be in force again."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, lt=2**31)]
    reason: Annotated[str, Field(min_length=1, max_length=256)]
    confirm: bool = False


@router.get("", response_model=PolicyVersions, dependencies=[Depends(viewer)])
async def versions(request: Request) -> Response:
    """Every version of the policy: published, planned, withdrawn, and which is in force."""
    parts = parts_of(request)
    there = await run_in_threadpool(known, parts.settings)
    sweep = parts.status.sweep()
    return answer({"versions": version_rows(there, parts.programme.tag, sweep)})


@router.get("/{version}", response_model=PolicyText, dependencies=[Depends(viewer)])
async def version(request: Request, version: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
    """The text of a version, with all it extends."""
    parts = parts_of(request)
    there = await run_in_threadpool(known, parts.settings)
    sweep = parts.status.sweep()
    for row in version_rows(there, parts.programme.tag, sweep):
        if row["version"] == version:
            text = next(v.text for v in there.texts.values() if v.policy.version == version)
            return answer({**row, "text": text})
    raise Refused(404, "unknown_version", f"no version {version} is known", "version")


@router.post("/publish", response_model=Published)
async def publish(
    request: Request, said: Publish, caller: Annotated[Caller, Depends(admin)]
) -> Response:
    """Publish a version: workers take it, and sweep their customers under it.

    It is simulated first where it has a guard (`move.max_move_share`). A version once published
    never changes.
    """
    begins = said.effective_from
    since = None if begins is None else EpochMs(int(begins.timestamp() * 1000))
    order = Order(caller.name, said.reason, since, said.confirm)
    settings = parts_of(request).settings

    def done() -> Publication | None:
        """Checked, simulated and sent, in a thread."""
        good(said.text)
        return publish_version(read_version(said.text, SENT), order, settings, silent)

    return _told(await run_in_threadpool(_refusing, done))


@router.post("/rollback", response_model=Published)
async def rollback(
    request: Request, said: RollBack, caller: Annotated[Caller, Depends(admin)]
) -> Response:
    """Publish that an earlier version is in force again; what was planned for later is off."""
    order = Order(caller.name, said.reason, None, said.confirm)
    settings = parts_of(request).settings

    def done() -> Publication | None:
        """Simulated and sent, in a thread."""
        return roll_back(said.version, order, settings, silent)

    return _told(await run_in_threadpool(_refusing, done))


def version_rows(there: Known, in_force: str, sweep: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Every version once, by its number: the latest publication of each, and the first policy."""
    told = {row["version"]: row for row in there.as_json()["versions"]}
    rows = []
    for tag, one in sorted(there.texts.items(), key=lambda item: item[1].policy.version):
        found = told.get(one.policy.version, {})
        rows.append(
            {
                **_named(one),
                "in_force": tag == in_force,
                "effective_from": found.get("effective_from"),
                "published_at": found.get("published_at"),
                "by": found.get("author"),
                "reason": found.get("reason"),
                "rollback": found.get("rollback", False),
                "withdrawn": found.get("withdrawn", False),
                "sweep": sweep if sweep and sweep["policy"] == tag else None,
            }
        )
    return rows


def _named(one: Version) -> dict[str, Any]:
    policy = one.policy
    return {"id": policy.policy_id, "version": policy.version, "fingerprint": policy.fingerprint}


def _refusing(done: Callable[[], Publication | None]) -> Publication | None:
    """Do it; what cannot be is an answer, not a failure."""
    try:
        return done()
    except tuple(_CODES) as error:
        status, code = _CODES[type(error)]
        raise Refused(status, code, str(error)) from None


def _told(found: Publication | None) -> Response:
    if found is None:
        return answer({"published": False, "version": None, "effective_from": None, "tag": None})
    return answer(
        {
            "published": True,
            "version": found.version,
            "effective_from": rfc3339(found.since),
            "tag": found.tag,
        }
    )
