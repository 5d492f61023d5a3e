"""What an error looks like to a caller: a code, plain words, and where it lies."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from streams.api.live import TooManyStreams
from streams.errors import KafkaUnreachable, RegradeError
from streams.inquiry.command import BrokerSilent
from streams.inquiry.errors import (
    CannotBeTaken,
    GradedByAnother,
    NothingInForce,
    NothingStored,
    UnknownCustomer,
)
from streams.policies.topic import PolicyTopicSilent
from streams.storage.errors import StoreUnavailable


class Refused(RegradeError):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        where: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.where = where
        self.headers = dict(headers or {})
        super().__init__(message)


_STATUS: dict[type[RegradeError], tuple[int, str]] = {
    UnknownCustomer: (404, "unknown_customer"),
    StoreUnavailable: (503, "store_unavailable"),
    NothingStored: (503, "nothing_stored"),
    GradedByAnother: (503, "graded_by_another_policy"),
    BrokerSilent: (503, "broker_unavailable"),
    KafkaUnreachable: (503, "broker_unavailable"),
    NothingInForce: (503, "changing_policy"),
    CannotBeTaken: (422, "cannot_be_taken"),
    PolicyTopicSilent: (503, "broker_unavailable"),
    TooManyStreams: (503, "too_many_streams"),
}
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def error_response(
    status: int,
    code: str,
    message: str,
    where: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The one form of all errors."""
    body = {"error": {"code": code, "message": message, "where": where}}
    return Response(orjson.dumps(body), status, headers, "application/json")


async def _refused(_: Request, error: Any) -> Response:
    return error_response(error.status, error.code, str(error), error.where, error.headers)


async def _known(_: Request, error: Any) -> Response:
    status, code = _STATUS.get(type(error), (500, "failed"))
    headers = {"Retry-After": "1"} if status == 503 else None  # noqa: PLR2004 - HTTP's number
    return error_response(status, code, str(error), headers=headers)


async def _invalid(_: Request, error: Any) -> Response:
    found: Sequence[Any] = error.errors()
    first = found[0]
    where = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return error_response(422, "invalid", f"{where}: {first['msg']}{more}", where)


async def _http(_: Request, error: Any) -> Response:
    code = _CODES.get(error.status_code, "refused")
    return error_response(error.status_code, code, str(error.detail), headers=error.headers)


async def _bug(_: Request, __: Any) -> Response:
    return error_response(500, "failed", "the server made a mistake; its log says which")


def install(app: FastAPI) -> None:
    """Answer every error in the one form."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RegradeError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
