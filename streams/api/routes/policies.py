"""Policies as text: checked, compared and tried on the live customers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streams.api.access import operator, viewer
from streams.api.answer import answer, parts_of
from streams.api.errors import Refused
from streams.api.models.orders import Checked, Differences
from streams.bootstrap import judge_of
from streams.inquiry.simulate_source import simulate as run_simulation
from streams.policies.differences import differences
from streams.policies.errors import PolicyRefused, Problem
from streams.policies.load import ReadPolicy, presets, read_policy, read_text
from streams.policies.tree import parse_tree

router = APIRouter(prefix="/api/policies")
SENT = "the policy"
"""How a text that was sent is named in its problems."""


class Text(BaseModel):
    """A policy document."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=256 * 1024)]


class Compared(Text):
    """A document, and what to compare it with."""

    against: str | None = None
    """A preset; the policy in force by default."""


@router.post("/check", dependencies=[Depends(viewer)], response_model=Checked)
async def check(said: Text) -> Response:
    """Every problem of a policy, with its line; none if it is good."""
    try:
        read = await run_in_threadpool(read_sent, said.text)
    except PolicyRefused as refused:
        return answer({"good": False, "problems": [_problem(one) for one in refused.problems]})
    policy = read.policy
    named = {"id": policy.policy_id, "version": policy.version, "fingerprint": policy.fingerprint}
    return answer({"good": True, "problems": [], "policy": named})


@router.post("/diff", dependencies=[Depends(viewer)], response_model=Differences)
async def diff(request: Request, said: Compared) -> Response:
    """What changes from the policy in force, or a preset, to a policy: in words and as data."""
    against = said.against
    if against is not None and against not in presets():
        told = f"no preset {against!r}; presets are {', '.join(presets())}"
        raise Refused(422, "unknown_policy", told, "body.against")
    parts = parts_of(request)
    text = None if against else await parts.programmes.text()

    def compared() -> list[dict[str, Any]]:
        """Both read, in a thread."""
        was = read_policy(against or parts.settings.policy) if text is None else read_text(text, "")
        return [one.as_json() for one in differences(was, good(said.text))]

    return answer({"differences": await run_in_threadpool(compared)})


@router.post("/simulate", dependencies=[Depends(operator)])
async def simulate(request: Request, said: Text) -> Response:
    """Who would move if a policy were published now, at once and at the next review."""
    parts = parts_of(request)
    if parts.simulating.locked():
        headers = {"Retry-After": "5"}
        raise Refused(429, "busy", "another simulation is running; wait for it", None, headers)
    async with parts.simulating:
        new = (await run_in_threadpool(good, said.text)).policy
        found = await run_in_threadpool(run_simulation, new, None, parts.settings, silent)
    return answer(found.as_json())


def read_sent(text: str) -> ReadPolicy:
    """A policy that was sent. It may extend presets; files of this machine are not read.

    Raises:
        PolicyRefused: with every problem found.
    """
    base = parse_tree(text, SENT).get("extends")
    if base is not None and base not in presets():
        allowed = f"must be a preset here: {', '.join(presets())}"
        raise PolicyRefused(SENT, [Problem("extends", None, base, allowed)])
    read = read_text(text, SENT)
    judge_of(read.policy)
    return read


def good(text: str) -> ReadPolicy:
    """A policy that was sent; one that is refused is an error of the request."""
    try:
        return read_sent(text)
    except PolicyRefused as refused:
        raise Refused(422, "policy_refused", str(refused), "body.text") from None


def _problem(found: Problem) -> dict[str, Any]:
    value = found.value if isinstance(found.value, str | int | float | bool) else None
    column = None if found.at is None else found.at + 1
    return {
        "path": found.path,
        "line": found.line,
        "column": column,
        "value": value,
        "message": found.problem,
    }


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""
