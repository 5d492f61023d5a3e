"""The versions of the policy there are, and their texts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streams.api.access import viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.programme import PolicyText, PolicyVersions
from streams.api.programme import Programme
from streams.policies.load import resolved_text

router = APIRouter(prefix="/api/policies", dependencies=[Depends(viewer)])


@router.get("", response_model=PolicyVersions)
async def versions(request: Request) -> Response:
    """Every version of the policy; the one in force is what the workers grade by."""
    return answer({"versions": [_in_force(parts_of(request).programme)]})


@router.get("/{version}", response_model=PolicyText)
async def version(request: Request, version: Annotated[int, Path(ge=1)]) -> Response:
    """The text of a version, with all it extends."""
    parts = parts_of(request)
    if version != parts.programme.policy.version:
        known = parts.programme.policy.version
        raise Refused(404, "unknown_version", f"no version {version}; there is {known}", "version")
    text = await run_in_threadpool(resolved_text, parts.settings.policy)
    return answer({**_in_force(parts.programme), "text": text})


def _in_force(programme: Programme) -> dict[str, Any]:
    return {**programme.named, "in_force": True}
