"""The page on HTTP lists exactly what the application has."""

import re

from pages import table, text_of
from starlette.routing import Match

from streams.api.app import create_app
from streams.api.described import roles
from streams.api.settings import ApiSettings
from streams.clock import SystemClock
from streams.policies.load import load_policy
from streams.settings import Settings


def test_the_page_lists_every_route_with_its_role(tmp_path):
    """As the application has them."""
    app = create_app(Settings(), ApiSettings(), load_policy(), tmp_path, SystemClock())
    needed = {route: role.word if role else "none" for route, role in roles(app).items()}
    rows = table(text_of("docs/api.md"), "method")
    assert {(row["method"], row["route"]): row["role"] for row in rows} == needed


def test_every_request_of_the_page_is_one_of_a_route(tmp_path):
    """`curl` in an example names a method and a path that exist."""
    app = create_app(Settings(), ApiSettings(), load_policy(), tmp_path, SystemClock())
    asked = re.findall(
        r"curl (?:-N )?(?:-X (\w+) )?(?:-H \"Auth[^\n]*?)?http://127.0.0.1:8108(/\S*)",
        text_of("docs/api.md"),
    )
    assert len(asked) == text_of("docs/api.md").count("curl ")
    for method, path in asked:
        scope = {"type": "http", "method": method or "GET", "path": path, "headers": []}
        found = [route.matches(scope)[0] for route in app.routes]
        assert Match.FULL in found, path
