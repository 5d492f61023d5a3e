"""What `/openapi.json` says beside the routes: how to show a key, and which role each needs."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from streams.api.keys import Role
from streams.api.sessions import COOKIE

_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of `regrade keys add`."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def roles(app: FastAPI) -> dict[tuple[str, str], Role | None]:
    """Every (method, path) of the application with the role it needs."""
    found: dict[tuple[str, str], Role | None] = {}
    for route in iter_route_contexts(app.routes):
        asked = _calls(getattr(route, "dependant", None))
        known = [role for call in asked if isinstance(role := getattr(call, "role", None), Role)]
        for method in set(route.methods or {"GET"}) - {"HEAD"}:
            found[method, str(route.path_format)] = max(known, default=None)
    return found


def install(app: FastAPI) -> None:
    """Tell the keys and roles with the routes."""
    plain = app.openapi
    needed = roles(app)

    def described() -> dict[str, Any]:
        document = plain()
        document["components"]["securitySchemes"] = _SCHEMES
        for (method, path), role in needed.items():
            operation = document["paths"].get(path, {}).get(method.lower())
            if operation is not None and role is not None:
                operation["security"] = [{name: []} for name in _SCHEMES]
                operation["x-role"] = role.word
        return document

    app.openapi = described  # type: ignore[method-assign]


def _calls(dependant: Any) -> list[Any]:
    """Everything a route depends on."""
    if dependant is None:
        return []
    return [call for inner in dependant.dependencies for call in (inner.call, *_calls(inner))]
