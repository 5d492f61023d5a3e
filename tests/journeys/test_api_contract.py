"""Whatever is sent, the answers are those that `/openapi.json` promises."""

from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from streams.api.app import create_app
from streams.api.settings import ApiSettings
from streams.clock import SystemClock
from streams.demo.stack import running
from streams.policies.load import load_policy
from streams.settings import Settings

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def promised(tmp_path_factory):
    """The document of an API before a worker with some customers."""
    folder = tmp_path_factory.mktemp("promised")
    with running("grocery-usd", 2, clock="wall", folder=folder, api=True) as stack:
        url = stack.api.url
        for name in ("ann", "bob", "cho"):
            event = {
                "type": "order.paid",
                "event_id": name,
                "customer_id": name,
                "occurred_at": 1_700_000_000_000,
                "order_id": name,
                "amount": 120,
            }
            assert httpx.post(f"{url}api/events", json=event).status_code == 200
        yield schemathesis.openapi.from_url(f"{url}openapi.json")


def operations() -> list[tuple[str, str]]:
    """Every method and path, but the live stream, which never ends."""
    app = create_app(Settings(), ApiSettings(), load_policy(), Path(), SystemClock())
    paths = app.openapi()["paths"].items()
    return [(m, path) for path, methods in paths for m in methods if path != "/api/stream"]


@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda part: part)
def test_answers_keep_what_the_document_promises(promised, method, path):
    """No failure of the server, no status, type or shape that is not promised."""

    @given(case=promised[path][method].as_strategy())
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(case):
        """One request."""
        case.call_and_validate(checks=PROMISES, timeout=30)

    holds()
